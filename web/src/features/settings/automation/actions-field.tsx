import { ArrowDown, ArrowUp, ChevronDown, Plus, X } from 'lucide-react';
import { useRef } from 'react';
import { Menu, MenuChoice } from '@/components/menu';
import { ACTIONS_MAX, actionOf, choicesOf, KINDS, type Kind, type Step } from '@/lib/automation';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import type { Names } from '@/lib/inbox/filters';

/** Longest words of an action, in characters. */
const TEXT_MAX = 4_096;

/** What is done, one after the other. `byPerson`: somebody runs it. */
export function ActionsField({ steps, names, byPerson, tried, onChange }: { steps: Step[]; names: Names; byPerson: boolean; tried: boolean; onChange: (steps: Step[]) => void }) {
  const list = useRef<HTMLOListElement>(null);
  const kinds = KINDS.filter((kind) => byPerson || kind !== 'assign_me');
  const put = (index: number, step: Step) => { onChange(steps.with(index, step)); };
  const move = (index: number, by: 1 | -1) => {
    const step = steps[index];
    if (step) onChange(steps.toSpliced(index, 1).toSpliced(index + by, 0, step));
  };
  return (
    <fieldset className="grid gap-2">
      <legend className="label">{t('automation.then')}</legend>
      <ol ref={list} className="grid grid-cols-1 gap-2">
        {steps.map((step, index) => {
          const wrong = tried && actionOf(step) === null;
          const count = index + 1;
          return (
            <li key={step.key} className="grid gap-1.5 rounded-[9px] border border-line p-2">
              <div className="flex items-center gap-1">
                <select className="field min-w-0 flex-1" aria-label={t('automation.actionOf', { count })} value={step.kind} onChange={(event) => { put(index, { ...step, kind: event.target.value as Kind, values: [] }); }}>
                  {kinds.map((kind) => <option key={kind} value={kind}>{t(`automation.kind.${kind}`)}</option>)}
                </select>
                <button type="button" className="btn plain icon small" disabled={index === 0} aria-label={t('automation.moveUp', { count })} onClick={() => { move(index, -1); }}><ArrowUp size={14} aria-hidden="true" /></button>
                <button type="button" className="btn plain icon small" disabled={count === steps.length} aria-label={t('automation.moveDown', { count })} onClick={() => { move(index, 1); }}><ArrowDown size={14} aria-hidden="true" /></button>
                <button type="button" className="btn plain icon small" aria-label={t('automation.removeAction', { count })} onClick={() => { onChange(steps.toSpliced(index, 1)); }}><X size={14} aria-hidden="true" /></button>
              </div>
              <What step={step} count={count} names={names} wrong={wrong} onChange={(values) => { put(index, { ...step, values }); }} />
            </li>
          );
        })}
      </ol>
      {tried && (steps.length === 0 || steps.some((step) => actionOf(step) === null)) && <p className="hint bad !mt-0" role="alert">{t('automation.actionsNeeded')}</p>}
      <span>
        <button
          type="button"
          className="btn"
          disabled={steps.length >= ACTIONS_MAX}
          onClick={() => {
            onChange([...steps, { key: Math.max(-1, ...steps.map((one) => one.key)) + 1, kind: 'assignee', values: [] }]);
            // Whoever adds one means to say what it is.
            setTimeout(() => { list.current?.querySelector<HTMLElement>('li:last-child select')?.focus(); }, 0);
          }}
        >
          <Plus size={16} aria-hidden="true" />{t('automation.addAction')}
        </button>
      </span>
    </fieldset>
  );
}

/** With what an action is done. */
function What({ step, count, names, wrong, onChange }: { step: Step; count: number; names: Names; wrong: boolean; onChange: (values: string[]) => void }) {
  const { kind, values } = step;
  const label = t('automation.what', { count });
  if (kind === 'assign_me') return null;
  if (kind === 'send' || kind === 'note')
    return (
      <div>
        <textarea className="field !h-auto py-1.5" rows={3} dir="auto" maxLength={TEXT_MAX} aria-label={label} aria-invalid={wrong || undefined} value={values[0] ?? ''} onChange={(event) => { onChange([event.target.value]); }} />
        <p className="hint">{t('automation.textHint', { example: '{{contact.first_name|there}}' })}</p>
      </div>
    );
  const choices = choicesOf(kind, names);
  if (kind === 'add' || kind === 'remove') {
    const chosen = values.map((value) => choices.find((one) => one.value === value)?.name ?? t('automation.gone')).join(', ');
    return (
      <Menu
        align="start"
        trigger={<button type="button" className="btn w-full !justify-between" aria-label={`${label}: ${chosen || t('automation.choose')}`} data-wrong={wrong || undefined}><span className="truncate">{chosen || t('automation.choose')}</span><ChevronDown size={14} aria-hidden="true" /></button>}
      >
        {choices.map((one) => (
          <MenuChoice key={one.value} keeps checked={values.includes(one.value)} onSelect={() => { onChange(values.includes(one.value) ? values.filter((value) => value !== one.value) : [...values, one.value]); }}>{one.name}</MenuChoice>
        ))}
      </Menu>
    );
  }
  const [value] = values;
  const isKnown = value === undefined || choices.some((one) => one.value === value);
  return (
    <select className="field" aria-label={label} aria-invalid={wrong || undefined} value={value === undefined ? '-' : value} onChange={(event) => { onChange([event.target.value]); }}>
      {value === undefined && <option value="-" disabled>{t('automation.choose')}</option>}
      {!isKnown && <option value={value}>{kind === 'snooze' ? value : t('automation.gone')}</option>}
      {choices.map((one) => <option key={one.value} value={one.value}>{one.name}</option>)}
    </select>
  );
}
