/** Resolving with the last word: only once the server has taken it. */
import { setStatus } from '@/lib/inbox/actions';
import { useInbox } from '@/lib/inbox/store';

/** What is being sent in a conversation resolves it once it is taken. Refused or taken back, it leaves the conversation as it is. */
export function resolveOnceSent(conversationId: string): void {
  const sent = new Map(useInbox.getState().pending.filter((one) => one.conversation_id === conversationId && one.state !== 'refused').map((one) => [one.id, one.state]));
  const look = ({ pending } = useInbox.getState()) => {
    for (const [id, before] of sent) {
      const one = pending.find((known) => known.id === id);
      if (one) sent.set(id, one.state);
      else if (before === 'sending') sent.delete(id);
      if (one?.state === 'refused' || (!one && before !== 'sending')) {
        stop();
        return;
      }
    }
    if (sent.size > 0) return;
    stop();
    void setStatus(conversationId, 'resolved');
  };
  const stop = useInbox.subscribe(look);
  look();
}
