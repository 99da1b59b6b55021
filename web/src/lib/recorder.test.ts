import { describe, expect, it } from 'vitest';
import { lengthWords, MicrophoneError, problemOf, recordedType } from '@/lib/recorder';

describe('the microphone', () => {
  it('records what WhatsApp plays as voice where the browser can', () => {
    expect(recordedType(() => true)).toBe('audio/ogg;codecs=opus');
    expect(recordedType((type) => type.includes('webm'))).toBe('audio/webm;codecs=opus');
    expect(recordedType((type) => type === 'audio/mp4')).toBe('audio/mp4');
    expect(recordedType(() => false)).toBeUndefined();
  });

  it('says why it does not record', () => {
    const named = (name: string) => Object.assign(new Error(name), { name });
    expect([named('NotAllowedError'), named('NotFoundError'), named('AbortError'), new MicrophoneError('unable'), 'odd'].map(problemOf)).toEqual(['denied', 'noMicrophone', 'failed', 'unable', 'failed']);
  });

  it('tells the time as a clock does', () => {
    expect([0, 7_900, 60_000, 750_000].map(lengthWords)).toEqual(['0:00', '0:07', '1:00', '12:30']);
  });
});
