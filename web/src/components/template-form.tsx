import { useQuery } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { templatesQuery } from '@/api/queries';
import type { SendRefusal, Template, TemplateFill } from '@/api/types';
import { FileField } from '@/components/file-field';
import { TemplatePreview } from '@/components/template-preview';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { categoryName, fileKindOf, parametersOf, prefill, problemOf, sentence, untouched, whyNot, type Fields, type Values } from '@/lib/templates';
import { withLocalTimes } from '@/lib/time';

/** A template, what stands in its places, and which of these the server fills. */
export type Chosen = { template: Template; values: Values; fills: TemplateFill[] } | null;

/** Templates of a channel beside a live preview of the chosen one, with a field for each placeholder. */
export function TemplateForm({ channelId, fields, refusalOf = () => null, chosen, onChoose, tall = false }: {
  channelId: string;
  /** The fields of whom it is for, which fill it as its settings say. */
  fields: Fields;
  /** Why no template of a category would be sent now. */
  refusalOf?: (category: string) => SendRefusal | null;
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
  const now = useMinute();
  const against = (one: Template) => {
    const refused = refusalOf(one.category);
    return whyNot(one) ?? (refused && withLocalTimes(refused.reason, now));
  };
  const sorted = [...shown].sort((a, b) => Number(against(a) !== null) - Number(against(b) !== null));
  const choosable = sorted.filter((one) => against(one) === null);
  const [active, setActive] = useState(-1);
  useEffect(() => { setActive(filter ? 0 : -1); }, [filter]);

  const choose = (template: Template) => { 
    const { values, fills } = prefill(template, fields);
    onChoose({ template, values, fills });
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
            const reason = against(one);
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
                  {categoryName(one.category)} · {one.language}
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
            <Filled key={`${chosen.template.name} ${chosen.template.language}`} chosen={chosen} channelId={channelId} lacking={prefill(chosen.template, fields).lacking} onChoose={onChoose} />
          </>
        ) : (
          <p className="text-text-3">{t('template.choose')}</p>
        )}
      </div>
    </div>
  );
}

function Filled({ chosen, channelId, lacking, onChoose }: { chosen: NonNullable<Chosen>; channelId: string; lacking: Record<string, string>; onChoose: (chosen: Chosen) => void }) {
  const { template, values, fills } = chosen;
  const id = useId();
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => () => { if (picture) URL.revokeObjectURL(picture); }, [picture]);
  const set = (changed: Values) => { onChoose({ template, values: { ...values, ...changed }, fills: untouched(fills, changed) }); };
  const kind = fileKindOf(template);
  return (
    <>
      <TemplatePreview template={template} values={values} picture={picture} />
      <p className="hint">{t('template.price', { category: categoryName(template.category) })}</p>
      {(template.changes ?? []).map((change) => <p key={`${change.what} ${change.to}`} className="hint !text-warn">{change.message}</p>)}
      {parametersOf(template).map((need, index) => {
        const { key, part, name, required } = need;
        if (part === 'file')
          return kind && (
            <div key={key} className="mt-2">
              <FileField
                channelId={channelId}
                kind={kind}
                label={t(`template.header_${kind}`)}
                name={values['file'] ? (values['file name'] ?? '') : null}
                onFile={(file) => {
                  setPicture(file?.picture ?? null);
                  set({ file: file?.mediaId ?? '', 'file name': file?.name ?? '' });
                }}
              />
            </div>
          );
        const value = values[key] ?? '';
        const problem = problemOf(need, value) ?? (value.trim() ? null : lacking[key]);
        const fill = fills.find((one) => `${one.part} ${one.placeholder}` === key);
        const shown = template.named ? sentence(name) : name;
        const label = part === 'place' ? t(`template.place_${name as 'name'}`)
          : part === 'button' ? t(required ? 'template.button' : 'template.payload', { name })
          : part === 'header' ? t('template.header', { name: shown })
          : template.named ? shown : t('template.body', { name });
        return (
          <div key={key} className="mt-2">
            <label className="label" htmlFor={`${id}-${String(index)}`}>{label}</label>
            <input
              id={`${id}-${String(index)}`}
              className="field"
              value={value}
              // Of somebody who is not known yet the server looks it up when it is sent.
              placeholder={fill && !value ? t('template.filled', { field: t(`template.source_${fill.source}`) }) : undefined}
              inputMode={part === 'place' && (name === 'latitude' || name === 'longitude') ? 'decimal' : undefined}
              aria-invalid={problemOf(need, value) !== null || undefined}
              aria-describedby={problem ? `${id}-${String(index)}-hint` : undefined}
              onChange={(event) => { set({ [key]: event.target.value }); }}
            />
            {problem && <p id={`${id}-${String(index)}-hint`} className="hint bad">{problem}</p>}
          </div>
        );
      })}
    </>
  );
}
