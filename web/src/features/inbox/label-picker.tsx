import { Link } from '@tanstack/react-router';
import { Plus, X } from 'lucide-react';
import { Suspense } from 'react';
import type { Conversation } from '@/api/types';
import { LabelTag } from '@/components/label-tag';
import { Menu, MenuChoice, MenuLabel } from '@/components/menu';
import { t } from '@/lib/i18n';
import '@/lib/i18n-lists';
import { setLabel } from '@/lib/inbox/actions';
import { useLabels, useMay } from '@/lib/people';

/** The labels of a conversation, with a way to put them on and take them off. */
export function LabelPicker({ conversation }: { conversation: Conversation }) {
  const labels = useLabels() ?? [];
  const answers = useMay('answer');
  const manages = useMay('manage_inbox');
  const on = conversation.labels ?? [];
  const shown = on.flatMap((id) => labels.find((label) => label.id === id) ?? []);
  if (!answers && shown.length === 0) return <span className="text-text-3">{t('filter.noLabel')}</span>;
  return (
    <Suspense fallback={null}>
      <span className="flex min-w-0 flex-wrap items-center gap-1.5 py-1">
        {shown.map((label) => (
          <span key={label.id} className="inline-flex max-w-full items-center gap-1 rounded-[7px] bg-sunken ps-2 pe-1 leading-6">
            <LabelTag label={label} />
            {answers && (
              <button type="button" className="grid size-6 flex-none place-items-center rounded-[5px] hover:bg-hover" aria-label={t('labels.remove', { name: label.name })} onClick={() => void setLabel(conversation.id, label.id, false)}>
                <X size={12} aria-hidden="true" />
              </button>
            )}
          </span>
        ))}
        {answers && labels.length > 0 && (
          <Menu align="start" trigger={<button type="button" className="btn plain icon small" aria-label={t('labels.put')}><Plus size={14} aria-hidden="true" /></button>}>
            <MenuLabel>{t('labels.put')}</MenuLabel>
            {labels.map((label) => {
              const has = on.includes(label.id);
              return (
                <MenuChoice key={label.id} checked={has} keeps onSelect={() => void setLabel(conversation.id, label.id, !has)}>
                  <LabelTag label={label} quiet />
                </MenuChoice>
              );
            })}
          </Menu>
        )}
        {answers && labels.length === 0 && (manages ? <Link to="/settings/$section" params={{ section: 'labels' }} className="link inline-flex min-h-6 items-center pointer-coarse:min-h-11">{t('labels.make')}</Link> : <span className="text-text-3">{t('labels.none')}</span>)}
      </span>
    </Suspense>
  );
}
