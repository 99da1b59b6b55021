import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ask } from '@/api/client';
import type { BulkFailureList } from '@/api/types';
import { Modal } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { wordsOf } from '@/lib/inbox/actions';
import { hydrate } from '@/lib/inbox/live';
import { useBulk } from '@/lib/inbox/selection';
import { useInbox, usePlace } from '@/lib/inbox/store';
import { sentenceOf } from '@/lib/words';

/** What a bulk change left as it was, and why. */
export function BulkFailures({ onClose }: { onClose: () => void }) {
  const id = useBulk((state) => state.failuresOf) ?? '';
  const { data, error } = useQuery({ queryKey: ['bulk-failures', id], queryFn: ({ signal }) => ask<BulkFailureList>(`/bulk-changes/${id}/failures`, { signal }), enabled: id !== '' });
  return (
    <Modal title={t('bulk.failedTitle')} onClose={onClose}>
      {error && <p role="alert" className="text-bad">{t('filter.failed', { detail: wordsOf(error) })}</p>}
      {data?.failures.length === 0 && <p className="text-text-2">{t('bulk.failedNone')}</p>}
      <ul className="grid grid-cols-1">
        {data?.failures.map((one) => <Failure key={one.conversation_id} id={one.conversation_id} why={one.message} onClose={onClose} />)}
      </ul>
      {data?.more && <p className="mt-2 text-text-3">{t('bulk.failedMore')}</p>}
    </Modal>
  );
}

function Failure({ id, why, onClose }: { id: string; why: string; onClose: () => void }) {
  const navigate = useNavigate();
  const name = useInbox((state) => state.conversations[id]?.contact.name);
  useEffect(() => { if (name === undefined) hydrate(id); }, [name, id]);
  return (
    <li className="border-b border-line py-2">
      <button
        type="button"
        className="link font-medium"
        onClick={() => {
          onClose();
          void navigate({ to: '/inbox/$conversationId', params: { conversationId: id }, search: usePlace.getState().list });
        }}
      >
        {name ?? t('bulk.unknown')}
      </button>
      <p className="text-[12px] leading-4 text-text-2">{sentenceOf(why)}</p>
    </li>
  );
}
