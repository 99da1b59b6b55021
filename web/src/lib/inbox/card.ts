/** A contact card while it is being made. */
import type { Contact, ContactCard } from '@/api/types';
import { LIMITS, lengthOf } from '@/lib/whatsapp-limits';

export type CardDraft = { name: string; organization: string; phones: string[]; emails: string[] };
export type CardProblem = 'needed' | 'tooLong' | 'phoneWrong' | 'emailWrong' | 'phoneNeeded';

/** What is wrong, by field: `name`, `phones.0`, `emails.1`, …; empty when it can be sent. */
export function cardProblems(draft: CardDraft): Record<string, CardProblem> {
  const found: Record<string, CardProblem> = {};
  if (!draft.name.trim()) found['name'] = 'needed';
  for (const field of ['name', 'organization'] as const) if (lengthOf(draft[field]) > LIMITS.cardLine) found[field] = 'tooLong';
  draft.phones.forEach((phone, index) => {
    // As people write them; with their country, as they are of no use elsewhere without it.
    if (phone.trim() && !/^\+(?:[\s().-]*\d){7,15}[\s)]*$/.test(phone.trim())) found[`phones.${String(index)}`] = 'phoneWrong';
  });
  draft.emails.forEach((email, index) => {
    if (email.trim() && (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email.trim()) || lengthOf(email) > LIMITS.cardLine)) found[`emails.${String(index)}`] = 'emailWrong';
  });
  if (![...draft.phones, ...draft.emails].some((one) => one.trim())) found['phones.0'] = 'phoneNeeded';
  return found;
}

export function cardOf(draft: CardDraft): ContactCard {
  const written = (lines: string[]) => lines.map((line) => line.trim()).filter(Boolean);
  return {
    name: draft.name.trim(),
    ...(draft.organization.trim() ? { organization: draft.organization.trim() } : {}),
    phones: written(draft.phones).map((phone) => ({ phone })),
    emails: written(draft.emails).map((value) => ({ value })),
  };
}

/** One of our contacts as a card; null where we know no number of theirs. */
export function cardOfContact(contact: Contact): ContactCard | null {
  const values = (kind: string) => contact.identities.filter((one) => one.kind === kind).map((one) => one.value);
  const wa = values('wa_id');
  const plus = (number: string) => (number.startsWith('+') ? number : `+${number}`);
  const numbers = [...new Set([...values('phone').map(plus), ...wa.map(plus)])].slice(0, LIMITS.cardLines);
  if (numbers.length === 0) return null;
  return {
    name: contact.name || (numbers[0] ?? ''),
    phones: numbers.map((phone) => {
      const known = wa.find((id) => plus(id) === phone);
      return { phone, ...(known ? { wa_id: known } : {}) };
    }),
  };
}
