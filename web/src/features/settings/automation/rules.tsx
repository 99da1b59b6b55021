import { useMutation, useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Ellipsis, Pencil, Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { ask, newKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { AutomationRule, ChangeRule, FilterCondition, RuleEvent, RuleTrial, RuleWhen } from '@/api/types';
import { Choice, Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { FormButtons, Modal } from '@/components/modal';
import { ConditionChips } from '@/components/condition-chips';
import { ActionsField } from '@/features/settings/automation/actions-field';
import { Remove } from '@/features/settings/automation/remove';
import { Runs } from '@/features/settings/automation/runs';
import { nameProblem, SaveProblem, useSave } from '@/features/settings/automation/save';
import { Head, LoadError } from '@/features/settings/parts';
import { actionOf, actionWords, AFTER, afterWords, EVENTS, eventWords, rulesQuery, stepsOf, type Step } from '@/lib/automation';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { conditionWords, FIELDS, type Names } from '@/lib/inbox/filters';
import { useNames } from '@/lib/inbox/names';
import { useMay } from '@/lib/people';
import { showToast } from '@/lib/toast';

type Asked = { act: 'new' } | { act: 'change' | 'delete'; rule: AutomationRule };

/** Nobody looks when a rule acts: nothing is unread then. */
const RULE_FIELDS = FIELDS.filter((field) => field !== 'unread');

/** What happens by itself, in its order, and what came of it. */
export function Rules() {
  const { data, error, refetch } = useQuery(rulesQuery);
  const allowed = useMay('manage_inbox');
  const names = useNames();
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  const change = useMutation({
    mutationFn: ({ rule, body }: { rule: AutomationRule; body: { enabled?: boolean; position?: number } }) => ask<AutomationRule>(`/rules/${rule.id}`, { method: 'PATCH', ifMatch: `"${String(rule.version)}"`, body }),
    onError: (failure) => { showToast({ error: true, words: t('automation.saveFailed', { detail: wordsOf(failure) }) }); },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['automation'] }),
  });
  const rules = data?.rules ?? [];
  return (
    <>
      <Head
        title={t('settings.rules')}
        text={t('automation.rulesText')}
        action={allowed && <button type="button" className="btn primary" onClick={() => { setAsked({ act: 'new' }); }}><Plus size={16} aria-hidden="true" />{t('automation.newRule')}</button>}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data && rules.length === 0 && (
        <div>
          <p className="font-semibold">{t('automation.noRules')}</p>
          <p className="text-text-2">{t('automation.noRulesText')} {!allowed && t('automation.onlyManagers')}</p>
        </div>
      )}
      <ol className="grid grid-cols-1 gap-2">
        {rules.map((rule, index) => (
          <li key={rule.id} className="flex items-start gap-3 rounded-[9px] border border-line px-3 py-2.5">
            <div className="min-w-0 flex-1">
              <p className={`font-medium break-words ${rule.enabled ? '' : 'text-text-2'}`}>{rule.name}</p>
              <p className="text-text-2">{whenWords(rule.when, names)}</p>
              <p className="line-clamp-2 text-text-2 [overflow-wrap:anywhere]">{rule.actions.map((action) => actionWords(action, names)).join(' · ')}</p>
            </div>
            <label className="inline-flex min-h-[26px] flex-none items-center gap-2 text-[12px] text-text-2">
              <input type="checkbox" role="switch" className="size-4 flex-none accent-accent" aria-label={t('automation.turn', { name: rule.name })} disabled={!allowed || change.isPending} checked={rule.enabled} onChange={(event) => { change.mutate({ rule, body: { enabled: event.target.checked } }); }} />
              <span aria-hidden="true">{t(rule.enabled ? 'automation.on' : 'automation.off')}</span>
            </label>
            {allowed && (
              <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('automation.more', { name: rule.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', rule }); }}>{t('automation.change')}</MenuItem>
                {index > 0 && <MenuItem icon={<ArrowUp size={16} aria-hidden="true" />} onSelect={() => { change.mutate({ rule, body: { position: index - 1 } }); }}>{t('automation.up')}</MenuItem>}
                {index < rules.length - 1 && <MenuItem icon={<ArrowDown size={16} aria-hidden="true" />} onSelect={() => { change.mutate({ rule, body: { position: index + 1 } }); }}>{t('automation.down')}</MenuItem>}
                <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'delete', rule }); }}>{t('automation.delete')}</MenuItem>
              </Menu>
            )}
          </li>
        ))}
      </ol>
      <Runs rules={rules} macros={[]} />
      {asked?.act === 'new' && <Edit onClose={done} />}
      {asked?.act === 'change' && <Edit rule={asked.rule} onClose={done} />}
      {asked?.act === 'delete' && <Remove path={`/rules/${asked.rule.id}`} name={asked.rule.name} text={t('automation.deleteRule')} onClose={done} />}
    </>
  );
}

