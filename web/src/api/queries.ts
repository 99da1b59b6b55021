import { QueryClient, infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ApiError, ask, isPassing, request } from '@/api/client';
import type { ApiKeyList, Assignment, AuditArea, AuditPage, ChannelList, Contact, ContactConsent, DeadLetterList, LabelList, MacroList, Me, PresenceList, RatingSettingsStanding, SavedViewCounts, SavedViewList, SendOutlook, SignUpOptions, TeamList, TemplateList, UserList } from '@/api/types';

/** What is kept of the server's answers beside conversations and messages, which live in the inbox store. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      gcTime: 30 * 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => isPassing(error) && count < 4,
    },
  },
});

let meIsKept = false;
/** The server has said who it is. */
export function meIsBack(me: Me): void {
  meIsKept = false;
  queryClient.setQueryData(meQuery.queryKey, me);
}
/** Is who is signed in known from this device alone, as the server did not answer? Nothing can be changed then. */
export const isMeKept = (): boolean => meIsKept;

/** Who was signed in here last, from what is kept on this device. */
async function keptMe(): Promise<Me | null> {
  try {
    const { lastShell } = await import('@/lib/inbox/copy');
    return (await lastShell(Date.now()))?.me ?? null;
  } catch {
    return null;
  }
}

/** Who is signed in; `null` when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: Infinity,
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      const me = await ask<Me>('/me', { signal, quiet: true });
      meIsKept = false;
      return me;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        // What is kept here belongs to nobody who is signed in.
        void import('@/lib/inbox/copy').then((copy) => copy.forgetAll()).catch(() => undefined);
        return null;
      }
      const kept = isPassing(error) ? await keptMe() : null;
      if (kept === null) throw error;
      meIsKept = true;
      return kept;
    }
  },
});

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => ask<UserList>('/users', { signal }),
});

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: ({ signal }) => ask<TeamList>('/teams', { signal }),
});

export const labelsQuery = queryOptions({
  queryKey: ['labels'],
  queryFn: ({ signal }) => ask<LabelList>('/labels', { signal }),
});

/** Filters and orders of the list that are kept: one's own and the workspace's. */
export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: ({ signal }) => ask<SavedViewList>('/views', { signal }),
});

/** What is done with conversations again and again: one's own and the workspace's. */
export const macrosQuery = queryOptions({
  queryKey: ['automation', 'macros'],
  queryFn: ({ signal }) => ask<MacroList>('/macros', { signal }),
});

/** How many conversations each of them holds. */
export const viewCountsQuery = queryOptions({
  queryKey: ['view-counts'],
  queryFn: ({ signal }) => ask<SavedViewCounts>('/views/counts', { signal }),
});

/** How conversations that are with no team come to somebody. */
export const assignmentQuery = queryOptions({
  queryKey: ['teams', 'assignment'],
  queryFn: ({ signal }) => ask<Assignment>('/assignment', { signal }),
});

/** Who of us is there; events bring it up to date, and every new line asks again. */
export const availabilityQuery = queryOptions({
  queryKey: ['availability'],
  queryFn: ({ signal }) => ask<PresenceList>('/availability', { signal }),
});

/** Whether customers are asked for a rating; under the teams' key, as the same event tells that it changed. */
export const ratingSettingsQuery = queryOptions({
  queryKey: ['teams', 'ratings'],
  queryFn: ({ signal }) => ask<RatingSettingsStanding>('/rating-settings', { signal }),
});

export const teamRatingSettingsQuery = (id: string) =>
  queryOptions({
    queryKey: ['teams', 'ratings', id],
    queryFn: ({ signal }) => ask<RatingSettingsStanding>(`/teams/${id}/rating-settings`, { signal }),
  });

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: ({ signal }) => ask<ChannelList>('/channels', { signal }),
});

/** Whether there is a sign-up at the provider; only owners may ask. */
export const signUpQuery = queryOptions({
  queryKey: ['sign-up'],
  staleTime: Infinity,
  queryFn: ({ signal }) => ask<SignUpOptions>('/channels/sign-up', { signal }),
});

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => ask<ApiKeyList>('/api-keys', { signal }),
});

/** Who did what, newest first, page by page; for owners and admins. */
export const auditQuery = (area: AuditArea | '', by: string) =>
  infiniteQueryOptions({
    queryKey: ['audit', area, by],
    staleTime: 0,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => {
      const given = Object.entries({ area, by, cursor: pageParam }).filter(([, value]) => value !== '');
      return ask<AuditPage>(`/audit?${new URLSearchParams(given).toString()}`, { signal });
    },
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });

/** Newest first, page by page; only owners may ask. */
export const deadLettersQuery = infiniteQueryOptions({
  queryKey: ['dead-letters'],
  staleTime: 0,
  initialPageParam: '',
  queryFn: ({ signal, pageParam }) =>
    ask<DeadLetterList>(pageParam ? `/dead-letters?cursor=${encodeURIComponent(pageParam)}` : '/dead-letters', { signal }),
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

export const templatesQuery = (channelId: string) =>
  queryOptions({
    queryKey: ['templates', channelId],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => ask<TemplateList>(`/templates?channel_id=${encodeURIComponent(channelId)}`, { signal }),
  });

/** Everything a contact said about what they want; `seen` is what is known of it, so that news are asked for. */
export const consentQuery = (id: string, seen: string) =>
  queryOptions({
    queryKey: ['consent', id, seen],
    queryFn: ({ signal }) => ask<ContactConsent>(`/contacts/${id}/consent`, { signal }),
  });

/** What may be sent in a conversation, and when this was heard, by our clock. */
export type Outlook = { outlook: SendOutlook; heardAt: number };

/** `seen` is what is known of what it depends on, so that it is asked again when that changes. */
export const outlookQuery = (id: string, seen: string) =>
  queryOptions({
    queryKey: ['outlook', id, seen],
    // Left and come back to, it may be another: what changed meanwhile was not seen.
    staleTime: 0,
    gcTime: 60_000,
    queryFn: async ({ signal }): Promise<Outlook> => ({ outlook: await ask<SendOutlook>(`/conversations/${id}/permission`, { signal }), heardAt: Date.now() }),
  });

/** A contact and the tag that a change of it must carry. */
export type TaggedContact = { contact: Contact; etag: string };

export const contactQuery = (id: string) =>
  queryOptions({
    queryKey: ['contact', id],
    queryFn: async ({ signal }): Promise<TaggedContact> => {
      const answer = await request<Contact>(`/contacts/${id}`, { signal });
      return { contact: answer.data, etag: answer.etag ?? `"${String(answer.data.version)}"` };
    },
  });
