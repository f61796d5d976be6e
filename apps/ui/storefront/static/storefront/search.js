/* Suggestions while typing, after the combobox pattern: arrows choose, Enter goes there, Escape closes.
   Without scripts the field is a plain search. */
"use strict";

(() => {
  const form = document.querySelector("form[data-suggest]");
  const input = form?.querySelector("input[type=search]");
  if (!input) return;

  const WAIT = 120; // ms of silence before asking
  const list = Object.assign(document.createElement("ul"), { id: "suggestions", className: "suggestions", hidden: true });
  const status = Object.assign(document.createElement("span"), { className: "visually-hidden" });
  let options = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.label);
  status.setAttribute("role", "status");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  })) input.setAttribute(name, value);

  function close() {
    asking?.abort();
    clearTimeout(timer);
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(index) {
    active = index;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
    if (index < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", options[index].id);
      options[index].scrollIntoView({ block: "nearest" });
    }
  }

  const text = (content, className = "") => Object.assign(document.createElement("span"), { textContent: content, className });

  function option(result, place) {
    const item = document.createElement("li");
    item.id = `suggestion-${place}`;
    item.dataset.address = result.address;
    item.setAttribute("role", "option");
    if (result.image) {
      item.append(Object.assign(document.createElement("img"), { src: result.image, alt: "", width: 36, height: 48 }));
    }
    item.append(text(result.text));
    if (result.note) item.append(text(result.note, "soft"));
    if (result.is_all) item.className = "suggestions-all";
    return item;
  }

  function show({ results, status: sentence }) {
    options = results.map(option);
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    status.textContent = sentence;
    choose(-1);
  }

  async function ask() {
    asking?.abort();
    const typed = input.value.trim();
    if (typed.length < 2) return close();
    asking = new AbortController();
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: typed })}`;
      const response = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (response.ok && document.activeElement === input) show(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = options.length - 1;
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      if (event.key === "ArrowDown") ask();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      choose(active < last ? active + 1 : -1);
    } else if (event.key === "ArrowUp") {
      event.preventDefault();
      choose(active < 0 ? last : active - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      location.assign(options[active].dataset.address);
    }
  });
  input.addEventListener("blur", close);
  // The field keeps the focus while something is pressed, or the list would be gone before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const found = event.target.closest("[role=option]");
    if (found) location.assign(found.dataset.address);
  });
})();
