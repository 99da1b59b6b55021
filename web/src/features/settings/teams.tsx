import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, MessagesSquare, Pencil, Plus, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, teamsQuery } from '@/api/queries';
import type { Team, User } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { usePlace } from '@/lib/inbox/store';
import { useMay, useUsers } from '@/lib/people';
import { roleName } from '@/lib/roles';
import { showToast } from '@/lib/toast';

/** Faces of a team that are shown in the table; the others are a number. */
const FACES = 5;

type Asked = { act: 'make' } | { act: 'change' | 'delete'; team: Team };

/** The teams of the workspace: who is in each, and a way to make, change and delete them for those who look after them. */
export function Teams() {
  const { data, error, refetch } = useQuery(teamsQuery);
  const users = useUsers();
  const allowed = useMay('manage_teams');
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  const show = (team: Team) => void navigate({ to: '/inbox', search: { ...usePlace.getState().list, status: 'open', view: `team:${team.id}` } });
  return (
    <>
      <Head
        title={t('settings.teams')}
        text={t('teams.text')}
        action={allowed && (
          <button type="button" className="btn primary" onClick={() => { setAsked({ act: 'make' }); }}><Plus size={16} aria-hidden="true" />{t('teams.make')}</button>
        )}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.teams.length === 0 && (
        <div>
          <p className="font-semibold">{t('teams.none')}</p>
          <p className="text-text-2">{t('teams.noneText')} {!allowed && t('teams.noneAgent')}</p>
        </div>
      )}
      {data && data.teams.length > 0 && (
        <table className="data-table">
          <thead>
            <tr>
              <th>{t('settings.name')}</th>
              <th>{t('teams.people')}</th>
              <th className="w-10"><span className="sr-only">{t('app.more')}</span></th>
            </tr>
          </thead>
          <tbody>
            {data.teams.map((team) => (
              <tr key={team.id}>
                <td className="font-medium break-words">{team.name}</td>
                <td className="text-text-2"><Faces team={team} users={users} /></td>
                <td>
                  <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('teams.more', { name: team.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                    <MenuItem icon={<MessagesSquare size={16} aria-hidden="true" />} onSelect={() => { show(team); }}>{t('teams.open')}</MenuItem>
                    {allowed && <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', team }); }}>{t('teams.change')}</MenuItem>}
                    {allowed && <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'delete', team }); }}>{t('teams.delete')}</MenuItem>}
                  </Menu>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {asked?.act === 'make' && <Edit users={users} onClose={done} />}
      {asked?.act === 'change' && <Edit team={asked.team} users={users} onClose={done} />}
      {asked?.act === 'delete' && <Delete team={asked.team} onClose={done} />}
    </>
  );
}

function Faces({ team, users }: { team: Team; users: User[] }) {
  const people = team.members.flatMap((id) => users.find((one) => one.id === id) ?? []);
  if (people.length === 0) return t('teams.nobody');
  const names = people.map((one) => one.name).join(', ');
  return (
    <span className="flex items-center gap-2" title={names}>
      <span className="flex -space-x-1.5" role="img" aria-label={names}>
        {people.slice(0, FACES).map((one) => <Avatar key={one.id} id={one.id} name={one.name} size={22} />)}
      </span>
      <span className="num text-[12px]" aria-hidden="true">{people.length}</span>
    </span>
  );
}

function readAgain(): void {
  void queryClient.invalidateQueries({ queryKey: teamsQuery.queryKey });
}

/** Makes a team or, given one, changes it: as long as nobody else did meanwhile. */
function Edit({ team, users, onClose }: { team?: Team; users: User[]; onClose: () => void }) {
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(team?.members));
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), members: [...members] };
      return team
        ? ask<Team>(`/teams/${team.id}`, { method: 'PATCH', ifMatch: `"${String(team.version)}"`, body })
        : ask<Team>('/teams', { method: 'POST', key: key.current, body });
    },
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: (saved) => {
      readAgain();
      showToast({ error: false, words: t('teams.saved', { name: saved.name }) });
      onClose();
    },
  });
  const problem = save.error instanceof ApiError ? save.error : null;
  const wrong = tried && name.trim() === '' ? t('connect.required') : problem?.problem.field === 'name' ? problem.message : undefined;
  const toggle = (id: string) => {
    setMembers((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };
  return (
    <Modal
      title={team ? t('teams.changeTitle', { name: team.name }) : t('teams.make')}
      onClose={onClose}
      footer={<FormButtons form="edit-team" action={team ? t('app.save') : t('teams.make')} disabled={save.isPending} onClose={onClose} />}
    >
      <form
        id="edit-team"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (name.trim()) save.mutate();
        }}
      >
        <Field label={t('settings.name')} value={name} onValue={setName} error={wrong} maxLength={100} autoComplete="off" />
        <fieldset>
          <legend className="label">{t('teams.people')}</legend>
          <p className="hint mb-1.5">{t('teams.peopleHint')}</p>
          <div className="grid max-h-72 overflow-y-auto rounded-[9px] border border-line p-1">
            {users.map((one) => (
              <label key={one.id} className="flex min-h-9 items-center gap-2.5 rounded-[7px] px-2 hover:bg-hover">
                <input type="checkbox" checked={members.has(one.id)} onChange={() => { toggle(one.id); }} />
                <Avatar id={one.id} name={one.name} size={22} />
                <span className="min-w-0 flex-1 truncate">{one.name}</span>
                <span className="text-[12px] text-text-3">{roleName(one.role)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        {save.error && !wrong && (
          <p role="alert" className="text-bad">
            {problem?.status === 412 ? t('teams.changedMeanwhile') : t('teams.saveFailed', { detail: wordsOf(save.error) })}
          </p>
        )}
      </form>
    </Modal>
  );
}

function Delete({ team, onClose }: { team: Team; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask(`/teams/${team.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      readAgain();
      showToast({ error: false, words: t('teams.deleted', { name: team.name }) });
    },
    onError: (failure) => { showToast({ error: true, words: t('teams.deleteFailed', { detail: wordsOf(failure) }) }); },
    onSettled: onClose,
  });
  return (
    <Confirm
      title={t('teams.deleteTitle', { name: team.name })}
      text={t('teams.deleteText')}
      action={t('teams.delete')}
      busy={remove.isPending}
      onConfirm={() => { remove.mutate(); }}
      onClose={onClose}
    />
  );
}
