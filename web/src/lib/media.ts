/** Files and orders in words. */
import { locale } from '@/lib/i18n';
import type { Attachment, MediaKind, Order } from '@/api/types';
import { fileName } from '@/lib/words';

/** Where a file's bytes are: its small picture, where there is one and that is enough. */
export function mediaAddress(file: Pick<Attachment, 'media_id' | 'thumbnail'>, small = false): string {
  return `/api/v1/media/${file.media_id}${small && file.thumbnail ? '?thumbnail=true' : ''}`;
}

/** Answered for a file whose bytes are lost for good. */
const GONE = 410;

/** Whether the server has a file's bytes: here, not to be had now, or gone for good. */
export async function whereIs(file: Pick<Attachment, 'media_id'>, signal?: AbortSignal): Promise<'here' | 'away' | 'gone'> {
  try {
    const { ok, status } = await fetch(mediaAddress(file), { method: 'HEAD', cache: 'no-store', signal: signal ?? null });
    return ok ? 'here' : status === GONE ? 'gone' : 'away';
  } catch {
    return 'away';
  }
}

/** `812 B`, `4.2 KB`, `17 MB`: by 1,024, as WhatsApp tells its limits. */
export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let left = bytes;
  let unit = 0;
  while (left >= 1024 && unit < units.length - 1) {
    left /= 1024;
    unit += 1;
  }
  return `${String(left < 10 ? Math.round(left * 10) / 10 : Math.round(left))} ${units[unit] ?? ''}`;
}

/** What a file is, in a few letters: by the end of its name, which says what opens it; else by the type that its sender gave. */
export function fileLabel({ filename, mime_type }: Pick<Attachment, 'filename' | 'mime_type'>): string | undefined {
  const end = /\.(\w{1,8})[. ]*$/.exec(fileName(filename) ?? '')?.[1];
  const label = end ?? baseOf(mime_type).split('/')[1]?.split('+')[0]?.replace(/^x-/, '');
  return label?.toUpperCase();
}

/** A price in its currency; as it came where either is odd. */
export function money(price: string, currency: string): string {
  const amount = Number(price);
  if (price.trim() === '' || !Number.isFinite(amount)) return price;
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${price} ${currency}`.trim();
  }
}

/** What one message costs: fractions of the smallest coin count. */
export function rate({ value, currency }: { value: string; currency: string }): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency, maximumFractionDigits: 4 }).format(Number(value));
}

/** The sum of an order, where everything in it has a price in one currency. */
export function orderTotal(order: Order): string | null {
  const [first] = order.products;
  if (!first || order.products.some((one) => one.currency !== first.currency || one.price.trim() === '' || !Number.isFinite(Number(one.price)))) return null;
  const total = order.products.reduce((sum, one) => sum + Number(one.price) * one.quantity, 0);
  return money(String(total), first.currency);
}

const MB = 1024 * 1024;

/** The most that WhatsApp takes of a kind, in bytes. */
export function limitOf(kind: MediaKind): number {
  return kind === 'image' ? 5 * MB : kind === 'sticker' ? 500 * 1024 : kind === 'document' ? 100_000_000 : 16 * MB;
}

/** The most of a kind in WhatsApp's words: a file's 100 MB are the only ones by 1,000. */
export const limitWords = (kind: MediaKind): string => (kind === 'document' ? '100 MB' : fileSize(limitOf(kind)));

/** The types that WhatsApp takes as a kind, and of documents the ends of their names (the server's `kinds_of`). */
const TAKEN: Record<MediaKind, string[]> = {
  image: ['image/jpeg', 'image/png'],
  sticker: ['image/webp'],
  video: ['video/mp4', 'video/3gpp'],
  audio: ['audio/aac', 'audio/mp4', 'audio/mpeg', 'audio/amr', 'audio/ogg', 'audio/x-m4a'],
  document: ['.pdf', '.txt', '.doc', '.xls', '.ppt', '.docx', '.xlsx', '.pptx'],
};

const baseOf = (type: string): string => type.split(';')[0]?.trim() ?? '';

/** What a picker of files offers for a kind. */
export const acceptOf = (kind: MediaKind): string => TAKEN[kind].join(',');

/** Is a file of this kind? */
export function isOf(kind: MediaKind, { name, type }: Pick<File, 'name' | 'type'>): boolean {
  return kind === 'document' ? TAKEN.document.some((end) => name.toLowerCase().endsWith(end)) : TAKEN[kind].includes(baseOf(type));
}

/** Types that are no document of WhatsApp's, whatever they are called. */
const NO_DOCUMENT = ['text/html', 'application/zip', 'application/x-msdownload', 'application/x-msdos-program'];

/** Is it certain by its type that WhatsApp takes it in no way? What the browser knows no type of, the server looks into. */
export function isRefused({ name, type }: Pick<File, 'name' | 'type'>): boolean {
  const base = baseOf(type);
  if (NO_DOCUMENT.includes(base)) return true;
  return /^(image|video|audio)\//.test(base) && !Object.values(TAKEN).flat().includes(base) && !isOf('document', { name, type });
}

/** As what a file goes; as a file where it is too large for more. A WebP is a sticker and nothing else. */
export function kindOf(type: string, size: number): MediaKind {
  const kind = (['image', 'sticker', 'video', 'audio'] as const).find((one) => TAKEN[one].includes(baseOf(type))) ?? 'document';
  return kind !== 'sticker' && size > limitOf(kind) ? 'document' : kind;
}
