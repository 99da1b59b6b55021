import { ArrowUp, BookOpen, CalendarClock, Check, ChevronDown, Clock, CornerUpLeft, LayoutTemplate, Lock, MessageSquareText, Paperclip, PenLine, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { ask, newKey } from '@/api/client';
import type { Conversation, Message, ScheduleRequest, SendPrice } from '@/api/types';
import { Keys } from '@/components/keys';
import { Menu, MenuItem } from '@/components/menu';
import { Ring } from '@/components/window-ring';
import { Assist } from '@/features/inbox/assist/assist';
import { Tools } from '@/features/inbox/assist/tools';
import { Attachments } from '@/features/inbox/attachments';
import { announce } from '@/lib/announce';
import { callUp } from '@/lib/caret';
import { setDraft, useDrafts } from '@/lib/drafts';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { tellTyping } from '@/lib/inbox/live';
import { setChosen, useChosen } from '@/lib/inbox/chosen';
import { useConflicts } from '@/lib/inbox/conflict';
import { attach, sendAttached, useUploads } from '@/lib/inbox/attachments';
import { addNote, send } from '@/lib/inbox/outbox';
import { chargeWords, costOf, priceWords } from '@/lib/inbox/outlook';
import { seenSeq } from '@/lib/inbox/seen';
import { resolveOnceSent } from '@/lib/inbox/resolve';
import { canUndo, undoSend } from '@/lib/inbox/undo';
import { usePermission, type Permission } from '@/lib/inbox/permission';
import { focusComposer, setComposerMode, setReplyTo, REFUSED_ID, useComposer, useInbox, useLink, useReplyTo, useWriters, type ComposerMode } from '@/lib/inbox/store';
import { useChannels, useMay, useUsers } from '@/lib/people';
import { mentionsIn } from '@/lib/mentions';
import { usePreferences } from '@/lib/preferences';
import { moment } from '@/lib/time';
import { firstName, PERSONAL, previewOf, senderName } from '@/lib/words';
import { longLeft, windowFacts, type WindowFacts } from '@/lib/window';
import { later } from '@/lib/later';
import { glyphs, shortcuts } from '@/lib/shortcuts';
import { placeOf } from '@/lib/writing';

const Conflict = later(() => import('@/features/inbox/conflict').then((module) => ({ default: module.Conflict })));

const TemplateForm = later(() => import('@/components/template-form').then((module) => ({ default: module.TemplateForm })));

const Strips = later(() => import('@/features/inbox/strips').then((module) => ({ default: module.Strips })));

const Insert = later(() => import('@/features/inbox/insert/insert').then((module) => ({ default: module.Insert })));

const ScheduleDialog = later(() => import('@/features/inbox/schedule/schedule-dialog').then((module) => ({ default: module.ScheduleDialog })));

const MAX_TEXT = 4_096;
const MAX_NOTE = 16_000;
/** Near the limit the rest is counted. */
const COUNT_FROM = 200;

export function Composer({ conversation, phone }: { conversation: Conversation; phone: boolean }) {
  const { id } = conversation;
  const asked = useComposer((state) => state.modes[id]);
  const wantsFocus = useComposer((state) => state.focusOn === id);
  const offline = useLink((state) => state.state === 'offline');
  const channel = useChannels()?.find((one) => one.id === conversation.channel_id);
  const now = useMinute();
  const facts = windowFacts(conversation.window, now);
  const permission = usePermission(conversation, channel);
  const refused = permission.answer.refused;
  // Until the server has said it, the window as it came with the conversation decides what is shown first.
  const closed = permission.known ? refused?.code === 'window_closed' : facts.state === 'closed' || facts.state === 'none';
  // To whom nothing may be written there is nothing to write.
  const silenced = refused !== null && PERSONAL.test(refused.code);
  const answers = useMay('answer');
  const wanted: ComposerMode = asked ?? 'reply';
  const mode: ComposerMode = wanted === 'reply' && closed ? 'template' : wanted;
  const box = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!wantsFocus) return;
    (box.current?.querySelector<HTMLElement>('textarea, input') ?? box.current)?.focus();
    focusComposer(null);
  }, [wantsFocus]);

  const replies = useConflicts((state) => state.conflicts[id]);
  const words = useDrafts((state) => state.drafts[id] ?? '');
  const actAsked = useComposer((state) => state.act?.id === id);
  // What the reply below did not take up cannot be done here.
  useEffect(() => { if (actAsked) useComposer.setState({ act: null }); }, [actAsked]);

  const set = (next: ComposerMode) => { setComposerMode(id, next); };
  if (!answers)
    return (
      <>
        <Writing id={id} />
        <div id="composer" className="composer" role="group" aria-label={t('composer.label')} tabIndex={-1}>
          <div className="strip grey"><BookOpen size={16} aria-hidden="true" /><span>{t('composer.readOnly')}</span></div>
        </div>
      </>
    );
  return (
    <>
      <Writing id={id} />
      <div ref={box} id="composer" className={`composer @container ${mode === 'note' ? 'note-mode' : ''} ${replies ? 'in-conflict' : ''}`} role="group" aria-label={t('composer.label')} tabIndex={-1}>
        {replies && <Suspense fallback={null}><Conflict id={id} replies={replies} sendable={refused === null && [...words].length <= MAX_TEXT} /></Suspense>}
        {mode !== 'note' && (
          <Suspense fallback={null}><Strips conversation={conversation} channel={channel} facts={facts} permission={permission} mode={mode} offline={offline} now={now} /></Suspense>
        )}
        {/* A closed window leaves templates: nothing to choose between, and a note has its button below. */}
        {!(mode === 'template' && closed && !silenced) && <div className="modes">
          <div role="tablist" aria-label={t('composer.tabs')} className="flex gap-0.5">
            <Mode selected={mode !== 'note'} onSelect={() => { set('reply'); }} icon={closed ? <LayoutTemplate size={14} aria-hidden="true" /> : <CornerUpLeft size={14} aria-hidden="true" />}>
              {closed ? t('composer.template') : t('composer.reply')}
            </Mode>
            <Mode selected={mode === 'note'} onSelect={() => { set('note'); }} icon={<Lock size={14} aria-hidden="true" />}>
              {t('composer.note')}
            </Mode>
          </div>
          <span className="flex-1" />
          {mode === 'reply' && phone && permission.answer.price && !permission.answer.refused && <span className="flex min-w-0 px-2"><Price price={permission.answer.price} brief /></span>}
          {mode === 'reply' && !silenced && (
            <button type="button" className="mode flex-none" onClick={() => { set('template'); }}>
              <LayoutTemplate size={14} aria-hidden="true" />
              {t('composer.template')}
            </button>
          )}
          {mode === 'template' && !closed && !silenced && (
            <button type="button" className="mode" onClick={() => { set('reply'); }}>{t('composer.textInstead')}</button>
          )}
        </div>}
        {silenced && mode !== 'note' ? (
          <div className="h-2" />
        ) : mode === 'template' ? (
          <TemplateComposer conversation={conversation} permission={permission} offline={offline} onNote={() => { set('note'); }} />
        ) : (
          <TextComposer key={mode} conversation={conversation} kind={mode} facts={facts} permission={permission} offline={offline} phone={phone} />
        )}
      </div>
    </>
  );
}

