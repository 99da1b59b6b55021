import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { Suspense, useState } from 'react';
import { channelsQuery } from '@/api/queries';
import type { Channel } from '@/api/types';
import { ChannelGlyph } from '@/components/avatar';
import { gravest, StatePill } from '@/components/light';
import { Modal } from '@/components/modal';
import { Head, LoadError } from '@/features/settings/parts';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { later } from '@/lib/later';
import { useMay } from '@/lib/people';
import { withLocalTimes } from '@/lib/time';

const ConnectChannelForm = later(() => import('@/components/connect-channel'));
const ChannelPage = later(() => import('@/features/settings/channel-page'));

/** The connected numbers, or the one that is looked at. */
export function Channels() {
  const { channel } = useSearch({ from: '/app/settings/$section' });
  if (channel) return <Suspense fallback={null}><ChannelPage id={channel} /></Suspense>;
  return <ChannelList />;
}

function ChannelList() {
  const { data, error, refetch } = useQuery(channelsQuery);
  const allowed = useMay('manage_channels');
  const [adding, setAdding] = useState(false);
  const close = () => { setAdding(false); void refetch(); };
  return (
    <>
      <Head
        title={t('settings.channels')}
        text={t('settings.channelsText')}
        action={allowed && <button type="button" className="btn primary" onClick={() => { setAdding(true); }}>{t('settings.connect')}</button>}
      />
      {error && <LoadError error={error} onRetry={() => void refetch()} />}
      {data?.channels.length === 0 && <p className="text-text-2">{t('settings.noChannels')}</p>}
      <ul className="grid grid-cols-1 gap-2">
        {data?.channels.map((channel) => <Row key={channel.id} channel={channel} />)}
      </ul>
      {adding && <Modal title={t('connect.title')} onClose={close}><Suspense fallback={null}><ConnectChannelForm onDone={close} /></Suspense></Modal>}
    </>
  );
}

function Row({ channel }: { channel: Channel }) {
  const light = gravest(channel);
  return (
    <li>
      <Link
        to="/settings/$section"
        params={{ section: 'channels' }}
        search={{ channel: channel.id }}
        className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-[12px] border border-line p-4 hover:bg-hover"
      >
        <ChannelGlyph tile />
        <span className="min-w-0 flex-1">
          <span className="block truncate text-[14px] leading-5 font-semibold">{channel.name}</span>
          <span className="num block truncate text-[12px] leading-4 text-text-3">{channel.facts?.display_phone_number ?? channel.phone_number_id}</span>
        </span>
        <StatePill state={light?.state ?? 'unknown'} />
        <ChevronRight size={16} className="flex-none text-text-3" aria-hidden="true" />
        {light && light.state !== 'good' && <span className="w-full text-text-2">{withLocalTimes(light.found, Date.now())}</span>}
      </Link>
    </li>
  );
}
