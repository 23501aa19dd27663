// A field that filters the ledger. Without scripts the whole table stands there, and the browser can search it.
const table = document.querySelector("table.ledger");
const label = document.querySelector(".ledger-filter");
const field = label.querySelector("input");
const said = label.querySelector("output");
label.hidden = false;

field.addEventListener("input", () => {
  const words = field.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  let shown = 0;
  for (const body of table.tBodies) {
    const [heading, ...rows] = body.rows;
    let any = false;
    for (const row of rows) {
      const text = (heading.textContent + " " + row.textContent).toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) {
        any = true;
        shown += 1;
      }
    }
    body.hidden = !any;
  }
  said.textContent = words.length ? ` ${shown} shown` : "";
});
