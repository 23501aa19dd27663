// What stands where in the formulas of a page, in ems of the part that is measured.
const done = arguments[arguments.length - 1];
const GROWING = "()[]{}|‖⟨⟩⌈⌉⌊⌋";
const SCRIPTS = ["msub", "msup", "msubsup", "munder", "mover", "munderover"];

const sizeOf = element => parseFloat(getComputedStyle(element).fontSize);

// Whether TeX would set this part of a formula in display style.
function displayed(element) {
  const parent = element.parentElement;
  if (element.hasAttribute("displaystyle")) return element.getAttribute("displaystyle") === "true";
  if (element.localName === "math") return element.getAttribute("display") === "block";
  if (element.localName === "mtable" || parent.localName === "mfrac") return false;
  if (SCRIPTS.includes(parent.localName) && element !== parent.firstElementChild) return false;
  return displayed(parent);
}

function look(element, more) {
  const em = sizeOf(element);
  const box = one => {
    const { top, bottom } = one.getBoundingClientRect();
    return { top: top / em, bottom: bottom / em };
  };
  const tex = element.closest("math").querySelector("annotation").textContent;
  return { tex, displayed: displayed(element), ...box(element), ...more(box, em) };
}

function measure() {
  const all = selector => [...document.querySelectorAll(selector)];
  return {
    accents: all('mover[accent="true"]').map(e => look(e, box => ({ letter: box(e.firstElementChild) }))),
    fractions: all("mfrac").map(e => look(e, (box, em) => (
      { parts: [...e.children].map(box), sizes: [...e.children].map(part => sizeOf(part) / em) }))),
    fences: all('mo:not([stretchy="false"])').filter(e => GROWING.includes(e.textContent)).map(e => look(e, box => ({
      asked: parseFloat(e.getAttribute("minsize")),
      inside: [...e.parentElement.children].filter(one => !GROWING.includes(one.textContent)).map(box) }))),
    operators: all("mo").filter(e => "⊙∑∏".includes(e.textContent)).map(e => look(e, () => ({ sign: e.textContent }))),
  };
}

// Each accented letter of the page, large and alone, beside the same letter without its accent.
function showAccents() {
  const sheet = document.body.appendChild(document.createElement("div"));
  Object.assign(sheet.style, {
    position: "fixed", inset: 0, zIndex: 10000, overflow: "hidden", background: "white", color: "black", fontSize: "40px",
    borderBottom: "20px solid magenta" }); // by which a picture shows that it is of this and not of the page below
  const kinds = new Map([...document.querySelectorAll('mover[accent="true"]')].map(e => [e.outerHTML, e]));
  return [...kinds.values()].map(accented => [accented, accented.firstElementChild].map(part => {
    const cell = sheet.appendChild(document.createElement("div"));
    Object.assign(cell.style, { display: "inline-block", width: "80px", height: "120px", paddingTop: "40px" });
    const math = cell.appendChild(document.createElementNS("http://www.w3.org/1998/Math/MathML", "math"));
    math.append(part.cloneNode(true));
    return cell;
  })).map(cells => cells.map(cell => {
    const { left, top, width, height } = cell.getBoundingClientRect();
    return { tex: cell.textContent, box: [left, top, left + width, top + height], em: sizeOf(cell.firstElementChild) };
  }));
}

document.querySelectorAll("div.math").forEach(e => { e.style.contentVisibility = "visible"; });  // those of the API wait
document.querySelectorAll("details").forEach(e => { e.open = true; });
document.fonts.load('1em "STIX Two Math"').then(fonts => document.fonts.ready.then(() => {
  const measured = measure();
  window.scrollTo(0, 0);
  done({ font: fonts.length, ...measured, letters: showAccents() });
}));
