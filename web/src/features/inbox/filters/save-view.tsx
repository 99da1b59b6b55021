import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, viewsQuery } from '@/api/queries';
import type { FilterCondition, ListSort, SavedView } from '@/api/types';
import { Field } from '@/components/field';
import { FormButtons, Modal } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { showToast } from '@/lib/toast';

/** Keeps what the list shows under a name or, given a view, calls that one something else. */
export function SaveView({ view, filter, sort, onClose }: { view?: SavedView; filter: FilterCondition[]; sort: ListSort; onClose: () => void }) {
  const navigate = useNavigate();
  const shares = useMay('manage_inbox');
  const [name, setName] = useState(view?.name ?? '');
  const [shared, setShared] = useState(false);
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const save = useMutation({
    mutationFn: () =>
      view
        ? ask<SavedView>(`/views/${view.id}`, { method: 'PATCH', ifMatch: `"${String(view.version)}"`, body: { name: name.trim() } })
        : ask<SavedView>('/views', { method: 'POST', key: key.current, body: { name: name.trim(), shared, filter, sort } }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: async (kept) => {
      // Known before it is looked at.
      queryClient.setQueryData(viewsQuery.queryKey, (known) => known && { views: [...known.views.filter((one) => one.id !== kept.id), kept] });
      void queryClient.invalidateQueries({ queryKey: viewsQuery.queryKey });
      showToast({ error: false, words: t('saved.saved', { name: kept.name }) });
      onClose();
      if (!view) await navigate({ to: '.', search: { saved: kept.id } });
    },
  });
  const problem = save.error instanceof ApiError ? save.error : null;
  const wrong = tried && name.trim() === '' ? t('saved.needed') : problem?.problem.field === 'name' ? problem.message : undefined;
  return (
    <Modal title={view ? t('saved.rename') : t('saved.title')} onClose={onClose} footer={<FormButtons form="save-view" action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id="save-view"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim()) save.mutate();
        }}
      >
        <Field label={t('saved.name')} value={name} onValue={setName} error={wrong} maxLength={60} autoComplete="off" />
        {!view && (
          <fieldset>
            <legend className="label">{t('saved.who')}</legend>
            {[false, true].map((one) => (
              <label key={String(one)} className="flex min-h-9 items-center gap-3 rounded-[7px] px-2 hover:bg-hover">
                <input type="radio" name="shared" checked={shared === one} disabled={one && !shares} onChange={() => { setShared(one); }} />
                <span className={one && !shares ? 'text-text-3' : ''}>{t(one ? 'saved.shared' : 'saved.mine')}</span>
              </label>
            ))}
            {!shares && <p className="hint">{t('saved.sharedNo')}</p>}
          </fieldset>
        )}
        {save.error && !wrong && (
          <p role="alert" className="text-bad">{problem?.status === 412 ? t('saved.changedMeanwhile') : t('saved.saveFailed', { detail: wordsOf(save.error) })}</p>
        )}
      </form>
    </Modal>
  );
}
