import { afterEach, describe, expect, it } from 'vitest';
import { snoozeChoices } from '@/lib/inbox/snooze';
import { clock, dayKey, dayName, fieldTime, fromField, moment } from '@/lib/time';
import { dayNumber, isZone, momentAt, setZone, wallOf, zone } from '@/lib/zone';

afterEach(() => { setZone(undefined); });

describe('a time zone that was chosen', () => {
  it('is what every clock shows', () => {
    setZone('Asia/Tokyo');
    expect(clock('2026-11-23T23:30:00Z')).toBe('08:30');
    expect(fieldTime(new Date('2026-11-23T23:30:00Z'))).toBe('2026-11-24T08:30');
    setZone('America/New_York');
    expect(clock('2026-11-23T23:30:00Z')).toBe('18:30');
  });

  it('decides which day it is', () => {
    const now = Date.parse('2026-11-23T23:30:00Z');
    setZone('Asia/Tokyo');
    expect(dayName('2026-11-23T20:00:00Z', now)).toBe('Today');
    expect(dayName('2026-11-23T12:00:00Z', now)).toBe('Yesterday');
    setZone('America/New_York');
    expect(dayName('2026-11-23T12:00:00Z', now)).toBe('Today');
    expect(moment('2026-11-23T12:00:00Z', now)).toBe('07:00');
  });

  it('that there is not is the browser’s own', () => {
    expect(isZone('Mars/Olympus')).toBe(false);
    setZone('Mars/Olympus');
    expect(zone()).toBeUndefined();
  });
});

describe('a day on which clocks change', () => {
  // Berlin: forward on 29 March 2026 at 02:00, back on 25 October 2026 at 03:00.
  it('is one day with 23 or 25 hours between its separators', () => {
    setZone('Europe/Berlin');
    for (const [from, to, hours] of [['2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 23], ['2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25]] as const) {
      const [begin, end] = [Date.parse(from), Date.parse(to)];
      expect((end - begin) / 3_600_000).toBe(hours);
      const day = dayKey(from);
      for (let at = begin; at < end; at += 15 * 60_000) expect(dayKey(new Date(at).toISOString())).toBe(day);
      expect(dayKey(new Date(begin - 1).toISOString())).toBe(day - 1);
      expect(dayKey(to)).toBe(day + 1);
    }
  });

  it('begins where the zone’s midnight is, also where there is none', () => {
    // Clocks of Santiago go forward at midnight: 6 September 2026 begins at 01:00.
    const noon = new Date('2026-09-06T15:00:00Z');
    expect(wallOf(new Date('2026-09-06T03:59:59Z'), 'America/Santiago')).toMatchObject({ day: 5, hour: 23 });
    expect(wallOf(new Date('2026-09-06T04:00:00Z'), 'America/Santiago')).toMatchObject({ day: 6, hour: 1 });
    expect(dayNumber(new Date('2026-09-06T04:00:00Z'), 'America/Santiago')).toBe(dayNumber(noon, 'America/Santiago'));
  });

  it('has times that are left out, which are as much later, and times that come twice, which are the first', () => {
    expect(momentAt(2026, 3, 29, 2, 30, 'Europe/Berlin').toISOString()).toBe('2026-03-29T01:30:00.000Z');
    expect(momentAt(2026, 10, 25, 2, 30, 'Europe/Berlin').toISOString()).toBe('2026-10-25T00:30:00.000Z');
  });

  it('leaves nine in the morning at nine', () => {
    setZone('Europe/Berlin');
    const tomorrow = snoozeChoices(new Date('2026-03-28T12:00:00Z')).find((one) => one.kind === 'tomorrow')?.at;
    expect(tomorrow?.toISOString()).toBe('2026-03-29T07:00:00.000Z');
  });
});

it('what a field shows is the same minute when it is read, in every zone and on every day', () => {
  for (const name of ['UTC', 'Asia/Kolkata', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia', 'Pacific/Chatham']) {
    setZone(name);
    for (let day = 0; day < 366; day += 1) {
      const at = new Date(Date.UTC(2026, 0, 1 + day, (day * 7) % 24, (day * 11) % 60));
      const read = fromField(fieldTime(at));
      // Of an hour that comes twice the first is meant.
      const off = at.getTime() - (read?.getTime() ?? 0);
      expect([0, 30 * 60_000, 3_600_000]).toContain(off);
      if (off !== 0) expect(fieldTime(read ?? at)).toBe(fieldTime(at));
    }
  }
});
