import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Plus, Trash2, X } from 'lucide-react';
import { useId, useState } from 'react';
import { ApiError, ask } from '@/api/client';
import { queryClient, teamsQuery } from '@/api/queries';
import type { BusinessHours, BusinessHoursStanding, SlaPolicies, SlaPolicy, Team } from '@/api/types';
import { Choice, Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { dayName, DAYS, hoursQuery, hoursWords, INTERVALS_MAX, slaQuery, spanOf, standingWords, targetWords, teamHoursQuery, UNITS, weeklyOf, weekOf, wrongDays, type Day, type Unit, type Week } from '@/lib/hours';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useChannels, useMay, useTeams } from '@/lib/people';
import { showToast } from '@/lib/toast';
import { zone as ownZone } from '@/lib/zone';

/** When people answer, and how soon customers are to be answered. */
export function Hours() {
  const { data, error, refetch } = useQuery(hoursQuery);
  const teams = useTeams() ?? [];
  const allowed = useMay('manage_teams');
  const [asked, setAsked] = useState<Team | 'workspace' | null>(null);
  return (
    <>
      <Head title={t('settings.hours')} text={t('hours.text')} />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && (
        <section aria-labelledby="business-hours">
          <h3 id="business-hours" className="mb-2 text-[14px] leading-5 font-semibold">{t('hours.title')}</h3>
          <ul className="grid grid-cols-1 gap-2">
            <Row name={t('hours.workspace')} standing={data} without={t('hours.always')} onChange={allowed ? () => { setAsked('workspace'); } : undefined} />
            {teams.map((team) => <TeamRow key={team.id} team={team} onChange={allowed ? () => { setAsked(team); } : undefined} />)}
          </ul>
        </section>
      )}
      <Policies allowed={allowed} />
      {asked === 'workspace' && data && <Edit name={t('hours.workspace')} path="/business-hours" before={data.hours ?? null} without={t('hours.always')} onClose={() => { setAsked(null); }} />}
      {asked !== null && asked !== 'workspace' && <EditTeam team={asked} onClose={() => { setAsked(null); }} />}
    </>
  );
}

function Row({ name, standing, without, onChange }: { name: string; standing: BusinessHoursStanding; without: string; onChange: (() => void) | undefined }) {
  const now = useMinute();
  return (
    <li className="flex items-center gap-3 rounded-[9px] border border-line px-3 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{name} <span className={`num text-[12px] font-normal ${standing.open ? 'text-ok' : 'text-text-2'}`}>{standingWords(standing, now)}</span></p>
        <p className="text-text-2">{standing.hours ? hoursWords(standing.hours) : without}</p>
      </div>
      {onChange && <button type="button" className="btn" aria-label={`${t('teams.change')}: ${name}`} onClick={onChange}>{t('teams.change')}</button>}
    </li>
  );
}

function TeamRow({ team, onChange }: { team: Team; onChange: (() => void) | undefined }) {
  const { data } = useQuery(teamHoursQuery(team.id));
  return data ? <Row name={team.name} standing={data} without={t('hours.asWorkspace')} onChange={onChange} /> : null;
}

function EditTeam({ team, onClose }: { team: Team; onClose: () => void }) {
  const { data } = useQuery(teamHoursQuery(team.id));
  return data ? <Edit name={team.name} path={`/teams/${team.id}/business-hours`} before={data.hours ?? null} without={t('hours.asWorkspace')} onClose={onClose} /> : null;
}

// Hours -----------------------------------------------------------------------------------------------------

const working: Week = weekOf(DAYS.slice(0, 5).map((day) => ({ day, from: '09:00', to: '17:00' })));
const zoneHere = () => ownZone() ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zones there are, and whichever is set. */
function zonesWith(zone: string): string[] {
  const all = Intl.supportedValuesOf('timeZone');
  return all.includes(zone) ? all : [zone, ...all];
}

