// Sends a film by tus (tus-js-client) or, where the shop has it, straight to Blob Storage (direct_upload.js), shows how
// far it is, and then what becomes of it.
(() => {
    const page = document.querySelector("[data-upload]");
    const part = (name) => page.querySelector(`[data-${name}]`);
    const texts = page.dataset;
    const language = texts.language;
    // Below what the strictest gateway takes at once (docs/films.md).
    const CHUNK = 48 * 1024 * 1024;
    const RETRY_DELAYS = [0, 1000, 2000, 3000, 5000, 5000, 10000, 10000, 20000, 20000, 30000, 30000, 60000];
    // Of the last seconds, so that a pause or a slow start is soon forgotten.
    const SPEED_WINDOW = 10000;
    // Without a connection the page does not wait for the end of a cancelled upload; the retries go on by themselves.
    const CANCEL_WAIT = 5000;

    let upload = null;
    // Addresses that are never resumed, although it may take a while until the service has deleted them.
    const cancelled = new Set();
    let samples = [];
    let isSending = false;

    const show = (name, isShown) => {
        part(name).hidden = !isShown;
    };

    const say = (text) => {
        part("error").textContent = text;
        show("error", Boolean(text));
    };

    const readableSize = (bytes) => {
        const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
        const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
        return new Intl.NumberFormat(language, {
            style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: power > 1 ? 1 : 0,
        }).format(bytes / 1000 ** power);
    };

    const readableTime = (seconds) => {
        const [unit, size] = seconds < 90 ? ["second", 1] : seconds < 5400 ? ["minute", 60] : ["hour", 3600];
        return new Intl.NumberFormat(language, {
            style: "unit", unit, unitDisplay: "long", maximumFractionDigits: unit === "hour" ? 1 : 0,
        }).format(seconds / size);
    };

    const showProgress = (sent, total) => {
        const now = performance.now();
        samples = [...samples.filter((sample) => now - sample.at < SPEED_WINDOW), { at: now, sent }];
        const percent = total ? sent / total : 1;
        part("progress").value = percent * 100;
        const shownPercent = new Intl.NumberFormat(language, { style: "percent" }).format(Math.floor(percent * 100) / 100);
        const seconds = (now - samples[0].at) / 1000;
        const speed = seconds > 0.5 ? (sent - samples[0].sent) / seconds : 0;
        part("figures").textContent = speed > 0
            ? texts.textProgress
                .replace("{percent}", shownPercent)
                .replace("{speed}", readableSize(speed))
                .replace("{time}", readableTime(Math.max(1, Math.ceil((total - sent) / speed))))
            : shownPercent;
    };

    const setSending = (sending) => {
        isSending = sending;
        samples = [];
        show("pause", sending);
        show("resume", !sending);
    };

    const detailOf = (error) => {
        const response = error.originalResponse;
        if (!response) return texts.textFailed;
        if (response.getStatus() === 401) return texts.textSignedOut;
        try {
            return JSON.parse(response.getBody()).detail || texts.textFailed;
        } catch {
            return texts.textFailed;
        }
    };

    // What may be over in a moment: no connection, a server that restarts, a lock of the request that broke off.
    const mayRetry = (error, ofUpload) => {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        const isTransient = status === 0 || status === 409 || status === 423 || status === 429 ||
            (status >= 500 && status !== 507);
        if (isTransient && isSending && upload === ofUpload) part("figures").textContent = texts.textWaiting;
        return isTransient;
    };

    const finish = () => {
        setSending(false);
        show("sending", false);
        show("buttons", true);
        show("drop", true);
        upload = null;
        part("file").value = "";
    };

    const start = async (file) => {
        say("");
        part("name").textContent = file.name;
        show("drop", false);
        show("sending", true);
        part("state").replaceChildren();
        const Upload = window.DirectUpload || tus.Upload;
        const own = new Upload(file, {
            endpoint: texts.endpoint,
            chunkSize: CHUNK,
            retryDelays: RETRY_DELAYS,
            metadata: { title: texts.title, filename: file.name },
            headers: {
                "X-CSRFToken": page.querySelector("[name=csrfmiddlewaretoken]").value,
                "Accept-Language": language,
            },
            removeFingerprintOnSuccess: true,
            // The same file for another film is another upload.
            fingerprint: async (chosen) =>
                ["streamcart", texts.title, chosen.name, chosen.size, chosen.lastModified].join("/"),
            onProgress: showProgress,
            onShouldRetry: (error) => mayRetry(error, own),
            onError: (error) => {
                setSending(false);
                say(detailOf(error));
            },
            onSuccess: () => {
                finish();
                showState();
            },
        });
        upload = own;
        const previous = (await upload.findPreviousUploads()).find((found) => !cancelled.has(found.uploadUrl));
        if (previous) {
            upload.resumeFromPreviousUpload(previous);
            part("figures").textContent = texts.textResumed;
        }
        setSending(true);
        upload.start();
    };

    const showState = async () => {
        try {
            const response = await fetch(texts.stateAddress, { headers: { "X-Requested-With": "fetch" } });
            // Somebody who is signed out is sent to another page.
            if (response.ok && !response.redirected && !upload) part("state").innerHTML = await response.text();
        } catch {
            // The next time.
        }
    };

    const isUnderWay = () => {
        const state = page.querySelector("[data-upload-state]");
        return state && (state.dataset.uploadState === "checking" ||
            ["queued", "running"].includes(state.dataset.encodingState));
    };

    part("file").addEventListener("change", (event) => {
        if (event.target.files.length) start(event.target.files[0]);
    });
    part("drop").addEventListener("dragover", (event) => {
        event.preventDefault();
        part("drop").classList.add("is-over");
    });
    part("drop").addEventListener("dragleave", () => part("drop").classList.remove("is-over"));
    part("drop").addEventListener("drop", (event) => {
        event.preventDefault();
        part("drop").classList.remove("is-over");
        if (event.dataTransfer.files.length) start(event.dataTransfer.files[0]);
    });
    part("pause").addEventListener("click", async () => {
        await upload.abort();
        setSending(false);
        part("figures").textContent = texts.textPaused;
    });
    part("resume").addEventListener("click", () => {
        say("");
        setSending(true);
        upload.start();
    });
    part("cancel").addEventListener("click", async () => {
        say("");
        setSending(false);
        show("buttons", false);
        part("figures").textContent = texts.textCancelling;
        // One that is sent straight to Blob Storage has none, and is forgotten at once.
        if (upload.url) cancelled.add(upload.url);
        try {
            await Promise.race([
                upload.abort(true),
                new Promise((resolve) => { setTimeout(resolve, CANCEL_WAIT); }),
            ]);
        } catch {
            // What is left of it expires.
        }
        finish();
        showState();
    });
    window.addEventListener("beforeunload", (event) => {
        if (isSending) event.preventDefault();
    });
    setInterval(() => {
        if (!document.hidden && isUnderWay()) showState();
    }, 2000);
    // Unfold shows the name of a file beside its own fields for files, which this is not.
    part("file").hasChangeListener = true;
    show("drop", true);
})();
