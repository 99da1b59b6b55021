/** What the server told of sending, read for a moment. */
import type { Outlook } from '@/api/queries';
import type { SendPrice, SendPurpose, SendRefusal } from '@/api/types';
import { t } from '@/lib/i18n';
import { rate } from '@/lib/media';
import { utcDay } from '@/lib/time';

export type Verdict = { price: SendPrice | null; refused: SendRefusal | null };

const UNKNOWN: Verdict = { price: null, refused: null };

/** The server's time now, by how long ago it told. */
const serverNow = ({ outlook, heardAt }: Outlook, now: number): number => Date.parse(outlook.at) + now - heardAt;

/** What holds for a purpose. */
export function verdictOf(told: Outlook | undefined, purpose: SendPurpose, now: number): Verdict {
  const spans = told?.outlook.purposes.find((one) => one.purpose === purpose)?.spans ?? [];
  const at = told ? serverNow(told, now) : 0;
  // The first holds from the moment of the answer on, whatever its time says.
  const span = spans.findLast((one, index) => index === 0 || Date.parse(one.from) <= at);
  return span ? { price: span.price, refused: span.refused ?? null } : UNKNOWN;
}

/** Milliseconds until something else holds; `null` where nothing changes by itself. */
export function changesIn(told: Outlook, now: number): number | null {
  const at = serverNow(told, now);
  const { purposes, next } = told.outlook;
  // What waits for its turn has it by then.
  const times = [...purposes.flatMap((one) => one.spans.map((span) => span.from)), ...(next ? [next.at] : [])];
  const ahead = times.map((time) => Date.parse(time) - at).filter((ms) => ms > 0);
  return ahead.length ? Math.min(...ahead) : null;
}

export function purposeOf(category: string): SendPurpose {
  return category === 'UTILITY' ? 'utility' : category === 'AUTHENTICATION' ? 'authentication' : 'marketing';
}

/** What it is charged as. */
const charged = ({ category, charge }: SendPrice): string => t('decision.price', { category: t(`decision.${category}`), charge: t(`decision.${charge}`) });

/** What it is charged as, and of when the rates are, where it is said elsewhere how much that is. */
export function chargeWords(price: SendPrice): string {
  return price.amount && price.rate_from ? t('decision.ofRate', { charged: charged(price), day: utcDay(price.rate_from) }) : charged(price);
}

/** All there is to say of what it costs. How much comes first: it is read where there is little room, too. */
export function priceWords(price: SendPrice): string {
  return price.amount && price.rate_from ? t('decision.byRate', { amount: rate(price.amount), charged: charged(price), day: utcDay(price.rate_from) }) : charged(price);
}

/** About how much it costs, or that it is free; nothing where nobody knows. */
export function costOf({ charge, amount }: SendPrice): string | null {
  if (charge === 'free_window' || charge === 'free_entry') return t('decision.free');
  return amount ? t('decision.about', { amount: rate(amount) }) : null;
}
