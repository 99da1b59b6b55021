/** Keeps what is read on this device in step with what is on the screen, as long as the line is live. */
import { meQuery, queryClient } from '@/api/queries';
import { forgetAll, keep, readThread, seatOf, shellOf, threadOf, type KeptThread } from '@/lib/inbox/copy';
import type { Thread } from '@/lib/inbox/state';
import { useInbox, useLink } from '@/lib/inbox/store';
import { usePreferences } from '@/lib/preferences';

export { inboxFrom, lastShell, seatOf } from '@/lib/inbox/copy';

/** Pause after a change before it is kept, in milliseconds. */
const SETTLE_MS = 1_500;
/** What is kept beside the inbox: by it names stand instead of ids. */
const BESIDE = ['users', 'teams', 'channels', 'availability'];

let seat = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let stops: (() => void)[] = [];
/** Pause after the line is live before the app's own files are kept: those that are fetched ahead are here then, in milliseconds. */
const FILES_AFTER_MS = 4_000;
let files: ReturnType<typeof setTimeout> | undefined;

/** Lets the app itself open without the server: a worker keeps its page and its files. */
async function keepFiles(): Promise<void> {
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  await navigator.serviceWorker.register('/offline.js');
  const { active } = await navigator.serviceWorker.ready;
  const names = performance.getEntriesByType('resource').map((one) => new URL(one.name)).filter((url) => url.origin === location.origin && url.pathname.startsWith('/assets/'));
  active?.postMessage({ files: [...new Set(names.map((url) => url.pathname))] });
}

/** Threads as they were last kept. */
let written = new Map<string, Thread>();

const nothing = () => undefined;

/** Begins for whoever is signed in. */
export function startKeeping(userId: string, workspaceId: string): void {
  stopKeeping();
  seat = seatOf(userId, workspaceId);
  written = new Map();
  const later = () => { timer ??= setTimeout(now, SETTLE_MS); };
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    void write().catch(nothing);
  };
  const hides = () => { if (document.visibilityState === 'hidden') now(); };
  document.addEventListener('visibilitychange', hides);
  const keepFilesSoon = () => {
    if (useLink.getState().state === 'live') files ??= setTimeout(() => void keepFiles().catch(nothing), FILES_AFTER_MS);
  };
  keepFilesSoon();
  let kept = usePreferences.getState().keepCopy;
  stops = [
    useInbox.subscribe(later),
    useLink.subscribe(later),
    useLink.subscribe(keepFilesSoon),
    usePreferences.subscribe(({ keepCopy }) => {
      if (keepCopy === kept) return;
      kept = keepCopy;
      if (keepCopy) later();
      else void forgetAll().catch(nothing);
    }),
    () => { document.removeEventListener('visibilitychange', hides); },
  ];
}

export function stopKeeping(): void {
  clearTimeout(timer);
  timer = undefined;
  for (const stop of stops.splice(0)) stop();
  seat = '';
}

async function write(): Promise<void> {
  const me = queryClient.getQueryData(meQuery.queryKey);
  // What is on the screen without a line may be older than what another tab kept.
  if (!seat || !me || !usePreferences.getState().keepCopy || useLink.getState().state !== 'live') return;
  const at = Date.now();
  const inbox = useInbox.getState();
  const answers = BESIDE.flatMap((name) => {
    const data: unknown = queryClient.getQueryData([name]);
    return data === undefined ? [] : [{ key: [name], data }];
  });
  const threads: KeptThread[] = [];
  for (const [id, thread] of Object.entries(inbox.threads)) {
    if (written.get(id) === thread) continue;
    const kept = threadOf(seat, at, id, thread);
    if (!kept) continue;
    written.set(id, thread);
    threads.push(kept);
  }
  await keep(shellOf(seat, at, me, inbox, answers), threads, at);
}

/** The thread as it was when it was last looked at here. */
export async function keptThread(id: string): Promise<KeptThread | null> {
  return seat && usePreferences.getState().keepCopy ? readThread(seat, id, Date.now()) : null;
}

/** Nothing stays behind of whoever signs out. */
export async function forgetCopy(): Promise<void> {
  stopKeeping();
  await forgetAll().catch(nothing);
}
