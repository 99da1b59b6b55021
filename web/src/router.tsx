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
import { meQuery, queryClient, viewsQuery } from '@/api/queries';
import type { FilterCondition } from '@/api/types';
import { PageError, PageMissing } from '@/components/page-error';
import { InboxPage } from '@/features/inbox/inbox-page';
import { readSearch, type ReportSearch } from '@/lib/report-search';
import { SORTS, STATUSES, VIEWS, type ListStatus, type Sort, type View } from '@/lib/inbox/state';

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

export type InboxSearch = { view?: View; status?: ListStatus; sort?: Sort; filter?: FilterCondition[]; saved?: string };
/** The `seq` of the message at which a conversation is opened. */
export type ConversationSearch = { message?: number };

/** Conditions of one filter, at most: the server's limit. */
const MAX_CONDITIONS = 12;

const one = <T extends string>(value: unknown, known: readonly T[]): T | undefined => known.find((item) => item === value);

const inbox = createRoute({
  getParentRoute: () => app,
  path: '/inbox',
  validateSearch: (search: Record<string, unknown>): InboxSearch => {
    const asked = search['view'];
    const view = typeof asked === 'string' && /^team:team_\w+$/.test(asked) ? (asked as View) : one(asked, VIEWS);
    const status = one<ListStatus>(search['status'], [...STATUSES, 'any']);
    const sort = one(search['sort'], SORTS);
    // The server checks what it says.
    const filter = Array.isArray(search['filter']) ? (search['filter'] as FilterCondition[]).slice(0, MAX_CONDITIONS) : undefined;
    const saved = typeof search['saved'] === 'string' && /^view_\w+$/.test(search['saved']) ? search['saved'] : undefined;
    return { ...(view ? { view } : {}), ...(status ? { status } : {}), ...(sort ? { sort } : {}), ...(filter ? { filter } : {}), ...(saved ? { saved } : {}) };
  },
  // What a kept view is of is known before its list is asked for.
  beforeLoad: async ({ search }) => {
    if (search.saved) await queryClient.ensureQueryData(viewsQuery).catch(() => undefined);
  },
  component: InboxPage,
});
const inboxIndex = createRoute({ getParentRoute: () => inbox, path: '/' });
const conversation = createRoute({
  getParentRoute: () => inbox,
  path: '$conversationId',
  validateSearch: (search: Record<string, unknown>): ConversationSearch => {
    const message = Number(search['message']);
    return Number.isSafeInteger(message) && message > 0 ? { message } : {};
  },
});

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

const reports = createRoute({
  getParentRoute: () => app,
  path: '/reports',
  beforeLoad: ({ location }) => {
    if (/^\/reports\/?$/.test(location.pathname)) throw redirect({ to: '/reports/$page', params: { page: 'live' } });
  },
});
const reportsPage = createRoute({
  getParentRoute: () => reports,
  path: '$page',
  validateSearch: (search: Record<string, unknown>): ReportSearch => readSearch(search),
  component: lazyRouteComponent(() => import('@/features/reports/reports-page'), 'ReportsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    door,
    signUp,
    app.addChildren([home, inbox.addChildren([inboxIndex, conversation]), settings.addChildren([settingsSection]), reports.addChildren([reportsPage])]),
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
