/* The header: the menu closes by Escape, by a click elsewhere and when the focus leaves it; search opens on phones. */
"use strict";

(() => {
  const menu = document.querySelector("[data-menu]");
  const button = menu?.querySelector("summary");

  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    button.focus();
  });
  menu?.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });

  const header = document.querySelector(".site-header");
  const link = header?.querySelector(".search-link");
  link?.addEventListener("click", (event) => {
    event.preventDefault();
    header.classList.toggle("has-search");
    if (header.classList.contains("has-search")) header.querySelector("input[type=search]").focus();
  });
})();
