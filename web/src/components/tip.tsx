import { Tooltip } from 'radix-ui';
import type { ReactElement } from 'react';
import { isRtl } from '@/lib/direction';
import { Keys } from '@/components/keys';

/** Names an icon button, with its shortcut. */
export function Tip({ label, keys, children, side = 'bottom' }: { label: string; keys?: string; children: ReactElement; side?: 'bottom' | 'right' | 'top' }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" side={side === 'right' && isRtl() ? 'left' : side} sideOffset={6} collisionPadding={8}>
          {label}
          {keys && <Keys of={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
