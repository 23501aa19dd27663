// The check of one's own answer. What it says was worked out while the site was built, or is found by the rules
// of rnn_solutions.check_answer, from the data in each form; docs/_extensions/answer_forms.py writes both.

// -- What is said of an answer ------------------------------------------------------------------------------

// The data of many answers hold each name and each part of a sentence once, and a letter for it in each answer.
const spell = ({ letters, names, parts }, word) => {
  const [name, ...said] = Array.from(word, (letter) => letters.indexOf(letter));
  return { mistake: names[name], right: names[name] === null, message: said.map((part) => parts[part]).join("") };
};
const wrong = (message) => ({ mistake: "", right: false, message });
const unread = (message) => ({ unread: true, message });

const sum = (form) => [...form.querySelectorAll(":checked")].reduce((sum, box) => sum + Number(box.value), 0);

const judgeChoices = (form, data) => {
  const groups = new Map([...form.querySelectorAll("[type=radio]")].map((box) => [box.name, false]));
  form.querySelectorAll("[type=radio]:checked").forEach((box) => groups.set(box.name, true));
  const open = [...groups].filter(([, chosen]) => !chosen).map(([name]) => name);
  if (open.length) return unread(`Nothing is chosen for the ${open.join(" and the ")}.`);
  return spell(data, data.words.split(" ")[sum(form)]);
};

const judgeTerms = (form, data) => {
  const given = sum(form);
  if (given in data.known) return spell(data, data.known[given]);
  const terms = (kept) => {
    const among = [...form.querySelectorAll("[type=checkbox]")].filter(kept);
    const listed = among.slice(0, 6).map((box) => `(${box.getAttribute("aria-label").match(/\d/g).join(", ")})`);
    return listed.join(", ") + (among.length > 6 ? ` and ${among.length - 6} more` : "");
  };
  const right = (box) => (data.right & Number(box.value)) !== 0;
  const missing = terms((box) => right(box) && !box.checked);
  const extra = terms((box) => !right(box) && box.checked);
  const said = [missing && `missing: ${missing}`, extra && `too many: ${extra}`].filter(Boolean).join("; ");
  return wrong(`The terms are one for each 0 <= k <= t <= 3. ${said[0].toUpperCase()}${said.slice(1)}.`);
};

// -- Show it ------------------------------------------------------------------------------------------------

const JUDGES = { "2a": judgeTerms, "2c": () => unread("?"), "3a": judgeChoices, "3b": judgeChoices, "3c": judgeChoices };

const element = (name, text, settings = {}) => Object.assign(document.createElement(name), { textContent: text }, settings);

const show = (output, { right, unread, mistake, message }) => {
  const mark = element("span", right ? "✓ " : unread ? "" : "✗ ", { ariaHidden: "true" });
  const first = right || unread || message.startsWith("Wrong") ? "" : mistake ? `Wrong: ${mistake}. ` : "Wrong. ";
  output.className = right ? "right" : unread ? "unread" : "wrong";
  output.replaceChildren(mark, element("strong", first), element("span", message, { className: "message" }));
};

for (const form of document.querySelectorAll(".answer-form")) {
  const data = JSON.parse(form.querySelector("script").textContent);
  const [output, link] = form.querySelectorAll("output, a");
  const judge = JUDGES[form.dataset.question];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show(output, judge(form, data));
    link.hidden = false;
  });
  form.addEventListener("input", () => {
    output.replaceChildren(); // it was about another answer
    output.className = "";
    link.hidden = true;
  });
  form.hidden = false;
}
