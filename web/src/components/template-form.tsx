import { useQuery } from '@tanstack/react-query';
import { ChevronLeft } from 'lucide-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { templatesQuery } from '@/api/queries';
import type { SendPrice, SendRefusal, Template } from '@/api/types';
import { FileField } from '@/components/file-field';
import { TemplatePreview, type Pictures } from '@/components/template-preview';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { costOf, priceWords } from '@/lib/inbox/outlook';
import { againstTemplates } from '@/lib/inbox/permission';
import { byName, categoryName, keyOf, made, parametersOf, prefill, problemOf, sentence, untouched, whyNot, type Chosen, type Fields, type Need, type Values } from '@/lib/templates';
import { refusalWords } from '@/lib/refusals';

/** Templates of a channel beside a live preview of the chosen one, with a field for each placeholder. */
export function TemplateForm({ channelId, fields, refusalOf = () => null, priceOf = () => null, chosen, onChoose, tall = false }: {
  channelId: string;
  /** The fields of whom it is for, which fill it as its settings say. */
  fields: Fields;
  /** Why no template of a category would be sent now. */
  refusalOf?: (category: string) => SendRefusal | null;
  /** What a template of a category would be charged as now, where that is known. */
  priceOf?: (category: string) => SendPrice | null;
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
  // What stands against all of them is told above, once.
  const told = againstTemplates(refusalOf)?.code;
  const against = (one: Template) => {
    const refused = refusalOf(one.category);
    return whyNot(one) ?? (refused && (refused.code === told ? '' : refusalWords(refused, now).reason));
  };
  const reasons = new Map(shown.map((one) => [one, against(one)]));
  const isRefused = (one: Template) => reasons.get(one) !== null;
  const sorted = [...shown].sort((a, b) => Number(isRefused(a)) - Number(isRefused(b)) || byName(a, b));
  const choosable = sorted.filter((one) => !isRefused(one));
  const places = new Map(choosable.map((one, index) => [one, index]));
  const [active, setActive] = useState(-1);
  useEffect(() => { setActive(filter ? 0 : -1); }, [filter]);
  // Whoever goes through a long list by keyboard sees where they are.
  useEffect(() => { document.getElementById(`${listId}-${String(active)}`)?.scrollIntoView({ block: 'nearest' }); }, [active, listId]);

  // What was in focus goes with the list, or comes with what was chosen.
  const box = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    const find = (what: string) => box.current?.querySelector<HTMLElement>(what);
    (chosen ? (find('.template-fields input') ?? find('.template-back')) : find('input'))?.focus();
  }, [chosen]);
  const narrow = chosen !== null && !tall;

  const choose = (template: Template) => {
    moved.current = !tall;
    const { values, fills } = prefill(template, fields);
    onChoose(made(template, values, fills));
  };

  if (isPending) return <p className="p-4 text-text-3">{t('template.loading')}</p>;
  if (error)
    return (
      <p className="flex flex-wrap gap-2 p-4 text-bad">
        {t('templates.failed', { detail: wordsOf(error) })}
        <button type="button" className="link" onClick={() => void refetch()}>{t('app.tryAgain')}</button>
      </p>
    );
  if (all.length === 0)
    return (
      <div className="p-4">
        <p className="font-semibold">{t('template.none')}</p>
        <p className="text-text-2">{t('templates.noneText')}</p>
      </div>
    );

  return (
    // In the composer there is no room for three beside each other: what is chosen takes the place of the list.
    <div ref={box} className={`grid min-h-0 grid-cols-1 ${narrow ? '' : 'sm:grid-cols-[minmax(0,0.9fr)_minmax(0,1.1fr)]'} ${tall ? '' : 'max-h-[min(300px,40vh)] overflow-y-auto sm:max-h-[min(340px,44vh)] sm:overflow-visible'}`}>
      <div className={`flex min-h-0 flex-col border-line p-2 sm:border-e ${narrow ? 'hidden' : chosen ? 'max-sm:hidden' : ''}`}>
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
        <div id={listId} role="listbox" aria-label={t('templates.pick')} className={`template-list mt-1 min-h-0 flex-1 overflow-y-auto ${tall ? 'max-h-52' : 'max-h-56'}`}>
          {sorted.map((one) => {
            const reason = reasons.get(one);
            const index = places.get(one) ?? -1;
            const price = priceOf(one.category);
            const cost = price && costOf(price);
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
                onClick={() => { if (reason === null) choose(one); }}
                onKeyDown={(event) => { if (event.key === 'Enter' && reason === null) choose(one); }}
              >
                <span className="block truncate font-medium">{sentence(one.name)}</span>
                {reason !== null ? (
                  <span className="block text-[12px] leading-4 text-text-3">
                    {categoryName(one.category)} · {one.language}{reason && <span className="text-warn"> · {reason}</span>}
                  </span>
                ) : (
                  <span className="flex flex-wrap gap-x-2 text-[12px] leading-4 text-text-3">
                    <span className="max-w-full truncate">{categoryName(one.category)} · {one.language}</span>
                    {cost && price && <span className="num ms-auto flex-none" title={priceWords(price)}>{cost}</span>}
                  </span>
                )}
              </div>
            );
          })}
          {shown.length === 0 && <p className="p-2 text-text-3">{t('templates.noMatch')}</p>}
        </div>
      </div>
      <div className={`flex min-h-0 flex-col p-3 ${chosen ? '' : 'max-sm:hidden'} ${tall ? '' : 'sm:max-h-[min(340px,44vh)]'}`}>
        {chosen ? (
          <>
            <button
              type="button"
              className={`template-back link inline-flex min-h-8 items-center gap-1 self-start max-sm:mb-2 ${tall ? 'sm:hidden' : 'sm:mb-1 sm:min-h-6'}`}
              onClick={() => {
                moved.current = !tall;
                onChoose(null);
              }}
            >
              <ChevronLeft size={16} aria-hidden="true" />
              {t('templates.pick')}
            </button>
            <Filled key={`${chosen.template.name} ${chosen.template.language}`} chosen={chosen} channelId={channelId} lacking={prefill(chosen.template, fields).lacking} beside={!tall} onChoose={onChoose} />
          </>
        ) : (
          <p className="text-text-3">{t('templates.choose')}</p>
        )}
      </div>
    </div>
  );
}

