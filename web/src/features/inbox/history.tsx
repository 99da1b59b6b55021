import { Popover } from 'radix-ui';
import type { ReactNode } from 'react';
import { Check, X } from 'lucide-react';
import type { Message, SendDecision } from '@/api/types';
import { Tick } from '@/components/tick';
import { t } from '@/lib/i18n';
import { retryMessage } from '@/lib/inbox/actions';
import { rate } from '@/lib/media';
import { useMay } from '@/lib/people';
import { exact, withLocalTimes } from '@/lib/time';
import { reasonOf, senderName, sentenceOf, stateName } from '@/lib/words';

/** When a message reached each state; opens at once, as it is only loaded when asked for. */
export function History({ message, label, children }: { message: Message; label: string; children: ReactNode }) {
  const answers = useMay('answer');
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger className="meta" title={t('thread.history')} aria-label={label}>{children}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content aria-label={t('thread.history')} className="menu !max-h-(--radix-popover-content-available-height) !w-80 !max-w-[calc(100vw-16px)] overflow-y-auto !p-3" side="top" align="end" sideOffset={6} collisionPadding={8}>
          <p className="mb-1.5 text-[12px] leading-4 font-semibold">{t('thread.history')}</p>
          <ol className="grid grid-cols-1 gap-1">
            {(message.history ?? []).map((step) => (
              <li key={`${step.state} ${step.at}`} className="text-[12px] leading-4">
                <div className="flex items-center gap-2">
                  <Tick state={step.state} />
                  <span className="flex-1">{stateName(step.state)}</span>
                  <time className="num text-text-3" dateTime={step.at}>{exact(step.at)}</time>
                </div>
                {step.by && <p className="ps-[22px] text-text-2">{t('thread.againBy', { name: senderName(step.by) })}</p>}
                {step.error && <p className="ps-[22px] text-text-2">{sentenceOf(reasonOf(step.error))} <code className="text-[11px] text-text-3 select-all">{step.error.code}</code></p>}
              </li>
            ))}
          </ol>
          {(message.attempts ?? 0) > 0 && <p className="mt-2 text-[12px] leading-4 text-text-3">{t('thread.attempts', { count: message.attempts ?? 0 })}</p>}
          {message.decision && <Decision decision={message.decision} />}
          {message.charged && (
            <p className="mt-1 text-[12px] leading-4 text-text-3">
              {t(message.charged.billable ? 'decision.wasCharged' : 'decision.wasFree', { category: message.charged.category.replaceAll('_', ' ') })}
              {message.charged.amount && <>, <span className="num">{t('decision.about', { amount: rate(message.charged.amount) })}</span></>}
            </p>
          )}
          {message.state === 'failed' && answers && message.sent_by.kind !== 'phone_app' && (
            <Popover.Close className="link mt-2 text-[12px]" onClick={() => void retryMessage(message)}>{t('app.retry')}</Popover.Close>
          )}
          {message.provider_id && <p className="mt-1 truncate text-[11px] leading-[14px] text-text-3 select-all">{message.provider_id}</p>}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What a mark beside a message's time means; opens at once, like the history. */
export function Told({ word, more }: { word: string; more: string }) {
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger className="mark" title={more}>{word}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content aria-label={word} className="menu !w-fit !max-w-[min(320px,calc(100vw-16px))] !p-3 text-[12px] leading-4" side="top" align="end" sideOffset={6} collisionPadding={8}>{more}</Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** What was looked at when it was last about to be sent, and what it is charged as. */
function Decision({ decision }: { decision: SendDecision }) {
  return (
    <>
      <p className="mt-3 mb-1 text-[12px] leading-4 font-semibold">{t('decision.title')}</p>
      <ul className="grid grid-cols-1 gap-1">
        {decision.checks.map((check) => (
          <li key={check.rule} className="flex gap-1.5 text-[12px] leading-4">
            {check.passed ? <Check size={14} className="flex-none text-ok" aria-label={t('decision.allowed')} /> : <X size={14} className="flex-none text-bad" aria-label={t('decision.refused')} />}
            <span className={check.passed ? 'text-text-2' : ''}>{withLocalTimes(check.found, Date.now())}</span>
          </li>
        ))}
      </ul>
      {decision.checks.every((check) => check.passed) && (
        <p className="mt-1.5 text-[12px] leading-4 text-text-3">
          {t('decision.price', { category: t(`decision.${decision.price.category}`), charge: t(`decision.${decision.price.charge}`) })}
        </p>
      )}
    </>
  );
}
