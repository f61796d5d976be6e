"use strict";

// Names for what the admin's libraries leave without one: Select2's boxes, their search fields, and tabs; and wide tables
// that are scrolled by keys. For forms: `class Media: js = ["admin_site/labels.js"]`.
{
  function nameSelects() {
    for (const container of document.querySelectorAll(".select2-container")) {
      // The button that empties a box of several stands in the list of its entries, as no entry.
      const clear = container.querySelector("ul.select2-selection__rendered > .select2-selection__clear");
      clear?.parentElement.after(clear);
      const select = container.previousElementSibling;
      const label = select?.labels?.[0];
      const name = label?.textContent.trim().replace(/[*:\s]+$/, "") || select?.getAttribute("aria-label");
      if (!name) {
        continue;
      }
      container.querySelector(".select2-search__field")?.setAttribute("aria-label", name);
      const box = container.querySelector(".select2-selection--single");
      if (box) {
        const shown = box.querySelector(".select2-selection__rendered")?.textContent.trim();
        box.removeAttribute("aria-labelledby");
        box.setAttribute("aria-label", shown ? `${name}: ${shown}` : name);
        box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
      }
    }
  }

  // A heading without a text is no heading of its column.
  function emptyHeadings() {
    for (const heading of document.querySelectorAll("fieldset.module th")) {
      if (!heading.textContent.trim()) {
        const cell = document.createElement("td");
        cell.className = heading.className;
        heading.replaceWith(cell);
      }
    }
  }

  // The tabs of the page and those of its fieldsets: each is named by what it leads to.
  function nameTabs() {
    for (const tabs of document.querySelectorAll("nav:not([aria-label], [aria-labelledby])")) {
      const names = Array.from(tabs.querySelectorAll("a"), (link) => link.textContent.trim().replace(/\s+/g, " "));
      if (names.length) {
        tabs.setAttribute("aria-label", names.join(", "));
      }
    }
  }

  // With fields in it, one scrolls by going through them.
  function reachScrolled() {
    for (const region of document.querySelectorAll(".formset-wrapper")) {
      const fields = region.querySelectorAll("a, input:not([type=hidden]), select, textarea, button");
      const isReachable = Array.from(fields).some((field) => field.checkVisibility());
      if (region.scrollWidth > region.clientWidth && !isReachable) {
        region.tabIndex = 0;
      }
    }
  }

  function nameAll() {
    nameSelects();
    nameTabs();
    reachScrolled();
    emptyHeadings();
  }

  window.addEventListener("load", () => {
    nameAll();
    django.jQuery(document).on("change", "select", () => setTimeout(nameSelects));
  });
  document.addEventListener("formset:added", () => setTimeout(nameAll));
}
