/** Business hours and targets as they are written and said. */
import { queryOptions } from '@tanstack/react-query';
import { ask } from '@/api/client';
import type { BusinessHours, BusinessHoursStanding, OpenHours, SlaPolicies, SlaPolicy } from '@/api/types';
import { locale, t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { moment } from '@/lib/time';
import { capital } from '@/lib/words';

/** When people answer; under the teams' key, as the same event tells that it changed. */
export const hoursQuery = queryOptions({
  queryKey: ['teams', 'hours'],
  queryFn: ({ signal }) => ask<BusinessHoursStanding>('/business-hours', { signal }),
});

export const teamHoursQuery = (id: string) =>
  queryOptions({
    queryKey: ['teams', 'hours', id],
    queryFn: ({ signal }) => ask<BusinessHoursStanding>(`/teams/${id}/business-hours`, { signal }),
  });

/** How soon customers are to be answered. */
export const slaQuery = queryOptions({
  queryKey: ['teams', 'sla'],
  queryFn: ({ signal }) => ask<SlaPolicies>('/sla-policies', { signal }),
});

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Day = (typeof DAYS)[number];

/** Intervals of a week that the server takes. */
export const INTERVALS_MAX = 28;

// 4 January 2027 is a Monday.
const named = (weekday: 'long' | 'short') => new Intl.DateTimeFormat(locale, { weekday, timeZone: 'UTC' });
const dateOf = (day: Day) => Date.UTC(2027, 0, 4 + DAYS.indexOf(day));
export const dayName = (day: Day): string => named('long').format(dateOf(day));
const shortName = (day: Day): string => named('short').format(dateOf(day));

/** A week as it is being written: each day's intervals. */
export type Week = Record<Day, { from: string; to: string }[]>;

export function weekOf(weekly: readonly OpenHours[]): Week {
  const week = Object.fromEntries(DAYS.map((day) => [day, []])) as unknown as Week;
  // The end of a day is written as its beginning by the field for it.
  for (const { day, from, to } of weekly) week[day].push({ from, to: to === '24:00' ? '00:00' : to });
  for (const day of DAYS) week[day].sort((a, b) => (a.from < b.from ? -1 : 1));
  return week;
}

export function weeklyOf(week: Week): OpenHours[] {
  return DAYS.flatMap((day) => week[day].map(({ from, to }) => ({ day, from, to: to === '00:00' ? '24:00' : to })));
}

/** Days on which something is not as it can be meant. */
export function wrongDays(week: Week): Day[] {
  return DAYS.filter((day) => {
    const ends = week[day].map(({ from, to }) => ({ from, to: to === '00:00' ? '24:00' : to })).sort((a, b) => (a.from < b.from ? -1 : 1));
    return ends.some((one, index) => one.from === '' || one.to === '' || one.from >= one.to || one.from < (ends[index - 1]?.to ?? ''));
  });
}

/** `Mon–Fri 09:00–17:00, Sat 10:00–14:00`: days that are alike together. */
export function weekWords(weekly: readonly OpenHours[]): string {
  const week = weekOf(weekly);
  const words = DAYS.map((day) => week[day].map(({ from, to }) => `${from}–${to === '00:00' ? '24:00' : to}`).join(', '));
  const runs: { first: Day; last: Day; words: string }[] = [];
  for (const [index, day] of DAYS.entries()) {
    const run = runs.at(-1);
    const said = words[index] ?? '';
    if (said === '') continue;
    if (run?.words === said && DAYS.indexOf(run.last) === index - 1) run.last = day;
    else runs.push({ first: day, last: day, words: said });
  }
  return runs.map(({ first, last, words: said }) => `${first === last ? shortName(first) : `${shortName(first)}–${shortName(last)}`} ${said}`).join('; ');
}

/** The hours in one line. */
export function hoursWords(hours: BusinessHours): string {
  const week = weekWords(hours.weekly) || t('hours.never');
  const holidays = hours.holidays?.length ?? 0;
  return [week, hours.time_zone.replaceAll('_', ' '), holidays > 0 ? t('hours.holidayCount', { count: holidays }) : ''].filter(Boolean).join(' · ');
}

/** Whether it is open, and until when. */
export function standingWords({ open, changes_at }: BusinessHoursStanding, now: number): string {
  if (!changes_at) return t(open ? 'hours.open' : 'hours.closed');
  return t(open ? 'hours.openUntil' : 'hours.closedUntil', { time: moment(changes_at, now) });
}

export const UNITS = { minutes: 1, hours: 60, days: 1_440 } as const;
export type Unit = keyof typeof UNITS;

/** A target in the largest unit that it is whole in. */
export function spanOf(minutes: number): { count: number; unit: Unit } {
  const unit: Unit = minutes % 1_440 === 0 ? 'days' : minutes % 60 === 0 ? 'hours' : 'minutes';
  return { count: minutes / UNITS[unit], unit };
}

export function spanWords(minutes: number): string {
  const { count, unit } = spanOf(minutes);
  return t(`hours.span_${unit}`, { count });
}

/** A policy's targets in one line. */
export function targetWords(policy: SlaPolicy): string {
  const all = [
    policy.first_response_minutes ? t('hours.firstIn', { time: spanWords(policy.first_response_minutes) }) : '',
    policy.next_response_minutes ? t('hours.nextIn', { time: spanWords(policy.next_response_minutes) }) : '',
    policy.resolution_minutes ? t('hours.resolvedIn', { time: spanWords(policy.resolution_minutes) }) : '',
  ];
  return capital(all.filter(Boolean).join(' · '));
}
