import { CircleAlert, Clock } from 'lucide-react';
import { Rich } from '@/components/rich';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { isMeanwhile, standing } from '@/lib/inbox/meanwhile';
import { sendAgain, takeBack } from '@/lib/inbox/outbox';
import type { Change, Pending } from '@/lib/inbox/state';

/** A change that waits for the line, or that was met by another one. */
export function WaitingChange({ pending, act, offline }: { pending: Pending; act: Change; offline: boolean }) {
  const { id, state, problem } = pending;
  const what = standing(act.path, act.to);
  if (state === 'refused')
    return (
      <article className="system !text-bad" aria-label={what} data-change="refused">
        <CircleAlert size={14} aria-hidden="true" />
        <span role="status"><Rich text={t('change.refused', { what })} /> {problem?.detail || problem?.title}</span>
        <span className="flex gap-3">
          <button type="button" className="link" onClick={() => { sendAgain(id); }}>{isMeanwhile(problem) ? t('change.anyway') : t('app.tryAgain')}</button>
          <button type="button" className="link" onClick={() => { takeBack(id); }}>{t('change.leave')}</button>
        </span>
      </article>
    );
  return (
    <article className="system" aria-label={what} data-change="waiting">
      <Clock size={14} aria-hidden="true" />
      <span><Rich text={offline ? t('change.waitsOffline', { what }) : t('change.waits', { what })} /></span>
      <button type="button" className="link" onClick={() => { takeBack(id); }}>{t('thread.cancel')}</button>
    </article>
  );
}
