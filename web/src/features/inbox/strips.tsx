import { Link } from '@tanstack/react-router';
import type { Lock} from 'lucide-react';
import { BellOff, Bot, CircleAlert, CloudAlert, Hourglass, ShieldBan, TimerOff, UserRound, WifiOff } from 'lucide-react';
import type { Channel, Conversation, Departure, SendRefusal } from '@/api/types';
import { Rich } from '@/components/rich';
import { Ring } from '@/components/window-ring';
import { useCountdown, useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { assign, own } from '@/lib/inbox/actions';
import { saveContact } from '@/lib/inbox/contacts';
import { againstTemplates, type Permission } from '@/lib/inbox/permission';
import { REFUSED_ID, useInbox, type ComposerMode } from '@/lib/inbox/store';
import { nameOf, useMay, useUsers } from '@/lib/people';
import { refusalWords } from '@/lib/refusals';
import { clock, withLocalTimes } from '@/lib/time';
import { minutesLeft, type WindowFacts } from '@/lib/window';
import { firstName, waitWords } from '@/lib/words';

const refusalIcons: Record<string, typeof Lock> = {
  contact_blocked: ShieldBan,
  window_closed: TimerOff,
  messaging_limit_reached: Hourglass,
};

/** Why something is not sent. */
function Refused({ refused, conversation, channel, id, now }: { refused: SendRefusal; conversation: Conversation; channel: Channel | undefined; id?: string; now: number }) {
  const { code } = refused;
  const { reason, help } = refusalWords(refused, now);
  const Icon = refusalIcons[code] ?? (code.startsWith('opted_out') ? BellOff : CircleAlert);
  const quiet = code === 'contact_blocked' || code === 'opted_out_of_marketing' || (code === 'window_closed' && conversation.window.kind === 'none');
  return (
    <div className={`strip ${quiet ? 'grey' : 'bad'}`} id={id}>
      <Icon size={16} aria-hidden="true" />
      <span className="flex-1" role="status"><b>{reason}</b> {help}</span>
      {code === 'contact_blocked' && (
        <button type="button" className="link" onClick={() => void saveContact(conversation.contact.id, { blocked: false })}>{t('composer.unblock')}</button>
      )}
      {code.startsWith('channel_') && channel && <ToChannels />}
    </div>
  );
}

/** Where whoever may mend a channel does so. */
function ToChannels() {
  if (!useMay('manage_channels')) return null;
  return <Link to="/settings/$section" params={{ section: 'channels' }} className="link">{t('composer.reconnect')}</Link>;
}

/** What one should know before writing: why something is not sent, how the number does, who else is here. */
export function Strips({ conversation, channel, facts, permission, mode, offline, now }: { conversation: Conversation; channel: Channel | undefined; facts: WindowFacts; permission: Permission; mode: ComposerMode; offline: boolean; now: number }) {
  const { contact } = conversation;
  const users = useUsers();
  const meId = useInbox((state) => state.meId);
  const icon = { size: 16, 'aria-hidden': true } as const;
  const { refused } = permission.answer;
  const marketing = permission.template('MARKETING').refused;
  const noTemplate = againstTemplates((category) => permission.template(category).refused);
  const told = { conversation, channel, now };
  if (refused?.code === 'contact_blocked') return <Refused refused={refused} id={REFUSED_ID} {...told} />;
  return (
    <>
      {refused && <Refused refused={refused} id={REFUSED_ID} {...told} />}
      {!refused && noTemplate?.code === 'opted_out' && (
        <div className="strip bad"><BellOff {...icon} /><span role="status"><Rich text={t('consent.stripAnswer', { name: firstName(contact.name) })} /></span></div>
      )}
      {/* What stands against every template is a reason of its own where templates are what is left. */}
      {mode === 'template' && noTemplate && noTemplate.code !== refused?.code && noTemplate.code !== 'opted_out' && <Refused refused={noTemplate} {...told} />}
      {!noTemplate && marketing?.code === 'opted_out_of_marketing' && <Refused refused={marketing} {...told} />}
      {offline && <div className="strip grey"><WifiOff {...icon} /><span><Rich text={t('composer.offline')} /></span></div>}
      {channel?.health === 'broken' && !refused?.code.startsWith('channel_') && !noTemplate?.code.startsWith('channel_') && (
        <div className="strip bad">
          <CircleAlert {...icon} />
          <span className="flex-1"><Rich text={t('composer.broken', { channel: channel.name, problem: channel.problem ? withLocalTimes(channel.problem, now) : t('composer.brokenPlain') })} /></span>
          <ToChannels />
        </div>
      )}
      {channel?.health === 'degraded' && (
        <div className="strip warn"><CloudAlert {...icon} /><span><Rich text={t('composer.degraded')} /></span></div>
      )}
      {permission.next && !refused && <Waits next={permission.next} />}
      {facts.state === 'soon' && facts.expiresAt && !refused && (
        <div className="strip warn">
          <Ring facts={facts} size={16} />
          <span className="num">
            <Rich
              text={
                minutesLeft(facts.leftMs) < 10
                  ? t('window.soonIn', { count: minutesLeft(facts.leftMs), time: clock(facts.expiresAt) })
                  : t('window.soonAt', { time: clock(facts.expiresAt) })
              }
            />
          </span>
        </div>
      )}
      {conversation.handled_by?.kind === 'bot' && !refused && (
        <div className="strip grey">
          <Bot {...icon} />
          <span className="flex-1">{t('ownership.talks', { name: conversation.handled_by.bot?.name ?? t('ownership.bot') })}</span>
          <button type="button" className="link" onClick={() => void own(conversation.id, 'agents')}>{t('ownership.stepIn')}</button>
        </div>
      )}
      {conversation.assignee_id && conversation.assignee_id !== meId && conversation.handled_by?.kind !== 'bot' && !refused && (
        <div className="strip grey">
          <UserRound {...icon} />
          <span className="flex-1">{t('composer.assignedTo', { name: nameOf(users, conversation.assignee_id, meId) })}</span>
          <button type="button" className="link" onClick={() => void assign(conversation.id, meId)}>{t('composer.takeOver')}</button>
        </div>
      )}
    </>
  );
}

/** What is written now waits. */
function Waits({ next }: { next: Departure }) {
  const now = useMinute();
  useCountdown(next.at);
  return (
    <div className="strip warn">
      <Hourglass size={16} aria-hidden="true" />
      <span className="num" role="status" aria-live="off">{waitWords('composer.waits', next, now)}</span>
    </div>
  );
}
