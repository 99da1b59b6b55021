/**
 * What is written or changed here and not yet confirmed by the server. It is kept on the device in the order it was
 * done, each act under one idempotency key, so that a lost line or a closed page neither loses nor
 * doubles anything.
 */
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { isMeKept, meQuery, queryClient } from '@/api/queries';
import type { Conversation, Message, Problem, SendOutlook, SendRequest } from '@/api/types';
import { alertNow } from '@/lib/announce';
import { returnToDraft } from '@/lib/drafts';
import { t } from '@/lib/i18n';
import { changeOf, isReplaced, isSo, mergedChange, withChange, withoutChange } from '@/lib/inbox/changes';
import { seenSeq } from '@/lib/inbox/seen';
import { addPending, changePending, dropPending, putConversations, settleChange, settlePending, type Change, type Pending } from '@/lib/inbox/state';
import { useInbox, useLink } from '@/lib/inbox/store';
import { insist } from '@/lib/later';
import { usePreferences } from '@/lib/preferences';
import { dismissToast, showToast } from '@/lib/toast';

/** A person's workspaces have a device in common: what was written in one does not go out in another. */
const here = () => queryClient.getQueryData(meQuery.queryKey)?.workspace.id;

const PREFIX = 'switchboard.outbox.';
const prefix = () => `${PREFIX}${useInbox.getState().meId}.`;

function store(pending: Pending): void {
  try {
    const { bound: _, ...kept } = pending;
    localStorage.setItem(prefix() + pending.id, JSON.stringify({ ...kept, workspace: here() }));
  } catch {
    // Full or switched off: it lives as long as the page.
  }
}

function forget(id: string): void {
  try {
    localStorage.removeItem(prefix() + id);
  } catch {
    // As above.
  }
}

/** Takes up what a closed page left behind. */
export function restoreOutbox(): void {
  const found: Pending[] = [];
  try {
    for (let index = 0; index < localStorage.length; index += 1) {
      const key = localStorage.key(index);
      if (!key?.startsWith(prefix())) continue;
      const pending = JSON.parse(localStorage.getItem(key) ?? 'null') as (Pending & { workspace?: string }) | null;
      if (pending && (pending.workspace ?? here()) === here()) found.push({ ...pending, kept: true, state: pending.state === 'refused' ? 'refused' : 'waiting' });
    }
  } catch {
    // Storage is switched off: nothing was left.
  }
  found.sort((a, b) => (a.at < b.at ? -1 : 1));
  useInbox.setState({ pending: found });
}

function add(conversationId: string, act: Pending['act']): string {
  const id = newKey();
  // Two acts of one millisecond keep their order.
  const last = useInbox.getState().pending.at(-1)?.at;
  const now = new Date().toISOString();
  const at = last && last >= now ? new Date(Date.parse(last) + 1).toISOString() : now;
  const pending: Pending = { id, key: newKey(), conversation_id: conversationId, act, at, state: 'waiting' };
  store(pending);
  useInbox.setState((state) => addPending(state, pending));
  pump();
  return id;
}

/** Who waits to hear what came of a change at first. */
const firsts = new Map<string, { done: (was: boolean) => void; failed: (error: unknown) => void }>();

/**
 * Changes something of a conversation; on the screen at once. Was it done, or is it kept until it can be, as is said? What the
 * server refuses at once is thrown, and nothing stays of it.
 */
export function changeSoon(conversationId: string, act: Change): Promise<boolean> {
  const before = useInbox.getState().pending.find((one) => isReplaced(one, conversationId, act));
  useInbox.setState((state) => withChange(state, conversationId, act.to));
  if (before?.act.type === 'change') {
    const merged = mergedChange(before.act, act);
    if (merged) change(before.id, { act: merged });
    else {
      drop(before.id);
      dismissToast();
    }
    pump();
    return Promise.resolve(false);
  }
  return new Promise((done, failed) => {
    const id = add(conversationId, act);
    firsts.set(id, { done, failed });
    if (!canGo()) keepChange(id);
  });
}

/** It cannot be done now. */
function keepChange(id: string): void {
  const first = firsts.get(id);
  if (!first) return;
  firsts.delete(id);
  change(id, { kept: true });
  showToast({ error: false, words: t('actions.kept'), action: { label: t('app.undo'), undoes: true, run: () => { takeBack(id); } } });
  first.done(false);
}

