// Lets the app open while the server does not answer: its page and its files, nothing of anybody's. What is in the app
// comes from the app's own copy.
const CACHE = 'switchboard-shell-1';
/** How long the server is waited for before the kept page is shown, in milliseconds. */
const PATIENCE_MS = 4000;
/** Files kept, at most; those that were kept first go first. */
const FILES_MAX = 300;
/** Where the words of notifications are kept. */
const WORDS = '/notification-words';
/** The same in English, until a page has told them. */
const ENGLISH = {
  mention: '{who} mentioned you in a note on {name}',
  mentionSomebody: 'A colleague mentioned you in a note on {name}',
  assigned: '{who} gave you the conversation with {name}',
  assignedByRule: 'You were given the conversation with {name}',
  new: '{name} wrote',
  newMany: '{count} new messages from {name}',
  unassigned: '{name} wrote, and nobody has the conversation',
  slaNear: 'A target is about to be missed: {name}',
  slaMissed: 'A target was missed: {name}',
  failed: 'Your message to {name} was not sent',
};

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(['/', '/theme.js', '/icon.svg'])).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter((name) => name.startsWith('switchboard-') && name !== CACHE).map((name) => caches.delete(name)))),
  );
});

// The page tells in which words notifications are told, and which files it was made of: they were loaded before this was here.
self.addEventListener('message', (event) => {
  const { files, words, dir, lang } = event.data ?? {};
  if (words && typeof words === 'object')
    event.waitUntil(caches.open(CACHE).then((cache) => cache.put(WORDS, new Response(JSON.stringify({ words, dir, lang })))));
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

// Notifications, while no page is open -----------------------------------------------------------------------

self.addEventListener('push', (event) => {
  event.waitUntil(tell(event.data));
});

/** Shows what was pushed. A later one about the same takes its place. */
async function tell(data) {
  let told = {};
  try {
    told = data?.json() ?? {};
  } catch {
    // Not ours, or of another version: that there is something is all that can be said.
  }
  const { words, dir, lang } = await wordsHere();
  const id = typeof told.conversation_id === 'string' && /^cnv_\w+$/.test(told.conversation_id) ? told.conversation_id : null;
  const seq = Number.isSafeInteger(told.seq) && told.seq > 0 ? `?message=${told.seq}` : '';
  await self.registration.showNotification(titleOf(told, words), {
    body: typeof told.text === 'string' ? told.text : '',
    tag: typeof told.id === 'string' ? told.id : 'switchboard',
    renotify: true,
    icon: '/icon.svg',
    timestamp: Date.parse(told.at) || Date.now(),
    dir: dir === 'rtl' ? 'rtl' : 'ltr',
    lang: typeof lang === 'string' ? lang : 'en',
    data: { path: id ? `/inbox/${id}${seq}` : '/inbox' },
  });
}

async function wordsHere() {
  const kept = await (await caches.open(CACHE)).match(WORDS);
  const told = kept ? await kept.json().catch(() => ({})) : {};
  return { ...told, words: { ...ENGLISH, ...told.words } };
}

function titleOf(told, words) {
  const fill = (sentence) => String(sentence).replace(/\{(who|name|count)\}/g, (_, what) => String({ who: told.by, name: told.contact, count: told.count }[what] ?? ''));
  if (typeof told.contact !== 'string') return 'Switchboard';
  switch (told.class) {
    case 'mention': return fill(told.by ? words.mention : words.mentionSomebody);
    case 'assigned': return fill(told.by ? words.assigned : words.assignedByRule);
    case 'new': return fill(told.count > 1 ? words.newMany : words.new);
    case 'unassigned': return fill(words.unassigned);
    case 'sla': return fill(told.missed ? words.slaMissed : words.slaNear);
    case 'failed': return fill(words.failed);
    default: return told.contact;
  }
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(goTo(event.notification.data?.path ?? '/inbox'));
});

/** In a page that is open, else in a new one. */
async function goTo(path) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((one) => one.focused) ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  await page.focus().catch(() => undefined);
  page.postMessage({ goTo: path });
}
