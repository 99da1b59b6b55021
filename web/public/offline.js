// Lets the app open while the server does not answer: its page and its files, nothing of anybody's. What is in the app
// comes from the app's own copy.
const CACHE = 'switchboard-shell-1';
/** How long the server is waited for before the kept page is shown, in milliseconds. */
const PATIENCE_MS = 4000;
/** Files kept, at most; those that were kept first go first. */
const FILES_MAX = 300;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(['/', '/theme.js', '/icon.svg'])).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('switchboard-') && name !== CACHE).map((name) => caches.delete(name)))),
  );
});

// The page tells which files it was made of: they were loaded before this was here.
self.addEventListener('message', (event) => {
  const { files } = event.data ?? {};
  if (!Array.isArray(files)) return;
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      for (const file of files.filter((one) => typeof one === 'string' && new URL(one, location.origin).origin === location.origin).slice(0, FILES_MAX))
        if (!(await cache.match(file))) await cache.add(file).catch(() => undefined);
      await tidy(cache);
    }),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && !/^\/(api|webhooks|v1|docs|media|outbox|metrics)(\/|$)/.test(url.pathname)) event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/') || url.pathname === '/theme.js' || url.pathname === '/icon.svg') event.respondWith(file(request, url));
});

/** The server's own page where it answers, else the one that was kept. */
async function page(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match('/');
  const asked = fetch(request).then((answer) => {
    if (answer.ok && (answer.headers.get('Content-Type') ?? '').startsWith('text/html')) void cache.put('/', answer.clone());
    return answer;
  });
  if (!kept) return asked;
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept));
  return Promise.race([asked.then((answer) => (answer.status >= 502 ? kept : answer)).catch(() => kept), late]);
}

/** Files whose names hold their hash never change; the two others are asked for first. */
async function file(request, url) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && url.pathname.startsWith('/assets/')) return kept;
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      await cache.put(request, answer.clone());
      await tidy(cache);
    }
    return answer;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function tidy(cache) {
  const files = (await cache.keys()).filter((one) => new URL(one.url).pathname.startsWith('/assets/'));
  for (const old of files.slice(0, Math.max(0, files.length - FILES_MAX))) await cache.delete(old);
}