function Edit({ name, path, before, without, onClose }: { name: string; path: string; before: BusinessHours | null; without: string; onClose: () => void }) {
  const form = useId();
  const [limited, setLimited] = useState(before !== null);
  const [zone, setZone] = useState(before?.time_zone ?? zoneHere());
  const [week, setWeek] = useState(before ? weekOf(before.weekly) : working);
  const [holidays, setHolidays] = useState(() => (before?.holidays ?? []).map((one, key) => ({ key, date: one.date, name: one.name ?? '' })));
  const [tried, setTried] = useState(false);
  const wrong = limited ? wrongDays(week) : [];
  const dateless = limited && holidays.some((one) => one.date === '');
  const save = useMutation({
    mutationFn: (hours: BusinessHours | null) => ask<BusinessHoursStanding>(path, { method: 'PUT', body: { hours } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: teamsQuery.queryKey });
      showToast({ error: false, words: t('hours.saved', { name }) });
      onClose();
    },
  });
  const put = (day: Day, intervals: Week[Day]) => { setWeek({ ...week, [day]: intervals }); };
  const count = weeklyOf(week).length;
  return (
    <Modal title={t('hours.editTitle', { name })} onClose={onClose} footer={<FormButtons form={form} action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (wrong.length > 0 || dateless) return;
          const days = [...holidays].sort((a, b) => (a.date < b.date ? -1 : 1)).map(({ date, name: called }) => ({ date, ...(called.trim() ? { name: called.trim() } : {}) }));
          save.mutate(limited ? { time_zone: zone, weekly: weeklyOf(week), holidays: days } : null);
        }}
      >
        <fieldset className="grid gap-1">
          <legend className="label">{t('hours.when')}</legend>
          {[[false, without], [true, t('hours.limited')]].map(([value, label]) => (
            <label key={String(value)} className="inline-flex min-h-[26px] items-center gap-2">
              <input type="radio" name={`${form}-when`} className="size-4 flex-none accent-accent" checked={limited === value} onChange={() => { setLimited(value === true); }} />
              {label}
            </label>
          ))}
        </fieldset>
        {limited && (
          <>
            <Choice label={t('hours.zone')} value={zone} onValue={setZone} options={zonesWith(zone).map((value) => ({ value, label: value.replaceAll('_', ' ') }))} />
            <div className="grid gap-2">
              {DAYS.map((day) => (
                <fieldset key={day} className="grid grid-cols-[1fr_auto] items-start gap-x-3 gap-y-1 border-b border-line pb-2 sm:grid-cols-[6rem_1fr_auto]">
                  <legend className="sr-only">{dayName(day)}</legend>
                  <span className="self-center font-medium sm:self-start sm:pt-2" aria-hidden="true">{dayName(day)}</span>
                  <div className="row-start-2 grid min-w-0 gap-1 max-sm:col-span-2 sm:col-start-2 sm:row-start-1">
                    {week[day].length === 0 && <span className="pt-2 text-text-2">{t('hours.closedDay')}</span>}
                    {week[day].map((one, index) => (
                      // Intervals have nothing but their place to be known by.
                      <span key={index} className="flex items-center gap-1.5">
                        <Time label={t('hours.from', { day: dayName(day) })} value={one.from} wrong={tried && wrong.includes(day)} onValue={(from) => { put(day, week[day].with(index, { ...one, from })); }} />
                        <span aria-hidden="true">–</span>
                        <Time label={t('hours.to', { day: dayName(day) })} value={one.to} wrong={tried && wrong.includes(day)} onValue={(to) => { put(day, week[day].with(index, { ...one, to })); }} />
                        <button type="button" className="btn plain icon small" aria-label={t('hours.remove', { day: dayName(day), from: one.from, to: one.to })} onClick={() => { put(day, week[day].toSpliced(index, 1)); }}><X size={14} aria-hidden="true" /></button>
                      </span>
                    ))}
                    {tried && wrong.includes(day) && <p className="hint bad" role="alert">{t('hours.wrongDay')}</p>}
                  </div>
                  <button type="button" className="btn plain icon small col-start-2 row-start-1 sm:col-start-3 sm:mt-1" disabled={count >= INTERVALS_MAX} aria-label={t('hours.add', { day: dayName(day) })} title={t('hours.add', { day: dayName(day) })} onClick={() => { put(day, [...week[day], week[day].length === 0 ? { from: '09:00', to: '17:00' } : { from: '', to: '' }]); }}><Plus size={16} aria-hidden="true" /></button>
                </fieldset>
              ))}
              <p className="hint !mt-0">{t('hours.midnight')}</p>
            </div>
            <fieldset className="grid gap-1.5">
              <legend className="label">{t('hours.holidays')}</legend>
              {holidays.map((one, index) => (
                <span key={one.key} className="flex items-center gap-1.5">
                  <input type="date" className="field !w-40" aria-label={t('hours.holidayDate', { count: index + 1 })} aria-invalid={(tried && one.date === '') || undefined} value={one.date} onChange={(event) => { setHolidays(holidays.with(index, { ...one, date: event.target.value })); }} />
                  <input type="text" className="field min-w-0 flex-1" aria-label={t('hours.holidayName', { count: index + 1 })} placeholder={t('hours.holidayHint')} maxLength={100} value={one.name} onChange={(event) => { setHolidays(holidays.with(index, { ...one, name: event.target.value })); }} />
                  <button type="button" className="btn plain icon small" aria-label={t('hours.holidayRemove', { count: index + 1 })} onClick={() => { setHolidays(holidays.toSpliced(index, 1)); }}><X size={14} aria-hidden="true" /></button>
                </span>
              ))}
              {tried && dateless && <p className="hint bad" role="alert">{t('hours.dateless')}</p>}
              <span><button type="button" className="btn" disabled={holidays.length >= 200} onClick={() => { setHolidays([...holidays, { key: Math.max(-1, ...holidays.map((one) => one.key)) + 1, date: '', name: '' }]); }}><Plus size={16} aria-hidden="true" />{t('hours.holidayAdd')}</button></span>
            </fieldset>
          </>
        )}
        {save.error && <p role="alert" className="text-bad">{t('teams.saveFailed', { detail: wordsOf(save.error) })}</p>}
      </form>
    </Modal>
  );
}

