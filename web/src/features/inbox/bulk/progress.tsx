import { t, written } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { useBulk } from '@/lib/inbox/selection';

/** How far a bulk change is; it goes on whether somebody looks or not. */
export function BulkProgress() {
  const running = useBulk((state) => state.running);
  if (!running) return null;
  const { done, total } = running;
  const words = done === 0 ? t('bulk.waits') : t('bulk.running', { done: written(done), total: written(total) });
  return (
    <div className="flex flex-none items-center gap-2 border-b border-line bg-info-soft px-4 py-1.5 text-[12px] leading-4">
      <progress className="h-1.5 min-w-0 flex-1 accent-[var(--accent)]" aria-label={t('bulk.progress')} max={total} value={done} />
      <span className="num text-text-2" role="status">{words}</span>
    </div>
  );
}
