// While there is no signal, the round that was opened before and its sheets are answered from the phone.
const KEPT = "visitas-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(
    fetch(request)
      .then(async (answer) => {
        if (answer.ok && !answer.redirected) (await caches.open(KEPT)).put(request, answer.clone());
        return answer;
      })
      .catch(async (error) => {
        const kept = await caches.match(request);
        if (kept) return kept;
        throw error;
      }),
  );
});
self.addEventListener("message", (event) => {
  if (event.data === "olvidar") event.waitUntil(caches.delete(KEPT));
});
