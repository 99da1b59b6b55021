/** What is to go in this conversation at a time, at the end of its thread. */
import { useQuery } from '@tanstack/react-query';
import { CalendarClock } from 'lucide-react';
import { useState } from 'react';
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Conversation, Message, ChangeSchedule } from '@/api/types';
import { Confirm } from '@/components/modal';
import { ScheduleDialog } from '@/features/inbox/schedule/schedule-dialog';
import { announce } from '@/lib/announce';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { wordsOf } from '@/lib/inbox/actions';
import { useMay, useMe } from '@/lib/people';
import { scheduledQuery } from '@/lib/schedule';
import { moment } from '@/lib/time';
import { showToast } from '@/lib/toast';
import { firstName, previewOf } from '@/lib/words';

export function Scheduled({ conversation }: { conversation: Conversation }) {
  const { data } = useQuery(scheduledQuery(conversation.id));
  const messages = data?.messages ?? [];
  if (messages.length === 0) return null;
  return (
    <section className="scheduled" aria-label={t('schedule.list')}>
      <ul>{messages.map((message) => <One key={message.id} message={message} conversation={conversation} />)}</ul>
    </section>
  );
}

function One({ message, conversation }: { message: Message; conversation: Conversation }) {
  const [asked, setAsked] = useState<'change' | 'delete' | null>(null);
  const [busy, setBusy] = useState(false);
  const answers = useMay('answer');
  const me = useMe().user.id;
  const now = useMinute();
  const plan = message.scheduled;
  if (!plan) return null;
  const path = `/conversations/${conversation.id}/scheduled/${message.id}`;
  const done = () => { setAsked(null); };
  const again = () => queryClient.invalidateQueries({ queryKey: scheduledQuery(conversation.id).queryKey });
  const act = async (work: () => Promise<unknown>, words: string) => {
    setBusy(true);
    try {
      await work();
      announce(() => words);
      done();
    } catch (error) {
      showToast({ error: true, words: t('schedule.actFailed', { detail: wordsOf(error) }) });
    } finally {
      setBusy(false);
      void again();
    }
  };
  const text = message.type === 'text' ? message.content.body : undefined;
  return (
    <li className="scheduled-one" data-scheduled={message.id}>
      <CalendarClock size={16} className="mt-0.5 flex-none text-text-3" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="line-clamp-2 [overflow-wrap:anywhere]" dir="auto">{previewOf(message)}</p>
        <p className="text-[12px] leading-4 text-text-2">
          <span className="num">{t('schedule.goes', { time: moment(plan.send_at, now) })}</span>
          {message.sent_by.id !== me && message.sent_by.name && ` · ${message.sent_by.name}`}
          {plan.unless_reply && ` · ${t('schedule.unlessShort', { name: firstName(conversation.contact.name) })}`}
        </p>
      </div>
      {answers && (
        <span className="flex flex-none flex-wrap gap-x-4 max-sm:w-full max-sm:ps-6">
          <button type="button" className="link" disabled={busy} onClick={() => { setAsked('change'); }}>{t('schedule.change')}</button>
          <button type="button" className="link" disabled={busy} onClick={() => void act(() => ask(`${path}/send`, { method: 'POST' }), t('schedule.sent'))}>{t('schedule.now')}</button>
          <button type="button" className="link !text-bad" disabled={busy} onClick={() => { setAsked('delete'); }}>{t('schedule.delete')}</button>
        </span>
      )}
      {asked === 'change' && (
        <ScheduleDialog
          conversation={conversation}
          text={text}
          before={{ send_at: plan.send_at, unless_reply: plan.unless_reply ?? false }}
          onPlan={async (planned) => {
            const body: ChangeSchedule = { send_at: planned.send_at, unless_reply: planned.unless_reply, ...(text === undefined ? {} : { text: { body: planned.text } }) };
            await ask<Message>(path, { method: 'PATCH', body });
            void again();
          }}
          onClose={done}
        />
      )}
      {asked === 'delete' && (
        <Confirm title={t('schedule.deleteTitle')} text={t('schedule.deleteText')} action={t('schedule.delete')} busy={busy} onConfirm={() => void act(() => ask(path, { method: 'DELETE' }), t('schedule.deleted'))} onClose={done} />
      )}
    </li>
  );
}
