import { Clock } from 'lucide-react';
import { useAfter, useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { useFresh, useLink } from '@/lib/inbox/store';
import { moment } from '@/lib/time';

/** Of a line that is only just lost nothing is said yet, in milliseconds. */
const PATIENCE_MS = 1_500;

/** When what is on the screen was the newest; nothing where it is. */
export function useAsOf(): string | null {
  const asOf = useFresh((state) => state.asOf);
  const live = useLink((link) => link.state === 'live');
  const now = useMinute();
  const shown = useAfter(asOf !== null && !live, PATIENCE_MS);
  return shown && asOf !== null ? t('connection.asOf', { time: moment(new Date(asOf).toISOString(), now) }) : null;
}

export function AsOf() {
  const words = useAsOf();
  return words && <span className="pill num" role="status" data-as-of><Clock size={12} aria-hidden="true" />{words}</span>;
}
