// The editor of captions: a row for each cue, saved together; what cannot be saved is marked at its row.
(() => {
    const page = document.querySelector("[data-captions]");
    const list = page.querySelector("[data-rows]");
    const template = page.querySelector("[data-row]");
    const status = page.querySelector("[data-status]");
    const saveButton = page.querySelector("[data-save]");
    const video = page.querySelector("video");
    const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
    // Of a cue that is added.
    const NEW_SECONDS = 2;
    let isChanged = false;

    const clock = (seconds) => {
        const whole = Math.round(seconds * 1000);
        const two = (number) => String(Math.floor(number)).padStart(2, "0");
        return `${two(whole / 3600000)}:${two((whole / 60000) % 60)}:${two((whole / 1000) % 60)}.${String(whole % 1000).padStart(3, "0")}`;
    };

    const seconds = (text) => text.replace(",", ".").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

    const change = () => {
        isChanged = true;
        status.textContent = page.dataset.unsaved;
    };

    const field = (row, name) => row.querySelector(`[data-field=${name}]`);

    const makeRow = (cue) => {
        const row = document.importNode(template.content, true).firstElementChild;
        for (const name of ["start", "end", "text"]) field(row, name).value = cue[name];
        row.dataset.settings = cue.settings;
        return row;
    };

    const markErrors = (errors) => {
        [...list.children].forEach((row, index) => {
            const message = row.querySelector("[data-row-error]");
            message.textContent = errors[index] ?? "";
            message.hidden = !errors[index];
            for (const input of row.querySelectorAll("[data-field]")) {
                input.toggleAttribute("aria-invalid", Boolean(errors[index]));
            }
        });
        list.querySelector("[data-row-error]:not([hidden])")?.closest("li").scrollIntoView({ block: "center" });
    };

    const save = async () => {
        const cues = [...list.children].map((row) => ({
            start: field(row, "start").value,
            end: field(row, "end").value,
            text: field(row, "text").value,
            settings: row.dataset.settings,
        }));
        saveButton.disabled = true;
        try {
            const response = await fetch(window.location.pathname, {
                method: "POST",
                headers: { "Content-Type": "application/json", "X-CSRFToken": token },
                body: JSON.stringify({ cues }),
            });
            if (response.redirected) throw new Error(page.dataset.signedOut);
            const body = await response.json().catch(() => ({}));
            status.textContent = body.detail || page.dataset.failed;
            markErrors(body.errors ?? {});
            if (response.ok) isChanged = false;
        } catch (error) {
            status.textContent = error.message === page.dataset.signedOut ? error.message : page.dataset.failed;
        } finally {
            saveButton.disabled = false;
        }
    };

    list.append(...JSON.parse(document.getElementById("cues").textContent).map(makeRow));
    list.addEventListener("input", change);
    list.addEventListener("click", (event) => {
        const row = event.target.closest("li");
        if (event.target.matches("[data-remove]")) {
            (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-remove]").focus();
            row.remove();
            change();
        } else if (event.target.matches("[data-play]")) {
            const start = seconds(field(row, "start").value);
            const seek = () => { if (Number.isFinite(start)) video.currentTime = start; };
            if (video.readyState) seek();
            else video.addEventListener("loadedmetadata", seek, { once: true });
            video.play().catch(() => {});
        }
    });
    page.querySelector("[data-add]").addEventListener("click", () => {
        const now = video.currentTime || 0;
        const row = makeRow({ start: clock(now), end: clock(now + NEW_SECONDS), text: "", settings: "" });
        const later = [...list.children].find((other) => seconds(field(other, "start").value) > now);
        list.insertBefore(row, later ?? null);
        field(row, "text").focus();
        change();
    });
    saveButton.addEventListener("click", save);
    window.addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
})();
