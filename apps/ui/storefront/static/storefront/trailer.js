/* Trailers start by themselves, silently, once they are in view; not for those who want less movement or less data. */
"use strict";

(() => {
  const trailer = document.querySelector("[data-trailer]");
  const isUnwanted = matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData;
  if (!trailer || isUnwanted || !("IntersectionObserver" in window)) {
    return;
  }
  let isLeftAlone = true;
  // Whoever pauses it, or turns the sound on, decides from then on.
  for (const name of ["volumechange", "click", "keydown"]) {
    trailer.addEventListener(name, () => { isLeftAlone = false; });
  }

  const follow = ([entry]) => {
    if (!isLeftAlone) {
      return;
    }
    if (entry.isIntersecting) {
      // Browsers may refuse; the controls are there.
      trailer.play().catch(() => {});
    } else {
      trailer.pause();
    }
  };

  new IntersectionObserver(follow, { threshold: 0.5 }).observe(trailer);
})();
