import { useQuery } from '@tanstack/react-query';
import { BellOff, ChevronDown, Pencil, ShieldBan, ShieldCheck, TimerOff, TriangleAlert, X } from 'lucide-react';
import { Suspense, useId, useRef, useState, type ComponentProps } from 'react';
import { contactQuery } from '@/api/queries';
import type { Contact, Conversation, ConversationStatus, Identity, Priority } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { CopyButton } from '@/components/copy-button';
import { Confirm } from '@/components/modal';
import { PriorityMark } from '@/components/priority';
import { Ring } from '@/components/window-ring';
import { LabelPicker } from '@/features/inbox/label-picker';
import { statusName } from '@/features/inbox/views';
import { wantsNothing } from '@/lib/consent';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { assign, putWithTeam, setPriority, setStatus } from '@/lib/inbox/actions';
import { saveContact } from '@/lib/inbox/contacts';
import { snoozeChoices } from '@/lib/inbox/snooze';
import { STATUSES } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import { nameOf, useAnswering, useChannels, useMay, useMe, useTeams, useUsers } from '@/lib/people';
import { moment, shortDay, since } from '@/lib/time';
import { longLeft, windowFacts } from '@/lib/window';
import { later } from '@/lib/later';
import { addressOf, identityName, PRIORITIES, priorityName, shownIdentities } from '@/lib/words';

const MacrosSection = later(() => import('@/features/inbox/macros/macros-section').then((module) => ({ default: module.MacrosSection })));
const ConsentSection = later(() => import('@/features/inbox/consent-section').then((module) => ({ default: module.ConsentSection })));

export function Details({ id, onClose }: { id: string; onClose?: () => void }) {
  const conversation = useInbox((state) => state.conversations[id]);
  if (!conversation) return null;
  return (
    <>
      <Person conversation={conversation} {...(onClose ? { onClose } : {})} />
      <Facts conversation={conversation} />
      <Suspense fallback={null}><MacrosSection conversationId={id} /></Suspense>
      <Suspense fallback={null}><ConsentSection conversation={conversation} /></Suspense>
      <Block conversation={conversation} />
    </>
  );
}

function Person({ conversation, onClose }: { conversation: Conversation; onClose?: () => void }) {
  const ref = conversation.contact;
  const { data, isError } = useQuery(contactQuery(ref.id));
  const now = useMinute();
  const contact = data?.contact;
  const name = contact?.name ?? ref.name;
  return (
    <section>
      <div className="flex items-start gap-3 pt-1">
        <Avatar id={ref.id} name={name} size={44} />
        <div className="min-w-0 flex-1 pt-1">
          <Editable key={`name ${ref.id}`} contact={contact} field="name" fallback={ref.name} />
          {contact && <p className="text-[12px] leading-4 text-text-3">{t('details.since', { date: shortDay(contact.created_at, now) })}</p>}
        </div>
        {onClose && (
          <button type="button" className="btn plain icon small" aria-label={t('app.close')} onClick={onClose}><X size={16} aria-hidden="true" /></button>
        )}
      </div>
      {!ref.blocked && wantsNothing(ref) && <p className="mt-2"><span className="pill bad"><BellOff size={14} aria-hidden="true" />{t('consent.stopped')}</span></p>}
      {ref.blocked && <p className="mt-2"><span className="pill bad"><ShieldBan size={14} aria-hidden="true" />{t('details.blocked')}</span></p>}
      <div className="mt-2"><Editable key={`about ${ref.id}`} contact={contact} field="about" fallback="" /></div>
      {isError && <p className="mt-2 text-[12px] leading-4 text-bad">{t('details.loadFailed')}</p>}
      <dl className="facts mt-2">
        {shownIdentities(contact?.identities ?? ref.identities).map((identity) => <Address key={`${identity.kind} ${identity.value}`} identity={identity} />)}
        {shownIdentities((contact ?? ref).former ?? []).map((identity) => <Address key={`${identity.kind} ${identity.value}`} identity={identity} former />)}
      </dl>
    </section>
  );
}

function Address({ identity, former = false }: { identity: Identity; former?: boolean }) {
  const kind = identityName(identity);
  const label = former ? t('details.former', { kind }) : kind;
  return (
    <div className="contents">
      <dt>{label}</dt>
      <dd>
        <span className={`num min-w-0 flex-1 truncate ${former ? 'text-text-3' : ''}`} title={addressOf(identity)}><bdi dir="ltr">{addressOf(identity)}</bdi></span>
        <CopyButton text={addressOf(identity)} label={label} />
      </dd>
    </div>
  );
}

