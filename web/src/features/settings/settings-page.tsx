import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Keyboard, KeyRound, LayoutTemplate, Link2, RotateCw, TriangleAlert, UserPlus, Users } from 'lucide-react';
import { Suspense, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { deadLettersQuery, queryClient, usersQuery } from '@/api/queries';
import type { CreateUser, Replayed, Role, User } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Choice, Field } from '@/components/field';
import { Modal } from '@/components/modal';
import { PageMissing } from '@/components/page-error';
import { ApiKeys } from '@/features/settings/api-keys';
import { Channels } from '@/features/settings/channels';
import { Head, LoadError } from '@/features/settings/parts';
import { openDialog } from '@/lib/dialogs';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMe } from '@/lib/people';
import { setPreferences, usePreferences, type Preferences } from '@/lib/preferences';
import { settingsSections } from '@/lib/settings';
import { later } from '@/lib/later';
import { glyphs } from '@/lib/shortcuts';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

const Templates = later(() => import('@/features/settings/templates').then((module) => ({ default: module.Templates })));

const pages = {
  channels: { icon: Link2, Page: Channels },
  templates: { icon: LayoutTemplate, Page: Templates },
  members: { icon: Users, Page: Members },
  'api-keys': { icon: KeyRound, Page: ApiKeys },
  'dead-letters': { icon: TriangleAlert, Page: DeadLetters },
  appearance: { icon: Keyboard, Page: Appearance },
};

export function SettingsPage() {
  const { section } = useParams({ from: '/app/settings/$section' });
  const current = settingsSections.find((one) => one.id === section);
  if (!current) return <PageMissing />;
  const { Page } = pages[current.id];
  return (
    <div className="flex min-w-0 flex-1 flex-col md:flex-row">
      <nav className="flex flex-none gap-px overflow-x-auto border-line bg-canvas px-2 max-md:border-b max-md:py-1 md:w-[240px] md:flex-col md:border-e" aria-label={t('settings.nav')} data-pane>
        <h1 className="pane-title flex h-[52px] flex-none items-center px-2 max-md:sr-only">{t('settings.nav')}</h1>
        {settingsSections.map(({ id, label }) => {
          const Icon = pages[id].icon;
          return (
            <Link key={id} to="/settings/$section" params={{ section: id }} className="view" aria-current={id === section ? 'page' : undefined} ref={id === section ? intoSight : undefined}>
              <Icon size={16} aria-hidden="true" />
              <span className="truncate">{t(label)}</span>
            </Link>
          );
        })}
      </nav>
      <main className="min-w-0 flex-1 overflow-y-auto bg-surface" data-pane>
        <div className="mx-auto max-w-[760px] px-5 pb-12"><Suspense fallback={null}><Page /></Suspense></div>
      </main>
    </div>
  );
}

/** On a phone the sections are wider than the screen. */
function intoSight(link: HTMLElement | null): void {
  link?.scrollIntoView({ inline: 'center', block: 'nearest' });
}

// Members ---------------------------------------------------------------------------------------------------

const roleName = (role: string) => (role === 'owner' ? t('settings.owner') : role === 'agent' ? t('settings.agent') : role);

