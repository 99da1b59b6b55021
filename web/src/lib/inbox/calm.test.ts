import { describe, expect, it } from 'vitest';
import { calmOrder, freshAbove } from '@/lib/inbox/calm';

const always = () => true;

describe('an order under the pointer', () => {
  it('stays, and counts what came or moved above it', () => {
    const shown = ['a', 'b', 'c'];
    const live = ['n', 'c', 'a', 'b'];
    expect(calmOrder(shown, live, always)).toEqual(shown);
    expect(freshAbove(shown, live)).toBe(2);
    expect(freshAbove(shown, shown)).toBe(0);
  });

  it('takes older pages at its end', () => {
    expect(calmOrder(['a', 'b'], ['n', 'a', 'b', 'y', 'z'], always)).toEqual(['a', 'b', 'y', 'z']);
  });

  it('keeps what left the list, and drops what is gone', () => {
    expect(calmOrder(['a', 'b'], ['a'], always)).toEqual(['a', 'b']);
    expect(calmOrder(['a', 'b'], ['a'], (id) => id !== 'b')).toEqual(['a']);
  });
});
