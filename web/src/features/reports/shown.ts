/** What both pages of figures look at: the days, the time zone, and the figures of them. */
import { useQuery } from '@tanstack/react-query';
import type { ReportGroup, ReportHistory } from '@/api/types';
import { hoursQuery } from '@/lib/hours';
import { locale } from '@/lib/i18n';
import { daysBetween, grainsFor, historyQuery, reportZone, shownDays, todayIn, whoseOf, type HistoryParams, type ReportSearch, type RowsParams } from '@/lib/reports';
import { useMinute } from '@/lib/hooks';

export type Shown = {
  today: string;
  zone: string;
  params: HistoryParams;
  history: ReportHistory | undefined;
  error: Error | null;
  retry: () => void;
  /** What rows behind a figure are asked by. */
  rowsOf: (kind: RowsParams['kind'], more?: Partial<RowsParams>) => RowsParams;
};

export function useShown(search: ReportSearch, group: ReportGroup): Shown {
  const hours = useQuery(hoursQuery);
  const now = useMinute();
  const zone = reportZone(hours.data?.hours?.time_zone ?? undefined);
  const today = todayIn(zone, new Date(now));
  const days = shownDays(search, today);
  const grains = grainsFor(daysBetween(days.from, days.to));
  const grain = search.grain && grains.includes(search.grain) ? search.grain : (grains[0] ?? 'day');
  const params: HistoryParams = { ...whoseOf(search), ...days, grain, group, time_zone: zone };
  const { data, error, refetch } = useQuery({ ...historyQuery(params), enabled: !hours.isPending, placeholderData: (before) => before, refetchInterval: 60_000 });
  const rowsOf: Shown['rowsOf'] = (kind, more) => ({ kind, ...whoseOf(search), ...days, time_zone: zone, ...more });
  return { today, zone, params, history: data, error, retry: () => void refetch(), rowsOf };
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** A day as `2026-11-27`, in words. */
export function dayWords(day: string, style: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(style);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...style, timeZone: 'UTC' });
    formats.set(key, format);
  }
  return format.format(new Date(`${day.length > 10 ? day : `${day}T00:00`}Z`));
}

/** Monday to Sunday. */
export function weekdays(style: 'short' | 'long'): string[] {
  return Array.from({ length: 7 }, (_, day) => dayWords(`2024-01-0${String(day + 1)}`, { weekday: style }));
}

/** `1–7 Nov`, or the one day. */
export function daysWords(from: string, to: string): string {
  const style = { day: 'numeric', month: 'short', year: 'numeric' } as const;
  if (from === to) return dayWords(from, style);
  const format = new Intl.DateTimeFormat(locale, { ...style, timeZone: 'UTC' });
  return format.formatRange(new Date(`${from}T00:00Z`), new Date(`${to}T00:00Z`));
}

const shares = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });

/** `12 %` */
export function share(of: number): string {
  return shares.format(of);
}
