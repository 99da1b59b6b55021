import type { CSSProperties } from 'react';
import type { PresenceState } from '@/api/types';
import { t } from '@/lib/i18n';

function initials(name: string): string {
  const words = name.replace(/[^\p{L}\p{N}\s]/gu, ' ').trim().split(/\s+/).filter(Boolean);
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  if (/^\d/.test(first)) return first.slice(-2);
  return ([...first][0] ?? '?').toUpperCase() + ([...last][0] ?? '').toUpperCase();
}

function tint(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum % 10;
}

/** The channel's mark: a generic bubble, no logo. */
export function ChannelGlyph({ tile = false }: { tile?: boolean }) {
  const size = tile ? 18 : 10;
  return (
    <span className={tile ? 'channel-tile' : 'channel'}>
      <svg viewBox="0 0 10 10" width={size} height={size} aria-hidden="true">
        <path d="M5.2 1.2a3.7 3.7 0 0 0-3.3 5.3L.7 9.5l3-1.1A3.7 3.7 0 1 0 5.2 1.2Z" fill="currentColor" />
      </svg>
      <span className="sr-only">{t('avatar.whatsapp')}</span>
    </span>
  );
}

/** Initials on one of ten tints by id. The dot is for those who see it: words beside the avatar say the same. */
export function Avatar({ id, name, size = 32, channel = false, presence }: { id: string; name: string; size?: number; channel?: boolean; presence?: PresenceState }) {
  return (
    <span className={`avatar tint-${String(tint(id))}`} style={{ '--size': `${String(size)}px` } as CSSProperties}>
      <span aria-hidden="true">{initials(name)}</span>
      {channel && <ChannelGlyph />}
      {presence && <span className={`presence ${presence}`} aria-hidden="true" />}
    </span>
  );
}
