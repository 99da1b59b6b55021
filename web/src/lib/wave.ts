/** How loud a sound is along its length, to be drawn. */

export const BARS = 40;

/** The lowest rate that every browser decodes to: a drawing needs no more. */
const RATE = 8_000;

/** The loudest of each part, of the loudest of all: from 0 to 1. */
export function wave(samples: Float32Array, bars = BARS): number[] {
  const part = samples.length / bars;
  const loudest = Array.from({ length: bars }, (_, bar) => {
    let most = 0;
    for (let index = Math.floor(bar * part); index < (bar + 1) * part; index += 1) most = Math.max(most, Math.abs(samples[index] ?? 0));
    return most;
  });
  const top = Math.max(...loudest);
  return top > 0 ? loudest.map((one) => one / top) : loudest;
}

export async function peaksOf(address: string): Promise<number[]> {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`no sound: ${String(answer.status)}`);
  const sound = await new OfflineAudioContext(1, 1, RATE).decodeAudioData(await answer.arrayBuffer());
  return wave(sound.getChannelData(0));
}
