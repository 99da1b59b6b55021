/** Conditions of the list's filter as people choose them, and in words. What they find is the server's to say. */
import type { Channel, FilterCondition, Label, SavedView, Team, User } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { STATUSES, type ListKey } from '@/lib/inbox/state';
import { nameOf } from '@/lib/people';
import { PRIORITIES, priorityName } from '@/lib/words';

export type Field = FilterCondition['field'];
export const FIELDS: readonly Field[] = ['status', 'assignee', 'team', 'channel', 'label', 'priority', 'unread', 'waiting', 'window', 'snoozed', 'created', 'active'];

/** Conditions of one filter, at most: the server's limit. */
export const MAX_CONDITIONS = 12;

/** What names are known. */
export type Names = { users: User[]; teams: Team[]; channels: Channel[]; labels: Label[]; meId: string };
export type Value = { key: string; name: string };

const WINDOWS = ['open', 'closing', 'closed', 'none'] as const;
const windowNames = { open: 'filter.windowOpen', closing: 'filter.windowClosing', closed: 'filter.windowClosed', none: 'filter.windowNone' } as const;
/** Spans that are offered, in hours. */
const SPANS = [1, 4, 24, 72, 168, 720] as const;
/** And in minutes, for waiting. */
const WAITS = [5, 15, 60, 240, 1_440] as const;

/** How a condition is chosen: of things, of spans of time, or by itself. */
export function kindOf(field: Field): 'values' | 'span' | 'flag' {
  if (field === 'unread') return 'flag';
  return field === 'waiting' || field === 'snoozed' || field === 'created' || field === 'active' ? 'span' : 'values';
}

export function fieldName(field: Field): string {
  return field === 'label' ? t('filter.labelField') : t(`filter.${field}`);
}

/** What can be chosen for a field. */
export function valuesOf(field: Field, names: Names): Value[] {
  switch (field) {
    case 'status':
      return STATUSES.map((one) => ({ key: one, name: t(`status.${one}`) }));
    case 'assignee':
      return [
        { key: 'me', name: t('filter.me') },
        { key: 'nobody', name: t('filter.nobody') },
        ...names.users.filter((one) => one.id !== names.meId).map((one) => ({ key: one.id, name: one.name })),
      ];
    case 'team':
      return [{ key: 'none', name: t('filter.noTeam') }, ...names.teams.map((one) => ({ key: one.id, name: one.name }))];
    case 'channel':
      return names.channels.map((one) => ({ key: one.id, name: one.name }));
    case 'label':
      return [{ key: 'none', name: t('filter.noLabel') }, ...names.labels.map((one) => ({ key: one.id, name: one.name }))];
    case 'priority':
      return PRIORITIES.map((one) => ({ key: one, name: priorityName(one) }));
    case 'window':
      return WINDOWS.map((one) => ({ key: one, name: t(windowNames[one]) }));
    case 'waiting':
      return [{ key: '', name: t('filter.anyLength') }, ...WAITS.map((one) => ({ key: String(one), name: spanName(one, 'minutes') }))];
    case 'snoozed':
      return [{ key: '', name: t('filter.anyLength') }, ...SPANS.map((one) => ({ key: String(one), name: spanName(one, 'hours') }))];
    case 'created':
    case 'active':
      return SPANS.map((one) => ({ key: String(one), name: spanName(one, 'hours') }));
    default:
      return [];
  }
}

function spanName(span: number, unit: 'minutes' | 'hours'): string {
  if (unit === 'minutes' && span % 60 !== 0) return t('filter.minutes', { count: span });
  const hours = unit === 'minutes' ? span / 60 : span;
  return hours % 24 === 0 ? t('filter.days', { count: hours / 24 }) : t('filter.hours', { count: hours });
}

