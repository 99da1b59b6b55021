import { useMutation, useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { apiKeysQuery, queryClient } from '@/api/queries';
import type { ApiKey, CreatedApiKey } from '@/api/types';
import { CopyLine } from '@/components/copy-line';
import { Field } from '@/components/field';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { nameOf, useMay, useMe, useUsers } from '@/lib/people';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

const reload = () => queryClient.invalidateQueries({ queryKey: apiKeysQuery.queryKey });

export function ApiKeys() {
  const allowed = useMay('manage_keys');
  const { data, error, refetch } = useQuery({ ...apiKeysQuery, enabled: allowed });
  const [making, setMaking] = useState(false);
  return (
    <>
      <Head
        title={t('settings.keys')}
        text={allowed ? t('settings.keysText') : t('settings.keysOwners')}
        action={allowed && <button type="button" className="btn primary" onClick={() => { setMaking(true); }}><KeyRound size={16} aria-hidden="true" />{t('settings.makeKey')}</button>}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.api_keys.length === 0 && <p className="text-text-2">{t('settings.noKeys')}</p>}
      {data && data.api_keys.length > 0 && (
        <table className="data-table">
          <thead><tr><th>{t('settings.name')}</th><th>{t('settings.endsWith')}</th><th className="max-sm:hidden">{t('settings.madeBy')}</th><th><span className="sr-only">{t('settings.revoke')}</span></th></tr></thead>
          <tbody>{data.api_keys.map((key) => <KeyRow key={key.id} apiKey={key} />)}</tbody>
        </table>
      )}
      {making && <MakeKey onClose={() => { setMaking(false); }} />}
    </>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  const [asking, setAsking] = useState(false);
  const now = useMinute();
  const users = useUsers();
  const me = useMe().user.id;
  const revoke = useMutation({
    mutationFn: () => ask(`/api-keys/${apiKey.id}`, { method: 'DELETE' }),
    onError: (error) => { showToast({ error: true, words: t('settings.revokeFailed', { detail: wordsOf(error) }) }); },
    onSettled: () => { setAsking(false); void reload(); },
  });
  return (
    <tr>
      <td className="font-medium">{apiKey.name}</td>
      <td><code className="num text-[12px] text-text-2">…{apiKey.ends_with}</code></td>
      <td className="text-text-2 max-sm:hidden">{nameOf(users, apiKey.created_by, me)}, <time className="num" dateTime={apiKey.created_at}>{moment(apiKey.created_at, now)}</time></td>
      <td className="text-end">
        <button type="button" className="btn plain !text-bad" aria-label={`${t('settings.revoke')}: ${apiKey.name}`} onClick={() => { setAsking(true); }}>{t('settings.revoke')}</button>
        {asking && (
          <Confirm
            title={t('settings.revokeTitle', { name: apiKey.name })}
            text={t('settings.revokeText')}
            action={t('settings.revoke')}
            busy={revoke.isPending}
            onConfirm={() => { revoke.mutate(); }}
            onClose={() => { setAsking(false); }}
          />
        )}
      </td>
    </tr>
  );
}

/** Asks what the key is for, then shows it, once. */
function MakeKey({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const make = useMutation({
    mutationFn: (body: { name: string }) => ask<CreatedApiKey>('/api-keys', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: () => { void reload(); },
  });
  if (make.data) {
    return (
      <Modal title={t('settings.keyMade', { name: make.data.name })} onClose={onClose} footer={<button type="button" className="btn primary" onClick={onClose}>{t('settings.keyKept')}</button>}>
        <CopyLine label={t('settings.key')} value={make.data.api_key} hint={t('settings.keyOnce')} />
        <p className="mt-3 text-text-2">{t('settings.keyUse')} <code className="text-[12px]">Authorization: Bearer …{make.data.ends_with}</code></p>
      </Modal>
    );
  }
  const wrong = tried && name.trim() === '' ? t('connect.required') : make.error instanceof ApiError && make.error.problem.field === 'name' ? make.error.message : undefined;
  return (
    <Modal
      title={t('settings.makeKey')}
      onClose={onClose}
      footer={<FormButtons form="make-key" action={t('settings.makeKey')} disabled={make.isPending} onClose={onClose} />}
    >
      <form
        id="make-key"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim()) make.mutate({ name: name.trim() });
        }}
      >
        <Field label={t('settings.keyName')} value={name} onValue={setName} error={wrong} hint={t('settings.keyNameHint')} autoComplete="off" />
        {make.error && !wrong && <p role="alert" className="mt-3 text-bad">{t('settings.makeFailed', { detail: wordsOf(make.error) })}</p>}
      </form>
    </Modal>
  );
}