/** The name or the line about a person: click, change, Enter. Somebody else's change is never written over unseen. */
function Editable({ contact, field, fallback }: { contact: Contact | undefined; field: 'name' | 'about'; fallback: string }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [conflict, setConflict] = useState(false);
  const [busy, setBusy] = useState(false);
  const answers = useMay('answer');
  const id = useId();
  // The focus returns to what was clicked.
  const back = useRef(false);
  const value = contact?.[field] ?? fallback;
  const label = field === 'name' ? t('details.name') : t('details.about');
  const empty = field === 'name' && draft !== null && draft.trim() === '';

  const save = async () => {
    if (draft === null || empty || !contact) return;
    if (draft.trim() === value.trim()) {
      drop();
      return;
    }
    setBusy(true);
    const done = await saveContact(contact.id, { [field]: draft.trim() });
    setBusy(false);
    if (done === 'conflict') setConflict(true);
    if (done === 'saved') drop();
  };
  const drop = () => {
    back.current = true;
    setDraft(null);
    setConflict(false);
  };

  if (draft === null && !answers) return value ? <p dir="auto" className={field === 'name' ? 'line-clamp-3 text-[15px] leading-5 font-semibold break-words' : 'whitespace-pre-wrap'}>{value}</p> : null;
  if (draft === null)
    return (
      <button
        ref={(element) => {
          if (!element || !back.current) return;
          back.current = false;
          element.focus();
        }}
        type="button"
        className={`group -ms-1 flex max-w-full items-center gap-1.5 rounded-[5px] px-1 text-start hover:bg-hover ${field === 'name' ? 'text-[15px] leading-5 font-semibold' : value ? '' : 'text-text-3'}`}
        aria-label={field === 'name' ? `${t('details.editName')}: ${value}` : `${t('details.editAbout')}: ${value}`}
        disabled={!contact}
        onClick={() => { setDraft(value); }}
      >
        <span dir="auto" className={field === 'name' ? 'line-clamp-3 break-words' : 'whitespace-pre-wrap'}>{value || t('details.addAbout')}</span>
        <Pencil size={12} className="text-text-3 opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100" aria-hidden="true" />
      </button>
    );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <label className="sr-only" htmlFor={id}>{label}</label>
      <input
        id={id}
        ref={(element) => { if (element && !element.dataset['ready']) { element.dataset['ready'] = 'yes'; element.focus(); element.select(); } }}
        className="field"
        value={draft}
        maxLength={field === 'name' ? 200 : 500}
        aria-invalid={empty || undefined}
        onChange={(event) => { setDraft(event.target.value); }}
        onKeyDown={(event) => { if (event.key === 'Escape') drop(); }}
      />
      {empty && <p className="hint bad">{t('details.empty')}</p>}
      {conflict && (
        <div className="mt-1.5 rounded-[7px] bg-warn-soft p-2 text-[12px] leading-4" role="alert">
          <p className="flex gap-1.5"><TriangleAlert size={14} className="flex-none text-warn" aria-hidden="true" />{t('details.conflict')}</p>
          <p className="mt-1 font-semibold">{value}</p>
        </div>
      )}
      <div className="mt-1.5 flex gap-1.5">
        <button type="submit" className="btn primary small" disabled={busy || empty}>{conflict ? t('details.conflictUse') : t('app.save')}</button>
        <button type="button" className="btn plain small" onClick={drop}>{conflict ? t('details.conflictDrop') : t('app.cancel')}</button>
      </div>
    </form>
  );
}

function Pick(props: ComponentProps<'select'>) {
  return (
    <span className="pick">
      <select {...props} />
      {!props.disabled && <ChevronDown size={14} aria-hidden="true" />}
    </span>
  );
}

