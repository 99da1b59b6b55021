/** What is due in a conversation, by the clock here. */
import type { Conversation } from '@/api/types';
import { t } from '@/lib/i18n';
import { moment, since } from '@/lib/time';

export type Due = { target: 'first_response' | 'next_response' | 'resolution'; at: string; over: boolean };

/** What is due first: an answer before the resolution, and whatever is over its target before what is not. Nothing where nothing is counted. */
export function dueOf(conversation: Conversation, now: number): Due | null {
  const timers = conversation.sla?.timers ?? [];
  const all = timers.flatMap(({ target, due_at, missed_at }) => {
    const at = missed_at ?? due_at;
    return at ? [{ target, at, over: missed_at != null || Date.parse(at) <= now }] : [];
  });
  const rank = (due: Due) => (due.over ? 0 : 2) + (due.target === 'resolution' ? 1 : 0);
  return all.sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

/** `Answer due 14:31`, `Answer 5m over target`. */
export function dueWords(due: Due, now: number): string {
  return due.over ? t('sla.overTarget', { target: t(`sla.${due.target}`), time: since(due.at, now) }) : t('sla.due', { target: t(`sla.${due.target}`), time: moment(due.at, now) });
}