/** With it goes what I have read: an answer of a colleague's that I have not stops it. An emoji on a message says nothing of its own. */
function seen(conversationId: string): { seen_seq?: number } {
  const seq = seenSeq(conversationId, useInbox.getState().conversations[conversationId]?.last_seq);
  return seq === undefined ? {} : { seen_seq: seq };
}

export function send(conversationId: string, request: SendRequest, preview: string): void {
  const { undoSend } = usePreferences.getState();
  const held = undoSend > 0 && request.type !== 'reaction';
  const guarded = request.type === 'reaction' ? request : { ...request, ...seen(conversationId) };
  add(conversationId, { type: 'send', request: held ? { ...guarded, hold_s: undoSend } : guarded, preview });
  if (!held) return;
  const undo = () => void import('@/lib/inbox/undo').then((module) => module.undoSend(conversationId));
  showToast({ error: false, words: t('composer.held', { count: undoSend }), lastsMs: undoSend * 1_000, action: { label: t('app.undo'), undoes: true, run: undo } });
}

export function addNote(conversationId: string, body: string, mentions: string[]): void {
  add(conversationId, { type: 'note', body, mentions });
}

/** Tries again what was refused: a new act, and so a new key, by who has read what came since. */
export function sendAgain(id: string): void {
  const one = useInbox.getState().pending.find((known) => known.id === id);
  if (!one) return;
  const { act } = one;
  if (act.type === 'change') {
    // Whoever asks for it again has seen what it is now; and what was offered for it elsewhere is done.
    dismissToast();
    const fresh = changeOf(useInbox.getState().conversations[one.conversation_id], act.path, act.to, act.body);
    useInbox.setState((state) => withChange(state, one.conversation_id, act.to));
    change(id, { state: 'waiting', key: newKey(), tried: false, act: fresh });
    pump();
    return;
  }
  const guarded = act.type === 'send' && act.request.type !== 'reaction' ? { act: { ...act, request: { ...act.request, ...seen(one.conversation_id) } } } : {};
  change(id, { state: 'waiting', key: newKey(), tried: false, ...guarded });
  pump();
}

/** Was it stopped because a colleague answered meanwhile? */
export const isStopped = (pending: Pending): boolean => pending.state === 'refused' && pending.problem?.code === 'teammate_replied';

/** Takes something out that is not sent. */
export const takeOut = (id: string): void => { drop(id); };

/** Puts back what was taken out. */
export function putBack(all: readonly Pending[]): void {
  for (const pending of all) {
    store(pending);
    useInbox.setState((state) => addPending(state, pending));
  }
}

/** Takes back what has not left: words return to the draft, and what was changed is as it was. */
export function takeBack(id: string): void {
  const pending = useInbox.getState().pending.find((one) => one.id === id);
  if (!pending || pending.state === 'sending') return;
  const { act } = pending;
  if (act.type === 'change') {
    dismissToast();
    if (pending.state === 'waiting') useInbox.setState((state) => withoutChange(state, pending.conversation_id, act));
  } else if (act.type === 'note') returnToDraft(pending.conversation_id, 'note', act.body);
  else if (act.request.type === 'text') returnToDraft(pending.conversation_id, 'reply', act.request.text.body);
  drop(id);
}

function change(id: string, fields: Partial<Pending>): void {
  useInbox.setState((state) => changePending(state, id, fields));
  const pending = useInbox.getState().pending.find((one) => one.id === id);
  if (pending) store(pending);
}

function drop(id: string): void {
  forget(id);
  useInbox.setState((state) => dropPending(state, id));
}

/** What waited longer than this before its first attempt may have become another matter meanwhile, in milliseconds. */
const RECHECK_AFTER_MS = 3_000;

/** Asks whether it may still be sent: throws in the server's words where not. What was attempted once is not asked about, as it may have been taken. */
async function recheck({ act, conversation_id }: Pending): Promise<void> {
  if (act.type !== 'send') return;
  const outlook = await ask<SendOutlook>(`/conversations/${conversation_id}/permission`);
  // The first span is what holds now. Of a template the server knows the category, and says so when it is sent.
  const refused = act.request.type === 'template' ? null : outlook.purposes.find((one) => one.purpose === 'answer')?.spans[0]?.refused;
  if (refused)
    throw new ApiError({ type: 'about:blank', title: refused.reason, status: 422, detail: `${refused.reason} ${refused.what_to_do}`, code: refused.code, correlation_id: '' });
}

