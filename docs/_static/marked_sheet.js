// Shows some kinds of findings alone. The address says which (#show=E,S), so that the choice can be linked.
// Kinds add to each other; S, in the question, narrows them. Without scripts every finding stands there.
const group = document.querySelector(".finding-filter");
const buttons = [...group.querySelectorAll("button")];
const said = group.querySelector("output span");
const findings = [...document.querySelectorAll(".finding")];
const sections = [...document.querySelectorAll("section:has(.finding)")].filter((one) => !one.querySelector("section"));

function isPressed(button) {
  return button.getAttribute("aria-pressed") === "true";
}

function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

function chosen() {
  return buttons.filter(isPressed).map((one) => one.dataset.show);
}

function show() {
  const marks = chosen();
  const kinds = marks.filter((mark) => mark !== "S").map((mark) => `kind-${mark.toLowerCase()}`);
  for (const one of findings) {
    const fits = !kinds.length || kinds.some((kind) => one.classList.contains(kind));
    one.hidden = !fits || (marks.includes("S") && !one.classList.contains("in-question"));
  }
  for (const one of sections) {
    one.hidden = !one.querySelector(".finding:not([hidden])");
  }
  said.textContent = findings.filter((one) => !one.hidden).length;
}

function read() {
  const wanted = /^#show=([A-Z,]+)$/.exec(location.hash);
  const target = document.getElementById(location.hash.slice(1));
  if (!wanted && !target?.closest("[hidden]")) {
    return; // an address without a choice leaves what is chosen, unless that hides what it names
  }
  const marks = wanted ? wanted[1].split(",") : [];
  for (const one of buttons) {
    press(one, marks.includes(one.dataset.show));
  }
  show();
  (wanted ? group : target).scrollIntoView();
}

group.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) {
    press(button, !isPressed(button));
    const marks = chosen();
    history.replaceState(null, "", marks.length ? `#show=${marks}` : location.pathname + location.search);
    show();
  }
});
addEventListener("hashchange", read);
group.hidden = false;
read();
