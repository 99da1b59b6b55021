import { useMutation } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient, templatesQuery } from '@/api/queries';
import type { Template, TemplateAuthentication, TemplateButton, TemplateCard, TemplateDraft, TemplateHeaderFormat, TemplateOffer } from '@/api/types';
import { Choice, Field } from '@/components/field';
import { FileField } from '@/components/file-field';
import { FormButtons, Modal } from '@/components/modal';
import { TemplatePreview, type Pictures } from '@/components/template-preview';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { fileKindOf, ofCard, sentence, type Values } from '@/lib/templates';
import { showToast } from '@/lib/toast';

const MAX_BUTTONS = 10;
const KINDS = ['quick_reply', 'url', 'phone_number', 'copy_code', 'flow', 'catalog', 'products'] as const;
const CARD_KINDS = ['quick_reply', 'url', 'phone_number'] as const;
const PRODUCT_CARD_KINDS = ['product', 'quick_reply', 'url'] as const;
const MAX_CARD_BUTTONS = 2;
const MIN_CARDS = 2;
const MAX_CARDS = 10;
const MAX_CARD_CHARS = 160;

type File = { mediaId: string; name: string; picture: string | null } | null;
type CardFormat = 'image' | 'video' | 'product';
type Card = { format: CardFormat; body: string; buttons: TemplateButton[]; file: File };

type Draft = {
  name: string;
  language: string;
  category: string;
  above: TemplateHeaderFormat | '';
  header: string;
  body: string;
  footer: string;
  buttons: TemplateButton[];
  /** Examples by place: `header 1`, `body first_name`, `card 0 body 1`. */
  examples: Record<string, string>;
  file: File;
  offer: TemplateOffer | null;
  cards: Card[];
  code: { warn: boolean; minutes: string; otp: TemplateAuthentication['otp']; words: Template['authentication']; packageName: string; signatureHash: string };
};

/** Changes a draft: to this, or from how it is then. */
type Change = (changed: Partial<Draft> | ((now: Draft) => Partial<Draft>)) => void;

/** The places of words, each once, as the server numbers them. */
export function placesOf(words: string): string[] {
  const names = [...new Set([...words.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? ''))];
  return names.every((name) => /^\d+$/.test(name)) ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

function begin(template: Template | null): Draft {
  const code = template?.authentication;
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
    offer: template?.offer ?? null,
    cards: (template?.cards ?? []).map((card, index) => {
      (card.body_parameters ?? []).forEach((name, at) => { examples[`${ofCard(index)}body ${name}`] = card.body_examples?.[at] ?? ''; });
      return { format: card.header_format === 'video' || card.header_format === 'product' ? card.header_format : 'image', body: card.body ?? '', buttons: card.buttons ?? [], file: null };
    }),
    code: {
      warn: code?.add_security_recommendation ?? !code,
      minutes: code ? String(code.code_expiration_minutes ?? '') : '10',
      otp: code?.otp ?? 'copy_code',
      words: code,
      packageName: '',
      signatureHash: '',
    },
  };
}

/** An offer goes with a marketing template that has a picture, a film or nothing above. */
const takesOffer = (draft: Draft): boolean => draft.category === 'MARKETING' && ['', 'image', 'video'].includes(draft.above) && draft.cards.length === 0;

function codeOf({ code }: Draft): TemplateAuthentication {
  const app = code.otp === 'copy_code' ? {} : { package_name: code.packageName.trim(), signature_hash: code.signatureHash.trim() };
  return {
    add_security_recommendation: code.warn,
    otp: code.otp,
    // The words on a button go with what it does.
    ...(code.words?.text && code.words.otp === code.otp && code.otp !== 'zero_tap' ? { text: code.words.text } : {}),
    ...(code.minutes.trim() ? { code_expiration_minutes: Math.min(255, Math.max(0, Math.trunc(Number(code.minutes)) || 0)) } : {}),
    ...app,
  };
}

