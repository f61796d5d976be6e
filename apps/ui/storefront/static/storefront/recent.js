/* Recently viewed products. Only this browser knows them: slugs in its storage, and cards that the shop renders. */
"use strict";

(() => {
  const place = document.querySelector("[data-recent]");
  if (!place) return;
  const KEY = "recently-viewed";
  const MAX_PRODUCTS = 12;
  let slugs = [];
  try {
    slugs = JSON.parse(localStorage.getItem(KEY) || "[]").filter((slug) => /^[\w-]{1,200}$/.test(slug));
    const viewed = place.dataset.viewed;
    const others = slugs.filter((slug) => slug !== viewed);
    if (viewed) localStorage.setItem(KEY, JSON.stringify([viewed, ...others].slice(0, MAX_PRODUCTS)));
    slugs = others.slice(0, MAX_PRODUCTS);
  } catch {
    return; // Storage is off, or holds something else.
  }
  if (!slugs.length) return;

  const show = async () => {
    const response = await fetch(`${place.dataset.recent}?${new URLSearchParams({ slugs: slugs.join(",") })}`);
    if (!response.ok) return;
    const found = new DOMParser().parseFromString(await response.text(), "text/html").body;
    if (!found.children.length) return;
    place.replaceChildren(...found.childNodes);
    place.hidden = false;
    document.dispatchEvent(new CustomEvent("shop:rails", { detail: place }));
  };
  // Below the fold: asked for when the visitor comes near.
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    show().catch(() => {});
  }, { rootMargin: "600px" }).observe(place.previousElementSibling || place);
})();
