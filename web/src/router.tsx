import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { App } from '@/app';
import { setCsrfToken } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import type { ConversationStatus } from '@/api/types';
import { PageError, PageMissing } from '@/components/page-error';
import { InboxPage } from '@/features/inbox/inbox-page';
import { SORTS, STATUSES, VIEWS, type Sort, type View } from '@/lib/inbox/state';

const root = createRootRoute({ component: Outlet, errorComponent: PageError, notFoundComponent: PageMissing });

type SignInSearch = { next?: string; ended?: boolean };

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/signin',
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    // Only addresses of this app: `//host` is another one's.
    ...(typeof search['next'] === 'string' && /^\/(?!\/)/.test(search['next']) ? { next: search['next'] } : {}),
    ...(search['ended'] === true ? { ended: true } : {}),
  }),
  beforeLoad: async ({ search }) => {
    const me = await queryClient.ensureQueryData(meQuery).catch(() => null);
    if (me) throw redirect({ href: search.next ?? '/inbox' });
  },
  component: lazyRouteComponent(() => import('@/features/session/sign-in'), 'SignInPage'),
});

/** The other pages for who need not be signed in, such as `/join`. */
const door = createRoute({
  getParentRoute: () => root,
  path: '/$door',
  component: lazyRouteComponent(() => import('@/features/session/door-page'), 'DoorPage'),
});

/** Where the provider's sign-up comes back to, in a window of its own. */
const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('@/features/settings/sign-up-page'), 'SignUpPage'),
});

const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (!me) throw redirect({ to: '/signin', search: { next: location.href } });
    setCsrfToken(me.csrf_token ?? undefined);
  },
  component: App,
});

const home = createRoute({
  getParentRoute: () => app,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/inbox' });
  },
});

export type InboxSearch = { view?: View; status?: ConversationStatus; sort?: Sort };

const one = <T extends string>(value: unknown, known: readonly T[]): T | undefined => known.find((item) => item === value);

const inbox = createRoute({
  getParentRoute: () => app,
  path: '/inbox',
  validateSearch: (search: Record<string, unknown>): InboxSearch => {
    const view = one(search['view'], VIEWS);
    const status = one(search['status'], STATUSES);
    const sort = one(search['sort'], SORTS);
    return { ...(view ? { view } : {}), ...(status ? { status } : {}), ...(sort ? { sort } : {}) };
  },
  component: InboxPage,
});
const inboxIndex = createRoute({ getParentRoute: () => inbox, path: '/' });
const conversation = createRoute({ getParentRoute: () => inbox, path: '$conversationId' });

/** Which one of a section's things is looked at. */
type SettingsSearch = { channel?: string };

const settings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  beforeLoad: ({ location }) => {
    if (/^\/settings\/?$/.test(location.pathname)) throw redirect({ to: '/settings/$section', params: { section: 'channels' } });
  },
});
const settingsSection = createRoute({
  getParentRoute: () => settings,
  path: '$section',
  validateSearch: (search: Record<string, unknown>): SettingsSearch => (typeof search['channel'] === 'string' ? { channel: search['channel'] } : {}),
  component: lazyRouteComponent(() => import('@/features/settings/settings-page'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    door,
    signUp,
    app.addChildren([home, inbox.addChildren([inboxIndex, conversation]), settings.addChildren([settingsSection])]),
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: PageError,
  defaultNotFoundComponent: PageMissing,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