function draftOf(draft: Draft): TemplateDraft {
  if (draft.category === 'AUTHENTICATION') return { name: draft.name.trim(), language: draft.language.trim(), category: draft.category, authentication: codeOf(draft) };
  const examples = (part: string, words: string) => placesOf(words).map((name) => (draft.examples[`${part} ${name}`] ?? '').trim());
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
    ...(draft.footer.trim() && !(draft.offer && takesOffer(draft)) ? { footer: draft.footer.trim() } : {}),
    ...(draft.buttons.length > 0 ? { buttons: draft.buttons } : {}),
    ...(header.length > 0 ? { header_examples: header } : {}),
    ...(body.length > 0 ? { body_examples: body } : {}),
    ...(draft.file ? { header_file: draft.file.mediaId } : {}),
    ...(draft.offer && takesOffer(draft) ? { offer: { ...draft.offer, text: draft.offer.text.trim() } } : {}),
    ...(draft.cards.length > 0
      ? {
          cards: draft.cards.map((card, index): TemplateCard => ({
            header_format: card.format,
            ...(card.format === 'product' ? {} : { body: card.body.trim(), body_examples: examples(`${ofCard(index)}body`, card.body) }),
            buttons: card.buttons,
            ...(card.file ? { header_file: card.file.mediaId } : {}),
          })),
        }
      : {}),
  };
}

function shownAs(draft: Draft): Template {
  if (draft.category === 'AUTHENTICATION') {
    const { warn, minutes, otp } = draft.code;
    return {
      name: draft.name, language: draft.language, category: draft.category, status: 'PENDING', header_parameters: [], body_parameters: ['1'], named: false, sendable: true,
      body: `${t('templates.codePreview', { code: '{{1}}' })}${warn ? t('templates.codeWarning') : ''}`,
      ...(minutes.trim() ? { footer: t('templates.codeExpires', { count: Number(minutes) }) } : {}),
      buttons: otp === 'zero_tap' ? [] : [{ kind: 'copy_code' }],
    };
  }
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
    ...(draft.offer && takesOffer(draft) ? { offer: draft.offer } : {}),
    cards: draft.cards.map((card) => {
      const body = card.format === 'product' ? '' : card.body;
      return { header_format: card.format, body, body_parameters: placesOf(body), buttons: card.buttons };
    }),
  };
}

