import { useMutation, useQuery } from '@tanstack/react-query';
import { Ellipsis, Lock, MessageSquarePlus, Pencil, Trash2, Users } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { ChangeSavedReply, CreateSavedReply, ReplyPlaceholder, SavedReply } from '@/api/types';
import { Field } from '@/components/field';
import { Counted } from '@/components/counted';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { put } from '@/lib/caret';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import '@/lib/i18n-writing';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { findReplies, repliesQuery } from '@/lib/replies';
import { showToast } from '@/lib/toast';

/** Longest words, in characters. */
const TEXT_MAX = 4_096;

type Asked = { act: 'new' } | { act: 'change' | 'delete'; reply: SavedReply };

/** Words that are sent again and again: everybody's and one's own. */
export function SavedReplies() {
  const { data, error, refetch } = useQuery(repliesQuery);
  const answers = useMay('answer');
  const keeps = useMay('manage_replies');
  const [words, setWords] = useState('');
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  const all = data?.saved_replies ?? [];
  const found = findReplies(all, words);
  return (
    <>
      <Head
        title={t('settings.replies')}
        text={t('replies.text')}
        action={answers && (
          <button type="button" className="btn primary" onClick={() => { setAsked({ act: 'new' }); }}><MessageSquarePlus size={16} aria-hidden="true" />{t('replies.new')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && all.length === 0 && (
        <div>
          <p className="font-semibold">{t('replies.none')}</p>
          <p className="text-text-2">{t('replies.noneText')}</p>
        </div>
      )}
      {all.length > 0 && (
        <>
          <input type="search" className="field mb-3" aria-label={t('replies.find')} placeholder={t('replies.find')} value={words} onChange={(event) => { setWords(event.target.value); }} />
          {found.length === 0 && <p className="text-text-2" role="status">{t('replies.noneFound', { words: words.trim() })}</p>}
          <ul className="grid grid-cols-1 gap-px">
            {found.map((one) => (
              <li key={one.id} className="template-row flex items-start gap-3 border-b border-line py-2.5">
                <span className="min-w-0 flex-1">
                  <span className="flex flex-wrap items-center gap-x-3">
                    <span className="font-medium break-all">/{one.name}</span>
                    <span className="inline-flex items-center gap-1 text-[12px] leading-4 text-text-3">
                      {one.shared ? <Users size={14} aria-hidden="true" /> : <Lock size={14} aria-hidden="true" />}
                      {t(one.shared ? 'replies.shared' : 'replies.own')}
                    </span>
                  </span>
                  <span className="line-clamp-2 whitespace-pre-line text-text-2 [overflow-wrap:anywhere]" dir="auto">{one.text}</span>
                </span>
                {answers && (keeps || !one.shared) && (
                  <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('replies.more', { name: one.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                    <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', reply: one }); }}>{t('replies.change')}</MenuItem>
                    <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'delete', reply: one }); }}>{t('replies.delete')}</MenuItem>
                  </Menu>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {asked?.act === 'new' && <Edit keeps={keeps} placeholders={data?.placeholders ?? []} onClose={done} />}
      {asked?.act === 'change' && <Edit reply={asked.reply} keeps={keeps} placeholders={data?.placeholders ?? []} onClose={done} />}
      {asked?.act === 'delete' && <Remove reply={asked.reply} onClose={done} />}
    </>
  );
}

const reload = () => queryClient.invalidateQueries({ queryKey: repliesQuery.queryKey });

function Edit({ reply, keeps, placeholders, onClose }: { reply?: SavedReply; keeps: boolean; placeholders: ReplyPlaceholder[]; onClose: () => void }) {
  const [form, setForm] = useState<CreateSavedReply>({ name: reply?.name ?? '', text: reply?.text ?? '', shared: reply?.shared ?? keeps });
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const box = useRef<HTMLDivElement>(null);
  const hint = useId();
  const save = useMutation({
    mutationFn: (body: CreateSavedReply) =>
      reply
        ? ask<SavedReply>(`/saved-replies/${reply.id}`, { method: 'PATCH', ifMatch: `"${String(reply.version)}"`, body: { name: body.name, text: body.text } satisfies ChangeSavedReply })
        : ask<SavedReply>('/saved-replies', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: () => {
      void reload();
      onClose();
    },
  });
  const set = (name: 'name' | 'text') => (value: string) => { setForm((now) => ({ ...now, [name]: value })); };
  const { error } = save;
  const field = error instanceof ApiError ? error.problem.field : undefined;
  const wrong = (name: 'name' | 'text') =>
    tried && form[name].trim() === '' ? t('connect.required') : field === name && error ? error.message : undefined;
  const insert = (place: ReplyPlaceholder) => {
    const element = box.current?.querySelector('textarea');
    if (element) put(element, `{{${place}}}`, element.selectionStart, element.selectionEnd);
  };
  return (
    <Modal
      title={reply ? t('replies.changeTitle', { name: reply.name }) : t('replies.newTitle')}
      onClose={onClose}
      footer={<FormButtons form="saved-reply" action={t('replies.save')} disabled={save.isPending} onClose={onClose} />}
    >
      <form
        id="saved-reply"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (form.name.trim() && form.text.trim()) save.mutate({ ...form, name: form.name.trim() });
        }}
      >
        <Field label={t('replies.name')} value={form.name} onValue={set('name')} hint={t('replies.nameHint')} error={wrong('name')} autoComplete="off" autoCapitalize="off" spellCheck={false} />
        <div ref={box}>
          <Counted label={t('replies.words')} value={form.text} onValue={set('text')} most={TEXT_MAX} rows={6} error={wrong('text')} hint={t('replies.wordsHint', { example: '{{contact.first_name|there}}' })} />
          <div className="mt-1 flex flex-wrap gap-1" role="group" aria-labelledby={hint}>
            <span id={hint} className="hint !mt-1">{t('replies.insert')}</span>
            {placeholders.map((place) => <button key={place} type="button" className="btn small" onClick={() => { insert(place); }}>{placeName(place)}</button>)}
          </div>
        </div>
        {!reply && keeps && (
          <label className="inline-flex min-h-[26px] items-center gap-2">
            <input type="checkbox" className="size-4 flex-none accent-accent" checked={form.shared === true} onChange={(event) => { setForm((now) => ({ ...now, shared: event.target.checked })); }} />
            {t('replies.forAll')}
          </label>
        )}
        {error && !field && <p role="alert" className="text-bad">{error instanceof ApiError && error.status === 412 ? t('replies.changed') : t('replies.failed', { detail: wordsOf(error) })}</p>}
      </form>
    </Modal>
  );
}

/** What a placeholder stands for; one that this version does not know, as it is written. */
function placeName(place: string): string {
  return t(`replies.placeholder.${place.replace('.', '_')}` as 'replies.placeholder.contact_name', { defaultValue: place });
}

function Remove({ reply, onClose }: { reply: SavedReply; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask(`/saved-replies/${reply.id}`, { method: 'DELETE' }),
    onSuccess: () => { showToast({ error: false, words: t('replies.deleted', { name: reply.name }) }); },
    onError: (failure) => { showToast({ error: true, words: t('replies.deleteFailed', { detail: wordsOf(failure) }) }); },
    onSettled: () => {
      void reload();
      onClose();
    },
  });
  return (
    <Confirm
      title={t('replies.deleteTitle', { name: reply.name })}
      text={t(reply.shared ? 'replies.deleteShared' : 'replies.deleteOwn')}
      action={t('replies.delete')}
      busy={remove.isPending}
      onConfirm={() => { remove.mutate(); }}
      onClose={onClose}
    />
  );
}