function Time({ label, value, wrong, onValue }: { label: string; value: string; wrong: boolean; onValue: (value: string) => void }) {
  return <input type="time" className="field min-w-0 flex-1 sm:!w-32 sm:flex-none" aria-label={label} aria-invalid={wrong || undefined} value={value} onChange={(event) => { onValue(event.target.value); }} />;
}

// Targets ---------------------------------------------------------------------------------------------------

function Policies({ allowed }: { allowed: boolean }) {
  const { data, error, refetch } = useQuery(slaQuery);
  const teams = useTeams() ?? [];
  const channels = useChannels() ?? [];
  const [asked, setAsked] = useState<number | 'new' | null>(null);
  const save = useMutation({
    mutationFn: (policies: SlaPolicy[]) => ask<SlaPolicies>('/sla-policies', { method: 'PUT', body: { policies } }),
    onSuccess: (saved) => { queryClient.setQueryData(slaQuery.queryKey, saved); },
    onError: (failure) => { showToast({ error: true, words: t('teams.saveFailed', { detail: wordsOf(failure) }) }); },
  });
  const policies = data?.policies ?? [];
  const move = (index: number, by: 1 | -1) => {
    const one = policies[index];
    if (one) save.mutate(policies.toSpliced(index, 1).toSpliced(index + by, 0, one));
  };
  const drop = (index: number) => {
    const before = policies;
    save.mutate(policies.toSpliced(index, 1), {
      onSuccess: () => { showToast({ error: false, words: t('hours.policyDeleted', { name: before[index]?.name ?? '' }), action: { label: t('app.undo'), undoes: true, run: () => { save.mutate(before); } } }); },
    });
  };
  const whom = (policy: SlaPolicy) => {
    const named = [...teams.filter((one) => policy.team_ids?.includes(one.id)), ...channels.filter((one) => policy.channel_ids?.includes(one.id))].map((one) => one.name);
    return named.length > 0 ? named.join(', ') : t('hours.all');
  };
  return (
    <section aria-labelledby="sla-policies" className="mt-7">
      <div className="mb-2 flex items-center justify-between gap-3">
        <h3 id="sla-policies" className="text-[14px] leading-5 font-semibold">{t('hours.policies')}</h3>
        {allowed && data && policies.length < 20 && <button type="button" className="btn" onClick={() => { setAsked('new'); }}><Plus size={16} aria-hidden="true" />{t('hours.policyAdd')}</button>}
      </div>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && policies.length === 0 && <p className="text-text-2">{t('hours.policiesNone')} {!allowed && t('teams.noneAgent')}</p>}
      {policies.length > 1 && <p className="mb-2 text-text-2">{t('hours.policiesOrder')}</p>}
      <ol className="grid grid-cols-1 gap-2">
        {policies.map((policy, index) => (
          <li key={policy.name} className="flex items-center gap-3 rounded-[9px] border border-line px-3 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="font-medium break-words">{policy.name} <span className="text-[12px] font-normal text-text-2">{whom(policy)}</span></p>
              <p className="num text-text-2">{targetWords(policy)}{policy.within_hours && ` · ${t('hours.withinHours')}`}</p>
            </div>
            {allowed && (
              <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('teams.more', { name: policy.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked(index); }}>{t('teams.change')}</MenuItem>
                {index > 0 && <MenuItem icon={<ArrowUp size={16} aria-hidden="true" />} onSelect={() => { move(index, -1); }}>{t('hours.up')}</MenuItem>}
                {index < policies.length - 1 && <MenuItem icon={<ArrowDown size={16} aria-hidden="true" />} onSelect={() => { move(index, 1); }}>{t('hours.down')}</MenuItem>}
                <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { drop(index); }}>{t('teams.delete')}</MenuItem>
              </Menu>
            )}
          </li>
        ))}
      </ol>
      {asked !== null && (
        <EditPolicy
          before={asked === 'new' ? undefined : policies[asked]}
          taken={policies.filter((_, index) => index !== asked).map((one) => one.name)}
          save={(policy) => ask<SlaPolicies>('/sla-policies', { method: 'PUT', body: { policies: asked === 'new' ? [...policies, policy] : policies.with(asked, policy) } })}
          onClose={() => { setAsked(null); }}
        />
      )}
    </section>
  );
}

