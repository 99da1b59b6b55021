/** The provider's sign-up, in a window of its own. It comes back to a page of ours, which tells the one that opened it. */
import type { SignUpOptions } from '@/api/types';

/** Where the window tells what came of it. */
export const SIGN_UP_CHANNEL = 'switchboard.sign-up';

/** What the window came back with; no code where nothing was shared. */
export type SignUpResult = { state: string; code: string | null };

/** The window was kept from opening. */
export class Blocked extends Error {}

/**
 * Opens the provider's window and waits for what comes of it: a code, or nothing where it was refused there or given up
 * here. `phone`: the number stays in the phone's app. `onOther`: an answer came that is not of this sign-up. Whether the window was closed cannot be seen: the provider's pages
 * may cut it off from whoever opened it.
 */
export function openSignUp(options: SignUpOptions, phone: boolean, signal: AbortSignal, onOther: () => void): Promise<string | null> {
  const state = crypto.randomUUID();
  const address = new URL((phone ? options.phone_dialog_url : options.dialog_url) ?? '');
  address.searchParams.set('redirect_uri', options.redirect_uri ?? '');
  address.searchParams.set('state', state);
  const opened = window.open(address, 'switchboard-sign-up', 'popup,width=680,height=760');
  if (!opened) return Promise.reject(new Blocked());
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(SIGN_UP_CHANNEL);
    const end = (code: string | null) => {
      channel.close();
      resolve(code);
    };
    channel.onmessage = ({ data }: MessageEvent<SignUpResult>) => {
      // Another tab may sign up as well, so ours may still come; and nobody else knows what was asked for here.
      if (data.state === state) end(data.code);
      else onOther();
    };
    signal.addEventListener('abort', () => {
      opened.close();
      end(null);
    });
  });
}
