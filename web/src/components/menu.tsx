import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { isRtl } from '@/lib/direction';
import { homeOf, useHome } from '@/lib/hooks';

/** A menu that opens from a button. It leaves the page's scroll alone. */
export function Menu({ trigger, children, align = 'end', side = 'bottom', open, onOpenChange, onClosed }: {
  trigger: ReactElement;
  children: ReactNode;
  align?: 'start' | 'end';
  side?: 'bottom' | 'right' | 'top';
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  /** It is gone; the focus returns to its button unless this is prevented. */
  onClosed?: (event: Event) => void;
}) {
  const { element, home, look } = useHome();
  const change = (on: boolean) => {
    if (on) look();
    onOpenChange?.(on);
  };
  return (
    <DropdownMenu.Root modal={false} {...(open === undefined ? {} : { open })} onOpenChange={change}>
      <DropdownMenu.Trigger asChild ref={element}>{trigger}</DropdownMenu.Trigger>
      {/* Also where it is opened from elsewhere: its button was there before. */}
      <DropdownMenu.Portal container={open ? homeOf(element.current) : home}>
        <DropdownMenu.Content className="menu" align={align} side={side === 'right' && isRtl() ? 'left' : side} sideOffset={4} collisionPadding={8} {...(onClosed ? { onCloseAutoFocus: onClosed } : {})}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** `refusedBy` is the id of the words that say why it cannot be chosen now: it is reached and read all the same. */
export function MenuItem({ icon, children, keys, refusedBy, onSelect }: { icon?: ReactNode; children: ReactNode; keys?: ReactNode; refusedBy?: string | undefined; onSelect: () => void }) {
  return (
    <DropdownMenu.Item
      className="menu-item"
      aria-disabled={refusedBy ? true : undefined}
      aria-describedby={refusedBy}
      onSelect={(event) => {
        if (refusedBy) event.preventDefault();
        else onSelect();
      }}
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {keys}
    </DropdownMenu.Item>
  );
}

export function MenuChoice({ icon, checked, children, count, onSelect }: { icon?: ReactNode; checked: boolean; children: ReactNode; count?: ReactNode; onSelect: () => void }) {
  return (
    <DropdownMenu.CheckboxItem className="menu-item" checked={checked} onSelect={onSelect}>
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {count}
      <span className="grid w-4 place-items-center">{checked && <Check size={14} aria-hidden="true" />}</span>
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="menu-label">{children}</DropdownMenu.Label>;
}

/** Why things in the menu cannot be chosen: they are described by it, and it is come by on the way to them. */
export function MenuWhy({ id, children }: { id: string; children: ReactNode }) {
  return <DropdownMenu.Item id={id} className="menu-why" aria-disabled onSelect={(event) => { event.preventDefault(); }}>{children}</DropdownMenu.Item>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu-line" />;
}
