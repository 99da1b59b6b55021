import { useMutation } from '@tanstack/react-query';
import { ask } from '@/api/client';
import { queryClient } from '@/api/queries';
import { Confirm } from '@/components/modal';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import { wordsOf } from '@/lib/inbox/actions';
import { showToast } from '@/lib/toast';

/** Asks before a rule or a macro is deleted. */
export function Remove({ path, name, text, onClose }: { path: string; name: string; text: string; onClose: () => void }) {
  const remove = useMutation({
    mutationFn: () => ask(path, { method: 'DELETE' }),
    onSuccess: () => { showToast({ error: false, words: t('automation.deleted', { name }) }); },
    onError: (failure) => { showToast({ error: true, words: t('automation.deleteFailed', { detail: wordsOf(failure) }) }); },
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: ['automation'] });
      onClose();
    },
  });
  return <Confirm title={t('automation.deleteTitle', { name })} text={text} action={t('automation.delete')} busy={remove.isPending} onConfirm={() => { remove.mutate(); }} onClose={onClose} />;
}
