import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { AtSign, BellOff, CircleAlert, Inbox, MessageSquare, Settings, Timer, UserRoundCheck, X, type LucideIcon } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Notice, NotificationClass } from '@/api/types';
import { useFocusReturn, useMinute } from '@/lib/hooks';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-notify';
import { failed, markAllRead } from '@/lib/notify/acts';
import { dropToasts, markNotices, noticesQuery } from '@/lib/notify/mark';
import { useNotices } from '@/lib/notify/state';
import { openNotice } from '@/lib/notify/tell';
import { noticeWords } from '@/lib/notify/words';
import { LoadError } from '@/features/settings/parts';
import { moment } from '@/lib/time';

const icons: Record<NotificationClass, LucideIcon> = {
  mention: AtSign,
  assigned: UserRoundCheck,
  new: MessageSquare,
  unassigned: Inbox,
  sla: Timer,
  failed: CircleAlert,
};

/** Whoever opens it means to read what is new. */
function toFirst(event: Event): void {
  const first = (event.currentTarget as HTMLElement).querySelector<HTMLElement>('[data-notice]');
  if (!first) return;
  event.preventDefault();
  first.focus();
}

/** Behind the bell: what I was told of, newest first. */
export function NoticePanel({ onClose }: { onClose: () => void }) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(noticesQuery);
  const { unread, muted } = useNotices();
  const [onlyUnread, setOnlyUnread] = useState(false);
  const navigate = useNavigate();
  const back = useFocusReturn();
  const list = useRef<HTMLUListElement>(null);
  // What stands on the page stands here as well.
  useEffect(() => { dropToasts(() => true); }, []);
  const all = data?.pages.flatMap((page) => page.notifications) ?? [];
  const shown = onlyUnread ? all.filter((one) => !one.read) : all;

  /** Up and down go from one to the next. */
  const walk = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const items = [...(list.current?.querySelectorAll<HTMLElement>('[data-notice]') ?? [])];
    const at = items.findIndex((one) => one.contains(document.activeElement));
    event.preventDefault();
    items[Math.min(items.length - 1, Math.max(0, at + step))]?.focus();
  };

  return (
    <Dialog.Root open onOpenChange={(on) => { if (!on) onClose(); }}>
      <Dialog.Portal>
        <div className="backdrop light" />
        <Dialog.Content className="notice-panel" aria-describedby={undefined} onOpenAutoFocus={toFirst} onCloseAutoFocus={back} onKeyDown={walk}>
          <div className="flex items-center gap-1 py-2.5 ps-4 pe-2.5">
            <Dialog.Title className="pane-title min-w-0 flex-1 truncate">{t('notify.title')}</Dialog.Title>
            <button
              type="button"
              className="btn plain icon small"
              aria-label={t('notify.settings')}
              title={t('notify.settings')}
              onClick={() => {
                onClose();
                void navigate({ to: '/settings/$section', params: { section: 'notifications' } });
              }}
            >
              <Settings size={16} aria-hidden="true" />
            </button>
            <Dialog.Close className="btn plain icon small" aria-label={t('app.close')}><X size={16} aria-hidden="true" /></Dialog.Close>
          </div>
          <div className="flex flex-wrap items-center gap-1.5 border-b border-line px-4 pb-2.5">
            {[false, true].map((only) => (
              <button key={String(only)} type="button" className={`btn small ${onlyUnread === only ? '' : 'plain'}`} aria-pressed={onlyUnread === only} onClick={() => { setOnlyUnread(only); }}>
                {only ? t('notify.unread') : t('notify.all')}
                {only && unread > 0 && <span className="num">{written(unread)}</span>}
              </button>
            ))}
            <span className="flex-1" />
            <button type="button" className="btn plain small" disabled={unread === 0} onClick={() => void markAllRead()}>{t('notify.markAll')}</button>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto">
            {muted && <p className="flex items-start gap-2 border-b border-line bg-warn-soft px-4 py-2 text-[12px] leading-4"><BellOff size={14} className="mt-px flex-none" aria-hidden="true" />{t('notify.blocked')}</p>}
            {error && <div className="p-4"><LoadError error={error} onRetry={() => void refetch()} /></div>}
            {data && shown.length === 0 && (
              <div className="grid justify-items-center gap-1 px-8 py-14 text-center">
                <p className="font-semibold">{onlyUnread && all.length > 0 ? t('notify.noneUnread') : t('notify.none')}</p>
                {all.length === 0 && <p className="text-text-2">{t('notify.noneText')}</p>}
              </div>
            )}
            <ul ref={list} className="py-1">
              {shown.map((one) => <Row key={one.id} one={one} onOpen={() => {
                onClose();
                void openNotice(one);
              }} />)}
            </ul>
            {hasNextPage && <p className="px-4 pb-3"><button type="button" className="btn" disabled={isFetchingNextPage} onClick={() => { void fetchNextPage(); }}>{t('notify.more')}</button></p>}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Row({ one, onOpen }: { one: Notice; onOpen: () => void }) {
  const now = useMinute();
  const Icon = icons[one.class] ?? Inbox;
  return (
    <li className="notice-row" data-unread={!one.read || undefined}>
      <button type="button" className="flex min-w-0 flex-1 items-start gap-3 text-start" data-notice onClick={onOpen}>
        <Icon size={16} className="mt-0.5 flex-none text-text-3" aria-hidden="true" />
        <span className="min-w-0 flex-1">
          <span className={`block break-words ${one.read ? 'text-text-2' : 'font-medium'}`}>{!one.read && <span className="sr-only">{`${t('notify.isUnread')}: `}</span>}{noticeWords(one)}</span>
          {one.text && <span className="block truncate text-text-2">{one.text}</span>}
          <time className="num block text-[12px] leading-4 text-text-3" dateTime={one.at}>{moment(one.at, now)}</time>
        </span>
      </button>
      <button
        type="button"
        className="btn plain icon small"
        aria-label={`${one.read ? t('notify.markUnread') : t('notify.markRead')}: ${noticeWords(one)}`}
        title={one.read ? t('notify.markUnread') : t('notify.markRead')}
        onClick={() => { markNotices(!one.read, [one.id]).catch(failed); }}
      >
        <span className={`notice-dot ${one.read ? '' : 'on'}`} aria-hidden="true" />
      </button>
    </li>
  );
}
