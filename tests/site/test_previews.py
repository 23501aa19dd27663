"""What a link can show of its target: cut from the page, without what a tooltip must not hold."""

import json
import re

import pytest

from previews import LINK, previews

MATH = "<math><mi>{0}</mi><annotation>{0}</annotation></math>"
EQUATION = f"""<div class="result math" id="equation-eq-one">
<div aria-label="Equation 7" class="math-scroll" role="group" tabindex="0">{MATH.format("a")}</div>
<span class="eqno">(7)<a class="headerlink" href="#equation-eq-one">#</a></span><details class="verdict">
<summary id="verdict-eq-one"><span>✓</span> <span>Verdict: holds</span></summary>
<p>✓ Holds exactly</p><dl><dt>Claim</dt><dd>Said.</dd></dl><div><pre>code</pre></div></details></div>
"""
DEFINITION = f"""<div class="math" id="equation-def-two"><div class="math-scroll">{MATH.format("b")}</div>
<span class="eqno">(8)</span>
<p class="verdict"><span aria-hidden="true">≔</span> <span>Definition</span></p></div>
"""
PAIR = '<div class="pair docutils"><div class="printed">printed</div><div class="right">right</div></div>'
FINDING = f"""<div class="finding kind-e docutils container"><div class="checked">
<p class="finding-head" id="erratum-3"><strong>3.</strong> on <a href="#sheet">sheet (3)</a></p>
<details class="verdict"><summary>✗</summary><p>✗ Refuted</p></details></div>{PAIR}<p>Words.</p></div>
"""
IN_WORDS = """<div class="finding docutils container"><p class="finding-head" id="erratum-4">Head</p>
<p>First.</p><p>Second.</p></div>
"""
SOURCE = """<div class="citation" id="id7" role="note"><span class="label">[7]</span>
<span class="backrefs">(<a href="#id1">1</a>)</span><p>Somebody. <a href="https://doi.org/1">doi</a>.</p></div>
"""
ROW = "<tr><td><p><span{}>h</span></p></td><td>state</td></tr>"
SYMBOLS = f"""<table class="symbols table"><thead><tr><th>head</th></tr></thead><tbody>
<tr><td>x</td></tr>{ROW.format(' id="symbol-h"')}</tbody></table>
"""


def numbered(letter, number, found):
    """Return an equation as it is shown."""
    box = f'<div class="math"><div class="math-scroll">{MATH.format(letter)}</div>'
    return f'{box}<span class="eqno">{number}</span></div><p class="found">{found}</p>'


def test_each_kind_of_target_is_cut_out_with_what_belongs_to_it():
    parts = previews(EQUATION + DEFINITION + FINDING + IN_WORDS + SOURCE + SYMBOLS)

    assert {anchor: re.sub(r">\s+<", "><", part).strip() for anchor, part in parts.items()} == {
        "equation-eq-one": numbered("a", "(7)", "✓ Holds exactly"),
        "equation-def-two": numbered("b", "(8)", "≔ Definition"),
        "erratum-3": '<p class="finding-head"><strong>3.</strong> on sheet (3)</p>'
        f'{PAIR}<p class="found">✗ Refuted</p>',
        "erratum-4": '<p class="finding-head">Head</p><p>First.</p>',
        "id7": '<span class="label">[7]</span><p>Somebody. doi.</p>',
        "symbol-h": f'<table class="symbols"><tbody>{ROW.format("")}</tbody></table>',
    }


@pytest.mark.parametrize(
    ("link", "shows"),
    [
        ('<a class="reference internal" href="#equation-eq-one">', True),
        ('<a href="../exercise-1/page.html#equation-def-two">', True),
        ('<a href="../errata.html#erratum-3">', True),
        ('<a href="#erratum-3">', True),
        ('<a class="reference internal" href="../references.html#id7" title="Somebody">', True),
        ('<a href="../notation.html#symbol-h">', True),
        ('<a class="headerlink" href="#equation-eq-one">', False),
        ('<a href="#a-section">', False),
        ('<a href="page.html#id7">', False),
        ('<a href="../references.html">', False),
        ('<a class="x">the page.html#equation-eq-one</a> <a href="page.html">', False),
    ],
)
def test_a_link_is_marked_that_leads_to_what_has_a_preview(link, shows):
    assert bool(LINK.search(link)) == shows


def test_a_page_gets_the_script_for_its_links_and_one_that_holds_its_own_targets(build_in, tmp_path):
    formula = "```{math}\n:label: def-one\na = b\n```\n"
    files = {
        "index.md": f"# One\n\n{formula}\n```{{toctree}}\nfolder/two\nthree\n```\n",
        "folder/two.md": "# Two\n\n{eq}`def-one`\n",
        "three.md": "# Three\n\n{doc}`index`\n",
    }
    assert build_in(tmp_path, files) == 0
    site = tmp_path / "site"

    [script] = (site / "_static/previews").rglob("*.js")
    name, parts = re.fullmatch(r"previews\[(.+?)\] = (.+);\n", script.read_text(), re.DOTALL).groups()
    assert (script.name, json.loads(name), list(json.loads(parts))) == (
        "index.js",
        "index",
        ["equation-def-one"],
    )
    two = (site / "folder/two.html").read_text()
    assert re.findall(r'<a data-preview [^>]*href="([^"]+)"', two) == ["../index.html#equation-def-one"]
    texts = {page: (site / page).read_text() for page in ("index.html", "folder/two.html", "three.html")}
    assert [page for page, text in texts.items() if "_static/previews.js" in text] == ["folder/two.html"]
