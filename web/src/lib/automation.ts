/** Rules and macros: what they do, in words, and what is asked of the server about them. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, newKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { AutomationAction, AutomationRuleList, AutomationRun, AutomationRunPage, ConversationStatus, Macro, Priority, RuleEvent } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import { wordsOf } from '@/lib/inbox/actions';
import type { Names } from '@/lib/inbox/filters';
import { useInbox } from '@/lib/inbox/store';
import { showToast } from '@/lib/toast';
import { withLocalTimes } from '@/lib/time';
import { priorityName } from '@/lib/words';

/** Actions of one rule or macro, at most: the server's limit. */
export const ACTIONS_MAX = 10;

export const EVENTS = ['conversation_created', 'message_received', 'message_sent', 'conversation_opened', 'conversation_resolved', 'conversation_assigned', 'team_assigned', 'labelled', 'priority_set'] as const satisfies readonly RuleEvent[];

/** How long a rule may wait, in minutes, of those that are offered. */
export const AFTER = [5, 15, 30, 60, 240, 1_440, 4_320, 10_080] as const;

export const rulesQuery = queryOptions({
  queryKey: ['automation', 'rules'],
  queryFn: ({ signal }) => ask<AutomationRuleList>('/rules', { signal }),
});

/** Which runs: `rule rul_…`, `macro mac_…` or all of them; and of which outcome. */
export const runsQuery = (of: string, outcome: string) =>
  infiniteQueryOptions({
    queryKey: ['automation', 'runs', of, outcome],
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams();
      const [kind, id] = of.split(' ');
      if (id) query.set(kind === 'rule' ? 'rule_id' : 'macro_id', id);
      if (outcome) query.set('outcome', outcome);
      if (pageParam) query.set('cursor', pageParam);
      return ask<AutomationRunPage>(`/automation-runs?${query.toString()}`, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

/** What a rule begins with, in words. */
export function eventWords(event: RuleEvent): string {
  return t(`automation.event.${event}`, { defaultValue: event });
}

/** How long after that, in words. */
export function afterWords(minutes: number): string {
  if (minutes % 1_440 === 0) return t('automation.daysLater', { count: minutes / 1_440 });
  if (minutes % 60 === 0) return t('automation.hoursLater', { count: minutes / 60 });
  return t('automation.minutes', { count: minutes });
}

export const KINDS = ['assignee', 'assign_me', 'team', 'status', 'priority', 'add', 'remove', 'snooze', 'send', 'note'] as const;
export type Kind = (typeof KINDS)[number];

/** An action as it is chosen: what it does, and with what. */
export type Step = { key: number; kind: Kind; values: string[] };

/** What can be chosen with each, where it is chosen from a list. */
export function choicesOf(kind: Kind, names: Names): { value: string; name: string }[] {
  switch (kind) {
    case 'assignee':
      return [{ value: '', name: t('automation.noBody') }, ...names.users.map((one) => ({ value: one.id, name: one.name }))];
    case 'team':
      return [{ value: '', name: t('automation.noTeam') }, ...names.teams.map((one) => ({ value: one.id, name: one.name }))];
    case 'status':
      return (['open', 'pending', 'resolved'] as const).map((one) => ({ value: one, name: t(`status.${one}`) }));
    case 'priority':
      return (['urgent', 'high', 'medium', 'low', 'none'] as const).map((one) => ({ value: one, name: priorityName(one) }));
    case 'add':
    case 'remove':
      return names.labels.map((one) => ({ value: one.id, name: one.name }));
    case 'snooze':
      return AFTER.map((one) => ({ value: String(one), name: afterWords(one) }));
    default:
      return [];
  }
}

/** As the server takes it; nothing where something is still to be chosen. */
export function actionOf({ kind, values }: Step): AutomationAction | null {
  const [first] = values;
  const text = first?.trim() ?? '';
  switch (kind) {
    case 'assign_me':
      return { action: 'assign_me' };
    case 'assignee':
      return first === undefined ? null : { action: 'change', change: { field: 'assignee', assignee_id: first || null } };
    case 'team':
      return first === undefined ? null : { action: 'change', change: { field: 'team', team_id: first || null } };
    case 'status':
      return first ? { action: 'change', change: { field: 'status', status: first as ConversationStatus } } : null;
    case 'priority':
      return first ? { action: 'change', change: { field: 'priority', priority: first as Priority } } : null;
    case 'add':
    case 'remove':
      return values.length > 0 ? { action: 'change', change: { field: 'labels', [kind]: values } } : null;
    case 'snooze':
      return first ? { action: 'snooze', minutes: Number(first) } : null;
    default:
      return text ? { action: kind, text } : null;
  }
}

/** An action as it is chosen. One that changes labels both ways is two. */
export function stepsOf(actions: readonly AutomationAction[]): Step[] {
  const steps: Omit<Step, 'key'>[] = actions.flatMap((action): Omit<Step, 'key'>[] => {
    if (action.action === 'assign_me') return [{ kind: 'assign_me', values: [] }];
    if (action.action === 'snooze') return [{ kind: 'snooze', values: [String(action.minutes)] }];
    if (action.action !== 'change') return [{ kind: action.action, values: [action.text] }];
    const { change } = action;
    switch (change.field) {
      case 'assignee':
        return [{ kind: 'assignee', values: [change.assignee_id ?? ''] }];
      case 'team':
        return [{ kind: 'team', values: [change.team_id ?? ''] }];
      case 'status':
        return [{ kind: 'status', values: [change.status] }];
      case 'priority':
        return [{ kind: 'priority', values: [change.priority] }];
      case 'labels':
        return (['add', 'remove'] as const).flatMap((kind) => {
          const values = change[kind] ?? [];
          return values.length > 0 ? [{ kind, values }] : [];
        });
      default:
        return [];
    }
  });
  return steps.map((step, key) => ({ ...step, key }));
}

/** An action in words. */
export function actionWords(action: AutomationAction, names: Names): string {
  return stepsOf([action]).map(({ kind, values }) => {
    const name = t(`automation.kind.${kind}`);
    if (kind === 'assign_me') return name;
    if (kind === 'send' || kind === 'note') return `${name}: “${values[0] ?? ''}”`;
    const known = choicesOf(kind, names);
    return `${name}: ${values.map((value) => known.find((one) => one.value === value)?.name ?? (kind === 'snooze' ? afterWords(Number(value)) : t('automation.gone'))).join(', ')}`;
  }).join(', ');
}

/** Runs a macro in a conversation and says what came of it. */
export async function runMacro(conversationId: string, macro: Pick<Macro, 'id' | 'name'>): Promise<void> {
  const seen = useInbox.getState().conversations[conversationId]?.last_seq;
  try {
    const run = await ask<AutomationRun>(`/conversations/${conversationId}/macros`, { method: 'POST', key: newKey(), body: { macro_id: macro.id, ...(seen === undefined ? {} : { seen_seq: seen }) } });
    const refused = run.steps.find((step) => step.outcome === 'failed');
    showToast(refused
      ? { error: true, words: t('automation.ranPartly', { name: macro.name, detail: withLocalTimes(refused.message ?? '', Date.now()) }) }
      : { error: false, words: t('automation.ran', { name: macro.name }) });
    void queryClient.invalidateQueries({ queryKey: ['automation', 'runs'] });
  } catch (error) {
    showToast({ error: true, words: t('automation.runFailed', { name: macro.name, detail: wordsOf(error) }) });
  }
}
