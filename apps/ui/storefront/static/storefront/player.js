/* The player: asks for a session when play is pressed, plays HLS, reports the position, and ends the session.
   The session's addresses work for minutes. Each report of the position renews them by a cookie, whatever plays.
   Positions are reported every few seconds and whenever the page is left, so that the library, other devices and the
   next visit know where the film was. */
"use strict";

(() => {
  const root = document.querySelector("[data-player]");
  if (!root) return;
  const video = root.querySelector("video");
  const button = root.querySelector("[data-play]");
  const message = root.querySelector("[data-message]");
  const base = root.dataset.address;
  const HLS_TYPE = "application/vnd.apple.mpegurl";
  // The most that a crash of the browser loses.
  const REPORT_SECONDS = 5;
  // How long a followed link waits for the position to be saved.
  const LEAVE_MS = 1000;
  let hls = null;
  let playback = null;
  let heartbeat = null;
  let isStarting = false;

  const say = (text) => {
    message.textContent = text;
    message.hidden = !text;
  };

  const post = async (action, body) => {
    const response = await fetch(`${base}/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      // The last report outlives the page.
      keepalive: true,
    });
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    const error = new Error(content.detail || root.dataset.error);
    error.status = response.status;
    throw error;
  };

  /* On the page's own host, so that the cookie goes along. */
  const address = () => new URL(playback.manifest_url, window.location).pathname;

  /* Resolves when the film can start. Later trouble ends the session, and play asks for a new one. */
  const load = () =>
    new Promise((resolve, reject) => {
      if (window.Hls && window.Hls.isSupported()) {
        let recoveries = 0;
        let renewals = 0;
        hls = new window.Hls({ startPosition: playback.resume_at });
        hls.on(window.Hls.Events.MANIFEST_PARSED, resolve);
        hls.on(window.Hls.Events.ERROR, (_, data) => {
          if (!data.fatal) return;
          if (data.response?.code === 403 && renewals++ < 2) {
            // Paused for longer than the addresses work: get new ones and go on.
            report().then(() => hls?.startLoad());
            return;
          }
          if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR && recoveries++ < 2) {
            hls.recoverMediaError();
            return;
          }
          const error = new Error(root.dataset.unloadable);
          reject(error);
          fail(error);
        });
        hls.on(window.Hls.Events.FRAG_LOADED, () => { renewals = 0; });
        hls.loadSource(address());
        hls.attachMedia(video);
      } else if (video.canPlayType(HLS_TYPE)) {
        let renewals = 0;
        const open = (position) => {
          video.addEventListener("loadedmetadata", () => {
            video.currentTime = position;
            resolve();
          }, { once: true });
          video.src = address();
        };
        video.ontimeupdate = () => { renewals = 0; };
        video.onerror = async () => {
          if (!playback) return;
          if (renewals++ < 2) {
            const position = video.currentTime || playback.resume_at;
            await report();
            if (playback) open(position);
            return;
          }
          const error = new Error(root.dataset.unloadable);
          reject(error);
          fail(error);
        };
        open(playback.resume_at);
      } else {
        reject(new Error(root.dataset.unsupported));
      }
    });

  /* The heartbeat. Trouble on the way is forgiven, a refusal is not: the film is gone or plays elsewhere. */
  const report = async () => {
    if (!playback) return;
    const { session } = playback;
    try {
      await post("progress", { session, position: video.currentTime });
    } catch (error) {
      if ([403, 404, 409].includes(error.status) && playback?.session === session) fail(error);
    }
  };

  /* Before the next page is asked for, so that it shows this position. Its address is opened by the browser otherwise:
     `pagehide` comes when the next page has arrived already. */
  const follow = async (event) => {
    const link = event.target.closest?.("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!playback || !link || !isPlain || event.defaultPrevented) return;
    if (link.target || link.origin !== window.location.origin || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    await Promise.race([report(), new Promise((resolve) => { window.setTimeout(resolve, LEAVE_MS); })]);
    window.location.assign(link.href);
  };

  /* A beacon outlives the page. */
  const stop = () => {
    if (!playback) return;
    const form = new FormData();
    form.set("session", playback.session);
    form.set("position", String(video.currentTime));
    navigator.sendBeacon(`${base}/stop`, form);
    window.clearInterval(heartbeat);
    playback = null;
  };

  const fail = (error) => {
    video.pause();
    stop();
    if (hls) {
      hls.destroy();
    } else if (video.hasAttribute("src")) {
      video.removeAttribute("src");
      video.load();
    }
    hls = null;
    say(error.message);
    button.hidden = false;
  };

  const start = async () => {
    if (playback || isStarting) return;
    isStarting = true;
    button.hidden = true;
    say(root.dataset.loading);
    try {
      playback = await post("play", {});
      await load();
      say("");
      const seconds = Math.min(REPORT_SECONDS, playback.heartbeat_seconds);
      heartbeat = window.setInterval(() => { if (!video.paused) report(); }, seconds * 1000);
      await video.play();
      video.focus({ preventScroll: true });
    } catch (error) {
      // A browser that wants another press shows its own controls.
      if (error.name === "NotAllowedError") say("");
      else if (error.name !== "AbortError") fail(error);
    } finally {
      isStarting = false;
    }
  };

  const toggle = () => {
    if (!playback) start();
    else if (video.paused) video.play();
    else video.pause();
  };

  const seek = (seconds) => {
    if (playback) video.currentTime = Math.max(0, Math.min(video.duration || 0, video.currentTime + seconds));
  };

  const louder = (step) => {
    video.volume = Math.max(0, Math.min(1, video.volume + step));
    say(`${root.dataset.volume} ${Math.round(video.volume * 100)} %`);
    window.setTimeout(() => say(""), 900);
  };

  const captions = () => {
    const tracks = [...video.textTracks].filter((track) => ["subtitles", "captions"].includes(track.kind));
    const shown = tracks.findIndex((track) => track.mode === "showing");
    tracks.forEach((track, index) => { track.mode = index === shown + 1 ? "showing" : "disabled"; });
    const now = tracks[shown + 1];
    say(now ? `${root.dataset.captions}: ${now.label}` : root.dataset.captionsOff);
    window.setTimeout(() => say(""), 1200);
  };

  const fullScreen = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  };

  const KEYS = {
    " ": toggle,
    k: toggle,
    ArrowLeft: () => seek(-10),
    ArrowRight: () => seek(10),
    ArrowUp: () => louder(0.1),
    ArrowDown: () => louder(-0.1),
    f: fullScreen,
    m: () => { video.muted = !video.muted; },
    c: captions,
  };

  document.addEventListener("keydown", (event) => {
    const isElsewhere = event.target.closest("input, textarea, select, a, button, summary");
    if (isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    // Arrows and space scroll the page unless the player is what one is at.
    if (event.key.length > 1 && event.target !== video && !document.fullscreenElement) return;
    const action = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  button.hidden = false;
  button.addEventListener("click", start);
  video.addEventListener("play", () => {
    if (playback) return;
    video.pause();
    start();
  });
  for (const moment of ["pause", "seeked", "ended"]) video.addEventListener(moment, report);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") report(); });
  document.addEventListener("click", follow);
  // Reloads, the back button and typed addresses: it comes before the next page is asked for.
  window.addEventListener("beforeunload", () => { report(); });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => { if (event.persisted) button.hidden = false; });
})();
