import { useQuery } from '@tanstack/react-query';
import { Ellipsis, Lock, Pencil, Plus, Trash2, Users } from 'lucide-react';
import { useId, useState } from 'react';
import { macrosQuery } from '@/api/queries';
import type { ChangeMacro, Macro } from '@/api/types';
import { Field } from '@/components/field';
import { Menu, MenuItem } from '@/components/menu';
import { FormButtons, Modal } from '@/components/modal';
import { ActionsField } from '@/features/settings/automation/actions-field';
import { Remove } from '@/features/settings/automation/remove';
import { Runs } from '@/features/settings/automation/runs';
import { nameProblem, SaveProblem, useSave } from '@/features/settings/automation/save';
import { Head, LoadError } from '@/features/settings/parts';
import { actionOf, actionWords, stepsOf, type Step } from '@/lib/automation';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import '@/lib/i18n-settings';
import { useNames } from '@/lib/inbox/names';
import { useMay } from '@/lib/people';

type Asked = { act: 'new' } | { act: 'change' | 'delete'; macro: Macro };

/** What is done with conversations again and again: everybody's and one's own. */
export function Macros() {
  const { data, error, refetch } = useQuery(macrosQuery);
  const answers = useMay('answer');
  const keeps = useMay('manage_inbox');
  const names = useNames();
  const [asked, setAsked] = useState<Asked | null>(null);
  const done = () => { setAsked(null); };
  return (
    <>
      <Head
        title={t('settings.macros')}
        text={t('automation.macrosText')}
        action={answers && <button type="button" className="btn primary" onClick={() => { setAsked({ act: 'new' }); }}><Plus size={16} aria-hidden="true" />{t('automation.newMacro')}</button>}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.macros.length === 0 && (
        <div>
          <p className="font-semibold">{t('automation.noMacros')}</p>
          <p className="text-text-2">{t('automation.noMacrosText')}</p>
        </div>
      )}
      <ul className="grid grid-cols-1 gap-2">
        {data?.macros.map((macro) => (
          <li key={macro.id} className="flex items-start gap-3 rounded-[9px] border border-line px-3 py-2.5">
            <div className="min-w-0 flex-1">
              <p className="flex flex-wrap items-center gap-x-3">
                <span className="font-medium break-words">{macro.name}</span>
                <span className="inline-flex items-center gap-1 text-[12px] leading-4 text-text-3">
                  {macro.shared ? <Users size={14} aria-hidden="true" /> : <Lock size={14} aria-hidden="true" />}
                  {t(macro.shared ? 'automation.shared' : 'automation.own')}
                </span>
              </p>
              <p className="line-clamp-2 text-text-2 [overflow-wrap:anywhere]">{macro.actions.map((action) => actionWords(action, names)).join(' · ')}</p>
            </div>
            {answers && (keeps || !macro.shared) && (
              <Menu trigger={<button type="button" className="btn plain icon small" aria-label={t('automation.more', { name: macro.name })}><Ellipsis size={16} aria-hidden="true" /></button>}>
                <MenuItem icon={<Pencil size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'change', macro }); }}>{t('automation.change')}</MenuItem>
                <MenuItem icon={<Trash2 size={16} aria-hidden="true" />} onSelect={() => { setAsked({ act: 'delete', macro }); }}>{t('automation.delete')}</MenuItem>
              </Menu>
            )}
          </li>
        ))}
      </ul>
      <Runs rules={[]} macros={data?.macros ?? []} />
      {asked?.act === 'new' && <Edit keeps={keeps} onClose={done} />}
      {asked?.act === 'change' && <Edit macro={asked.macro} keeps={keeps} onClose={done} />}
      {asked?.act === 'delete' && <Remove path={`/macros/${asked.macro.id}`} name={asked.macro.name} text={t(asked.macro.shared ? 'automation.deleteShared' : 'automation.deleteMacro')} onClose={done} />}
    </>
  );
}

function Edit({ macro, keeps, onClose }: { macro?: Macro; keeps: boolean; onClose: () => void }) {
  const form = useId();
  const names = useNames();
  const [name, setName] = useState(macro?.name ?? '');
  const [shared, setShared] = useState(macro?.shared ?? keeps);
  const [steps, setSteps] = useState<Step[]>(() => stepsOf(macro?.actions ?? []));
  const [tried, setTried] = useState(false);
  const save = useSave<Macro, ChangeMacro>('/macros', macro, { shared }, onClose);
  const wrongName = nameProblem(name, tried, save.error);
  return (
    <Modal title={macro ? t('automation.changeTitle', { name: macro.name }) : t('automation.newMacro')} onClose={onClose} footer={<FormButtons form={form} action={t('app.save')} disabled={save.isPending} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          const actions = steps.map(actionOf).filter((action) => action !== null);
          if (name.trim() && steps.length > 0 && actions.length === steps.length) save.mutate({ name: name.trim(), actions });
        }}
      >
        <Field label={t('automation.name')} value={name} onValue={setName} error={wrongName} maxLength={80} autoComplete="off" />
        <ActionsField steps={steps} names={names} byPerson tried={tried} onChange={setSteps} />
        {!macro && keeps && (
          <label className="inline-flex min-h-[26px] items-center gap-2">
            <input type="checkbox" className="size-4 flex-none accent-accent" checked={shared} onChange={(event) => { setShared(event.target.checked); }} />
            {t('automation.forAll')}
          </label>
        )}
        {save.error && !wrongName && <SaveProblem error={save.error} />}
      </form>
    </Modal>
  );
}
