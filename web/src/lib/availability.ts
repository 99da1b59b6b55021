/** Whether one is there, as one says oneself. */
import { useQuery } from '@tanstack/react-query';
import { ask } from '@/api/client';
import { availabilityQuery, queryClient } from '@/api/queries';
import type { OwnPresence, SetAvailability } from '@/api/types';
import { announce } from '@/lib/announce';
import { t } from '@/lib/i18n';
import '@/lib/i18n-account';
import { wordsOf } from '@/lib/inbox/actions';
import { presenceName, useMe } from '@/lib/people';
import { showToast } from '@/lib/toast';

export const AVAILABILITIES = ['online', 'busy', 'away'] as const;
export type Availability = (typeof AVAILABILITIES)[number];

export const availabilityName = (one: Availability): string => t(`availability.${one}`);

/** What one says of oneself; nothing until it is known. */
export function useAvailability(): string | undefined {
  const { user } = useMe();
  return useQuery(availabilityQuery).data?.people.find((one) => one.user_id === user.id)?.availability;
}

/** Says it to everybody, and to a screen reader that it was said. Shown at once, taken back where the server refuses. */
export async function setAvailability(meId: string, set: SetAvailability): Promise<void> {
  const { queryKey } = availabilityQuery;
  queryClient.setQueryData(queryKey, (list) =>
    list && {
      ...list,
      away_after_minutes: set.away_after_minutes ?? list.away_after_minutes,
      people: list.people.map((one) => (one.user_id === meId ? { ...one, availability: set.availability ?? one.availability } : one)),
    },
  );
  try {
    const own = await ask<OwnPresence>('/availability', { method: 'PATCH', body: set });
    const { away_after_minutes, ...presence } = own;
    queryClient.setQueryData(queryKey, (list) =>
      list && { ...list, away_after_minutes, people: [...list.people.filter((one) => one.user_id !== own.user_id), presence] },
    );
    announce(() => (set.availability ? t('availability.now', { state: presenceName(own.state) }) : t('availability.saved')));
  } catch (error) {
    void queryClient.invalidateQueries({ queryKey });
    showToast({ error: true, words: t('availability.failed', { detail: wordsOf(error) }) });
  }
}
