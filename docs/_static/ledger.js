// A field that filters the ledger. Without scripts the whole table stands there, and the browser can search it.
const table = document.querySelector("table.ledger");
const label = document.createElement("label");
label.className = "ledger-filter";
label.textContent = "Show only rows with ";
const field = document.createElement("input");
field.type = "search";
field.placeholder = "refuted, SymPy, bptt";
const said = document.createElement("output");
label.append(field, said);
table.before(label);

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
