// Completions while typing, after the combobox pattern: arrows choose, Enter goes there, Escape closes.
// Without scripts the field is a plain search.
(() => {
  const form = document.querySelector("form[data-suggest]");
  const input = form?.querySelector("input[type=search]");
  if (!input) return;

  const WAIT = 150; // ms of silence before asking
  const KINDS = { category: "Category", brand: "Brand" };
  const list = Object.assign(document.createElement("ul"), { id: "suggestions", className: "suggestions", hidden: true });
  const status = Object.assign(document.createElement("span"), { className: "visually-hidden" });
  let options = [];
  let active = -1;
  let timer = 0;
  let asking = null;

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
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

  function show({ results, language }) {
    options = results.map((result, place) => {
      const option = document.createElement("li");
      option.id = `suggestion-${place}`;
      option.dataset.address = result.address;
      option.setAttribute("role", "option");
      const text = Object.assign(document.createElement("span"), { textContent: result.text, lang: language });
      option.append(text);
      if (KINDS[result.kind]) {
        option.append(Object.assign(document.createElement("span"), { className: "soft", textContent: KINDS[result.kind] }));
      }
      return option;
    });
    list.replaceChildren(...options);
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    status.textContent = options.length ? `${options.length} suggestions` : "No suggestions";
    choose(-1);
  }

  async function ask() {
    asking?.abort();
    const text = input.value.trim();
    if (text.length < 2) return close();
    asking = new AbortController();
    try {
      const address = `${form.dataset.suggest}?${new URLSearchParams({ q: text })}`;
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
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.address);
  });
})();
