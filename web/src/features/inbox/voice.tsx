import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Attachment } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { mediaAddress } from '@/lib/media';
import { lengthWords } from '@/lib/recorder';
import { BARS, peaksOf } from '@/lib/wave';

const SPEEDS = [1, 1.5, 2] as const;
/** What is larger is not fetched to be drawn before it is heard, in bytes: an hour of speech is less. */
const DRAWN_MAX = 8_000_000;

/** One sound: play, its wave to seek in, the time, and how fast. Another that plays meanwhile stops. */
export function Voice({ file, name, onMissing }: { file: Attachment; name: string; onMissing: () => void }) {
  const audio = useRef<HTMLAudioElement>(null);
  const [plays, setPlays] = useState(false);
  const [at, setAt] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState<number>(SPEEDS[0]);
  const address = mediaAddress(file);
  const { data: peaks } = useQuery({ queryKey: ['wave', file.media_id], queryFn: () => peaksOf(address), enabled: file.voice === true && (file.size ?? 0) <= DRAWN_MAX, staleTime: Infinity, retry: false });
  // What is not on the screen any more is not heard either.
  useEffect(() => {
    const element = audio.current;
    return () => element?.pause();
  }, []);
  // The time goes on more often than the browser tells of it.
  useEffect(() => {
    if (!plays) return;
    let frame = 0;
    const look = () => {
      setAt(audio.current?.currentTime ?? 0);
      frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
    return () => { cancelAnimationFrame(frame); };
  }, [plays]);
  const toggle = () => {
    const element = audio.current;
    if (!element) return;
    if (!element.paused) {
      element.pause();
      return;
    }
    for (const other of document.querySelectorAll('audio, video')) if (other !== element) (other as HTMLMediaElement).pause();
    void element.play().catch(() => undefined);
  };
  const seek = (to: number) => {
    if (audio.current) audio.current.currentTime = to;
    setAt(to);
  };
  const faster = () => {
    const next = SPEEDS[(SPEEDS.findIndex((one) => one === speed) + 1) % SPEEDS.length] ?? SPEEDS[0];
    if (audio.current) audio.current.playbackRate = next;
    setSpeed(next);
  };
  const measure = ({ currentTarget: { duration } }: { currentTarget: HTMLAudioElement }) => { setLength(Number.isFinite(duration) ? duration : 0); };
  const played = length > 0 ? at / length : 0;
  return (
    // Time runs the same way in every language.
    <span className="sound" role="group" aria-label={name} dir="ltr">
      {/* Whoever sent it made no captions. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={audio}
        preload="metadata"
        src={address}
        onError={onMissing}
        onLoadedMetadata={measure}
        onDurationChange={measure}
        onPlay={() => { setPlays(true); }}
        onPause={() => { setPlays(false); }}
        onEnded={() => { seek(0); }}
      />
      <button type="button" className="btn plain icon" aria-label={plays ? t('player.pause') : t('player.play')} onClick={toggle}>
        {plays ? <Pause size={18} aria-hidden="true" /> : <Play size={18} aria-hidden="true" />}
      </button>
      <span className="wave">
        <span className="bars" aria-hidden="true">
          {Array.from({ length: BARS }, (_, index) => (
            <i key={index} data-played={(index + 0.5) / BARS <= played || undefined} style={{ height: `${String(Math.round(12 + 88 * (peaks?.[index] ?? 0)))}%` }} />
          ))}
        </span>
        <input
          type="range"
          min={0}
          max={length || 1}
          step="any"
          value={at}
          aria-label={t('player.place')}
          aria-valuetext={t('player.time', { at: lengthWords(at * 1_000), length: lengthWords(length * 1_000) })}
          onChange={(event) => { seek(Number(event.target.value)); }}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowRight' || event.key === 'ArrowUp' ? 5 : event.key === 'ArrowLeft' || event.key === 'ArrowDown' ? -5 : 0;
            if (step === 0) return;
            event.preventDefault();
            seek(Math.max(0, Math.min(length, at + step)));
          }}
        />
      </span>
      <span className="num flex-none text-[12px] text-text-2">{lengthWords((plays || at > 0 ? at : length) * 1_000)}</span>
      <button type="button" className="btn plain small num flex-none !px-1.5" aria-label={t('player.speed', { speed })} title={t('player.speedHint')} onClick={faster}>{speed}×</button>
    </span>
  );
}