function picturesOf(draft: Draft): Pictures {
  return Object.fromEntries([['file', draft.file?.picture], ...draft.cards.map((card, index) => [`${ofCard(index)}file`, card.file?.picture] as const)]) as Pictures;
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
  const set: Change = (changed) => {
    setDraft((now) => ({ ...now, ...(typeof changed === 'function' ? changed(now) : changed) }));
    // What was wrong may be right by now: the next try tells.
    if (submit.isError) submit.reset();
  };
  const wrong = submit.error instanceof ApiError ? submit.error.problem.field?.replace(/^draft\./, '') : undefined;
  const errorOf = (...fields: string[]) => (wrong && fields.includes(wrong) && submit.error ? submit.error.message : undefined);
  const isCode = draft.category === 'AUTHENTICATION';
  const known = ['name', 'language', 'category', 'header', 'header_format', 'header_examples', 'header_file', 'body', 'body_examples', 'footer', 'buttons', 'offer', 'cards', 'authentication'];
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
      footer={<FormButtons form="template-editor" action={t('templates.submit')} disabled={submit.isPending || (!isCode && !draft.body.trim()) || !draft.name.trim()} onClose={onClose} />}
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
        {template?.status !== 'APPROVED' && !(template && isCode) && (
          <Choice
            label={t('templates.category')}
            value={draft.category}
            onValue={(category) => { set({ category }); }}
            options={[
              { value: 'UTILITY', label: t('templates.categoryUtility') },
              { value: 'MARKETING', label: t('templates.categoryMarketing') },
              ...(template ? [] : [{ value: 'AUTHENTICATION', label: t('templates.categoryAuthentication') }]),
            ]}
          />
        )}
        {isCode ? <Code draft={draft} set={set} error={errorOf('authentication')} /> : (
        <>
        {draft.cards.length === 0 && <Choice
          label={t('templates.above')}
          value={draft.above}
          onValue={(above) => { set({ above: above as Draft['above'], file: null }); }}
          options={[
            { value: '', label: t('templates.aboveNone') },
            { value: 'text', label: t('templates.aboveText') },
            ...(['image', 'video', 'document', 'location', 'product'] as const).map((format) => ({ value: format, label: t(`template.header_${format}`) })),
          ]}
        />}
        {draft.above === 'text' && <Field label={t('templates.headerWords')} value={draft.header} onValue={(header) => { set({ header }); }} error={errorOf('header', 'header_format')} maxLength={60} />}
        {draft.above === 'text' && <Examples part="header" words={draft.header} draft={draft} set={set} error={errorOf('header_examples')} />}
        {kind && <FileField key={kind} channelId={channelId} kind={kind} label={t('templates.example', { place: t(`template.header_${kind}`) })} name={draft.file?.name ?? null} onFile={(file) => { set({ file }); }} error={errorOf('header_file')} />}
        <div>
          <label className="label" htmlFor={bodyId}>{t('templates.body')}</label>
          <textarea id={bodyId} className="field !h-auto" rows={5} dir="auto" maxLength={1_024} value={draft.body} aria-invalid={bodyError ? true : undefined} aria-describedby={`${bodyId}-hint`} onChange={(event) => { set({ body: event.target.value }); }} />
          <p id={`${bodyId}-hint`} className={bodyError ? 'hint bad' : 'hint'}>{bodyError ?? t('templates.bodyHint', { number: '{{1}}', word: '{{first_name}}' })}</p>
        </div>
        <Examples part="body" words={draft.body} draft={draft} set={set} error={errorOf('body_examples')} />
        {draft.cards.length === 0 && !(draft.offer && takesOffer(draft)) && <Field label={t('templates.footer')} value={draft.footer} onValue={(footer) => { set({ footer }); }} error={errorOf('footer')} maxLength={60} />}
        {takesOffer(draft) && <Offer offer={draft.offer} onOffer={(offer) => { set({ offer }); }} error={errorOf('offer')} />}
        {draft.cards.length === 0 && <Buttons kinds={draft.above === 'product' ? [...KINDS, 'product'] : KINDS} most={MAX_BUTTONS} buttons={draft.buttons} onButtons={(buttons) => { set({ buttons }); }} error={errorOf('buttons')} />}
        <Cards channelId={channelId} draft={draft} set={set} error={errorOf('cards')} />
        </>
        )}
        <TemplatePreview template={shownAs(draft)} values={examples} pictures={picturesOf(draft)} />
        {submit.error && !(wrong && known.includes(wrong)) && <p role="alert" className="text-bad">{t('templates.submitFailed', { detail: wordsOf(submit.error) })}</p>}
      </form>
    </Modal>
  );
}

function Check({ label, checked, onCheck }: { label: string; checked: boolean; onCheck: (checked: boolean) => void }) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input type="checkbox" checked={checked} onChange={(event) => { onCheck(event.target.checked); }} />
      {label}
    </label>
  );
}

/** What is chosen of a template with a code, whose words are WhatsApp's. */
function Code({ draft, set, error }: { draft: Draft; set: Change; error: string | undefined }) {
  const { code } = draft;
  const change = (changed: Partial<Draft['code']>) => { set({ code: { ...code, ...changed } }); };
  return (
    <>
      <p className="text-text-2">{t('templates.codeText')}</p>
      <Check label={t('templates.warn')} checked={code.warn} onCheck={(warn) => { change({ warn }); }} />
      <Field label={t('templates.expires')} type="number" min={1} max={90} inputMode="numeric" value={code.minutes} hint={t('templates.expiresHint')} onValue={(minutes) => { change({ minutes }); }} />
      <Choice label={t('templates.otp')} value={code.otp} onValue={(otp) => { change({ otp: otp as TemplateAuthentication['otp'] }); }} options={(['copy_code', 'one_tap', 'zero_tap'] as const).map((otp) => ({ value: otp, label: t(`templates.otp_${otp}`) }))} />
      {code.otp !== 'copy_code' && (
        <>
          <Field label={t('templates.packageName')} value={code.packageName} placeholder="com.example.app" autoComplete="off" onValue={(packageName) => { change({ packageName }); }} />
          <Field label={t('templates.signatureHash')} value={code.signatureHash} maxLength={11} autoComplete="off" onValue={(signatureHash) => { change({ signatureHash }); }} />
        </>
      )}
      {code.otp === 'zero_tap' && <p className="hint !mt-0">{t('templates.zeroTapNote')}</p>}
      {error && <p className="hint bad" role="alert">{error}</p>}
    </>
  );
}

