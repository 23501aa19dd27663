"""The site works under the strictest policy that a host can send with it, in both themes.

It goes with each page that these tests and all others open. What it forbids is a complaint, and so one of the
`faults`; other tests look at every page, light and dark.
"""

import pytest

GROUND = "getComputedStyle(document.body).backgroundColor"


def test_every_page_bears_the_strictest_policy(visit):
    page, _ = visit("index.html")

    answer = page.reload()

    assert answer.headers["content-security-policy"] == "default-src 'self'"


def test_a_reader_searches_unfolds_checks_filters_and_turns_the_colours(visit):
    page, faults = visit("index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("2(c)")
    page.keyboard.press("Enter")
    page.locator(".search li a").first.click()
    page.wait_for_url("**/exercise-2/thirtieth-power.html*")
    page.locator("article details > summary").first.click()
    assert page.locator("article details").first.get_attribute("open") is not None
    for field in page.locator(".answer-form [type=text]").all():
        field.fill("0.3")
    page.locator(".answer-form button").click()
    assert "✗" in page.locator(".answer-form output").inner_text()
    page.locator(".copybtn").first.click(force=True)

    page.goto(page.url.partition("exercise-2")[0] + "errata.html")
    page.locator(".finding-filter button").first.click()
    assert page.locator(".finding:not([hidden])").count() < page.locator(".finding").count()

    grounds = []
    for mode in ("light", "dark"):
        page.locator(".theme-switch-button").first.click()
        page.locator(f".theme-change-button[data-mode={mode}]").first.click()
        grounds.append(page.evaluate(GROUND))
        page.reload()  # the choice lasts
        assert page.evaluate(GROUND) == grounds[-1]
    assert grounds[0] != grounds[1]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("planted", "forbidden"),
    [
        ("<p style='color: red'>words</p>", True),
        ("<style>p { color: red }</style>", True),
        ("<script>document.title = 'x'</script>", True),
        ("<button onclick='x()'>words</button>", True),
        ("<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>", True),
        ('<script type="application/ld+json">{"name": "data"}</script>', False),
    ],
)
def test_what_is_planted_in_a_page_is_complained_of_unless_it_is_data(planted, forbidden, visit):
    page, faults = visit("search.html")
    page.route("**/404.html", lambda route: plant(route, planted))

    page.goto(page.url.replace("search.html", "404.html"))

    page.wait_for_function("() => document.readyState === 'complete'")
    assert any("Content Security Policy" in fault for fault in faults) == forbidden, faults


def plant(route, planted):
    """Give out a page with something at its end."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace("</article>", f"{planted}</article>"))
