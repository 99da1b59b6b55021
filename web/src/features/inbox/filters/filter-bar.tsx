import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, Link2, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { ask } from '@/api/client';
import { queryClient, viewsQuery } from '@/api/queries';
import type { FilterCondition, SavedView } from '@/api/types';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm } from '@/components/modal';
import { ConditionChips } from '@/components/condition-chips';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { wordsOf } from '@/lib/inbox/actions';
import { isChanged, wholeFilter } from '@/lib/inbox/filters';
import { listName, totalName, type ListKey } from '@/lib/inbox/state';
import { useNames } from '@/lib/inbox/names';
import { useInbox } from '@/lib/inbox/store';
import { useMay, useSavedView } from '@/lib/people';
import { showToast } from '@/lib/toast';

const SaveView = lazy(() => import('@/features/inbox/filters/save-view').then((module) => ({ default: module.SaveView })));

type Props = {
  list: ListKey;
  /** The list of fields is to be open. */
  opens: boolean;
  onClose: () => void;
};

/** What else must hold for a conversation to be in the list: one chip for each condition, and how many are found. */
export function FilterBar({ list, opens, onClose }: Props) {
  const navigate = useNavigate();
  const filter = list.filter ?? [];
  const saved = useSavedView(list.saved);
  const names = useNames();
  const plainTotal = useInbox((state) => state.totals[totalName(list.view, list.status)]?.count);
  const askedTotal = useInbox((state) => state.lists[listName(list)]?.total);
  const total = askedTotal ?? (filter.length === 0 ? plainTotal : undefined);
  const manages = useMay('manage_inbox');
  const [saving, setSaving] = useState<'new' | 'rename' | null>(null);
  const [deleting, setDeleting] = useState(false);

  const go = (next: FilterCondition[]) => void navigate({ to: '.', search: { ...list, filter: next }, replace: true });
  const mayChange = saved !== undefined && (!saved.shared || manages);
  const changed = saved !== undefined && isChanged(list, saved);

  const update = async () => {
    if (!saved) return;
    try {
      await ask<SavedView>(`/views/${saved.id}`, { method: 'PATCH', ifMatch: `"${String(saved.version)}"`, body: { filter, sort: list.sort } });
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey });
      showToast({ error: false, words: t('saved.saved', { name: saved.name }) });
      void navigate({ to: '.', search: { saved: saved.id }, replace: true });
    } catch (error) {
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey });
      const meanwhile = error instanceof Error && 'status' in error && error.status === 412;
      showToast({ error: true, words: meanwhile ? t('saved.changedMeanwhile') : t('saved.saveFailed', { detail: wordsOf(error) }) });
    }
  };
  const remove = async () => {
    if (!saved) return;
    setDeleting(false);
    try {
      await ask(`/views/${saved.id}`, { method: 'DELETE' });
      showToast({ error: false, words: t('saved.deleted', { name: saved.name }) });
      await navigate({ to: '/inbox', search: { view: 'all' } });
      await queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey });
    } catch (error) {
      showToast({ error: true, words: t('saved.deleteFailed', { detail: wordsOf(error) }) });
    }
  };
  const copyLink = async () => {
    const done = await navigator.clipboard.writeText(`${location.origin}/inbox?saved=${saved?.id ?? ''}`).then(() => true, () => false);
    showToast({ error: !done, words: done ? t('saved.copied') : t('saved.notCopied') });
  };

  return (
    <div className="filter-bar" role="group" aria-label={t('filter.label')}>
      <ConditionChips filter={filter} names={names} opens={opens} onChange={go} onClose={onClose} />
      <span className="ms-auto flex items-center gap-1.5">
        {total !== undefined && <span className="num text-[12px] text-text-3" role="status">{t('filter.found', { count: total })}</span>}
        {filter.length > 0 && !saved && <button type="button" className="link text-[12px]" onClick={() => { go([]); }}>{t('filter.clear')}</button>}
        {filter.length > 0 && !saved && <button type="button" className="link text-[12px]" onClick={() => { setSaving('new'); }}>{t('saved.save')}</button>}
        {changed && mayChange && <button type="button" className="link text-[12px]" onClick={() => void update()}>{t('saved.update')}</button>}
        {changed && <button type="button" className="link text-[12px]" onClick={() => { setSaving('new'); }}>{t('saved.save')}</button>}
        {saved && (
          <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('saved.more')}><Ellipsis size={16} aria-hidden="true" /></button>}>
            <MenuItem icon={<Link2 size={16} aria-hidden="true" />} onSelect={() => void copyLink()}>{t('saved.copy')}</MenuItem>
            {mayChange && <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setSaving('rename'); }}>{t('saved.rename')}</MenuItem>}
            {mayChange && <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setDeleting(true); }}>{t('saved.delete')}</MenuItem>}
          </Menu>
        )}
      </span>
      {saving && (
        <Suspense fallback={null}>
          <SaveView {...(saving === 'rename' && saved ? { view: saved } : {})} filter={saved ? filter : wholeFilter(list)} sort={list.sort} onClose={() => { setSaving(null); }} />
        </Suspense>
      )}
      {deleting && saved && (
        <Confirm
          title={t('saved.deleteTitle', { name: saved.name })}
          text={saved.shared ? t('saved.deleteShared') : t('saved.deleteText')}
          action={t('saved.delete')}
          onConfirm={() => void remove()}
          onClose={() => { setDeleting(false); }}
        />
      )}
    </div>
  );
}
