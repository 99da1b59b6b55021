import type { Names } from '@/lib/inbox/filters';
import { useInbox } from '@/lib/inbox/store';
import { useAnswering, useChannels, useLabels, useTeams } from '@/lib/people';

/** Everything that a filter, a rule or a macro can name. */
export function useNames(): Names {
  const names = { users: useAnswering(), teams: useTeams() ?? [], channels: useChannels() ?? [], labels: useLabels() ?? [] };
  return { ...names, meId: useInbox((state) => state.meId) };
}
