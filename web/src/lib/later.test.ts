import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const part = () => vi.fn(() => Promise.resolve({ default: () => null }));

describe('parts that are fetched ahead', () => {
  beforeEach(() => {
    vi.resetModules();
    vi.useFakeTimers();
  });
  afterEach(() => { vi.useRealTimers(); });

  it('are fetched once, and not before', async () => {
    const { later, fetchAhead } = await import('@/lib/later');
    const one = part();
    later(one);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(one).not.toHaveBeenCalled();
    fetchAhead();
    fetchAhead();
    expect(one).toHaveBeenCalledTimes(1);
  });
  it('are also those of a part that came afterwards', async () => {
    const { later, fetchAhead } = await import('@/lib/later');
    fetchAhead();
    const [one, other] = [part(), part()];
    later(one);
    later(other);
    expect(one).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(one).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(1);
  });
  it('are asked for again where they did not come', async () => {
    const { later, fetchAhead } = await import('@/lib/later');
    const one = vi.fn(() => Promise.reject(new Error('no line')));
    later(one);
    fetchAhead();
    await vi.advanceTimersByTimeAsync(0);
    fetchAhead();
    expect(one).toHaveBeenCalledTimes(2);
  });
});
