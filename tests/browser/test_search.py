"""What readers type leads to the page that they look for: the first result, for a symptom one of five."""

from pathlib import Path

import pytest

FIRST = {
    "exercise-1/jacobian-of-a-dense-layer": [
        "1(a)", "1a", "ex.1 (a)", "jacobian of a dense layer", "dy/dx", "dense layer",
    ],
    "exercise-1/backpropagation-through-time": [
        "1(b)", "exercise 1(b)", "backpropagation through time", "bptt", "dL/dW",
        "immediate partial derivative",
    ],
    "exercise-2/expansion-for-three-steps": ["2(a)", "2 a", "T = 3", "ten terms", "expanded sum"],
    "exercise-2/powers-by-eigendecomposition": ["2(b)", "eigendecomposition", "induction", "Q Lambda Q^-1"],
    "exercise-2/thirtieth-power": [
        "2(c)", "ex.2 (c)", "2C", "W^30", "thirtieth power", "0.0153",
        "0.015260", "0.015261", "0,0153", "0.0271",
    ],
    "exercise-3/what-the-gates-do": [
        "3(a)", "forget gate", "input gate", "output gate", "what do the gates do",
    ],
    "exercise-3/which-quantities-are-positive": ["3(b)", "always positive", "which quantities are positive"],
    "exercise-3/gradient-along-the-cell-state": [
        "3(c)", "dC_t/dC_k", "cell state gradient", "gradient along the cell state",
    ],
    "beyond/map-your-own-network": ["network does not learn", "gradient map", "map your own network"],
    "beyond/when-eigenvalues-mislead": ["pseudospectrum", "kreiss constant", "non-normal matrix"],
    "beyond/the-gru-beside-them": ["GRU", "reset gate", "update gate"],
    "beyond/five-remedies": ["gradient clipping", "orthogonal initialisation", "truncated backpropagation"],
    "beyond/a-memory-that-holds": ["latch", "attractor", "bistable unit"],
    "beyond/learn-across-a-gap": ["adding problem", "copy task"],
    "beyond/the-optimiser-remembers": ["adam", "warm-up", "mixed precision", "loss scaling", "float16"],
    "errata": ["errata", "misprint", "erratum 23"],
    "ledger": ["verdicts", "ledger"],
    "notation": ["notation", "symbols"],
    "check-your-answer": ["check your answer", "usual mistakes"],
}  # fmt: skip
AMONG_FIVE = {
    "beyond/map-your-own-network": [
        "lstm does not learn", "loss does not go down", "vanishing gradient", "pytorch state_dict",
        "exploding gradient nan",
    ],
    "exercise-2/thirtieth-power": ["spectral radius", "eigenvalues smaller than 1", "jordan block"],
    "exercise-3/gradient-along-the-cell-state": [
        "∂Cₜ/∂Cₖ", "constant error carousel", "vanishing gradient lstm",
    ],
    "api/networks": ["from_state_dict", "RNN.jacobian", "LSTM"],
    "api/answers": ["check_answer"],
}  # fmt: skip
SEARCH = Path(__file__).parents[2] / "build" / "html" / "search.html"
EXCERPTS = "[...document.querySelectorAll('.search .context')].map(e => e.textContent)"
RANKED = "query => Search._performSearch(...Search._parseQuery(query)).reverse().map(([page]) => page)"


@pytest.fixture(scope="module")
def results(chromium, address):
    """Return a function that gives the pages that a query finds, best first, each once."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(address + "search.html")
    page.wait_for_function("() => Search.hasIndex()")
    yield lambda query: list(dict.fromkeys(page.evaluate(RANKED, query)))
    context.close()


@pytest.mark.parametrize(
    ("query", "page", "among"),
    [(query, page, 1) for page, queries in FIRST.items() for query in queries]
    + [(query, page, 5) for page, queries in AMONG_FIVE.items() for query in queries],
)
def test_search_leads_to(query, page, among, results):
    assert page in results(query)[:among], results(query)[:6]


@pytest.mark.parametrize("words", ["forget gate", "dC_t/dC_k"])
def test_excerpts_show_the_text_of_the_page_and_each_formula_once(words, visit):
    page, faults = visit(f"search.html?q={words}")
    page.wait_for_function(
        f"() => document.querySelectorAll('.search li').length > 4 && {EXCERPTS}.length > 3"
    )

    excerpts = page.evaluate(EXCERPTS)

    assert not [text for text in excerpts if "Contents" in text or "Settings" in text or "\\" in text]
    assert not faults


def test_a_page_is_listed_once(visit):
    page, _ = visit("search.html?q=dC_t/dC_k")
    page.wait_for_function(
        "() => document.querySelector('.search-summary')?.textContent.includes('finished')"
    )

    links = page.locator(".search li > a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )

    assert links
    assert len(links) == len(set(links))


def test_a_query_is_typed_on_any_page(visit):
    page, faults = visit("index.html")

    page.keyboard.press("Control+k")
    page.keyboard.type("ex.2 (c)")
    page.keyboard.press("Enter")

    first = page.locator(".search li a").first
    first.wait_for()
    assert first.get_attribute("href").startswith("exercise-2/thirtieth-power.html")
    assert not faults


def test_search_works_from_a_file(chromium):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{SEARCH.as_uri()}?q=2(c)")
    first = page.locator(".search li a").first
    first.wait_for()
    assert first.get_attribute("href").startswith("exercise-2/thirtieth-power.html")
    context.close()


def test_what_is_typed_begins_beside_the_glass(visit):
    page, _ = visit("search.html")
    glass = page.locator(".bd-search-container .fa-magnifying-glass").first.bounding_box()
    field = page.locator(".bd-search-container input[name=q]").first
    begins = field.evaluate(
        "e => e.getBoundingClientRect().left + parseFloat(getComputedStyle(e).paddingLeft)"
    )
    assert begins >= glass["x"] + glass["width"] + 2


def test_nothing_is_found_for_nonsense(results):
    assert results("xyzzyqwv") == []
