import { useMutation, useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, Clock, Flag, PauseCircle, Plus, RotateCw } from 'lucide-react';
import { Suspense, useState } from 'react';
import { ask, newKey } from '@/api/client';
import { channelsQuery, queryClient, templatesQuery } from '@/api/queries';
import type { Template, TemplateFill, TemplateList, TemplatePatch } from '@/api/types';
import { Choice } from '@/components/field';
import { Confirm, Modal } from '@/components/modal';
import { TemplatePreview } from '@/components/template-preview';
import { Head, LoadError } from '@/features/settings/parts';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { later } from '@/lib/later';
import { useMay } from '@/lib/people';
import { byName, categoryName, keyOf, ofCard, parametersOf, sentence, statusName, type Values } from '@/lib/templates';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { sentenceOf } from '@/lib/words';

const TemplateEditor = later(() => import('@/features/settings/template-editor').then((module) => ({ default: module.TemplateEditor })));

const idOf = (template: Template) => `${template.name} ${template.language}`;

export function Templates() {
  const allowed = useMay('manage_templates');
  const channels = useQuery(channelsQuery);
  const [channelId, setChannelId] = useState<string | null>(null);
  const channel = channels.data?.channels.find((one) => one.id === channelId) ?? channels.data?.channels[0];
  const [making, setMaking] = useState(false);
  return (
    <>
      <Head
        title={t('settings.templates')}
        text={t('templates.text')}
        action={allowed && channel && <button type="button" className="btn primary" onClick={() => { setMaking(true); }}><Plus size={16} aria-hidden="true" />{t('templates.make')}</button>}
      />
      {channels.error && <LoadError error={channels.error} onRetry={() => void channels.refetch()} />}
      {channels.data && !channel && <p className="text-text-2">{t('templates.noChannel')}</p>}
      {channels.data && channels.data.channels.length > 1 && channel && (
        <div className="mb-3 max-w-80">
          <Choice label={t('start.channel')} value={channel.id} onValue={setChannelId} options={channels.data.channels.map((one) => ({ value: one.id, label: one.name }))} />
        </div>
      )}
      {channel && <List key={channel.id} channelId={channel.id} allowed={allowed} />}
      {making && channel && (
        <Suspense fallback={null}>
          <TemplateEditor channelId={channel.id} template={null} onClose={() => { setMaking(false); }} />
        </Suspense>
      )}
    </>
  );
}

