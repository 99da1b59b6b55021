import { useRef, type PointerEvent } from 'react';
import { isRtl } from '@/lib/direction';
import { useWidth } from '@/lib/hooks';
import { fitPanes, mostOf, PANE_LIMITS, type Edge } from '@/lib/panes';
import { defaults, setPreferences, usePreferences } from '@/lib/preferences';

/** What one press of an arrow key moves it by, in pixels; with Shift it is four times that. */
const STEP = 16;

/** Drag it, move it with the arrow keys, or reset it with a double click or Enter. `shown` are the panes it shares the window with. */
export function Divider({ edge, shown, label, before = true }: { edge: Edge; shown: readonly Edge[]; label: string; before?: boolean }) {
  const preferences = usePreferences();
  const windowWidth = useWidth();
  const fitted = fitPanes(preferences, shown, windowWidth);
  const width = fitted[edge];
  const start = useRef<{ x: number; width: number } | null>(null);
  const [least] = PANE_LIMITS[edge];
  const most = mostOf(edge, fitted, shown, windowWidth);
  const sign = (before ? 1 : -1) * (isRtl() ? -1 : 1);
  const set = (next: number) => { setPreferences({ [edge]: Math.round(Math.min(most, Math.max(least, next))) }); };
  const end = (event: PointerEvent<HTMLDivElement>) => {
    start.current = null;
    delete event.currentTarget.dataset['dragging'];
  };
  return (
    // A separator that moves is a widget: it takes the focus and the keys.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      className={`divider ${before ? '-end-px' : '-start-px'}`}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={width}
      aria-valuemin={least}
      aria-valuemax={most}
      data-edge={edge}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        start.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset['dragging'] = '';
      }}
      onPointerMove={(event) => {
        if (start.current) set(start.current.width + sign * (event.clientX - start.current.x));
      }}
      onPointerUp={end}
      onPointerCancel={end}
      onLostPointerCapture={end}
      onDoubleClick={() => { set(defaults[edge]); }}
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const step = event.shiftKey ? 4 * STEP : STEP;
        if (event.key === 'ArrowLeft') set(width - sign * step);
        else if (event.key === 'ArrowRight') set(width + sign * step);
        else if (event.key === 'Home') set(least);
        else if (event.key === 'End') set(most);
        else if (event.key === 'Enter') set(defaults[edge]);
        else return;
        event.preventDefault();
      }}
    />
  );
}
