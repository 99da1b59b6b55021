import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowLeft, Hourglass, RotateCw } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { ApiError, ask } from '@/api/client';
import { channelsQuery, queryClient } from '@/api/queries';
import type { ChangeChannel, Channel, ChannelList } from '@/api/types';
import { CopyLine } from '@/components/copy-line';
import { Field } from '@/components/field';
import { Lights } from '@/components/light';
import { Confirm, Modal } from '@/components/modal';
import { Facts } from '@/components/number-facts';
import { Head, LoadError } from '@/features/settings/parts';
import { useCountdown, useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay } from '@/lib/people';
import { moment, shortDay } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { waitWords } from '@/lib/words';

/** What the server answered is the newest, unless the stream was quicker. */
function put(channel: Channel): void {
  queryClient.setQueryData(channelsQuery.queryKey, (list: ChannelList | undefined) =>
    list && { ...list, channels: list.channels.map((one) => (one.id === channel.id && one.version <= channel.version ? channel : one)) });
}

/** One connected number: how it stands, what it is, and what can be changed. */
export default function ChannelPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(channelsQuery);
  const allowed = useMay('manage_channels');
  const channel = data?.channels.find((one) => one.id === id);
  const back = (
    <Link to="/settings/$section" params={{ section: 'channels' }} className="link inline-flex items-center gap-1 pt-4">
      <ArrowLeft size={14} aria-hidden="true" />{t('channel.all')}
    </Link>
  );
  if (error) return <>{back}<LoadError error={error} onRetry={() => void refetch()} /></>;
  if (!data) return back;
  if (!channel) return <>{back}<p className="pt-4 text-text-2">{t('channel.missing')}</p></>;
  const siblings = data.channels.filter((one) => one.waba_id === channel.waba_id && one.id !== channel.id);
  return (
    <>
      {back}
      <Standing channel={channel} allowed={allowed} />
      <Section title={t('channel.facts')}>
        <Known channel={channel} siblings={siblings} />
      </Section>
      <Section title={t('channel.webhook')} text={t('channel.webhookText')}>
        <CopyLine label={t('connect.webhookUrl')} value={channel.webhook_url} />
      </Section>
      {allowed && <Rename key={channel.name} channel={channel} />}
      <Receipts channel={channel} allowed={allowed} />
      {allowed && <Rotate channel={channel} />}
      {allowed && <End channel={channel} />}
    </>
  );
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="mt-8">
      <h3 className="text-[14px] leading-5 font-semibold">{title}</h3>
      {text && <p className="mb-2 text-text-2">{text}</p>}
      <div className="mt-2">{children}</div>
    </section>
  );
}

function Standing({ channel, allowed }: { channel: Channel; allowed: boolean }) {
  const now = useMinute();
  useCountdown(channel.queue?.last.at);
  const check = useMutation({
    mutationFn: () => ask<Channel>(`/channels/${channel.id}/check`, { method: 'POST', body: {} }),
    onSuccess: put,
    onError: (error) => { showToast({ error: true, words: t('channel.checkFailed', { detail: wordsOf(error) }) }); },
  });
  return (
    <>
      <Head
        title={channel.name}
        text={`${channel.facts?.display_phone_number ?? channel.phone_number_id} · ${channel.checked_at ? t('channel.checked', { time: moment(channel.checked_at, now) }) : t('channel.neverChecked')}`}
        action={allowed && (
          <button type="button" className="btn" disabled={check.isPending} onClick={() => { check.mutate(); }}>
            <RotateCw size={16} aria-hidden="true" />{check.isPending ? t('connect.checking') : t('channel.checkNow')}
          </button>
        )}
      />
      <h3 className="sr-only">{t('channel.lights')}</h3>
      <Lights lights={channel.lights ?? []} now={now} />
      <p className="hint">{t('channel.lightsText')}</p>
      {channel.queue && (
        <p className="mt-3 flex items-start gap-2" role="status">
          <Hourglass size={16} className="mt-0.5 flex-none text-text-3" aria-hidden="true" />
          <span className="num">{t('channel.queue', { count: channel.queue.waiting, wait: waitWords('channel.queueLast', channel.queue.last, now) })}</span>
        </p>
      )}
      {channel.limit_full_until && Date.parse(channel.limit_full_until) > now && (
        <p className="mt-3 flex items-start gap-2" role="status">
          <Hourglass size={16} className="mt-0.5 flex-none text-warn" aria-hidden="true" />
          <span className="num">{t('channel.limitFull', { time: moment(channel.limit_full_until, now) })}</span>
        </p>
      )}
    </>
  );
}

