/* Keys of the player. Letters work wherever nothing is typed; arrows and space where they would scroll the page only
   if the player is what one is at. */
"use strict";

(() => {
  const Player = (window.StreamCartPlayer ??= {});
  const TYPED = "input, textarea, select, [contenteditable]";
  // Elements that do something of their own with arrows, space or Enter.
  const OPERATED = `${TYPED}, a, button, summary, [role=button], [role^=menu], [role=slider], media-time-range, media-volume-range`;

  Player.addKeys = (root, video, actions) => {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (target.closest(TYPED) || document.querySelector("dialog[open]")) return;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const isLetter = key.length === 1 && key !== " ";
      if (!isLetter && target.closest(OPERATED)) return;
      const isAtPlayer = root.contains(target) || document.fullscreenElement;
      if (key.length > 1 && !isAtPlayer) return;
      const action = /^\d$/.test(key) ? () => actions.jump(Number(key) / 10) : actions[key];
      if (!action) return;
      event.preventDefault();
      action();
    });
  };
})();
