"""What a first visit loads, counted on a site small enough to count by hand."""

import gzip

import page_weights

HEAD = '<link rel="icon" href="{up}icon.svg"><link rel="stylesheet" href="{up}look.css?v=1">'


def packed(*parts):
    return sum(len(gzip.compress(part.encode(), 6, mtime=0)) for part in parts)


def test_a_page_weighs_all_that_it_names_each_once(write):
    """The style sheet's font counts; a data address, the other page and a comment do not."""
    css = "/* url(no) */ a { src: url('type.woff2') } b { background: url(data:image/png;base64,AA) }" * 9
    page = HEAD.format(up="../") + '<script src="s.js"></script><img src="s.svg"><a href="other.html">' * 9
    font, script, figure, icon = "font" * 99, "script" * 99, "figure" * 99, "icon" * 99
    files = {"api/page.html": page, "api/other.html": page, "api/s.js": script, "api/s.svg": figure}
    where = write(files | {"icon.svg": icon, "look.css": css, "type.woff2": font})

    weighed = page_weights.weigh_all(where)[1]

    assert (weighed.name, weighed.faults) == ("api/page", [])
    assert weighed.weight == packed(page, css, font, script, figure, icon)
    assert weighed.of_kind("figures") == packed(figure, icon)


def test_what_is_elsewhere_or_nowhere_is_told(write):
    page = '<script src="https://else.invalid/a.js"></script><style>@import "/from-the-root.css";</style>'
    page += '<div style="background: url(//else.invalid/b.png)"></div><img srcset="gone.png 2x">'

    (weighed,) = page_weights.weigh_all(write({"page.html": page, "from-the-root.css": ""}))

    assert sorted(weighed.foreign) == ["//else.invalid/b.png", "https://else.invalid/a.js"]
    missing = sorted(address.split()[0] for address in weighed.missing)
    assert missing == ["/favicon.ico", "/from-the-root.css", "gone.png"]


def test_a_page_beyond_its_limit_is_told(write, monkeypatch):
    monkeypatch.setattr(page_weights, "LIMIT", 40)
    files = {"page.html": HEAD.format(up=""), "icon.svg": "", "look.css": ""}

    (weighed,) = page_weights.weigh_all(write(files))

    assert [fault.split()[0] for fault in weighed.faults] == ["weighs"]
