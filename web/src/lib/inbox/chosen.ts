/** The template that is chosen for a conversation, with what was filled in, until it is sent or put away: it outlives the composer that shows it. */
import { create } from 'zustand';
import type { Chosen } from '@/lib/templates';

export const useChosen = create<{ chosen: Record<string, Chosen> }>(() => ({ chosen: {} }));

/** Keeps what is chosen; nothing chosen forgets it. */
export function setChosen(conversationId: string, chosen: Chosen): void {
  useChosen.setState(({ chosen: { [conversationId]: _, ...others } }) => ({ chosen: chosen ? { ...others, [conversationId]: chosen } : others }));
}
