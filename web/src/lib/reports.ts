/** What the reports ask the server, of which days, and how spans of time are written. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask } from '@/api/client';
import type { LiveReport, ReportGrain, ReportGroup, ReportHistory, ReportKind, ReportRows } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-reports';
import type { Range, ReportSearch } from '@/lib/report-search';
import { wallOf, zoneName } from '@/lib/zone';

export { GRAINS, GROUPS, RANGES, readSearch, REPORT_PAGES } from '@/lib/report-search';
export type { Range, ReportPage, ReportSearch } from '@/lib/report-search';

/** Whose figures, as the server is asked. */
export type Whose = { channel_id?: string; team_id?: string; user_id?: string };

const DAY_MS = 86_400_000;
/** Days that are shown at once, at most: the server's limit. */
export const DAYS_MAX = 400;
/** Days that are shown by the hour, at most: the server's limit. */
export const HOURLY_DAYS_MAX = 31;

/** A day as `2026-11-27`, so many days from another. */
export function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** How many days, both ends included. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

/** Which day it is in a time zone. */
export function todayIn(zone: string | undefined, now: Date): string {
  const { year, month, day } = wallOf(now, zone);
  return `${String(year)}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

/** The first and the last day of a range. */
export function daysOf(range: Range, today: string): { from: string; to: string } {
  const month = today.slice(0, 7);
  switch (range) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: dayPlus(today, -1), to: dayPlus(today, -1) };
    case 'days30':
      return { from: dayPlus(today, -29), to: today };
    case 'days90':
      return { from: dayPlus(today, -89), to: today };
    case 'thisMonth':
      return { from: `${month}-01`, to: today };
    case 'lastMonth': {
      const last = dayPlus(`${month}-01`, -1);
      return { from: `${last.slice(0, 7)}-01`, to: last };
    }
    default:
      return { from: dayPlus(today, -6), to: today };
  }
}

/** The days that are looked at. */
export function shownDays(search: ReportSearch, today: string): { from: string; to: string } {
  if (search.from && search.to) return { from: search.from, to: search.to };
  return daysOf(search.range ?? 'days7', today);
}

/** The steps in which so many days can be shown, the one that suits them first. */
export function grainsFor(days: number): ReportGrain[] {
  if (days <= 2) return ['hour', 'day'];
  if (days <= HOURLY_DAYS_MAX) return ['day', 'hour', 'week'];
  if (days <= 120) return ['day', 'week', 'month'];
  return ['week', 'month', 'day'];
}

export function whoseOf({ channel, team, user }: ReportSearch): Whose {
  return { ...(channel ? { channel_id: channel } : {}), ...(team ? { team_id: team } : {}), ...(user ? { user_id: user } : {}) };
}

export type HistoryParams = Whose & { from: string; to: string; grain: ReportGrain; group?: ReportGroup; time_zone?: string };
export type RowsParams = Whose & {
  kind: ReportKind;
  from: string;
  to: string;
  time_zone?: string;
  from_s?: number;
  to_s?: number;
  score?: number;
  weekday?: number;
  hour?: number;
  reopened?: boolean;
  by_bot?: boolean;
  commented?: boolean;
};

function query(params: Record<string, unknown>): string {
  return new URLSearchParams(Object.entries(params).flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, String(value as string | number | boolean)]]))).toString();
}

/** Where a table is taken away. */
export const exportOf = (table: 'series' | 'groups' | 'busy' | 'first_response', params: HistoryParams) => `/api/v1/reports/history/export?${query({ table, ...params })}`;
export const exportRowsOf = (params: RowsParams) => `/api/v1/reports/rows/export?${query(params)}`;

export const liveReportQuery = queryOptions({
  queryKey: ['reports', 'live'],
  staleTime: 0,
  queryFn: ({ signal }) => ask<LiveReport>('/reports/live', { signal }),
});

export const historyQuery = (params: HistoryParams) =>
  queryOptions({
    queryKey: ['reports', 'history', params],
    staleTime: 15_000,
    queryFn: ({ signal }) => ask<ReportHistory>(`/reports/history?${query(params)}`, { signal }),
  });

export const rowsQuery = (params: RowsParams) =>
  infiniteQueryOptions({
    queryKey: ['reports', 'rows', params],
    staleTime: 0,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => ask<ReportRows>(`/reports/rows?${query({ ...params, cursor: pageParam })}`, { signal }),
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** The workspace's time zone, or the viewer's where it has none. */
export function reportZone(ofWorkspace: string | undefined): string {
  return ofWorkspace ?? zoneName();
}

/** `42s`, `4m 10s`, `2h 5m`, `3d 4h`. */
export function span(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return t('reports.seconds', { s });
  if (s < 600 && s % 60 !== 0) return t('reports.minutesSeconds', { m: Math.floor(s / 60), s: s % 60 });
  const m = Math.round(s / 60);
  if (m < 60) return t('time.minutes', { m });
  if (m < 48 * 60) return m % 60 === 0 ? t('time.hours', { h: m / 60 }) : t('reports.hoursMinutes', { h: Math.floor(m / 60), m: m % 60 });
  const h = Math.round(m / 60);
  return h % 24 === 0 ? t('time.days', { d: h / 24 }) : t('reports.daysHours', { d: Math.floor(h / 24), h: h % 24 });
}

/** By how much one is more than the other, as a share; `null` where there is nothing to compare. */
export function changeOf(now: number | undefined | null, before: number | undefined | null): number | null {
  if (now === undefined || now === null || !before) return null;
  return (now - before) / before;
}

/** The share of ratings of 4 and 5. */
export function satisfied(ratings: readonly number[]): number | null {
  const all = ratings.reduce((sum, count) => sum + count, 0);
  return all === 0 ? null : ((ratings[3] ?? 0) + (ratings[4] ?? 0)) / all;
}

/** Round numbers up to at least `most`, at most five of them, from 0 on. */
export function ticks(most: number): number[] {
  const raw = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 2.5, 5, 10].map((of) => of * power).find((of) => of >= raw && Number.isInteger(of)) ?? Math.ceil(raw));
  const all = [0];
  while ((all.at(-1) ?? 0) < most) all.push((all.at(-1) ?? 0) + step);
  return all;
}
