/** Saved replies: which there are, and which of them what was typed means. */
import { queryOptions } from '@tanstack/react-query';
import { ask } from '@/api/client';
import type { FilledReply, SavedReply, SavedReplyList } from '@/api/types';

export const repliesQuery = queryOptions({
  queryKey: ['saved-replies'],
  queryFn: ({ signal }) => ask<SavedReplyList>('/saved-replies', { signal }),
});

/** One as it reads in a conversation; `seen` is what is known of the contact, so that it is filled anew when that changes. */
export const filledQuery = (reply: SavedReply, conversationId: string, seen: string) =>
  queryOptions({
    queryKey: ['saved-replies', 'filled', reply.id, reply.version, conversationId, seen],
    queryFn: ({ signal }) => ask<FilledReply>(`/saved-replies/${reply.id}/filled?conversation_id=${conversationId}`, { signal }),
  });

/** Those that are meant, the likeliest first: by how their name begins, by what is in it, by what they say. */
export function findReplies(all: readonly SavedReply[], typed: string): SavedReply[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return [...all];
  const rank = (one: SavedReply) => {
    const at = one.name.toLowerCase().indexOf(wanted);
    if (at >= 0) return at === 0 ? 0 : 1;
    return one.text.toLowerCase().includes(wanted) ? 2 : 3;
  };
  const ranked = all.map((one) => ({ one, rank: rank(one) })).filter((each) => each.rank < 3);
  return ranked.sort((a, b) => a.rank - b.rank).map((each) => each.one);
}
