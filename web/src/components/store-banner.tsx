import { Clock, HardDrive } from 'lucide-react';
import type { StoreCondition } from '@/api/types';
import { t } from '@/lib/i18n';
import { useServerStore } from '@/lib/inbox/store';

/** What is wrong with the server's store, as long as something is, and what to do about it. */
export function StoreBanner() {
  const condition = useServerStore((state) => state.condition);
  // There before it has anything to say, so that what it says is read out.
  return (
    <div role="status" aria-label={t('store.label')} data-store={condition}>
      {condition !== 'ok' && (
        <p className={condition === 'slow' ? 'banner warn' : 'banner'}>
          {condition === 'slow' ? <Clock size={16} aria-hidden="true" /> : <HardDrive size={16} aria-hidden="true" />}
          {wordsFor(condition)}
        </p>
      )}
    </div>
  );
}

function wordsFor(condition: Exclude<StoreCondition, 'ok'>): string {
  switch (condition) {
    case 'slow':
    case 'full':
    case 'read_only':
    case 'failed':
    case 'damaged':
      return t(`store.${condition}`);
    default:
      // A later server knows more than this page.
      return t('store.other', { condition: condition satisfies never });
  }
}
