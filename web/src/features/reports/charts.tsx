import { Download, Table2 } from 'lucide-react';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-reports';
import { ticks } from '@/lib/reports';

/** A picture with its finding as the title, and a table behind it for whoever would rather read. */
export function Figure({ finding, text, table, exported, children, tools }: { finding: string; text: string; table: ReactNode; exported?: string | undefined; children: ReactNode; tools?: ReactNode }) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <figure className="report-figure" aria-labelledby={id}>
      <figcaption className="flex flex-wrap items-start gap-2">
        <div className="min-w-0 flex-1 max-sm:basis-full">
          <h3 id={id} className="text-[14px] leading-5 font-semibold">{finding}</h3>
          <p className="text-[12px] leading-4 text-text-3">{text}</p>
        </div>
        <div className="flex flex-none items-center gap-1">
          {tools}
          {/* It is the same figures either way. */}
          <button type="button" className="btn plain small" aria-pressed={asTable} onClick={() => { setAsTable(!asTable); }}>
            <Table2 size={14} aria-hidden="true" />{asTable ? t('reports.charts.chart') : t('reports.charts.table')}
          </button>
          {exported && <a className="btn plain small" href={exported} download><Download size={14} aria-hidden="true" />{t('reports.export.figures')}</a>}
        </div>
      </figcaption>
      {asTable ? <div className="report-scroll max-h-[420px]" role="region" aria-labelledby={id} ref={readByKeys}>{table}</div> : children}
    </figure>
  );
}

/** What scrolls is scrolled by keys as well. */
export function readByKeys(element: HTMLElement | null): void {
  if (element) element.tabIndex = 0;
}

/** A plain table of words and numbers. */
export function DataTable({ heads, rows }: { heads: string[]; rows: ReactNode[][] }) {
  return (
    <table className="report-table">
      <thead><tr>{heads.map((head, at) => <th key={head} scope="col" className={at > 0 ? 'text-end' : undefined}>{head}</th>)}</tr></thead>
      <tbody>
        {rows.map((row, at) => (
          <tr key={at}>{row.map((cell, nth) => (nth === 0 ? <th key={nth} scope="row">{cell}</th> : <td key={nth} className="num text-end">{cell}</td>))}</tr>
        ))}
      </tbody>
    </table>
  );
}

/** How wide an element is, so that a picture is drawn in its own pixels. */
function useOwnWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(0);
  const [element, setElement] = useState<HTMLElement | null>(null);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => { if (entry) setWidth(Math.floor(entry.contentRect.width)); });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, [element]);
  return [setElement, width];
}

export type Point = { label: string; name: string; values: number[] };
export type Series = { name: string; color: string; dash?: boolean };

const HEIGHT = 200;
const PAD = { top: 12, bottom: 22, start: 36 };
/** A letter of what stands at a line's end, in pixels, at most about. */
const LETTER_PX = 6.4;
/** Between two labels below, in pixels, at least. */
const LABEL_PX = 64;

/** Lines over time. Left and right walk from point to point, Enter opens what is behind one. */
export function Lines({ points, series, label, onOpen }: { points: Point[]; series: Series[]; label: string; onOpen: (at: number) => void }) {
  const [measure, width] = useOwnWidth();
  const [at, setAt] = useState<number | null>(null);
  const rtl = document.documentElement.dir === 'rtl';
  const scale = ticks(Math.max(0, ...points.flatMap((point) => point.values)));
  const most = scale.at(-1) ?? 1;
  const endOf = (index: number) => `${series[index]?.name ?? ''} ${written(points.at(-1)?.values[index] ?? 0)}`;
  const padEnd = 12 + LETTER_PX * Math.max(0, ...series.map((_, index) => endOf(index).length));
  const inner = Math.max(0, width - PAD.start - padEnd);
  const step = points.length > 1 ? inner / (points.length - 1) : 0;
  const place = (index: number) => {
    const from = PAD.start + (points.length > 1 ? index * step : inner / 2);
    return rtl ? width - from : from;
  };
  const height = (value: number) => PAD.top + (HEIGHT - PAD.top - PAD.bottom) * (1 - value / most);
  const every = Math.max(1, Math.ceil((LABEL_PX * points.length) / Math.max(1, inner)));
  const nearest = (x: number) => {
    const from = (rtl ? width - x : x) - PAD.start;
    return Math.max(0, Math.min(points.length - 1, Math.round(step > 0 ? from / step : 0)));
  };
  const key = (event: KeyboardEvent) => {
    const last = points.length - 1;
    const on = rtl ? -1 : 1;
    const now = at ?? last;
    const to = { ArrowRight: now + on, ArrowLeft: now - on, Home: 0, End: last }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(last, to)));
    } else if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      onOpen(now);
    }
  };
  // Names stand at the ends of their lines, and not on one another.
  const ends = series.map((one, index) => ({ ...one, index, y: height(points.at(-1)?.values[index] ?? 0) })).sort((a, b) => a.y - b.y);
  ends.forEach((end, index) => {
    const above = ends[index - 1];
    if (above && end.y - above.y < 14) end.y = above.y + 14;
  });
  const shown = at === null ? undefined : points[at];
  return (
    <div ref={measure} className="relative w-full" style={{ blockSize: HEIGHT }}>
      {width > 0 && (
        <>
          <svg width={width} height={HEIGHT} className="block" aria-hidden="true">
            {scale.map((value) => (
              <g key={value}>
                <line x1={rtl ? padEnd : PAD.start} x2={rtl ? width - PAD.start : width - padEnd} y1={height(value)} y2={height(value)} stroke="var(--line)" />
                <text x={rtl ? width - PAD.start + 6 : PAD.start - 6} y={height(value) + 4} textAnchor={rtl ? 'start' : 'end'} direction="ltr" className="report-axis">{written(value)}</text>
              </g>
            ))}
            {points.map((point, index) => index % every === 0 && (
              <text key={point.name} x={place(index)} y={HEIGHT - 6} textAnchor="middle" className="report-axis">{point.label}</text>
            ))}
            {at !== null && <line x1={place(at)} x2={place(at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} stroke="var(--line-3)" />}
            {series.map((one, index) => (
              <g key={one.name} stroke={one.color} fill={one.color}>
                <polyline fill="none" strokeWidth="2" strokeLinejoin="round" strokeDasharray={one.dash ? '5 4' : undefined} points={points.map((point, nth) => `${String(place(nth))},${String(height(point.values[index] ?? 0))}`).join(' ')} />
                {points.map((point, nth) => (nth === at || points.length === 1 ? <circle key={nth} cx={place(nth)} cy={height(point.values[index] ?? 0)} r="3.5" stroke="var(--surface)" /> : null))}
              </g>
            ))}
            {points.length > 0 && ends.map((end) => (
              <text key={end.name} x={place(points.length - 1) + (rtl ? -8 : 8)} y={end.y + 4} textAnchor={rtl ? 'end' : 'start'} className="report-axis" style={{ fill: 'var(--text-2)' }}>{endOf(end.index)}</text>
            ))}
          </svg>
          <div
            role="slider"
            tabIndex={0}
            aria-label={label}
            aria-valuemin={0}
            aria-valuemax={Math.max(0, points.length - 1)}
            aria-valuenow={at ?? Math.max(0, points.length - 1)}
            aria-valuetext={(shown ?? points.at(-1))?.name}
            className="absolute inset-0 cursor-pointer rounded-[7px]"
            onKeyDown={key}
            onPointerMove={(event) => { setAt(nearest(event.nativeEvent.offsetX)); }}
            onPointerLeave={() => { setAt(null); }}
            onBlur={() => { setAt(null); }}
            onClick={(event) => { onOpen(nearest(event.nativeEvent.offsetX)); }}
          />
          {shown && at !== null && (
            <p className="report-tip num" style={{ left: Math.max(4, Math.min(width - 204, place(at) - 100)) }}>{shown.name}</p>
          )}
        </>
      )}
    </div>
  );
}

