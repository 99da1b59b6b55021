import { Search } from 'lucide-react';
import { Tip } from '@/components/tip';
import { openDialog } from '@/lib/dialogs';
import { t } from '@/lib/i18n';
import { usePreferences } from '@/lib/preferences';
import { shortcuts } from '@/lib/shortcuts';

/** Opens search. */
export function SearchButton() {
  const single = usePreferences((preferences) => preferences.singleKeys);
  return (
    <Tip label={t('areas.search')} {...(single ? { keys: shortcuts.search } : {})}>
      <button type="button" className="btn plain icon small" aria-label={t('areas.search')} onClick={() => { openDialog('search'); }}>
        <Search size={16} aria-hidden="true" />
      </button>
    </Tip>
  );
}
