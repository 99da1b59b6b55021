import { useQuery } from '@tanstack/react-query';
import { availabilityQuery, channelsQuery, labelsQuery, macrosQuery, meQuery, queryClient, teamsQuery, usersQuery, viewCountsQuery, viewsQuery } from '@/api/queries';
import type { Channel, Label, Macro, Me, Permission, PresenceState, SavedView, Team, User } from '@/api/types';
import { t } from '@/lib/i18n';

/** Who is signed in; the pages inside the app are only shown to somebody. */
export function useMe(): Me {
  const { data } = useQuery(meQuery);
  // While the session ends, the page is still there for a moment.
  if (data) last = data;
  if (!last) throw new Error('Nobody is signed in.');
  return last;
}

/** May they do this? What they may not do is not shown. */
export function useMay(permission: Permission): boolean {
  return useMe().permissions.includes(permission);
}

/** The same outside of what is drawn. */
export function may(permission: Permission): boolean {
  return queryClient.getQueryData(meQuery.queryKey)?.permissions.includes(permission) ?? false;
}

let last: Me | null = null;

/** Whom a conversation can be given to: those who may answer. */
export function useAnswering(): User[] {
  return useUsers().filter((one) => one.role !== 'analyst');
}

export function useUsers(): User[] {
  return useQuery(usersQuery).data?.users ?? [];
}

/** How somebody is to be found; `offline` until it is known otherwise. */
export function usePresence(): (id: string | null | undefined) => PresenceState {
  const people = useQuery(availabilityQuery).data?.people;
  return (id) => people?.find((one) => one.user_id === id)?.state ?? 'offline';
}

const STATES = ['online', 'busy', 'away', 'offline'] as const;

export function presenceName(state: PresenceState): string {
  const known = STATES.find((one) => one === state);
  return known ? t(`presence.${known}`) : state;
}

/** The teams of the workspace; nothing until they are known. */
export function useTeams(): Team[] | undefined {
  return useQuery(teamsQuery).data?.teams;
}

/** A team's name; `null` for none. */
export function useTeamName(id: string | null | undefined): string | null {
  const teams = useTeams();
  return (id && teams?.find((one) => one.id === id)?.name) || null;
}

/** The kept views that one sees; nothing until they are known. */
export function useViews(): SavedView[] | undefined {
  return useQuery(viewsQuery).data?.views;
}

/** The macros that can be run: nobody's where nothing may be done. */
export function useMacros(): Macro[] | undefined {
  return useQuery({ ...macrosQuery, enabled: useMay('answer') }).data?.macros;
}

/** One of the views. */
export function useSavedView(id: string | undefined): SavedView | undefined {
  const views = useViews();
  return id === undefined ? undefined : views?.find((one) => one.id === id);
}

/** How many conversations a kept view holds; nothing until that is known. */
export function useViewCount(): (id: string) => number | undefined {
  const some = (useViews()?.length ?? 0) > 0;
  const counts = useQuery({ ...viewCountsQuery, enabled: some }).data?.counts;
  return (id) => counts?.find((one) => one.view_id === id)?.count;
}

/** The labels of the workspace; nothing until they are known. */
export function useLabels(): Label[] | undefined {
  return useQuery(labelsQuery).data?.labels;
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
