/** All the keys by where they work, with what each does in words. */
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import type { ShortcutName } from '@/lib/shortcuts';

export const shortcutGroups = [
  { heading: 'everywhere', names: ['menu', 'search', 'sheet', 'help', 'undo', 'inbox', 'reports', 'settings', 'alerts', 'panes'] },
  { heading: 'inList', names: ['next', 'previous', 'nextTab', 'tick'] },
  { heading: 'inConversation', names: ['reply', 'note', 'attach', 'resolve', 'resolveNext', 'snooze', 'details'] },
] as const satisfies { heading: string; names: ShortcutName[] }[];

export function shortcutName(name: ShortcutName): string {
  switch (name) {
    case 'menu':
    case 'search':
    case 'sheet':
    case 'undo':
    case 'panes':
    case 'nextTab':
    case 'attach':
    case 'tick':
      return t(`keys.${name}`);
    case 'help':
      return t('keys.sheetSingle');
    case 'alerts':
      return t('areas.alertsNone');
    case 'inbox':
    case 'reports':
    case 'settings':
      return t(`areas.${name}`);
    default:
      return t(`actions.${name}`);
  }
}
