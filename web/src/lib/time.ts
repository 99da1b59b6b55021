import { locale, t } from '@/lib/i18n';

const clockFormat = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
const dayYearFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const weekdayFormat = new Intl.DateTimeFormat(locale, { weekday: 'short' });
const weekdayDayFormat = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' });
const utcDayFormat = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const fullFormat = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });

const MINUTE = 60_000;

function dayNumber(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** `14:31` */
export function clock(time: string | Date): string {
  return clockFormat.format(new Date(time));
}

/** `now`, `9m` within the hour, `12:31` today, `Wed` this week, `4 Nov` before. */
export function when(time: string, now: number): string {
  const date = new Date(time);
  const days = dayNumber(new Date(now)) - dayNumber(date);
  const minutes = Math.floor((now - date.getTime()) / MINUTE);
  if (minutes >= -1 && minutes < 60) return since(time, now);
  if (days <= 0) return clock(date);
  if (days < 7) return weekdayFormat.format(date);
  return shortDay(time, now);
}

/** `4 Nov`, with the year where it is another. */
export function shortDay(time: string, now: number): string {
  const date = new Date(time);
  return (date.getFullYear() === new Date(now).getFullYear() ? dayFormat : dayYearFormat).format(date);
}

/** `Today`, `Yesterday`, `Wednesday 18 November`. */
export function dayName(time: string, now: number): string {
  const date = new Date(time);
  const days = dayNumber(new Date(now)) - dayNumber(date);
  if (days === 0) return t('thread.today');
  if (days === 1) return t('thread.yesterday');
  return date.getFullYear() === new Date(now).getFullYear() ? weekdayDayFormat.format(date) : dayYearFormat.format(date);
}

/** Changes exactly when the day does, in the viewer's time zone. */
export function dayKey(time: string): number {
  return dayNumber(new Date(time));
}

/** `14:31` today, else `Wed 18 Nov, 14:31`. */
export function moment(time: string, now: number): string {
  const date = new Date(time);
  if (dayNumber(date) === dayNumber(new Date(now))) return clock(date);
  return `${weekdayFormat.format(date)} ${shortDay(time, now)}, ${clock(date)}`;
}

/** Words of the server with the times in them as one reads a clock here. */
export function withLocalTimes(words: string, now: number): string {
  return words.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => moment(time, now));
}

/** `1 Oct 2026`, of a day that begins at midnight UTC wherever one is. */
export function utcDay(time: string): string {
  return utcDayFormat.format(new Date(time));
}

/** A time to the minute, as a field for it holds it: without a zone, by the clock here. */
export function fieldTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** To the second. */
export function exact(time: string): string {
  return fullFormat.format(new Date(time));
}

/** `1m`, `9m`, `2h`, `3d`: how long still, counted up so that it is never less. */
export function until(time: string, now: number): string {
  const minutes = Math.max(1, Math.ceil((Date.parse(time) - now) / MINUTE));
  return since(new Date(now - minutes * MINUTE).toISOString(), now);
}

/** `now`, `9m`, `2h`, `3d`: how long since. */
export function since(time: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(time)) / MINUTE));
  if (minutes < 1) return 'now';
  if (minutes < 60) return `${String(minutes)}m`;
  if (minutes < 48 * 60) return `${String(Math.floor(minutes / 60))}h`;
  return `${String(Math.floor(minutes / (24 * 60)))}d`;
}