function Mode({ selected, onSelect, icon, children }: { selected: boolean; onSelect: () => void; icon: ReactNode; children: ReactNode }) {
  return (
    <button type="button" role="tab" aria-selected={selected} className="mode" onClick={onSelect}>
      {icon}
      {children}
    </button>
  );
}

function Writing({ id }: { id: string }) {
  const writers = useWriters((state) => state.writers[id]);
  const first = writers?.[0];
  if (!first) return null;
  return (
    <p className="flex items-center gap-1.5 px-5 pt-1 text-[12px] leading-4 text-text-3">
      <PenLine size={12} aria-hidden="true" />
      {writers.length > 1 ? t('composer.typingMany', { name: first.name, count: writers.length - 1 }) : t('composer.typing', { name: first.name })}
    </p>
  );
}

/** What it costs, before it is sent, and of when the rates are. */
function Price({ price, brief }: { price: SendPrice; brief?: boolean }) {
  const words = priceWords(price);
  // It is the first to give way where there is little room, and says only how much where there is hardly any.
  return (
    <span className="num min-w-0 shrink-[99999] truncate text-[12px] leading-4 text-text-3" title={words}>
      <span className={brief ? 'sr-only' : '@max-[700px]:sr-only'}>{words}</span>
      <span className={brief ? '' : 'hidden @max-[700px]:inline'} aria-hidden="true">{costOf(price) ?? t(`decision.${price.charge}`)}</span>
    </span>
  );
}

