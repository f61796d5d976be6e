/* The player: asks for a session when play is pressed, plays HLS, says where it is, and stops politely. */
"use strict";

(() => {
  const root = document.querySelector("[data-player]");
  if (!root) return;
  const video = root.querySelector("video");
  const button = root.querySelector("[data-play]");
  const message = root.querySelector("[data-message]");
  const token = document.querySelector("[data-csrf] input").value;
  const base = `/watch/${root.dataset.slug}`;
  let session = null;
  let heartbeat = null;

  const say = (text) => {
    message.textContent = text;
    message.hidden = !text;
  };

  const post = async (action, body) => {
    const answer = await fetch(`${base}/${action}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
    });
    const content = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(content.detail || "Something went wrong. Try again in a moment.");
    return content;
  };

  const load = (playback) =>
    new Promise((resolve, reject) => {
      if (window.Hls && window.Hls.isSupported()) {
        const hls = new window.Hls({ startPosition: playback.resume_at });
        hls.on(window.Hls.Events.MANIFEST_PARSED, () => resolve());
        hls.on(window.Hls.Events.ERROR, (_, data) => {
          if (!data.fatal) return;
          if (data.type === window.Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
          else reject(new Error("The film cannot be loaded right now. Check your connection, then load this page again."));
        });
        hls.loadSource(playback.manifest_url);
        hls.attachMedia(video);
        return;
      }
      if (!video.canPlayType("application/vnd.apple.mpegurl")) {
        reject(new Error("This browser cannot play the film. Try a current Chrome, Firefox, Safari or Edge."));
        return;
      }
      video.addEventListener("loadedmetadata", () => {
        video.currentTime = playback.resume_at;
        resolve();
      }, { once: true });
      video.src = playback.manifest_url;
    });

  const report = () => {
    if (session) post("progress", { session, position: video.currentTime }).catch(() => {});
  };

  const start = async () => {
    button.hidden = true;
    say("One moment …");
    try {
      const playback = await post("play", {});
      session = playback.session;
      await load(playback);
      say("");
      await video.play();
      heartbeat = window.setInterval(() => { if (!video.paused) report(); }, playback.heartbeat_seconds * 1000);
    } catch (error) {
      if (error.name === "NotAllowedError") {
        say("");
        return;
      }
      say(error.message);
      button.hidden = false;
    }
  };

  button.hidden = false;
  button.addEventListener("click", start);
  video.addEventListener("play", () => { if (!session) { video.pause(); start(); } });
  video.addEventListener("pause", report);
  video.addEventListener("seeked", report);
  video.addEventListener("ended", report);
  window.addEventListener("pagehide", () => {
    if (!session) return;
    window.clearInterval(heartbeat);
    fetch(`${base}/stop`, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ session, position: video.currentTime }),
    });
    session = null;
  });
})();
