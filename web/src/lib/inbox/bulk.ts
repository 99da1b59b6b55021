/** Changes of many conversations at once: begun here, done by the server, followed as it tells. */
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import type { BulkChange, BulkJob, BulkJobList, BulkRequest } from '@/api/types';
import { openDialog } from '@/lib/dialogs';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { wordsOf } from '@/lib/inbox/actions';
import { untick, useBulk, type Selection } from '@/lib/inbox/selection';
import type { ListKey } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import { showToast } from '@/lib/toast';

/** How long nothing may be told before it is asked for, in milliseconds. */
const SILENCE_MS = 4_000;

/** Those that were begun or found here: only of these it is told when they are done. */
const followed = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

function listen(id: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    void ask<BulkJob>(`/bulk-changes/${id}`)
      .then(bulkProgress)
      .catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) useBulk.setState({ running: null });
        else listen(id);
      });
  }, SILENCE_MS);
}

/** The server tells how far one is. */
export function bulkProgress(job: BulkJob): void {
  if (job.by !== useInbox.getState().meId) return;
  if (job.state === 'running') {
    followed.add(job.id);
    useBulk.setState({ running: job });
    listen(job.id);
    return;
  }
  const { running } = useBulk.getState();
  if (running?.id === job.id) {
    clearTimeout(timer);
    useBulk.setState({ running: null });
  }
  if (followed.delete(job.id)) tellDone(job);
}

function tellDone(job: BulkJob): void {
  const undoable = job.changed > 0 && job.change.field !== 'read' && job.undoes == null;
  if (job.failed > 0) {
    showToast({
      error: true,
      words: t('bulk.partlyMeanwhile', { changed: written(job.changed), total: written(job.total), count: job.failed }),
      action: { label: t('bulk.show'), run: () => { useBulk.setState({ failuresOf: job.id }); openDialog('bulk-failures'); } },
    });
    return;
  }
  const words = job.changed === 0 ? t('bulk.nothing') : t(job.undoes == null ? 'bulk.done' : 'bulk.undone', { count: job.changed });
  showToast({ error: false, words, ...(undoable ? { action: { label: t('app.undo'), undoes: true, run: () => void undo(job.id) } } : {}) });
}

/** Takes one back. */
export async function undo(id: string): Promise<void> {
  try {
    followed.add(id);
    const job = await ask<BulkJob>(`/bulk-changes/${id}/undo`, { method: 'POST' });
    followed.add(job.id);
    bulkProgress(job);
  } catch (error) {
    showToast({ error: true, words: t('bulk.undoFailed', { detail: wordsOf(error) }) });
  }
}

/** Begins one with what is ticked. */
export async function begin(list: ListKey, selection: Selection, change: BulkChange): Promise<void> {
  const body: BulkRequest = selection.all
    ? { change, which: { view: list.view, ...(list.status === 'any' ? {} : { status: list.status }), filter: list.filter ?? [], except: [...selection.except] } }
    : { change, conversations: [...selection.ids] };
  await send(body, newKey());
}

async function send(body: BulkRequest, key: string): Promise<void> {
  try {
    const job = await ask<BulkJob>('/bulk-changes', { method: 'POST', key, body });
    followed.add(job.id);
    untick();
    bulkProgress(job);
  } catch (error) {
    showToast({
      error: true,
      words: t('bulk.failed', { detail: wordsOf(error) }),
      // The same key: it is begun once, whether it was or not.
      ...(isPassing(error) ? { action: { label: t('app.tryAgain'), run: () => void send(body, key) } } : {}),
    });
  }
}

/** After the page was loaded: what goes on still. */
export async function findRunning(): Promise<void> {
  const { jobs } = await ask<BulkJobList>('/bulk-changes');
  const running = jobs.findLast((job) => job.state === 'running');
  if (running) bulkProgress(running);
}
