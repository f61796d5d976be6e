/* Browsers keep pages that were left and show them again as they were. What changes by what the visitor did meanwhile
   (films and how far they were watched) is marked, and such a page is loaded again. */
"use strict";

window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.querySelector("[data-reload-on-return]")) window.location.reload();
});
