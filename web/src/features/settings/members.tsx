import { useMutation, useQuery } from '@tanstack/react-query';
import { Ellipsis, MailPlus, Pencil, UserPlus, UserRoundX } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, usersQuery } from '@/api/queries';
import type { ChangeUser, CreateUser, Role, User } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Invitations, Invite } from '@/features/settings/invitations';
import { Head, LoadError } from '@/features/settings/parts';
import { RoleChoice } from '@/features/settings/role-choice';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay, useMe } from '@/lib/people';
import { isRole, roleName, ruledBy } from '@/lib/roles';
import { showToast } from '@/lib/toast';

type Asked = { act: 'change' | 'remove'; user: User };

/** The people of the workspace: who is here, as what, and a way in and out for those who look after them. */
export function Members() {
  const { data, error, refetch } = useQuery(usersQuery);
  const { user } = useMe();
  const allowed = useMay('manage_people');
  const [opened, setOpened] = useState<'add' | 'invite' | null>(null);
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  return (
    <>
      <Head
        title={t('settings.members')}
        text={t('settings.membersText')}
        action={allowed && (
          <span className="flex flex-wrap gap-2">
            <button type="button" className="btn" onClick={() => { setOpened('add'); }}><UserPlus size={16} aria-hidden="true" />{t('settings.addMember')}</button>
            <button type="button" className="btn primary" onClick={() => { setOpened('invite'); }}><MailPlus size={16} aria-hidden="true" />{t('invitations.invite')}</button>
          </span>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && (
        <table className="data-table">
          <thead>
            <tr>
              <th>{t('settings.name')}</th>
              <th className="max-sm:hidden">{t('settings.email')}</th>
              <th>{t('settings.role')}</th>
              {allowed && <th className="w-10"><span className="sr-only">{t('app.more')}</span></th>}
            </tr>
          </thead>
          <tbody>
            {data.users.map((one) => (
              <tr key={one.id}>
                <td>
                  <span className="flex items-center gap-2.5">
                    <Avatar id={one.id} name={one.name} size={26} />
                    <span className="min-w-0">
                      <span className="flex gap-2.5"><span className="font-medium">{one.name}</span>{one.id === user.id && <span className="text-text-3">{t('settings.you')}</span>}</span>
                      <span className="block truncate text-[12px] leading-4 text-text-3 sm:hidden">{one.email}</span>
                    </span>
                  </span>
                </td>
                <td className="text-text-2 max-sm:hidden">{one.email}</td>
                <td className="text-text-2" title={isRole(one.role) ? t(`roles.${one.role}Text`) : undefined}>{roleName(one.role)}</td>
                {allowed && (
                  <td>
                    {ruledBy(user.role, one.role) && (
                      <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('members.more', { name: one.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                        <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', user: one }); }}>{t('members.change')}</MenuItem>
                        <MenuItem icon={<UserRoundX size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'remove', user: one }); }}>{t('members.remove')}</MenuItem>
                      </Menu>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {allowed && <Invitations by={user.role} />}
      {opened === 'add' && <Add by={user.role} onClose={() => { setOpened(null); }} />}
      {opened === 'invite' && <Invite by={user.role} onClose={() => { setOpened(null); }} />}
      {asked?.act === 'change' && <Change by={user.role} user={asked.user} onClose={done} />}
      {asked?.act === 'remove' && <Remove user={asked.user} self={asked.user.id === user.id} onClose={done} />}
    </>
  );
}

function readAgain(): void {
  void queryClient.invalidateQueries({ queryKey: usersQuery.queryKey });
}

function Add({ by, onClose }: { by: Role; onClose: () => void }) {
  const [form, setForm] = useState<CreateUser>({ name: '', email: '', password: '', role: 'agent' });
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const add = useMutation({
    mutationFn: (body: CreateUser) => ask<User>('/users', { method: 'POST', key: key.current, body }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: () => {
      readAgain();
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
      footer={<FormButtons form="add-member" action={t('settings.add')} disabled={add.isPending} onClose={onClose} />}
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
        <RoleChoice by={by} value={form.role} onValue={set('role')} />
        {add.error && !field && <p role="alert" className="text-bad">{t('settings.addFailed', { detail: wordsOf(add.error) })}</p>}
      </form>
    </Modal>
  );
}

function Change({ by, user, onClose }: { by: Role; user: User; onClose: () => void }) {
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState(user.role);
  const change = useMutation({
    mutationFn: (body: ChangeUser) => ask<User>(`/users/${user.id}`, { method: 'PATCH', body }),
    onSuccess: () => {
      readAgain();
      onClose();
    },
  });
  const empty = name.trim() === '';
  const ofName = change.error instanceof ApiError && change.error.problem.field === 'name';
  return (
    <Modal
      title={t('members.changeTitle', { name: user.name })}
      onClose={onClose}
      footer={<FormButtons form="change-member" action={t('app.save')} disabled={change.isPending || empty} onClose={onClose} />}
    >
      <form
        id="change-member"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!empty) change.mutate({ name: name.trim(), role });
        }}
      >
        <Field label={t('settings.name')} value={name} onValue={setName} error={empty ? t('connect.required') : ofName ? change.error?.message : undefined} autoComplete="off" />
        <RoleChoice by={by} value={role} onValue={setRole} />
        <p className="hint">{t('members.changeText')}</p>
        {change.error && !ofName && <p role="alert" className="text-bad">{t('members.changeFailed', { detail: wordsOf(change.error) })}</p>}
      </form>
    </Modal>
  );
}

function Remove({ user, self, onClose }: { user: User; self: boolean; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask(`/users/${user.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      readAgain();
      showToast({ error: false, words: t('members.removed', { name: user.name }) });
    },
    onError: (failure) => { showToast({ error: true, words: t('members.removeFailed', { detail: wordsOf(failure) }) }); },
    onSettled: onClose,
  });
  return (
    <Confirm
      title={t('members.removeTitle', { name: user.name })}
      text={t(self ? 'members.removeSelf' : 'members.removeText')}
      action={t('members.remove')}
      busy={remove.isPending}
      onConfirm={() => { remove.mutate(); }}
      onClose={onClose}
    />
  );
}
