import { AlarmClock, Ban, BellOff, Bot, Check, Clock, FilePenLine, FileText, Hourglass, Image as ImageIcon, LayoutTemplate, Lock, MapPin, Mic, Package, Phone, Puzzle, Reply, Sticker, UserRound, UserRoundCheck, Users, Video } from 'lucide-react';
import { memo, useEffect } from 'react';
import { Avatar } from '@/components/avatar';
import { LabelTag } from '@/components/label-tag';
import { PriorityMark } from '@/components/priority';
import { Tick } from '@/components/tick';
import { WindowMark, windowName } from '@/components/window-ring';
import type { Conversation, Message } from '@/api/types';
import { useDrafts } from '@/lib/drafts';
import { assign, mentionOf, setStatus } from '@/lib/inbox/actions';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import { hydrate } from '@/lib/inbox/live';
import { dueOf, dueWords } from '@/lib/inbox/sla';
import { unreadOf } from '@/lib/inbox/state';
import { useInbox, useWriters } from '@/lib/inbox/store';
import { nameOf, useChannelName, useLabels, useTeamName, useUsers } from '@/lib/people';
import { usePreferences } from '@/lib/preferences';
import { isSilenced, wantsNothing } from '@/lib/consent';
import { moment, since, until, when } from '@/lib/time';
import { firstName, previewOf, priorityName, reasonOf } from '@/lib/words';
import { windowFacts } from '@/lib/window';

type Props = {
  id: string;
  top: number;
  index: number;
  size: number;
  selected: boolean;
  focusable: boolean;
  showAssignee: boolean;
  showTeam: boolean;
  onOpen: (id: string) => void;
  /** Cards can be ticked, and this one is. */
  ticking: boolean;
  ticked: boolean;
  /** Absent for whoever only reads. */
  onTick?: (id: string, extend: boolean) => void;
};

/** Longer than this is over the target. */
const TARGET_MS = 15 * 60_000;

