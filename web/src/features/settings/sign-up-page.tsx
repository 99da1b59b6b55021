import { useEffect } from 'react';
import { useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { SIGN_UP_CHANNEL, type SignUpResult } from '@/lib/sign-up';

/** Where the provider's window comes back to: tells the page that opened it, and closes. */
export function SignUpPage() {
  useTitle(t('signUpWindow.title'));
  const search = new URLSearchParams(window.location.search);
  const code = search.get('code');
  useEffect(() => {
    const query = new URLSearchParams(window.location.search);
    const result: SignUpResult = { state: query.get('state') ?? '', code: query.get('code') };
    // The code is good once and for 30 seconds; it does not stay in the history.
    window.history.replaceState(null, '', '/sign-up');
    const channel = new BroadcastChannel(SIGN_UP_CHANNEL);
    channel.postMessage(result);
    channel.close();
    window.close();
  }, []);
  return (
    <main className="grid h-full place-items-center bg-surface p-6 text-center">
      <h1 className="text-[15px] leading-5 font-semibold">{t(code ? 'signUpWindow.done' : 'signUpWindow.refused')}</h1>
    </main>
  );
}
