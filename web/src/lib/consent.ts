/** What people want to hear from us, by the same rule as the server: the newest word about a purpose, or about everything, counts. */
import type { ConsentEntry, ConsentScope, ConsentStanding } from '@/api/types';
import { t } from '@/lib/i18n';

type Someone = { blocked?: boolean; consent?: readonly ConsentStanding[] };

function counts(contact: Someone, scope: ConsentScope): ConsentStanding | undefined {
  return (contact.consent ?? [])
    .filter((one) => one.scope === scope || one.scope === 'everything')
    .reduce<ConsentStanding | undefined>((best, one) => {
      if (!best) return one;
      const [a, b] = [Date.parse(best.at), Date.parse(one.at)];
      return b > a || (b === a && one.choice === 'withdrawn') ? one : best;
    }, undefined);
}

/** They refused everything, and nothing newer says otherwise. */
export function wantsNothing(contact: Someone): boolean {
  return counts(contact, 'everything')?.choice === 'withdrawn';
}

export function wantsNoMarketing(contact: Someone): boolean {
  return counts(contact, 'marketing')?.choice === 'withdrawn';
}

/** They refused everything and wrote since: answers may go. `wroteAt` is when the window was opened. */
export function mayAnswer(contact: Someone, windowExpiresAt: string | null | undefined): boolean {
  const standing = counts(contact, 'everything');
  if (standing?.choice !== 'withdrawn') return true;
  return windowExpiresAt != null && Date.parse(windowExpiresAt) - 24 * 3_600_000 > Date.parse(standing.at);
}

/** Nothing may be sent to them, whether WhatsApp's window is open or not: they are blocked, or asked for silence. */
export function isSilenced(contact: Someone, windowExpiresAt: string | null | undefined): boolean {
  return contact.blocked === true || !mayAnswer(contact, windowExpiresAt);
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
      return [t('consent.byRecorded', { how: t(`consent.${evidence.how}`), name: evidence.by.name ?? t('thread.colleague') }), evidence.reference, evidence.remark].filter(Boolean).join(' · ');
    default:
      return t('consent.byJoined');
  }
}
