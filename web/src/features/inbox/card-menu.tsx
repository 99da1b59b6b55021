import { AlarmClock, Check, Inbox, ListChecks, UserRoundCheck } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useEffect, useRef, useState } from 'react';
import { LabelTag } from '@/components/label-tag';
import { MenuChoice, MenuItem, MenuLabel, MenuLine } from '@/components/menu';
import { PriorityMark } from '@/components/priority';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { assign, setLabel, setPriority, setStatus } from '@/lib/inbox/actions';
import { tick } from '@/lib/inbox/selection';
import { snoozeChoices, snoozeName } from '@/lib/inbox/snooze';
import { useInbox } from '@/lib/inbox/store';
import { useLabels, useMe } from '@/lib/people';
import { PRIORITIES, priorityName } from '@/lib/words';

/** What can be done to a card without opening it: by the right button, a long press, or the menu key. */
export function CardMenu({ at, onClose }: { at: { id: string; x: number; y: number }; onClose: () => void }) {
  const conversation = useInbox((state) => state.conversations[at.id]);
  const { user } = useMe();
  const labels = useLabels() ?? [];
  const [open, setOpen] = useState(true);
  const gone = !conversation;
  const closed = useRef(onClose);
  closed.current = onClose;
  useEffect(() => { if (gone) closed.current(); }, [gone]);
  if (!conversation) return null;
  const { id, status } = conversation;
  return (
    <DropdownMenu.Root
      open={open}
      modal={false}
      onOpenChange={(on) => {
        setOpen(on);
        if (!on) onClose();
      }}
    >
      <DropdownMenu.Trigger asChild>
        <span className="fixed size-0" style={{ left: at.x, top: at.y }} aria-hidden="true" tabIndex={-1} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className="menu"
          align="start"
          sideOffset={2}
          collisionPadding={8}
          aria-label={conversation.contact.name}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            document.getElementById(`card-${id}`)?.focus({ preventScroll: true });
          }}
        >
          {status !== 'resolved' && <MenuItem icon={<Check size={16} aria-hidden="true" />} onSelect={() => void setStatus(id, 'resolved')}>{t('actions.resolve')}</MenuItem>}
          {status !== 'open' && <MenuItem icon={<Inbox size={16} aria-hidden="true" />} onSelect={() => void setStatus(id, 'open')}>{t('actions.reopen')}</MenuItem>}
          {conversation.assignee_id !== user.id && <MenuItem icon={<UserRoundCheck size={16} aria-hidden="true" />} onSelect={() => void assign(id, user.id)}>{t('actions.toMe')}</MenuItem>}
          {snoozeChoices(new Date()).slice(0, 1).map((choice) => (
            <MenuItem key={choice.kind} icon={<AlarmClock size={16} aria-hidden="true" />} onSelect={() => void setStatus(id, 'snoozed', choice.at.toISOString())}>{`${t('actions.snooze')}: ${snoozeName(choice)}`}</MenuItem>
          ))}
          <MenuItem icon={<ListChecks size={16} aria-hidden="true" />} onSelect={() => { tick([id]); }}>{t('list.select')}</MenuItem>
          <MenuLine />
          <MenuLabel>{t('priority.label')}</MenuLabel>
          {PRIORITIES.map((one) => (
            <MenuChoice key={one} icon={<span className="grid w-4 place-items-center"><PriorityMark priority={one} quiet /></span>} checked={(conversation.priority ?? 'none') === one} onSelect={() => void setPriority(id, one)}>
              {priorityName(one)}
            </MenuChoice>
          ))}
          {labels.length > 0 && <><MenuLine /><MenuLabel>{t('labels.put')}</MenuLabel></>}
          {labels.map((label) => {
            const on = conversation.labels?.includes(label.id) ?? false;
            return (
              <MenuChoice key={label.id} checked={on} keeps onSelect={() => void setLabel(id, label.id, !on)}>
                <LabelTag label={label} quiet />
              </MenuChoice>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
