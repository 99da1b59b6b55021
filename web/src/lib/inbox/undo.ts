/** Takes back what was just sent, while the server holds it; the words return to where they were written. */
import { ApiError, ask } from '@/api/client';
import type { Message } from '@/api/types';
import { announce } from '@/lib/announce';
import { returnToDraft } from '@/lib/drafts';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { takeBack } from '@/lib/inbox/outbox';
import { isHeld } from '@/lib/inbox/held';
import { putAnswer, type InboxState, type Pending } from '@/lib/inbox/state';
import { focusComposer, setReplyTo, useInbox } from '@/lib/inbox/store';
import { showToast } from '@/lib/toast';

/** How long is waited for the server to have taken what is to be taken back, in milliseconds. */
const TAKEN_WITHIN_MS = 5_000;

/** What I wrote last in a conversation and can take back. */
function newestHeld(state: InboxState, id: string): Message | undefined {
  return state.threads[id]?.messages.findLast((message) => message.sent_by.id === state.meId && isHeld(message));
}

function newestPending(state: InboxState, id: string): Pending | undefined {
  return state.pending.findLast((one) => one.conversation_id === id && one.act.type === 'send' && one.state !== 'refused' && !one.bound);
}

/** Is there something to take back? */
export function canUndo(id: string): boolean {
  const state = useInbox.getState();
  return newestPending(state, id) !== undefined || newestHeld(state, id) !== undefined;
}

/** What was written here and is on its way becomes the server's first: its answer names the message. */
function taken(pendingId: string): Promise<void> {
  const waits = (state: InboxState) => state.pending.some((one) => one.id === pendingId && one.state === 'sending' && !one.bound);
  if (!waits(useInbox.getState())) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = useInbox.subscribe((state) => { if (!waits(state)) done(); });
    const timer = setTimeout(done, TAKEN_WITHIN_MS);
  });
}

/** Takes back what I wrote last in a conversation. */
export async function undoSend(id: string): Promise<void> {
  const pending = newestPending(useInbox.getState(), id);
  if (pending) await taken(pending.id);
  const state = useInbox.getState();
  const unsent = pending && state.pending.find((one) => one.id === pending.id && !one.bound);
  if (unsent && unsent.state !== 'sending') {
    takeBack(unsent.id);
    focusComposer(id);
    return;
  }
  const message = newestHeld(state, id);
  if (!message) {
    showToast({ error: true, words: t('composer.gone') });
    return;
  }
  try {
    const answer = await ask<Message>(`/conversations/${id}/messages/${message.id}/cancel`, { method: 'POST' });
    useInbox.setState((now) => putAnswer(now, answer));
    if (message.type === 'text') returnToDraft(id, 'reply', message.content.body);
    else if ('caption' in message.content && message.content.caption) returnToDraft(id, 'reply', message.content.caption);
    const quoted = message.reply_to && state.threads[id]?.messages.find((one) => one.provider_id === message.reply_to);
    if (quoted) setReplyTo(id, quoted.id);
    announce(() => t('composer.undone'));
    focusComposer(id);
  } catch (error) {
    showToast({ error: true, words: error instanceof ApiError && error.status === 409 ? t('composer.gone') : t('composer.undoFailed', { detail: wordsOf(error) }) });
  }
}
