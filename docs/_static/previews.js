// Shows what a link leads to, beside the link: on hover, on the keyboard's focus, and on a long press. What there is to
// show of a page comes in a script of its own, which puts it here when it is first wanted.
"use strict"; // or the functions in the block would be global, and replace those of other scripts
const previews = {};
{
  const folder = new URL("previews/", document.currentScript.src);
  const root = new URL("../..", folder).pathname;
  const GAP = 4; // pixels to the link, and to the window's edge
  const SOON = 300; // milliseconds until it shows, and until it goes, so that the pointer can move into it
  const LONG = 500; // milliseconds of a long press
  const LINK = "a[data-preview]";

  const box = document.createElement("div");
  box.id = box.className = "link-preview";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.querySelector("main").append(box);
  for (const link of document.querySelectorAll(`${LINK}[title]`)) {
    link.removeAttribute("title"); // which the browser would show as well
  }

  const scripts = {};
  let wanted = null; // the link to show, perhaps when its script has come
  let shown = null;
  let under = null; // the link under the pointer, or the box
  let pressed = null; // the link under a finger
  let held = false; // so long that it is no tap
  let timer;

  const pageOf = (link) => link.pathname.slice(root.length).replace(/\.html$/, "");
  const load = (page) =>
    (scripts[page] ??= new Promise((come) => {
      const script = document.createElement("script");
      script.src = new URL(`${page}.js`, folder);
      script.onload = script.onerror = come; // where it does not come, a link is a link
      document.head.append(script);
    }));

  function later(action, wait, link) {
    clearTimeout(timer);
    timer = setTimeout(action, wait, link);
  }

  function hide() {
    clearTimeout(timer);
    shown?.removeAttribute("aria-describedby");
    wanted = shown = null;
    box.hidden = true;
  }

  async function show(link) {
    wanted = link;
    const page = pageOf(link);
    await load(page);
    const said = previews[page]?.[link.hash.slice(1)];
    if (!said || wanted !== link) {
      return; // there is none, or the reader went on
    }
    shown?.removeAttribute("aria-describedby");
    shown = link;
    box.innerHTML = said;
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    place();
    await document.fonts.ready; // a page without formulas had not asked for theirs
    place();
  }

  // Below the link or above it, in sight, and no formula wider than the box.
  function place() {
    if (!shown) {
      return;
    }
    Object.assign(box.style, { top: 0, left: 0, maxHeight: "" });
    for (const formula of box.querySelectorAll("math")) {
      formula.style.fontSize = "";
      const room = formula.closest("p, div, td").clientWidth;
      const shrink = room / formula.firstElementChild.getBoundingClientRect().width;
      if (shrink < 1) {
        formula.style.fontSize = `${parseFloat(getComputedStyle(formula).fontSize) * shrink * 0.99}px`;
      }
    }
    const { clientWidth, clientHeight } = document.documentElement;
    const { top, bottom, left } = shown.getBoundingClientRect();
    const [above, below] = [top, clientHeight - bottom].map((room) => room - 2 * GAP);
    const isBelow = box.offsetHeight <= below || below >= above;
    box.style.maxHeight = `${isBelow ? below : above}px`;
    const lies = box.getBoundingClientRect();
    box.style.left = `${Math.max(GAP, Math.min(left, clientWidth - lies.width - GAP)) - lies.left}px`;
    box.style.top = `${(isBelow ? bottom + GAP : top - GAP - lies.height) - lies.top}px`;
  }

  function moveOver(element) {
    if (element === under) {
      return;
    }
    under = element;
    clearTimeout(timer);
    if (!element) {
      later(leave, SOON);
    } else if (element !== box && element !== shown) {
      load(pageOf(element));
      later(show, SOON, element);
    }
  }

  function leave() {
    if (!shown?.matches(":focus-visible")) {
      hide();
    }
  }

  function hold(link) {
    held = true;
    show(link);
  }

  document.addEventListener("pointerover", ({ pointerType, target }) => {
    if (pointerType !== "touch") {
      moveOver(target.closest(`${LINK}, #${box.id}`));
    }
  });
  document.documentElement.addEventListener("pointerleave", () => moveOver(null));

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(`${LINK}:focus-visible`)) {
      clearTimeout(timer);
      show(target);
    }
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target.matches(LINK) && !box.matches(":hover")) {
      hide(); // but not for who takes the focus away by a click into the box
    }
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") {
      hide();
    }
  });

  document.addEventListener("pointerdown", ({ pointerType, target }) => {
    const link = target.closest(LINK);
    held = false;
    pressed = pointerType === "touch" ? link : null;
    if (!box.contains(target)) {
      hide();
    }
    if (pressed) {
      load(pageOf(link));
      later(hold, LONG, link);
    }
  });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      if (pressed && !held) {
        clearTimeout(timer);
      }
      pressed = null;
    });
  }
  for (const answer of ["contextmenu", "dragstart"]) {
    document.addEventListener(answer, (event) => {
      if (pressed) {
        event.preventDefault(); // the system's own answer to a long press
        hold(pressed);
      }
    });
  }
  document.addEventListener(
    "click",
    (event) => {
      if (held && event.detail) {
        event.preventDefault(); // it ends the long press; a key's click has no detail
      } else if (event.target.closest(LINK)) {
        hide();
      }
    },
    true,
  );
  addEventListener("resize", place);
}
