import { AlarmClock, Check, CheckCheck, ChevronDown, Hourglass, Inbox, Tag, UserRound, UserRoundCheck, UserRoundX, Users, X } from 'lucide-react';
import { useState } from 'react';
import type { BulkChange } from '@/api/types';
import { Avatar } from '@/components/avatar';
import { LabelTag } from '@/components/label-tag';
import { Menu, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { PriorityMark } from '@/components/priority';
import { Tip } from '@/components/tip';
import { t, written } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { begin } from '@/lib/inbox/bulk';
import { tick, tickAll, untick, useSelection } from '@/lib/inbox/selection';
import { snoozeChoices, snoozeName } from '@/lib/inbox/snooze';
import { listName, orderOf, totalName, type ListKey } from '@/lib/inbox/state';
import { useInbox } from '@/lib/inbox/store';
import { useAnswering, useLabels, useMe, useTeams } from '@/lib/people';
import { PRIORITIES, priorityName } from '@/lib/words';

const icon = { size: 16, 'aria-hidden': true } as const;

/** What can be done to everything that is ticked. */
export function BulkBar({ list }: { list: ListKey }) {
  const selection = useSelection();
  const asked = useInbox((state) => state.lists[listName(list)]?.total);
  const plain = useInbox((state) => state.totals[totalName(list.view, list.status)]?.count);
  const total = asked ?? plain ?? 0;
  const { user } = useMe();
  const users = useAnswering();
  const teams = useTeams() ?? [];
  const labels = useLabels() ?? [];
  const [busy, setBusy] = useState(false);
  const count = selection.all ? Math.max(0, total - selection.except.size) : selection.ids.size;
  const act = (change: BulkChange) => {
    setBusy(true);
    void begin(list, selection, change).finally(() => { setBusy(false); });
  };
  const assign = (assigneeId: string | null) => { act({ field: 'assignee', assignee_id: assigneeId }); };
  const off = busy || count === 0;
  const shown = useInbox((state) => orderOf(state, list).length);
  const words = selection.all && selection.except.size === 0 ? t('bulk.allSelected', { total: written(total) }) : t('bulk.selected', { count });
  return (
    <>
    <h1 className="sr-only">{t('bulk.bar')}</h1>
    <div className="bulk-bar" role="toolbar" aria-label={t('bulk.bar')}>
      <button type="button" className="btn plain icon small" aria-label={t('bulk.clear')} onClick={untick}><X size={16} aria-hidden="true" /></button>
      <span className="num me-auto text-[13px] font-medium" role="status">
        {words}
        {!selection.all && count < total && (
          <>
            {' '}
            {total > shown || count >= shown ? (
              <button type="button" className="link" onClick={tickAll}>{t('bulk.all', { total: written(total) })}</button>
            ) : (
              <button type="button" className="link" onClick={() => { tick(orderOf(useInbox.getState(), list)); }}>{t('bulk.page')}</button>
            )}
          </>
        )}
      </span>
      <span className="flex items-center gap-0.5">
        <Menu trigger={<button type="button" className="btn plain small" disabled={off}><UserRound {...icon} /><span className="sr-only">{t('bulk.assign')}</span><ChevronDown size={12} aria-hidden="true" /></button>}>
          <MenuLabel>{t('details.assignee')}</MenuLabel>
          <MenuItem icon={<UserRoundCheck {...icon} />} onSelect={() => { assign(user.id); }}>{t('actions.toMe')}</MenuItem>
          {users.filter((one) => one.id !== user.id).map((one) => (
            <MenuItem key={one.id} icon={<Avatar id={one.id} name={one.name} size={20} />} onSelect={() => { assign(one.id); }}>{one.name}</MenuItem>
          ))}
          <MenuItem icon={<UserRoundX {...icon} />} onSelect={() => { assign(null); }}>{t('actions.toNobody')}</MenuItem>
          {teams.length > 0 && <><MenuLine /><MenuLabel>{t('details.team')}</MenuLabel></>}
          {teams.map((team) => <MenuItem key={team.id} icon={<Users {...icon} />} onSelect={() => { act({ field: 'team', team_id: team.id }); }}>{team.name}</MenuItem>)}
          {teams.length > 0 && <MenuItem icon={<Users {...icon} />} onSelect={() => { act({ field: 'team', team_id: null }); }}>{t('details.noTeam')}</MenuItem>}
        </Menu>
        <Menu trigger={<button type="button" className="btn plain small" disabled={off}><Check {...icon} /><span className="sr-only">{t('bulk.status')}</span><ChevronDown size={12} aria-hidden="true" /></button>}>
          <MenuLabel>{t('details.status')}</MenuLabel>
          <MenuItem icon={<Check {...icon} />} onSelect={() => { act({ field: 'status', status: 'resolved' }); }}>{t('actions.resolve')}</MenuItem>
          <MenuItem icon={<Inbox {...icon} />} onSelect={() => { act({ field: 'status', status: 'open' }); }}>{t('actions.reopen')}</MenuItem>
          <MenuItem icon={<Hourglass {...icon} />} onSelect={() => { act({ field: 'status', status: 'pending' }); }}>{t('actions.pending')}</MenuItem>
          <MenuLine />
          <MenuLabel>{t('actions.snooze')}</MenuLabel>
          {snoozeChoices(new Date()).map((choice) => (
            <MenuItem key={choice.kind} icon={<AlarmClock {...icon} />} onSelect={() => { act({ field: 'status', status: 'snoozed', snoozed_until: choice.at.toISOString() }); }}>{snoozeName(choice)}</MenuItem>
          ))}
        </Menu>
        <Menu trigger={<button type="button" className="btn plain small" disabled={off}><Tag {...icon} /><span className="sr-only">{t('bulk.label')}</span><ChevronDown size={12} aria-hidden="true" /></button>}>
          {labels.length === 0 && <MenuLabel>{t('labels.none')}</MenuLabel>}
          {labels.length > 0 && <MenuLabel>{t('bulk.putOn')}</MenuLabel>}
          {labels.map((label) => <MenuItem key={label.id} onSelect={() => { act({ field: 'labels', add: [label.id] }); }}><LabelTag label={label} quiet /></MenuItem>)}
          {labels.length > 0 && <><MenuLine /><MenuLabel>{t('bulk.takeOff')}</MenuLabel></>}
          {labels.map((label) => <MenuItem key={label.id} onSelect={() => { act({ field: 'labels', remove: [label.id] }); }}><LabelTag label={label} quiet /></MenuItem>)}
        </Menu>
        <Menu trigger={<button type="button" className="btn plain small" disabled={off}><PriorityMark priority="high" quiet /><span className="sr-only">{t('bulk.priority')}</span><ChevronDown size={12} aria-hidden="true" /></button>}>
          <MenuLabel>{t('priority.label')}</MenuLabel>
          {PRIORITIES.map((one) => (
            <MenuItem key={one} icon={<span className="grid w-4 place-items-center"><PriorityMark priority={one} quiet /></span>} onSelect={() => { act({ field: 'priority', priority: one }); }}>{priorityName(one)}</MenuItem>
          ))}
        </Menu>
        <Tip label={t('bulk.read')}>
          <button type="button" className="btn plain icon small" aria-label={t('bulk.read')} disabled={off} onClick={() => { act({ field: 'read' }); }}><CheckCheck {...icon} /></button>
        </Tip>
      </span>
    </div>
    </>
  );
}
