"""What the theme writes into pages is taken out, and what else a strict policy forbids fails the build."""

import pytest

import strict_policy

THEMES = """\
<script data-cfasync="false">
    document.documentElement.dataset.mode = localStorage.getItem("mode") || "auto";
</script>
<!--
    this give us a css class
-->
<noscript>
    <style>
      .pst-js-only { display: none !important; }
    </style>
</noscript>
<script>DOCUMENTATION_OPTIONS.pagename = 'api/rnn';</script>
<script>DOCUMENTATION_OPTIONS.search_as_you_type = false;</script>
<script>
    // Activate the search field on page load
    let searchInput = document.querySelector("form.bd-search input");
</script>
<table style="width: 100%" class="indextable"><tr><td style="width: 33%; vertical-align: top;">
<img src="minus.png" class="toggler" id="toggle-1" style="display: none" alt="-" />
"""


@pytest.fixture
def clean(write):
    """Return a function that cleans a site of one page, and gives the page and what is left to forbid."""

    def clean(text, name="index.html"):
        site = write({name: text, "_static/early.js": "{}"})
        left = list(strict_policy.clean(site))
        return (site / name).read_text(), left

    return clean


def test_what_the_theme_writes_is_done_by_files_which_a_page_in_a_folder_finds(clean):
    text, left = clean(f"{THEMES}<math></math>", "api/rnn.html")

    assert not left
    assert "style" not in text
    assert text.count("<script") == 1
    assert '<script src="../_static/early.js?v=' in text
    assert 'data-font="../_static/stix-two-math.woff2"' in text


def test_a_page_without_formulas_does_not_ask_for_their_font(clean):
    assert "data-font" not in clean(THEMES)[0]


@pytest.mark.parametrize(
    "part",
    [
        '<p\nstyle="color: red">',
        "<style>p { color: red }</style>",
        "<script>x()</script>",
        '<script type="module">x()</script>',
        '<p title="a > b" onclick="x()">',
        '<a href="javascript:x()">',
        '<svg><image href="data:image/png;base64,AA=="/></svg>',
    ],
)
def test_what_is_left_is_named_with_its_page_and_line(part, clean):
    _, (left,) = clean(f"<p>\n{part}")

    assert left.startswith("index.html, line 2: ")


@pytest.mark.parametrize(
    "part",
    [
        '<script src="x.js"></script>',
        '<script type="application/json">{"style": 1}</script>',
        "<pre>plot(x, style=1, onclick=2)</pre>",
        '<a download href="data:text/plain,words">',
    ],
)
def test_what_the_policy_allows_stays(part, clean):
    assert clean(part) == (part, [])


def test_hosts_that_read_a_file_of_headers_are_told_the_policy(write):
    site = write({"_static/early.js": ""})

    assert not list(strict_policy.clean(site))
    assert (site / "_headers").read_text() == "/*\n  Content-Security-Policy: default-src 'self'\n"
