// What one takes away: a numbered equation, as TeX or as MathML, and how to cite a figure. Without scripts the
// words can still be selected. The braces keep its names from those of other scripts.
{
  const part = (name, about, ...inside) => {
    const element = Object.assign(document.createElement(name), about);
    element.append(...inside);
    return element;
  };

  // To the clipboard: in the browser's way where it allows that, elsewhere in the old way, else by the reader's hand.
  const copy = async (text, box) => {
    const said = box.querySelector("output");
    said.textContent = ""; // or it would not be said again
    box.querySelector("textarea")?.remove();
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const from = document.activeElement;
      const field = part("textarea", { value: text, readOnly: true, ariaLabel: "To copy" });
      box.append(field);
      field.select();
      if (!document.execCommand("copy")) {
        said.textContent = "Press Ctrl+C or ⌘C";
        return;
      }
      field.remove();
      from.focus();
    }
    said.textContent = "Copied";
  };

  const button = (textContent, ariaLabel, what, box) => {
    const made = part("button", { type: "button", textContent, ariaLabel });
    made.addEventListener("click", () => copy(what(), box));
    return made;
  };

  // -- A figure: the text in its box ---------------------------------------------------------------------------------

  for (const box of document.querySelectorAll(".take-figure details")) {
    const cited = box.querySelector("p").textContent;
    const figure = box.querySelector("summary").ariaLabel.toLowerCase();
    box.append(button("Copy", `Copy how to ${figure}`, () => cited, box), part("output", {}));
    // Not every browser opens by itself what an address leads into.
    const code = box.parentElement.querySelector("a[href^='#']");
    code?.addEventListener("click", () => {
      document.querySelector(code.hash).closest("details")?.setAttribute("open", "");
    });
  }

  // -- An equation: a box at its number, in sight while a pointer, the focus or a finger is at the equation ----------

  const tex = (math) => math.querySelector("annotation").textContent; // in which the site's macros are written out

  // As a word processor takes it: without the TeX, and without the names that only our style sheet knows.
  const mathml = (math) => {
    const copied = math.cloneNode(true);
    for (const one of copied.querySelectorAll("annotation")) one.remove();
    for (const one of copied.querySelectorAll("semantics")) one.replaceWith(...one.childNodes);
    for (const one of copied.querySelectorAll("[class]")) one.removeAttribute("class");
    return new XMLSerializer().serializeToString(copied);
  };

  const boxes = Array.from(document.querySelectorAll("div.math > .eqno"), (number) => {
    const math = number.parentElement.querySelector("math");
    const name = `equation ${number.firstChild.textContent.trim()}`;
    const box = part("details", { className: "take-equation d-print-none" });
    box.append(
      part("summary", { textContent: "Copy", ariaLabel: `Copy ${name}` }),
      button("TeX", `TeX of ${name}`, () => tex(math), box),
      button("MathML", `MathML of ${name}`, () => mathml(math), box),
      part("output", {}),
    );
    number.append(box);
    box.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !box.open) return;
      close(box);
      box.querySelector("summary").focus();
    });
    number.parentElement.addEventListener("click", () => {}); // or a finger's touch is none to some browsers
    return box;
  });

  const close = (box) => {
    box.open = false;
    box.querySelector("output").textContent = "";
    box.querySelector("textarea")?.remove();
  };

  document.addEventListener("click", ({ target }) => { // a finger hovers over nothing
    for (const box of boxes) {
      const equation = box.closest("div.math");
      equation.classList.toggle("chosen", equation.contains(target));
      if (!box.contains(target)) close(box);
    }
  });
}
