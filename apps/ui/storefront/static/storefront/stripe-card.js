/* Stripe's card field. The number goes from the browser to Stripe; the form is sent with the token that comes back. */
"use strict";

(() => {
  const place = document.querySelector("[data-stripe-key]");
  if (!place) return;
  const form = place.closest("form");
  const token = place.querySelector("[data-card-token]");
  const error = place.querySelector("[data-card-error]");
  const { stripeKey, language, clientSecret, unavailable } = place.dataset;
  const show = (message) => {
    error.textContent = message ?? "";
    error.hidden = !message;
    error.parentElement.classList.toggle("field-wrong", Boolean(message));
  };
  if (!window.Stripe) {
    show(unavailable);
    return;
  }

  const stripe = window.Stripe(stripeKey, { locale: language });
  const style = getComputedStyle(form);
  const card = stripe.elements().create("card", {
    hidePostalCode: true,
    style: { base: { color: style.color, fontFamily: style.fontFamily, fontSize: "16px" } },
  });
  card.mount(place.querySelector("[data-card-field]"));

  card.on("change", (event) => {
    token.value = "";
    show(event.error?.message);
  });

  const isNewCard = () => {
    const chosen = form.querySelector('[name="saved_card"]:checked');
    return !chosen || chosen.value === "new";
  };
  const makeToken = async () => {
    if (!clientSecret) {
      const made = await stripe.createPaymentMethod({ type: "card", card });
      return { error: made.error, token: made.paymentMethod?.id };
    }
    // The bank may ask for confirmation; Stripe's script shows it.
    const setup = await stripe.confirmCardSetup(clientSecret, { payment_method: { card } });
    return { error: setup.error, token: setup.setupIntent?.payment_method };
  };

  let isAsking = false;
  // Before every other listener of the form: it is sent once there is a token.
  document.addEventListener("submit", async (event) => {
    const isPaying = clientSecret || !event.submitter || event.submitter.value === "pay";
    if (event.target !== form || !isPaying || token.value || !isNewCard()) return;
    event.preventDefault();
    event.stopPropagation();
    if (isAsking) return;
    isAsking = true;
    form.classList.add("is-sent");
    const { submitter } = event;
    const made = await makeToken().catch((reason) => ({ error: { message: String(reason.message ?? reason) } }));
    isAsking = false;
    form.classList.remove("is-sent");
    if (made.error) {
      show(made.error.message);
      error.scrollIntoView({ block: "center" });
      return;
    }
    show("");
    token.value = made.token;
    // Not within the event that was stopped: browsers ignore that.
    window.setTimeout(() => form.requestSubmit(submitter));
  }, true);

  // Back from the next page: the token is used up.
  window.addEventListener("pageshow", () => { token.value = ""; });
})();
