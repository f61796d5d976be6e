/* Plays a stream of HLS: by hls.js, or by the browser itself (Safari). */
"use strict";

(() => {
  const Player = (window.StreamCartPlayer ??= {});
  const HLS_TYPE = "application/vnd.apple.mpegurl";
  // How often in a row new addresses are asked for, and a decoder is started again, before that counts as an error.
  const MAX_RECOVERIES = 2;

  /* One quality for each height, of the codec that plays. */
  const qualities = (hls) => {
    const now = hls.levels[Math.max(0, hls.loadLevel)]?.codecSet;
    const byHeight = new Map();
    hls.levels.forEach((level, index) => {
      const known = byHeight.get(level.height);
      if (known && (known.codecs === now || level.codecSet !== now)) return;
      const { width, height, bitrate, codecSet: codecs } = level;
      byHeight.set(height, { id: String(index), width, height, bitrate, codecs, index });
    });
    return [...byHeight.values()];
  };

  const soundTracks = (hls) =>
    hls.audioTracks.map((track, index) => ({
      id: String(index),
      kind: index ? "alternative" : "main",
      label: track.name,
      language: track.lang ?? "",
      get enabled() { return hls.audioTrack === index; },
      set enabled(is) { if (is && hls.audioTrack !== index) hls.audioTrack = index; },
    }));

  const byScript = (video, { address, position, renew, fail }) =>
    new Promise((resolve, reject) => {
      const { Events, ErrorTypes } = window.Hls;
      const hls = new window.Hls({ startPosition: position });
      let recoveries = 0;
      let renewals = 0;
      const showSound = () => {
        if (video.audioTracks.fill) video.audioTracks.fill(soundTracks(hls));
      };
      hls.on(Events.MANIFEST_PARSED, () => {
        video.videoRenditions.onselect = (quality) => { hls.nextLevel = quality ? quality.index : -1; };
        video.videoRenditions.fill(qualities(hls));
        resolve(() => hls.destroy());
      });
      hls.on(Events.AUDIO_TRACKS_UPDATED, showSound);
      hls.on(Events.AUDIO_TRACK_SWITCHED, showSound);
      hls.on(Events.FRAG_LOADED, () => { renewals = 0; });
      hls.on(Events.ERROR, (_, data) => {
        if (!data.fatal) return;
        if (data.response?.code === 403 && renewals++ < MAX_RECOVERIES) {
          // Paused for longer than the addresses work: get new ones and go on.
          renew().then(() => hls.startLoad());
          return;
        }
        if (data.type === ErrorTypes.MEDIA_ERROR && recoveries++ < MAX_RECOVERIES) {
          hls.recoverMediaError();
          return;
        }
        hls.destroy();
        reject(new Error("unloadable"));
        fail();
      });
      hls.loadSource(address());
      hls.attachMedia(video);
    });

  const byBrowser = (video, { address, position, renew, fail }) =>
    new Promise((resolve, reject) => {
      let isOver = false;
      let renewals = 0;
      const release = () => {
        isOver = true;
        video.ontimeupdate = null;
        video.onerror = null;
        video.removeAttribute("src");
        video.load();
      };
      const open = (from) => {
        video.addEventListener("loadedmetadata", () => {
          video.currentTime = from;
          resolve(release);
        }, { once: true });
        video.src = address();
      };
      video.ontimeupdate = () => { renewals = 0; };
      video.onerror = async () => {
        if (isOver) return;
        if (renewals++ < MAX_RECOVERIES) {
          const from = video.currentTime || position;
          await renew();
          if (!isOver) open(from);
          return;
        }
        release();
        reject(new Error("unloadable"));
        fail();
      };
      open(position);
    });

  /* Resolves with a function that lets go of the stream, as soon as the film can start. `address()` is that of the
     manifest, `renew()` gets new addresses, `fail()` is called for trouble that no renewal ends. */
  Player.openStream = (video, options) => {
    // AirPlay needs the browser's own player.
    const hasAirPlay = "WebKitPlaybackTargetAvailabilityEvent" in window && video.canPlayType(HLS_TYPE);
    if (!hasAirPlay && window.Hls?.isSupported()) return byScript(video, options);
    if (video.canPlayType(HLS_TYPE)) return byBrowser(video, options);
    return Promise.reject(new Error("unsupported"));
  };

  /* Pictures for the seek bar. The track's address is complete, since its cues are relative to it. */
  Player.showStoryboard = (video, address) => {
    video.querySelector("track[label=thumbnails]")?.remove();
    if (!address) return;
    const track = document.createElement("track");
    Object.assign(track, { kind: "metadata", label: "thumbnails", default: true, src: address });
    video.append(track);
  };

  /* How often and how long the film stood still although it should have played, and how long it was watched, all since
     `begin()`. Seeking, pauses and the start do not count. */
  Player.measurePlayback = (video) => {
    let stalls = 0;
    let stalled = 0;
    let watched = 0;
    let since = null;
    let last = null;
    const now = () => performance.now() / 1000;
    const resume = () => {
      if (since !== null) stalled += now() - since;
      since = null;
    };
    video.addEventListener("waiting", () => {
      if (video.seeking || video.paused || !video.played.length || since !== null) return;
      since = now();
      stalls += 1;
    });
    for (const moment of ["playing", "pause", "seeking", "emptied", "ended"]) video.addEventListener(moment, resume);
    video.addEventListener("timeupdate", () => {
      const passed = last === null ? 0 : video.currentTime - last;
      // More than that is a jump. The time of the viewer counts, not that of the film.
      if (!video.seeking && passed > 0 && passed < 2 * video.playbackRate) watched += passed / video.playbackRate;
      last = video.currentTime;
    });
    return {
      begin() {
        [stalls, stalled, watched, since, last] = [0, 0, 0, null, null];
      },
      totals: () => ({
        rebuffer_count: stalls,
        rebuffer_seconds: stalled + (since === null ? 0 : now() - since),
        watched_seconds: watched,
      }),
    };
  };
})();
