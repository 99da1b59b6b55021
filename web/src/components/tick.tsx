import { Ban, Check, CheckCheck, CircleAlert, CircleQuestionMark, Clock } from 'lucide-react';
import type { MessageState } from '@/api/types';
import { stateName } from '@/lib/words';

/** How far a message got: a shape, a colour and a name. */
export function Tick({ state, size = 14 }: { state: MessageState; size?: number }) {
  const name = { role: 'img', 'aria-label': stateName(state), size } as const;
  switch (state) {
    case 'scheduled':
    case 'queued':
    case 'sending':
      return <Clock {...name} />;
    case 'sent':
      return <Check {...name} />;
    case 'delivered':
      return <CheckCheck {...name} />;
    case 'read':
    case 'played':
      return <CheckCheck {...name} className="seen text-read" />;
    case 'failed':
      return <CircleAlert {...name} className="bad text-bad" />;
    case 'unknown':
      return <CircleQuestionMark {...name} className="text-warn" />;
    case 'cancelled':
      return <Ban {...name} />;
    default:
      return null;
  }
}
