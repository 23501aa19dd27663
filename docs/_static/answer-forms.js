// The check of one's own answer. What it says is what rnn_solutions.check_answer says, from the data that stand
// in each form: docs/_extensions/answer_forms.py writes both, and tests/browser/test_answer_forms.py compares.

// -- Exact numbers: a fraction of two BigInts, the second positive ------------------------------------------

const ten = (n) => 10n ** BigInt(n);
const minus = ([a, b], [c, d]) => [a * d - c * b, b * d];
const times = ([a, b], [c, d]) => [a * c, b * d];
const less = ([a, b], [c, d]) => a * d < c * b;
const abs = ([a, b]) => [a < 0n ? -a : a, b];
const inverse = ([a, b]) => [b, a];
const largest = (numbers) => numbers.reduce((x, y) => (less(x, y) ? y : x));
const smallest = (numbers) => numbers.reduce((x, y) => (less(y, x) ? y : x));
const [ZERO, HALF, ONE] = [[0n, 1n], [1n, 2n], [1n, 1n]];

// A number as it was written, and what its last decimal place is worth, 0 where it has none; null: no number.
const read = (typed, { number, fraction, longest, places }) => {
  const text = typed.normalize("NFKC").replaceAll("\u2212", "-").trim().toLowerCase();
  if (text.length > longest) return null;
  if (new RegExp(`^${fraction}$`).test(text)) {
    const [above, below] = text.replace(/\s/g, "").split("/").map(BigInt);
    if (below === 0n || !Number.isFinite(Number(above / below))) return null;
    const own = Array.from({ length: places }, (_, n) => n).find((n) => (above * ten(n)) % below === 0n);
    return { value: [above, below], unit: own === undefined ? ZERO : [1n, ten(own)] };
  }
  if (!new RegExp(`^${number}$`).test(text) || !Number.isFinite(Number(text.replace(",", ".")))) return null;
  const [written, power = "0"] = text.replace(",", ".").split("e");
  const [whole, decimals = ""] = written.split(".");
  const shift = decimals.length - Number(power);
  const digits = BigInt(whole.replace(/[+-]/, "") + decimals) * (whole.startsWith("-") ? -1n : 1n);
  return { value: shift > 0 ? [digits, ten(shift)] : [digits * ten(-shift), 1n], unit: [1n, ten(Math.max(shift, 0))] };
};

// -- 2(c): the rules of thirtieth_power.py and reading.py ---------------------------------------------------

const howWritten = (given, exact, units) => {
  const short = given.map((x, i) => {
    const missing = minus(exact[i], x);
    return times(less(exact[i], ZERO) ? minus(ZERO, missing) : missing, inverse(units[i]));
  });
  const [most, least] = [largest(short), smallest(short)];
  if (less(largest(exact.map(abs)), largest(units)) || !less(most, ONE) || less(times(least, [2n, 1n]), [-1n, 1n])) return "";
  if (!less(HALF, most)) return "rounded to";
  return less(least, ZERO) ? "partly rounded and partly cut to" : "cut to";
};

const judgeMatrix = (form, data) => {
  const fields = [...form.querySelectorAll("input")];
  const entries = fields.map((field) => read(field.value, data));
  fields.forEach((field, i) => {
    if (entries[i]) field.removeAttribute("aria-invalid");
    else field.setAttribute("aria-invalid", "true"); // without a value it would mean "false"
  });
  const bad = fields.filter((_, i) => !entries[i]);
  const faults = bad.map((field) => {
    const [text, place] = [field.value.trim(), field.getAttribute("aria-label")];
    return text ? `“${text}” in ${place} cannot be read here.` : `The field in ${place} is empty.`;
  });
  if (bad.some((field) => field.value.trim())) faults.push("Write 0.0153, 0,0153 or 1.53e-2.");
  if (bad.length) return unread(faults.join(" "), bad[0]);
  const [given, units] = [entries.map((one) => one.value), entries.map((one) => one.unit)];
  const exactly = (matrix) => matrix.map((text) => read(text, data).value);
  const written = (exact) => {
    const unit = smallest(units);
    if (unit[0] === 0n) return { how: "" };
    const how = howWritten(given, exact, [unit, unit, unit, unit]);
    return how ? { how, places: String(unit[1]).length - 1 } : { how: howWritten(given, exact, units) };
  };
  const error = (exact) => {
    const [off, most] = [largest(given.map((x, i) => abs(minus(x, exact[i])))), largest(exact.map(abs))];
    return most[0] ? times(off, inverse(most)) : off[0] ? ONE : ZERO;
  };
  const isNear = (exact) => !less(read(data.close, data).value, error(exact)) || written(exact).how !== "";

  const exact = exactly(data.right);
  if (isNear(exact)) return right(howRight(written(exact), error(exact), exact, data, (other) => isNear(exactly(other))));
  const known = data.known.find(([matrix]) => isNear(exactly(matrix)));
  if (known) return spell(data, known[1]);
  const errors = given.map((x, i) =>
    units[i][0] && howWritten([x], [exact[i]], [units[i]]) ? ZERO : abs(minus(x, exact[i])));
  const where = errors.indexOf(largest(errors));
  const place = `Row ${(where >> 1) + 1}, column ${(where % 2) + 1}`;
  return wrong(`Not right, and none of the usual mistakes. ${place} of W^30 is ${decimal(exact[where], 6)}.`);
};

