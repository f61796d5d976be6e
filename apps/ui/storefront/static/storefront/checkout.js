/* The checkout without waiting: totals follow the chosen delivery method, another country changes the form at once, card
   numbers are grouped while they are typed. Without this script the page has buttons for it, and nothing is paid at a
   price that was not shown. */
"use strict";

(() => {
  const form = document.querySelector("[data-checkout], [data-address-form]");
  if (!form) return;
  const updates = [...form.querySelectorAll("[data-update]")];
  for (const update of updates) update.hidden = true;

  const update = (name) => {
    const button = updates.at(name === "to-country" ? 0 : -1)?.querySelector("button");
    if (button) form.requestSubmit(button);
  };

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.name === "shipping_method") {
      for (const place of document.querySelectorAll("[data-shown]")) {
        place.textContent = field.dataset[place.dataset.shown];
      }
    } else if (field.name === "to-country" || "updates" in field.dataset) {
      update(field.name);
    }
  });

  // A second press while the first one is on its way would only make the shopper wait longer.
  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    form.classList.add("is-sent");
    // Should the shopper have stopped the page from loading, the button works again.
    window.setTimeout(() => { isSent = false; form.classList.remove("is-sent"); }, 8000);
  });
  window.addEventListener("pageshow", () => { isSent = false; form.classList.remove("is-sent"); });
})();

/* Cards: digits in groups as they are printed, the brand beside them, and test cards by a click. */
(() => {
  const card = document.querySelector("[data-card]");
  if (!card) return;
  const field = (name) => card.querySelector(`[name="card-${name}"]`);
  const number = field("number");
  const expiry = field("expiry");
  const BRANDS = [[/^4/, "Visa"], [/^(5[1-5]|2[2-7])/, "Mastercard"], [/^3[47]/, "Amex"]];
  const brandLabel = document.createElement("span");
  brandLabel.className = "card-brand";
  brandLabel.setAttribute("aria-live", "polite");
  number.parentElement.classList.add("card-number");
  number.after(brandLabel);

  const digits = (text) => text.replace(/\D/g, "");
  // Formats the text, with the caret after as many digits as before.
  const rewrite = (input, format) => {
    const before = digits(input.value.slice(0, input.selectionStart)).length;
    const text = format(digits(input.value));
    if (text === input.value) return;
    input.value = text;
    let caret = 0;
    for (let seen = 0; caret < text.length && seen < before; caret += 1) if (/\d/.test(text[caret])) seen += 1;
    if (document.activeElement === input) input.setSelectionRange(caret, caret);
  };
  const showNumber = () => {
    const isAmex = /^3[47]/.test(digits(number.value));
    const groups = isAmex ? /^(\d{1,4})(\d{1,6})?(\d{1,5})?.*$/ : /(\d{4})(?=\d)/g;
    rewrite(number, (text) => (isAmex ? text.replace(groups, (_, a, b, c) => [a, b, c].filter(Boolean).join(" ")) : text.slice(0, 19).replace(groups, "$1 ")));
    brandLabel.textContent = BRANDS.find(([pattern]) => pattern.test(digits(number.value)))?.[1] ?? "";
  };
  number.addEventListener("input", showNumber);
  expiry.addEventListener("input", (event) => {
    if (event.inputType === "deleteContentBackward") return;
    rewrite(expiry, (text) => (text.length > 2 ? `${text.slice(0, 2)}/${text.slice(2, 6)}` : text));
  });

  for (const button of document.querySelectorAll("[data-fill-card]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      number.value = button.dataset.fillCard;
      expiry.value ||= `12/${String(new Date().getFullYear() + 3).slice(-2)}`;
      field("cvc").value ||= "123";
      showNumber();
      number.focus();
    });
  }
})();
