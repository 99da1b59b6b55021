import { describe, expect, it } from 'vitest';
import { fitPanes, mostOf, PANE_LIMITS, RAIL, THREAD_LEAST, type Edge, type Widths } from '@/lib/panes';

const usual: Widths = { viewsWidth: 192, listWidth: 344, detailsWidth: 304 };
const widest: Widths = { viewsWidth: 260, listWidth: 460, detailsWidth: 420 };
const all: Edge[] = ['viewsWidth', 'listWidth', 'detailsWidth'];
const folded: Edge[] = ['listWidth', 'detailsWidth'];
const threadOf = (widths: Widths, shown: Edge[], width: number) => width - RAIL - shown.reduce((sum, edge) => sum + widths[edge], 0);

describe('panes', () => {
  it('are as wide as they were chosen where there is room', () => {
    expect(fitPanes(usual, all, 1440)).toEqual(usual);
    expect(fitPanes(widest, all, 1920)).toEqual(widest);
  });

  it('leave the thread its room in every window in which they can be moved, and never go below their least', () => {
    for (let width = 1280; width <= 2560; width += 7)
      for (const chosen of [usual, widest, { viewsWidth: 0, listWidth: 9_999, detailsWidth: 9_999 }]) {
        const shown = width >= 1440 ? all : folded;
        const widths = fitPanes(chosen, shown, width);
        expect(threadOf(widths, shown, width), `${String(width)}`).toBeGreaterThanOrEqual(THREAD_LEAST);
        for (const edge of shown) {
          expect(widths[edge]).toBeGreaterThanOrEqual(PANE_LIMITS[edge][0]);
          expect(widths[edge]).toBeLessThanOrEqual(PANE_LIMITS[edge][1]);
        }
      }
  });

  it('give way from the outside in, the details first', () => {
    expect(fitPanes(widest, folded, 1280)).toEqual({ viewsWidth: 260, listWidth: 460, detailsWidth: 272 });
    expect(fitPanes(widest, all, 1440)).toEqual({ viewsWidth: 260, listWidth: 372, detailsWidth: 260 });
  });

  it('do not give way to what is not shown', () => {
    expect(fitPanes(widest, ['listWidth'], 1280)).toEqual(widest);
  });

  it('can be made as wide as the others leave it', () => {
    // The details would give way to the list, the list does not give way to the details.
    expect(mostOf('listWidth', usual, folded, 1280)).toBe(460);
    expect(mostOf('detailsWidth', usual, folded, 1280)).toBe(1280 - RAIL - THREAD_LEAST - 344);
    expect(mostOf('detailsWidth', usual, folded, 2000)).toBe(420);
    expect(mostOf('detailsWidth', widest, all, 1440)).toBe(260);
  });
});
