/** How wide the inbox's panes are: as chosen, as long as the thread keeps its room. */

export type Edge = 'viewsWidth' | 'listWidth' | 'detailsWidth';
export type Widths = Record<Edge, number>;

/** The least and the most of each, in pixels. */
export const PANE_LIMITS: Record<Edge, readonly [number, number]> = { viewsWidth: [160, 260], listWidth: [280, 460], detailsWidth: [260, 420] };
/** What the thread is never narrower than where panes can be moved, in pixels. */
export const THREAD_LEAST = 480;
/** The rail beside them, in pixels. */
export const RAIL = 68;

/** Who gives way first. */
const GIVING: readonly Edge[] = ['detailsWidth', 'listWidth', 'viewsWidth'];

const between = (least: number, width: number, most: number) => Math.round(Math.min(most, Math.max(least, width)));

/** The widths that are drawn in a window so wide, of those panes that are shown. What was chosen is kept for a wider one. */
export function fitPanes(chosen: Widths, shown: readonly Edge[], windowWidth: number): Widths {
  const widths = { ...chosen };
  for (const edge of GIVING) widths[edge] = between(PANE_LIMITS[edge][0], chosen[edge], PANE_LIMITS[edge][1]);
  let over = RAIL + THREAD_LEAST + shown.reduce((sum, edge) => sum + widths[edge], 0) - windowWidth;
  for (const edge of GIVING) {
    if (over <= 0 || !shown.includes(edge)) continue;
    const given = Math.min(over, widths[edge] - PANE_LIMITS[edge][0]);
    widths[edge] -= given;
    over -= given;
  }
  return widths;
}

/** How wide one of them can be made now: those that give way before it may shrink, the others stay. */
export function mostOf(edge: Edge, fitted: Widths, shown: readonly Edge[], windowWidth: number): number {
  const [least, most] = PANE_LIMITS[edge];
  const others = shown.filter((one) => one !== edge);
  const taken = others.reduce((sum, one) => sum + (GIVING.indexOf(one) < GIVING.indexOf(edge) ? PANE_LIMITS[one][0] : fitted[one]), 0);
  return between(least, windowWidth - RAIL - THREAD_LEAST - taken, most);
}
