// The order of search results: a name of the package typed in full, then titles, then the answers' own pages.
// A name that merely contains what was typed comes last: the letter W stands in 170 of them.
var Scorer = {
  score: ([page, title, , , score, , kind]) => {
    const query = (new URLSearchParams(window.location.search).get("q") || "").trim().toLowerCase();
    if (kind === "object" && query.includes(".") && title.toLowerCase().endsWith("." + query)) return score + 20;
    if (kind === "text" && page === "notation") return score + 2;
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
