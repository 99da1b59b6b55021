import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { ApiError, ask } from '@/api/client';
import { queryClient, ratingSettingsQuery, teamRatingSettingsQuery } from '@/api/queries';
import type { RatingSettings, RatingSettingsStanding, Team } from '@/api/types';
import { Field } from '@/components/field';
import { FormButtons, Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-reports';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay, useTeams } from '@/lib/people';
import { showToast } from '@/lib/toast';

const QUESTION_MAX = 1_024;
const BUTTON_MAX = 20;
const DELAY_MAX = 720;
const DAYS_MAX = 365;

/** Whether customers are asked what they thought of it, of the workspace and of teams that do otherwise. */
export function Ratings() {
  const { data, error, refetch } = useQuery(ratingSettingsQuery);
  const teams = useTeams() ?? [];
  const allowed = useMay('manage_teams');
  const sees = useMay('see_reports');
  const [asked, setAsked] = useState<Team | 'workspace' | null>(null);
  return (
    <>
      <Head title={t('settings.ratings')} text={t('rating.text')} action={sees && <Link className="btn" to="/reports/$page" params={{ page: 'ratings' }}>{t('rating.results')}</Link>} />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && (
        <ul className="grid grid-cols-1 gap-2">
          <Row name={t('hours.workspace')} settings={data.settings ?? null} onChange={allowed ? () => { setAsked('workspace'); } : undefined} />
          {teams.map((team) => <TeamRow key={team.id} team={team} onChange={allowed ? () => { setAsked(team); } : undefined} />)}
        </ul>
      )}
      {asked === 'workspace' && data && <Edit name={t('hours.workspace')} path="/rating-settings" before={data.settings ?? null} onClose={() => { setAsked(null); }} />}
      {asked !== null && asked !== 'workspace' && <EditTeam team={asked} workspace={data?.settings ?? null} onClose={() => { setAsked(null); }} />}
    </>
  );
}

function Row({ name, settings, without, onChange }: { name: string; settings: RatingSettings | null; without?: string; onChange: (() => void) | undefined }) {
  const words = settings === null ? (without ?? t('rating.off')) : settings.ask ? t('rating.on', { minutes: settings.delay_minutes, days: settings.every_days }) : t('rating.off');
  return (
    <li className="flex items-center gap-3 rounded-[9px] border border-line px-3 py-2.5">
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">{name}</p>
        <p className="text-text-2">{words}</p>
        {settings?.ask && <p className="truncate text-[12px] text-text-3" dir="auto">{settings.question}</p>}
      </div>
      {onChange && <button type="button" className="btn" aria-label={`${t('teams.change')}: ${name}`} onClick={onChange}>{t('teams.change')}</button>}
    </li>
  );
}

function TeamRow({ team, onChange }: { team: Team; onChange: (() => void) | undefined }) {
  const { data } = useQuery(teamRatingSettingsQuery(team.id));
  return data ? <Row name={team.name} settings={data.settings ?? null} without={t('hours.asWorkspace')} onChange={onChange} /> : null;
}

function EditTeam({ team, workspace, onClose }: { team: Team; workspace: RatingSettings | null; onClose: () => void }) {
  const { data } = useQuery(teamRatingSettingsQuery(team.id));
  return data ? <Edit name={team.name} path={`/teams/${team.id}/rating-settings`} before={data.settings ?? null} inherited={workspace} ofTeam onClose={onClose} /> : null;
}

type Mode = 'inherit' | 'off' | 'on';

