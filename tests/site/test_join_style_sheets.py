"""One style sheet for all pages, and scripts that wait: on a site small enough to compare by eye."""

import pytest

import join_style_sheets

HEAD = """\
<head>
<link rel="icon" href="{up}icon.svg">
<link href="{up}_static/styles/theme.css?digest=1" rel="stylesheet" />
<link rel="stylesheet" type="text/css" href="{up}_static/site.css?v=2" />
<script defer src="{up}_static/late.js"></script>
<script src="{up}_static/documentation_options.js"></script>
<script src="{up}_static/doctools.js?v=3"></script>
<script>OPTIONS.page = "a";</script>
</head>
"""
FILES = {
    "index.html": HEAD.format(up=""),
    "api/rnn.html": HEAD.format(up="../"),
    "_static/template.html": '<link rel="stylesheet" href="styles/theme.css">',
    "_static/styles/theme.css": (
        '@charset "UTF-8";\n/* why */ @import "../base/basic.css";\n/*! licence */ a { x: y }\n'
    ),
    "_static/base/basic.css": "b { src: url(../font.woff2?a#b), url('data:x'); }\n",
    "_static/site.css": "c { src: url('font.woff2'); }\n",
}


@pytest.fixture
def site(write):
    """Return the folder of a site whose sheets have been joined."""
    site = write(FILES)
    join_style_sheets.join(site)
    return site


def test_sheets_stand_in_the_order_in_which_the_pages_name_them(site):
    """What is imported comes before the rest, addresses lead to the same files, and a licence stays."""
    assert (site / "_static" / "joined.css").read_text() == (
        '@charset "UTF-8";\n\n'
        "b { src: url(\"font.woff2?a#b\"), url('data:x'); }\n"
        "\n/*! licence */ a { x: y }\n"
        'c { src: url("font.woff2"); }\n'
    )


@pytest.mark.parametrize(("page", "up"), [("index.html", ""), ("api/rnn.html", "../")])
def test_a_page_names_one_sheet_and_no_script_holds_it_up(site, page, up):
    text = (site / page).read_text()

    assert text.count('rel="stylesheet"') == 1
    assert f'<link rel="stylesheet" href="{up}_static/joined.css?v=' in text
    assert f'<link rel="icon" href="{up}icon.svg">' in text
    assert f'<script defer src="{up}_static/doctools.js?v=3"></script>' in text
    assert f'<script defer src="{up}_static/documentation_options.js"></script>' in text
    assert f'<script defer src="{up}_static/late.js"></script>' in text
    assert '<script>OPTIONS.page = "a";</script>' in text


def test_pages_that_name_other_sheets_are_not_joined_wrongly(write):
    site = write({f"{name}.html": f'<link rel="stylesheet" href="{name}.css">' for name in "ab"})

    with pytest.raises(SystemExit, match="2 lists of style sheets"):
        join_style_sheets.join(site)
