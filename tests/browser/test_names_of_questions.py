"""A question has one name, and its answer is a tap away, open for whoever comes from the front page."""

import pytest

QUESTIONS = ("1a", "1b", "2a", "2b", "2c", "3a", "3b", "3c")


@pytest.fixture
def front(visit):
    """Return the front page on a phone."""
    page, _ = visit("index.html", width=390, height=844)
    return page


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_has_one_name_everywhere(question, front):
    """The link of the front page, the tab, the heading and the list beside the page agree."""
    link = front.locator(f"article a[href$='#answer-{question}']")
    name = link.inner_text().strip()
    assert name.startswith(f"{question[0]}({question[1]}) ")

    link.click()
    front.wait_for_url(f"**#answer-{question}")

    assert front.title() == f"{name} — RNN Solutions"
    assert front.locator("article h1").evaluate("e => e.firstChild.textContent") == name
    assert front.locator(".bd-sidenav .current > a").first.text_content().strip() == name


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_folded_and_opens_for_who_asks_for_it(question, front, visit):
    link = front.locator(f"article a[href$='#answer-{question}']")
    page, _ = visit(link.get_attribute("href").partition("#")[0], width=390, height=844)
    assert not page.locator("details.answer p").first.is_visible()

    link.click()

    answer = front.locator(f"details.answer #answer-{question}")
    answer.wait_for(state="visible")
    in_the_upper_half = (
        "e => { const { top } = e.getBoundingClientRect(); return 0 <= top && top < innerHeight / 2; }"
    )
    front.wait_for_function(in_the_upper_half, arg=answer.element_handle())


def test_the_sheet_bears_its_own_title(front):
    title = "Homework 5: Recurrent Neural Networks"
    assert title in front.locator("article h1").inner_text()
    assert title in front.title()
