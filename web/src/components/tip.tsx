import { Tooltip } from 'radix-ui';
import type { ReactElement } from 'react';
import { isRtl } from '@/lib/direction';
import { useHome } from '@/lib/hooks';
import { Keys } from '@/components/keys';

/** Names an icon button, with its shortcut. */
export function Tip({ label, keys, children, side = 'bottom' }: { label: string; keys?: string; children: ReactElement; side?: 'bottom' | 'right' | 'top' }) {
  const { element, home, look } = useHome();
  return (
    <Tooltip.Root onOpenChange={(open) => { if (open) look(); }}>
      <Tooltip.Trigger asChild ref={element}>{children}</Tooltip.Trigger>
      <Tooltip.Portal container={home}>
        <Tooltip.Content className="tip" side={side === 'right' && isRtl() ? 'left' : side} sideOffset={6} collisionPadding={8}>
          {label}
          {keys && <Keys of={keys} />}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
