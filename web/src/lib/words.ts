/** Messages, states and addresses in words. */
import type { Departure, Identity, Message, MessageError, MessageState, SystemLine } from '@/api/types';
import { t } from '@/lib/i18n';
import { plainOf } from '@/lib/marks';
import { moment, withLocalTimes } from '@/lib/time';

const states = ['received', 'recorded', 'scheduled', 'queued', 'sending', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown', 'cancelled'] as const;

export function stateName(state: MessageState): string {
  const known = states.find((one) => one === state);
  return known ? t(`state.${known}`) : state;
}

const kinds = ['audio', 'contacts', 'document', 'image', 'interactive', 'location', 'media_placeholder', 'poll_creation', 'reaction', 'sticker', 'video'] as const;

/** What people call a kind of message; one nobody has a word for keeps WhatsApp's. */
export function kindName(kind: string): string {
  const known = kinds.find((one) => one === kind);
  return known ? t(`kind.${known}`) : kind;
}

export function capital(words: string): string {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}

/** What the server tells as a cause, as a sentence of its own. */
export function sentenceOf(cause: string): string {
  return capital(cause).replace(/[^.?!]$/, '$&.');
}

/** A file's name as it is shown: without folders, line breaks, and what turns the direction of its end. */
export function fileName(name: string | null | undefined): string | undefined {
  // eslint-disable-next-line no-control-regex
  const plain = name?.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
  return plain?.split(/[/\\]/).map((part) => part.trim()).findLast(Boolean);
}

/** So long after it was written, in milliseconds, a message came late, whatever else is there. */
const LATE_MS = 5 * 60_000;

/** It came after something written later, or long after it was written itself. */
export function isLate(message: Message): boolean {
  if (message.imported || message.provider_at == null) return false;
  return message.late === true || Date.parse(message.at) - Date.parse(message.provider_at) > LATE_MS;
}

/** The time that stands on a message: of one out of a phone's history, and of one that came late, when it was written. */
export function shownAt(message: Message): string {
  return message.imported || isLate(message) ? (message.provider_at ?? message.at) : message.at;
}

/** Whom a message of ours, or an emoji, is by. */
export function senderName(sender: Message['sent_by']): string {
  if (sender.kind === 'api' && sender.name) return t('thread.apiKey', { name: sender.name });
  return sender.name ?? t(sender.kind === 'phone_app' ? 'thread.businessPhone' : 'thread.you');
}

/** One line of what a message says. */
export function previewOf(message: Message): string {
  if (message.deleted_at) return t('thread.deleted', { name: message.direction === 'out' ? senderName(message.sent_by) : (message.sent_by.name ?? '') }).trim();
  switch (message.type) {
    case 'text':
    case 'interactive':
      return plainOf(message.content.body);
    case 'note':
      return message.content.body;
    case 'template':
      return message.content.text != null ? plainOf(message.content.text) : t('thread.template', { name: message.content.name.replaceAll('_', ' ') });
    case 'system':
      return systemWords(message.content, '').replaceAll(/<\/?b>/g, '');
    case 'image':
    case 'video':
    case 'sticker':
      return message.content.caption ?? capital(kindName(message.type));
    case 'audio':
      return message.content.voice ? capital(kindName('audio')) : t('content.sound');
    case 'document':
      return message.content.caption ?? fileName(message.content.filename) ?? capital(kindName('document'));
    case 'location':
      return [capital(kindName('location')), message.content.name].filter(Boolean).join(' · ');
    case 'contacts':
      return [capital(kindName('contacts')), message.content.cards[0]?.name].filter(Boolean).join(' · ');
    case 'answer':
      if (message.content.kind === 'form') return t('content.form');
      if (message.content.kind === 'call_permission') return t(message.content.granted ? 'content.callGranted' : 'content.callDenied');
      return message.content.title;
    case 'reaction':
      return t('content.reaction', { emoji: message.content.emoji });
    case 'order':
      return t('content.orderOf', { count: message.content.products.length });
    case 'call':
      return t(message.content.outcome === 'missed' ? 'content.callMissed' : message.content.outcome === 'ringing' ? 'content.callRinging' : 'content.callDone');
    case 'unsupported':
      return t('thread.unsupported', { kind: kindName(message.content.kind) });
    default:
      return t('thread.unsupported', { kind: kindName((message as { type: string }).type) });
  }
}

/** A system line, actors in `<b>`. */
export function systemWords(line: SystemLine, myName: string): string {
  const actor = line.actor == null ? undefined : line.actor === myName ? t('system.you') : line.actor;
  const subject = line.subject == null ? undefined : line.subject === myName ? t('system.youObject') : line.subject;
  switch (line.event) {
    case 'assigned':
      if (line.by_rule) {
        const { team } = line.by_rule;
        const rule = line.by_rule.rule === 'by_load' ? 'load' : 'turns';
        return team ? t(`system.assignedBy_${rule}_team`, { subject: subject ?? '', team }) : t(`system.assignedBy_${rule}`, { subject: subject ?? '' });
      }
      if (actor && line.actor === line.subject) return t('system.assignedSelf', { actor });
      if (actor) return t('system.assigned', { actor, subject: subject ?? '' });
      return t('system.assignedBare', { subject: subject ?? '' });
    case 'unassigned':
      return actor ? t('system.unassigned', { actor }) : t('system.unassignedBare');
    case 'team_assigned':
      return actor ? t('system.teamAssigned', { actor, subject: subject ?? '' }) : t('system.teamAssignedBare', { subject: subject ?? '' });
    case 'team_unassigned':
      return actor && subject ? t('system.teamUnassigned', { actor, subject }) : t('system.teamUnassignedBare');
    case 'priority_set': {
      const name = priorityName(line.subject);
      return actor ? t('system.priority', { actor, subject: name }) : t('system.priorityBare', { subject: name });
    }
    case 'labelled':
      return actor ? t('system.labelled', { actor, subject: subject ?? '' }) : t('system.labelledBare', { subject: subject ?? '' });
    case 'unlabelled':
      return actor ? t('system.unlabelled', { actor, subject: subject ?? '' }) : t('system.unlabelledBare', { subject: subject ?? '' });
    case 'opened':
      return actor ? t('system.opened', { actor }) : t('system.openedBare');
    case 'reopened':
      return t('system.reopened');
    case 'pending':
      return actor ? t('system.pending', { actor }) : t('system.pendingBare');
    case 'snoozed':
      return actor ? t('system.snoozed', { actor }) : t('system.snoozedBare');
    case 'resolved':
      return actor ? t('system.resolved', { actor }) : t('system.resolvedBare');
    case 'blocked':
      return actor ? t('system.blocked', { actor }) : t('system.blockedBare');
    case 'unblocked':
      return actor ? t('system.unblocked', { actor }) : t('system.unblockedBare');
    case 'number_changed':
      return subject ? t('system.number_changed', { subject }) : t('system.numberChangedBare');
    case 'identity_changed':
      return t('system.identityChanged');
    case 'welcomed':
      return t('system.welcomed');
    case 'stopped_everything':
      return t('system.stoppedEverything');
    case 'stopped_marketing':
      return t('system.stoppedMarketing');
    case 'started_again':
      return t('system.startedAgain');
    case 'started_marketing':
      return t('system.startedMarketing');
    case 'merged':
      return t('system.merged');
    case 'bot_took':
      return subject ? t('system.botGiven', { actor: actor ?? '', subject }) : t('system.botTook', { actor: actor ?? '' });
    case 'handed_over':
      return t('system.handedOver', { actor: actor ?? '' });
    case 'stepped_in':
      return actor ? t('system.steppedIn', { actor }) : t('system.steppedInBare');
    case 'rated':
      return t('system.rated', { score: line.subject ?? '' });
    case 'let_go':
      return t('system.letGo', { actor: actor ?? '' });
    default:
      return (line.event as string).replaceAll('_', ' ');
  }
}

/** A phone is shown with its `+`. */
export function addressOf(identity: Identity): string {
  return identity.kind === 'phone' || identity.kind === 'wa_id' ? `+${identity.value}` : identity.value;
}

const identityKinds = ['phone', 'wa_id', 'username', 'bsuid', 'parent_bsuid'] as const;

/** What people know first; WhatsApp's own number only where it is another one. */
export function shownIdentities(identities: readonly Identity[]): Identity[] {
  const phones = new Set(identities.filter((one) => one.kind === 'phone').map((one) => one.value));
  const place = (one: Identity) => [...identityKinds, one.kind].indexOf(one.kind);
  return identities.filter((one) => one.kind !== 'wa_id' || !phones.has(one.value)).sort((a, b) => place(a) - place(b));
}

export function identityName(identity: Identity): string {
  const known = identityKinds.find((one) => one === identity.kind);
  return known ? t(`details.${known}`) : identity.kind;
}

/** What one calls a person; a number, and a name that begins with a title, stay whole. */
export function firstName(name: string): string {
  return /^(\+?\d|\S+\. )/.test(name) ? name : (name.split(' ')[0] ?? name);
}

/** How long something waits and for what, `about 40 s`, `about 1 min 25 s`, `about 3 min`, or when where that is far: in one of these sentences. */
export function waitWords(text: 'composer.waits' | 'thread.waits' | 'thread.waitsToo' | 'channel.queueLast', leaves: Departure, now: number): string {
  const exactly = Math.max(1, Math.round((Date.parse(leaves.at) - Date.now()) / 1_000));
  const seconds = exactly < 10 ? exactly : Math.round(exactly / 5) * 5;
  const rest = seconds % 60;
  const time =
    seconds < 60 ? t('wait.seconds', { count: seconds })
    : seconds < 120 && rest > 0 ? t('wait.minutesSeconds', { minutes: Math.floor(seconds / 60), seconds: rest })
    : seconds < 5_400 ? t('wait.minutes', { count: Math.round(seconds / 60) })
    : t('wait.until', { time: moment(leaves.at, now) });
  return t(text, { time, because: withLocalTimes(leaves.because, now) });
}

/** Was the window closed, by our rules or by WhatsApp's? */
export function isWindowClosed(error: { code: string } | null | undefined): boolean {
  return error?.code === 'window_closed' || error?.code === 'whatsapp_131047';
}

/** Refusals for the sake of the person, and not of the moment or of the channel. */
export const PERSONAL = /^(contact_blocked|opted_out)/;

/** WhatsApp's refusals of a template as it is: another one may go. */
const TEMPLATE = /^whatsapp_1320(00|01|05|07|08|12|15|16)$/;

/** WhatsApp's refusals that the same message to the same person meets again: what they ask for is something else. */
const LASTING = /^whatsapp_(100|130472|130497|130501|1310(08|09|21|26|49|50|51|53|62))$/;

/**
 * What helps first where a message was not sent; `null` where nothing here does: the words say what to do instead. `refused` is why
 * the server would not take it now either.
 */
export function remedyOf(error: { code: string } | null | undefined, refused: { code: string } | null): 'template' | 'retry' | null {
  const code = error?.code ?? '';
  if (isWindowClosed(error) || TEMPLATE.test(code)) return 'template';
  if (LASTING.test(code)) return null;
  if (refused) return isWindowClosed(refused) ? 'template' : null;
  return 'retry';
}

/** Why a message was not sent or did not arrive, in a sentence of its own. Whoever is offered a template beside it needs not be told to take one. */
export function failureOf(error: Pick<MessageError, 'message'> | null | undefined, remedied = false): string {
  const words = error?.message ?? '';
  return t('thread.notSent', { reason: reasonOf({ message: remedied ? words.replace(/\.\s.*$/s, '.') : words }) });
}

/** Why a message was not sent, without saying first that it was not. */
export function reasonOf(error: Pick<MessageError, 'message'> | null | undefined): string {
  return withLocalTimes(error?.message ?? '', Date.now()).replace(/^not (sent|delivered)(, and|[:.,])?\s*/i, '');
}

export const PRIORITIES = ['urgent', 'high', 'medium', 'low', 'none'] as const;

/** A priority in words. */
export function priorityName(priority: string | null | undefined): string {
  const known = PRIORITIES.find((one) => one === (priority ?? 'none'));
  return known ? t(`priority.${known}`) : (priority ?? '');
}
