import { useNavigate } from '@tanstack/react-router';
import { Keys } from '@/components/keys';
import { Modal } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { usePreferences } from '@/lib/preferences';
import { shortcutGroups, shortcutName } from '@/lib/shortcut-list';
import { shortcuts } from '@/lib/shortcuts';

/** All the keys as they are now, in the platform's own glyphs. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const { sendWith } = usePreferences();
  const navigate = useNavigate();
  // Keys that are the same everywhere, and are nobody's to choose.
  const fixed: Record<string, [string, string][]> = {
    everywhere: [[t('keys.escape'), 'Esc']],
    inList: [[t('keys.move'), '↑+↓'], [t('keys.open'), 'Enter']],
    inConversation: [
      [t('composer.send'), sendWith === 'enter' ? 'Enter' : 'Mod+Enter'],
      [t('keys.newLine'), sendWith === 'enter' ? 'Shift+Enter' : 'Enter'],
      [t('keys.sendTemplate'), 'Mod+Enter'],
      [t('keys.saved'), '/'],
      [t('keys.emoji'), ':'],
      [t('keys.mention'), '@'],
    ],
  };
  return (
    <Modal
      title={t('keys.title')}
      onClose={onClose}
      footer={
        <button type="button" className="btn" onClick={() => { onClose(); void navigate({ to: '/settings/$section', params: { section: 'appearance' }, hash: 'keys' }); }}>{t('keys.change')}</button>
      }
    >
      {shortcutGroups.map(({ heading, names }) => (
        <section key={heading} className="mb-3">
          <h3 className="mb-1 text-[12px] leading-4 font-semibold text-text-2">{t(`keys.${heading}`)}</h3>
          <dl>
            {[...names.filter((name) => shortcuts[name] !== '').map((name): [string, string] => [shortcutName(name), shortcuts[name]]), ...(fixed[heading] ?? [])].map(([label, key]) => (
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
