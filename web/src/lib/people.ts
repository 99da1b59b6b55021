import { useQuery } from '@tanstack/react-query';
import { channelsQuery, meQuery, usersQuery } from '@/api/queries';
import type { Channel, Me, User } from '@/api/types';
import { t } from '@/lib/i18n';

/** Who is signed in; the pages inside the app are only shown to somebody. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  // While the session ends, the page is still there for a moment.
  if (data) last = data;
  if (!last) throw new Error('Nobody is signed in.');
  return last;
}

let last: Me | null = null;

export function useUsers(): User[] {
  return useQuery(usersQuery).data?.users ?? [];
}

export function useChannels(): Channel[] | undefined {
  return useQuery(channelsQuery).data?.channels;
}

/** Which number a conversation came through, where there is more than one; where there is one, nobody asks. */
export function useChannelName(id: string | undefined): string | null {
  const channels = useChannels();
  return (channels && channels.length > 1 && channels.find((one) => one.id === id)?.name) || null;
}

/** A colleague's name, `You` for oneself. */
export function nameOf(users: readonly User[], id: string | null | undefined, meId: string): string {
  if (!id) return t('details.nobody');
  if (id === meId) return t('details.you');
  return users.find((user) => user.id === id)?.name ?? t('thread.colleague');
}
