import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { Bell, ChartColumn, Inbox, Settings } from 'lucide-react';
import { Tooltip } from 'radix-ui';
import { Suspense, useEffect, useLayoutEffect, type ReactNode } from 'react';
import { Avatar } from '@/components/avatar';
import { StoreBanner } from '@/components/store-banner';
import { Menu } from '@/components/menu';
import { Tip } from '@/components/tip';
import { Toaster } from '@/components/toaster';
import { openDialog, useDialogs } from '@/lib/dialogs';
import { useMedia, useTitle } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import { startLive } from '@/lib/inbox/live';
import { useInbox, usePlace } from '@/lib/inbox/store';
import { later } from '@/lib/later';
import { useNotices } from '@/lib/notify/state';
import { may, presenceName, useMay, useMe, usePresence } from '@/lib/people';
import { endSession } from '@/lib/session';
import { matches, shortcuts } from '@/lib/shortcuts';

const AccountItems = later(() => import('@/features/shell/account-items').then((module) => ({ default: module.AccountItems })));

/** What surrounds every page: the rail, and the line to the server. */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  const phone = useMedia('(width < 768px)');
  const inThread = useRouterState({ select: (state) => /^\/inbox\/./.test(state.location.pathname) });

  // Before the pages' own effects: what they ask for would else belong to a session that was never begun.
  useLayoutEffect(() => startLive(me.user.id, me.workspace.id, endSession), [me.user.id, me.workspace.id]);
  useGlobalKeys();
  usePageTitle();

  return (
    <Tooltip.Provider delayDuration={400}>
      <div className="frame">
        <StoreBanner />
        <div className={`app ${phone ? 'flex-col' : ''}`}>
          {inThread && <a className="skip btn primary" href="#composer" onClick={(event) => {
            event.preventDefault();
            document.querySelector<HTMLElement>('#composer textarea, #composer input')?.focus();
          }}>{t('app.skip')}</a>}
          {!phone && <Rail />}
          <div className="flex min-h-0 min-w-0 flex-1"><Outlet /></div>
          {phone && !inThread && <BottomBar />}
        </div>
      </div>
      <Toaster />
      {children}
    </Tooltip.Provider>
  );
}

/** Mine, open, and waiting for an answer. */
function useWaitingCount(): number {
  return useInbox((state) => {
    let count = 0;
    for (const one of Object.values(state.conversations))
      if (one.assignee_id === state.meId && one.status === 'open' && one.waiting_since) count += 1;
    return count;
  });
}

/** Who or what is on the screen, after how much I was told of and have not seen. */
function usePageTitle(): void {
  const waiting = useNotices((state) => state.unread);
  const area = useRouterState({ select: (state) => areaOf(state.location.pathname) });
  const openId = usePlace((state) => state.openId);
  const name = useInbox((state) => (openId ? state.conversations[openId]?.contact.name : undefined));
  useTitle(`${waiting > 0 ? `(${String(waiting)}) ` : ''}${area === 'inbox' ? (name ?? t('areas.inbox')) : t(`areas.${area}`)}`);
}

function areaOf(path: string): 'inbox' | 'reports' | 'settings' {
  return path.startsWith('/inbox') ? 'inbox' : path.startsWith('/reports') ? 'reports' : 'settings';
}

