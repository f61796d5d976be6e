/* How captions look, as this browser's visitor likes them: size and background. */
"use strict";

(() => {
  const Player = (window.StreamCartPlayer ??= {});
  const KEY = "player-captions";
  const DEFAULTS = { size: "normal", background: "dark" };

  const load = () => {
    try {
      return { ...DEFAULTS, ...JSON.parse(window.localStorage.getItem(KEY) ?? "{}") };
    } catch {
      // Storage is off, or somebody else's text is in it.
      return { ...DEFAULTS };
    }
  };

  const save = (style) => {
    try {
      window.localStorage.setItem(KEY, JSON.stringify(style));
    } catch {
      // It holds for this visit.
    }
  };

  /* Menus of the settings, `data-caption-style` being what they set. */
  Player.addCaptionStyles = (root) => {
    const style = load();
    for (const menu of root.querySelectorAll("[data-caption-style]")) {
      const name = menu.dataset.captionStyle;
      const items = [...menu.querySelectorAll("media-chrome-menu-item")];
      if (!items.some((item) => item.value === style[name])) style[name] = DEFAULTS[name];
      const show = () => {
        // The style sheet knows the look of each.
        root.dataset[name === "size" ? "captionSize" : "captionBackground"] = style[name];
        for (const item of items) item.checked = item.value === style[name];
      };
      menu.addEventListener("change", (event) => {
        event.stopPropagation();
        style[name] = menu.value;
        save(style);
        show();
      });
      show();
    }
  };

  const tracksOf = (video) => [...video.textTracks].filter((track) => ["subtitles", "captions"].includes(track.kind));

  /* The next track, or none after the last. Returns the one that shows now. */
  Player.nextCaptions = (video) => {
    const tracks = tracksOf(video);
    const shown = tracks.findIndex((track) => track.mode === "showing");
    tracks.forEach((track, index) => { track.mode = index === shown + 1 ? "showing" : "disabled"; });
    return tracks[shown + 1];
  };
})();
