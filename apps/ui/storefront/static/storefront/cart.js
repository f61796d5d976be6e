/* The cart beside the page after "Add to cart", quantities that apply at once, and buttons that open a dialog.
   Without this script "Add to cart" leads to the cart's page, and quantities have a button. */
"use strict";

(() => {
  const showCount = (count) => {
    const link = document.querySelector("[data-cart-link]");
    if (!link || !count) return;
    let badge = link.querySelector(".badge");
    if (!badge) {
      badge = document.createElement("span");
      badge.className = "badge";
      link.append(badge);
    }
    badge.textContent = count;
  };

  const drawer = () => {
    let dialog = document.getElementById("cart-drawer");
    if (dialog) return dialog;
    dialog = document.createElement("dialog");
    dialog.id = "cart-drawer";
    dialog.className = "drawer";
    dialog.setAttribute("aria-labelledby", "cart-drawer-title");
    document.body.append(dialog);
    return dialog;
  };

  const add = async (form) => {
    const headers = { "X-Cart-Drawer": "1" };
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers, redirect: "manual" });
    const isPart = response.ok || response.status === 422;
    if (!isPart) throw new Error(`status ${response.status}`);
    const dialog = drawer();
    dialog.innerHTML = await response.text();
    showCount(dialog.querySelector("[data-count]")?.dataset.count);
    // Escape closes it, the page behind takes no focus, and the focus returns to the button.
    if (!dialog.open) dialog.showModal();
  };

  let isAdding = false;
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[action$='/cart/add']") || !window.HTMLDialogElement) return;
    event.preventDefault();
    if (isAdding) return;
    isAdding = true;
    try {
      await add(form);
    } catch {
      // It may have been added all the same, so it is not sent again: the page of the cart shows what is true.
      window.location.assign(document.querySelector("[data-cart-link]").href);
    } finally {
      isAdding = false;
    }
  });

  document.addEventListener("click", (event) => {
    const id = event.target.closest?.("[data-opens]")?.dataset.opens;
    if (id) document.getElementById(id).showModal();
    // The dialog itself is clicked only beside its content.
    if (event.target.matches?.("dialog.drawer")) {
      const box = event.target.getBoundingClientRect();
      const isInside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!isInside) event.target.close();
    }
  });

  for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-quantity]");
    if (form && event.target.name === "quantity") form.requestSubmit();
  });
})();
