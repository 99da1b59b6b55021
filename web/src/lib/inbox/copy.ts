/**
 * What was read on this device, kept so that it can be read without a line, also after the page was loaded anew. It is
 * one person's in one workspace; it goes when they sign out, when somebody else signs in, and when it is too old.
 */
import type { Conversation, Me, Message } from '@/api/types';
import type { InboxState, ListState, Thread, Total } from '@/lib/inbox/state';

/** Older than this nothing is shown, in milliseconds: three days. */
export const COPY_MAX_AGE_MS = 3 * 24 * 3_600_000;
/** Conversations kept, at most: those that changed last. */
export const COPY_CONVERSATIONS = 300;
/** Threads kept, at most: those that were looked at last. */
export const COPY_THREADS = 60;
/** Messages kept of a thread, at most: the newest. */
export const COPY_MESSAGES = 100;

/** The list, and what is drawn around it. */
export type Shell = {
  seat: string;
  /** When it was last known to be the newest. */
  at: number;
  /** Without the token for changes: that is asked for again. */
  me: Me;
  conversations: Conversation[];
  marks: Record<string, number>;
  lists: Record<string, ListState>;
  totals: Record<string, Total>;
  /** Answers beside the inbox: colleagues, teams, numbers. */
  answers: { key: readonly unknown[]; data: unknown }[];
};

export type KeptThread = { id: string; seat: string; at: number; messages: Message[]; hasMore: boolean };

export const seatOf = (userId: string, workspaceId: string): string => `${userId} ${workspaceId}`;

/** What of the inbox is kept. */
export function shellOf(seat: string, at: number, me: Me, inbox: InboxState, answers: Shell['answers']): Shell {
  const { csrf_token: _, ...bare } = me;
  const conversations = Object.values(inbox.conversations)
    .sort((a, b) => (a.updated_at < b.updated_at ? 1 : -1))
    .slice(0, COPY_CONVERSATIONS);
  const ids = new Set(conversations.map((one) => one.id));
  return {
    seat,
    at,
    me: bare as Me,
    conversations,
    marks: Object.fromEntries(Object.entries(inbox.marks).filter(([id]) => ids.has(id))),
    // What lies beyond a page is asked for again.
    lists: inbox.lists,
    totals: inbox.totals,
    answers,
  };
}

/** What of a thread is kept; nothing of a part that is not its end. */
export function threadOf(seat: string, at: number, id: string, thread: Thread): KeptThread | null {
  if (!thread.loaded || thread.at !== null || thread.messages.length === 0) return null;
  const messages = thread.messages.slice(-COPY_MESSAGES);
  return { id, seat, at, messages, hasMore: thread.hasMore || messages.length < thread.messages.length };
}

/** May it still be shown? A clock that was set back shows nothing from its future. */
export function isFresh(at: number, now: number): boolean {
  return at <= now + 60_000 && now - at <= COPY_MAX_AGE_MS;
}

/** The inbox as it was kept: each of it is to be confirmed by what is loaded next. */
export function inboxFrom(shell: Shell, empty: InboxState): InboxState {
  return {
    ...empty,
    // One further than what anything was touched in: whatever is not loaded again is gone.
    generation: empty.generation + 1,
    conversations: Object.fromEntries(shell.conversations.map((one) => [one.id, one])),
    marks: shell.marks,
    lists: shell.lists,
    totals: shell.totals,
  };
}

// The database ----------------------------------------------------------------------------------------------

const NAME = 'switchboard';
const SHELL = 'shell';
const THREADS = 'threads';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result); };
    request.onerror = () => { reject(request.error ?? new Error('no database')); };
  });
}

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(SHELL, { keyPath: 'seat' });
      request.result.createObjectStore(THREADS, { keyPath: ['seat', 'id'] });
    };
    request.onsuccess = () => {
      const { result } = request;
      // Another tab wants it away or anew.
      result.onversionchange = () => {
        result.close();
        opened = null;
      };
      resolve(result);
    };
    request.onerror = () => { reject(request.error ?? new Error('no database')); };
  }).catch((error: unknown) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function store(name: string, mode: IDBTransactionMode): Promise<IDBObjectStore> {
  return (await database()).transaction(name, mode).objectStore(name);
}

/** The newest shell of this device, whoever's it is; nothing where there is none or it is too old. */
export async function lastShell(now: number): Promise<Shell | null> {
  const all = await settled((await store(SHELL, 'readonly')).getAll() as IDBRequest<Shell[]>);
  return all.filter((one) => isFresh(one.at, now)).sort((a, b) => b.at - a.at)[0] ?? null;
}

export async function readThread(seat: string, id: string, now: number): Promise<KeptThread | null> {
  const kept = await settled((await store(THREADS, 'readonly')).get([seat, id]) as IDBRequest<KeptThread | undefined>);
  return kept && isFresh(kept.at, now) ? kept : null;
}

/** Keeps a shell and threads, and drops those of others and those that are too many or too old. */
export async function keep(shell: Shell, threads: readonly KeptThread[], now: number): Promise<void> {
  const work = (await database()).transaction([SHELL, THREADS], 'readwrite');
  work.objectStore(SHELL).put(shell);
  for (const thread of threads) work.objectStore(THREADS).put(thread);
  await new Promise<void>((resolve, reject) => {
    work.oncomplete = () => { resolve(); };
    work.onabort = () => { reject(work.error ?? new Error('not kept')); };
  });
  await tidy(shell.seat, now);
}

async function tidy(seat: string, now: number): Promise<void> {
  const shells = await store(SHELL, 'readwrite');
  for (const key of await settled(shells.getAllKeys())) if (key !== seat) shells.delete(key);
  const threads = await store(THREADS, 'readwrite');
  const kept: { key: IDBValidKey; at: number }[] = [];
  await new Promise<void>((resolve, reject) => {
    const walk = threads.openCursor();
    walk.onerror = () => { reject(walk.error ?? new Error('not read')); };
    walk.onsuccess = () => {
      const cursor = walk.result;
      if (!cursor) {
        resolve();
        return;
      }
      const { at, seat: whose } = cursor.value as KeptThread;
      if (whose !== seat || !isFresh(at, now)) cursor.delete();
      else kept.push({ key: cursor.primaryKey, at });
      cursor.continue();
    };
  });
  kept.sort((a, b) => b.at - a.at);
  if (kept.length <= COPY_THREADS) return;
  const again = await store(THREADS, 'readwrite');
  for (const { key } of kept.slice(COPY_THREADS)) again.delete(key);
}

/** Everything that was kept is gone. */
export async function forgetAll(): Promise<void> {
  const work = (await database()).transaction([SHELL, THREADS], 'readwrite');
  work.objectStore(SHELL).clear();
  work.objectStore(THREADS).clear();
  await new Promise<void>((resolve, reject) => {
    work.oncomplete = () => { resolve(); };
    work.onabort = () => { reject(work.error ?? new Error('not forgotten')); };
  });
}
