/** Messages that wait a moment, so that they can be taken back. */
import type { Message } from '@/api/types';

/** Taken back while it was held: shown to nobody. */
export function isUndone(message: Message): boolean {
  return message.state === 'cancelled' && message.held_until != null;
}

/** A plan, of which nothing has been said: what goes when its time comes is a message of its own. One that could not go by itself says why. */
export function isPlan(message: Message): boolean {
  return message.scheduled != null && message.state !== 'failed';
}

/** Is it held, so that it can be taken back? */
export function isHeld(message: Message, now = Date.now()): boolean {
  return message.state === 'queued' && message.held_until != null && Date.parse(message.held_until) > now;
}