/** The keys of what a condition names. */
export function keysOf(condition: FilterCondition): string[] {
  switch (condition.field) {
    case 'assignee':
      return [...(condition.me ? ['me'] : []), ...(condition.nobody ? ['nobody'] : []), ...(condition.any ?? [])];
    case 'team':
    case 'label':
      return [...(condition.none ? ['none'] : []), ...(condition.any ?? [])];
    case 'status':
    case 'channel':
    case 'priority':
    case 'window':
      return condition.any;
    case 'waiting':
      return [condition.at_least_minutes == null ? '' : String(condition.at_least_minutes)];
    case 'snoozed':
      return [condition.within_hours == null ? '' : String(condition.within_hours)];
    case 'created':
    case 'active':
      return [String(condition.within_hours)];
    default:
      return [];
  }
}

/** The condition that names this; nothing where that would be none. */
export function conditionOf(field: Field, keys: readonly string[], not: boolean): FilterCondition | null {
  const no = not ? { not } : {};
  const only = (...words: string[]) => keys.filter((key) => !words.includes(key));
  const [one] = keys;
  const span = one ? Number(one) : undefined;
  switch (field) {
    case 'unread':
      return { field, ...no };
    case 'waiting':
      return { field, ...no, ...(span === undefined ? {} : { at_least_minutes: span }) };
    case 'snoozed':
      return { field, ...no, ...(span === undefined ? {} : { within_hours: span }) };
    case 'created':
    case 'active':
      return span === undefined ? null : { field, ...no, within_hours: span };
    case 'assignee':
      return keys.length === 0 ? null : { field, ...no, any: only('me', 'nobody'), ...(keys.includes('me') ? { me: true } : {}), ...(keys.includes('nobody') ? { nobody: true } : {}) };
    case 'team':
    case 'label':
      return keys.length === 0 ? null : { field, ...no, any: only('none'), ...(keys.includes('none') ? { none: true } : {}) };
    default:
      return keys.length === 0 ? null : ({ field, ...no, any: [...keys] } as FilterCondition);
  }
}

/** A condition in words: `Label is Repair or VIP`. */
export function conditionWords(condition: FilterCondition, names: Names): string {
  const field = fieldName(condition.field);
  const not = condition.not ?? false;
  const [key] = keysOf(condition);
  switch (condition.field) {
    case 'unread':
      return not ? t('filter.notUnread') : field;
    case 'waiting':
      if (not && !key) return t('filter.notWaiting');
      return key ? `${not ? `${t('filter.isNot')} ` : ''}${t('filter.waitingFor', { span: spanName(Number(key), 'minutes') })}` : field;
    case 'snoozed':
      if (not) return t('filter.notSnoozed');
      return key ? t('filter.backWithin', { span: spanName(Number(key), 'hours') }) : field;
    case 'created':
    case 'active':
      return t(not ? 'filter.before' : 'filter.within', { field, span: spanName(Number(key), 'hours') });
    default: {
      const known = valuesOf(condition.field, names);
      const named = keysOf(condition).map((one) => known.find((value) => value.key === one)?.name ?? (condition.field === 'assignee' ? nameOf(names.users, one, names.meId) : t('filter.gone')));
      return `${field} ${t(not ? 'filter.isNot' : 'filter.is')} ${named.join(t('filter.or'))}`;
    }
  }
}

/** Everything that a list asks for, as conditions: what a kept view holds. */
export function wholeFilter(list: ListKey): FilterCondition[] {
  const filter = list.filter ?? [];
  const whole: FilterCondition[] = [];
  if (list.view === 'mine') whole.push({ field: 'assignee', me: true });
  if (list.view === 'unassigned') whole.push({ field: 'assignee', nobody: true });
  if (list.view.startsWith('team:')) whole.push({ field: 'team', any: [list.view.slice(5)] });
  if (list.status !== 'any') whole.push({ field: 'status', any: [list.status] });
  return [...whole, ...filter];
}

/** Is a list otherwise than the view that it comes from? */
export function isChanged(list: ListKey, saved: SavedView): boolean {
  return list.sort !== saved.sort || JSON.stringify(list.filter ?? []) !== JSON.stringify(saved.filter);
}