function Facts({ conversation }: { conversation: Conversation }) {
  const users = useUsers();
  const { user } = useMe();
  const answers = useMay('answer');
  const answering = useAnswering();
  const channels = useChannels();
  const now = useMinute();
  const teams = useTeams();
  const facts = windowFacts(conversation.window, now);
  const channel = channels?.find((one) => one.id === conversation.channel_id);
  const id = useId();
  const setTo = (status: ConversationStatus) => {
    const until = snoozeChoices(new Date()).find((one) => one.kind === 'tomorrow')?.at.toISOString();
    if (status === 'snoozed') void setStatus(conversation.id, status, until);
    else void setStatus(conversation.id, status);
  };
  return (
    <section>
      <h3>{t('details.conversation')}</h3>
      <dl className="facts">
        <dt><label htmlFor={`${id}-assignee`}>{t('details.assignee')}</label></dt>
        <dd>
          {conversation.assignee_id && <Avatar id={conversation.assignee_id} name={users.find((one) => one.id === conversation.assignee_id)?.name ?? '?'} size={20} />}
          <Pick id={`${id}-assignee`} disabled={!answers} value={conversation.assignee_id ?? ''} onChange={(event) => void assign(conversation.id, event.target.value || null)}>
            <option value="">{t('details.nobody')}</option>
            {conversation.assignee_id && answering.every((one) => one.id !== conversation.assignee_id) && (
              <option value={conversation.assignee_id}>{nameOf(users, conversation.assignee_id, user.id)}</option>
            )}
            {answering.map((one) => <option key={one.id} value={one.id}>{nameOf(users, one.id, user.id)}</option>)}
          </Pick>
          {answers && conversation.assignee_id !== user.id && (
            <button type="button" className="link ms-auto flex-none text-[12px]" onClick={() => void assign(conversation.id, user.id)}>{t('actions.toMe')}</button>
          )}
        </dd>
        {teams && (teams.length > 0 || conversation.team_id) && (
          <>
            <dt><label htmlFor={`${id}-team`}>{t('details.team')}</label></dt>
            <dd>
              <Pick id={`${id}-team`} disabled={!answers} value={conversation.team_id ?? ''} onChange={(event) => void putWithTeam(conversation.id, event.target.value || null)}>
                <option value="">{t('details.noTeam')}</option>
                {teams.map((team) => <option key={team.id} value={team.id}>{team.name}</option>)}
              </Pick>
            </dd>
          </>
        )}
        <dt><label htmlFor={`${id}-priority`}>{t('priority.label')}</label></dt>
        <dd>
          <PriorityMark priority={conversation.priority} quiet />
          <Pick id={`${id}-priority`} disabled={!answers} value={conversation.priority ?? 'none'} onChange={(event) => void setPriority(conversation.id, event.target.value as Priority)}>
            {PRIORITIES.map((one) => <option key={one} value={one}>{priorityName(one)}</option>)}
          </Pick>
        </dd>
        <dt>{t('labels.put')}</dt>
        <dd><LabelPicker conversation={conversation} /></dd>
        <dt><label htmlFor={`${id}-status`}>{t('details.status')}</label></dt>
        <dd>
          <Pick id={`${id}-status`} disabled={!answers} value={conversation.status} onChange={(event) => { setTo(event.target.value as ConversationStatus); }}>
            {STATUSES.map((status) => <option key={status} value={status}>{statusName(status)}</option>)}
          </Pick>
        </dd>
        {conversation.status === 'snoozed' && conversation.snoozed_until && (
          <><dt>{t('details.until')}</dt><dd className="num">{moment(conversation.snoozed_until, now)}</dd></>
        )}
        {conversation.waiting_since && (
          <><dt>{t('details.waiting')}</dt><dd className="num">{since(conversation.waiting_since, now)}</dd></>
        )}
        {conversation.rating && (
          <><dt>{t('details.rating')}</dt><dd className="num">{t('details.ratingOf', { score: conversation.rating.score })} · {moment(conversation.rating.at, now)}</dd></>
        )}
        <dt>{t('window.label')}</dt>
        <dd>
          <span className={`window !text-[13px] ${facts.state}`}>
            {facts.state === 'none' ? t('window.never')
              : facts.state === 'closed' ? <><TimerOff size={14} aria-hidden="true" />{t('window.closedAgo', { ago: facts.expiresAt ? moment(facts.expiresAt.toISOString(), now) : '' })}</>
              : <><Ring facts={facts} />{longLeft(facts.leftMs)}</>}
          </span>
        </dd>
        {conversation.window.free_until && facts.free && (
          <><dt>{t('window.freeUntil')}</dt><dd className="num">{moment(conversation.window.free_until, now)}</dd></>
        )}
        {channel && <><dt>{t('details.channel')}</dt><dd><span className="truncate">{channel.name}</span></dd></>}
        <dt>{t('details.created')}</dt>
        <dd className="num">{moment(conversation.created_at, now)}</dd>
      </dl>
    </section>
  );
}

function Block({ conversation }: { conversation: Conversation }) {
  const { contact } = conversation;
  const answers = useMay('answer');
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const set = async (blocked: boolean) => {
    setBusy(true);
    // A tag of a moment ago can be old: once more with the one just read.
    if ((await saveContact(contact.id, { blocked })) === 'conflict') await saveContact(contact.id, { blocked });
    setBusy(false);
    setAsking(false);
  };
  if (!answers) return null;
  return (
    <div className="p-3">
      {contact.blocked ? (
        <button type="button" className="btn plain" disabled={busy} onClick={() => void set(false)}><ShieldCheck size={16} aria-hidden="true" />{t('details.unblock')}</button>
      ) : (
        <button type="button" className="btn plain !text-bad" onClick={() => { setAsking(true); }}><ShieldBan size={16} aria-hidden="true" />{t('details.block')}</button>
      )}
      {asking && (
        <Confirm
          title={t('details.blockTitle', { name: contact.name })}
          text={t('details.blockText', { name: contact.name })}
          action={t('details.block')}
          busy={busy}
          onConfirm={() => void set(true)}
          onClose={() => { setAsking(false); }}
        />
      )}
    </div>
  );
}
