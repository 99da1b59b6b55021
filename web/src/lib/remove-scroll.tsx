/**
 * Stands in for `react-remove-scroll`, which Radix asks for: that one writes an inline style element, which
 * our policy forbids, and here the page itself never scrolls, so there is nothing to lock.
 */
import type { ElementType, ReactNode } from 'react';

type Props = { as?: ElementType; children?: ReactNode; allowPinchZoom?: boolean; shards?: unknown; enabled?: boolean };

export function RemoveScroll({ as: As = 'div', allowPinchZoom: _pinch, shards: _shards, enabled: _enabled, children, ...rest }: Props) {
  return <As {...rest}>{children}</As>;
}
