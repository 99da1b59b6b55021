import { TimerOff } from 'lucide-react';
import { t } from '@/lib/i18n';
import { longLeft, minutesLeft, shortLeft, type WindowFacts } from '@/lib/window';

const LENGTH = 2 * Math.PI * 8;

export function Ring({ facts, size = 14 }: { facts: WindowFacts; size?: number }) {
  return (
    <svg className={`window-ring ${facts.state}`} width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="8" />
      <circle cx="10" cy="10" r="8" strokeDasharray={`${(LENGTH * facts.fraction).toFixed(1)} 99`} />
    </svg>
  );
}

export function windowName(facts: WindowFacts): string {
  if (facts.state === 'closed' || facts.state === 'none') return t('window.closedShort');
  const minutes = minutesLeft(facts.leftMs);
  return minutes < 60
    ? t('window.closesIn', { count: minutes })
    : t('window.closesInHours', { left: longLeft(facts.leftMs) });
}

/** The window on a card: ring and time, or closed. Nothing where it never opened. */
export function WindowMark({ facts }: { facts: WindowFacts }) {
  if (facts.state === 'none') return null;
  if (facts.state === 'closed')
    return (
      <span className="window closed">
        <TimerOff size={12} aria-hidden="true" />
        {t('window.closedShort')}
      </span>
    );
  return (
    <span className={`window ${facts.state}`} role="img" aria-label={windowName(facts)}>
      <Ring facts={facts} />
      {shortLeft(facts.leftMs)}
    </span>
  );
}
