/** The viewer's time zone: the browser's, or the one that was chosen. All that is shown of a time goes by it. */

let chosen: string | undefined;

/** The zone that was chosen; nothing where it is the browser's own. */
export function zone(): string | undefined {
  return chosen;
}

/** Takes a zone by its name; what is none is the browser's own. */
export function setZone(name: string | undefined): void {
  chosen = name !== undefined && isZone(name) ? name : undefined;
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The zone's name, whoever chose it. */
export function zoneName(): string {
  return chosen ?? new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
}

/** A moment as a clock and a calendar on the wall show it; `weekday` is 0 on Sundays, `month` 1 in January. */
export type Wall = { year: number; month: number; day: number; hour: number; minute: number; second: number; weekday: number };

const walls = new Map<string, Intl.DateTimeFormat>();
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

export function wallOf(moment: Date, name: string | undefined = chosen): Wall {
  if (name === undefined)
    return { year: moment.getFullYear(), month: moment.getMonth() + 1, day: moment.getDate(), hour: moment.getHours(), minute: moment.getMinutes(), second: moment.getSeconds(), weekday: moment.getDay() };
  let format = walls.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric', weekday: 'short' });
    walls.set(name, format);
  }
  const found: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(moment)) found[type] = value;
  const number = (part: string) => Number(found[part]);
  return { year: number('year'), month: number('month'), day: number('day'), hour: number('hour'), minute: number('minute'), second: number('second'), weekday: WEEKDAYS.indexOf(found['weekday'] ?? '') };
}

/** Days since the epoch of the day on the wall: changes exactly at midnight there. */
export function dayNumber(moment: Date, name?: string): number {
  const { year, month, day } = wallOf(moment, name);
  return Math.round(Date.UTC(year, month - 1, day) / 86_400_000);
}

/**
 * The moment at which the wall shows this; days beyond the month's end count on. A time that is left out when clocks go forward
 * is as much later, of one that comes twice it is the first.
 */
export function momentAt(year: number, month: number, day: number, hour = 0, minute = 0, name: string | undefined = chosen): Date {
  if (name === undefined) return new Date(year, month - 1, day, hour, minute);
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  const offsetAt = (time: number) => {
    const wall = wallOf(new Date(time), name);
    return Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second) - time;
  };
  // The offsets of the day before and after are all that can hold.
  const offsets = [offsetAt(wanted - 86_400_000), offsetAt(wanted + 86_400_000)];
  const exact = offsets.map((offset) => wanted - offset).filter((time) => offsetAt(time) === wanted - time);
  return new Date(exact.length > 0 ? Math.min(...exact) : wanted - (offsets[0] ?? 0));
}
