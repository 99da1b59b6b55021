import { Keys } from '@/components/keys';
import { Modal } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { usePreferences } from '@/lib/preferences';
import { shortcuts } from '@/lib/shortcuts';

/** All the keys, in the platform's own glyphs. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const { singleKeys, sendWith } = usePreferences();
  const groups: [string, [string, string][]][] = [
    [
      t('keys.everywhere'),
      [
        [t('keys.menu'), shortcuts.menu],
        [t('keys.sheet'), shortcuts.sheet],
        ...(singleKeys ? ([[t('keys.search'), shortcuts.search], [t('keys.sheet'), '?'], [t('keys.undo'), 'Z']] as [string, string][]) : []),
        [t('areas.inbox'), shortcuts.inbox],
        [t('areas.settings'), shortcuts.settings],
        [t('keys.panes'), shortcuts.panes],
        [t('keys.escape'), 'Esc'],
      ],
    ],
    [
      t('keys.inList'),
      [
        [t('actions.next'), shortcuts.next],
        [t('actions.previous'), shortcuts.previous],
        [t('keys.nextTab'), shortcuts.nextTab],
        [t('keys.move'), '↑+↓'],
        [t('keys.open'), 'Enter'],
        [t('keys.tick'), shortcuts.tick],
        [t('keys.tickMore'), 'Shift+↓'],
        [t('keys.cardMenu'), 'Shift+F10'],
      ],
    ],
    [
      t('keys.inConversation'),
      [
        [t('actions.reply'), shortcuts.reply],
        [t('actions.note'), shortcuts.note],
        [t('composer.send'), sendWith === 'enter' ? 'Enter' : 'Mod+Enter'],
        [t('keys.sendTemplate'), 'Mod+Enter'],
        [t('actions.resolve'), shortcuts.resolve],
        [t('actions.resolveNext'), shortcuts.resolveNext],
        [t('actions.snooze'), shortcuts.snooze],
        [t('actions.details'), shortcuts.details],
      ],
    ],
  ];
  return (
    <Modal title={t('keys.title')} onClose={onClose}>
      {groups.map(([heading, keys]) => (
        <section key={heading} className="mb-3">
          <h3 className="mb-1 text-[12px] leading-4 font-semibold text-text-2">{heading}</h3>
          <dl>
            {keys.map(([label, key]) => (
              <div key={`${label} ${key}`} className="flex min-h-[30px] items-center justify-between border-b border-line">
                <dt>{label}</dt>
                <dd><Keys of={key} /></dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Modal>
  );
}
