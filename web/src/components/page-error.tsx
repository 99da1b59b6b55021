import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { NoAnswer } from '@/api/client';
import { t } from '@/lib/i18n';

export function PageError({ error }: ErrorComponentProps) {
  return (
    <main className="grid h-full place-content-center gap-2 p-6 text-center">
      <h1 className="pane-title">{error instanceof NoAnswer ? t('error.noAnswer') : t('error.title')}</h1>
      <p className="text-text-2">{t('error.text')}</p>
      {!(error instanceof NoAnswer) && <code className="text-[12px] text-text-3">{String(error)}</code>}
      <div className="mt-2">
        <button type="button" className="btn primary" onClick={() => { location.reload(); }}>{t('error.reload')}</button>
      </div>
    </main>
  );
}

export function PageMissing() {
  return (
    <main className="grid h-full flex-1 place-content-center gap-2 p-6 text-center">
      <h1 className="pane-title">{t('error.notFound')}</h1>
      <p><Link to="/inbox" className="link">{t('error.toInbox')}</Link></p>
    </main>
  );
}
