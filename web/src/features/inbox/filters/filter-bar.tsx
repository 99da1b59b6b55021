import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, Link2, Pencil, Plus, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { ask } from '@/api/client';
import { queryClient, viewsQuery } from '@/api/queries';
import type { FilterCondition, SavedView } from '@/api/types';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { Confirm } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { wordsOf } from '@/lib/inbox/actions';
import { conditionOf, conditionWords, fieldName, FIELDS, isChanged, keysOf, kindOf, MAX_CONDITIONS, valuesOf, wholeFilter, type Field, type Names } from '@/lib/inbox/filters';
import { listName, totalName, type ListKey } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import { useAnswering, useChannels, useLabels, useMay, useSavedView, useTeams } from '@/lib/people';
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
  const names: Names = {
    users: useAnswering(),
    teams: useTeams() ?? [],
    channels: useChannels() ?? [],
    labels: useLabels() ?? [],
    meId: useInbox((state) => state.meId),
  };
  const plainTotal = useInbox((state) => state.totals[totalName(list.view, list.status)]?.count);
  const askedTotal = useInbox((state) => state.lists[listName(list)]?.total);
  const total = askedTotal ?? (filter.length === 0 ? plainTotal : undefined);
  const manages = useMay('manage_inbox');
  /** A field that was chosen and says nothing yet. */
  const [begun, setBegun] = useState<Field | null>(null);
  // The list of fields closes in the moment in which one is chosen.
  const chosen = useRef<Field | null>(null);
  /** The chip whose menu is open. */
  const [open, setOpen] = useState<number | 'add' | 'begun' | null>(opens ? 'add' : null);
  const [saving, setSaving] = useState<'new' | 'rename' | null>(null);
  const [deleting, setDeleting] = useState(false);
  useEffect(() => { if (opens) setOpen('add'); }, [opens]);

  const go = (next: FilterCondition[]) => void navigate({ to: '.', search: { ...list, filter: next }, replace: true });
  const change = (index: number, next: FilterCondition | null) => { go(next ? filter.with(index, next) : filter.toSpliced(index, 1)); };
  const begin = (field: Field) => {
    if (kindOf(field) === 'flag') {
      const whole = conditionOf(field, [], false);
      if (whole) go([...filter, whole]);
      onClose();
      return;
    }
    chosen.current = field;
    setBegun(field);
    // Once the list of fields is gone.
    setTimeout(() => { setOpen('begun'); }, 0);
  };
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
      {filter.map((condition, index) => (
        <span key={`${condition.field} ${String(index)}`} className="chip-group" data-on>
          <Menu
            align="start"
            open={open === index}
            onOpenChange={(on) => { setOpen(on ? index : null); }}
            trigger={
              <button type="button" className="chip" aria-label={t('filter.edit', { name: conditionWords(condition, names) })}>
                <span className="truncate">{conditionWords(condition, names)}</span>
              </button>
            }
          >
            <Choices field={condition.field} condition={condition} names={names} onChange={(next) => { change(index, next); }} />
          </Menu>
          <button type="button" className="chip-off" aria-label={t('filter.off', { name: conditionWords(condition, names) })} onClick={() => { change(index, null); }}>
            <X size={12} aria-hidden="true" />
          </button>
        </span>
      ))}
      {begun && (
        <Menu
          align="start"
          open={open === 'begun'}
          onOpenChange={(on) => {
            setOpen(on ? 'begun' : null);
            if (on) return;
            chosen.current = null;
            setBegun(null);
            onClose();
          }}
          trigger={<button type="button" className="chip">{fieldName(begun)} …</button>}
        >
          <Choices
            field={begun}
            condition={null}
            names={names}
            onChange={(next) => {
              if (!next) return;
              // Its chip goes on where this one was.
              chosen.current = null;
              setBegun(null);
              setOpen(kindOf(begun) === 'values' ? filter.length : null);
              onClose();
              go([...filter, next]);
            }}
          />
        </Menu>
      )}
      {filter.length < MAX_CONDITIONS && (
        <Menu
          align="start"
          open={open === 'add'}
          onOpenChange={(on) => {
            setOpen(on ? 'add' : null);
            if (!on && chosen.current === null) onClose();
          }}
          trigger={<button type="button" className="chip"><Plus size={12} aria-hidden="true" />{t('filter.add')}</button>}
        >
          {FIELDS.filter((field) => valuesOf(field, names).length > 0 || kindOf(field) === 'flag').map((field) => (
            <MenuItem key={field} onSelect={() => { begin(field); }}>{fieldName(field)}</MenuItem>
          ))}
        </Menu>
      )}
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

/** What a condition can be. Several things can be named: the menu stays. */
function Choices({ field, condition, names, onChange }: { field: Field; condition: FilterCondition | null; names: Names; onChange: (next: FilterCondition | null) => void }) {
  const keys = condition ? keysOf(condition) : [];
  const not = condition?.not ?? false;
  const several = kindOf(field) === 'values';
  const pick = (key: string) => {
    const next = several ? (keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key]) : [key];
    onChange(conditionOf(field, next, not));
  };
  return (
    <>
      {condition && (
        <>
          <MenuLabel>{t('filter.how')}</MenuLabel>
          {[false, true].map((one) => (
            <MenuChoice key={String(one)} checked={not === one} keeps onSelect={() => { onChange({ ...condition, not: one }); }}>
              {t(one ? 'filter.isNot' : 'filter.is')}
            </MenuChoice>
          ))}
          <MenuLine />
        </>
      )}
      <MenuLabel>{several ? `${fieldName(field)}: ${t('filter.any')}` : fieldName(field)}</MenuLabel>
      {valuesOf(field, names).map(({ key, name }) => (
        <MenuChoice key={key} checked={condition !== null && keys.includes(key)} keeps={several} onSelect={() => { pick(key); }}>{name}</MenuChoice>
      ))}
    </>
  );
}
