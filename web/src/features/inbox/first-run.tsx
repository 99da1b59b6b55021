import { Check } from 'lucide-react';
import { Suspense, useEffect } from 'react';
import type { Connection } from '@/components/connect-channel';
import { PatchField } from '@/components/patch-field';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { later } from '@/lib/later';
import { useMay, useMe } from '@/lib/people';
import { firstName } from '@/lib/words';

const ConnectChannelForm = later(() => import('@/components/connect-channel'));

/** Nothing is connected yet: the one thing to do. Stays while a number is being connected, until what is shown of it was seen. */
export function FirstRun({ connection, onConnection, onConnecting }: { connection: Connection | null; onConnection: (connection: Connection | null) => void; onConnecting: (connecting: boolean) => void }) {
  const { user, workspace } = useMe();
  const allowed = useMay('manage_channels');
  useEffect(() => () => { onConnecting(false); }, [onConnecting]);
  return (
    <main className="flex min-w-0 flex-1 items-center justify-center gap-11 overflow-y-auto bg-surface px-4 py-8 sm:px-8" data-pane>
      <div className="my-auto w-full max-w-[500px] flex-none">
        <h1 className="text-[24px] leading-8 font-[650] tracking-[-0.02em]">{t('firstRun.title', { name: firstName(user.name) })}</h1>
        <p className="mt-1 mb-[22px] text-[14px] leading-5 text-text-2">{t('firstRun.text')}</p>
        <ol className="overflow-hidden rounded-[14px] border border-line-2">
          <Step mark={<Check size={14} aria-hidden="true" />} look="bg-ok-soft text-ok border-transparent" title={t('firstRun.workspace')} text={workspace.name} />
          <Step mark="2" look="bg-accent text-on-accent border-accent" title={t('connect.title')} now>
            <div className="mt-2">
              {!allowed && <p className="text-text-2">{t('firstRun.others')}</p>}
              {allowed && <Suspense fallback={null}>
                <ConnectChannelForm
                  kept={{ connection, onConnection }}
                  onConnecting={onConnecting}
                  onDone={() => {
                    onConnection(null);
                    onConnecting(false);
                  }}
                />
              </Suspense>}
            </div>
          </Step>
          <Step mark="3" look="border-line-2 text-text-2" title={t('firstRun.hello')} text={t('firstRun.helloText')} />
        </ol>
      </div>
      <div className="hidden min-[1240px]:block"><PatchField /></div>
    </main>
  );
}

function Step({ mark, look, title, text, now = false, children }: { mark: React.ReactNode; look: string; title: string; text?: string; now?: boolean; children?: React.ReactNode }) {
  return (
    <li className={`flex gap-3 border-t border-line px-4 py-3.5 first:border-t-0 ${now ? 'bg-accent-soft' : ''}`} aria-current={now ? 'step' : undefined}>
      <span className={`grid size-6 flex-none place-items-center rounded-full border-[1.5px] text-[12px] font-semibold ${look}`}>{mark}</span>
      <div className="min-w-0 flex-1">
        <h2 className="font-semibold">{title}</h2>
        {text && <p className="text-text-2">{text}</p>}
        {children}
      </div>
    </li>
  );
}
