// The order of search results: a name of the package typed in full, then terms of the index, then titles,
// then the answers' own pages; a symbol alone leads to the notation. What tells the history of the site comes late.
// A name that merely contains what was typed comes last: the letter W stands in 170 of them.
var Scorer = {
  score: ([page, title, , , score, , kind]) => {
    const query = (new URLSearchParams(window.location.search).get("q") || "").trim().toLowerCase();
    if (kind === "object" && query.includes(".") && title.toLowerCase().endsWith("." + query)) return score + 20;
    if (kind === "text" && page === "notation" && /^\S+$/.test(query)) return score + 2;
    if (page === "changelog" || page === "contributing") return score - 5;
    if (kind === "text" && page.startsWith("exercise-")) return score + 1;
    return score;
  },
  objNameMatch: 30,
  objPartialMatch: 3,
  objPrio: { 0: 0, 1: 0, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 4,
};
