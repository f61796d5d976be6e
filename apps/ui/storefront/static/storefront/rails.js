/* Rows of cards that scroll sideways get buttons, which appear only where there is something to scroll to. */
"use strict";

(() => {
  // Scroll positions count from the start of the text, negative from right to left.
  const signOf = (row) => (getComputedStyle(row).direction === "rtl" ? -1 : 1);

  const measure = (row) => {
    const position = row.scrollLeft * signOf(row);
    return { position, width: row.scrollWidth - row.clientWidth };
  };

  const show = (row, { position, width }) => {
    const rail = row.closest("[data-rail]");
    for (const button of rail.querySelectorAll("[data-scroll]")) {
      button.disabled = (button.dataset.scroll === "next" ? width - position : position) < 4;
    }
    rail.classList.toggle("has-more", width > 4);
  };

  // Called for every row once it is laid out. All are measured before any is changed, so that nothing is laid out twice.
  const sizes = new ResizeObserver((entries) => {
    const measured = entries.map(({ target }) => [target, measure(target)]);
    for (const [row, size] of measured) show(row, size);
  });

  const prepare = (rail) => {
    const row = rail.querySelector(".row");
    for (const button of rail.querySelectorAll("[data-scroll]")) {
      button.addEventListener("click", () => {
        const step = button.dataset.scroll === "next" ? 1 : -1;
        row.scrollBy({ left: step * signOf(row) * row.clientWidth * 0.9, behavior: "smooth" });
      });
    }
    row.addEventListener("scroll", () => show(row, measure(row)), { passive: true });
    sizes.observe(row);
  };

  for (const rail of document.querySelectorAll("[data-rail]")) prepare(rail);
  document.addEventListener("shop:rails", (event) => {
    for (const rail of event.detail.querySelectorAll("[data-rail]")) prepare(rail);
  });
})();