export const Card = memo(function Card({ id, top, index, size, selected, focusable, showAssignee, showTeam, onOpen, ticking, ticked, onTick }: Props) {
  const conversation = useInbox((state) => state.conversations[id]);
  const unread = useInbox((state) => unreadOf(state, id));
  const changeWaits = useInbox((state) => state.pending.some((one) => one.kept && one.act.type === 'change' && one.conversation_id === id));
  const meId = useInbox((state) => state.meId);
  const draft = useDrafts((state) => state.drafts[id]);
  const compact = usePreferences((state) => state.density === 'compact');
  const users = useUsers();
  const channel = useChannelName(conversation?.channel_id);
  const team = useTeamName(conversation?.team_id);
  const allLabels = useLabels();
  const now = useMinute();
  const lacks = conversation !== undefined && (unread === null || (!conversation.last_message && conversation.last_seq > 0));
  useEffect(() => { if (lacks) hydrate(id); }, [lacks, id]);
  if (!conversation) return null;

  const { contact, last_message: last, waiting_since: waiting } = conversation;
  const facts = windowFacts(conversation.window, now);
  const silenced = isSilenced(contact, conversation.window.expires_at);
  const waits = waiting != null && now - Date.parse(waiting) >= 60_000;
  // Where a policy says when something is due, that counts.
  const due = dueOf(conversation, now);
  const over = due ? due.over : waits && now - Date.parse(waiting) > TARGET_MS;
  const bot = conversation.handled_by?.kind === 'bot' ? (conversation.handled_by.bot?.name ?? t('list.bot')) : null;
  const assignee = showAssignee && conversation.assignee_id ? firstName(nameOf(users, conversation.assignee_id, meId)) : null;
  const labels = conversation.labels?.flatMap((one) => allLabels?.find((label) => label.id === one) ?? []) ?? [];
  const [firstLabel] = labels;
  const count = unread ?? 0;
  const mention = mentionOf(conversation, meId) !== null;
  const name = [
    contact.name,
    ticked ? t('list.ticked') : '',
    conversation.priority && conversation.priority !== 'none' ? t('priority.name', { name: priorityName(conversation.priority) }) : '',
    channel ?? '',
    last ? previewOf(last) : '',
    mention ? t('list.mentioned') : '',
    bot ? t('list.botTalks', { name: bot }) : '',
    count > 0 ? t('list.unread', { count }) : '',
    labels.length > 0 ? t('list.labels', { names: labels.map((label) => label.name).join(', ') }) : '',
    waits ? t('list.waiting', { time: since(waiting, now) }) : '',
    due ? dueWords(due, now) : '',
    changeWaits ? t('list.changeWaits') : '',
    silenced ? t(contact.blocked ? 'details.blocked' : 'consent.stopped') : facts.state === 'none' ? '' : windowName(facts),
  ].filter(Boolean).join(', ');

  return (
    <div
      id={`card-${id}`}
      className="card"
      role="option"
      aria-label={name}
      aria-selected={selected}
      aria-posinset={index + 1}
      aria-setsize={size}
      tabIndex={focusable ? 0 : -1}
      data-pane-focus={focusable || undefined}
      data-conversation-id={id}
      data-unread={count > 0 ? count : undefined}
      data-ticked={ticked || undefined}
      style={{ top }}
      onClick={(event) => {
        if (onTick && (ticking || event.shiftKey || event.ctrlKey || event.metaKey)) onTick(id, event.shiftKey);
        else onOpen(id);
      }}
      onKeyDown={undefined}
    >
      <Avatar id={contact.id} name={contact.name} size={34} channel />
      {/* For the mouse; by keyboard Shift+X does the same. */}
      {onTick && <span className="check" data-on={ticking || undefined} aria-hidden="true" onClick={(event) => { event.stopPropagation(); onTick(id, event.shiftKey); }}>{ticked && <Check size={12} strokeWidth={3} />}</span>}
      {/* Over the time, for the mouse; its menu has them too. */}
      {onTick && !ticking && (
        <span className="quick" aria-hidden="true" onClick={(event) => { event.stopPropagation(); }}>
          {conversation.assignee_id !== meId && <span aria-hidden="true" title={t('actions.toMe')} onClick={() => void assign(id, meId)}><UserRoundCheck size={14} /></span>}
          {conversation.status !== 'resolved' && <span aria-hidden="true" title={t('actions.resolve')} onClick={() => void setStatus(id, 'resolved')}><Check size={14} /></span>}
        </span>
      )}
      <div className="min-w-0">
        <div className="line">
          <span className="name truncate">{contact.name}</span>
          {conversation.priority && <PriorityMark priority={conversation.priority} quiet />}
          {contact.blocked && <Ban size={14} className="text-text-3" role="img" aria-label={t('details.blocked')} />}
          {!contact.blocked && wantsNothing(contact) && <BellOff size={14} className="text-text-3" role="img" aria-label={t('consent.stopped')} />}
          {compact && channel && <span className="channel-name min-w-0 shrink-[99] truncate">{channel}</span>}
          {compact && !silenced && <WindowMark facts={facts} />}
          {changeWaits && <Clock size={14} className="text-text-3" role="img" aria-label={t('list.changeWaits')} />}
          <span className="time">{when(conversation.updated_at, now)}</span>
        </div>
        <div className="line preview">
          <Preview conversation={conversation} draft={selected ? undefined : draft} meId={meId} />
          {mention && <span className="badge ms-auto" role="img" aria-label={t('list.mentioned')} title={t('list.mentioned')}>@</span>}
          {count > 0 && <span className={`badge ${mention ? '' : 'ms-auto'}`}>{count > 99 ? '99+' : count}</span>}
        </div>
        {!compact && (
          <div className="line meta">
            {channel && <span className="channel-name min-w-0 truncate">{channel}</span>}
            {/* Whoever has it says more than the team does, and there is little room. */}
            {showTeam && team && !assignee && <span className="inline-flex min-w-0 items-center gap-1 text-text-2"><Users size={12} aria-hidden="true" /><span className="truncate">{team}</span></span>}
            {bot && <span className="inline-flex min-w-0 items-center gap-1 text-text-2"><Bot size={12} aria-hidden="true" /><span className="truncate">{bot}</span></span>}
            {assignee && !bot && (
              <span className="inline-flex min-w-[2.75rem] items-center gap-1 text-text-2"><UserRound size={12} aria-hidden="true" /><span className="truncate">{assignee}</span></span>
            )}
            {firstLabel && (
              <span className="inline-flex min-w-0 items-center gap-1 text-text-2">
                <LabelTag label={firstLabel} quiet />
                {labels.length > 1 && <span className="num text-text-3">+{labels.length - 1}</span>}
              </span>
            )}
            {due ? (
              <span className={`num inline-flex flex-none items-center gap-1 whitespace-nowrap ${over ? 'text-warn' : ''}`} title={t(`sla.${due.target}`)}>
                <Hourglass size={12} aria-hidden="true" />{over ? t('sla.over', { time: since(due.at, now) }) : t('sla.in', { time: until(due.at, now) })}
              </span>
            ) : waits && (
              <span className={`num inline-flex flex-none items-center gap-1 whitespace-nowrap ${over ? 'text-warn' : ''}`}>
                <Hourglass size={12} aria-hidden="true" />{since(waiting, now)}
              </span>
            )}
            {conversation.status === 'snoozed' && conversation.snoozed_until && (
              <span className="num inline-flex min-w-0 items-center gap-1">
                <AlarmClock size={12} aria-hidden="true" /><span className="truncate">{t('list.until', { time: moment(conversation.snoozed_until, now) })}</span>
              </span>
            )}
            {!silenced && <span className="ms-auto flex"><WindowMark facts={facts} /></span>}
          </div>
        )}
      </div>
    </div>
  );
});

