/** What a person does to a conversation: shown at once, kept where the line is away, taken back with a word where the server refuses. */
import { ApiError, ask, isPassing } from '@/api/client';
import type { Conversation, ConversationStatus, Message, Priority, ReadAnswer } from '@/api/types';
import { t } from '@/lib/i18n';
import { learn } from '@/lib/inbox/live';
import { changeOf } from '@/lib/inbox/changes';
import { changeSoon } from '@/lib/inbox/outbox';
import { putAnswer, putMark, type Change } from '@/lib/inbox/state';
import { useInbox, useLink } from '@/lib/inbox/store';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

/** The server's words for an error, and where to find it in the logs. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError) {
    const { message, status, problem } = error;
    return status >= 500 && problem.correlation_id ? `${message} · ${t('app.ref', { id: problem.correlation_id })}` : message;
  }
  return t('error.noAnswer');
}

/** Done at once, or kept until the line is back, as is said then; was it done? */
async function change(id: string, patch: Partial<Conversation>, path: Change['path'], body: unknown, failed: (detail: string) => string): Promise<boolean> {
  try {
    return await changeSoon(id, changeOf(useInbox.getState().conversations[id], path, patch, body));
  } catch (error) {
    showToast({
      error: true,
      words: failed(wordsOf(error)),
      action: {
        label: t('app.tryAgain'),
        run: () => void change(id, patch, path, body, failed),
      },
    });
    return false;
  }
}

export async function setStatus(id: string, status: ConversationStatus, until?: string | null): Promise<void> {
  const before = useInbox.getState().conversations[id];
  const patch: Partial<Conversation> = { status, snoozed_until: until ?? null };
  const body = { status, ...(until ? { snoozed_until: until } : {}) };
  const done = await change(id, patch, 'status', body, (detail) => t('actions.statusFailed', { detail }));
  if (!done || !before || (status !== 'resolved' && status !== 'snoozed')) return;
  const { name } = before.contact;
  showToast({
    error: false,
    words: until
      ? t('actions.snoozed', { name, time: moment(until, Date.now()) })
      : t('actions.resolved', { name }),
    action: { label: t('app.undo'), undoes: true, run: () => void setStatus(id, before.status, before.snoozed_until) },
  });
}

export async function assign(id: string, assigneeId: string | null): Promise<void> {
  await change(id, { assignee_id: assigneeId }, 'assign', { assignee_id: assigneeId }, (detail) =>
    t('actions.assignFailed', { detail }),
  );
}

/** Steps in where a bot answers, or gives it back to the bot. */
export async function own(id: string, to: 'agents' | 'bot'): Promise<void> {
  try {
    learn(await ask<Conversation>(`/conversations/${id}/ownership`, { method: 'POST', body: { to } }));
  } catch (error) {
    showToast({ error: true, words: t('actions.ownFailed', { detail: wordsOf(error) }), action: { label: t('app.tryAgain'), run: () => void own(id, to) } });
  }
}

export async function putWithTeam(id: string, teamId: string | null): Promise<void> {
  await change(id, { team_id: teamId }, 'team', { team_id: teamId }, (detail) => t('actions.assignFailed', { detail }));
}

export async function setPriority(id: string, priority: Priority): Promise<void> {
  await change(id, { priority }, 'priority', { priority }, (detail) => t('actions.priorityFailed', { detail }));
}

/** Puts a label on, or takes it off. */
export async function setLabel(id: string, labelId: string, on: boolean): Promise<void> {
  const before = useInbox.getState().conversations[id]?.labels ?? [];
  const labels = on ? [...before.filter((one) => one !== labelId), labelId] : before.filter((one) => one !== labelId);
  await change(id, { labels }, 'labels', on ? { add: [labelId] } : { remove: [labelId] }, (detail) => t('actions.labelFailed', { detail }));
}

/** How far somebody has read: messages of the customer, and the newest note that mentions them. */
type Seen = { count: number; mention: number | null };

/** Read marks the server has not confirmed. */
const unsent = new Map<string, Seen>();

/** The newest note of a conversation that is for me and that I have not looked at. */
export function mentionOf(conversation: Conversation | undefined, meId: string): number | null {
  return conversation?.mentions?.find((one) => one.user_id === meId)?.seq ?? null;
}

/** Says how far I have read; said again when the line is back. */
export async function markRead(id: string): Promise<void> {
  const { conversations, marks, meId } = useInbox.getState();
  const count = conversations[id]?.inbound_count ?? 0;
  const mention = mentionOf(conversations[id], meId);
  const waits = unsent.get(id);
  if (waits?.count === count && waits.mention === mention) return;
  if (count <= (marks[id] ?? -1) && mention === null && !waits) return;
  const seen = { count, mention };
  unsent.set(id, seen);
  useInbox.setState((state) => putMark(state, { conversation_id: id, user_id: meId, inbound_count: count }));
  await sayRead(id, seen);
}

async function sayRead(id: string, seen: Seen): Promise<void> {
  const { count, mention } = seen;
  try {
    const body = { inbound_count: count, ...(mention === null ? {} : { mention_seq: mention }) };
    const answer = await ask<ReadAnswer>(`/conversations/${id}/read`, { method: 'POST', body });
    if (unsent.get(id) === seen) unsent.delete(id);
    useInbox.setState((state) => putMark(state, answer.read));
  } catch (error) {
    if (!isPassing(error)) unsent.delete(id);
  }
}

useLink.subscribe((link, before) => {
  if (link.state === 'live' && before.state !== 'live') for (const [id, seen] of unsent) void sayRead(id, seen);
});

export async function cancelMessage(message: Message): Promise<void> {
  await onMessage(message, 'cancel', (detail) => t('actions.cancelFailed', { detail }));
}

export async function retryMessage(message: Message): Promise<void> {
  await onMessage(message, 'retry', (detail) => t('actions.retryFailed', { detail }));
}

async function onMessage(message: Message, act: 'cancel' | 'retry', failed: (detail: string) => string): Promise<void> {
  try {
    const answer = await ask<Message>(`/conversations/${message.conversation_id}/messages/${message.id}/${act}`, {
      method: 'POST',
    });
    useInbox.setState((state) => putAnswer(state, answer));
  } catch (error) {
    showToast({ error: true, words: failed(wordsOf(error)) });
  }
}
