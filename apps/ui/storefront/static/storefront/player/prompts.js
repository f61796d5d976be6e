/* What the player offers over the picture: to skip the introduction, to go on with the next episode, and to stop
   another device when too many play. */
"use strict";

(() => {
  const Player = (window.StreamCartPlayer ??= {});
  const COUNTDOWN_SECONDS = 10;

  /* `signal` ends with the playback. */
  Player.offerToSkipIntro = (root, video, { markers }, signal) => {
    const button = root.querySelector("[data-skip]");
    const { intro_start: start, intro_end: end } = markers ?? {};
    if (end === null || end === undefined) return;
    const show = () => {
      const isIntro = video.currentTime >= (start ?? 0) && video.currentTime < end - 1;
      // Whoever has the focus on it keeps the keyboard when it goes.
      if (!isIntro && document.activeElement === button) video.focus({ preventScroll: true });
      button.hidden = !isIntro;
    };
    button.onclick = () => {
      video.currentTime = end;
      show();
    };
    for (const moment of ["timeupdate", "seeked"]) video.addEventListener(moment, show, { signal });
    signal.addEventListener("abort", () => { button.hidden = true; });
  };

  /* Counts down from the credits on (from the end where nobody has said when they begin). */
  Player.offerNextEpisode = (root, video, { next, markers }, { go, signal }) => {
    if (!next) return;
    const panel = root.querySelector("[data-next]");
    const countdown = panel.querySelector("[data-countdown]");
    const { text } = countdown.dataset;
    let timer = null;
    let isCancelled = false;
    panel.querySelector("[data-next-name]").textContent = next.name;
    const hide = () => {
      window.clearInterval(timer);
      timer = null;
      panel.hidden = true;
    };
    const show = () => {
      if (timer !== null || isCancelled) return;
      let left = COUNTDOWN_SECONDS;
      const tick = () => {
        countdown.textContent = text.replace("{seconds}", String(left));
        if (left <= 0) {
          hide();
          go(next.slug);
        }
        // A film that is paused waits.
        if (!video.paused || video.ended) left -= 1;
      };
      panel.hidden = false;
      tick();
      timer = window.setInterval(tick, 1000);
    };
    panel.querySelector("[data-next-play]").onclick = () => {
      hide();
      go(next.slug);
    };
    panel.querySelector("[data-next-cancel]").onclick = () => {
      isCancelled = true;
      hide();
      video.focus({ preventScroll: true });
    };
    const credits = markers?.credits_start ?? null;
    video.addEventListener("timeupdate", () => {
      if (credits === null || video.seeking) return;
      if (video.currentTime >= credits) {
        show();
      } else {
        // Whoever goes back wants to be asked again.
        isCancelled = false;
        hide();
      }
    }, { signal });
    video.addEventListener("ended", show, { signal });
    signal.addEventListener("abort", hide);
  };

  /* Devices that play on this account: `stop(id)` ends one of them, `done()` follows when it has. */
  Player.listDevices = (root, sessions, { stop, done }) => {
    const panel = root.querySelector("[data-devices]");
    const list = panel.querySelector("ul");
    const template = list.querySelector("template");
    const items = (sessions ?? []).map((session) => {
      const item = document.importNode(template.content, true).firstElementChild;
      const since = new Date(session.since);
      item.querySelector("[data-device]").textContent = session.device || root.dataset.unknownDevice;
      item.querySelector("[data-title]").textContent = session.title;
      const time = item.querySelector("time");
      time.dateTime = session.since;
      time.textContent = since.toLocaleTimeString(document.documentElement.lang, { hour: "numeric", minute: "2-digit" });
      const button = item.querySelector("button");
      button.setAttribute("aria-describedby", `device-${session.id}`);
      item.querySelector("[data-device]").id = `device-${session.id}`;
      button.addEventListener("click", async () => {
        button.disabled = true;
        if (await stop(session.id)) {
          panel.hidden = true;
          done();
        } else {
          button.disabled = false;
        }
      });
      return item;
    });
    list.replaceChildren(template, ...items);
    panel.hidden = items.length === 0;
  };
})();