function Offer({ offer, onOffer, error }: { offer: TemplateOffer | null; onOffer: (offer: TemplateOffer | null) => void; error: string | undefined }) {
  return (
    <div className="grid gap-2">
      <Check label={t('templates.withOffer')} checked={offer !== null} onCheck={(there) => { onOffer(there ? { text: '', ends: true } : null); }} />
      {offer && (
        <>
          <Field label={t('templates.offerWords')} value={offer.text} maxLength={16} hint={t('templates.offerHint')} error={error} onValue={(text) => { onOffer({ ...offer, text }); }} />
          <Check label={t('templates.offerEnds')} checked={offer.ends ?? false} onCheck={(ends) => { onOffer({ ...offer, ends }); }} />
        </>
      )}
    </div>
  );
}

/** A card with something else above it, whose buttons go with that. */
function become(card: Card, format: CardFormat): Card {
  const kinds: readonly string[] = format === 'product' ? PRODUCT_CARD_KINDS : CARD_KINDS;
  const kept = card.buttons.filter((button) => kinds.includes(button.kind) && (format !== 'product' || button.kind !== 'quick_reply'));
  const first: TemplateButton = format === 'product' ? { kind: 'product', text: t('templates.seeProduct') } : { kind: 'quick_reply', text: '' };
  return { ...card, format, file: null, buttons: kept.length > 0 ? kept : [first] };
}

/** Cards to swipe through: two to ten, each with a picture or a film, words and buttons. */
function Cards({ channelId, draft, set, error }: { channelId: string; draft: Draft; set: Change; error: string | undefined }) {
  const { cards } = draft;
  // An upload ends while somebody writes: it changes what is there by then.
  const change = (index: number, changed: Partial<Card>) => { set((now) => ({ cards: now.cards.map((one, at) => (at === index ? { ...one, ...changed } : one)) })); };
  // All are built alike: what one has the next begins with.
  const next = (): Card => ({ format: cards[0]?.format ?? 'image', body: '', buttons: cards[0]?.buttons.map(({ kind, text }) => ({ kind, text: kind === 'product' ? (text ?? '') : '' })) ?? [{ kind: 'quick_reply', text: '' }], file: null });
  const remove = (index: number) => {
    const left = cards.filter((_, at) => at !== index);
    // Their examples move up with them.
    const kept = Object.entries(draft.examples).filter(([key]) => !key.startsWith('card '));
    const moved = left.flatMap((card, at) => placesOf(card.body).map((name) => [`${ofCard(at)}body ${name}`, draft.examples[`${ofCard(at < index ? at : at + 1)}body ${name}`] ?? ''] as const));
    set({ cards: left, examples: Object.fromEntries([...kept, ...moved]) });
  };
  return (
    <fieldset>
      <legend className="label">{t('templates.cards')}</legend>
      <p className="hint !mt-0 mb-2">{t('templates.cardsHint')}</p>
      <div className="grid gap-2">
        {cards.map((card, index) => (
          // Cards have nothing but their place to be known by.
          <fieldset key={index} className="grid gap-2 rounded-[9px] border border-line p-3">
            <legend className="sr-only">{t('templates.card', { count: index + 1 })}</legend>
            <div className="flex items-center justify-between">
              <b aria-hidden="true">{t('templates.card', { count: index + 1 })}</b>
              <button type="button" className="btn plain icon" aria-label={t('templates.removeCard', { count: index + 1 })} onClick={() => { remove(index); }}><Trash2 size={16} aria-hidden="true" /></button>
            </div>
            <Choice label={t('templates.cardAbove')} value={card.format} onValue={(format) => { set({ cards: cards.map((one) => become(one, format as CardFormat)) }); }} options={(['image', 'video', 'product'] as const).map((format) => ({ value: format, label: t(`template.header_${format}`) }))} />
            {card.format === 'product' ? (
              <p className="hint !mt-0">{t('templates.cardProduct')}</p>
            ) : (
              <>
                <FileField key={card.format} channelId={channelId} kind={card.format} label={t('templates.example', { place: t(`template.header_${card.format}`) })} name={card.file?.name ?? null} onFile={(file) => { change(index, { file }); }} />
                <Field label={t('templates.cardBody')} value={card.body} maxLength={MAX_CARD_CHARS} dir="auto" onValue={(body) => { change(index, { body }); }} />
                <Examples part={`${ofCard(index)}body`} words={card.body} draft={draft} set={set} error={undefined} />
              </>
            )}
            <Buttons kinds={card.format === 'product' ? PRODUCT_CARD_KINDS : CARD_KINDS} most={MAX_CARD_BUTTONS} buttons={card.buttons} onButtons={(buttons) => { change(index, { buttons }); }} error={undefined} />
          </fieldset>
        ))}
      </div>
      {error && <p className="hint bad" role="alert">{error}</p>}
      {cards.length < MAX_CARDS && (
        <button
          type="button"
          className="btn mt-2"
          onClick={() => {
            // One card alone is none.
            const more = cards.length === 0 ? Array.from({ length: MIN_CARDS }, next) : [next()];
            set({ cards: [...cards, ...more], ...(cards.length === 0 ? { buttons: [], footer: '', above: '', file: null } : {}) });
          }}
        >
          <Plus size={16} aria-hidden="true" />{t('templates.addCard')}
        </button>
      )}
    </fieldset>
  );
}

