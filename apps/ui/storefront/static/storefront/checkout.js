/* The checkout without waiting: totals follow the chosen shipping, another address asks for its prices at once.
   Without this script the page has a button for it, and nothing is paid at a price that was not shown. */
"use strict";

(() => {
  const form = document.querySelector("[data-checkout]");
  if (!form) return;
  const update = form.querySelector("[data-update]");
  if (update) update.parentElement.hidden = true;

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.name === "shipping_method") {
      for (const place of document.querySelectorAll("[data-shown]")) {
        place.textContent = field.dataset[place.dataset.shown];
      }
    } else if (update && (field.name === "to-country" || "updates" in field.dataset)) {
      update.parentElement.hidden = false;
      form.requestSubmit(update);
    }
  });

  // A second press while the first one is on its way would only make the shopper wait longer.
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    // Should the shopper have stopped the page from loading, the button works again.
    window.setTimeout(() => { isSent = false; }, 8000);
  });
  window.addEventListener("pageshow", () => { isSent = false; });
})();
