import { useRef } from 'react';
import { defaults, setPreferences, usePreferences } from '@/lib/preferences';

type Edge = 'viewsWidth' | 'listWidth' | 'detailsWidth';
const limits: Record<Edge, [number, number]> = { viewsWidth: [160, 260], listWidth: [280, 460], detailsWidth: [260, 420] };

/** Drag it, move it with the arrow keys, or reset it with a double click. */
export function Divider({ edge, label, before = true }: { edge: Edge; label: string; before?: boolean }) {
  const width = usePreferences((state) => state[edge]);
  const start = useRef<{ x: number; width: number } | null>(null);
  const [least, most] = limits[edge];
  const sign = (before ? 1 : -1) * (document.dir === 'rtl' ? -1 : 1);
  const set = (next: number) => { setPreferences({ [edge]: Math.round(Math.min(most, Math.max(least, next))) }); };
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
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onPointerDown={(event) => {
        start.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
        event.currentTarget.dataset['dragging'] = '';
      }}
      onPointerMove={(event) => {
        if (start.current) set(start.current.width + sign * (event.clientX - start.current.x));
      }}
      onPointerUp={(event) => {
        start.current = null;
        delete event.currentTarget.dataset['dragging'];
      }}
      onDoubleClick={() => { set(defaults[edge]); }}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(width - sign * 16);
        else if (event.key === 'ArrowRight') set(width + sign * 16);
        else if (event.key === 'Home') set(defaults[edge]);
        else return;
        event.preventDefault();
      }}
    />
  );
}
