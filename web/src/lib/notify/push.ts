/** This browser as one that is reached while no page is open. */
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { PushBrowser } from '@/api/types';
import { pushQuery } from '@/lib/notify/mark';
import { pushWords } from '@/lib/notify/words';

/** Who asked this browser to be reached: nobody else who signs in here is. */
const KEY = 'switchboard.push';

export const canPush = () => 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(raw, (char) => char.charCodeAt(0));
}

const worker = async () => {
  await navigator.serviceWorker.register('/offline.js');
  return navigator.serviceWorker.ready;
};

/** Does the browser know this key of the server's? */
function knows(subscription: PushSubscription, key: string): boolean {
  const theirs = subscription.options.applicationServerKey;
  if (!theirs) return false;
  const [a, b] = [new Uint8Array(theirs), bytesOf(key)];
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

async function subscribe(meId: string, key: string): Promise<PushBrowser> {
  const { pushManager } = await worker();
  const before = await pushManager.getSubscription();
  if (before && !knows(before, key)) await before.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) });
  const { endpoint, keys } = subscription.toJSON();
  const told = await ask<PushBrowser>('/push-subscriptions', { method: 'POST', body: { endpoint, keys: { p256dh: keys?.['p256dh'], auth: keys?.['auth'] } } });
  localStorage.setItem(KEY, meId);
  await queryClient.invalidateQueries({ queryKey: pushQuery.queryKey });
  return told;
}

/** Has this browser be reached; asks for the permission where nobody did yet. */
export async function startPush(meId: string): Promise<void> {
  const { public_key: key } = await queryClient.fetchQuery({ ...pushQuery, staleTime: 0 });
  if (!key || !canPush()) return;
  if ((await Notification.requestPermission()) !== 'granted') return;
  await subscribe(meId, key);
}

/** This browser is reached no more; what the server had of it is of no use then. */
export async function stopPush(): Promise<void> {
  localStorage.removeItem(KEY);
  if (!canPush()) return;
  const registration = await navigator.serviceWorker.getRegistration();
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}

/** Whoever asked for it is here again: the server hears how this browser is reached now. Of anybody else it is not. */
export async function keepPush(meId: string): Promise<void> {
  if (!canPush()) return;
  const who = localStorage.getItem(KEY);
  if (who === null) return;
  if (who !== meId) {
    await stopPush();
    return;
  }
  if (Notification.permission !== 'granted') return;
  const { public_key: key } = await queryClient.fetchQuery(pushQuery);
  if (key) await subscribe(meId, key);
}

/** Is this browser reached for this person? */
export const isPushed = (meId: string) => canPush() && localStorage.getItem(KEY) === meId && Notification.permission === 'granted';

/** The worker tells in the language of the page. */
export function tellWords(): void {
  if (!('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.ready
    .then(({ active }) => { active?.postMessage({ words: pushWords(), dir: document.documentElement.dir || 'ltr', lang: document.documentElement.lang }); })
    .catch(() => undefined);
}
