"""What must hold in every book that is made of a site."""

import posixpath
from collections import Counter
from urllib.parse import urldefrag
from xml.etree import ElementTree as ET

XHTML = "{http://www.w3.org/1999/xhtml}"


def links_that_lead_nowhere(files):
    """Return the links of a book's pages to what it does not have, and the ids that stand twice on a page."""
    pages = {name: ET.fromstring(text) for name, text in files.items() if name.endswith(".xhtml")}
    ids = {
        name: Counter(node.get("id") for node in page.iter() if node.get("id"))
        for name, page in pages.items()
    }
    broken = [(name, one) for name, found in ids.items() for one, times in found.items() if one and times > 1]
    for name, page in pages.items():
        for link in (node.get("href") for node in page.iter(f"{XHTML}a")):
            target, anchor = urldefrag(link or "")
            if "://" in target or target.startswith("mailto:"):
                continue
            place = posixpath.normpath(posixpath.join(posixpath.dirname(name), target)) if target else name
            if place not in files or (anchor and anchor not in ids[place]):
                broken.append((name, link))
    return broken
