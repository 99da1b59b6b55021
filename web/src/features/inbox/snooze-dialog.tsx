/** Until when a conversation is put aside, where none of the usual times will do. */
import { useId, useState } from 'react';
import { Field } from '@/components/field';
import { FormButtons, Modal } from '@/components/modal';
import { locale, t } from '@/lib/i18n';
import '@/lib/i18n-writing';
import { setStatus } from '@/lib/inbox/actions';
import { snoozeChoices } from '@/lib/inbox/snooze';
import { usePlace } from '@/lib/inbox/store';
import { zoneAt } from '@/lib/schedule';
import { fieldTime, fromField } from '@/lib/time';

export function SnoozeDialog({ onClose }: { onClose: () => void }) {
  const form = useId();
  const id = usePlace((state) => state.openId);
  const [now] = useState(() => new Date());
  const [value, setValue] = useState(() => fieldTime(snoozeChoices(now).find((one) => one.kind === 'tomorrow')?.at ?? now));
  const [tried, setTried] = useState(false);
  const at = fromField(value);
  const problem = at === null ? t('schedule.required') : at.getTime() <= Date.now() ? t('schedule.past') : undefined;
  return (
    <Modal title={t('actions.snooze')} onClose={onClose} footer={<FormButtons form={form} action={t('actions.snooze')} disabled={false} onClose={onClose} />}>
      <form
        id={form}
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (id === null || at === null || problem !== undefined) return;
          onClose();
          void setStatus(id, 'snoozed', at.toISOString());
        }}
      >
        <Field label={t('schedule.at')} type="datetime-local" min={fieldTime(now)} value={value} onValue={setValue} error={tried ? problem : undefined} />
        <p className="hint !mt-0">{t('schedule.zone', { zone: zoneAt(at ?? now, locale) })}</p>
      </form>
    </Modal>
  );
}
