/** What people said about what they want, and in words what shows it. What follows for sending the server decides. */
import type { ConsentEntry, ConsentScope, ConsentStanding } from '@/api/types';
import { t } from '@/lib/i18n';
import { senderName } from '@/lib/words';

type Someone = { blocked?: boolean; consent?: readonly ConsentStanding[] };

const refusal = ({ consent }: Someone): ConsentStanding | undefined => consent?.find((one) => one.scope === 'everything' && one.choice === 'withdrawn');

/** Of what they said about everything the newest is that they want nothing. */
export function wantsNothing(contact: Someone): boolean {
  return refusal(contact) !== undefined;
}

/**
 * An open window is none to write in: they are blocked, or asked for silence and did not write since. It says what a list shows
 * beside hundreds of conversations; whether a message goes the server is asked.
 */
export function isSilenced(contact: Someone, windowExpiresAt: string | null | undefined): boolean {
  if (contact.blocked === true) return true;
  const refused = refusal(contact);
  return refused !== undefined && (windowExpiresAt == null || Date.parse(windowExpiresAt) - 24 * 3_600_000 <= Date.parse(refused.at));
}

export const SCOPES: ConsentScope[] = ['everything', 'marketing', 'utility', 'authentication'];
export const WAYS = ['form', 'import', 'in_person', 'phone', 'written', 'program'] as const;

export function scopeName(scope: ConsentScope): string {
  return t(`consent.${scope}`);
}

/** What shows an entry, in words. */
export function evidenceOf(entry: ConsentEntry): string {
  const { evidence } = entry;
  switch (evidence.kind) {
    case 'message':
      return t(evidence.imported ? 'consent.byOldMessage' : 'consent.byMessage', { words: evidence.words });
    case 'provider':
      return t('consent.byProvider');
    case 'recorded':
      return [t('consent.byRecorded', { how: t(`consent.${evidence.how}`), name: evidence.by.name ? senderName(evidence.by) : t('thread.colleague') }), evidence.reference, evidence.remark].filter(Boolean).join(' · ');
    default:
      return t('consent.byJoined');
  }
}
