/** The page's icon with a dot while something is not read, and the number on the app's own icon where it has one. */

let plain: Promise<string> | undefined;
let shown = false;

export function favicon(unread: number): void {
  const app = navigator as Navigator & { setAppBadge?: (count?: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
  void (unread > 0 ? app.setAppBadge?.(unread) : app.clearAppBadge?.())?.catch(() => undefined);
  const marked = unread > 0;
  if (marked === shown) return;
  shown = marked;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  if (!marked) {
    link.href = '/icon.svg';
    return;
  }
  plain ??= fetch('/icon.svg').then((answer) => answer.text());
  void plain.then((svg) => {
    if (!shown) return;
    link.href = `data:image/svg+xml,${encodeURIComponent(dotted(svg, colour('--bad-solid'), colour('--on-accent')))}`;
  }).catch(() => { plain = undefined; });
}

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A dot in the upper corner, a fifth of the icon wide. */
export function dotted(svg: string, dot: string, ring: string): string {
  const [, x = 0, y = 0, width = 32] = (/viewBox="([-\d.]+) ([-\d.]+) ([-\d.]+)/.exec(svg) ?? []).map(Number);
  const radius = width / 5;
  return svg.replace(/<\/svg>\s*$/, `<circle cx="${String(x + width - radius)}" cy="${String(y + radius)}" r="${String(radius)}" fill="${dot}" stroke="${ring}" stroke-width="${String(width / 20)}"/></svg>`);
}