/** Pictures of the files that were chosen; let go of when they are not shown any more. */
function usePictures(): [Pictures, (key: string, picture: string | null) => void] {
  const [pictures, setPictures] = useState<Pictures>({});
  const last = useRef<Pictures>({});
  useEffect(() => () => { for (const one of Object.values(last.current)) if (one) URL.revokeObjectURL(one); }, []);
  const set = (key: string, picture: string | null) => {
    const before = last.current[key];
    if (before) URL.revokeObjectURL(before);
    last.current = { ...last.current, [key]: picture };
    setPictures(last.current);
  };
  return [pictures, set];
}

function labelOf({ part, name, required, file }: Need, named: boolean): string {
  const shown = named ? sentence(name) : name;
  switch (part) {
    case 'file': return t(`template.header_${file ?? 'image'}`);
    case 'place': return t(`templates.place_${name as 'name'}`);
    case 'product': return t(`templates.product_${name as 'catalog'}`);
    case 'button': return t(required ? 'templates.ofButton' : 'templates.payload', { name });
    case 'section': return t('templates.section', { name });
    case 'products': return t('templates.products', { name });
    case 'offer': return t('templates.offerEndsAt', { name });
    case 'header': return t('templates.header', { name: shown });
    default: return named ? shown : t('template.body', { name });
  }
}

/** `beside`: the fields stand beside the preview where there is room, each with its own end, so that one sees what one fills in. */
function Filled({ chosen, channelId, lacking, beside, onChoose }: { chosen: NonNullable<Chosen>; channelId: string; lacking: Record<string, string>; beside: boolean; onChoose: (chosen: Chosen) => void }) {
  const { template, values, fills } = chosen;
  const id = useId();
  const [pictures, setPicture] = usePictures();
  const needs = useMemo(() => parametersOf(template), [template]);
  // An upload ends while somebody writes: it adds to what was written since it began.
  const latest = useRef(values);
  useEffect(() => { latest.current = values; }, [values]);
  const set = (changed: Values) => {
    latest.current = { ...latest.current, ...changed };
    onChoose(made(template, latest.current, untouched(fills, changed)));
  };
  // What scrolls can be reached by keyboard.
  const half = `min-h-0 min-w-0 ${beside ? 'sm:overflow-y-auto' : ''}`;
  return (
    <div className={`grid min-h-0 grid-cols-1 gap-x-3 ${beside && needs.length > 0 ? 'sm:grid-cols-2 sm:grid-rows-[minmax(0,1fr)]' : ''}`}>
      <div className={half} tabIndex={beside ? 0 : undefined} role={beside ? 'region' : undefined} aria-label={beside ? sentence(template.name) : undefined}>
        <TemplatePreview template={template} values={values} pictures={pictures} />
        <p className="hint">{t('templates.price', { category: categoryName(template.category) })}</p>
        {(template.changes ?? []).filter((change) => change.to !== 'APPROVED').map((change) => <p key={`${change.what} ${change.to}`} className="hint !text-warn">{change.message}</p>)}
      </div>
      {needs.length > 0 && <div className={`template-fields ${half}`}>
        {needs.map((need, index) => {
          const { key, part, name, card, file } = need;
          const words = labelOf(need, template.named);
          const label = card === undefined ? words : t('templates.ofCard', { count: card + 1, words });
          if (part === 'file')
            return file && (
              <div key={key} className="mt-2">
                <FileField
                  channelId={channelId}
                  kind={file}
                  label={label}
                  name={values[key] ? (values[`${key} name`] ?? '') : null}
                  onFile={(taken) => {
                    setPicture(key, taken?.picture ?? null);
                    set({ [key]: taken?.mediaId ?? '', [`${key} name`]: taken?.name ?? '' });
                  }}
                />
              </div>
            );
          const value = values[key] ?? '';
          const wrong = problemOf(need, value);
          const problem = wrong ?? (value.trim() ? null : lacking[key]);
          const fill = fills.find((one) => keyOf(one) === key);
          return (
            <div key={key} className="mt-2">
              <label className="label" htmlFor={`${id}-${String(index)}`}>{label}</label>
              <input
                id={`${id}-${String(index)}`}
                className="field"
                type={part === 'offer' ? 'datetime-local' : 'text'}
                value={value}
                // Of somebody who is not known yet the server looks it up when it is sent.
                placeholder={fill && !value ? t('templates.filled', { field: t(`templates.source_${fill.source}`) }) : undefined}
                inputMode={part === 'place' && (name === 'latitude' || name === 'longitude') ? 'decimal' : undefined}
                aria-invalid={wrong !== null || undefined}
                aria-describedby={problem ? `${id}-${String(index)}-hint` : undefined}
                onChange={(event) => { set({ [key]: event.target.value }); }}
              />
              {problem && <p id={`${id}-${String(index)}-hint`} className="hint bad">{problem}</p>}
            </div>
          );
        })}
      </div>}
    </div>
  );
}
