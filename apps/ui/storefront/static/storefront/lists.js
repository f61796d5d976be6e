/* Lists: a changed filter or another order shows its products at once, and "Load more" adds them to the page. */
"use strict";

(() => {
  const list = document.querySelector("[data-list]");
  if (!list || !window.htmx) return;

  /* Without empty fields, an address is short and the same list has one address. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") return;
    for (const [name, value] of [...event.detail.formData.entries()]) {
      if (value === "") event.detail.formData.delete(name);
    }
  });
})();