function Edit({ name, path, before, inherited = null, ofTeam = false, onClose }: { name: string; path: string; before: RatingSettings | null; inherited?: RatingSettings | null; ofTeam?: boolean; onClose: () => void }) {
  const form = useId();
  const start = before ?? inherited;
  const [mode, setMode] = useState<Mode>(before === null && ofTeam ? 'inherit' : before?.ask ? 'on' : 'off');
  const [question, setQuestion] = useState(start?.question || t('rating.questionDefault'));
  const [button, setButton] = useState(start?.button || t('rating.buttonDefault'));
  const [delay, setDelay] = useState(String(start?.delay_minutes ?? 5));
  const [every, setEvery] = useState(String(start?.every_days ?? 30));
  const [tried, setTried] = useState(false);
  const number = (value: string, least: number, most: number) => /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
  const errors = {
    question: question.trim() === '' || [...question.trim()].length > QUESTION_MAX ? t('rating.questionWrong', { most: QUESTION_MAX }) : undefined,
    button: button.trim() === '' || [...button.trim()].length > BUTTON_MAX ? t('rating.buttonWrong', { most: BUTTON_MAX }) : undefined,
    delay: number(delay, 0, DELAY_MAX) ? undefined : t('rating.delayWrong', { most: DELAY_MAX }),
    every: number(every, 1, DAYS_MAX) ? undefined : t('rating.everyWrong', { most: DAYS_MAX }),
  };
  const wrong = mode === 'on' && Object.values(errors).some((error) => error !== undefined);
  const save = useMutation({
    mutationFn: (settings: RatingSettings | null) => ask<RatingSettingsStanding>(path, { method: 'PUT', body: { settings } }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ratingSettingsQuery.queryKey });
      showToast({ error: false, words: t('rating.saved', { name }) });
      onClose();
    },
  });
  const modes: [Mode, string][] = [...(ofTeam ? [['inherit', t('hours.asWorkspace')] as [Mode, string]] : []), ['off', t('rating.off')], ['on', t('rating.ask')]];
  return (
    <Modal title={t('rating.editTitle', { name })} onClose={onClose} footer={<FormButtons form={form} action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (wrong) return;
          const words = { question: question.trim(), button: button.trim() };
          if (mode === 'inherit') save.mutate(null);
          else save.mutate({ ask: mode === 'on', delay_minutes: number(delay, 0, DELAY_MAX) ? Number(delay) : 5, every_days: number(every, 1, DAYS_MAX) ? Number(every) : 30, ...(mode === 'on' || (errors.question === undefined && errors.button === undefined) ? words : { question: '', button: '' }) });
        }}
      >
        <fieldset className="grid gap-1">
          <legend className="label">{t('rating.whether')}</legend>
          {modes.map(([value, label]) => (
            <label key={value} className="inline-flex min-h-[26px] items-center gap-2">
              <input type="radio" name={`${form}-mode`} className="size-4 flex-none accent-accent" checked={mode === value} onChange={() => { setMode(value); }} />
              {label}
            </label>
          ))}
        </fieldset>
        {mode === 'on' && (
          <>
            <div>
              <label className="label" htmlFor={`${form}-question`}>{t('rating.question')}</label>
              <textarea id={`${form}-question`} className="field !h-auto py-2" rows={3} dir="auto" value={question} aria-invalid={tried && errors.question ? true : undefined} aria-describedby={`${form}-hint`} onChange={(event) => { setQuestion(event.target.value); }} />
              <p id={`${form}-hint`} className={tried && errors.question ? 'hint bad' : 'hint'}>{(tried ? errors.question : undefined) ?? t('rating.questionHint')}</p>
            </div>
            <Field label={t('rating.button')} value={button} dir="auto" onValue={setButton} error={tried ? errors.button : undefined} />
            <Preview question={question} button={button} />
            <Field label={t('rating.delay')} inputMode="numeric" value={delay} onValue={setDelay} hint={t('rating.delayHint')} error={tried ? errors.delay : undefined} />
            <Field label={t('rating.every')} inputMode="numeric" value={every} onValue={setEvery} hint={t('rating.everyHint')} error={tried ? errors.every : undefined} />
          </>
        )}
        {save.error && <p className="text-bad" role="alert">{save.error instanceof ApiError ? wordsOf(save.error) : t('error.noAnswer')}</p>}
      </form>
    </Modal>
  );
}

/** As the customer sees it. */
function Preview({ question, button }: { question: string; button: string }) {
  return (
    <figure aria-label={t('rating.preview')} className="rounded-[12px] bg-sunken p-3">
      <div className="max-w-[280px] rounded-[14px] border border-bot-line bg-surface">
        <p className="px-3 py-2 break-words whitespace-pre-wrap" dir="auto">{question}</p>
        <p className="border-t border-line px-3 py-2 text-center font-medium text-accent-text" dir="auto">{button}</p>
      </div>
      <ul className="mt-2 grid grid-cols-1 max-w-[280px] gap-px text-[13px] text-text-2">{[5, 4, 3, 2, 1].map((score) => <li key={score} className="num">{score} {'★'.repeat(score)}</li>)}</ul>
    </figure>
  );
}
