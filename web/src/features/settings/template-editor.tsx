import { useMutation } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, templatesQuery } from '@/api/queries';
import type { Template, TemplateButton, TemplateDraft, TemplateHeaderFormat } from '@/api/types';
import { Choice, Field } from '@/components/field';
import { FileField } from '@/components/file-field';
import { Modal } from '@/components/modal';
import { TemplatePreview } from '@/components/template-preview';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { fileKindOf, sentence, type Values } from '@/lib/templates';
import { showToast } from '@/lib/toast';

const MAX_BUTTONS = 10;
const KINDS = ['quick_reply', 'url', 'phone_number', 'copy_code'] as const;

type Draft = {
  name: string;
  language: string;
  category: string;
  above: TemplateHeaderFormat | '';
  header: string;
  body: string;
  footer: string;
  buttons: TemplateButton[];
  /** Examples by place: `header 1`, `body first_name`. */
  examples: Record<string, string>;
  file: { mediaId: string; name: string; picture: string | null } | null;
};

/** The places of words, each once, as the server numbers them. */
export function placesOf(words: string): string[] {
  const names = [...new Set([...words.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? ''))];
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

function begin(template: Template | null): Draft {
  const examples: Record<string, string> = {};
  template?.header_parameters.forEach((name, index) => { examples[`header ${name}`] = template.header_examples?.[index] ?? ''; });
  template?.body_parameters.forEach((name, index) => { examples[`body ${name}`] = template.body_examples?.[index] ?? ''; });
  return {
    name: template?.name ?? '',
    language: template?.language ?? 'en_US',
    category: template?.category ?? 'UTILITY',
    above: template?.header_format ?? '',
    header: template?.header ?? '',
    body: template?.body ?? '',
    footer: template?.footer ?? '',
    buttons: template?.buttons ?? [],
    examples,
    file: null,
  };
}

function draftOf(draft: Draft): TemplateDraft {
  const examples = (part: 'header' | 'body', words: string) => placesOf(words).map((name) => (draft.examples[`${part} ${name}`] ?? '').trim());
  const isText = draft.above === 'text';
  const header = isText ? examples('header', draft.header) : [];
  const body = examples('body', draft.body);
  return {
    name: draft.name.trim(),
    language: draft.language.trim(),
    category: draft.category,
    body: draft.body.trim(),
    ...(draft.above ? { header_format: draft.above } : {}),
    ...(isText ? { header: draft.header.trim() } : {}),
    ...(draft.footer.trim() ? { footer: draft.footer.trim() } : {}),
    ...(draft.buttons.length > 0 ? { buttons: draft.buttons } : {}),
    ...(header.length > 0 ? { header_examples: header } : {}),
    ...(body.length > 0 ? { body_examples: body } : {}),
    ...(draft.file ? { header_file: draft.file.mediaId } : {}),
  };
}

function shownAs(draft: Draft): Template {
  return {
    name: draft.name,
    language: draft.language,
    category: draft.category,
    status: 'PENDING',
    body: draft.body,
    header_parameters: placesOf(draft.header),
    body_parameters: placesOf(draft.body),
    named: false,
    sendable: true,
    buttons: draft.buttons,
    ...(draft.above ? { header_format: draft.above } : {}),
    ...(draft.above === 'text' ? { header: draft.header } : {}),
    ...(draft.footer ? { footer: draft.footer } : {}),
  };
}

/** Makes a template or changes one, beside a preview that follows every letter. */
export function TemplateEditor({ channelId, template, onClose }: { channelId: string; template: Template | null; onClose: () => void }) {
  const [draft, setDraft] = useState(() => begin(template));
  const key = useRef(newKey());
  const form = useRef<HTMLFormElement>(null);
  const bodyId = useId();
  const submit = useMutation({
    mutationFn: () =>
      template
        ? ask<Template>(`/templates/${encodeURIComponent(template.id ?? '')}`, { method: 'PATCH', key: key.current, body: { channel_id: channelId, draft: draftOf(draft) } })
        : ask<Template>('/templates', { method: 'POST', key: key.current, body: { channel_id: channelId, ...draftOf(draft) } }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: templatesQuery(channelId).queryKey });
      showToast({ error: false, words: t('templates.submitted') });
      onClose();
    },
  });
  const set = (changed: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...changed }));
    // What was wrong may be right by now: the next try tells.
    if (submit.isError) submit.reset();
  };
  const wrong = submit.error instanceof ApiError ? submit.error.problem.field?.replace(/^draft\./, '') : undefined;
  const errorOf = (...fields: string[]) => (wrong && fields.includes(wrong) && submit.error ? sentence(submit.error.message) : undefined);
  const known = ['name', 'language', 'category', 'header', 'header_format', 'header_examples', 'header_file', 'body', 'body_examples', 'footer', 'buttons'];
  // What is wrong stands beside its field: it is brought into sight.
  useEffect(() => {
    if (submit.isError) form.current?.querySelector('[aria-invalid="true"], .hint.bad')?.scrollIntoView({ block: 'center' });
  }, [submit.isError, submit.failureCount]);
  const examples: Values = draft.examples;
  const kind = fileKindOf(shownAs(draft));
  const bodyError = errorOf('body');
  return (
    <Modal
      title={template ? t('templates.editTitle', { name: sentence(template.name) }) : t('templates.newTitle')}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="submit" form="template-editor" className="btn primary" disabled={submit.isPending || !draft.body.trim() || !draft.name.trim()}>{t('templates.submit')}</button>
        </>
      }
    >
      <form
        ref={form}
        id="template-editor"
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit.mutate();
        }}
      >
        <p className="text-text-2">{t('templates.reviewNote')}</p>
        {!template && (
          <>
            <Field label={t('templates.name')} value={draft.name} onValue={(name) => { set({ name: name.toLowerCase().replaceAll(/[\s-]+/g, '_') }); }} hint={t('templates.nameHint')} error={errorOf('name')} autoComplete="off" />
            <Field label={t('templates.language')} value={draft.language} onValue={(language) => { set({ language }); }} hint={t('templates.languageHint')} error={errorOf('language')} autoComplete="off" />
          </>
        )}
        {template?.status !== 'APPROVED' && (
          <Choice
            label={t('templates.category')}
            value={draft.category}
            onValue={(category) => { set({ category }); }}
            options={[{ value: 'UTILITY', label: t('templates.categoryUtility') }, { value: 'MARKETING', label: t('templates.categoryMarketing') }]}
          />
        )}
        <Choice
          label={t('templates.above')}
          value={draft.above}
          onValue={(above) => { set({ above: above as Draft['above'], file: null }); }}
          options={[
            { value: '', label: t('templates.aboveNone') },
            { value: 'text', label: t('templates.aboveText') },
            ...(['image', 'video', 'document', 'location'] as const).map((format) => ({ value: format, label: t(`template.header_${format}`) })),
          ]}
        />
        {draft.above === 'text' && <Field label={t('templates.headerWords')} value={draft.header} onValue={(header) => { set({ header }); }} error={errorOf('header', 'header_format')} maxLength={60} />}
        {draft.above === 'text' && <Examples part="header" words={draft.header} draft={draft} set={set} error={errorOf('header_examples')} />}
        {kind && <FileField key={kind} channelId={channelId} kind={kind} label={t('templates.example', { place: t(`template.header_${kind}`) })} name={draft.file?.name ?? null} onFile={(file) => { set({ file }); }} error={errorOf('header_file')} />}
        <div>
          <label className="label" htmlFor={bodyId}>{t('templates.body')}</label>
          <textarea id={bodyId} className="field !h-auto" rows={5} dir="auto" maxLength={1_024} value={draft.body} aria-invalid={bodyError ? true : undefined} aria-describedby={`${bodyId}-hint`} onChange={(event) => { set({ body: event.target.value }); }} />
          <p id={`${bodyId}-hint`} className={bodyError ? 'hint bad' : 'hint'}>{bodyError ?? t('templates.bodyHint', { number: '{{1}}', word: '{{first_name}}' })}</p>
        </div>
        <Examples part="body" words={draft.body} draft={draft} set={set} error={errorOf('body_examples')} />
        <Field label={t('templates.footer')} value={draft.footer} onValue={(footer) => { set({ footer }); }} error={errorOf('footer')} maxLength={60} />
        <Buttons buttons={draft.buttons} onButtons={(buttons) => { set({ buttons }); }} error={errorOf('buttons')} />
        <TemplatePreview template={shownAs(draft)} values={examples} picture={draft.file?.picture} />
        {submit.error && !(wrong && known.includes(wrong)) && <p role="alert" className="text-bad">{t('templates.submitFailed', { detail: wordsOf(submit.error) })}</p>}
      </form>
    </Modal>
  );
}

