/**
 * Keeps what is begun here with the server, and follows what is written in another window. Who has not typed takes over
 * what was typed elsewhere; who has goes on with it: the last to type is who is kept.
 */
import { ApiError, ask, isPassing } from '@/api/client';
import type { Draft, DraftChanged, DraftList, SaveDraft } from '@/api/types';
import { draftOf, setDraft, useDrafts } from '@/lib/drafts';
import { follow, nothing, sameWords, type Words } from '@/lib/drafts-merge';
import { setComposerMode, setReplyTo, useComposer, useInbox, useLink, useReplyTo } from '@/lib/inbox/store';

/** Pause after a key before a draft is kept, in milliseconds. */
const TYPING_MS = 1_000;
/** Pause before a draft that could not be kept is tried again, in milliseconds. */
const AGAIN_MS = 5_000;
/** Writings elsewhere that are gone on from in one go, at most. */
const REBASES_MAX = 4;

/** What is known to be kept, and from which version this window goes on. */
type Base = { version: number; words: Words };

const bases = new Map<string, Base>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const saving = new Set<string>();
/** Told of while one's own was on its way. */
const missed = new Map<string, number>();
let prefix = '';
let stopLast: () => void = () => undefined;

const baseOf = (id: string): Base => bases.get(id) ?? { version: 0, words: nothing };

/** Which words here are the server's is known over a reload, too: what was typed meanwhile is what differs. */
function remember(id: string, base: Base): void {
  if (base.version === 0) bases.delete(id);
  else bases.set(id, base);
  try {
    if (base.version === 0) localStorage.removeItem(prefix + id);
    else localStorage.setItem(prefix + id, JSON.stringify(base));
  } catch {
    // Full or switched off: it is known as long as the page lives.
  }
}

function restore(): void {
  bases.clear();
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      if (key?.startsWith(prefix)) bases.set(key.slice(prefix.length), JSON.parse(localStorage.getItem(key) ?? '') as Base);
    }
  } catch {
    // What does not read is not known: what is written here then counts as typed.
  }
}

function hereOf(id: string): Words {
  const mode = useComposer.getState().modes[id] === 'note' ? 'note' : 'reply';
  return { reply: draftOf(id, 'reply'), note: draftOf(id, 'note'), mode, reply_to: useReplyTo.getState().to[id] ?? null };
}

function wordsOf(draft: Draft): Words {
  return { reply: draft.reply ?? '', note: draft.note ?? '', mode: draft.mode === 'note' ? 'note' : 'reply', reply_to: draft.reply_to ?? null };
}

/** Takes over what was written elsewhere, but for what was typed here since. */
function takeIn(id: string, draft: Draft): void {
  const there = wordsOf(draft);
  const here = hereOf(id);
  const merged = follow(here, baseOf(id).words, there);
  remember(id, { version: draft.version, words: there });
  if (merged.reply !== here.reply) setDraft(id, 'reply', merged.reply);
  if (merged.note !== here.note) setDraft(id, 'note', merged.note);
  if (merged.reply_to !== here.reply_to) setReplyTo(id, merged.reply_to ?? undefined);
  // Where one looks already the mode stays as it is.
  if (useComposer.getState().modes[id] === undefined && there.mode === 'note') setComposerMode(id, 'note', false);
  if (!sameWords(merged, there)) soon(id);
}

function soon(id: string, pause = TYPING_MS): void {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => void keep(id), pause));
}

async function keep(id: string): Promise<void> {
  clearTimeout(timers.get(id));
  timers.delete(id);
  if (saving.has(id)) {
    soon(id);
    return;
  }
  saving.add(id);
  const mine = prefix;
  try {
    for (let tried = 0; tried < REBASES_MAX; tried += 1) {
      const here = hereOf(id);
      const base = baseOf(id);
      if (sameWords(here, base.words)) return;
      try {
        const body: SaveDraft = { base_version: base.version, reply: here.reply, note: here.note, mode: here.mode, reply_to: here.reply_to };
        const kept = await ask<Draft>(`/conversations/${id}/draft`, { method: 'POST', body });
        if (mine !== prefix) return;
        remember(id, { version: kept.version, words: wordsOf(kept) });
        return;
      } catch (error) {
        if (mine !== prefix) return;
        if (!(error instanceof ApiError && error.status === 412)) throw error;
        takeIn(id, await ask<Draft>(`/conversations/${id}/draft`));
      }
    }
    soon(id);
  } catch (error) {
    // What the server does not take, as it is too long or one too many, stays on this device.
    if (mine === prefix && isPassing(error)) soon(id, AGAIN_MS);
  } finally {
    saving.delete(id);
    const version = missed.get(id);
    missed.delete(id);
    if (mine === prefix && version !== undefined && version !== baseOf(id).version) void readOne(id).catch(() => undefined);
  }
}

async function readOne(id: string): Promise<void> {
  const mine = prefix;
  const draft = await ask<Draft>(`/conversations/${id}/draft`);
  if (mine === prefix) takeIn(id, draft);
}

async function readAll(): Promise<void> {
  const mine = prefix;
  const { drafts } = await ask<DraftList>('/drafts');
  if (mine !== prefix) return;
  const there = new Map(drafts.map((draft) => [draft.conversation_id, draft]));
  const here = Object.keys(useDrafts.getState().drafts).map((name) => name.replace(/\.note$/, ''));
  for (const id of new Set([...there.keys(), ...bases.keys(), ...here]))
    takeIn(id, there.get(id) ?? { conversation_id: id, version: 0, reply: '', note: '', updated_at: '' });
}

/** Another window of mine kept a draft. */
export function draftChanged(changed: DraftChanged): void {
  const { conversation_id: id, user_id, version } = changed;
  if (user_id !== useInbox.getState().meId || prefix === '' || baseOf(id).version === version) return;
  if (saving.has(id)) missed.set(id, version);
  else void readOne(id).catch(() => undefined);
}

/** Begins for whoever signed in. */
export function startDrafts(meId: string, workspaceId: string): void {
  stopLast();
  prefix = `switchboard.draft-base.${meId}.${workspaceId}.`;
  restore();
  const stopDrafts = useDrafts.subscribe(({ drafts }, { drafts: before }) => {
    if (drafts === before) return;
    const ids = new Set([...Object.keys(drafts), ...Object.keys(before)].filter((name) => drafts[name] !== before[name]).map((name) => name.replace(/\.note$/, '')));
    for (const id of ids) if (!sameWords(hereOf(id), baseOf(id).words)) soon(id);
  });
  const read = () => void readAll().catch(() => undefined);
  const stopLink = useLink.subscribe((link, before) => {
    if (link.state === 'live' && before.state !== 'live') read();
  });
  const hide = () => {
    // Whoever leaves may go on elsewhere at once.
    if (document.visibilityState === 'hidden') for (const id of [...timers.keys()]) void keep(id);
  };
  document.addEventListener('visibilitychange', hide);
  if (useLink.getState().state === 'live') read();
  stopLast = () => {
    stopDrafts();
    stopLink();
    document.removeEventListener('visibilitychange', hide);
    for (const timer of timers.values()) clearTimeout(timer);
    timers.clear();
    missed.clear();
    prefix = '';
  };
}

/** Ends with the session. */
export function stopDrafts(): void {
  stopLast();
}