function List({ channelId, allowed }: { channelId: string; allowed: boolean }) {
  const query = templatesQuery(channelId);
  const { data, error, isPending, refetch } = useQuery(query);
  const [words, setWords] = useState('');
  const [status, setStatus] = useState('');
  const [open, setOpen] = useState<string | null>(null);
  const now = useMinute();
  const again = useMutation({
    mutationFn: () => ask<TemplateList>(`/templates?channel_id=${encodeURIComponent(channelId)}&fresh=true`),
    onSuccess: (list) => { queryClient.setQueryData(query.queryKey, list); },
    onError: (failure) => { showToast({ error: true, words: t('templates.failed', { detail: wordsOf(failure) }) }); },
  });
  if (isPending) return <p className="text-text-3">{t('template.loading')}</p>;
  if (error) return <LoadError error={error} onRetry={() => void refetch()} />;
  const all = [...data.templates].sort(byName);
  const statuses = [...new Set(all.map((one) => one.status))].sort();
  const wanted = words.trim().toLowerCase();
  const shown = all.filter((one) => {
    if (status === 'flagged' ? (one.changes ?? []).length === 0 : status !== '' && one.status !== status) return false;
    return `${one.name} ${one.name.replaceAll('_', ' ')} ${one.body} ${one.language} ${one.category}`.toLowerCase().includes(wanted);
  });
  const chosen = all.find((one) => idOf(one) === open);
  return (
    <>
      {data.problem && <p className="mb-3 text-warn" role="status">{t('templates.old', { time: moment(data.read_at, now), detail: sentenceOf(data.problem) })}</p>}
      {all.length === 0 ? (
        <div>
          <p className="font-semibold">{t('template.none')}</p>
          <p className="text-text-2">{allowed ? t('templates.noneOwner') : t('templates.noneAgent')}</p>
        </div>
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-end gap-2">
            <input type="search" className="field min-w-0 flex-1 basis-52" aria-label={t('templates.find', { count: all.length })} placeholder={t('templates.find', { count: all.length })} value={words} onChange={(event) => { setWords(event.target.value); }} />
            <select className="field !w-auto" aria-label={t('templates.status')} value={status} onChange={(event) => { setStatus(event.target.value); }}>
              <option value="">{t('templates.every')}</option>
              <option value="flagged">{t('templates.flagged')}</option>
              {statuses.map((one) => <option key={one} value={one}>{statusName(one)}</option>)}
            </select>
            <button type="button" className="btn" disabled={again.isPending} onClick={() => { again.mutate(); }}><RotateCw size={16} aria-hidden="true" />{t('templates.read')}</button>
          </div>
          <p className="num mb-2 text-[12px] text-text-3">{t('templates.readAt', { time: moment(data.read_at, now) })}</p>
          {shown.length === 0 && <p className="text-text-2">{t('templates.noMatch')}</p>}
          <ul className="grid grid-cols-1 gap-2">
            {shown.map((one) => (
              <li key={idOf(one)} className="template-row">
                <button type="button" className="flex w-full flex-wrap items-center gap-x-3 gap-y-1 rounded-[12px] border border-line px-4 py-2.5 text-start hover:bg-hover" onClick={() => { setOpen(idOf(one)); }}>
                  <span className="min-w-0 flex-1 basis-56">
                    <span className="block truncate font-medium">{sentence(one.name)}</span>
                    <span className="block truncate text-[12px] leading-4 text-text-3">{categoryName(one.category)} · {one.language}</span>
                  </span>
                  {(one.changes ?? []).length > 0 && <span className="pill warn"><Flag size={14} aria-hidden="true" />{t('templates.changed', { count: one.changes?.length ?? 0 })}</span>}
                  <Quality template={one} />
                  <Status template={one} />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {chosen && <Detail channelId={channelId} template={chosen} allowed={allowed} onClose={() => { setOpen(null); }} />}
    </>
  );
}

function Status({ template }: { template: Template }) {
  const icon = { size: 14, 'aria-hidden': true } as const;
  const words = statusName(template.status);
  switch (template.status) {
    case 'APPROVED': return <span className="pill ok"><CircleCheck {...icon} />{words}</span>;
    case 'PENDING': return <span className="pill info"><Clock {...icon} />{words}</span>;
    case 'PAUSED': return <span className="pill warn"><PauseCircle {...icon} />{words}</span>;
    default: return <span className="pill bad"><CircleAlert {...icon} />{words}</span>;
  }
}

function Quality({ template }: { template: Template }) {
  switch (template.quality) {
    case 'GREEN': return <span className="pill">{t('templates.high')}</span>;
    case 'YELLOW': return <span className="pill warn">{t('templates.medium')}</span>;
    case 'RED': return <span className="pill bad">{t('templates.low')}</span>;
    default: return null;
  }
}

/** The examples that Meta was given, as values of the preview. */
function examplesOf(template: Template): Values {
  const values: Values = {};
  template.header_parameters.forEach((name, index) => { values[`header ${name}`] = template.header_examples?.[index] ?? ''; });
  template.body_parameters.forEach((name, index) => { values[`body ${name}`] = template.body_examples?.[index] ?? ''; });
  template.cards?.forEach((card, at) => {
    card.body_parameters?.forEach((name, index) => { values[`${ofCard(at)}body ${name}`] = card.body_examples?.[index] ?? ''; });
  });
  return values;
}

function Detail({ channelId, template, allowed, onClose }: { channelId: string; template: Template; allowed: boolean; onClose: () => void }) {
  const [editing, setEditing] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const path = `/templates/${encodeURIComponent(template.id ?? '')}`;
  const reload = () => queryClient.invalidateQueries({ queryKey: templatesQuery(channelId).queryKey });
  const change = useMutation({
    mutationFn: (body: Omit<TemplatePatch, 'channel_id'>) => ask<Template>(path, { method: 'PATCH', key: newKey(), body: { channel_id: channelId, ...body } }),
    onSuccess: reload,
    onError: (error) => { showToast({ error: true, words: t('templates.changeFailed', { detail: wordsOf(error) }) }); },
  });
  const remove = useMutation({
    mutationFn: () => ask(`${path}?channel_id=${encodeURIComponent(channelId)}`, { method: 'DELETE' }),
    onSuccess: () => {
      void reload();
      onClose();
    },
    onError: (error) => { showToast({ error: true, words: t('templates.deleteFailed', { detail: wordsOf(error) }) }); },
  });
  if (editing) return <Suspense fallback={null}><TemplateEditor channelId={channelId} template={template} onClose={() => { setEditing(false); }} /></Suspense>;
  if (deleting)
    return (
      <Confirm
        title={t('templates.deleteTitle', { name: sentence(template.name) })}
        text={t('templates.deleteText', { language: template.language })}
        action={t('templates.delete')}
        busy={remove.isPending}
        onConfirm={() => { remove.mutate(); }}
        onClose={() => { setDeleting(false); }}
      />
    );
  const editable = ['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status) && template.sendable && (template.category !== 'AUTHENTICATION' || template.authentication != null);
  const changes = template.changes ?? [];
  return (
    <Modal
      title={sentence(template.name)}
      onClose={onClose}
      footer={allowed && template.id ? (
        <>
          <button type="button" className="btn plain me-auto !text-bad" onClick={() => { setDeleting(true); }}>{t('templates.delete')}</button>
          {editable && <button type="button" className="btn" onClick={() => { setEditing(true); }}>{t('templates.edit')}</button>}
        </>
      ) : undefined}
    >
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <Status template={template} />
        <Quality template={template} />
        <span className="text-[12px] text-text-2">{t('templates.price', { category: categoryName(template.category) })} · {template.language}</span>
      </div>
      {template.rejected_reason && <p className="mb-3 text-bad">{t('templates.why', { reason: reasonOf(template.rejected_reason) })}</p>}
      {changes.length > 0 && (
        <div className="mb-3 rounded-[9px] bg-warn-soft p-3">
          <ul className="grid grid-cols-1 gap-1.5">{changes.map((one) => <li key={`${one.what} ${one.to}`}>{one.message}</li>)}</ul>
          {allowed && <button type="button" className="btn mt-2" disabled={change.isPending} onClick={() => { change.mutate({ seen: true }); }}>{t('templates.seen')}</button>}
        </div>
      )}
      <TemplatePreview template={template} values={examplesOf(template)} />
      {!template.sendable && <p className="hint !text-warn">{t('templates.unknownParts')}</p>}
      <Fills key={JSON.stringify(template.fills ?? [])} template={template} allowed={allowed} busy={change.isPending} onSave={(fills) => { change.mutate({ fills }); }} />
    </Modal>
  );
}

const SOURCES = ['first_name', 'name', 'phone', 'username', 'text'] as const;

/** What the provider says of why: words of its own, or the name of a reason. */
const reasonOf = (told: string): string => (/[\p{Ll}\s]/u.test(told) ? told.replace(/[. ]+$/, '') : told.toLowerCase().replaceAll('_', ' '));

/** Which contact's field, or which words, stand in each place until somebody writes something else. */
function Fills({ template, allowed, busy, onSave }: { template: Template; allowed: boolean; busy: boolean; onSave: (fills: TemplateFill[]) => void }) {
  const places = parametersOf(template).flatMap(({ key, part, name, card }) => {
    if (part !== 'header' && part !== 'body' && part !== 'button') return [];
    const words = part === 'button' ? t('templates.ofButton', { name }) : t(part === 'header' ? 'templates.header' : 'template.body', { name });
    const of = card === undefined ? { label: words } : { card, label: t('templates.ofCard', { count: card + 1, words }) };
    return [{ key, part, placeholder: key.slice((card === undefined ? '' : ofCard(card)).length + part.length + 1), ...of }];
  });
  const known = new Map((template.fills ?? []).map((fill) => [keyOf(fill), fill]));
  const [fills, setFills] = useState(known);
  if (places.length === 0) return null;
  const set = (key: string, fill: TemplateFill | null) => {
    setFills((now) => {
      const next = new Map(now);
      if (fill) next.set(key, fill);
      else next.delete(key);
      return next;
    });
  };
  const list = [...fills.values()];
  const unchanged = JSON.stringify(list) === JSON.stringify([...known.values()]);
  const empty = list.some((fill) => fill.source === 'text' && !fill.text?.trim());
  return (
    <section className="mt-4">
      <h3 className="font-semibold">{t('templates.fills')}</h3>
      <p className="hint !mt-0 mb-2">{t('templates.fillsText')}</p>
      <div className="grid gap-2">
        {places.map(({ key, part, placeholder, card, label }) => {
          const fill = fills.get(key);
          return (
            <div key={key} className="grid grid-cols-1 items-end gap-2 sm:grid-cols-2">
              <fieldset disabled={!allowed} className="contents">
                <Choice
                  label={label}
                  value={fill?.source ?? ''}
                  onValue={(source) => { set(key, source === '' ? null : { part, placeholder, ...(card === undefined ? {} : { card }), source: source as TemplateFill['source'], ...(source === 'text' ? { text: fill?.text ?? '' } : {}) }); }}
                  options={[{ value: '', label: t('templates.byHand') }, ...SOURCES.map((source) => ({ value: source, label: t(`templates.source_${source}`) }))]}
                />
                {fill?.source === 'text' && (
                  <input className="field" aria-label={t('templates.fixed', { place: label })} value={fill.text ?? ''} onChange={(event) => { set(key, { ...fill, text: event.target.value }); }} />
                )}
              </fieldset>
            </div>
          );
        })}
      </div>
      {allowed && <button type="button" className="btn mt-3" disabled={busy || unchanged || empty} onClick={() => { onSave(list); }}>{t('templates.save')}</button>}
    </section>
  );
}
