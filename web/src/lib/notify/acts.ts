/** What is done with notifications from several places: all are read, and nothing is told for a while. */
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { NotificationSettings } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-notify';
import { wordsOf } from '@/lib/inbox/actions';
import { markNotices, noticeSettingsQuery } from '@/lib/notify/mark';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';

export const failed = (failure: unknown): void => { showToast({ error: true, words: t('notify.failed', { detail: wordsOf(failure) }) }); };

/** Says of all that they are read; for a moment that can be taken back. */
export async function markAllRead(): Promise<void> {
  try {
    const { ids } = await markNotices(true);
    if (ids.length === 0) return;
    showToast({
      error: false,
      words: t('notify.markedAll', { count: ids.length }),
      action: { label: t('app.undo'), undoes: true, run: () => { markNotices(false, ids).catch(failed); } },
    });
  } catch (failure) {
    failed(failure);
  }
}

/** Nothing is told aloud for so long, in milliseconds. */
export async function pauseFor(ms: number): Promise<void> {
  try {
    const settings = await queryClient.ensureQueryData(noticeSettingsQuery);
    const body: NotificationSettings = { ...settings, paused_until: new Date(Date.now() + ms).toISOString() };
    queryClient.setQueryData(noticeSettingsQuery.queryKey, await ask<NotificationSettings>('/notifications/settings', { method: 'PUT', body }));
    showToast({ error: false, words: t('notifySettings.pauseUntil', { time: moment(body.paused_until ?? '', Date.now()) }) });
  } catch (failure) {
    failed(failure);
  }
}