/** A target as it is being written. */
type Span = { count: string; unit: Unit };
const spanFrom = (minutes: number | null | undefined): Span => {
  if (!minutes) return { count: '', unit: 'minutes' };
  const { count, unit } = spanOf(minutes);
  return { count: String(count), unit };
};

/** In minutes: nothing where it is empty, `NaN` where it is none that there may be. */
function minutesOf({ count, unit }: Span): number | undefined {
  if (count.trim() === '') return undefined;
  const minutes = Number(count) * UNITS[unit];
  return Number.isInteger(minutes) && minutes >= 1 && minutes <= 86_400 ? minutes : Number.NaN;
}

function EditPolicy({ before, taken, save: put, onClose }: { before: SlaPolicy | undefined; taken: string[]; save: (policy: SlaPolicy) => Promise<SlaPolicies>; onClose: () => void }) {
  const form = useId();
  const teams = useTeams() ?? [];
  const channels = useChannels() ?? [];
  const [name, setName] = useState(before?.name ?? '');
  const [teamIds, setTeamIds] = useState(new Set(before?.team_ids));
  const [channelIds, setChannelIds] = useState(new Set(before?.channel_ids));
  const [first, setFirst] = useState(spanFrom(before ? before.first_response_minutes : 30));
  const [next, setNext] = useState(spanFrom(before?.next_response_minutes));
  const [resolution, setResolution] = useState(spanFrom(before?.resolution_minutes));
  const [within, setWithin] = useState(before?.within_hours ?? true);
  const [tried, setTried] = useState(false);
  const minutes = [first, next, resolution].map(minutesOf);
  const absurd = minutes.some((one) => Number.isNaN(one));
  const without = minutes.every((one) => one === undefined);
  const unnamed = name.trim() === '' ? t('connect.required') : taken.some((one) => one.toLowerCase() === name.trim().toLowerCase()) ? t('hours.nameTaken') : undefined;
  const save = useMutation({
    mutationFn: put,
    onSuccess: (saved) => {
      queryClient.setQueryData(slaQuery.queryKey, saved);
      showToast({ error: false, words: t('teams.saved', { name: name.trim() }) });
      onClose();
    },
  });
  const toggle = (set: Set<string>, id: string) => {
    const now = new Set(set);
    if (!now.delete(id)) now.add(id);
    return now;
  };
  const [firstMinutes, nextMinutes, resolutionMinutes] = minutes;
  return (
    <Modal title={before ? t('teams.changeTitle', { name: before.name }) : t('hours.policyAdd')} onClose={onClose} footer={<FormButtons form={form} action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (unnamed || absurd || without) return;
          save.mutate({
            name: name.trim(),
            team_ids: [...teamIds],
            channel_ids: [...channelIds],
            within_hours: within,
            ...(firstMinutes ? { first_response_minutes: firstMinutes } : {}),
            ...(nextMinutes ? { next_response_minutes: nextMinutes } : {}),
            ...(resolutionMinutes ? { resolution_minutes: resolutionMinutes } : {}),
          });
        }}
      >
        <Field label={t('settings.name')} value={name} onValue={setName} error={tried ? unnamed : undefined} maxLength={100} autoComplete="off" />
        <Target label={t('hours.first')} span={first} onSpan={setFirst} wrong={tried && Number.isNaN(firstMinutes)} />
        <Target label={t('hours.next')} span={next} onSpan={setNext} wrong={tried && Number.isNaN(nextMinutes)} />
        <Target label={t('hours.resolution')} span={resolution} onSpan={setResolution} wrong={tried && Number.isNaN(resolutionMinutes)} />
        <p className={tried && without ? 'hint bad !mt-0' : 'hint !mt-0'} role={tried && without ? 'alert' : undefined}>{t('hours.targetHint')}</p>
        <label className="inline-flex min-h-[26px] items-center gap-2">
          <input type="checkbox" className="size-4 flex-none accent-accent" checked={within} onChange={(event) => { setWithin(event.target.checked); }} />
          {t('hours.within')}
        </label>
        {teams.length > 0 && <Conditions legend={t('hours.onlyTeams')} all={teams} chosen={teamIds} onToggle={(id) => { setTeamIds(toggle(teamIds, id)); }} />}
        {channels.length > 1 && <Conditions legend={t('hours.onlyChannels')} all={channels} chosen={channelIds} onToggle={(id) => { setChannelIds(toggle(channelIds, id)); }} />}
        {save.error && <p role="alert" className="text-bad">{save.error instanceof ApiError && save.error.problem.field?.startsWith('policies') ? save.error.message : t('teams.saveFailed', { detail: wordsOf(save.error) })}</p>}
      </form>
    </Modal>
  );
}

