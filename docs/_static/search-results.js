// What the page of search results shows, where Sphinx falls short.
addEventListener("DOMContentLoaded", () => {
  // Each place once: a page that a term of the index leads to is found by its text as well.
  const perform = Search._performSearch;
  Search._performSearch = (...terms) => {
    const seen = new Set();
    const found = perform(...terms).reverse(); // the best came last
    for (const result of found) if (/^#index-\d+$/.test(result[2])) result[2] = "";
    return found.filter(([page, , anchor]) => !seen.has(page + anchor) && seen.add(page + anchor)).reverse();
  };

  // The text of the page's article, each formula once and as it is drawn. Sphinx takes all of the page, with the
  // menus of the theme and the TeX that stands behind a formula.
  Search.htmlToText = (html, anchor) => {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector("article");
    const unread = ".headerlink, script, style, annotation, svg, .no-search, .verdict, .cell, .prev-next-area";
    for (const element of article.querySelectorAll(unread)) element.remove();
    const part = anchor && article.querySelector(`#${CSS.escape(anchor.slice(1))}`);
    const text = (part && part.textContent) || article.textContent; // an anchor alone holds none
    return text.replace(/\s+/g, " ");
  };
});
