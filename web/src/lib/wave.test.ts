import { expect, test } from 'vitest';
import { wave } from '@/lib/wave';

test('a bar is as high as its part is loud, of the loudest', () => {
  expect(wave(Float32Array.from([0.1, -0.2, 0, 0, -0.4, 0.1]), 3)).toEqual([0.5, 0, 1].map((one) => expect.closeTo(one, 5) as number));
});

test('silence, nothing at all, and less than a sample a bar', () => {
  expect(wave(new Float32Array(8), 2)).toEqual([0, 0]);
  expect(wave(new Float32Array(0), 2)).toEqual([0, 0]);
  expect(wave(Float32Array.from([1, 0.5]), 4)).toEqual([1, 1, 0.5, 0.5]);
});
