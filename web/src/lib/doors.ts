/** How somebody comes in who is not signed in. */
import { queryOptions } from '@tanstack/react-query';
import { ask } from '@/api/client';
import type { Entrances, InvitationSeen, Me, OutboxMails } from '@/api/types';
import { welcome } from '@/lib/session';

/** By which doors. */
export const entrancesQuery = queryOptions({
  queryKey: ['entrances'],
  staleTime: Infinity,
  queryFn: ({ signal }) => ask<Entrances>('/sign-ups', { signal, quiet: true }),
});

/** What an invitation says. The token goes in the body, so that no server's log holds it. */
export const invitationQuery = (token: string) =>
  queryOptions({
    queryKey: ['invitation', token],
    staleTime: Infinity,
    queryFn: ({ signal }) => ask<InvitationSeen>('/invitations/look', { method: 'POST', body: { token }, signal, quiet: true }),
  });

/** How often it is looked for new mail, in milliseconds. */
const OUTBOX_EVERY_MS = 2_000;

/** Mail that stayed here, where the server is for trying things out. */
export const outboxQuery = queryOptions({
  queryKey: ['outbox'],
  staleTime: 0,
  refetchInterval: OUTBOX_EVERY_MS,
  queryFn: ({ signal }) => ask<OutboxMails>('/outbox', { signal, quiet: true }),
});

/** Goes in. Whatever is on the page may belong to somebody else or to another workspace: everything is loaded anew. */
export function enter(me: Me): void {
  welcome(me);
  location.assign('/inbox');
}
