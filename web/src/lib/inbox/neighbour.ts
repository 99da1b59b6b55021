import { orderOf } from '@/lib/inbox/state';
import { useInbox, usePlace } from '@/lib/inbox/store';

/** The conversation after (or before) the open one in the list on the screen. */
export function neighbour(step: 1 | -1): string | null {
  const { list, openId } = usePlace.getState();
  const order = orderOf(useInbox.getState(), list);
  const index = openId ? order.indexOf(openId) : -1;
  if (index < 0) return (step === 1 ? order[0] : order.at(-1)) ?? null;
  return order[index + step] ?? null;
}
