// What cannot wait until a page is read: the colours that the reader chose last, as the theme would set them, and
// the font of the formulas. Met in the style sheet it would come late, and move the text. From a file it is not
// asked for: the browser would refuse, and complain.
{
  const { dataset } = document.documentElement;
  const byDefault = dataset.theme;
  for (const choice of ["mode", "theme"]) {
    dataset[choice] = localStorage.getItem(choice) || byDefault;
  }
  const { font } = document.currentScript.dataset;
  if (font && location.protocol !== "file:") {
    const link = document.createElement("link");
    document.head.append(Object.assign(link, { rel: "preload", href: font, as: "font", type: "font/woff2", crossOrigin: "" }));
  }
}
