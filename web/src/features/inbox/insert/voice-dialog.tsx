import { Mic, Pause, Play, RotateCcw, Square } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Modal } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { fileOf } from '@/lib/opus';
import { lengthWords, MAX_RECORDING_MS, problemOf, record, type MicrophoneProblem, type Recording } from '@/lib/recorder';

type Step =
  | { at: 'start'; problem?: MicrophoneProblem }
  | { at: 'asking' }
  | { at: 'recording' | 'paused' }
  | { at: 'done'; file: File; address: string; full: boolean };

/** Recording, listening to it, and sending it. */
export function VoiceDialog({ onSend, onClose }: { onSend: (file: File) => void; onClose: () => void }) {
  const [step, setStep] = useState<Step>({ at: 'start' });
  const [look, setLook] = useState({ ms: 0, level: 0 });
  const recording = useRef<Recording | null>(null);
  const address = useRef<string | null>(null);
  const gone = useRef(false);

  const letGo = () => {
    if (address.current) URL.revokeObjectURL(address.current);
    address.current = null;
  };
  useEffect(() => {
    gone.current = false;
    return () => {
      // Closed in any way: the microphone is let go.
      gone.current = true;
      recording.current?.cancel();
      recording.current = null;
      letGo();
    };
  }, []);

  const stop = async (full: boolean) => {
    const running = recording.current;
    if (!running) return;
    recording.current = null;
    try {
      const file = await fileOf(await running.stop());
      if (gone.current) return;
      address.current = URL.createObjectURL(file);
      setStep({ at: 'done', file, address: address.current, full });
    } catch {
      setStep({ at: 'start', problem: 'failed' });
    }
  };
  const start = async () => {
    letGo();
    setStep({ at: 'asking' });
    setLook({ ms: 0, level: 0 });
    try {
      const begun = await record((ms, level) => {
        setLook({ ms, level });
        if (ms >= MAX_RECORDING_MS) void stop(true);
      });
      if (gone.current) {
        begun.cancel();
        return;
      }
      recording.current = begun;
      setStep({ at: 'recording' });
    } catch (error) {
      setStep({ at: 'start', problem: problemOf(error) });
    }
  };
  const icon = { size: 14, 'aria-hidden': true } as const;
  const busy = step.at === 'recording' || step.at === 'paused';
  return (
    <Modal
      title={t('voice.title')}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="btn" onClick={onClose}>{t('app.cancel')}</button>
          <button type="button" className="btn primary" disabled={step.at !== 'done'} onClick={() => { if (step.at === 'done') onSend(step.file); }}>{t('insert.send')}</button>
        </>
      }
    >
      <div className="grid gap-3">
        {step.at === 'start' && (
          <>
            {step.problem && <p className="hint bad" role="alert">{t(`voice.${step.problem}`)}</p>}
            {step.problem !== 'unable' && <button type="button" className="btn justify-self-start" onClick={() => void start()}><Mic {...icon} />{t('voice.start')}</button>}
          </>
        )}
        {step.at === 'asking' && <p role="status">{t('voice.asking')}</p>}
        {busy && (
          <>
            <p className="flex items-center gap-2">
              <Mic size={16} className={step.at === 'recording' ? 'text-bad' : 'text-text-3'} aria-hidden="true" />
              <span role="status">{t(`voice.${step.at}`)}</span>
              <span className="num text-text-2">{t('voice.time', { time: lengthWords(look.ms), most: lengthWords(MAX_RECORDING_MS) })}</span>
            </p>
            <meter className="w-full" min={0} max={1} value={step.at === 'recording' ? look.level : 0} aria-label={t('voice.level')} />
            <div className="flex flex-wrap gap-2">
              {step.at === 'recording' ? (
                <button type="button" className="btn" onClick={() => { recording.current?.pause(); setStep({ at: 'paused' }); }}><Pause {...icon} />{t('voice.pause')}</button>
              ) : (
                <button type="button" className="btn" onClick={() => { recording.current?.resume(); setStep({ at: 'recording' }); }}><Play {...icon} />{t('voice.resume')}</button>
              )}
              <button type="button" className="btn" onClick={() => void stop(false)}><Square {...icon} />{t('voice.stop')}</button>
            </div>
          </>
        )}
        {step.at === 'done' && (
          <>
            {step.full && <p className="hint" role="status">{t('voice.full', { minutes: MAX_RECORDING_MS / 60_000 })}</p>}
            {step.file.type !== 'audio/ogg' && <p className="hint">{t('voice.asSound')}</p>}
            {/* What was just said needs no captions. */}
            {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
            <audio className="w-full" controls src={step.address} aria-label={t('voice.listen')} />
            <button type="button" className="btn justify-self-start" onClick={() => void start()}><RotateCcw {...icon} />{t('voice.again')}</button>
          </>
        )}
      </div>
    </Modal>
  );
}
