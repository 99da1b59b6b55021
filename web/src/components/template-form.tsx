import { useQuery } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { templatesQuery } from '@/api/queries';
import type { Template } from '@/api/types';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { firstName } from '@/lib/words';
import { badValue, fillTemplate, parametersOf, whyNot, type Values } from '@/lib/templates';

export type Chosen = { template: Template; values: Values } | null;

/** Templates of a channel beside a live preview of the chosen one, with a field for each placeholder. */
export function TemplateForm({ channelId, contactName, chosen, onChoose, tall = false }: {
  channelId: string;
  contactName: string;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
  tall?: boolean;
}) {
  const { data, error, isPending, refetch } = useQuery(templatesQuery(channelId));
  const [filter, setFilter] = useState('');
  const listId = useId();
  const all = data?.templates ?? [];
  const words = filter.trim().toLowerCase();
  const shown = all.filter((one) => !words || `${one.name} ${one.body} ${one.language}`.toLowerCase().includes(words.replaceAll(' ', '_')) || `${one.name.replaceAll('_', ' ')} ${one.body}`.toLowerCase().includes(words));
  const sorted = [...shown].sort((a, b) => Number(whyNot(a) !== null) - Number(whyNot(b) !== null));
  const choosable = sorted.filter((one) => whyNot(one) === null);
  const [active, setActive] = useState(-1);
  useEffect(() => { setActive(filter ? 0 : -1); }, [filter]);

  const choose = (template: Template) => {
    // A single value named or placed like a name is most often the customer's first name.
    const values: Values = {};
    const named = [...template.header_parameters.map((one) => `header ${one}`), ...template.body_parameters.map((one) => `body ${one}`)].find((one) => /name|nombre|nome|naam/i.test(one));
    if (named && contactName && !/^\+?\d/.test(contactName)) values[named] = firstName(contactName);
    onChoose({ template, values });
  };

  if (isPending) return <p className="p-4 text-text-3">{t('template.loading')}</p>;
  if (error)
    return (
      <p className="flex flex-wrap gap-2 p-4 text-bad">
        {t('template.failed', { detail: wordsOf(error) })}
        <button type="button" className="link" onClick={() => void refetch()}>{t('app.tryAgain')}</button>
      </p>
    );
  if (all.length === 0)
    return (
      <div className="p-4">
        <p className="font-semibold">{t('template.none')}</p>
        <p className="text-text-2">{t('template.noneText')}</p>
      </div>
    );

  return (
    <div className={`grid min-h-0 grid-cols-1 sm:grid-cols-[minmax(0,0.9fr)_minmax(0,1.1fr)] ${tall ? '' : 'max-h-[min(300px,40vh)] overflow-y-auto sm:overflow-visible'}`}>
      <div className={`flex min-h-0 flex-col border-line p-2 sm:border-e ${chosen ? 'max-sm:hidden' : ''}`}>
        <input
          className="field"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={choosable[active] ? `${listId}-${String(active)}` : undefined}
          aria-label={t('template.find', { count: all.length })}
          placeholder={t('template.find', { count: all.length })}
          value={filter}
          onChange={(event) => { setFilter(event.target.value); }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
            if (step !== 0) {
              event.preventDefault();
              setActive((now) => Math.max(0, Math.min(choosable.length - 1, now + step)));
            } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
              event.preventDefault();
              const one = choosable[active];
              if (one) choose(one);
            }
          }}
        />
        <div id={listId} role="listbox" aria-label={t('template.pick')} className={`mt-1 min-h-0 flex-1 overflow-y-auto ${tall ? 'max-h-52' : 'max-h-56'}`}>
          {sorted.map((one) => {
            const reason = whyNot(one);
            const index = choosable.indexOf(one);
            const selected = chosen?.template.name === one.name && chosen.template.language === one.language;
            return (
              <div
                key={`${one.name} ${one.language}`}
                id={index >= 0 ? `${listId}-${String(index)}` : undefined}
                role="option"
                tabIndex={-1}
                aria-selected={selected}
                aria-disabled={reason !== null}
                className="template-option"
                data-active={(index >= 0 && index === active) || undefined}
                onClick={() => { if (!reason) choose(one); }}
                onKeyDown={(event) => { if (event.key === 'Enter' && !reason) choose(one); }}
              >
                <span className="block truncate font-medium">{sentence(one.name)}</span>
                <span className={`block text-[12px] leading-4 text-text-3 ${reason ? '' : 'truncate'}`}>
                  {category(one.category)} · {one.language}
                  {reason && <span className="text-warn"> · {reason}</span>}
                </span>
              </div>
            );
          })}
          {shown.length === 0 && <p className="p-2 text-text-3">{t('template.noMatch')}</p>}
        </div>
      </div>
      <div className={`min-h-0 p-3 ${chosen ? '' : 'max-sm:hidden'} ${tall ? '' : 'sm:max-h-[min(300px,40vh)] sm:overflow-y-auto'}`}>
        {chosen ? (
          <>
            <button type="button" className="link mb-2 inline-flex min-h-8 items-center gap-1 sm:hidden" onClick={() => { onChoose(null); }}>
              <ChevronLeft size={16} aria-hidden="true" />
              {t('template.pick')}
            </button>
            <Filled chosen={chosen} onChoose={onChoose} />
          </>
        ) : (
          <p className="text-text-3">{t('template.choose')}</p>
        )}
      </div>
    </div>
  );
}

function sentence(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function category(name: string): string {
  if (name === 'MARKETING' || name === 'UTILITY' || name === 'AUTHENTICATION') return t(`template.category_${name}`);
  return name;
}

function Filled({ chosen, onChoose }: { chosen: NonNullable<Chosen>; onChoose: (chosen: Chosen) => void }) {
  const { template, values } = chosen;
  const id = useId();
  return (
    <>
      <div className="template-preview" aria-label={t('template.preview')} role="group">
        {template.header && <p className="mb-1 font-semibold"><Words template={template} part="header" values={values} /></p>}
        <p><Words template={template} part="body" values={values} /></p>
        {template.footer && <p className="mt-1 text-[12px] leading-4 text-text-3">{template.footer}</p>}
      </div>
      {parametersOf(template).map(({ key, part, name }, index) => {
        const bad = badValue(values[key] ?? '');
        const shown = template.named ? sentence(name) : name;
        const label = part === 'header' ? t('template.header', { name: shown }) : template.named ? shown : t('template.body', { name });
        return (
          <div key={key} className="mt-2">
            <label className="label" htmlFor={`${id}-${String(index)}`}>{label}</label>
            <input
              id={`${id}-${String(index)}`}
              className="field"
              value={values[key] ?? ''}
              aria-invalid={bad || undefined}
              onChange={(event) => { onChoose({ template, values: { ...values, [key]: event.target.value } }); }}
            />
            {bad && <p className="hint bad">{t('template.badValue')}</p>}
          </div>
        );
      })}
    </>
  );
}

function Words({ template, part, values }: { template: Template; part: 'header' | 'body'; values: Values }) {
  return fillTemplate(template, part, values).map((piece, index) => {
    const key = `${String(index)} ${piece.text}`;
    if (piece.slot === undefined) return <span key={key}>{piece.text}</span>;
    return <span key={key} className={piece.missing ? 'slot missing' : 'slot'}>{piece.text}</span>;
  });
}
