/** What stands where a file should: it is lost, or cannot be had now, and is asked for again. */
import { useQuery } from '@tanstack/react-query';
import { FileX } from 'lucide-react';
import { useEffect } from 'react';
import type { Attachment } from '@/api/types';
import { t } from '@/lib/i18n';
import { mediaAddress, whereIs } from '@/lib/media';

/** Pause before the server is asked again whether it has the file, in milliseconds; it doubles. */
const FIRST_PAUSE_MS = 2_000;
/** The longest such pause, in milliseconds. */
const LONGEST_PAUSE_MS = 60_000;

/** `shown`: how often it came back before. One that is there and still cannot be shown is only asked for by hand. */
export function MissingFile({ file, name, shown, onBack }: { file: Attachment; name: string; shown: number; onBack: () => void }) {
  const { data, refetch } = useQuery({
    queryKey: ['media', file.media_id, 'here'],
    queryFn: ({ signal }) => whereIs(file, signal),
    gcTime: 0,
    staleTime: 0,
    refetchOnReconnect: 'always',
    refetchInterval: ({ state }) => (state.data === 'away' ? Math.min(FIRST_PAUSE_MS * 2 ** state.dataUpdateCount, LONGEST_PAUSE_MS) : false),
  });
  const unreadable = data === 'here' && shown > 0;
  useEffect(() => {
    if (data === 'here' && !unreadable) onBack();
  }, [data, unreadable, onBack]);
  return (
    <span className="filebox bad" role="status">
      <FileX size={16} aria-hidden="true" />
      <span className="min-w-0">
        <span className="block truncate" dir="auto">{name}</span>
        <span className="block text-[12px] leading-4 text-text-2">{t(data === 'gone' ? 'content.lost' : unreadable ? 'content.unreadable' : 'content.notNow')}</span>
        {unreadable
          ? <a className="link" href={mediaAddress(file)} download={file.filename ?? name}>{t('content.download')}</a>
          : data === 'away' && <button type="button" className="link" onClick={() => { void refetch(); }}>{t('app.tryAgain')}</button>}
      </span>
    </span>
  );
}