function Examples({ part, words, draft, set, error }: { part: string; words: string; draft: Draft; set: Change; error: string | undefined }) {
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

function Buttons({ kinds, most, buttons, onButtons, error }: { kinds: readonly (typeof KINDS[number] | 'product')[]; most: number; buttons: TemplateButton[]; onButtons: (buttons: TemplateButton[]) => void; error: string | undefined }) {
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
                  options={kinds.map((kind) => ({ value: kind, label: t(`templates.kind_${kind}`) }))}
                />
              </div>
              <button type="button" className="btn plain icon" aria-label={t('templates.removeButton', { count: index + 1 })} onClick={() => { onButtons(buttons.filter((_, at) => at !== index)); }}><Trash2 size={16} aria-hidden="true" /></button>
            </div>
            {button.kind !== 'copy_code' && <Field label={t('templates.buttonWords')} value={button.text ?? ''} maxLength={25} onValue={(text) => { change(index, { text }); }} />}
            {button.kind === 'url' && <Field label={t('templates.buttonUrl')} type="url" value={button.url ?? ''} hint={t('templates.buttonUrlHint', { number: '{{1}}' })} onValue={(url) => { change(index, { url }); }} />}
            {button.kind === 'phone_number' && <Field label={t('templates.buttonPhone')} type="tel" value={button.phone_number ?? ''} onValue={(phone_number) => { change(index, { phone_number }); }} />}
            {button.kind === 'flow' && <Field label={t('templates.buttonFlow')} value={button.flow_id ?? ''} hint={t('templates.buttonFlowHint')} autoComplete="off" onValue={(flow_id) => { change(index, { flow_id }); }} />}
            {(button.kind === 'copy_code' || (button.kind === 'url' && button.url?.includes('{{'))) && <Field label={t('templates.buttonExample')} value={button.example ?? ''} onValue={(example) => { change(index, { example }); }} />}
          </div>
        ))}
      </div>
      {error && <p className="hint bad" role="alert">{error}</p>}
      {buttons.length < most && (
        <button type="button" className="btn mt-2" onClick={() => { onButtons([...buttons, { kind: 'quick_reply', text: '' }]); }}><Plus size={16} aria-hidden="true" />{t('templates.addButton')}</button>
      )}
    </fieldset>
  );
}
