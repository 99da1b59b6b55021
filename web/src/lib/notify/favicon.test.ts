import { expect, it } from 'vitest';
import { dotted } from '@/lib/notify/favicon';

it('the dot is in the upper corner of the icon, however large that is drawn', () => {
  const svg = dotted('<svg viewBox="0 0 32 32"><rect/></svg>', 'red', 'white');
  expect(svg).toBe('<svg viewBox="0 0 32 32"><rect/><circle cx="25.6" cy="6.4" r="6.4" fill="red" stroke="white" stroke-width="1.6"/></svg>');
  expect(dotted('<svg viewBox="-5 -5 10 10"></svg>\n', 'a', 'b')).toContain('cx="3" cy="-3" r="2"');
});
