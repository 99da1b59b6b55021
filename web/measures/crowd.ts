import { createHmac } from 'node:crypto';
import type { House } from '../end-to-end/support/house';

/** Messages of one delivery: far below what the provider puts into one. */
const BATCH = 100;
/** Deliveries on their way at once. */
const AT_ONCE = 8;

export interface Line {
  phone: string;
  name: string;
  text: string;
  /** By the provider's clock, in seconds. */
  at: number;
}

let told = 0;

/** One delivery of the provider, signed as it signs. */
async function deliver(house: House, lines: Line[]): Promise<void> {
  const { phone_number_id, waba_id, app_secret } = house.number;
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550001', phone_number_id },
    contacts: lines.map(({ phone, name }) => ({ wa_id: phone, profile: { name } })),
    messages: lines.map(({ phone, text, at }) => ({ from: phone, id: `wamid.measure.${String((told += 1))}`, timestamp: String(at), type: 'text', text: { body: text } })),
  };
  const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: waba_id, changes: [{ field: 'messages', value }] }] });
  const answer = await fetch(`${house.url}/webhooks/whatsapp/${house.channelId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${createHmac('sha256', app_secret).update(body).digest('hex')}` },
    body,
  });
  if (!answer.ok) throw new Error(`a delivery: ${String(answer.status)} ${await answer.text()}`);
}

/** Everything of these, as fast as it is taken. */
export async function deliverAll(house: House, lines: Line[]): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < lines.length) {
        const batch = lines.slice(next, (next += BATCH));
        await deliver(house, batch);
      }
    }),
  );
}

const now = (): number => Math.floor(Date.now() / 1_000);

/** Somebody of the crowd. */
export const phoneOf = (nth: number): string => `4917${String(nth).padStart(8, '0')}`;
export const nameOf = (nth: number): string => `Customer ${String(nth).padStart(6, '0')}`;

/** So many customers who wrote once, a second apart, the last just now. */
export async function crowd(house: House, count: number): Promise<void> {
  await deliverAll(house, Array.from({ length: count }, (_, nth) => ({ phone: phoneOf(nth), name: nameOf(nth), text: `Is order ${String(nth)} on its way?`, at: now() - Math.floor((count - nth) / 2) })));
}

/** One who wrote so often. */
export async function talker(house: House, phone: string, name: string, count: number): Promise<void> {
  const words = ['Hello?', 'I have a question about the brakes of the Vela 7, which squeak when it rains.', 'Thanks!', 'And what does the service in spring cost? I would bring it on Thursday, or on Friday if that suits you better.'];
  for (let nth = 0; nth < count; nth += BATCH) {
    // In their order: one delivery after the other.
    await deliver(house, Array.from({ length: Math.min(BATCH, count - nth) }, (_, one) => ({ phone, name, text: `${words[(nth + one) % words.length] ?? ''} (${String(nth + one)})`, at: now() })));
  }
}

/** Messages of customers at so many a second, until it is told to stop; gives how many there were. */
export function traffic(house: House, perSecond: number, of: number): { stop: () => Promise<number> } {
  let stopped = false;
  let sent = 0;
  const run = (async () => {
    const begun = Date.now();
    while (!stopped) {
      const due = Math.floor(((Date.now() - begun) / 1_000) * perSecond) - sent;
      if (due > 0) {
        const lines = Array.from({ length: due }, (_, one) => ({ phone: phoneOf((sent + one) % of), name: nameOf((sent + one) % of), text: `Anything new? ${String(sent + one)}`, at: now() }));
        sent += due;
        await deliver(house, lines);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return sent;
  })();
  return { stop: async () => { stopped = true; return run; } };
}
