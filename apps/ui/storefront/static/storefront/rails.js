/* Rows of cards that scroll sideways get buttons, which appear only where there is something to scroll to. */
"use strict";

(() => {
  const prepare = (rail) => {
    const row = rail.querySelector(".row");
    const buttons = [...rail.querySelectorAll("[data-scroll]")];
    // Scroll positions count from the start of the text, negative from right to left.
    const sign = getComputedStyle(row).direction === "rtl" ? -1 : 1;

    const update = () => {
      const position = row.scrollLeft * sign;
      const rest = row.scrollWidth - row.clientWidth - position;
      for (const button of buttons) button.disabled = button.dataset.scroll === "next" ? rest < 4 : position < 4;
      rail.classList.toggle("has-more", row.scrollWidth - row.clientWidth > 4);
    };

    for (const button of buttons) {
      button.addEventListener("click", () => {
        const step = button.dataset.scroll === "next" ? 1 : -1;
        row.scrollBy({ left: step * sign * row.clientWidth * 0.9, behavior: "smooth" });
      });
    }
    row.addEventListener("scroll", update, { passive: true });
    new ResizeObserver(update).observe(row);
    update();
  };

  for (const rail of document.querySelectorAll("[data-rail]")) prepare(rail);
  document.addEventListener("shop:rails", (event) => {
    for (const rail of event.detail.querySelectorAll("[data-rail]")) prepare(rail);
  });
})();