function Known({ channel, siblings }: { channel: Channel; siblings: Channel[] }) {
  const now = useMinute();
  return (
    <Facts
      facts={channel.facts ?? undefined}
      rest={[
        [t('channel.phoneId'), channel.phone_number_id],
        [t('channel.wabaId'), channel.waba_id],
        [t('channel.since'), shortDay(channel.created_at, now)],
        ...(siblings.length > 0 ? [[t('channel.sameAccount'), siblings.map((one) => one.name).join(', ')] as [string, string]] : []),
      ]}
    />
  );
}

function useChange(channel: Channel, onDone: (changed: Channel) => void) {
  return useMutation({
    mutationFn: (body: ChangeChannel) => ask<Channel>(`/channels/${channel.id}`, { method: 'PATCH', body }),
    onSuccess: (changed) => { put(changed); onDone(changed); },
  });
}

const fieldOf = (error: Error | null) => (error instanceof ApiError ? error.problem.field : undefined);

function Rename({ channel }: { channel: Channel }) {
  const [name, setName] = useState(channel.name);
  const change = useChange(channel, () => { showToast({ error: false, words: t('channel.saved') }); });
  const wrong = name.trim() === '' ? t('connect.required') : change.error ? t('channel.saveFailed', { detail: wordsOf(change.error) }) : undefined;
  return (
    <Section title={t('channel.rename')}>
      <form
        className="flex items-start gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) change.mutate({ name: name.trim() });
        }}
      >
        <div className="min-w-0 flex-1"><Field label={t('connect.name')} value={name} onValue={setName} error={wrong} autoComplete="off" /></div>
        <button type="submit" className="btn mt-[22px]" disabled={change.isPending || name.trim() === channel.name}>{t('channel.renameSave')}</button>
      </form>
    </Section>
  );
}

/** Whether customers see that their messages were read, and that somebody writes. */
function Receipts({ channel, allowed }: { channel: Channel; allowed: boolean }) {
  const change = useChange(channel, () => { showToast({ error: false, words: t('channel.saved') }); });
  // What was chosen is shown until the server has said.
  const on = change.isPending ? change.variables.read_receipts ?? channel.read_receipts : channel.read_receipts;
  return (
    <Section title={t('channel.receipts')}>
      <label className="flex items-start gap-2">
        <input type="checkbox" className="mt-0.5 size-4 flex-none accent-accent" checked={on} disabled={!allowed || change.isPending} aria-describedby="receipts-hint" onChange={(event) => { change.mutate({ read_receipts: event.target.checked }); }} />
        <span>{t('channel.receiptsOn')}</span>
      </label>
      <p className="hint" id="receipts-hint">{t(allowed ? 'channel.receiptsText' : 'channel.receiptsOwner')}</p>
      {change.error && <p role="alert" className="text-bad">{t('channel.saveFailed', { detail: wordsOf(change.error) })}</p>}
    </Section>
  );
}