const howRight = ({ how, places }, error, exact, { digits, alike }, isNear) => {
  if (!how) {
    const right = Array.from({ length: digits }, (_, n) => n + 1).filter((n) => !less(ONE, times(error, [ten(n), 1n])));
    return right.length < digits ? `Right to ${right.length} digits of the largest entry.` : "Right.";
  }
  if (places === undefined) return "Right: each entry is rounded or cut to the digits that it has.";
  const [a, b, c, d] = exact.map((x) => decimal(x, places));
  const rounded = how === "cut to" ? ` Rounded, it would be [[${a}, ${b}], [${c}, ${d}]].` : "";
  const others = Object.keys(alike).filter((name) => isNear(alike[name]));
  const same = others.length ? ` So few digits do not tell it from ${others.join(" or ")}.` : "";
  return `Right, ${how} ${places} decimal places.${rounded}${same}`;
};

// A number between 0 and 1, rounded.
const decimal = ([a, b], places) => `0.${String((2n * a * ten(places) + b) / (2n * b)).padStart(places, "0")}`;

// -- The others: a word for each answer, or for those that have a name --------------------------------------

const spell = ({ letters, names, parts }, word) => {
  const [name, ...said] = Array.from(word, (letter) => letters.indexOf(letter));
  return { right: names[name] === null, mistake: names[name], message: said.map((part) => parts[part]).join("") };
};
const right = (message) => ({ right: true, message });
const wrong = (message) => ({ right: false, message });
const unread = (message, field) => ({ unread: true, message, field });
const NOTHING = "Nothing is ticked yet.";

const sum = (form) => [...form.querySelectorAll(":checked")].reduce((sum, box) => sum + Number(box.value), 0);

const judgeChoices = (form, data) => {
  const groups = [...new Set(Array.from(form.querySelectorAll("[type=radio]"), (box) => box.name))];
  const open = groups.filter((name) => !form.querySelector(`[name="${name}"]:checked`));
  if (open.length) {
    return unread(`Nothing is chosen for the ${open.join(" and the ")}.`, form.querySelector(`[name="${open[0]}"]`));
  }
  if (!groups.length && !sum(form)) return unread(NOTHING);
  return spell(data, data.words.split(" ")[sum(form)]);
};

const judgeTerms = (form, data) => {
  const given = sum(form);
  if (!given) return unread(NOTHING);
  if (given in data.known) return spell(data, data.known[given]);
  const listed = (name, among) => {
    const terms = among.map((box) => `(${box.getAttribute("aria-label").match(/\d/g).join(", ")})`);
    const more = terms.length > 6 ? ` and ${terms.length - 6} more` : "";
    return terms.length ? ` ${name}: ${terms.slice(0, 6).join(", ")}${more}.` : "";
  };
  const boxes = [...form.querySelectorAll("input")];
  const belongs = (box) => (data.right & Number(box.value)) !== 0;
  const missing = listed("Missing", boxes.filter((box) => belongs(box) && !box.checked));
  const extra = listed("Too many", boxes.filter((box) => !belongs(box) && box.checked));
  return wrong(`The terms are one for each 0 <= k <= t <= 3.${missing}${extra}`);
};

// -- Show it ------------------------------------------------------------------------------------------------

const JUDGES = { "2a": judgeTerms, "2c": judgeMatrix, "3a": judgeChoices, "3b": judgeChoices, "3c": judgeChoices };

const part = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text });

const show = (output, said) => {
  output.className = said.unread ? "unread" : said.right ? "right" : "wrong";
  const sign = part("span", "sign", said.unread ? "" : said.right ? "✓ " : "✗ ");
  sign.ariaHidden = "true"; // the word behind it says the same
  const isSaid = output.className !== "wrong" || said.message.startsWith("Not right");
  const word = part("strong", "", isSaid ? "" : "Not right: ");
  const name = part("strong", "name", said.mistake ? `${said.mistake}. ` : "");
  output.replaceChildren(sign, word, name, part("span", "message", said.message.replaceAll("<=", "≤")));
};

for (const form of document.querySelectorAll(".answer-form")) {
  const data = JSON.parse(form.querySelector("script").textContent);
  const output = form.querySelector("output");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = JUDGES[form.dataset.question](form, data);
    show(output, said);
    said.field?.focus();
    output.scrollIntoView({ block: "nearest" });
  });
  form.addEventListener("input", () => {
    output.replaceChildren(); // it was about another answer
    output.className = "";
  });
  form.hidden = false;
}
