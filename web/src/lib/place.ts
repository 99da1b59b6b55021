/** Places as people paste them: two numbers, `geo:` addresses, and links of the common maps. Nothing is asked of a map. */

export type Point = { latitude: number; longitude: number; name?: string };

const NUMBER = String.raw`[+-]?\d{1,3}(?:\.\d+)?`;
const PAIR = new RegExp(String.raw`^\s*(${NUMBER})\s*(?:,\s*|;\s*|\s+)(${NUMBER})\s*$`);

function point(latitude: string | null | undefined, longitude: string | null | undefined, name?: string | null): Point | null {
  if (!latitude?.trim() || !longitude?.trim()) return null;
  const [north, east] = [Number(latitude), Number(longitude)];
  if (!(Math.abs(north) <= 90 && Math.abs(east) <= 180)) return null;
  const words = name?.trim();
  return { latitude: north, longitude: east, ...(words ? { name: words } : {}) };
}

function pair(text: string | null | undefined, name?: string | null): Point | null {
  const found = PAIR.exec(text ?? '');
  return found ? point(found[1], found[2], name) : null;
}

/** The place that a pasted text names by its coordinates. */
export function placeOf(text: string): Point | null {
  const plain = text.trim();
  const two = pair(plain);
  if (two) return two;
  let url: URL;
  try {
    url = new URL(plain);
  } catch {
    return null;
  }
  if (url.protocol === 'geo:') {
    const asked = /[?&]q=([^&]*)/.exec(url.search)?.[1];
    const [, where, label] = /^([^(]*)(?:\((.*)\))?$/.exec(decode(asked ?? '')) ?? [];
    return pair(where, label) ?? pair(url.pathname.split(';')[0]?.split(',').slice(0, 2).join(','));
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const host = url.hostname.replace(/^www\./, '');
  const query = url.searchParams;
  if (/(^|\.)google\.[a-z.]+$/.test(host)) {
    const path = decode(url.pathname);
    const name = /\/place\/([^/@]+)/.exec(path)?.[1]?.replaceAll('+', ' ');
    const label = name && !pair(name) ? name : null;
    // The pin itself, before the middle of what was shown.
    const pin = new RegExp(`!3d(${NUMBER})!4d(${NUMBER})`).exec(path);
    const middle = new RegExp(`/@(${NUMBER}),(${NUMBER})`).exec(path);
    return point(pin?.[1], pin?.[2], label) ?? pair(query.get('q')) ?? pair(query.get('query')) ?? pair(query.get('ll')) ?? pair(query.get('destination')) ?? pair(name) ?? point(middle?.[1], middle?.[2], label);
  }
  if (host === 'maps.apple.com') {
    const words = query.get('q') ?? query.get('name');
    return pair(query.get('ll'), pair(words) ? null : words) ?? pair(query.get('coordinate'), query.get('name')) ?? pair(words);
  }
  if (/(^|\.)openstreetmap\.org$/.test(host)) {
    const map = new RegExp(`map=\\d+(?:\\.\\d+)?/(${NUMBER})/(${NUMBER})`).exec(url.hash);
    return point(query.get('mlat'), query.get('mlon')) ?? point(map?.[1], map?.[2]);
  }
  return null;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
