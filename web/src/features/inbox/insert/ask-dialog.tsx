import { ListPlus, Plus, X } from 'lucide-react';
import { use, useId, useState, type ReactNode } from 'react';
import { Counted } from '@/components/counted';
import { Choice } from '@/components/field';
import { FileField } from '@/components/file-field';
import { Modal } from '@/components/modal';
import { Asked } from '@/features/inbox/body';
import type { MakerProps } from '@/features/inbox/insert/insert';
import { RefusedNow } from '@/features/inbox/insert/refused';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { aboveOf, bodyLimit, emptyInteractive, headersOf, interactiveOf, interactiveProblems, requestFor, rowCount, type DraftSection, type Above, type InteractiveDraft, type Request, type Taps } from '@/lib/interactive';
import { LIMITS, lengthOf } from '@/lib/whatsapp-limits';

/** Reply buttons, a list, or a link to a page. */
export function AskDialog({ channelId, onSend, onClose }: MakerProps) {
  const [draft, setDraft] = useState<InteractiveDraft>(emptyInteractive);
  const [tried, setTried] = useState(false);
  const problems = interactiveProblems(draft);
  const set = (fields: Partial<InteractiveDraft>) => { setDraft((was) => ({ ...was, ...fields })); };
  // What is missing is said once it was tried to send; what is too long at once.
  const error = (field: string, value: string) => (tried || value.trim() ? problems[field] : undefined);
  const submit = () => {
    setTried(true);
    if (Object.keys(problems).length === 0) onSend({ type: 'interactive', interactive: interactiveOf(draft) }, draft.body.trim());
  };
  return (
    <Modal title={t('ask.title')} onClose={onClose} footer={<Buttons onClose={onClose} onSend={submit} />}>
      <div className="grid gap-2.5">
        <Choice
          label={t('ask.kind')}
          value={draft.taps}
          onValue={(taps) => { set({ taps: taps as Taps }); }}
          options={[{ value: 'buttons', label: t('ask.buttons') }, { value: 'list', label: t('ask.list') }, { value: 'cta_url', label: t('ask.link') }]}
        />
        <Header channelId={channelId} draft={draft} set={set} error={error} />
        <Counted label={t('ask.body')} value={draft.body} most={bodyLimit(draft.taps)} rows={3} error={error('body', draft.body)} onValue={(body) => { set({ body }); }} />
        <Counted label={`${t('ask.footer')} (${t('app.optional')})`} value={draft.footer} most={LIMITS.edge} error={error('footer', draft.footer)} onValue={(footer) => { set({ footer }); }} />
        {draft.taps === 'buttons' && (
          <>
            {draft.buttons.map((title, index) => (
              <Removable key={index} label={t('ask.removeButton', { count: index + 1 })} onRemove={draft.buttons.length > 1 ? () => { set({ buttons: draft.buttons.filter((_, at) => at !== index) }); } : undefined}>
                <Counted label={t('ask.button', { count: index + 1 })} value={title} most={LIMITS.button} error={error(`buttons.${String(index)}`, title)} onValue={(value) => { set({ buttons: draft.buttons.map((one, at) => (at === index ? value : one)) }); }} />
              </Removable>
            ))}
            {draft.buttons.length < LIMITS.buttons && (
              <button type="button" className="btn small justify-self-start" onClick={() => { set({ buttons: [...draft.buttons, ''] }); }}><Plus size={14} aria-hidden="true" />{t('ask.addButton')}</button>
            )}
          </>
        )}
        {draft.taps === 'list' && <ListFields draft={draft} set={set} error={error} />}
        {draft.taps === 'cta_url' && (
          <>
            <Counted label={t('ask.linkText')} value={draft.linkText} most={LIMITS.button} error={error('linkText', draft.linkText)} onValue={(linkText) => { set({ linkText }); }} />
            <Counted label={t('ask.url')} type="url" value={draft.url} most={LIMITS.url} hint={t('ask.urlHint')} error={error('url', draft.url)} onValue={(url) => { set({ url }); }} />
          </>
        )}
        <Preview draft={draft} />
      </div>
    </Modal>
  );
}

type Fields = { draft: InteractiveDraft; set: (fields: Partial<InteractiveDraft>) => void; error: (field: string, value: string) => string | undefined };

/** What stands above the words: words as well, or a file where the kind takes one. */
function Header({ channelId, draft, set, error }: Fields & { channelId: string }) {
  const { file, header } = draft;
  const above = aboveOf(draft);
  return (
    <>
      {headersOf(draft.taps).length > 1 && (
        <Choice
          label={t('ask.above')}
          value={above}
          onValue={(next) => { set({ above: next as Above, file: null }); }}
          options={headersOf(draft.taps).map((one) => ({ value: one, label: t(`ask.above_${one}`) }))}
        />
      )}
      {above === 'text' ? (
        <Counted label={`${t('ask.header')} (${t('app.optional')})`} value={header} most={LIMITS.edge} error={error('header', header)} onValue={(words) => { set({ header: words }); }} />
      ) : (
        <FileField key={above} channelId={channelId} kind={above} label={t(`ask.above_${above}`)} name={file?.name ?? null} error={error('file', file?.name ?? '')} onFile={(next) => { set({ file: next }); }} />
      )}
    </>
  );
}

