import { Search } from 'lucide-react';
import { Tip } from '@/components/tip';
import { openDialog } from '@/lib/dialogs';
import { t } from '@/lib/i18n';
import { shortcuts } from '@/lib/shortcuts';

/** Opens search. */
export function SearchButton() {
  return (
    <Tip label={t('areas.search')} keys={shortcuts.search}>
      <button type="button" className="btn plain icon small" aria-label={t('areas.search')} onClick={() => { openDialog('search'); }}>
        <Search size={16} aria-hidden="true" />
      </button>
    </Tip>
  );
}