function Preview({ conversation, draft, meId }: { conversation: Conversation; draft: string | undefined; meId: string }) {
  const writer = useWriters((state) => state.writers[conversation.id]?.[0]);
  const last = conversation.last_message;
  if (writer) return <span className="truncate text-accent-text">{t('list.typing', { name: firstName(writer.name) })}</span>;
  if (draft)
    return (
      <>
        <FilePenLine size={14} aria-hidden="true" />
        <span className="truncate"><span className="font-medium text-warn">{t('list.draft')}</span> {draft}</span>
      </>
    );
  if (!last) return <span className="truncate text-text-3">{conversation.last_seq === 0 ? t('list.none') : ''}</span>;
  if (last.state === 'failed')
    return (
      <>
        <Tick state="failed" />
        <span className="truncate text-bad">{t('list.notSent')} · {reasonOf(last.error) || previewOf(last)}</span>
      </>
    );
  const mine = last.direction === 'out' && last.sent_by.kind === 'agent' && last.sent_by.id === meId;
  return (
    <>
      {last.direction === 'out' && last.type !== 'note' && <Tick state={last.state} />}
      <TypeIcon message={last} />
      <span className="truncate" dir="auto">{mine && last.type === 'note' ? t('list.you', { text: previewOf(last) }) : previewOf(last)}</span>
    </>
  );
}

const typeIcons: Partial<Record<Message['type'], typeof Ban>> = {
  audio: Mic,
  answer: Reply,
  call: Phone,
  contacts: UserRound,
  document: FileText,
  image: ImageIcon,
  location: MapPin,
  order: Package,
  sticker: Sticker,
  unsupported: Puzzle,
  video: Video,
};

function TypeIcon({ message }: { message: Message }) {
  if (message.deleted_at) return <Ban size={14} aria-hidden="true" />;
  if (message.type === 'note') return <Lock size={14} aria-hidden="true" />;
  if (message.type === 'template') return <LayoutTemplate size={14} aria-hidden="true" />;
  const Icon = typeIcons[message.type];
  return Icon ? <Icon size={14} aria-hidden="true" /> : null;
}