function ListFields({ draft, set, error }: Fields) {
  const { sections } = draft;
  const full = rowCount(draft) >= LIMITS.rows;
  const change = (at: number, fields: Partial<DraftSection>) => { set({ sections: sections.map((one, index) => (index === at ? { ...one, ...fields } : one)) }); };
  let number = 0;
  return (
    <>
      <Counted label={t('ask.listButton')} value={draft.listButton} most={LIMITS.button} error={error('listButton', draft.listButton)} onValue={(listButton) => { set({ listButton }); }} />
      {sections.map((section, at) => (
        <div key={at} className="grid gap-2 rounded-[9px] border border-line p-2.5">
          <Removable label={t('ask.removeSection', { count: at + 1 })} onRemove={sections.length > 1 ? () => { set({ sections: sections.filter((_, index) => index !== at) }); } : undefined}>
            <Counted
              label={t('ask.section', { count: at + 1 }) + (sections.length > 1 ? '' : ` (${t('app.optional')})`)}
              value={section.title}
              most={LIMITS.row}
              error={error(`sections.${String(at)}`, section.title)}
              onValue={(title) => { change(at, { title }); }}
            />
          </Removable>
          {section.rows.map((row, index) => {
            number += 1;
            const rowAt = (fields: Partial<typeof row>) => { change(at, { rows: section.rows.map((one, place) => (place === index ? { ...one, ...fields } : one)) }); };
            const field = `${String(at)}.${String(index)}`;
            return (
              <Removable key={index} label={t('ask.removeRow', { count: number })} onRemove={section.rows.length > 1 ? () => { change(at, { rows: section.rows.filter((_, place) => place !== index) }); } : undefined}>
                <div className="grid grid-cols-1 gap-2 sm:grid-cols-2">
                  <Counted label={t('ask.row', { count: number })} value={row.title} most={LIMITS.row} error={error(`rows.${field}`, row.title)} onValue={(title) => { rowAt({ title }); }} />
                  <Counted label={t('ask.description', { count: number })} value={row.description} most={LIMITS.description} error={error(`descriptions.${field}`, row.description)} onValue={(description) => { rowAt({ description }); }} />
                </div>
              </Removable>
            );
          })}
          {!full && <button type="button" className="btn small justify-self-start" onClick={() => { change(at, { rows: [...section.rows, { title: '', description: '' }] }); }}><Plus size={14} aria-hidden="true" />{t('ask.addRow')}</button>}
        </div>
      ))}
      {full ? <p className="hint" role="status">{t('ask.rowsFull', { count: LIMITS.rows })}</p> : (
        <button type="button" className="btn small justify-self-start" onClick={() => { set({ sections: [...sections, { title: '', rows: [{ title: '', description: '' }] }] }); }}><ListPlus size={14} aria-hidden="true" />{t('ask.addSection')}</button>
      )}
    </>
  );
}

function Removable({ label, onRemove, children }: { label: string; onRemove: (() => void) | undefined; children: ReactNode }) {
  return (
    <div className="flex items-start gap-1.5">
      <div className="min-w-0 flex-1">{children}</div>
      {onRemove && <button type="button" className="btn plain icon small mt-6" aria-label={label} onClick={onRemove}><X size={14} aria-hidden="true" /></button>}
    </div>
  );
}

/** The bubble, with the list that its button opens. */
function Preview({ draft }: { draft: InteractiveDraft }) {
  const content = interactiveOf(draft);
  const shown = { ...content, body: content.body || '…' } as Parameters<typeof Asked>[0]['content'];
  return (
    <section aria-label={t('ask.preview')} className="grid gap-2 rounded-[9px] bg-sunken p-3">
      <p className="label !mb-0">{t('ask.preview')}</p>
      <div className="message" data-direction="out"><div className="lane"><div className="bubble"><Asked key={draft.taps} content={shown} shown /></div></div></div>
    </section>
  );
}

const WORDS = {
  location_request: { title: 'ask.placeTitle', hint: 'ask.placeHint', words: 'ask.placeWords' },
  contact_request: { title: 'ask.numberTitle', hint: 'ask.numberHint', words: 'ask.numberWords' },
} as const;

/** Words with WhatsApp's button that sends where they are, or their number. */
export function AskForDialog({ request, onSend, onClose }: MakerProps & { request: Request }) {
  const texts = WORDS[request];
  const [body, setBody] = useState<string>(t(texts.words));
  const length = lengthOf(body.trim());
  const problem = length === 0 ? t('ask.needed') : length > LIMITS.body ? t('ask.tooLong', { count: length - LIMITS.body }) : undefined;
  return (
    <Modal title={t(texts.title)} onClose={onClose} footer={<Buttons onClose={onClose} onSend={() => { if (!problem) onSend(requestFor(request, body), body.trim()); }} />}>
      <Counted label={t('ask.body')} value={body} most={LIMITS.body} rows={3} hint={t(texts.hint)} error={problem} onValue={setBody} />
    </Modal>
  );
}

export function Buttons({ onClose, onSend, disabled }: { onClose: () => void; onSend: () => void; disabled?: boolean }) {
  const refused = use(RefusedNow);
  const why = useId();
  return (
    <>
      {refused && <p id={why} role="status" className="hint bad !mt-0 min-w-0 flex-1">{refused}</p>}
      <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
      <button type="button" className="btn primary" disabled={disabled === true || refused !== null} aria-describedby={refused ? why : undefined} onClick={onSend}>{t('insert.send')}</button>
    </>
  );
}