function Places() {
  const waiting = useWaitingCount();
  const unread = useNotices((state) => state.unread);
  const list = usePlace((state) => state.list);
  const area = useRouterState({ select: (state) => areaOf(state.location.pathname) });
  const reports = useMay('see_reports');
  return {
    inbox: (
      <Tip label={t('areas.inbox')} keys={shortcuts.inbox} side="right">
        <Link to="/inbox" search={{ view: list.view, status: list.status, sort: list.sort }} className="place" aria-current={area === 'inbox' ? 'page' : undefined}>
          <Inbox size={18} aria-hidden="true" />
          {t('areas.inbox')}
          {waiting > 0 && <span className="badge">{waiting > 99 ? '99+' : waiting}</span>}
        </Link>
      </Tip>
    ),
    reports: reports && (
      <Tip label={t('areas.reports')} keys={shortcuts.reports} side="right">
        <Link to="/reports" className="place" aria-current={area === 'reports' ? 'page' : undefined}>
          <ChartColumn size={18} aria-hidden="true" />
          {t('areas.reports')}
        </Link>
      </Tip>
    ),
    alerts: (
      <Tip label={t('areas.alertsNone')} keys={shortcuts.alerts} side="right">
        <button type="button" className="place" aria-haspopup="dialog" aria-label={unread > 0 ? t('areas.alertsUnread', { number: written(unread) }) : t('areas.alertsNone')} onClick={() => { openDialog('notifications'); }}>
          <Bell size={18} aria-hidden="true" />
          <span aria-hidden="true">{t('areas.alerts')}</span>
          {unread > 0 && <span className="badge" aria-hidden="true">{unread > 99 ? '99+' : written(unread)}</span>}
        </button>
      </Tip>
    ),
    settings: (
      <Tip label={t('areas.settings')} keys={shortcuts.settings} side="right">
        <Link to="/settings" className="place" aria-current={area === 'settings' ? 'page' : undefined}>
          <Settings size={18} aria-hidden="true" />
          {t('areas.settings')}
        </Link>
      </Tip>
    ),
  };
}

function Rail() {
  const { workspace } = useMe();
  const places = Places();
  return (
    <nav className="rail" aria-label={t('areas.nav')} data-pane>
      <span className="tile" title={workspace.name} aria-label={workspace.name} role="img">{[...workspace.name][0]?.toUpperCase()}</span>
      {places.inbox}
      {places.reports}
      <span className="flex-1" />
      {places.settings}
      {places.alerts}
      <span className="h-2" />
      <Account side="right" />
    </nav>
  );
}

function BottomBar() {
  const places = Places();
  return (
    <nav className="bottom-bar" aria-label={t('areas.nav')}>
      {places.inbox}
      {places.reports}
      {places.alerts}
      {places.settings}
      <span className="place"><Account side="top" /></span>
    </nav>
  );
}

function Account({ side }: { side: 'right' | 'top' }) {
  const { user } = useMe();
  const state = usePresence()(user.id);
  return (
    <Menu
      side={side}
      trigger={
        <button type="button" className="rounded-full" aria-label={t('account.menu', { name: user.name, state: presenceName(state) })}>
          <Avatar id={user.id} name={user.name} presence={state} />
        </button>
      }
    >
      <Suspense fallback={null}><AccountItems /></Suspense>
    </Menu>
  );
}

/** Keys that work on every page. */
function useGlobalKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const act = (run: () => void) => {
        event.preventDefault();
        run();
      };
      if (matches(event, shortcuts.menu)) act(() => { openDialog(useDialogs.getState().open === 'commands' ? null : 'commands'); });
      else if (matches(event, shortcuts.sheet)) act(() => { openDialog('keys'); });
      else if (matches(event, shortcuts.help)) act(() => { openDialog('keys'); });
      else if (matches(event, shortcuts.search)) act(() => { openDialog('search'); });
      else if (matches(event, shortcuts.inbox)) act(() => { void navigate({ to: '/inbox', search: usePlace.getState().list }); });
      else if (matches(event, shortcuts.reports) && may('see_reports')) act(() => { void navigate({ to: '/reports' }); });
      else if (matches(event, shortcuts.alerts)) act(() => { openDialog(useDialogs.getState().open === 'notifications' ? null : 'notifications'); });
      else if (matches(event, shortcuts.settings)) act(() => { void navigate({ to: '/settings' }); });
      else if (matches(event, shortcuts.panes)) act(() => { walkPanes(1); });
      else if (shortcuts.panes !== '' && matches(event, `Shift+${shortcuts.panes}`)) act(() => { walkPanes(-1); });
    };
    window.addEventListener('keydown', press);
    return () => { window.removeEventListener('keydown', press); };
  }, [navigate]);
}

/** Moves the focus from pane to pane. */
function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter((pane) => pane.offsetParent !== null);
  const now = panes.findIndex((pane) => pane.contains(document.activeElement));
  const pane = panes[(now + step + panes.length) % panes.length];
  const target =
    pane?.querySelector<HTMLElement>('[data-pane-focus]') ??
    pane?.querySelector<HTMLElement>('[tabindex="0"]:not([role="separator"]), a[href], button, input, select');
  target?.focus();
}
