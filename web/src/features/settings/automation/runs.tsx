import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useState } from 'react';
import type { AutomationRule, AutomationRun, Macro, RunOutcome } from '@/api/types';
import { LoadError } from '@/features/settings/parts';
import { actionWords, eventWords, runsQuery } from '@/lib/automation';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import { useNames } from '@/lib/inbox/names';
import { moment, withLocalTimes } from '@/lib/time';

const OUTCOMES = ['done', 'failed', 'held_back'] as const satisfies readonly RunOutcome[];

/** What rules and macros did, newest first. */
export function Runs({ rules, macros }: { rules: AutomationRule[]; macros: Macro[] }) {
  const id = useId();
  const [of, setOf] = useState('');
  const [outcome, setOutcome] = useState('');
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(runsQuery(of, outcome));
  const runs = data?.pages.flatMap((page) => page.runs) ?? [];
  // A page may hold nothing that is meant and still not be the last.
  const looksOn = hasNextPage && !isFetching && runs.length === 0;
  useEffect(() => {
    if (looksOn) void fetchNextPage();
  }, [looksOn, fetchNextPage]);
  return (
    <section aria-labelledby={id} className="mt-7">
      <h3 id={id} className="text-[14px] leading-5 font-semibold">{t('automation.log')}</h3>
      <p className="mb-2 text-text-2">{t('automation.logText')}</p>
      <div className="mb-3 flex flex-wrap gap-2">
        <select className="field !w-auto" aria-label={t('automation.of')} value={of} onChange={(event) => { setOf(event.target.value); }}>
          <option value="">{t('automation.all')}</option>
          {rules.map((one) => <option key={one.id} value={`rule ${one.id}`}>{one.name}</option>)}
          {macros.map((one) => <option key={one.id} value={`macro ${one.id}`}>{one.name}</option>)}
        </select>
        <select className="field !w-auto" aria-label={t('automation.outcome')} value={outcome} onChange={(event) => { setOutcome(event.target.value); }}>
          <option value="">{t('automation.anyOutcome')}</option>
          {OUTCOMES.map((one) => <option key={one} value={one}>{t(`automation.outcomes.${one}`)}</option>)}
        </select>
      </div>
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && !hasNextPage && runs.length === 0 && (
        <div>
          <p className="font-semibold">{t('automation.logNone')}</p>
          <p className="text-text-2">{of || outcome ? t('automation.logNoneSuch') : t('automation.logNoneText')}</p>
        </div>
      )}
      <ul>{runs.map((run) => <Run key={run.id} run={run} />)}</ul>
      {hasNextPage && runs.length > 0 && <button type="button" className="btn mt-3" disabled={isFetching} onClick={() => void fetchNextPage()}>{t('automation.older')}</button>}
    </section>
  );
}

function Run({ run }: { run: AutomationRun }) {
  const now = useMinute();
  const names = useNames();
  const look = run.outcome === 'done' ? 'ok' : run.outcome === 'failed' ? 'bad' : run.outcome === 'held_back' ? 'warn' : '';
  return (
    <li className="border-b border-line py-2">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <p className="min-w-0 flex-1 break-words">
          <span className="font-medium">{run.name}</span>{' '}
          <Link className="link" to="/inbox/$conversationId" params={{ conversationId: run.conversation_id }} search={{ view: 'all', status: 'any', sort: 'newest' }}>{run.contact}</Link>
        </p>
        <span className={`pill ${look}`}>{t(`automation.outcomes.${run.outcome}`, { defaultValue: run.outcome })}</span>
        <time className="num text-[12px] text-text-3" dateTime={run.at}>{moment(run.at, now)}</time>
      </div>
      <p className="text-[12px] leading-4 text-text-3">{run.event ? eventWords(run.event) : t('automation.ranBy', { name: run.by?.name ?? '' })}</p>
      {run.outcome === 'held_back' && <p className="text-[12px] leading-4 text-text-2">{t('automation.heldBack')}</p>}
      {run.steps.length > 0 && (
        <ol className="mt-1 grid grid-cols-1 gap-0.5 text-[12px] leading-4 text-text-2">
          {run.steps.map((step, index) => (
            // Steps have nothing but their place to be known by.
            <li key={index} className="break-words">
              {actionWords(step.action, names)} – <span className={step.outcome === 'failed' ? 'text-bad' : 'text-text-3'}>{t(`automation.step.${step.outcome}`, { defaultValue: step.outcome })}{step.message && `: ${withLocalTimes(step.message, now)}`}</span>
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
