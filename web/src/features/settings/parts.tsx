import type { ReactNode } from 'react';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';

/** What every section of the settings begins with. */
export function Head({ title, text, action }: { title: string; text: string; action?: ReactNode }) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-3 pt-5 pb-4">
      <div>
        <h2 className="text-[20px] leading-7 font-[650] tracking-[-0.02em]">{title}</h2>
        <p className="text-text-2">{text}</p>
      </div>
      {action}
    </header>
  );
}

/** What stands where the section could not be loaded. */
export function LoadError({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <p className="text-bad" role="alert">
      {t('settings.loadFailed', { detail: wordsOf(error) })} <button type="button" className="link" onClick={onRetry}>{t('app.tryAgain')}</button>
    </p>
  );
}
