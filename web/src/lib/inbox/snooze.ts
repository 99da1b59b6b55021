import { t } from '@/lib/i18n';
import { clock } from '@/lib/time';

/** Times to put a conversation aside until. */
export type Choice = { kind: 'later' | 'tomorrow' | 'monday'; at: Date };

const HOUR = 3_600_000;

export function snoozeChoices(now: Date): Choice[] {
  const later = new Date(Math.ceil((now.getTime() + 3 * HOUR) / (HOUR / 4)) * (HOUR / 4));
  const tomorrow = new Date(now);
  tomorrow.setDate(now.getDate() + 1);
  tomorrow.setHours(9, 0, 0, 0);
  const monday = new Date(now);
  monday.setDate(now.getDate() + (((8 - now.getDay()) % 7) || 7));
  monday.setHours(9, 0, 0, 0);
  const choices: Choice[] = [];
  if (later.getDate() === now.getDate()) choices.push({ kind: 'later', at: later });
  choices.push({ kind: 'tomorrow', at: tomorrow });
  if (monday.getDate() !== tomorrow.getDate()) choices.push({ kind: 'monday', at: monday });
  return choices;
}

/** `Tomorrow, 09:00` */
export function snoozeName({ kind, at }: Choice): string {
  const time = clock(at);
  return kind === 'later' ? t('actions.snoozeLater', { time }) : kind === 'tomorrow' ? t('actions.snoozeTomorrow', { time }) : t('actions.snoozeMonday', { time });
}
