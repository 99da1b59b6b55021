/** Short sounds, one for each class, made by the browser itself. */
import type { NotificationClass } from '@/api/types';
import { useNotices } from '@/lib/notify/state';

/** One note: its pitch in hertz, when it begins and how long it is, in seconds. */
type Note = { hz: number; at: number; lasts: number };

const note = (hz: number, at: number, lasts = 0.16): Note => ({ hz, at, lasts });

/** Rising for what is for one alone, falling for what went wrong, one note for what is everybody's. */
const SOUNDS: Record<NotificationClass, Note[]> = {
  mention: [note(880, 0), note(1_175, 0.12), note(1_568, 0.24, 0.22)],
  assigned: [note(659, 0), note(988, 0.14, 0.2)],
  new: [note(784, 0), note(1_047, 0.1, 0.2)],
  unassigned: [note(587, 0, 0.2)],
  sla: [note(740, 0, 0.12), note(740, 0.18, 0.12), note(740, 0.36, 0.2)],
  failed: [note(523, 0), note(392, 0.16, 0.26)],
};

/** Loudest that a note gets: several together stay below what distorts. */
const LOUDEST = 0.35;

let context: AudioContext | null = null;

function ears(): AudioContext | null {
  if (typeof AudioContext === 'undefined') return null;
  context ??= new AudioContext();
  return context;
}

/** Browsers play nothing before somebody did something on the page; then it may begin. */
async function begin(audio: AudioContext): Promise<boolean> {
  if (audio.state === 'suspended') {
    // What is not allowed waits without an end.
    await Promise.race([audio.resume().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  const plays = audio.state === 'running';
  if (useNotices.getState().muted === plays) useNotices.setState({ muted: !plays });
  return plays;
}

/** Once somebody does something, sounds are allowed: that is tried at once, so that the next one comes. */
export function allowSounds(): void {
  if (context?.state === 'suspended') void begin(context);
}

/** Plays the sound of a class; `volume` is from 0 to 100. */
export async function play(of: NotificationClass, volume: number): Promise<void> {
  const audio = ears();
  if (!audio || volume <= 0 || !(await begin(audio))) return;
  // As ears hear it: half of the way is half as loud.
  const loud = LOUDEST * (volume / 100) ** 2;
  for (const { hz, at, lasts } of SOUNDS[of] ?? SOUNDS.new) {
    const from = audio.currentTime + at;
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.type = 'sine';
    tone.frequency.value = hz;
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(loud, from + 0.015);
    gain.gain.exponentialRampToValueAtTime(Math.max(loud, 0.001) / 100, from + lasts);
    tone.connect(gain).connect(audio.destination);
    tone.start(from);
    tone.stop(from + lasts + 0.02);
  }
}
