import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, useSyncExternalStore } from 'react';
import { ApiError, ask, NoAnswer } from '@/api/client';
import { meQuery } from '@/api/queries';
import type { AcceptInvitation, InvitationSeen, Me } from '@/api/types';
import { Field } from '@/components/field';
import { Alert, Door } from '@/features/session/door';
import { enter, invitationQuery } from '@/lib/doors';
import { useTitle } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-doors';
import { wordsOf } from '@/lib/inbox/actions';

/** What stands behind the `#`: no server is sent it but in a body. */
function useToken(): string {
  return useSyncExternalStore(
    (listener) => {
      window.addEventListener('hashchange', listener);
      return () => { window.removeEventListener('hashchange', listener); };
    },
    () => location.hash.slice(1),
  );
}

/** Where the link of an invitation leads. */
export function JoinPage() {
  const token = useToken();
  const me = useQuery(meQuery);
  const seen = useQuery({ ...invitationQuery(token), enabled: token !== '' });
  const [gone, setGone] = useState(false);
  useTitle(seen.data ? t('join.title', { workspace: seen.data.workspace }) : t('join.plainTitle'));
  const isGone = gone || token === '' || (seen.error instanceof ApiError && seen.error.status === 410);
  if (isGone)
    return (
      <Door title={t('join.gone')} text={t('join.goneText')} onSubmit={() => undefined}>
        <p>{me.data ? <Link to="/inbox" className="link">{t('join.toInbox')}</Link> : <Link to="/signin" className="link">{t('doors.toSignIn')}</Link>}</p>
      </Door>
    );
  if (!seen.data || me.isPending)
    return (
      <Door title={t('join.plainTitle')} text={seen.error ? null : t('join.looking')} onSubmit={() => void seen.refetch()}>
        <Alert words={seen.error && t('join.failed', { detail: wordsOf(seen.error) })} />
        {seen.error && <button type="submit" className="btn primary large">{t('app.tryAgain')}</button>}
      </Door>
    );
  return <Joining token={token} seen={seen.data} me={me.data ?? null} onGone={() => { setGone(true); }} />;
}

function Joining({ token, seen, me, onGone }: { token: string; seen: InvitationSeen; me: Me | null; onGone: () => void }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const accept = useMutation({
    mutationFn: (body: AcceptInvitation) => ask<Me>('/invitations/accept', { method: 'POST', body, quiet: true }),
    onSuccess: enter,
    onError: (error) => { if (error instanceof ApiError && error.status === 410) onGone(); },
  });
  const { email } = seen;
  const known = seen.has_account;
  const signedIn = known && me?.user.email === email;
  const missing = tried ? t('doors.needed') : undefined;
  const problem = accept.error instanceof ApiError ? accept.error.problem : undefined;
  const wrong = (field: string) => (problem?.field === field ? accept.error?.message : undefined);
  const submit = () => {
    setTried(true);
    if (signedIn) accept.mutate({ token });
    else if (password !== '' && (known || name.trim() !== '')) accept.mutate(known ? { token, password } : { token, name: name.trim(), password });
  };
  const how = signedIn ? t('join.signedInText', { email }) : known ? t('join.knownText', { email }) : t('join.newText');
  const words = accept.error && problem?.field === undefined ? reason(accept.error, email) : null;

  return (
    <Door
      title={t('join.title', { workspace: seen.workspace })}
      text={<>
        <p>{t('join.text', { by: seen.invited_by, role: roleWords(seen.role) })}</p>
        <p className="mt-2">{me && !signedIn ? t('join.otherText', { other: me.user.email, email }) : null} {how}</p>
      </>}
      onSubmit={submit}
    >
      {!signedIn && <Field label={t('join.as')} type="email" name="email" autoComplete="username" value={email} onValue={() => undefined} readOnly />}
      {!known && <Field label={t('doors.name')} name="name" autoComplete="name" hint={t('doors.nameHint')} value={name} onValue={setName} error={name.trim() === '' ? missing : wrong('name')} />}
      {!signedIn && (
        <Field
          label={t('doors.password')}
          type="password"
          name="password"
          autoComplete={known ? 'current-password' : 'new-password'}
          hint={known ? undefined : t('doors.passwordHint')}
          value={password}
          onValue={setPassword}
          error={password === '' ? missing : wrong('password')}
        />
      )}
      <Alert words={words} />
      <button type="submit" className="btn primary large mt-1" disabled={accept.isPending}>{t('join.submit')}</button>
      {known && !signedIn && <p><Link to="/$door" params={{ door: 'forgot' }} className="link">{t('signIn.forgot')}</Link></p>}
    </Door>
  );
}

const ROLES = ['owner', 'admin', 'supervisor', 'agent', 'analyst'] as const;

/** A role in the middle of a sentence; the server may know others. */
function roleWords(role: string): string {
  const known = ROLES.find((one) => one === role);
  return known ? t(`join.role_${known}`) : role;
}

function reason(error: Error, email: string): string {
  if (error instanceof NoAnswer) return t('signIn.noAnswer');
  if (error instanceof ApiError) {
    if (error.status === 401) return t('join.wrong', { email });
    if (error.status === 429) return t('signIn.tooMany');
  }
  return t('join.joinFailed', { detail: wordsOf(error) });
}
