/** What is to go at a time: which times are offered, and what is planned in a conversation. */
import { queryOptions } from '@tanstack/react-query';
import { ask } from '@/api/client';
import type { ScheduledList } from '@/api/types';
import { snoozeChoices, type Choice } from '@/lib/inbox/snooze';
import { zoneName } from '@/lib/zone';

/** How far ahead the server plans, in days. */
export const AHEAD_MAX_DAYS = 90;

const MINUTE = 60_000;
const FIVE = 5 * MINUTE;

export type Offer = { kind: 'hour' | Choice['kind']; at: Date };

/** In an hour, to the next five minutes; and the times until which one puts things aside. */
export function offersAt(now: Date): Offer[] {
  const hour = new Date(Math.ceil((now.getTime() + 60 * MINUTE) / FIVE) * FIVE);
  return [{ kind: 'hour', at: hour }, ...snoozeChoices(now)];
}

/** The viewer's time zone, by its name and how far it is from the world's time on that day. */
export function zoneAt(at: Date, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zoneName(), timeZoneName: 'shortOffset' }).formatToParts(at);
  const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const zone = zoneName().replaceAll('_', ' ');
  return offset ? `${zone} (${offset})` : zone;
}

/** What is planned in a conversation; events say when that changed. */
export const scheduledQuery = (id: string) =>
  queryOptions({
    queryKey: ['scheduled', id],
    queryFn: ({ signal }) => ask<ScheduledList>(`/conversations/${id}/scheduled`, { signal }),
  });
