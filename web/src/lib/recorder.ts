/** The microphone: one recording at a time, with how loud it is and how long it has run. */

/** The longest recording, in milliseconds. */
export const MAX_RECORDING_MS = 15 * 60_000;
/** Of Opus for speech, in bits a second: a quarter of an hour is below 4 MB. */
const BITS_A_SECOND = 32_000;
/** Between two looks at the time and the loudness, in milliseconds. */
const LOOK_MS = 100;
/** Between two pieces of the recording, in milliseconds. */
const PIECE_MS = 1_000;

export type MicrophoneProblem = 'denied' | 'noMicrophone' | 'failed' | 'unable';

export class MicrophoneError extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(problem);
  }
}

/** What this browser records, the best for WhatsApp first. */
export function recordedType(isSupported: (type: string) => boolean): string | undefined {
  return ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4;codecs=mp4a.40.2', 'audio/mp4'].find(isSupported);
}

/** `0:07`, `12:30`. */
export function lengthWords(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  return `${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
}

export function problemOf(error: unknown): MicrophoneProblem {
  const name = error instanceof Error ? error.name : '';
  if (error instanceof MicrophoneError) return error.problem;
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return name === 'NotFoundError' || name === 'OverconstrainedError' ? 'noMicrophone' : 'failed';
}

export type Recording = {
  pause: () => void;
  resume: () => void;
  /** Ends it; what was recorded. */
  stop: () => Promise<Blob>;
  /** Ends it and forgets what was recorded. */
  cancel: () => void;
};

/** Starts; `onLook` is told how long it has run, in milliseconds, and how loud it is, 0 to 1. */
export async function record(onLook: (ms: number, level: number) => void): Promise<Recording> {
  if (typeof MediaRecorder === 'undefined' || !('mediaDevices' in navigator)) throw new MicrophoneError('unable');
  const mimeType = recordedType((type) => MediaRecorder.isTypeSupported(type));
  if (!mimeType) throw new MicrophoneError('unable');
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const wave = new Uint8Array(analyser.fftSize);
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_A_SECOND });
  const pieces: Blob[] = [];
  let ran = 0;
  let since = performance.now();
  recorder.ondataavailable = (event) => { pieces.push(event.data); };
  const timer = setInterval(() => {
    if (recorder.state !== 'recording') return;
    analyser.getByteTimeDomainData(wave);
    const loudest = wave.reduce((most, one) => Math.max(most, Math.abs(one - 128)), 0);
    onLook(ran + performance.now() - since, loudest / 128);
  }, LOOK_MS);
  const release = () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
  };
  recorder.start(PIECE_MS);
  return {
    pause: () => {
      if (recorder.state !== 'recording') return;
      recorder.pause();
      ran += performance.now() - since;
    },
    resume: () => {
      if (recorder.state !== 'paused') return;
      recorder.resume();
      since = performance.now();
    },
    stop: () =>
      new Promise((resolve) => {
        const done = () => {
          release();
          resolve(new Blob(pieces, { type: mimeType }));
        };
        // A microphone that was pulled out has ended it already.
        if (recorder.state === 'inactive') done();
        else {
          recorder.onstop = done;
          recorder.stop();
        }
      }),
    cancel: () => {
      if (recorder.state !== 'inactive') recorder.stop();
      release();
    },
  };
}
