/* Printing, and times in the visitor's own zone; the server wrote them in the shop's, with its name. */
"use strict";

(() => {
  const times = document.querySelectorAll("time[data-local]");
  // Most pages have none, and a format takes a phone longer to make than the rest of this file.
  if (times.length) {
    const language = document.documentElement.lang;
    const options = { day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
    const format = new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, options);
    for (const time of times) time.textContent = format.format(new Date(time.dateTime));
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
