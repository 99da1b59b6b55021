/**
 * What may be sent in a conversation, as the server decides it. It is asked when a conversation is opened and when something
 * changes that counts; how it changes by itself is known ahead, so that nothing is asked while somebody types.
 */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useReducer } from 'react';
import { queryClient, outlookQuery, type Outlook } from '@/api/queries';
import type { Channel, Conversation, Departure, FillSource, SendRefusal } from '@/api/types';
import { useSettled } from '@/lib/hooks';
import { changesIn, purposeOf, verdictOf, type Verdict } from '@/lib/inbox/outlook';
import { useInbox } from '@/lib/inbox/store';

export type Permission = {
  /** The server has said so; else nothing is known against anything, and it decides when it is sent. */
  known: boolean;
  answer: Verdict;
  /** For a template of a category, as WhatsApp calls it. */
  template: (category: string) => Verdict;
  /** A message written now waits until then. */
  next: Departure | null;
  /** When messages that wait leave, by their ids. */
  waiting: Map<string, Departure>;
  /** The contact's fields that fill a template's places. */
  fields: Partial<Record<FillSource, string>>;
};

/** What stands against every template, of whatever category. */
export function againstTemplates(refusalOf: (category: string) => SendRefusal | null): SendRefusal | null {
  const [first = null, ...others] = ['MARKETING', 'UTILITY', 'AUTHENTICATION'].map(refusalOf);
  return others.every((one) => one?.code === first?.code) ? first : null;
}

/** The longest that a timer can wait, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1;
/**
 * After this long, in milliseconds, what went together must be paid for, and the next one waits: 6 seconds
 * (`domain/src/pair.rs`), and a little for the way.
 */
const PAID_AFTER_MS = 6_500;
/** One of ours that is older than this, in milliseconds, went before anybody looked. */
const OLD_MS = 60_000;
/** For how long messages wait before it is asked when they leave: most are gone by then. */
const SETTLED_MS = 1_200;

/** What the answer depends on, as far as it is known here: when it changes, the server is asked again. */
function seenOf({ window, contact }: Conversation, channel: Channel | undefined, waits: string): string {
  const number = channel && [channel.health, channel.problem, channel.queue?.last.at, channel.queue?.last.because, channel.limit_full_until, channel.lights?.map((light) => light.state)];
  return JSON.stringify([window.expires_at, window.free_until, contact.name, contact.blocked, contact.consent, number ?? null, waits]);
}

export function usePermission(conversation: Conversation, channel: Channel | undefined): Permission {
  const { id } = conversation;
  const waiting = useInbox((state) =>
    (state.threads[id]?.messages ?? []).filter((one) => one.state === 'queued').map((one) => `${one.id} ${one.not_before ?? ''}`).join());
  const waits = useSettled(waiting, SETTLED_MS);
  const { data } = useQuery({
    ...outlookQuery(id, seenOf(conversation, channel, waits)),
    placeholderData: (before: Outlook | undefined) => (before?.outlook.conversation_id === id ? before : undefined),
  });
  const sent = useInbox((state) => {
    const newest = state.threads[id]?.messages.findLast((one) => one.direction === 'out' && one.state !== 'queued');
    return newest && Date.now() - Date.parse(newest.at) < OLD_MS ? newest.id : null;
  });
  useEffect(() => {
    if (!sent) return;
    const timer = setTimeout(() => void queryClient.invalidateQueries({ queryKey: ['outlook', id] }), PAID_AFTER_MS);
    return () => { clearTimeout(timer); };
  }, [id, sent]);
  const [, look] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!data) return;
    const wait = changesIn(data, Date.now());
    if (wait === null) return;
    const timer = setTimeout(() => {
      // What was known ahead holds at once, and the server may know more by now.
      look();
      void queryClient.invalidateQueries({ queryKey: ['outlook', id] });
    }, Math.min(wait + 1, TIMER_MAX));
    return () => { clearTimeout(timer); };
  });
  const now = Date.now();
  return {
    known: data !== undefined,
    answer: verdictOf(data, 'answer', now),
    template: (category) => verdictOf(data, purposeOf(category), now),
    next: data?.outlook.next ?? null,
    waiting: new Map((data?.outlook.waiting ?? []).flatMap((one) => (one.leaves ? [[one.message_id, one.leaves] as const] : []))),
    fields: Object.fromEntries((data?.outlook.fields ?? []).map((one) => [one.field, one.value])),
  };
}
