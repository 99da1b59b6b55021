/** Signing in and out, and what happens when the session ends. */
import { ask, setCsrfToken, setSignedOutHandler } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import type { Me } from '@/api/types';

let onEnd: () => void = () => undefined;

/** Who is signed in, and where. */
const seatOf = (me: Me) => `${me.user.id} ${me.workspace.id}`;

/** The browser's other tabs share the cookie: they hear who is signed in where now, or that nobody is. */
const tabs = new BroadcastChannel('switchboard.session');

/** Keeps the token for changes in step with who is signed in. */
export function followSession(ended: () => void): void {
  onEnd = ended;
  setSignedOutHandler(endSession);
  tabs.onmessage = ({ data: seat }: MessageEvent<string | null>) => {
    const me = queryClient.getQueryData(meQuery.queryKey);
    if (!me || seatOf(me) === seat) return;
    if (seat === null) endSession();
    // What is on this page belongs to somebody else, or to another workspace.
    else location.assign('/inbox');
  };
  queryClient.getQueryCache().subscribe((event) => {
    if (event.query.queryKey[0] === 'me') setCsrfToken((event.query.state.data as Me | null | undefined)?.csrf_token ?? undefined);
  });
}

export function welcome(me: Me): void {
  setCsrfToken(me.csrf_token ?? undefined);
  queryClient.setQueryData(meQuery.queryKey, me);
  tabs.postMessage(seatOf(me));
}

/** Nothing that was read stays on the device, and it is told of nothing any more. */
const forget = () =>
  Promise.all([
    import('@/lib/inbox/keeper').then((keeper) => keeper.forgetCopy()).catch(() => undefined),
    import('@/lib/notify/push').then((push) => push.stopPush()).catch(() => undefined),
  ]);

/** The server says that nobody is signed in any more. */
export function endSession(): void {
  if (!queryClient.getQueryData(meQuery.queryKey)) return;
  void forget();
  queryClient.setQueryData(meQuery.queryKey, null);
  onEnd();
}

export async function signOut(): Promise<void> {
  await ask('/sessions/current', { method: 'DELETE', quiet: true }).catch(() => undefined);
  await forget();
  tabs.postMessage(null);
  queryClient.setQueryData(meQuery.queryKey, null);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'me' });
}