export type Bar = { key: string; name: ReactNode; value: number; text: string; color?: string; onOpen?: (() => void) | undefined; label?: string };

/** Bars that lie, each with its number; one that opens something is a button. */
export function Bars({ bars }: { bars: Bar[] }) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  return (
    <ul className="grid grid-cols-1 gap-0.5">
      {bars.map((bar) => {
        const inside = (
          <>
            <span className="truncate text-start">{bar.name}</span>
            <span className="report-bar" aria-hidden="true"><i style={{ inlineSize: `${String((bar.value / most) * 100)}%`, background: bar.color ?? 'var(--accent)' }} /></span>
            <span className="num text-end">{bar.text}</span>
          </>
        );
        return (
          <li key={bar.key}>
            {bar.onOpen && bar.value > 0
              ? <button type="button" className="report-bar-row" aria-label={bar.label} onClick={bar.onOpen}>{inside}</button>
              : <div className="report-bar-row">{inside}</div>}
          </li>
        );
      })}
    </ul>
  );
}

/** Hours by weekdays: the darker, the more. Arrows walk, Enter opens. */
export function HeatMap({ counts, days, label, cell, onOpen }: { counts: number[][]; days: string[]; label: string; cell: (day: number, hour: number, count: number) => string; onOpen: (day: number, hour: number) => void }) {
  const [focus, setFocus] = useState<[number, number]>([0, 9]);
  const grid = useRef<HTMLDivElement>(null);
  const most = Math.max(1, ...counts.flat());
  const key = (event: KeyboardEvent, day: number, hour: number) => {
    const on = document.documentElement.dir === 'rtl' ? -1 : 1;
    const step = { ArrowRight: [0, on], ArrowLeft: [0, -on], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const to: [number, number] = [Math.max(0, Math.min(6, day + (step[0] ?? 0))), Math.max(0, Math.min(23, hour + (step[1] ?? 0)))];
    setFocus(to);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${String(to[0])}-${String(to[1])}"]`)?.focus();
  };
  return (
    <div className="report-scroll relative">
      <div ref={grid} role="grid" aria-label={label} className="report-heat">
        <div role="row" className="contents">
          <span role="columnheader"><span className="sr-only">{t('reports.charts.day')}</span></span>
          {Array.from({ length: 24 }, (_, hour) => <span key={hour} role="columnheader" className="report-axis num text-center">{hour % 3 === 0 ? String(hour).padStart(2, '0') : ''}<span className="sr-only">{hour % 3 === 0 ? '' : hour}</span></span>)}
        </div>
        {counts.map((hours, day) => (
          <div key={days[day]} role="row" className="contents">
            <span role="rowheader" className="report-axis self-center pe-1.5">{days[day]}</span>
            {hours.map((count, hour) => (
              <span key={hour} role="gridcell" className="contents">
                <button
                  type="button"
                  data-cell={`${String(day)}-${String(hour)}`}
                  tabIndex={focus[0] === day && focus[1] === hour ? 0 : -1}
                  className="report-cell"
                  aria-label={cell(day, hour, count)}
                  title={cell(day, hour, count)}
                  style={{ background: count === 0 ? undefined : `color-mix(in oklab, var(--accent) ${String(Math.round(18 + 82 * (count / most)))}%, var(--surface))` }}
                  onKeyDown={(event) => { key(event, day, hour); }}
                  onFocus={() => { setFocus([day, hour]); }}
                  onClick={() => { if (count > 0) onOpen(day, hour); }}
                />
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}
