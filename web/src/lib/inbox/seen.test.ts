import { describe, expect, it } from 'vitest';
import { hidden, opened, READ_AFTER_MS, settled, shown } from '@/lib/inbox/seen';

describe('what was read of a thread', () => {
  it('is what was there when it was opened, and what stood in sight for long enough', () => {
    const sight = shown(opened(4), 5, 1_000);
    expect(settled(sight, 1_000 + READ_AFTER_MS - 1).seen).toBe(4);
    expect(settled(sight, 1_000 + READ_AFTER_MS)).toEqual({ seen: 5, shown: [] });
  });

  it('counts each place by its own time: what comes often does not put off what came before', () => {
    const often = [6, 7, 8].reduce((sight, seq, index) => shown(sight, seq, 1_000 + (index + 1) * 3_000), shown(opened(4), 5, 1_000));
    expect(settled(often, 11_000).seen).toBe(6);
    expect(settled(often, 15_000).seen).toBe(8);
  });

  it('does not go on while nobody looks', () => {
    const away = hidden(shown(opened(4), 5, 1_000), 2_000);
    expect(settled(away, 60_000).seen).toBe(4);
    expect(hidden(shown(opened(4), 5, 1_000), 1_000 + READ_AFTER_MS).seen).toBe(5);
    expect(settled(shown(away, 5, 60_000), 60_000 + READ_AFTER_MS).seen).toBe(5);
  });

  it('never goes back', () => {
    expect(shown(opened(9), 3, 0)).toEqual(opened(9));
  });
});