function Target({ label, span, onSpan, wrong }: { label: string; span: Span; onSpan: (span: Span) => void; wrong: boolean }) {
  const id = useId();
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <span className="flex items-center gap-1.5">
        <input id={id} className="field num !w-24" inputMode="numeric" autoComplete="off" value={span.count} aria-invalid={wrong || undefined} aria-describedby={wrong ? `${id}-hint` : undefined} onChange={(event) => { onSpan({ ...span, count: event.target.value }); }} />
        <select className="field !w-32" aria-label={t('hours.unitOf', { target: label })} value={span.unit} onChange={(event) => { onSpan({ ...span, unit: event.target.value as Unit }); }}>
          {(Object.keys(UNITS) as Unit[]).map((unit) => <option key={unit} value={unit}>{t(`hours.${unit}`)}</option>)}
        </select>
      </span>
      {wrong && <p id={`${id}-hint`} className="hint bad">{t('hours.targetWrong')}</p>}
    </div>
  );
}

function Conditions({ legend, all, chosen, onToggle }: { legend: string; all: { id: string; name: string }[]; chosen: Set<string>; onToggle: (id: string) => void }) {
  return (
    <fieldset>
      <legend className="label">{legend}</legend>
      <div className="grid max-h-44 overflow-y-auto rounded-[9px] border border-line p-1">
        {all.map((one) => (
          <label key={one.id} className="flex min-h-9 items-center gap-2.5 rounded-[7px] px-2 hover:bg-hover">
            <input type="checkbox" checked={chosen.has(one.id)} onChange={() => { onToggle(one.id); }} />
            <span className="min-w-0 truncate">{one.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
