/** Changes of a contact, each under the tag of what was seen. */
import { ApiError, request } from '@/api/client';
import { contactQuery, queryClient } from '@/api/queries';
import type { Contact, ContactPatch } from '@/api/types';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { refOf } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import { showToast } from '@/lib/toast';

export type Saved = 'saved' | 'conflict' | 'failed';

/** `conflict` when somebody else changed the contact since it was read: theirs is loaded then. */
export async function saveContact(id: string, patch: ContactPatch): Promise<Saved> {
  const query = contactQuery(id);
  try {
    const known = await queryClient.ensureQueryData(query);
    const answer = await request<Contact>(`/contacts/${id}`, { method: 'PATCH', body: patch, ifMatch: known.etag });
    const contact = answer.data;
    queryClient.setQueryData(query.queryKey, { contact, etag: answer.etag ?? `"${String(contact.version)}"` });
    useInbox.setState((state) => ({
      conversations: Object.fromEntries(
        Object.entries(state.conversations).map(([key, one]) =>
          one.contact.id === id
            ? [key, { ...one, contact: refOf(contact) }]
            : [key, one],
        ),
      ),
    }));
    return 'saved';
  } catch (error) {
    if (error instanceof ApiError && error.status === 412) {
      await queryClient.refetchQueries({ queryKey: query.queryKey });
      return 'conflict';
    }
    showToast({ error: true, words: t('details.saveFailed', { detail: wordsOf(error) }) });
    return 'failed';
  }
}
