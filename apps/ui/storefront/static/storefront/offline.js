/* The offline page: a worker keeps it, and shows it where a page cannot be reached. Nothing else is kept. */
"use strict";

if ("serviceWorker" in navigator) {
  window.addEventListener("load", () => {
    const address = document.querySelector("[data-worker]")?.dataset.worker;
    if (address) navigator.serviceWorker.register(address).catch(() => {});
  });
}
