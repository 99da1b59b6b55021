import { ChevronsDown, RefreshCw, WifiOff } from 'lucide-react';
import { t } from '@/lib/i18n';
import { useInbox, useLink } from '@/lib/inbox/store';

/** Says what the line to the server does. */
export function ConnectionPill({ hideLive = false }: { hideLive?: boolean }) {
  const link = useLink();
  const queued = useInbox((state) => state.pending.filter((one) => one.state !== 'refused').length);
  const state = link.state === 'connecting' ? 'reconnecting' : link.state;
  const hidden = hideLive && link.state === 'live';
  return (
    <div role="status" aria-label={t('connection.label')} data-connection={state} className={hidden ? 'sr-only' : 'flex'}>
      {link.state === 'live' && (
        <span className="pill bare"><span className="dot" />{t('connection.live')}</span>
      )}
      {link.state === 'connecting' && (
        <span className="pill bare"><RefreshCw size={12} aria-hidden="true" />{t('connection.connecting')}</span>
      )}
      {link.state === 'reconnecting' && (
        <span className="pill warn num"><RefreshCw size={12} aria-hidden="true" />{t('connection.reconnecting', { seconds: link.seconds })}</span>
      )}
      {link.state === 'catching_up' && (
        <span className="pill info num">
          <ChevronsDown size={12} aria-hidden="true" />
          {link.missing === null ? t('connection.catchingUpAll') : t('connection.catchingUp', { count: link.missing })}
        </span>
      )}
      {link.state === 'offline' && (
        <span className="pill num">
          <WifiOff size={12} aria-hidden="true" />
          {queued > 0 ? t('connection.offline', { count: queued }) : t('connection.offlineNone')}
        </span>
      )}
    </div>
  );
}
