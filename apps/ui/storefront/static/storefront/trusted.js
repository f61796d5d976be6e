/* Where browsers know Trusted Types, no text becomes a script: HTML may be parsed (it comes from the shop, and its scripts
   do not run under our Content-Security-Policy), scripts load from the shop (and Stripe) alone, and text is never evaluated. */
"use strict";

window.trustedTypes?.createPolicy("default", {
  createHTML: (html) => html,
  createScriptURL: (address) => {
    const { origin, protocol } = new URL(address, location.href);
    if (origin === location.origin || protocol === "blob:") return address;
    // Of the pages with Stripe's card field; everywhere else the Content-Security-Policy loads nothing from there.
    if (origin === "https://js.stripe.com" || origin.endsWith(".js.stripe.com")) return address;
    throw new TypeError(`Scripts of ${origin} are not loaded.`);
  },
});
