/** Every time that is shown is written here, in the viewer's language and time zone. */
import { locale, t } from '@/lib/i18n';
import { dayNumber, momentAt, wallOf, zone } from '@/lib/zone';

const styles = {
  clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { day: 'numeric', month: 'short' },
  dayYear: { day: 'numeric', month: 'short', year: 'numeric' },
  weekday: { weekday: 'short' },
  weekdayDay: { weekday: 'long', day: 'numeric', month: 'long' },
  full: { dateStyle: 'medium', timeStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(style: keyof typeof styles, date: Date, where = zone()): string {
  const key = `${style} ${where ?? ''}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { ...styles[style], ...(where === undefined ? {} : { timeZone: where }) });
    formats.set(key, found);
  }
  return found.format(date);
}

const MINUTE = 60_000;

const yearOf = (date: Date) => wallOf(date).year;

/** `14:31` */
export function clock(time: string | Date): string {
  return format('clock', new Date(time));
}

/** `now`, `9m` within the hour, `12:31` today, `Wed` this week, `4 Nov` before. */
export function when(time: string, now: number): string {
  const date = new Date(time);
  const days = dayNumber(new Date(now)) - dayNumber(date);
  const minutes = Math.floor((now - date.getTime()) / MINUTE);
  if (minutes >= -1 && minutes < 60) return since(time, now);
  if (days <= 0) return clock(date);
  if (days < 7) return format('weekday', date);
  return shortDay(time, now);
}

/** `4 Nov`, with the year where it is another. */
export function shortDay(time: string, now: number): string {
  const date = new Date(time);
  return format(yearOf(date) === yearOf(new Date(now)) ? 'day' : 'dayYear', date);
}

/** `Today`, `Yesterday`, `Wednesday 18 November`. */
export function dayName(time: string, now: number): string {
  const date = new Date(time);
  const days = dayNumber(new Date(now)) - dayNumber(date);
  if (days === 0) return t('thread.today');
  if (days === 1) return t('thread.yesterday');
  return format(yearOf(date) === yearOf(new Date(now)) ? 'weekdayDay' : 'dayYear', date);
}

/** Changes exactly when the day does, in the viewer's time zone. */
export function dayKey(time: string): number {
  return dayNumber(new Date(time));
}

/** `14:31` today, else `Wed 18 Nov, 14:31`. */
export function moment(time: string, now: number): string {
  const date = new Date(time);
  if (dayNumber(date) === dayNumber(new Date(now))) return clock(date);
  return t('time.moment', { weekday: format('weekday', date), day: shortDay(time, now), time: clock(date) });
}

/** Words of the server with the times in them as one reads a clock here, and the days as one reads them. */
export function withLocalTimes(words: string, now: number): string {
  return words
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (time) => moment(time, now))
    .replaceAll(/(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])/g, (day) => utcDay(`${day}T00:00:00Z`));
}

/** `1 Oct 2026`, of a day that begins at midnight UTC wherever one is. */
export function utcDay(time: string): string {
  return format('dayYear', new Date(time), 'UTC');
}

/** A time to the minute, as a field for it holds it: without a zone, by the clock here. */
export function fieldTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const { year, month, day, hour, minute } = wallOf(date);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}

/** What such a field holds, as a moment; `null` where it holds none. */
export function fromField(value: string): Date | null {
  const parts = /^(\d{4,6})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(value)?.slice(1).map(Number);
  if (!parts) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = parts;
  const found = momentAt(year, month, day, hour, minute);
  return Number.isNaN(found.getTime()) ? null : found;
}

/** To the second. */
export function exact(time: string): string {
  return format('full', new Date(time));
}

/** `1m`, `9m`, `2h`, `3d`: how long still, counted up so that it is never less. */
export function until(time: string, now: number): string {
  const minutes = Math.max(1, Math.ceil((Date.parse(time) - now) / MINUTE));
  return since(new Date(now - minutes * MINUTE).toISOString(), now);
}

/** `now`, `9m`, `2h`, `3d`: how long since. */
export function since(time: string, now: number): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(time)) / MINUTE));
  if (minutes < 1) return t('time.now');
  if (minutes < 60) return t('time.minutes', { m: minutes });
  if (minutes < 48 * 60) return t('time.hours', { h: Math.floor(minutes / 60) });
  return t('time.days', { d: Math.floor(minutes / (24 * 60)) });
}
