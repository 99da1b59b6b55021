import type { Priority } from '@/api/types';
import { t } from '@/lib/i18n';
import { priorityName } from '@/lib/words';

const BARS: Partial<Record<Priority, number>> = { low: 1, medium: 2, high: 3 };

/** How urgent it is: one to three bars, or a square with an exclamation mark. Nothing where nobody said. */
export function PriorityMark({ priority, quiet = false }: { priority: Priority | undefined; quiet?: boolean }) {
  if (!priority || priority === 'none') return null;
  const name = t('priority.name', { name: priorityName(priority) });
  const bars = BARS[priority] ?? 0;
  const said = quiet ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name };
  return (
    <svg width={14} height={14} viewBox="0 0 14 14" className={priority === 'urgent' ? 'flex-none !text-bad-solid' : 'flex-none text-text-2'} {...said}>
      {priority === 'urgent' ? (
        <>
          <rect x={1} y={1} width={12} height={12} rx={3} fill="currentColor" />
          <path d="M7 3.6v4.2M7 10.2v.2" stroke="var(--surface)" strokeWidth={1.75} strokeLinecap="round" />
        </>
      ) : (
        [0, 1, 2].map((bar) => <rect key={bar} x={1.5 + bar * 4} y={8.5 - bar * 3} width={2.6} height={4 + bar * 3} rx={1} fill="currentColor" opacity={bar < bars ? 1 : 0.28} />)
      )}
    </svg>
  );
}
