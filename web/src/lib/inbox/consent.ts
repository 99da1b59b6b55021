/** Recording what somebody said about what they want. */
import { request } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { ContactConsent, RecordConsent } from '@/api/types';
import { t } from '@/lib/i18n';
import { wordsOf } from '@/lib/inbox/actions';
import { showToast } from '@/lib/toast';

/** True once it is kept; else a toast says why not. */
export async function recordConsent(contactId: string, body: RecordConsent): Promise<boolean> {
  try {
    await request<ContactConsent>(`/contacts/${contactId}/consent`, { method: 'POST', body });
    void queryClient.invalidateQueries({ queryKey: ['consent', contactId] });
    showToast({ error: false, words: t('consent.saved') });
    return true;
  } catch (error) {
    showToast({ error: true, words: t('consent.failed', { detail: wordsOf(error) }) });
    return false;
  }
}
