/** Going from one of one's workspaces to another. */
import { ask } from '@/api/client';
import type { Me } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { wordsOf } from '@/lib/inbox/actions';
import { welcome } from '@/lib/session';
import { showToast } from '@/lib/toast';

/** Goes on in another workspace. Everything on the page belongs to this one: all is loaded anew. */
export async function goToWorkspace(workspaceId: string): Promise<void> {
  try {
    welcome(await ask<Me>('/sessions/current/workspace', { method: 'POST', body: { workspace_id: workspaceId } }));
    location.assign('/inbox');
  } catch (error) {
    showToast({ error: true, words: t('workspaces.failed', { detail: wordsOf(error) }) });
  }
}
