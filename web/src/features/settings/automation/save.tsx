import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { ApiError, ask, isPassing, newKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import { wordsOf } from '@/lib/inbox/actions';
import { showToast } from '@/lib/toast';

type Kept = { id: string; version: number; name: string };

/**
 * Makes a rule or a macro or, given one, changes it as long as nobody else did meanwhile.
 * @param making What is said only of one that is made.
 */
export function useSave<T extends Kept, Body extends object>(path: '/rules' | '/macros', before: T | undefined, making: object, onClose: () => void) {
  const key = useRef(newKey());
  return useMutation({
    mutationFn: (body: Body) =>
      before
        ? ask<T>(`${path}/${before.id}`, { method: 'PATCH', ifMatch: `"${String(before.version)}"`, body })
        : ask<T>(path, { method: 'POST', key: key.current, body: { ...body, ...making } }),
    onError: (error) => { if (!isPassing(error)) key.current = newKey(); },
    onSuccess: (saved) => {
      void queryClient.invalidateQueries({ queryKey: ['automation'] });
      showToast({ error: false, words: t('automation.saved', { name: saved.name }) });
      onClose();
    },
  });
}

/** What is wrong with a name, as far as anything is. */
export function nameProblem(name: string, tried: boolean, error: Error | null): string | undefined {
  if (tried && name.trim() === '') return t('automation.nameNeeded');
  return error instanceof ApiError && error.problem.field === 'name' ? error.message : undefined;
}

/** Why it was not saved. */
export function SaveProblem({ error }: { error: Error }) {
  const meanwhile = error instanceof ApiError && error.status === 412;
  return <p role="alert" className="text-bad">{meanwhile ? t('automation.changedMeanwhile') : t('automation.saveFailed', { detail: wordsOf(error) })}</p>;
}
