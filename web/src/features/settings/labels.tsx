import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, MessagesSquare, Pencil, Plus, Trash2 } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { labelsQuery, queryClient } from '@/api/queries';
import type { Label, LabelColor } from '@/api/types';
import { Field } from '@/components/field';
import { LabelTag } from '@/components/label-tag';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { showToast } from '@/lib/toast';

const COLORS = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'] as const;

type Asked = { act: 'make' } | { act: 'change' | 'delete'; label: Label };

/** The labels of the workspace, and a way to make, change and delete them for those who look after them. */
export function Labels() {
  const { data, error, refetch } = useQuery(labelsQuery);
  const allowed = useMay('manage_inbox');
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  const show = (label: Label) => void navigate({ to: '/inbox', search: { view: 'all', status: 'any', filter: [{ field: 'label', any: [label.id] }] } });
  return (
    <>
      <Head
        title={t('settings.labels')}
        text={t('labels.text')}
        action={allowed && (
          <button type="button" className="btn primary" onClick={() => { setAsked({ act: 'make' }); }}><Plus size={16} aria-hidden="true" />{t('labels.make')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.labels.length === 0 && (
        <div>
          <p className="font-semibold">{t('labels.none')}</p>
          <p className="text-text-2">{allowed ? t('labels.noneText') : t('labels.noneAgent')}</p>
        </div>
      )}
      <ul className="grid grid-cols-1">
        {data?.labels.map((label) => (
          <li key={label.id} className="flex min-h-11 items-center gap-3 border-b border-line">
            <span className="flex min-w-0 flex-1 font-medium"><LabelTag label={label} /></span>
            <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('labels.more', { name: label.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
              <MenuItem icon={<MessagesSquare size={16} aria-hidden="true" />} onSelect={() => { show(label); }}>{t('labels.open')}</MenuItem>
              {allowed && <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', label }); }}>{t('labels.change')}</MenuItem>}
              {allowed && <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'delete', label }); }}>{t('labels.delete')}</MenuItem>}
            </Menu>
          </li>
        ))}
      </ul>
      {asked?.act === 'make' && <Edit onClose={done} />}
      {asked?.act === 'change' && <Edit label={asked.label} onClose={done} />}
      {asked?.act === 'delete' && <Delete label={asked.label} onClose={done} />}
    </>
  );
}

function readAgain(): void {
  void queryClient.invalidateQueries({ queryKey: labelsQuery.queryKey });
}

/** Makes a label or, given one, changes it: as long as nobody else did meanwhile. */
function Edit({ label, onClose }: { label?: Label; onClose: () => void }) {
  const [name, setName] = useState(label?.name ?? '');
  const [color, setColor] = useState<LabelColor>(label?.color ?? 'blue');
  const [tried, setTried] = useState(false);
  const group = useId();
  const key = useRef(newKey());
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), color };
      return label
        ? ask<Label>(`/labels/${label.id}`, { method: 'PATCH', ifMatch: `"${String(label.version)}"`, body })
        : ask<Label>('/labels', { method: 'POST', key: key.current, body });
    },
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: (saved) => {
      readAgain();
      showToast({ error: false, words: t('labels.saved', { name: saved.name }) });
      onClose();
    },
  });
  const problem = save.error instanceof ApiError ? save.error : null;
  const wrong = tried && name.trim() === '' ? t('labels.needed') : problem?.problem.field === 'name' ? problem.message : undefined;
  return (
    <Modal
      title={label ? t('labels.changeTitle', { name: label.name }) : t('labels.make')}
      onClose={onClose}
      footer={<FormButtons form="edit-label" action={label ? t('app.save') : t('labels.make')} disabled={save.isPending} onClose={onClose} />}
    >
      <form
        id="edit-label"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim()) save.mutate();
        }}
      >
        <Field label={t('settings.name')} value={name} onValue={setName} error={wrong} maxLength={40} autoComplete="off" />
        <fieldset>
          <legend className="label">{t('labels.color')}</legend>
          <div className="grid grid-cols-3 gap-1">
            {COLORS.map((one) => (
              <label key={one} className="flex min-h-9 items-center gap-2.5 rounded-[7px] px-2 hover:bg-hover">
                <input type="radio" name={group} checked={color === one} onChange={() => { setColor(one); }} />
                <span className="label-tag" data-color={one}><span className="swatch" aria-hidden="true" />{t(`labels.${one}`)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {save.error && !wrong && (
          <p role="alert" className="text-bad">{problem?.status === 412 ? t('labels.changedMeanwhile') : t('labels.saveFailed', { detail: wordsOf(save.error) })}</p>
        )}
      </form>
    </Modal>
  );
}

function Delete({ label, onClose }: { label: Label; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask(`/labels/${label.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      readAgain();
      showToast({ error: false, words: t('labels.deleted', { name: label.name }) });
    },
    onError: (failure) => { showToast({ error: true, words: t('labels.deleteFailed', { detail: wordsOf(failure) }) }); },
    onSettled: onClose,
  });
  return (
    <Confirm
      title={t('labels.deleteTitle', { name: label.name })}
      text={t('labels.deleteText')}
      action={t('labels.delete')}
      busy={remove.isPending}
      onConfirm={() => { remove.mutate(); }}
      onClose={onClose}
    />
  );
}
