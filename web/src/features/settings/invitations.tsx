import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { Copy, Ellipsis, Send, Undo2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, usersQuery } from '@/api/queries';
import type { CreateInvitation, Invitation, InvitationList, Role } from '@/api/types';
import { CopyLine } from '@/components/copy-line';
import { Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { LoadError } from '@/features/settings/parts';
import { RoleChoice } from '@/features/settings/role-choice';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { roleName, ruledBy } from '@/lib/roles';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

/** How often it is looked whether a mail has left, while one is on its way, in milliseconds. */
const LOOK_EVERY_MS = 2_000;

/** Read again with the people: whoever joins is no longer among them. */
const invitationsQuery = queryOptions({
  queryKey: [...usersQuery.queryKey, 'invitations'],
  queryFn: ({ signal }) => ask<InvitationList>('/invitations', { signal }),
});

function readAgain(): void {
  void queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
}

/** Who was asked to join and has not yet. */
export function Invitations({ by }: { by: Role }) {
  const { data, error, refetch } = useQuery({
    ...invitationsQuery,
    refetchInterval: ({ state }) => (state.data?.invitations.some((one) => one.mail === 'waiting') ? LOOK_EVERY_MS : false),
  });
  const now = useMinute();
  const [back, setBack] = useState<Invitation | null>(null);
  const again = useMutation({
    mutationFn: (one: Invitation) => ask<Invitation>(`/invitations/${one.id}/resend`, { method: 'POST' }),
    onSuccess: ({ email, mail }) => {
      showToast({ error: false, words: t(mail === 'none' ? 'invitations.renewed' : 'invitations.sentAgain', { email }) });
      readAgain();
    },
    onError: (failure) => { showToast({ error: true, words: t('invitations.againFailed', { detail: wordsOf(failure) }) }); },
  });
  const copy = (email: string, link: string) => {
    navigator.clipboard.writeText(link).then(
      () => { showToast({ error: false, words: t('invitations.copied', { email }) }); },
      () => { showToast({ error: true, words: t('invitations.copyFailed', { link }) }); },
    );
  };
  return (
    <section aria-labelledby="invited" className="pt-6">
      <h3 id="invited" className="pane-title pb-2">{t('invitations.title')}</h3>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.invitations.length === 0 && <p className="text-text-2">{t('invitations.none')}</p>}
      {data && data.invitations.length > 0 && (
        <table className="data-table">
          <thead>
            <tr>
              <th>{t('settings.email')}</th>
              <th>{t('settings.role')}</th>
              <th className="whitespace-nowrap max-sm:hidden">{t('invitations.by')}</th>
              <th className="max-sm:hidden">{t('invitations.state')}</th>
              <th className="w-10"><span className="sr-only">{t('app.more')}</span></th>
            </tr>
          </thead>
          <tbody>
            {data.invitations.map(({ link, ...one }) => (
              <tr key={one.id}>
                <td className="w-full max-w-0">
                  <span className="block truncate font-medium" title={one.email}>{one.email}</span>
                  <span className="block sm:hidden"><State of={one} now={now} /></span>
                </td>
                <td className="text-text-2">{roleName(one.role)}</td>
                <td className="whitespace-nowrap text-text-2 max-sm:hidden">{one.invited_by_name}</td>
                <td className="min-w-44 max-sm:hidden"><State of={one} now={now} /></td>
                <td>
                  {ruledBy(by, one.role) && (
                    <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('invitations.more', { email: one.email })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                      {link && <MenuItem icon={<Copy size={16} aria-hidden="true" />} onSelect={() => { copy(one.email, link); }}>{t('invitations.copy')}</MenuItem>}
                      <MenuItem icon={<Send size={16} aria-hidden="true" />} onSelect={() => { again.mutate(one); }}>{t(data.by_mail ? 'invitations.again' : 'invitations.renew')}</MenuItem>
                      <MenuItem icon={<Undo2 size={16} aria-hidden="true" />} onSelect={() => { setBack(one); }}>{t('invitations.back')}</MenuItem>
                    </Menu>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {back && <TakeBack one={back} onClose={() => { setBack(null); }} />}
    </section>
  );
}

const MAILS = ['none', 'waiting', 'sent', 'failed'] as const;

/** How its mail stands, why it did not leave, and until when it is good. */
function State({ of: one, now }: { of: Invitation; now: number }) {
  const ended = Date.parse(one.expires_at) <= now;
  const mail = MAILS.find((known) => known === one.mail);
  return (
    <span className="block text-[12px] leading-4 text-text-2">
      {mail && !ended && <span className={`block ${mail === 'failed' ? 'text-bad' : ''}`}>{t(`invitations.${mail}_mail`)}</span>}
      {mail === 'failed' && !ended && one.mail_problem && <span className="block break-words">{one.mail_problem}</span>}
      <span className={ended ? 'text-bad' : 'text-text-3'}>{t(ended ? 'invitations.ended' : 'invitations.ends', { time: moment(one.expires_at, now) })}</span>
    </span>
  );
}

function TakeBack({ one, onClose }: { one: Invitation; onClose: () => void }) {
  const { email } = one;
  const take = useMutation({
    mutationFn: () => ask(`/invitations/${one.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      readAgain();
      showToast({ error: false, words: t('invitations.takenBack', { email }) });
    },
    onError: (failure) => { showToast({ error: true, words: t('invitations.backFailed', { detail: wordsOf(failure) }) }); },
    onSettled: onClose,
  });
  return (
    <Confirm
      title={t('invitations.backTitle', { email })}
      text={t('invitations.backText')}
      action={t('invitations.back')}
      busy={take.isPending}
      onConfirm={() => { take.mutate(); }}
      onClose={onClose}
    />
  );
}

/** Asks somebody to join, and shows the link once they are asked. */
export function Invite({ by, onClose }: { by: Role; onClose: () => void }) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('agent');
  const [tried, setTried] = useState(false);
  const byMail = useQuery(invitationsQuery).data?.by_mail;
  const key = useRef(newKey());
  const invite = useMutation({
    mutationFn: (body: CreateInvitation) => ask<Invitation>('/invitations', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: readAgain,
  });
  const made = invite.data;
  if (made)
    return (
      <Modal
        title={t('invitations.made', { email: made.email })}
        onClose={onClose}
        footer={<button type="button" className="btn primary" onClick={onClose}>{t('app.close')}</button>}
      >
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
          {made.mail !== 'none' && <p className="text-text-2" role="status">{t('invitations.mailed')}</p>}
          {made.link && <CopyLine label={t('invitations.link', { email: made.email })} value={made.link} hint={t('invitations.linkHint', { email: made.email })} />}
        </div>
      </Modal>
    );
  const atField = invite.error instanceof ApiError && invite.error.problem.field === 'email';
  const empty = email.trim() === '';
  return (
    <Modal
      title={t('invitations.inviteTitle')}
      onClose={onClose}
      footer={<FormButtons form="invite" action={t('invitations.send')} disabled={invite.isPending} onClose={onClose} />}
    >
      <form
        id="invite"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!empty) invite.mutate({ email: email.trim(), role });
        }}
      >
        <p className="text-text-2">{t('invitations.text')}{byMail === false && ` ${t('invitations.byLink')}`}</p>
        <Field
          label={t('settings.email')}
          type="email"
          value={email}
          onValue={setEmail}
          error={tried && empty ? t('connect.required') : atField ? invite.error?.message : undefined}
          autoComplete="off"
        />
        <RoleChoice by={by} value={role} onValue={setRole} />
        {invite.error && !atField && <p role="alert" className="text-bad">{t('invitations.failed', { detail: wordsOf(invite.error) })}</p>}
      </form>
    </Modal>
  );
}
