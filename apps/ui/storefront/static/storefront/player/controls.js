/* The controls: elements of media-chrome around the video. They ask the video for its qualities and sound tracks, which
   browsers do not know of streams that hls.js feeds: these two lists stand in for them. */
"use strict";

(() => {
  const Player = (window.StreamCartPlayer ??= {});

  /* What media-chrome expects of `videoRenditions` and `audioTracks`: a list that fires events when it changes. */
  class TrackList extends EventTarget {
    length = 0;

    constructor(added) {
      super();
      this.added = added;
    }

    * [Symbol.iterator]() {
      for (let index = 0; index < this.length; index += 1) yield this[index];
    }

    fill(items) {
      for (let index = 0; index < this.length; index += 1) delete this[index];
      Object.assign(this, items);
      this.length = items.length;
      this.dispatchEvent(new Event(this.added));
      this.dispatchEvent(new Event("change"));
    }
  }

  class QualityList extends TrackList {
    #index = -1;
    onselect = () => {};

    get selectedIndex() {
      return this.#index;
    }

    /* -1 is automatic. */
    set selectedIndex(index) {
      this.#index = index;
      this.onselect(this[index]);
      this.dispatchEvent(new Event("change"));
    }
  }

  /* Each element brings a style sheet in its shadow tree, which this page's Content-Security-Policy lets in by a nonce:
     https://github.com/muxinc/media-chrome/issues/898 */
  const admitStyles = (nonce) => {
    for (const element of Object.values(window.MediaChrome)) {
      if (typeof element !== "function" || !Object.hasOwn(element, "getTemplateHTML")) continue;
      const original = element.getTemplateHTML;
      element.getTemplateHTML = function getTemplateHTML(...values) {
        return original.apply(this, values).replaceAll(/<style(?![^>]*\bnonce=)/g, `<style nonce="${nonce}"`);
      };
    }
  };

  const { nonce } = document.currentScript;

  /* Wraps the video. Returns the controller. */
  Player.addControls = (root, video) => {
    admitStyles(nonce);
    Object.defineProperty(video, "videoRenditions", { value: new QualityList("addrendition") });
    // Safari has one of its own, which knows the tracks of what it plays by itself.
    if (!video.audioTracks) Object.defineProperty(video, "audioTracks", { value: new TrackList("addtrack") });
    const template = root.querySelector("[data-controls]");
    const controls = document.importNode(template.content, true).firstElementChild;
    template.before(controls);
    controls.fullscreenElement = root;
    video.controls = false;
    video.slot = "media";
    controls.prepend(video);
    // It says whether captions are on (`aria-checked`), which a plain button must not.
    controls.querySelector("media-captions-button").role = "switch";
    controls.addEventListener("dblclick", (event) => {
      if (event.target === video || event.target === controls) Player.toggleFullScreen(root);
    });
    return controls;
  };

  Player.toggleFullScreen = (root) => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (root.requestFullscreen) root.requestFullscreen();
    else root.querySelector("video").webkitEnterFullscreen?.();
  };
})();
