/* Keeps the offline page with what it needs, and shows it when a page cannot be reached. */
"use strict";
const STORE = "offline-{{ version }}";
const PAGE = "{{ page }}";
// Without cookies, so that it is nobody's page.
const FILES = [new Request(PAGE, { credentials: "omit" }){% for file in files %}, "{{ file }}"{% endfor %}];
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  }
});