/** Makes a change, unless it is so already; throws where somebody changed the same meanwhile, or the customer wrote. */
async function makeChange({ id, key, conversation_id, kept }: Pending, act: Change): Promise<Conversation> {
  if (kept) {
    const now = await ask<Conversation>(`/conversations/${conversation_id}`);
    if (isSo(act, now)) return now;
    const { meanwhile } = await insist(() => import('@/lib/inbox/meanwhile'));
    const problem = meanwhile(act, now);
    if (problem) {
      useInbox.setState((state) => putConversations(state, [now]));
      throw new ApiError(problem);
    }
  }
  change(id, { tried: true });
  return ask<Conversation>(`/conversations/${conversation_id}/${act.path}`, { method: 'POST', key, body: act.body });
}

/** Can anything go? Without the server's word on who is signed in nothing can be changed. */
const canGo = () => useLink.getState().state !== 'offline' && !isMeKept();

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends what waits: in order within a conversation, side by side across them. */
export function pump(): void {
  if (!canGo()) return;
  const busy = new Set<string>();
  for (const pending of useInbox.getState().pending) {
    if (pending.state === 'refused') continue;
    if (busy.has(pending.conversation_id)) continue;
    busy.add(pending.conversation_id);
    if (pending.state === 'waiting') void deliver(pending);
  }
}

/** The line is back: do not wait for the next attempt. */
export function pumpNow(): void {
  failures = 0;
  clearTimeout(timer);
  timer = undefined;
  pump();
}

async function deliver(pending: Pending): Promise<void> {
  const { id, key, act, conversation_id } = pending;
  change(id, { state: 'sending' });
  try {
    if (act.type === 'change') {
      const conversation = await makeChange(pending, act);
      failures = 0;
      forget(id);
      useInbox.setState((state) => settleChange(state, id, conversation));
      firsts.get(id)?.done(true);
      firsts.delete(id);
      pump();
      return;
    }
    if (!pending.tried && Date.now() - Date.parse(pending.at) > RECHECK_AFTER_MS) await recheck(pending);
    change(id, { tried: true });
    const message = await (act.type === 'note'
      ? ask<Message>(`/conversations/${conversation_id}/notes`, { method: 'POST', key, body: { body: act.body, mentions: act.mentions ?? [] } })
      : ask<Message>(`/conversations/${conversation_id}/messages`, { method: 'POST', key, body: act.request }));
    failures = 0;
    forget(id);
    useInbox.setState((state) => settlePending(state, id, message));
  } catch (error) {
    const bound = useInbox.getState().pending.find((one) => one.id === id)?.bound;
    if (isPassing(error) || (error instanceof ApiError && error.status === 401)) {
      // The same key again: the server gives the same answer if it had taken it.
      change(id, bound ? { state: 'waiting', bound } : { state: 'waiting' });
      keepChange(id);
      failures += 1;
      timer ??= setTimeout(
        () => {
          timer = undefined;
          pump();
        },
        Math.min(15_000, 500 * 2 ** failures),
      );
      return;
    }
    const first = firsts.get(id);
    if (act.type === 'change') useInbox.setState((state) => withoutChange(state, conversation_id, act));
    if (first) {
      firsts.delete(id);
      drop(id);
      first.failed(error);
      pump();
      return;
    }
    const problem: Problem =
      error instanceof ApiError
        ? error.problem
        : { type: 'about:blank', title: '', status: 0, detail: String(error), code: 'unexpected', correlation_id: '' };
    change(id, { state: 'refused', problem });
    const stopped = useInbox.getState().pending.find((one) => one.id === id);
    if (stopped && isStopped(stopped)) {
      void import('@/lib/inbox/conflict').then((module) => { module.meet(stopped); });
      pump();
      return;
    }
    if (stopped && act.type === 'change') {
      void insist(() => import('@/lib/inbox/meanwhile')).then((module) => { module.tellRefused(stopped); });
      pump();
      return;
    }
    const name = useInbox.getState().conversations[conversation_id]?.contact.name ?? '';
    alertNow(t('thread.failedNow', { name }));
  }
  pump();
}
