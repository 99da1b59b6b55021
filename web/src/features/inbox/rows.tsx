import { AlarmClock, ArrowLeftRight, BellOff, BellRing, Bot, Check, Fingerprint, Hand, Hourglass, Inbox, KeyRound, LayoutTemplate, Lock, Megaphone, MegaphoneOff, Merge, Phone, RotateCcw, ShieldBan, ShieldCheck, SignalHigh, Smartphone, Star, Tag, UserRoundCheck, UserRoundX, Users, Workflow, Zap } from 'lucide-react';
import { memo, Suspense, useState } from 'react';
import type { Conversation, Message, Reaction, SendRefusal } from '@/api/types';
import { Marked } from '@/components/marked';
import { Rich } from '@/components/rich';
import { Tick } from '@/components/tick';
import { Tip } from '@/components/tip';
import { useCountdown, useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { cancelMessage, retryMessage } from '@/lib/inbox/actions';
import { isHeld } from '@/lib/inbox/held';
import { isStopped, sendAgain, takeBack } from '@/lib/inbox/outbox';
import { usePermission } from '@/lib/inbox/permission';
import { isMachine, type Row } from '@/lib/inbox/rows';
import type { Change, Pending } from '@/lib/inbox/state';
import { setComposerMode, useInbox, useLink } from '@/lib/inbox/store';
import { useChannels, useMay, useMe, useUsers } from '@/lib/people';
import { piecesOf } from '@/lib/mentions';
import { clock, dayName, exact, moment } from '@/lib/time';
import { failureOf, isLate, isWindowClosed, kindName, previewOf, remedyOf, senderName, shownAt, stateName, systemWords, waitWords } from '@/lib/words';
import { later } from '@/lib/later';

const RichBody = later(() => import('@/features/inbox/body').then((module) => ({ default: module.Body })));
const MessageActions = later(() => import('@/features/inbox/message-actions').then((module) => ({ default: module.MessageActions })));
const Confirm = later(() => import('@/components/modal').then((module) => ({ default: module.Confirm })));
const History = later(() => import('@/features/inbox/history').then((module) => ({ default: module.History })));
const WaitingChange = later(() => import('@/features/inbox/waiting-change').then((module) => ({ default: module.WaitingChange })));
const Told = later(() => import('@/features/inbox/history').then((module) => ({ default: module.Told })));

type Props = {
  row: Row;
  conversation: Conversation;
  index: number;
  count: number;
  byProviderId: Map<string, Message>;
  onJump: (seq: number) => void;
};

export const RowView = memo(function RowView({ row, conversation, index, count, byProviderId, onJump }: Props) {
  const now = useMinute();
  switch (row.kind) {
    case 'start':
      return <p className="system pt-4">{t('thread.start', { date: moment(conversation.created_at, now) })}</p>;
    case 'older':
      return <Older />;
    case 'day':
      return <div className="rule">{dayName(row.at, now)}</div>;
    case 'new':
      return <div className="rule new">{t('thread.new')}</div>;
    case 'system':
      return <SystemRow messages={row.messages} />;
    case 'note':
      return <NoteRow message={row.message} index={index} count={count} />;
    case 'pending':
      return <PendingRow pending={row.pending} conversation={conversation} grouped={row.grouped} index={index} count={count} />;
    default: {
      const quoted = row.message.reply_to ? (byProviderId.get(row.message.reply_to) ?? null) : undefined;
      return <MessageRow row={row} conversation={conversation} index={index} count={count} quoted={quoted} onJump={onJump} />;
    }
  }
});

function Older() {
  const offline = useLink((state) => state.state === 'offline');
  return <p className="system" role="status">{offline ? t('thread.olderLater') : t('thread.older')}</p>;
}

// System lines ----------------------------------------------------------------------------------------------

const systemIcons: Record<string, typeof Check> = {
  assigned: UserRoundCheck,
  unassigned: UserRoundX,
  team_assigned: Users,
  team_unassigned: Users,
  priority_set: SignalHigh,
  labelled: Tag,
  unlabelled: Tag,
  opened: Inbox,
  reopened: RotateCcw,
  pending: Hourglass,
  snoozed: AlarmClock,
  resolved: Check,
  blocked: ShieldBan,
  unblocked: ShieldCheck,
  number_changed: Phone,
  identity_changed: Fingerprint,
  welcomed: Hand,
  stopped_everything: BellOff,
  stopped_marketing: MegaphoneOff,
  started_again: BellRing,
  started_marketing: Megaphone,
  merged: Merge,
  bot_took: Bot,
  handed_over: Users,
  stepped_in: Hand,
  let_go: Bot,
  rated: Star,
};

function SystemRow({ messages }: { messages: Message[] }) {
  const [open, setOpen] = useState(false);
  if (messages.length > 1 && !open)
    return (
      <article className="system" aria-label={t('thread.changes', { count: messages.length })}>
        <button type="button" className="link inline-flex items-center gap-1.5 !text-text-3" onClick={() => { setOpen(true); }}>
          <ArrowLeftRight size={14} aria-hidden="true" />
          {t('thread.changes', { count: messages.length })}
        </button>
      </article>
    );
  return messages.map((message) => <SystemLine key={message.id} message={message} />);
}

function SystemLine({ message }: { message: Message }) {
  const { user } = useMe();
  if (message.type !== 'system') return null;
  const Icon = systemIcons[message.content.event] ?? ArrowLeftRight;
  return (
    <div className="system" data-message-id={message.id} data-seq={message.seq} data-state={message.state}>
      <Icon size={14} aria-hidden="true" />
      <span><Rich text={systemWords(message.content, user.name)} /> · <span className="num">{clock(message.at)}</span></span>
    </div>
  );
}

// Notes -----------------------------------------------------------------------------------------------------

function NoteRow({ message, index, count }: { message: Message; index: number; count: number }) {
  if (message.type !== 'note') return null;
  const sender = message.sent_by.name ?? t('thread.colleague');
  return (
    <article
      className="note-row"
      aria-label={t('thread.noteName', { sender, time: clock(message.at), text: message.content.body })}
      aria-posinset={index + 1}
      aria-setsize={count}
      data-message-id={message.id}
      data-seq={message.seq}
      data-state={message.state}
    >
      <div className="note">
        <p className="by">
          <Lock size={14} aria-hidden="true" />
          <b>{sender}</b>
          <span>{t('thread.note')} · <span className="num">{clock(message.at)}</span></span>
        </p>
        <div dir="auto"><Named body={message.content.body} ids={message.content.mentions ?? []} /></div>
      </div>
    </article>
  );
}

/** A note's words, whom it is for marked. */
function Named({ body, ids }: { body: string; ids: string[] }) {
  const users = useUsers();
  if (ids.length === 0) return body;
  // Pieces have nothing but their place to be known by.
  return piecesOf(body, users.filter((user) => ids.includes(user.id))).map((piece, index) => (piece.user ? <span key={index} className="mention">{piece.text}</span> : piece.text));
}

// Messages --------------------------------------------------------------------------------------------------

function Byline({ message }: { message: Message }) {
  const { kind, name } = message.sent_by;
  const icons: Record<string, typeof Check> = { flow: Workflow, campaign: Megaphone, api: KeyRound, phone_app: Smartphone, rule: Zap };
  const Icon = message.type === 'template' && kind === 'agent' ? LayoutTemplate : icons[kind];
  const suffix =
    kind === 'flow' ? t('thread.flow')
    : kind === 'campaign' ? t('thread.campaign')
    : kind === 'phone_app' ? t('thread.phoneApp')
    : kind === 'rule' ? t('thread.rule')
    : null;
  const template = message.type === 'template' ? t('thread.template', { name: message.content.name.replaceAll('_', ' ') }) : null;
  return (
    <p className="byline">
      {Icon && <Icon size={14} aria-hidden="true" />}
      {name && <b>{senderName(message.sent_by)}</b>}
      {[suffix, template].filter(Boolean).join(' · ')}
    </p>
  );
}

function MessageRow({ row, conversation, index, count, quoted, onJump }: {
  row: Extract<Row, { kind: 'message' }>;
  conversation: Conversation;
  index: number;
  count: number;
  quoted: Message | null | undefined;
  onJump: (seq: number) => void;
}) {
  const { message, grouped, byline, dated } = row;
  const quotedSeq = quoted?.seq ?? message.quote?.seq ?? null;
  const now = useMinute();
  const out = message.direction === 'out';
  const sender = out ? senderName(message.sent_by) : conversation.contact.name;
  const time = dated ? moment(shownAt(message), now) : clock(shownAt(message));
  const look = message.state === 'failed' ? 'failed' : message.state === 'unknown' ? 'unknown' : isMachine(message) ? 'machine' : '';
  return (
    <article
      className="message"
      data-direction={out ? 'out' : 'in'}
      data-grouped={grouped || undefined}
      data-message-id={message.id}
      data-seq={message.seq}
      data-state={message.state}
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-label={t('thread.messageName', { sender, time, text: previewOf(message), state: stateName(message.state) })}
    >
      <div className="lane">
        {byline && <Byline message={message} />}
        <div className={`bubble ${look}`}>
          {quoted !== undefined && (
            <button type="button" className="quote" disabled={quotedSeq === null} onClick={() => { if (quotedSeq !== null) onJump(quotedSeq); }}>
              {quoted ? (
                <>
                  <b>{quoted.direction === 'in' ? conversation.contact.name : senderName(quoted.sent_by)}</b>
                  <span className="line-clamp-2">{previewOf(quoted)}</span>
                </>
              ) : message.quote ? (
                <>
                  {message.quote.author && <b>{message.quote.author}</b>}
                  <span className="line-clamp-2">{message.quote.text ?? kindName(message.quote.type)}</span>
                </>
              ) : t('thread.quoteGone')}
            </button>
          )}
          <Body message={message} sender={sender} />
          <Meta message={message} time={time} marks={marksOf(message, now)} />
          <Reactions reactions={message.reactions ?? []} />
        </div>
        <Why message={message} conversation={conversation} />
        {message.provider_id && !message.deleted_at && message.type !== 'reaction' && <Suspense fallback={null}><MessageActions message={message} /></Suspense>}
      </div>
    </article>
  );
}

/** Words at once; anything richer once its part of the app is here. */
function Body({ message, sender }: { message: Message; sender: string }) {
  const bare = !message.deleted_at && !message.forwarded && !message.referral && !message.product;
  if (bare && message.type === 'text') return <Marked words={message.content.body} />;
  return <Suspense fallback={<span className="quiet">{previewOf(message)}</span>}><RichBody message={message} sender={sender} /></Suspense>;
}

function Reactions({ reactions }: { reactions: Reaction[] }) {
  if (reactions.length === 0) return null;
  return (
    <span className="reactions">
      {reactions.map((reaction) => (
        <Tip key={`${reaction.by.kind} ${reaction.by.id ?? ''}`} label={t('thread.reacted', { name: senderName(reaction.by), emoji: reaction.emoji })} side="top">
          <span role="img" aria-label={t('thread.reacted', { name: senderName(reaction.by), emoji: reaction.emoji })}>{reaction.emoji}</span>
        </Tip>
      ))}
    </span>
  );
}

type MarkWords = { word: string; more: string };

/** What there is to say of a message's time. */
function marksOf(message: Message, now: number): MarkWords[] {
  const marks: MarkWords[] = [];
  const written = moment(shownAt(message), now);
  if (message.imported) marks.push({ word: t('thread.imported'), more: t('thread.importedHint', { time: written }) });
  if (isLate(message)) marks.push({ word: t('thread.late'), more: t('thread.lateHint', { time: written, arrived: moment(message.at, now) }) });
  if (message.edited_at && !message.deleted_at && message.type !== 'call') marks.push({ word: t('thread.edited'), more: t('thread.editedAt', { time: moment(message.edited_at, now) }) });
  return marks;
}

/** Marks, time and tick; on our messages the last two open the history of states. */
function Meta({ message, time, marks }: { message: Message; time: string; marks: MarkWords[] }) {
  const steps = <Steps message={message} time={time} />;
  if (marks.length === 0) return steps;
  return (
    <span className="meta">
      {marks.map(({ word, more }) => <Mark key={word} word={word} more={more} />)}
      {steps}
    </span>
  );
}

function Mark({ word, more }: MarkWords) {
  const [asked, setAsked] = useState(false);
  const plain = <button type="button" className="mark" title={more} aria-haspopup="dialog" onClick={() => { setAsked(true); }}>{word}</button>;
  if (!asked) return plain;
  return <Suspense fallback={plain}><Told word={word} more={more} /></Suspense>;
}

function Steps({ message, time }: { message: Message; time: string }) {
  const [asked, setAsked] = useState(false);
  const inside = (
    <>
      <time dateTime={shownAt(message)}>{time}</time>
      {message.direction === 'out' && <Tick state={message.state} />}
    </>
  );
  if (message.direction !== 'out' || !message.history?.length)
    return <span className="meta" title={exact(shownAt(message))}>{inside}</span>;
  const label = `${time}, ${stateName(message.state)}. ${t('thread.history')}`;
  const plain = (
    <button type="button" className="meta" title={t('thread.history')} aria-label={label} aria-haspopup="dialog" onClick={() => { setAsked(true); }}>
      {inside}
    </button>
  );
  if (!asked) return plain;
  return (
    <Suspense fallback={plain}>
      <History message={message} label={label}>{inside}</History>
    </Suspense>
  );
}

function Why({ message, conversation }: { message: Message; conversation: Conversation }) {
  const meId = useInbox((state) => state.meId);
  const answers = useMay('answer');
  if (message.state === 'queued' && message.direction === 'out' && message.held_until && isHeld(message))
    return (
      <p className="why text-text-3">
        <span>{t('composer.heldNow')}</span>
        {message.sent_by.id === meId && <button type="button" className="link" onClick={() => void import('@/lib/inbox/undo').then((module) => module.undoSend(conversation.id))}>{t('app.undo')}</button>}
      </p>
    );
  if (message.state === 'queued' && message.direction === 'out')
    return (
      <p className="why text-text-3">
        <Leaving message={message} conversation={conversation} />
        {answers && <button type="button" className="link" onClick={() => void cancelMessage(message)}>{t('thread.cancel')}</button>}
      </p>
    );
  if (message.state === 'unknown') return <Unknown message={message} name={conversation.contact.name ?? ''} />;
  if (message.state !== 'failed') return null;
  return <Failed message={message} conversation={conversation} />;
}

function Failed({ message, conversation }: { message: Message; conversation: Conversation }) {
  const answers = useMay('answer') && message.sent_by.kind !== 'phone_app';
  const refused = useRefused(conversation, message.type === 'template' ? (message.decision?.price.category ?? null) : 'service');
  const remedy = remedyOf(message.error, refused);
  return (
    <p className="why text-bad" role="status">
      <span>{isWindowClosed(message.error) ? windowWords(message, conversation) : failureOf(message.error, remedy === 'template' && answers)}</span>
      {message.error && !isWindowClosed(message.error) && <code className="text-[11px] text-text-3 select-all">{message.error.code}</code>}
      {answers && <Remedy of={remedy} id={conversation.id} onRetry={() => void retryMessage(message)} />}
    </p>
  );
}

/** Why the server would not take a message of this category now; of one that nobody knows the category of it is not known. */
function useRefused(conversation: Conversation, category: string | null): SendRefusal | null {
  const channel = useChannels()?.find((one) => one.id === conversation.channel_id);
  const { answer, template } = usePermission(conversation, channel);
  if (category === null) return null;
  return (category === 'service' ? answer : template(category.toUpperCase())).refused;
}

/** What helps first where something was not sent. */
function Remedy({ of, id, onRetry }: { of: ReturnType<typeof remedyOf>; id: string; onRetry: () => void }) {
  if (of === null) return null;
  return of === 'template'
    ? <button type="button" className="link" onClick={() => { setComposerMode(id, 'template'); }}>{t('thread.useTemplate')}</button>
    : <button type="button" className="link" onClick={onRetry}>{t('app.retry')}</button>;
}

/** Nobody knows whether it arrived: it goes again only where somebody takes that risk. */
function Unknown({ message, name }: { message: Message; name: string }) {
  const [asked, setAsked] = useState(false);
  const answers = useMay('answer');
  return (
    <p className="why text-warn" role="status">
      <span>{t('thread.unknown')}</span>
      {message.sent_by.kind !== 'phone_app' && answers && <button type="button" className="link" onClick={() => { setAsked(true); }}>{t('thread.sendAgain')}</button>}
      {asked && (
        <Suspense fallback={null}>
          <Confirm
            title={t('thread.sendAgainAsk')}
            text={t('thread.sendAgainText', { name })}
            action={t('thread.sendAgain')}
            onConfirm={() => {
              setAsked(false);
              void retryMessage(message);
            }}
            onClose={() => { setAsked(false); }}
          />
        </Suspense>
      )}
    </p>
  );
}

/** When a message that waits leaves. What for stands under the first that waits for it. */
function Leaving({ message, conversation }: { message: Message; conversation: Conversation }) {
  const channel = useChannels()?.find((one) => one.id === conversation.channel_id);
  const waiting = [...usePermission(conversation, channel).waiting];
  const now = useMinute();
  const index = waiting.findIndex(([id]) => id === message.id);
  const leaves = waiting[index]?.[1];
  const told = waiting[index - 1]?.[1].because === leaves?.because;
  useCountdown(leaves?.at);
  return leaves && <span className="num" role="status" aria-live="off">{waitWords(told ? 'thread.waitsToo' : 'thread.waits', leaves, now)}</span>;
}

function windowWords(message: Message, conversation: Conversation): string {
  const { expires_at } = conversation.window;
  const early = expires_at ? Math.floor((Date.parse(message.at) - Date.parse(expires_at)) / 60_000) : 0;
  return early > 0 && early < 24 * 60 ? t('thread.windowClosedBefore', { count: early }) : failureOf(message.error, true);
}

// Written here, not confirmed -------------------------------------------------------------------------------

function PendingRow({ pending, conversation, grouped, index, count }: { pending: Pending; conversation: Conversation; grouped: boolean; index: number; count: number }) {
  const offline = useLink((state) => state.state === 'offline' || state.state === 'reconnecting');
  const { act } = pending;
  if (act.type === 'change') return <Suspense fallback={<PlainWaiting id={pending.id} offline={offline} />}><WaitingChange pending={pending} act={act} offline={offline} /></Suspense>;
  return <WrittenRow pending={pending} act={act} offline={offline} conversation={conversation} grouped={grouped} index={index} count={count} />;
}

/** Where the line was lost before the words for it came. */
function PlainWaiting({ id, offline }: { id: string; offline: boolean }) {
  return (
    <article className="system" aria-label={t('thread.queuedHere')} data-change="waiting">
      {offline ? t('thread.queuedOffline') : t('thread.queuedHere')}
      <button type="button" className="link" onClick={() => { takeBack(id); }}>{t('thread.cancel')}</button>
    </article>
  );
}

function WrittenRow({ pending, act, offline, conversation, grouped, index, count }: { pending: Pending; act: Exclude<Pending['act'], Change>; offline: boolean; conversation: Conversation; grouped: boolean; index: number; count: number }) {
  const { state, problem } = pending;
  const refused = state === 'refused';
  const text = act.type === 'note' ? act.body : act.preview;
  const shown = refused ? 'failed' : 'queued';
  const refusal = useRefused(conversation, act.type === 'send' && act.request.type !== 'template' ? 'service' : null);
  const remedy = remedyOf(problem, refusal);
  const why = refused ? (
    <p className="why text-bad" role="status">
      <span>{failureOf({ message: problem?.detail || problem?.title || '' }, remedy === 'template')}</span>
      {isStopped(pending) ? (
        <button type="button" className="link" onClick={() => { sendAgain(pending.id); }}>{t('thread.sendAnyway')}</button>
      ) : <Remedy of={remedy} id={pending.conversation_id} onRetry={() => { sendAgain(pending.id); }} />}
      <button type="button" className="link" onClick={() => { takeBack(pending.id); }}>{t('thread.remove')}</button>
    </p>
  ) : state === 'waiting' ? (
    <p className="why text-text-3">
      {offline ? t('thread.queuedOffline') : t('thread.queuedHere')}
      <button type="button" className="link" onClick={() => { takeBack(pending.id); }}>{t('thread.cancel')}</button>
    </p>
  ) : null;

  if (act.type === 'note')
    return (
      <article className="note-row" aria-label={t('thread.noteName', { sender: t('thread.you'), time: clock(pending.at), text })} aria-posinset={index + 1} aria-setsize={count} data-state={shown}>
        <div className="note">
          <p className="by"><Lock size={14} aria-hidden="true" /><b>{t('thread.you')}</b><span>{t('thread.note')} · <span className="num">{clock(pending.at)}</span></span></p>
          <div dir="auto">{text}</div>
        </div>
        {why}
      </article>
    );
  const machine = act.request.type === 'template';
  return (
    <article
      className="message"
      data-direction="out"
      data-grouped={grouped || undefined}
      data-state={shown}
      data-pending={pending.id}
      aria-posinset={index + 1}
      aria-setsize={count}
      aria-label={t('thread.messageName', { sender: t('thread.you'), time: clock(pending.at), text, state: stateName(shown) })}
    >
      <div className="lane">
        <div className={`bubble ${refused ? 'failed' : machine ? 'machine' : ''}`}>
          <Marked words={text} />
          <span className="meta"><time dateTime={pending.at}>{clock(pending.at)}</time><Tick state={shown} /></span>
        </div>
        {why}
      </div>
    </article>
  );
}
