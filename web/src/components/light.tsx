import { CircleAlert, CircleCheck, CircleHelp, History, TriangleAlert } from 'lucide-react';
import type { Channel, ChannelLight } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { exact, moment, withLocalTimes } from '@/lib/time';

type Look = { icon: typeof CircleCheck; pill: string; words: string };

const unknown: Look = { icon: CircleHelp, pill: '', words: t('channel.state_unknown') };

function lookOf(state: string): Look {
  if (state === 'good') return { icon: CircleCheck, pill: 'ok', words: t('channel.state_good') };
  if (state === 'attention') return { icon: TriangleAlert, pill: 'warn', words: t('channel.state_attention') };
  if (state === 'bad') return { icon: CircleAlert, pill: 'bad', words: t('channel.state_bad') };
  if (state === 'past') return { icon: History, pill: '', words: t('channel.state_past') };
  return unknown;
}

const subjects: Record<string, string> = {
  token: t('channel.subject_token'),
  number: t('channel.subject_number'),
  webhook: t('channel.subject_webhook'),
  messages: t('channel.subject_messages'),
  quality: t('channel.subject_quality'),
  limit: t('channel.subject_limit'),
  name: t('channel.subject_name'),
  templates: t('channel.subject_templates'),
  phone_contacts: t('channel.subject_phone_contacts'),
  phone_history: t('channel.subject_phone_history'),
};

export function StatePill({ state }: { state: string }) {
  const { icon: Icon, pill, words } = lookOf(state);
  return <span className={`pill ${pill}`}><Icon size={14} aria-hidden="true" />{words}</span>;
}

/** The gravest of a number's lights; what is not known yet counts for less than what is wrong. */
export function gravest(channel: Channel): ChannelLight | undefined {
  const rank = ['bad', 'attention', 'unknown'];
  const grave = (light: ChannelLight) => { const at = rank.indexOf(light.state); return at === -1 ? rank.length : at; };
  // A number whose quality or messages are not known yet is in order all the same.
  const counted = channel.lights?.filter((light) => light.state !== 'unknown' || light.subject === 'token' || light.subject === 'webhook') ?? [];
  return counted.reduce<ChannelLight | undefined>((worst, light) => (worst && grave(worst) <= grave(light) ? worst : light), undefined);
}

/** Everything about a number with its state in words, and what to do. */
export function Lights({ lights, now }: { lights: ChannelLight[]; now: number }) {
  return (
    <ul className="divide-y divide-line overflow-hidden rounded-[12px] border border-line">
      {lights.map((light) => (
        <li key={light.subject} className="grid gap-x-3 gap-y-1 px-4 py-3 sm:grid-cols-[92px_1fr_auto]" data-light={light.subject} data-state={light.state}>
          <h4 className="font-medium">{subjects[light.subject] ?? light.subject}</h4>
          <div className="min-w-0 max-sm:order-last">
            <p>{withLocalTimes(light.found, now)}</p>
            {light.progress != null && <progress className="progress" max={100} value={light.progress} aria-label={subjects[light.subject] ?? light.subject} />}
            {light.what_to_do && <p className="text-text-2">{light.what_to_do}</p>}
            {light.at && <time className="num text-[12px] text-text-3" dateTime={light.at} title={exact(light.at)}>{moment(light.at, now)}</time>}
          </div>
          <div className="sm:justify-self-end"><StatePill state={light.state} /></div>
        </li>
      ))}
    </ul>
  );
}
