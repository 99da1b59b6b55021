import { t } from '@/lib/i18n';
import { clock } from '@/lib/time';
import { dayNumber, momentAt, wallOf } from '@/lib/zone';

/** Times to put a conversation aside until. */
export type Choice = { kind: 'later' | 'tomorrow' | 'monday'; at: Date };

const HOUR = 3_600_000;

export function snoozeChoices(now: Date): Choice[] {
  const later = new Date(Math.ceil((now.getTime() + 3 * HOUR) / (HOUR / 4)) * (HOUR / 4));
  const { year, month, day, weekday } = wallOf(now);
  const tomorrow = momentAt(year, month, day + 1, 9);
  const monday = momentAt(year, month, day + (((8 - weekday) % 7) || 7), 9);
  const choices: Choice[] = [];
  if (dayNumber(later) === dayNumber(now)) choices.push({ kind: 'later', at: later });
  choices.push({ kind: 'tomorrow', at: tomorrow });
  if (monday.getTime() !== tomorrow.getTime()) choices.push({ kind: 'monday', at: monday });
  return choices;
}

/** `Tomorrow, 09:00` */
export function snoozeName({ kind, at }: Choice): string {
  const time = clock(at);
  return kind === 'later' ? t('actions.snoozeLater', { time }) : kind === 'tomorrow' ? t('actions.snoozeTomorrow', { time }) : t('actions.snoozeMonday', { time });
}
