/* Images of a review are made smaller before they are sent: photos of phones have many times what a page shows.
   What this browser cannot decode is sent as it is; the shop decides. */
"use strict";

(() => {
  const form = document.querySelector("form[data-shrink-images]");
  const input = form?.querySelector("input[type=file]");
  if (!input || !window.createImageBitmap) return;
  const MAX_SIDE = 1600; // pixels
  const MIN_QUALITY = 0.4;

  const shrink = async (file, maxBytes) => {
    if (file.size <= maxBytes) return file;
    const bitmap = await createImageBitmap(file);
    for (let side = MAX_SIDE, quality = 0.85; quality >= MIN_QUALITY; side *= 0.85, quality -= 0.09) {
      const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(bitmap.width * scale);
      canvas.height = Math.round(bitmap.height * scale);
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob && blob.size <= maxBytes) {
        return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
      }
    }
    return file;
  };

  form.addEventListener("submit", async (event) => {
    const files = [...input.files];
    if (!files.length) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    button.disabled = true; // A second click would send everything twice.
    const each = Number(input.dataset.maxBytes) / files.length;
    const sent = new DataTransfer();
    for (const file of files) sent.items.add(await shrink(file, each).catch(() => file));
    input.files = sent.files;
    form.submit();
  });
  // Back from the next page, the button works again.
  window.addEventListener("pageshow", () => {
    form.querySelector("button[type=submit]").disabled = false;
  });
})();
