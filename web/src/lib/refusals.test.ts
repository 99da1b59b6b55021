import { expect, test } from 'vitest';
import { refusalWords } from '@/lib/refusals';
import { moment } from '@/lib/time';

const NOW = Date.parse('2026-11-18T14:00:00Z');

test('what the app has words for is told in its words, and the rest in the server’s', () => {
  const at = '2026-11-18T12:10:00.5Z';
  const closed = { code: 'window_closed', reason: `The 24-hour window closed at ${at}.`, what_to_do: 'Send a template; it opens again when the customer answers.' };
  expect(refusalWords(closed, NOW)).toEqual({ reason: `The 24-hour window closed at ${moment(at, NOW)}.`, help: closed.what_to_do });
  const never = { code: 'window_closed', reason: 'The customer has not written yet.', what_to_do: 'Begin with a template; the window opens when they answer.' };
  expect(refusalWords(never, NOW)).toEqual({ reason: never.reason, help: never.what_to_do });
  const stopped = { code: 'opted_out', reason: 'This contact asked us to stop writing.', what_to_do: 'If they told you otherwise, record it in the contact’s details.' };
  expect(refusalWords(stopped, NOW)).toEqual({ reason: stopped.reason, help: stopped.what_to_do });
  const enough = { code: 'marketing_capped', reason: `This person got enough marketing for now, from all businesses together: WhatsApp lets none through before ${at}.`, what_to_do: 'Send it then, or answer when they write.' };
  expect(refusalWords(enough, NOW)).toEqual({ reason: enough.reason.replace(at, moment(at, NOW)), help: enough.what_to_do });
  const other = { code: 'channel_unhealthy', reason: `The token ended at ${at}.`, what_to_do: 'Look at the channel’s settings.' };
  expect(refusalWords(other, NOW)).toEqual({ reason: `The token ended at ${moment(at, NOW)}.`, help: other.what_to_do });
});
