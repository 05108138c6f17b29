/*
 * The service worker: it makes the page start without a network, and takes a new version only when it is told to.
 * It keeps the files of the page and nothing that anyone has written; the services are none of its business.
 * One file without imports, because a worker is fetched as one.
 */
export {}; // A module of its own, or its names would be those of every page.

declare const self: ServiceWorkerGlobalScope;
/** Filled in by the build: every file of this version, and a hash of them all. */
declare const FILES_OF_THIS_VERSION: string[];
declare const THIS_VERSION: string;

const PREFIX = "antiphon ";
const OWN = PREFIX + THIS_VERSION;
/** Every route of the client is this page. */
const PAGE = "/index.html";
const SERVICES = /^\/(users|sender|receiver)\//;

async function install(): Promise<void> {
  const cache = await caches.open(OWN);
  // Not from the browser's own cache: a page of yesterday would name files that are gone.
  await cache.addAll(FILES_OF_THIS_VERSION.map((file) => new Request(file, { cache: "no-cache" })));
}

/** The version before stays: a tab that still runs it may ask for parts that it has not loaded yet. */
async function activate(): Promise<void> {
  const versions = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== OWN);
  await Promise.all(versions.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function fromCache(request: Request, file: string): Promise<Response> {
  const own = await caches.open(OWN);
  const kept = (await own.match(file, { ignoreVary: true })) ?? (await caches.match(file, { ignoreVary: true }));
  if (kept) return kept;
  const answer = await fetch(request);
  // A font for another script, say: names of assets hold a hash of what is in them, so they can be kept.
  if (answer.ok && file.startsWith("/assets/")) await own.put(file, answer.clone());
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "activate") void self.skipWaiting();
});
/** A notification that only a worker could show was touched: the page comes to the front, where it leads. */
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { path } = event.notification.data as { path: string };
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then(async ([open]) => {
      if (open) await (await open.focus()).navigate(path);
      else await self.clients.openWindow(path);
    }),
  );
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin || SERVICES.test(pathname)) return;
  if (request.mode === "navigate") event.respondWith(fromCache(request, PAGE));
  else if (pathname.startsWith("/assets/") || FILES_OF_THIS_VERSION.includes(pathname)) {
    event.respondWith(fromCache(request, pathname));
  }
});
