// An equation takes the focus where it is too wide for the page, and so has to be scrolled, and nowhere else.
// Those of the API reference are laid out when they come into sight, and then looked at. Without scripts each is a stop.
const boxes = document.querySelectorAll(".math-scroll");

function look(box) {
  if (box.scrollWidth > box.clientWidth + 1) {
    box.tabIndex = 0;
  } else if (box !== document.activeElement) {
    box.removeAttribute("tabindex");
  }
}

const sizes = new ResizeObserver((changes) => new Set(changes.map(({ target }) => target.closest(".math-scroll"))).forEach(look));
for (const box of boxes) {
  if (box !== document.activeElement) {
    box.removeAttribute("tabindex");
  }
  sizes.observe(box);
  sizes.observe(box.firstElementChild); // its font may come later
}
