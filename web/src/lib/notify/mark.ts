/** Which notifications are read: on the server, and at once in what is on the page. */
import { infiniteQueryOptions, queryOptions, type InfiniteData } from '@tanstack/react-query';
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Notice, NotificationPage, NotificationSettings, NotificationsMarked, PushSubscriptionList } from '@/api/types';
import { useNotices } from '@/lib/notify/state';

/** Newest first, page by page; the server keeps what it has of 30 days. */
export const noticesQuery = infiniteQueryOptions({
  queryKey: ['notifications'],
  staleTime: Infinity,
  initialPageParam: '',
  queryFn: ({ signal, pageParam }) =>
    ask<NotificationPage>(pageParam ? `/notifications?cursor=${encodeURIComponent(pageParam)}` : '/notifications', { signal }),
  getNextPageParam: (last) => last.next_cursor ?? undefined,
});

/** The key of changes of them that are on their way. */
export const CHOOSING = ['notification-settings'];

export const noticeSettingsQuery = queryOptions({
  queryKey: ['notification-settings'],
  staleTime: Infinity,
  queryFn: ({ signal }) => ask<NotificationSettings>('/notifications/settings', { signal }),
});

export const pushQuery = queryOptions({
  queryKey: ['push-subscriptions'],
  queryFn: ({ signal }) => ask<PushSubscriptionList>('/push-subscriptions', { signal }),
});

type Pages = InfiniteData<NotificationPage, string>;

/** What is known of them here, newest first. */
export function known(): Notice[] {
  return queryClient.getQueryData<Pages>(noticesQuery.queryKey)?.pages.flatMap((page) => page.notifications) ?? [];
}

function change(by: (all: Notice[]) => Notice[]): void {
  queryClient.setQueryData<Pages>(noticesQuery.queryKey, (before) => {
    const [first, ...rest] = before?.pages ?? [];
    if (!before || !first) return before;
    const pages = [first, ...rest].map((page) => ({ ...page, notifications: by(page.notifications) }));
    return { ...before, pages };
  });
}

/** One that is new stands first; one that counts more goes there. */
export function put(one: Notice): void {
  change((all) => all.filter((other) => other.id !== one.id));
  queryClient.setQueryData<Pages>(noticesQuery.queryKey, (before) => {
    const [first, ...rest] = before?.pages ?? [];
    return before && first ? { ...before, pages: [{ ...first, notifications: [one, ...first.notifications] }, ...rest] } : before;
  });
}

/** Says of notifications that they are read, or not; of all where none are named. Gives those that were otherwise before. */
export async function markNotices(read: boolean, ids?: string[]): Promise<NotificationsMarked> {
  change((all) => all.map((one) => (ids === undefined || ids.includes(one.id) ? { ...one, read } : one)));
  dropToasts((one) => read && (ids === undefined || ids.includes(one.id)));
  try {
    const marked = await ask<NotificationsMarked>('/notifications', { method: 'PATCH', body: { read, ...(ids ? { ids } : {}) } });
    useNotices.setState({ unread: marked.unread_count });
    return marked;
  } catch (error) {
    void queryClient.invalidateQueries({ queryKey: noticesQuery.queryKey, refetchType: 'all' });
    throw error;
  }
}

export function dropToasts(which: (one: Notice) => boolean): void {
  const { toasts } = useNotices.getState();
  if (toasts.some(which)) useNotices.setState({ toasts: toasts.filter((one) => !which(one)) });
}
