/* Product pages: thumbnails scroll the gallery, images open in a dialog, and on phones a bar keeps the button in reach.
   Without scripts thumbnails and images are plain links, and every choice of an option is a page of its own. */
"use strict";

(() => {
  const row = document.querySelector("[data-gallery] .gallery-images");
  const slides = row ? [...row.children] : [];
  const thumbnails = [...document.querySelectorAll("[data-thumbnail]")];

  const showSlide = (index) => {
    if (slides[index]) row.scrollTo({ left: slides[index].offsetLeft, behavior: "smooth" });
  };

  thumbnails.forEach((thumbnail, index) => {
    thumbnail.addEventListener("click", (event) => {
      event.preventDefault();
      showSlide(index);
    });
  });

  if (thumbnails.length) {
    const observer = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const thumbnail = thumbnails[slides.indexOf(target)];
        if (isIntersecting) thumbnail.setAttribute("aria-current", "true");
        else thumbnail.removeAttribute("aria-current");
      }
    }, { root: row, threshold: 0.6 });
    slides.forEach((slide) => observer.observe(slide));
  }

  /* The dialog shows the images of the list that was clicked: the gallery, or those of one review. */
  const dialog = document.querySelector("[data-zoom-dialog]");
  const image = dialog?.querySelector("[data-zoom-image]");
  let links = [];
  let shown = 0;

  const zoom = (index) => {
    shown = (index + links.length) % links.length;
    image.src = links[shown].href;
    image.alt = links[shown].querySelector("img").alt;
    dialog.querySelector("[data-zoom-count]").textContent = `${shown + 1} / ${links.length}`;
    dialog.classList.toggle("zoom-single", links.length < 2);
  };

  if (dialog?.showModal) {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("[data-zoom]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      links = [...link.closest("ul").querySelectorAll("[data-zoom]")];
      zoom(links.indexOf(link));
      dialog.showModal();
    });
    for (const button of dialog.querySelectorAll("[data-zoom-step]")) {
      button.addEventListener("click", () => zoom(shown + Number(button.dataset.zoomStep)));
    }
    dialog.addEventListener("keydown", (event) => {
      const forwards = getComputedStyle(dialog).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      if (event.key === "ArrowRight" || event.key === "ArrowLeft") zoom(shown + (event.key === forwards ? 1 : -1));
    });
    dialog.addEventListener("close", () => links[shown]?.focus());
  }

  /* The bar shows while the button is not seen: above the screen, below it, behind the header or the bar itself. */
  let watcher = null;
  const watchButton = () => {
    watcher?.disconnect();
    const bar = document.querySelector("[data-buy-bar]");
    const button = document.querySelector("#buy [type=submit]");
    if (!bar || !button) return;
    watcher = new IntersectionObserver(([entry]) => {
      bar.hidden = entry.isIntersecting;
    }, { rootMargin: "-64px 0px", threshold: 0.5 });
    watcher.observe(button);
  };
  watchButton();

  /* Another variant: its image comes into view. */
  document.addEventListener("htmx:afterSwap", () => {
    watchButton();
    const wanted = document.querySelector("#offer")?.dataset.image;
    if (wanted) showSlide(slides.findIndex((slide) => slide.querySelector("[data-image]").dataset.image === wanted));
  });
})();