function Members() {
  const { data, error, refetch } = useQuery(usersQuery);
  const { user } = useMe();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <Head
        title={t('settings.members')}
        text={t('settings.membersText')}
        action={user.role === 'owner' && (
          <button type="button" className="btn primary" onClick={() => { setAdding(true); }}><UserPlus size={16} aria-hidden="true" />{t('settings.addMember')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && (
        <table className="data-table">
          <thead><tr><th>{t('settings.name')}</th><th className="max-sm:hidden">{t('settings.email')}</th><th>{t('settings.role')}</th></tr></thead>
          <tbody>
            {data.users.map((one) => (
              <tr key={one.id}>
                <td>
                  <span className="flex items-center gap-2.5">
                    <Avatar id={one.id} name={one.name} size={26} />
                    <span className="font-medium">{one.name}</span>
                    {one.id === user.id && <span className="text-text-3">{t('settings.you')}</span>}
                  </span>
                </td>
                <td className="text-text-2 max-sm:hidden">{one.email}</td>
                <td className="text-text-2">{roleName(one.role)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {adding && <AddMember onClose={() => { setAdding(false); }} />}
    </>
  );
}

function AddMember({ onClose }: { onClose: () => void }) {
  const [form, setForm] = useState<CreateUser>({ name: '', email: '', password: '', role: 'agent' });
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const add = useMutation({
    mutationFn: (body: CreateUser) => ask<User>('/users', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
      onClose();
    },
  });
  const set = (name: keyof typeof form) => (value: string) => { setForm((now) => ({ ...now, [name]: value })); };
  const field = add.error instanceof ApiError ? add.error.problem.field : undefined;
  const wrong = (name: 'name' | 'email' | 'password') =>
    tried && form[name].trim() === '' ? t('connect.required') : field === name && add.error ? add.error.message : undefined;
  return (
    <Modal
      title={t('settings.addMember')}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="submit" form="add-member" className="btn primary" disabled={add.isPending}>{t('settings.add')}</button>
        </>
      }
    >
      <form
        id="add-member"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!form.name.trim() || !form.email.trim() || !form.password) return;
          add.mutate({ name: form.name.trim(), email: form.email.trim(), password: form.password, role: form.role });
        }}
      >
        <Field label={t('settings.name')} value={form.name} onValue={set('name')} error={wrong('name')} autoComplete="off" />
        <Field label={t('settings.email')} type="email" value={form.email} onValue={set('email')} error={wrong('email')} autoComplete="off" />
        <Field label={t('settings.password')} type="password" value={form.password} onValue={set('password')} hint={t('settings.passwordHint')} error={wrong('password')} autoComplete="new-password" />
        <Choice
          label={t('settings.role')}
          value={form.role}
          onValue={(role) => { setForm((now) => ({ ...now, role: role as Role })); }}
          options={[
            { value: 'agent', label: `${t('settings.agent')}: ${t('settings.agentText')}` },
            { value: 'owner', label: `${t('settings.owner')}: ${t('settings.ownerText')}` },
          ]}
        />
        {add.error && !field && <p role="alert" className="text-bad">{t('settings.addFailed', { detail: wordsOf(add.error) })}</p>}
      </form>
    </Modal>
  );
}

// Updates that could not be applied --------------------------------------------------------------------------

function DeadLetters() {
  const owner = useMe().user.role === 'owner';
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery({ ...deadLettersQuery, enabled: owner });
  const now = useMinute();
  const replay = useMutation({
    mutationFn: () => ask<Replayed>('/dead-letters/replay', { method: 'POST' }),
    onSuccess: ({ applied, left }) => {
      showToast({ error: false, words: t('settings.replayed', { applied, left }) });
      void refetch();
    },
    onError: (failure) => { showToast({ error: true, words: t('settings.replayFailed', { detail: wordsOf(failure) }) }); },
  });
  const letters = data?.pages.flatMap((page) => page.dead_letters) ?? [];
  return (
    <>
      <Head
        title={t('settings.deadLetters')}
        text={owner ? t('settings.deadText') : t('settings.deadOwners')}
        action={owner && letters.length > 0 && (
          <button type="button" className="btn primary" disabled={replay.isPending} onClick={() => { replay.mutate(); }}><RotateCw size={16} aria-hidden="true" />{t('settings.replay')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && letters.length === 0 && (
        <div>
          <p className="font-semibold">{t('settings.deadNone')}</p>
          <p className="text-text-2">{t('settings.deadNoneText')}</p>
        </div>
      )}
      <ul className="grid gap-2">
        {letters.map((letter) => (
          <li key={letter.id} className="rounded-[9px] border border-line px-3 py-2">
            <div className="flex flex-wrap items-baseline gap-x-3">
              <span className="min-w-0 flex-1 font-medium">{letter.reason}</span>
              <time className="num text-[12px] text-text-3" dateTime={letter.at}>{moment(letter.at, now)}</time>
            </div>
            <details className="mt-1">
              <summary className="link cursor-pointer text-[12px]">{t('settings.raw')}</summary>
              <pre className="mt-1 max-h-72 overflow-auto rounded-[7px] bg-sunken p-2 text-[12px] leading-4 whitespace-pre-wrap">
                {letter.raw ?? t('thread.rawStored', { blob: letter.blob ?? '' })}
              </pre>
            </details>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="btn mt-3" disabled={isFetchingNextPage} onClick={() => { void fetchNextPage(); }}>{t('settings.deadMore')}</button>
      )}
    </>
  );
}

// Appearance and keyboard -----------------------------------------------------------------------------------

function Appearance() {
  const preferences = usePreferences();
  return (
    <>
      <Head
        title={t('settings.appearance')}
        text={t('settings.appearanceText')}
        action={<button type="button" className="btn" onClick={() => { openDialog('keys'); }}>{t('settings.showKeys')}</button>}
      />
      <Options name="theme" legend={t('settings.theme')} value={preferences.theme} options={[['system', t('account.system')], ['light', t('account.light')], ['dark', t('account.dark')]]} />
      <Options name="density" legend={t('settings.density')} value={preferences.density} options={[['comfortable', t('settings.comfortable')], ['compact', t('settings.compact')]]} />
      <Options name="sendWith" legend={t('settings.sendWith')} value={preferences.sendWith} options={[['enter', t('settings.sendEnter')], ['mod-enter', t('settings.sendModEnter', { key: glyphs('Mod+Enter').join('+') })]]} />
      <Options name="singleKeys" legend={t('settings.singleKeys')} value={preferences.singleKeys} options={[[true, `${t('settings.on')}: ${t('settings.singleKeysText')}`], [false, t('settings.off')]]} />
    </>
  );
}

function Options<Name extends keyof Preferences>({ name, legend, value, options }: { name: Name; legend: string; value: Preferences[Name]; options: [Preferences[Name], string][] }) {
  return (
    <fieldset className="border-b border-line py-3">
      <legend className="w-44 pt-1 font-medium max-sm:mb-1 sm:float-start">{legend}</legend>
      <div className="flex flex-wrap gap-x-5 gap-y-1">
        {options.map(([option, label]) => (
          <label key={String(option)} className="inline-flex min-h-[26px] items-center gap-2">
            <input type="radio" name={name} className="size-4 flex-none accent-accent" checked={value === option} onChange={() => { setPreferences({ [name]: option }); }} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
