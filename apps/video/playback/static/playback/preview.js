// Plays a film for staff. Its addresses work for minutes and are renewed by a cookie while the page is open.
(() => {
    const MAX_RENEWALS = 2;

    const begin = (root) => {
        const video = root.querySelector("video");
        const message = root.querySelector("[data-error-text]");
        const token = root.querySelector("[name=csrfmiddlewaretoken]").value;
        let isLoaded = false;

        const say = (text) => {
            message.textContent = text;
            message.hidden = !text;
        };

        const access = async () => {
            const response = await fetch(root.dataset.address, { method: "POST", headers: { "X-CSRFToken": token } });
            const body = response.redirected ? {} : await response.json().catch(() => ({}));
            if (!response.ok || !body.manifest_url) throw new Error(body.detail || root.dataset.error);
            return body;
        };

        const fill = (name, entries, choose) => {
            const label = root.querySelector(`[data-${name}]`);
            const select = label.querySelector("select");
            select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
            select.onchange = () => choose(Number(select.value));
            label.hidden = entries.length < 2;
        };

        const load = async () => {
            if (isLoaded) return;
            isLoaded = true;
            try {
                const { manifest_url: manifest, renew_seconds: seconds } = await access();
                window.setInterval(() => access().catch(() => {}), seconds * 1000);
                const address = new URL(manifest, window.location).pathname;
                if (window.Hls && window.Hls.isSupported()) {
                    let renewals = 0;
                    const hls = new window.Hls();
                    hls.on(window.Hls.Events.MANIFEST_PARSED, () => {
                        const heights = hls.levels.map((level, index) => [index, `${level.height}p · ${level.videoCodec}`]);
                        fill("quality", [[-1, root.dataset.automatic], ...heights], (index) => { hls.nextLevel = index; });
                        video.play().catch(() => {});
                    });
                    hls.on(window.Hls.Events.AUDIO_TRACKS_UPDATED, () => {
                        const tracks = hls.audioTracks.map((track, index) => [index, track.name]);
                        fill("sound", tracks, (index) => { hls.audioTrack = index; });
                    });
                    hls.on(window.Hls.Events.FRAG_LOADED, () => { renewals = 0; });
                    hls.on(window.Hls.Events.ERROR, (_, data) => {
                        if (!data.fatal) return;
                        if (renewals++ < MAX_RENEWALS) access().then(() => hls.startLoad(), (error) => say(error.message));
                        else say(root.dataset.error);
                    });
                    hls.loadSource(address);
                    hls.attachMedia(video);
                } else if (video.canPlayType("application/vnd.apple.mpegurl")) {
                    video.src = address;
                    video.play().catch(() => {});
                } else {
                    say(root.dataset.unsupported);
                }
            } catch (error) {
                isLoaded = false;
                say(error.message);
            }
        };

        video.addEventListener("play", () => {
            say("");
            load();
        });
    };

    document.querySelectorAll("[data-preview]").forEach(begin);
})();
