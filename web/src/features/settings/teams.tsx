import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Ellipsis, MessagesSquare, Pencil, Plus, Trash2 } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { assignmentQuery, queryClient, teamsQuery } from '@/api/queries';
import type { Assignment, Team, User } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { Confirm, FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { plainList } from '@/lib/inbox/state';
import { usePlace } from '@/lib/inbox/store';
import { useMay, useUsers } from '@/lib/people';
import { roleName } from '@/lib/roles';
import { showToast } from '@/lib/toast';

/** Faces of a team that are shown in the table; the others are a number. */
const FACES = 5;

type Asked = { act: 'make' | 'assignment' } | { act: 'change' | 'delete'; team: Team };

/** The teams of the workspace: who is in each, and a way to make, change and delete them for those who look after them. */
export function Teams() {
  const { data, error, refetch } = useQuery(teamsQuery);
  const { data: assignment } = useQuery(assignmentQuery);
  const users = useUsers();
  const allowed = useMay('manage_teams');
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  const show = (team: Team) => void navigate({ to: '/inbox', search: { ...plainList(usePlace.getState().list), status: 'open', view: `team:${team.id}` } });
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
      {assignment && (
        <section className="mb-5 flex items-center gap-3 rounded-[9px] border border-line px-3 py-2.5">
          <div className="min-w-0 flex-1">
            <h2 className="font-medium">{t('teams.assignmentTitle')}</h2>
            <p className="text-text-2">{ruleName(assignment)}</p>
          </div>
          {allowed && <button type="button" className="btn" aria-label={`${t('teams.change')}: ${t('teams.assignmentTitle')}`} onClick={() => { setAsked({ act: 'assignment' }); }}>{t('teams.change')}</button>}
        </section>
      )}
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
              <th className="max-sm:hidden">{t('teams.assignment')}</th>
              <th className="w-10"><span className="sr-only">{t('app.more')}</span></th>
            </tr>
          </thead>
          <tbody>
            {data.teams.map((team) => (
              <tr key={team.id}>
                <td className="font-medium break-words">{team.name}</td>
                <td className="text-text-2"><Faces team={team} users={users} /></td>
                <td className="text-text-2 max-sm:hidden">{ruleName(team.assignment)}</td>
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
      {asked?.act === 'assignment' && assignment && <WorkspaceRule before={assignment} onClose={done} />}
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

const RULES = ['by_hand', 'round_robin', 'by_load'] as const;

/** A rule in words. */
function ruleName(assignment: Assignment | undefined): string {
  const known = RULES.find((one) => one === (assignment?.rule ?? 'by_hand'));
  const rule = known ? t(`teams.${known}`) : (assignment?.rule ?? '');
  return assignment?.capacity && known !== 'by_hand' ? t('teams.upTo', { rule, count: assignment.capacity }) : rule;
}

/** A rule as it is being written: the capacity as somebody types it. */
type Draft = { rule: Assignment['rule']; capacity: string };

const draftOf = (assignment: Assignment | undefined): Draft => ({ rule: assignment?.rule ?? 'by_hand', capacity: assignment?.capacity ? String(assignment.capacity) : '' });

/** What was written; `null` where the capacity is none. */
function assignmentOf({ rule, capacity }: Draft): Assignment | null {
  if (rule === 'by_hand' || capacity.trim() === '') return { rule };
  const count = Number(capacity);
  return Number.isInteger(count) && count >= 1 && count <= 1_000 ? { rule, capacity: count } : null;
}

function RuleFields({ draft, onDraft, wrong }: { draft: Draft; onDraft: (draft: Draft) => void; wrong: boolean }) {
  const id = useId();
  return (
    <>
      <fieldset>
        <legend className="label">{t('teams.rule')}</legend>
        {RULES.map((rule) => (
          <label key={rule} className="grid min-h-11 grid-cols-[auto_1fr] items-center gap-x-3 rounded-[7px] px-2 py-1 hover:bg-hover">
            <input type="radio" name={id} checked={draft.rule === rule} onChange={() => { onDraft({ ...draft, rule }); }} />
            <span>{t(`teams.${rule}`)}</span>
            <span className="col-start-2 text-[12px] leading-4 text-text-3">{t(`teams.${rule}Text`)}</span>
          </label>
        ))}
      </fieldset>
      {draft.rule !== 'by_hand' && (
        <Field
          label={t('teams.capacity')}
          inputMode="numeric"
          value={draft.capacity}
          onValue={(capacity) => { onDraft({ ...draft, capacity }); }}
          hint={t('teams.capacityHint')}
          error={wrong ? t('teams.capacityWrong') : undefined}
          autoComplete="off"
        />
      )}
    </>
  );
}

/** The rule of conversations that are with no team. */
function WorkspaceRule({ before, onClose }: { before: Assignment; onClose: () => void }) {
  const [draft, setDraft] = useState(draftOf(before));
  const [tried, setTried] = useState(false);
  const assignment = assignmentOf(draft);
  const save = useMutation({
    mutationFn: (body: Assignment) => ask<Assignment>('/assignment', { method: 'PUT', body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(assignmentQuery.queryKey, saved);
      showToast({ error: false, words: t('teams.assignmentSaved') });
      onClose();
    },
  });
  return (
    <Modal
      title={t('teams.assignmentTitle')}
      onClose={onClose}
      footer={<FormButtons form="edit-assignment" action={t('app.save')} disabled={save.isPending} onClose={onClose} />}
    >
      <form
        id="edit-assignment"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (assignment) save.mutate(assignment);
        }}
      >
        <p className="text-text-2">{t('teams.assignmentText')}</p>
        <RuleFields draft={draft} onDraft={setDraft} wrong={tried && !assignment} />
        {save.error && <p role="alert" className="text-bad">{t('teams.saveFailed', { detail: wordsOf(save.error) })}</p>}
      </form>
    </Modal>
  );
}

/** Makes a team or, given one, changes it: as long as nobody else did meanwhile. */
function Edit({ team, users, onClose }: { team?: Team; users: User[]; onClose: () => void }) {
  const [name, setName] = useState(team?.name ?? '');
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(team?.members));
  const [draft, setDraft] = useState(draftOf(team?.assignment));
  const assignment = assignmentOf(draft);
  const [tried, setTried] = useState(false);
  const key = useRef(newKey());
  const save = useMutation({
    mutationFn: (rule: Assignment) => {
      const body = { name: name.trim(), members: [...members], assignment: rule };
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
          if (name.trim() && assignment) save.mutate(assignment);
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
        <RuleFields draft={draft} onDraft={setDraft} wrong={tried && !assignment} />
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