/** What a rule begins with, in a line. */
function whenWords({ event, after_minutes: after, filter = [], words = [], hours }: RuleWhen, names: Names): string {
  return [
    eventWords(event),
    ...(after ? [afterWords(after)] : []),
    ...(words.length > 0 ? [words.map((word) => `“${word}”`).join(', ')] : []),
    ...filter.map((condition) => conditionWords(condition, names)),
    ...(hours ? [t(hours === 'open' ? 'automation.hoursOpen' : 'automation.hoursClosed')] : []),
  ].join(' · ');
}

function Edit({ rule, onClose }: { rule?: AutomationRule; onClose: () => void }) {
  const form = useId();
  const names = useNames();
  const [name, setName] = useState(rule?.name ?? '');
  const [event, setEvent] = useState<RuleEvent>(rule?.when.event ?? 'message_received');
  const [after, setAfter] = useState(rule?.when.after_minutes ?? 0);
  const [words, setWords] = useState((rule?.when.words ?? []).join(', '));
  const [filter, setFilter] = useState<FilterCondition[]>(rule?.when.filter ?? []);
  const [hours, setHours] = useState<'' | 'open' | 'closed'>(rule?.when.hours ?? '');
  const [steps, setSteps] = useState<Step[]>(() => stepsOf(rule?.actions ?? []));
  const [tried, setTried] = useState(false);
  const says = event === 'message_received' || event === 'message_sent';
  const when: RuleWhen = {
    event,
    ...(after > 0 ? { after_minutes: after } : {}),
    ...(filter.length > 0 ? { filter } : {}),
    ...(says && words.trim() ? { words: words.split(',').map((word) => word.trim()).filter(Boolean) } : {}),
    ...(hours ? { hours } : {}),
  };
  const trial = useQuery({
    queryKey: ['automation', 'trial', filter],
    queryFn: ({ signal }) => ask<RuleTrial>('/rules/trial', { method: 'POST', key: newKey(), body: { when: { event: 'labelled', filter } }, signal }),
    enabled: filter.length > 0,
  });
  const save = useSave<AutomationRule, ChangeRule>('/rules', rule, { enabled: true }, onClose);
  const wrongName = nameProblem(name, tried, save.error);
  const afters = AFTER.some((one) => one === after) || after === 0 ? AFTER : [...AFTER, after].sort((a, b) => a - b);
  return (
    <Modal title={rule ? t('automation.changeTitle', { name: rule.name }) : t('automation.newRule')} onClose={onClose} footer={<FormButtons form={form} action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-4"
        noValidate
        onSubmit={(submitted) => {
          submitted.preventDefault();
          setTried(true);
          const actions = steps.map(actionOf).filter((action) => action !== null);
          if (name.trim() && steps.length > 0 && actions.length === steps.length) save.mutate({ name: name.trim(), when, actions });
        }}
      >
        <Field label={t('automation.name')} value={name} onValue={setName} error={wrongName} maxLength={80} autoComplete="off" />
        <Choice label={t('automation.when')} value={event} onValue={(value) => { setEvent(value as RuleEvent); }} options={EVENTS.map((value) => ({ value, label: eventWords(value) }))} />
        <div>
          <Choice label={t('automation.at')} value={String(after)} onValue={(value) => { setAfter(Number(value)); }} options={[{ value: '0', label: t('automation.atOnce') }, ...afters.map((value) => ({ value: String(value), label: afterWords(value) }))]} />
          {after > 0 && says && <p className="hint">{t(event === 'message_received' ? 'automation.afterAnswer' : 'automation.afterQuiet')}</p>}
        </div>
        {says && <Field label={t('automation.words')} value={words} onValue={setWords} hint={t('automation.wordsHint')} autoComplete="off" dir="auto" />}
        <fieldset>
          <legend className="label">{t('automation.conditions')}</legend>
          <div className="flex flex-wrap items-center gap-1.5"><ConditionChips filter={filter} names={names} fields={RULE_FIELDS} onChange={setFilter} /></div>
          <p className="hint" role="status">{filter.length === 0 ? t('automation.anyConversation') : trial.data ? t('automation.trial', { count: trial.data.total }) : ' '}</p>
        </fieldset>
        <Choice label={t('automation.hours')} value={hours} onValue={(value) => { setHours(value as '' | 'open' | 'closed'); }} options={[{ value: '', label: t('automation.hoursAny') }, { value: 'open', label: t('automation.hoursOpen') }, { value: 'closed', label: t('automation.hoursClosed') }]} />
        <ActionsField steps={steps} names={names} byPerson={false} tried={tried} onChange={setSteps} />
        {save.error && !wrongName && <SaveProblem error={save.error} />}
      </form>
    </Modal>
  );
}