function TextComposer({ conversation, kind, facts, permission, offline, phone }: { conversation: Conversation; kind: 'reply' | 'note'; facts: WindowFacts; permission: Permission; offline: boolean; phone: boolean }) {
  const { id, contact } = conversation;
  const name = kind === 'note' ? `${id}.note` : id;
  const text = useDrafts((state) => state.drafts[name] ?? '');
  const sendWith = usePreferences((state) => state.sendWith);
  const users = useUsers();
  const field = useRef<HTMLTextAreaElement>(null);
  const most = kind === 'note' ? MAX_NOTE : MAX_TEXT;
  const length = [...text].length;
  const uploads = useUploads((state) => (kind === 'reply' ? state.uploads[id] : undefined));
  const attached = (uploads?.length ?? 0) > 0;
  const replyTo = useReplyTo((state) => (kind === 'reply' ? state.to[id] : undefined));
  const picker = useRef<HTMLInputElement>(null);
  const [planning, setPlanning] = useState(false);
  const planKey = useRef(newKey());
  const then = useRef<(() => void) | null>(null);
  const [over, setOver] = useState(false);
  const { refused, price } = permission.answer;
  const held = kind === 'reply' && refused !== null;
  // Words with an open place in them that are meant so.
  const [meant, setMeant] = useState('');
  const open = kind === 'reply' && meant !== text && placeOf(text) !== null;
  const conflict = useConflicts((state) => kind === 'reply' && state.conflicts[id] !== undefined);
  const ready = !held && !open && !conflict && length <= most && (attached ? uploads?.every((one) => one.state === 'ready') === true : text.trim() !== '');

  const submit = () => {
    if (!ready) return;
    if (kind === 'note') addNote(id, text, mentionsIn(text, users));
    else if (attached) {
      if (!sendAttached(id, text, replyTo)) return;
    } else send(id, { type: 'text', text: { body: text }, ...(replyTo ? { reply_to: replyTo } : {}) }, text);
    if (kind === 'reply') setReplyTo(id, undefined);
    setDraft(id, kind, '');
    field.current?.focus();
  };
  // Not where it is resolved already, and not before what goes is taken.
  const resolvable = kind === 'reply' && ready && conversation.status !== 'resolved';
  const submitAndResolve = () => {
    submit();
    resolveOnceSent(id);
  };
  const take = (files: FileList | null | undefined) => {
    if (kind === 'reply' && files?.length) attach(id, conversation.channel_id, files);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // With nothing written there is nothing else to undo.
    if (kind === 'reply' && text === '' && event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && canUndo(id)) {
      event.preventDefault();
      void undoSend(id);
      return;
    }
    if (event.key === 'Escape') {
      // To the messages, to read back; the text stays.
      event.currentTarget.closest('.thread')?.querySelector<HTMLElement>('.messages')?.focus();
      return;
    }
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey || event.altKey) return;
    const mod = event.ctrlKey || event.metaKey;
    // A phone's keyboard has no Shift+Enter: there the button sends.
    if (mod || (sendWith === 'enter' && !phone)) {
      event.preventDefault();
      submit();
    }
  };
  const act = useComposer((state) => (kind === 'reply' && state.act?.id === id ? state.act.what : null));
  useEffect(() => {
    if (act === 'attach') picker.current?.click();
    else if (act === 'saved' && field.current) callUp(field.current, '/');
    else if (act === 'emoji' && field.current) callUp(field.current, ':');
    else if (act === 'schedule' && (field.current?.value ?? '').trim() !== '') setPlanning(true);
    if (act !== null) useComposer.setState({ act: null });
  }, [act]);
  const left = most - length;
  // Files go at once: they are not planned here.
  const plannable = kind === 'reply' && !conflict && !open && !attached && length <= most && text.trim() !== '';
  const plan = async ({ send_at, unless_reply }: { send_at: string; unless_reply: boolean }) => {
    const seen = seenSeq(id, conversation.last_seq);
    const message = { type: 'text' as const, text: { body: text }, ...(replyTo ? { reply_to: replyTo } : {}), ...(seen === undefined ? {} : { seen_seq: seen }) };
    await ask<Message>(`/conversations/${id}/scheduled`, { method: 'POST', key: planKey.current, body: { send_at, unless_reply, message } satisfies ScheduleRequest });
    planKey.current = newKey();
    setReplyTo(id, undefined);
    setDraft(id, kind, '');
    announce(() => t('schedule.planned', { time: moment(send_at, Date.now()) }));
  };
  return (
    <div
      className={`write ${over ? 'over' : ''}`}
      role="presentation"
      onDragOver={(event) => {
        if (kind !== 'reply' || !event.dataTransfer.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => { setOver(false); }}
      onDrop={(event) => {
        if (kind !== 'reply' || !event.dataTransfer.files.length) return;
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      {replyTo && <Quoted conversationId={id} messageId={replyTo} />}
      {kind === 'reply' && <Attachments conversationId={id} channelId={conversation.channel_id} />}
      <Assist field={field} conversation={conversation} text={text} kind={kind} asIs={meant === text} onAsIs={() => { setMeant(text); }} />
      <textarea
        ref={field}
        aria-label={kind === 'note' ? t('composer.note') : t('composer.reply')}
        aria-describedby={held ? REFUSED_ID : undefined}
        placeholder={kind === 'note' ? t('composer.writeNote') : t('composer.writeTo', { name: firstName(contact.name) })}
        dir="auto"
        rows={2}
        value={text}
        data-pane-focus
        onChange={(event) => {
          setDraft(id, kind, event.target.value);
          if (kind === 'reply') tellTyping(id);
        }}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          if (kind !== 'reply' || !event.clipboardData.files.length) return;
          event.preventDefault();
          take(event.clipboardData.files);
        }}
      />
      <div className="foot">
        {kind === 'reply' && (
          <>
            <input ref={picker} type="file" multiple hidden onChange={(event) => { take(event.target.files); event.target.value = ''; }} />
            <Suspense fallback={<span className="w-[26px]" />}>
              <Insert
                conversationId={id}
                channelId={conversation.channel_id}
                replyTo={replyTo}
                refused={refused}
                // A phone has no room for buttons of their own.
                more={phone && (
                  <>
                    <MenuItem icon={<MessageSquareText size={16} aria-hidden="true" />} onSelect={() => { then.current = () => { if (field.current) callUp(field.current, '/'); }; }}>{t('writing.saved')}</MenuItem>
                    {resolvable && <MenuItem icon={<Check size={16} aria-hidden="true" />} onSelect={submitAndResolve}>{t('writing.sendResolve')}</MenuItem>}
                    {plannable && <MenuItem icon={<CalendarClock size={16} aria-hidden="true" />} onSelect={() => { then.current = () => { setPlanning(true); }; }}>{t('schedule.open')}</MenuItem>}
                  </>
                )}
                then={then}
                onFiles={() => picker.current?.click()}
              />
            </Suspense>
            <button type="button" className="btn plain icon small" aria-label={t('attach.add')} title={[t('attach.add'), glyphs(shortcuts.attach).join('+')].filter(Boolean).join(' ')} onClick={() => picker.current?.click()}>
              <Paperclip size={16} aria-hidden="true" />
            </button>
          </>
        )}
        {!(phone && kind === 'reply') && <Tools field={field} phone={phone} />}
        {left <= COUNT_FROM ? (
          <span className={`num text-[12px] leading-4 ${left < 0 ? 'font-medium text-bad' : 'text-text-2'}`} role="status">
            {left < 0 ? t('composer.over', { count: -left }) : t('composer.left', { count: left })}
          </span>
        ) : (
          text !== '' && !phone && <span className={`min-w-0 shrink-[9999999999] truncate text-[12px] leading-4 ${kind === 'note' ? 'text-note-text' : 'text-text-3 @max-[640px]:hidden'}`}>{t('composer.draftSaved')}</span>
        )}
        <span className="flex-1" />
        {kind === 'reply' && price && !refused && !phone && <Price price={price} />}
        {kind === 'reply' && facts.state === 'open' && !refused && !phone && (
          <span className="window open flex-none !text-[12px]">
            <Ring facts={facts} size={16} />
            <span className="@max-[560px]:hidden">{facts.free ? t('window.free', { left: longLeft(facts.leftMs) }) : t('window.open', { left: longLeft(facts.leftMs) })}</span>
            <span className="@min-[560px]:hidden">{t('window.leftShort', { left: longLeft(facts.leftMs) })}</span>
          </span>
        )}
        {phone ? (
          <button type="button" className="btn primary round" aria-label={kind === 'note' ? t('composer.addNote') : offline ? t('composer.queue') : t('composer.send')} disabled={!ready} aria-describedby={held ? REFUSED_ID : undefined} onClick={submit}>
            {offline ? <Clock size={20} aria-hidden="true" /> : <ArrowUp size={20} aria-hidden="true" />}
          </button>
        ) : (
          <span className={kind === 'reply' ? 'split' : ''}>
          <button type="button" className={`btn ${kind === 'note' ? '' : 'primary'}`} disabled={!ready} aria-describedby={held ? REFUSED_ID : undefined} onClick={submit}>
            {kind === 'note' ? t('composer.addNote') : offline ? t('composer.queue') : t('composer.send')}
            <Keys of={sendWith === 'enter' ? 'Enter' : 'Mod+Enter'} />
          </button>
          {kind === 'reply' && (
            <Menu side="top" align="end" trigger={<button type="button" className="btn primary icon" aria-label={t('schedule.more')} disabled={!plannable && !resolvable}><ChevronDown size={16} aria-hidden="true" /></button>}>
              {resolvable && <MenuItem icon={<Check size={16} aria-hidden="true" />} onSelect={submitAndResolve}>{t('writing.sendResolve')}</MenuItem>}
              {plannable && <MenuItem icon={<CalendarClock size={16} aria-hidden="true" />} onSelect={() => { setTimeout(() => { setPlanning(true); }); }}>{t('schedule.open')}</MenuItem>}
            </Menu>
          )}
          </span>
        )}
      </div>
      {planning && (
        <Suspense fallback={null}>
          <ScheduleDialog
            conversation={conversation}
            text={text}
            onPlan={plan}
            onClose={() => {
              setPlanning(false);
              requestAnimationFrame(() => field.current?.focus());
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

/** The message that the reply will answer. */
function Quoted({ conversationId, messageId }: { conversationId: string; messageId: string }) {
  const message = useInbox((state) => state.threads[conversationId]?.messages.find((one) => one.id === messageId));
  const contact = useInbox((state) => state.conversations[conversationId]?.contact.name);
  return (
    <div className="replying">
      <CornerUpLeft size={14} className="flex-none text-text-3" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <b className="block truncate">{message?.direction === 'out' ? senderName(message.sent_by) : contact}</b>
        <span className="block truncate" dir="auto">{message ? previewOf(message) : t('thread.quoteGone')}</span>
      </span>
      <button type="button" className="btn plain icon small" aria-label={t('composer.noReply')} onClick={() => { setReplyTo(conversationId, undefined); }}><X size={14} aria-hidden="true" /></button>
    </div>
  );
}

function TemplateComposer({ conversation, permission, offline, onNote }: { conversation: Conversation; permission: Permission; offline: boolean; onNote: () => void }) {
  const chosen = useChosen((state) => state.chosen[conversation.id] ?? null);
  const verdict = chosen && permission.template(chosen.template.category);
  const ready = chosen !== null && !verdict?.refused && chosen.ready;
  const price = verdict?.refused ? null : verdict?.price;
  const cost = price ? costOf(price) : null;
  const missing = chosen?.missing ?? 0;
  const submit = () => {
    if (!ready) return;
    send(conversation.id, { type: 'template', template: chosen.request }, chosen.text);
    setChosen(conversation.id, null);
    setComposerMode(conversation.id, 'reply', false);
  };
  return (
    // The keys of the fields inside: ⌘Enter sends from each of them.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          submit();
        }
      }}
    >
      <Suspense fallback={<p className="p-4 text-text-3">{t('template.loading')}</p>}>
        <TemplateForm channelId={conversation.channel_id} fields={permission.fields} refusalOf={(category) => permission.template(category).refused} priceOf={(category) => permission.template(category).price} chosen={chosen} onChoose={(next) => { setChosen(conversation.id, next); }} />
      </Suspense>
      <p className="num flex flex-wrap justify-between gap-x-3 border-t border-line px-4 pt-2 text-[12px] leading-4 text-text-3 empty:hidden">
        {missing > 0 && <span>{t('template.missing', { count: missing })}</span>}
        {/* How much stands on the button. */}
        {price && <span>{chargeWords(price)}</span>}
      </p>
      <div className={`foot justify-end !pt-2 ${missing > 0 || price ? '' : 'border-t border-line'}`}>
        <button type="button" className="btn plain" onClick={onNote}><Lock size={14} aria-hidden="true" /><span className="max-sm:sr-only">{t('composer.noteInstead')}</span></button>
        <button type="button" className="btn primary" disabled={!ready} onClick={submit}>
          {offline ? t('template.queue') : t('template.send')}
          {cost && <span className="num font-normal">{cost}</span>}
          <span className="hidden sm:inline"><Keys of="Mod+Enter" /></span>
        </button>
      </div>
    </div>
  );
}
