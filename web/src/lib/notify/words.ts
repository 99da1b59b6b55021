/** Notifications in words. */
import type { Notice } from '@/api/types';
import { t } from '@/lib/i18n';
import '@/lib/i18n-notify';

/** What happened, in one sentence. */
export function noticeWords(one: Notice): string {
  const name = one.contact;
  switch (one.class) {
    case 'mention':
      return one.by ? t('notify.mention', { who: one.by, name }) : t('notify.mentionSomebody', { name });
    case 'assigned':
      return one.by ? t('notify.assigned', { who: one.by, name }) : t('notify.assignedByRule', { name });
    case 'new':
      return t('notify.new', { count: one.count, name });
    case 'unassigned':
      return t('notify.unassigned', { count: one.count, name });
    case 'sla':
      return one.sla?.missed ? t('notify.slaMissed', { name }) : t('notify.slaNear', { name });
    case 'failed':
      return one.state === 'unknown' ? t('notify.unknownSend', { name }) : t('notify.failedSend', { name });
    default:
      // A class that this version does not know.
      return name;
  }
}

/** The address of what it is about. */
export function noticePath(one: Pick<Notice, 'conversation_id' | 'seq'>): string {
  return `/inbox/${one.conversation_id}${one.seq ? `?message=${String(one.seq)}` : ''}`;
}

/** The sentences with places to fill, for who tells of things while no page is open: see `offline.js`. */
export function pushWords(): Record<string, string> {
  const blank = { who: '{who}', name: '{name}' };
  return {
    mention: t('notify.mention', blank),
    mentionSomebody: t('notify.mentionSomebody', blank),
    assigned: t('notify.assigned', blank),
    assignedByRule: t('notify.assignedByRule', blank),
    new: t('notify.new', { ...blank, count: 1 }),
    // Words for a number depend on it: the sentence for many is the one for a hundred.
    newMany: t('notify.new', { ...blank, count: 100 }).replace('100', '{count}'),
    unassigned: t('notify.unassigned', { ...blank, count: 1 }),
    slaNear: t('notify.slaNear', blank),
    slaMissed: t('notify.slaMissed', blank),
    failed: t('notify.failedSend', blank),
  };
}

/** What people call a browser, of what it calls itself. */
export function browserName(agent: string): string {
  const name = /Edg\//.test(agent) ? 'Edge' : /OPR\//.test(agent) ? 'Opera' : /Firefox\//.test(agent) ? 'Firefox' : /Chrome\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : null;
  const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac OS X/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : null;
  return name ? [name, system].filter(Boolean).join(', ') : agent;
}
