/** What I sent while a colleague answered: it was stopped, its words are back in the field, and I decide. */
import { create } from 'zustand';
import type { Message } from '@/api/types';
import { alertNow } from '@/lib/announce';
import { draftOf, returnToDraft, setDraft } from '@/lib/drafts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { isStopped, putBack, send, sendAgain, takeOut } from '@/lib/inbox/outbox';
import { noteOpened } from '@/lib/inbox/seen';
import type { Pending } from '@/lib/inbox/state';
import { focusComposer, setReplyTo, useInbox, useReplyTo } from '@/lib/inbox/store';
import { dismissToast, showToast } from '@/lib/toast';
import { senderName } from '@/lib/words';

/** What colleagues wrote meanwhile, by conversation, oldest first. */
export const useConflicts = create<{ conflicts: Record<string, Message[] | undefined> }>(() => ({ conflicts: {} }));

const stopped = (id: string): Pending[] => useInbox.getState().pending.filter((one) => one.conversation_id === id && isStopped(one));

/** The server stopped something. Words go back to where they were written; what is more than words stays where it stands. */
export function meet(pending: Pending): void {
  const { conversation_id: id, act, problem } = pending;
  if (act.type !== 'send') return;
  const known = useConflicts.getState().conflicts[id];
  const changed = problem?.changed ?? [];
  const replies = [...new Map([...(known ?? []), ...changed].map((one) => [one.id, one])).values()].sort((a, b) => a.seq - b.seq);
  if (act.request.type === 'text') {
    const { body } = act.request.text;
    takeOut(pending.id);
    // What was written one after the other comes back in that order.
    if (known) setDraft(id, 'reply', [draftOf(id, 'reply'), body].filter(Boolean).join('\n'));
    else returnToDraft(id, 'reply', body);
    if (act.request.reply_to) setReplyTo(id, act.request.reply_to);
  }
  useConflicts.setState((state) => ({ conflicts: { ...state.conflicts, [id]: replies } }));
  // There is nothing to take back.
  dismissToast();
  const last = replies.at(-1);
  if (last) alertNow(t('conflict.now', { name: senderName(last.sent_by) }));
}

/** The conflict is over: what colleagues wrote is read. */
function end(id: string): void {
  const last = useConflicts.getState().conflicts[id]?.at(-1)?.seq;
  if (last !== undefined) noteOpened(id, last);
  useConflicts.setState((state) => ({ conflicts: { ...state.conflicts, [id]: undefined } }));
  focusComposer(id);
}

/** The words stay in the field, and files where they stand. */
export const keepAsDraft = end;

/** Sends it all the same, in the order in which it was written. Should somebody answer in this very moment, it is stopped again. */
export function sendAnyway(id: string): void {
  end(id);
  for (const one of stopped(id)) sendAgain(one.id);
  const text = draftOf(id, 'reply');
  if (text.trim() === '') return;
  const replyTo = useReplyTo.getState().to[id];
  send(id, { type: 'text', text: { body: text }, ...(replyTo ? { reply_to: replyTo } : {}) }, text);
  setReplyTo(id, undefined);
  setDraft(id, 'reply', '');
}

/** Nothing of it is sent. */
export function discard(id: string): void {
  const text = draftOf(id, 'reply');
  const rest = stopped(id);
  end(id);
  setDraft(id, 'reply', '');
  setReplyTo(id, undefined);
  for (const one of rest) takeOut(one.id);
  const undo = () => {
    if (text !== '') returnToDraft(id, 'reply', text);
    putBack(rest);
    focusComposer(id);
  };
  showToast({ error: false, words: t('conflict.discarded'), action: { label: t('app.undo'), undoes: true, run: undo } });
}
