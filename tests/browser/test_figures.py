"""Each figure can be read on a phone: its text is large enough, whole, and apart from all other text."""

import re
from pathlib import Path

SITE = Path(__file__).parents[2] / "build" / "html"

# Measured is the ink, for the box of a line reaches far beyond it. The size of a prime says nothing, for its
# glyph has that of a superscript.
FAULTS = """async () => {
  await document.fonts.ready;
  const pen = document.createElement("canvas").getContext("2d");
  const ink = element => {
    const {fontFamily, fontSize, fontStyle} = getComputedStyle(element);
    pen.font = `${fontStyle} ${fontSize} ${fontFamily}`;
    const {x, y} = element.getStartPositionOfChar(0), to = pen.measureText(element.textContent.trim());
    const corners = [-to.actualBoundingBoxLeft, to.actualBoundingBoxRight].flatMap(across =>
      [-to.actualBoundingBoxAscent, to.actualBoundingBoxDescent].map(down =>
        new DOMPoint(x + across, y + down).matrixTransform(element.getScreenCTM())));
    const [xs, ys] = [corners.map(corner => corner.x), corners.map(corner => corner.y)];
    return {left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys)};
  };
  const size = element => parseFloat(getComputedStyle(element).fontSize);
  const apart = (a, b) =>
    a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const within = (a, b) =>
    a.left >= b.left - 0.5 && a.right <= b.right + 0.5 && a.top >= b.top - 0.5 && a.bottom <= b.bottom + 0.5;
  return [...document.querySelectorAll("svg.plot")].flatMap(svg => {
    const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
    const parts = [...svg.querySelectorAll("text")].flatMap((text, number) =>
      (text.children.length ? [...text.children] : [text]).filter(part => part.textContent.trim())
        .map(part => ({number, said: text.textContent.trim(), part, ink: ink(part)})));
    const faults = parts.flatMap(({said, part, ink}, at) => [
      part.textContent !== "\\u2032" && size(part) * scale < 11 && "is small",
      !within(ink, box) && "is cut off",
      ...parts.slice(0, at).filter(other => other.said && other.number !== parts[at].number)
        .map(other => !apart(ink, other.ink) && `touches ${other.said}`),
    ].filter(Boolean).map(fault => `${svg.closest("figure").id}: ${said} ${fault}`));
    return parts.length ? [...new Set(faults)] : ["holds no text"];
  });
}"""


def test_text_in_figures_is_large_whole_and_apart_on_a_phone(chromium, address):
    context = chromium.new_context(viewport={"width": 390, "height": 900})
    page, figures, faults = context.new_page(), 0, []
    for file in sorted(SITE.rglob("*.html")):
        if drawn := len(re.findall(r'<svg class="plot"', file.read_text(encoding="utf-8"))):
            figures += drawn
            page.goto(address + file.relative_to(SITE).as_posix())
            faults += page.evaluate(FAULTS)
    context.close()

    assert figures > 30
    assert not faults, "\n".join(faults)
