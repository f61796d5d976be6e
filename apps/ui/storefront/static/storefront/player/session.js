/* The player: asks for a session when play is pressed, plays HLS, reports the position, and ends the session.
   The session's addresses work for minutes. Each report of the position renews them by a cookie, whatever plays.
   Positions are reported every few seconds and whenever the page is left, so that the library, other devices and the
   next visit know where the film was. */
"use strict";

(() => {
  const root = document.querySelector("[data-player]");
  if (!root) return;
  const Player = window.StreamCartPlayer;
  const video = root.querySelector("video");
  const startButtons = root.querySelector("[data-start]");
  const message = root.querySelector("[data-message]");
  const help = document.querySelector("[data-keys]");
  const base = root.dataset.address;
  // The most that a crash of the browser loses.
  const REPORT_SECONDS = 5;
  // How long a followed link waits for the position to be saved.
  const LEAVE_MS = 1000;
  const SEEK_SECONDS = 10;
  let release = null;
  let playback = null;
  let heartbeat = null;
  let isStarting = false;
  let hideMessage = null;
  // Ends what belongs to one playback.
  let life = new AbortController();

  const say = (text, milliseconds = 0) => {
    window.clearTimeout(hideMessage);
    message.textContent = text;
    message.hidden = !text;
    if (milliseconds) hideMessage = window.setTimeout(() => say(""), milliseconds);
  };

  const post = async (action, body) => {
    let response;
    try {
      response = await fetch(`${base}/${action}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        // The last report outlives the page.
        keepalive: true,
      });
    } catch {
      throw new Error(root.dataset.offline);
    }
    const content = await response.json().catch(() => ({}));
    if (response.ok) return content;
    throw Object.assign(new Error(content.detail || root.dataset.error), { status: response.status, content });
  };

  /* On the page's own host, so that the cookie goes along. */
  const ownAddress = (address) => address && new URL(address, window.location).pathname;

  const measured = Player.measurePlayback(video);

  /* Until the film stands at its start the video is at 0, which is no place that somebody left. */
  let startsAt = 0;
  let isPlaced = false;
  const place = () => (isPlaced ? video.currentTime : startsAt);

  /* The heartbeat. Trouble on the way is forgiven, a refusal is not: the film is gone or plays elsewhere. */
  const report = async () => {
    if (!playback) return;
    const { session } = playback;
    try {
      await post("progress", { session, position: place(), ...measured.totals() });
    } catch (error) {
      if ([403, 404, 409].includes(error.status) && playback?.session === session) fail(error);
    }
  };

  /* Before the next page is asked for, so that it shows this position. Its address is opened by the browser otherwise:
     `pagehide` comes when the next page has arrived already. */
  const leave = async (address) => {
    await Promise.race([report(), new Promise((resolve) => { window.setTimeout(resolve, LEAVE_MS); })]);
    window.location.assign(address);
  };

  const follow = (event) => {
    const link = event.target.closest?.("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!playback || !link || !isPlain || event.defaultPrevented) return;
    if (link.target || link.origin !== window.location.origin || link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    leave(link.href);
  };

  /* A beacon outlives the page. */
  const stop = () => {
    if (!playback) return;
    const form = new FormData();
    form.set("session", playback.session);
    for (const [name, value] of Object.entries({ position: place(), ...measured.totals() })) form.set(name, String(value));
    navigator.sendBeacon(`${base}/stop`, form);
    window.clearInterval(heartbeat);
    life.abort();
    playback = null;
  };

  const close = () => {
    release?.();
    release = null;
  };

  const offerStart = () => {
    delete root.dataset.playing;
    startButtons.hidden = false;
  };

  const fail = (error) => {
    video.pause();
    stop();
    close();
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    say(error.message);
    offerStart();
    const sessions = error.content?.sessions;
    if (sessions) {
      Player.listDevices(root, sessions, {
        stop: (session) => post("stop", { session }).then(() => true, (problem) => { say(problem.message); return false; }),
        done: () => start(),
      });
    }
  };

  /* `position` in seconds; without one where the account stopped. */
  const start = async (position = null) => {
    if (playback || isStarting) return;
    isStarting = true;
    startButtons.hidden = true;
    root.scrollIntoView({ block: "nearest" });
    root.querySelector("[data-devices]").hidden = true;
    say(root.dataset.loading);
    try {
      playback = await post("play", {});
      measured.begin();
      startsAt = position ?? playback.resume_at;
      isPlaced = false;
      release = await Player.openStream(video, {
        address: () => ownAddress(playback.manifest_url),
        position: startsAt,
        renew: report,
        fail: () => fail(new Error(root.dataset.unloadable)),
      });
      Player.showStoryboard(video, ownAddress(playback.storyboard_url));
      life = new AbortController();
      Player.offerToSkipIntro(root, video, playback, life.signal);
      Player.offerNextEpisode(root, video, playback, { go: openNext, signal: life.signal });
      say("");
      root.dataset.playing = "";
      const seconds = Math.min(REPORT_SECONDS, playback.heartbeat_seconds);
      heartbeat = window.setInterval(() => { if (!video.paused) report(); }, seconds * 1000);
      await video.play();
      video.focus({ preventScroll: true });
    } catch (error) {
      // A browser that wants another press has its play button in the controls.
      if (error.name === "NotAllowedError") say("");
      else if (error.name !== "AbortError") fail(root.dataset[error.message] ? new Error(root.dataset[error.message]) : error);
    } finally {
      isStarting = false;
    }
  };

  const openNext = (slug) => leave(root.dataset.next.replace("SLUG", encodeURIComponent(slug)));

  const toggle = () => {
    if (!playback) start();
    else if (video.paused) video.play();
    else video.pause();
  };

  const seekTo = (seconds) => {
    if (playback) video.currentTime = Math.max(0, Math.min(video.duration || 0, seconds));
  };
  const back = () => seekTo(video.currentTime - SEEK_SECONDS);
  const forward = () => seekTo(video.currentTime + SEEK_SECONDS);

  const louder = (step) => {
    video.muted = false;
    video.volume = Math.max(0, Math.min(1, video.volume + step));
    say(`${root.dataset.volume} ${Math.round(video.volume * 100)} %`, 900);
  };

  const faster = (step) => {
    video.playbackRate = Math.max(0.25, Math.min(2, video.playbackRate + step));
    say(`${root.dataset.speed} ${video.playbackRate} ×`, 900);
  };

  const captions = () => {
    const now = Player.nextCaptions(video);
    say(now ? `${root.dataset.captions}: ${now.label}` : root.dataset.captionsOff, 1200);
  };

  const pictureInPicture = () => {
    if (document.pictureInPictureElement) document.exitPictureInPicture();
    else if (playback && document.pictureInPictureEnabled) video.requestPictureInPicture().catch(() => {});
  };

  Player.addControls(root, video);
  Player.addCaptionStyles(root);
  Player.addKeys(root, video, {
    " ": toggle,
    k: toggle,
    ArrowLeft: back,
    j: back,
    ArrowRight: forward,
    l: forward,
    ArrowUp: () => louder(0.1),
    ArrowDown: () => louder(-0.1),
    "<": () => faster(-0.25),
    ">": () => faster(0.25),
    f: () => Player.toggleFullScreen(root),
    m: () => { video.muted = !video.muted; },
    c: captions,
    i: pictureInPicture,
    n: () => { if (playback?.next) openNext(playback.next.slug); },
    "?": () => help.showModal(),
    jump: (share) => seekTo(video.duration * share),
  });
  document.querySelector("[data-open-keys]").addEventListener("click", () => help.showModal());

  startButtons.hidden = false;
  root.querySelector("[data-play]").addEventListener("click", () => start());
  root.querySelector("[data-restart]")?.addEventListener("click", () => start(0));
  video.addEventListener("play", () => {
    if (playback) return;
    video.pause();
    start();
  });
  for (const moment of ["playing", "seeked"]) video.addEventListener(moment, () => { isPlaced = true; });
  for (const moment of ["pause", "seeked", "ended"]) video.addEventListener(moment, report);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") report(); });
  document.addEventListener("click", follow);
  // Reloads, the back button and typed addresses: it comes before the next page is asked for.
  window.addEventListener("beforeunload", () => { report(); });
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    close();
    offerStart();
  });
  // The next episode plays at once. A browser that wants a press for that says so, and the button is there.
  if (window.location.hash === "#play") start();
})();