function Examples({ part, words, draft, set, error }: { part: 'header' | 'body'; words: string; draft: Draft; set: (changed: Partial<Draft>) => void; error: string | undefined }) {
  const places = placesOf(words);
  return places.map((name, index) => (
    <Field
      key={name}
      label={t('templates.example', { place: `{{${name}}}` })}
      value={draft.examples[`${part} ${name}`] ?? ''}
      onValue={(value) => { set({ examples: { ...draft.examples, [`${part} ${name}`]: value } }); }}
      error={index === places.length - 1 ? error : undefined}
    />
  ));
}

function Buttons({ buttons, onButtons, error }: { buttons: TemplateButton[]; onButtons: (buttons: TemplateButton[]) => void; error: string | undefined }) {
  const change = (index: number, changed: Partial<TemplateButton>) => { onButtons(buttons.map((one, at) => (at === index ? { ...one, ...changed } : one))); };
  return (
    <fieldset>
      <legend className="label">{t('templates.buttons')}</legend>
      <div className="grid gap-2">
        {buttons.map((button, index) => (
          // Buttons have nothing but their place to be known by.
          <div key={index} className="grid gap-2 rounded-[9px] border border-line p-3">
            <div className="flex items-end gap-2">
              <div className="min-w-0 flex-1">
                <Choice
                  label={t('templates.buttonKind', { count: index + 1 })}
                  value={button.kind}
                  onValue={(kind) => { onButtons(buttons.map((one, at) => (at === index ? { kind: kind as TemplateButton['kind'], text: one.text } : one))); }}
                  options={KINDS.map((kind) => ({ value: kind, label: t(`templates.kind_${kind}`) }))}
                />
              </div>
              <button type="button" className="btn plain icon" aria-label={t('templates.removeButton', { count: index + 1 })} onClick={() => { onButtons(buttons.filter((_, at) => at !== index)); }}><Trash2 size={16} aria-hidden="true" /></button>
            </div>
            {button.kind !== 'copy_code' && <Field label={t('templates.buttonWords')} value={button.text ?? ''} maxLength={25} onValue={(text) => { change(index, { text }); }} />}
            {button.kind === 'url' && <Field label={t('templates.buttonUrl')} type="url" value={button.url ?? ''} hint={t('templates.buttonUrlHint', { number: '{{1}}' })} onValue={(url) => { change(index, { url }); }} />}
            {button.kind === 'phone_number' && <Field label={t('templates.buttonPhone')} type="tel" value={button.phone_number ?? ''} onValue={(phone_number) => { change(index, { phone_number }); }} />}
            {(button.kind === 'copy_code' || (button.kind === 'url' && button.url?.includes('{{'))) && <Field label={t('templates.buttonExample')} value={button.example ?? ''} onValue={(example) => { change(index, { example }); }} />}
          </div>
        ))}
      </div>
      {error && <p className="hint bad" role="alert">{error}</p>}
      {buttons.length < MAX_BUTTONS && (
        <button type="button" className="btn mt-2" onClick={() => { onButtons([...buttons, { kind: 'quick_reply', text: '' }]); }}><Plus size={16} aria-hidden="true" />{t('templates.addButton')}</button>
      )}
    </fieldset>
  );
}