function Rotate({ channel }: { channel: Channel }) {
  const [form, setForm] = useState({ access_token: '', app_secret: '' });
  const [tried, setTried] = useState(false);
  // A new one, where the server could not read the old one any more.
  const [word, setWord] = useState<string>();
  const change = useChange(channel, (changed) => {
    setWord(changed.verify_token ?? undefined);
    setForm({ access_token: '', app_secret: '' });
    setTried(false);
    showToast({ error: false, words: t('channel.rotated') });
  });
  const set = (name: keyof typeof form) => (value: string) => { setForm((now) => ({ ...now, [name]: value })); };
  const field = fieldOf(change.error);
  const wrong = (name: keyof typeof form) => (field === name ? change.error?.message : undefined);
  const empty = !form.access_token.trim() && !form.app_secret.trim();
  return (
    <Section title={t('channel.rotate')} text={t('channel.rotateText')}>
      <form
        className="grid grid-cols-1 gap-3 sm:grid-cols-2"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (empty) return;
          change.mutate({
            ...(form.access_token.trim() ? { access_token: form.access_token.trim() } : {}),
            ...(form.app_secret.trim() ? { app_secret: form.app_secret.trim() } : {}),
          });
        }}
      >
        <Field label={t('channel.newToken')} type="password" value={form.access_token} onValue={set('access_token')} error={wrong('access_token')} autoComplete="off" />
        <Field label={t('channel.newSecret')} type="password" value={form.app_secret} onValue={set('app_secret')} error={wrong('app_secret')} autoComplete="off" />
        {tried && empty && <p role="alert" className="text-bad sm:col-span-2">{t('channel.rotateEmpty')}</p>}
        {change.error && field !== 'access_token' && field !== 'app_secret' && <p role="alert" className="text-bad sm:col-span-2">{t('channel.saveFailed', { detail: wordsOf(change.error) })}</p>}
        <div><button type="submit" className="btn" disabled={change.isPending}>{change.isPending ? t('connect.checking') : t('channel.rotateSave')}</button></div>
      </form>
      {word && (
        <div className="mt-3 grid gap-2" role="status">
          <p className="text-text-2">{t('channel.newWord')}</p>
          <CopyLine label={t('connect.verifyToken')} value={word} hint={t('connect.once')} />
        </div>
      )}
    </Section>
  );
}

function End({ channel }: { channel: Channel }) {
  const [asking, setAsking] = useState<'disconnect' | 'erase'>();
  const navigate = useNavigate();
  const close = () => { setAsking(undefined); };
  const end = useMutation({
    mutationFn: (erase: boolean) => ask(`/channels/${channel.id}${erase ? '?erase=true' : ''}`, { method: 'DELETE' }),
    onSuccess: (_, erase) => {
      showToast({ error: false, words: t(erase ? 'channel.erased' : 'channel.ended', { name: channel.name }) });
      void queryClient.invalidateQueries({ queryKey: channelsQuery.queryKey });
      void navigate({ to: '/settings/$section', params: { section: 'channels' } });
    },
    onError: (error) => { close(); showToast({ error: true, words: t('channel.saveFailed', { detail: wordsOf(error) }) }); },
  });
  return (
    <Section title={t('channel.end')}>
      <ul className="divide-y divide-line overflow-hidden rounded-[12px] border border-line">
        <li className="flex flex-wrap items-center gap-3 px-4 py-3">
          <p className="min-w-[200px] flex-1 text-text-2">{t('channel.disconnectText')}</p>
          <button type="button" className="btn" onClick={() => { setAsking('disconnect'); }}>{t('channel.disconnect')}</button>
        </li>
        <li className="flex flex-wrap items-center gap-3 px-4 py-3">
          <p className="min-w-[200px] flex-1 text-text-2">{t('channel.eraseText')}</p>
          <button type="button" className="btn plain !text-bad" onClick={() => { setAsking('erase'); }}>{t('channel.erase')}</button>
        </li>
      </ul>
      {asking === 'disconnect' && (
        <Confirm title={t('channel.disconnectTitle', { name: channel.name })} text={t('channel.disconnectText')} action={t('channel.disconnect')} busy={end.isPending} onConfirm={() => { end.mutate(false); }} onClose={close} />
      )}
      {asking === 'erase' && <Erase channel={channel} busy={end.isPending} onConfirm={() => { end.mutate(true); }} onClose={close} />}
    </Section>
  );
}

function Erase({ channel, busy, onConfirm, onClose }: { channel: Channel; busy: boolean; onConfirm: () => void; onClose: () => void }) {
  const [typed, setTyped] = useState('');
  return (
    <Modal
      title={t('channel.eraseTitle', { name: channel.name })}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="button" className="btn danger" disabled={busy || typed.trim() !== channel.name} onClick={onConfirm}>{t('channel.erase')}</button>
        </>
      }
    >
      <p>{t('channel.eraseGoes')}</p>
      <ul className="mt-1 mb-3 list-disc ps-5 text-text-2">
        <li>{t('channel.eraseSecrets')}</li>
        <li>{t('channel.eraseFacts')}</li>
        <li>{t('channel.eraseLink')}</li>
        <li>{t('channel.eraseWebhooks')}</li>
      </ul>
      <Field label={t('channel.eraseType', { name: channel.name })} value={typed} onValue={setTyped} autoComplete="off" />
    </Modal>
  );
}
