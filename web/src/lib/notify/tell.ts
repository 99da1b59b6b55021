/**
 * Tells of notifications: on the page for a moment, by a sound, by the desktop. The server says by which ways; of several tabs one
 * is heard, and none of what somebody looks at already.
 */
import { queryClient } from '@/api/queries';
import type { Notice, NotificationsChanged } from '@/api/types';
import { announce } from '@/lib/announce';
import { usePlace } from '@/lib/inbox/store';
import { favicon } from '@/lib/notify/favicon';
import { CHOOSING, dropToasts, known, markNotices, noticesQuery, noticeSettingsQuery, put } from '@/lib/notify/mark';
import { keepPush, tellWords } from '@/lib/notify/push';
import { allowSounds, play } from '@/lib/notify/sound';
import { useNotices } from '@/lib/notify/state';
import { noticePath, noticeWords } from '@/lib/notify/words';

/** Notifications that stand on the page at once, at most; an older one gives way. */
const TOASTS_MAX = 3;
/** How long one tab keeps a notification to itself, in milliseconds: until every other has tried to have it. */
const KEPT_MS = 5_000;

/** Somebody looks at this conversation here. */
const looking = (id: string) => usePlace.getState().openId === id && document.visibilityState === 'visible' && document.hasFocus();

/** How long this tab waits before it wants to be the one that is heard: whoever looks at it first, then whoever is nearest. */
function turn(one: Notice): number {
  if (looking(one.conversation_id)) return 0;
  if (document.hasFocus()) return 150;
  return document.visibilityState === 'visible' ? 300 : 450;
}

/** Does something in one tab of all. */
async function once(name: string, wait: number, work: () => void): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, wait));
  if (typeof navigator.locks === 'undefined') {
    work();
    return;
  }
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    work();
    await new Promise((resolve) => setTimeout(resolve, KEPT_MS));
  });
}

/** Goes to what a notification is about. */
export async function openNotice(one: Pick<Notice, 'id' | 'conversation_id' | 'seq'>): Promise<void> {
  void markNotices(true, [one.id]).catch(() => undefined);
  const { router } = await import('@/router');
  await router.navigate({
    to: '/inbox/$conversationId',
    params: { conversationId: one.conversation_id },
    search: { ...usePlace.getState().list, ...(one.seq ? { message: one.seq } : {}) },
  });
}

function onDesktop(one: Notice): void {
  if (typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
  const body = queryClient.getQueryData(noticeSettingsQuery.queryKey)?.show_text ? (one.text ?? '') : '';
  const options = { body, tag: one.id, icon: '/icon.svg', silent: true };
  try {
    const shown = new Notification(noticeWords(one), options);
    shown.onclick = () => {
      window.focus();
      shown.close();
      void openNotice(one);
    };
  } catch {
    // Phones show them through the worker alone.
    void navigator.serviceWorker.ready.then((worker) => worker.showNotification(noticeWords(one), { ...options, data: { path: noticePath(one) } }));
  }
}

/** The server says that something of mine changed. */
export function notified(changed: NotificationsChanged): void {
  setUnread(changed.unread_count);
  const one = changed.notification;
  if (!one) {
    void queryClient.invalidateQueries({ queryKey: noticesQuery.queryKey, refetchType: 'all' }).then(() => {
      const unread = new Set(known().filter((other) => !other.read).map((other) => other.id));
      dropToasts((toast) => !unread.has(toast.id));
    });
    // Not before the last of what is being chosen here is kept: it would be shown as it was.
    if (queryClient.isMutating({ mutationKey: CHOOSING }) === 0)
      void queryClient.invalidateQueries({ queryKey: noticeSettingsQuery.queryKey, refetchType: 'all' });
    return;
  }
  put(one);
  if (one.read) return;
  const here = looking(one.conversation_id);
  const name = `switchboard.notice ${one.id} ${one.at}`;
  if (here) {
    void once(name, 0, () => { void markNotices(true, [one.id]).catch(() => undefined); });
    return;
  }
  const { page, sound, desktop } = changed.ways;
  const { toasts } = useNotices.getState();
  // One that stands there counts on, though it is told aloud once.
  if (page || toasts.some((other) => other.id === one.id)) {
    useNotices.setState({ toasts: [...toasts.filter((other) => other.id !== one.id), one].slice(-TOASTS_MAX) });
    // Of what customers write the inbox says itself.
    if (page && one.class !== 'new' && one.class !== 'unassigned') announce(() => noticeWords(one));
  }
  if (!sound && !desktop) return;
  void once(name, turn(one), () => {
    if (sound) void settings().then(({ volume }) => play(one.class, volume ?? 50));
    if (desktop && !document.hasFocus()) onDesktop(one);
  });
}

const settings = () => queryClient.ensureQueryData(noticeSettingsQuery);

function setUnread(unread: number): void {
  useNotices.setState({ unread });
}

/** What I look at now I have seen, whatever of it was told. */
function see(): void {
  const { openId } = usePlace.getState();
  if (openId === null || !looking(openId)) return;
  const ids = known().filter((one) => one.conversation_id === openId && !one.read).map((one) => one.id);
  if (ids.length > 0) void markNotices(true, ids).catch(() => undefined);
}

/** The line is there: what was missed is read anew. */
export async function refresh(): Promise<void> {
  await queryClient.fetchInfiniteQuery({ ...noticesQuery, staleTime: 0 });
  const first = queryClient.getQueryData(noticesQuery.queryKey)?.pages[0];
  if (first) setUnread(first.unread_count);
  see();
}

/** Somebody chose what the browser had told them while this page was elsewhere. */
function goTo({ data }: MessageEvent<{ goTo?: unknown } | null>): void {
  const path = data?.goTo;
  // Only addresses of this app.
  if (typeof path !== 'string' || !/^\/inbox(\/|$)/.test(path)) return;
  void import('@/router').then(({ router }) => router.navigate({ href: path }));
}

let stop: (() => void) | null = null;

/** Begins for whoever is signed in. */
export function startNotices(meId: string): void {
  stop?.();
  useNotices.setState({ unread: 0, toasts: [], muted: false });
  const showFavicon = () => { favicon(useNotices.getState().unread); };
  const signs = ['pointerdown', 'keydown'] as const;
  for (const sign of signs) window.addEventListener(sign, allowSounds, { capture: true, passive: true });
  window.addEventListener('focus', see);
  document.addEventListener('visibilitychange', see);
  const leave = [usePlace.subscribe(see), useNotices.subscribe(showFavicon), queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.query.queryKey[0] === 'notifications') {
      const first = queryClient.getQueryData(noticesQuery.queryKey)?.pages[0];
      if (event.action.type === 'success' && !event.action.manual && first) setUnread(first.unread_count);
    }
  })];
  void settings().catch(() => undefined);
  const workers = 'serviceWorker' in navigator ? navigator.serviceWorker : null;
  workers?.addEventListener('message', goTo);
  tellWords();
  void keepPush(meId).catch(() => undefined);
  stop = () => {
    stop = null;
    for (const sign of signs) window.removeEventListener(sign, allowSounds, { capture: true });
    window.removeEventListener('focus', see);
    document.removeEventListener('visibilitychange', see);
    for (const end of leave) end();
    workers?.removeEventListener('message', goTo);
    useNotices.setState({ unread: 0, toasts: [], muted: false });
    favicon(0);
  };
}

export function stopNotices(): void {
  stop?.();
}
