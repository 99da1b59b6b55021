/** A change that waited, told in words: what it is, and what it met when the line was back. */
import { queryClient, teamsQuery, usersQuery } from '@/api/queries';
import type { Conversation, Problem } from '@/api/types';
import { alertNow } from '@/lib/announce';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { clashOf } from '@/lib/inbox/changes';
import { sendAgain } from '@/lib/inbox/outbox';
import type { Change, Pending } from '@/lib/inbox/state';
import { useInbox, usePlace } from '@/lib/inbox/store';
import { nameOf } from '@/lib/people';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { priorityName } from '@/lib/words';

/** Codes of what only this page knows. */
const CHANGED = 'changed_meanwhile';
export const isMeanwhile = (problem: Problem | undefined): boolean => problem?.code === CHANGED;

/** What is said of a conversation where it stands so. */
export function standing(path: Change['path'], of: Partial<Conversation>): string {
  switch (path) {
    case 'status':
      return of.status === 'snoozed' && of.snoozed_until ? t('change.snoozed', { time: moment(of.snoozed_until, Date.now()) }) : t(`status.${of.status ?? 'open'}`);
    case 'assign':
      if (of.assignee_id === useInbox.getState().meId) return t('change.toYou');
      return of.assignee_id ? t('change.assigned', { name: nameOf(queryClient.getQueryData(usersQuery.queryKey)?.users ?? [], of.assignee_id, useInbox.getState().meId) }) : t('change.nobody');
    case 'team':
      return of.team_id ? t('change.team', { name: queryClient.getQueryData(teamsQuery.queryKey)?.teams.find((one) => one.id === of.team_id)?.name ?? '' }) : t('change.noTeam');
    case 'priority':
      return t('change.priority', { name: priorityName(of.priority) });
    default:
      return t('change.labels');
  }
}

/** Why a change does not happen by itself any more, as things are now. */
export function meanwhile(act: Change, now: Conversation): Problem | null {
  const clash = clashOf(act, now);
  if (!clash) return null;
  const detail = clash === 'wrote' ? t('change.wrote') : t('change.met', { what: standing(act.path, now) });
  return { type: 'about:blank', title: detail, status: 409, detail, code: CHANGED, correlation_id: '' };
}

/** Says that something waited in vain, wherever its writer is now: where it is on the screen it says so itself. */
export function tellRefused({ id, act, conversation_id, problem }: Pending): void {
  if (act.type !== 'change') return;
  const name = useInbox.getState().conversations[conversation_id]?.contact.name ?? '';
  const words = t('change.notDone', { name, what: standing(act.path, act.to), why: problem?.detail || problem?.title || '' });
  if (usePlace.getState().openId === conversation_id) alertNow(words);
  else showToast({
    error: true,
    words,
    action: { label: isMeanwhile(problem) ? t('change.anyway') : t('app.tryAgain'), run: () => { sendAgain(id); } },
  });
}
