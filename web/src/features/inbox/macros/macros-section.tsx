import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useState } from 'react';
import type { Macro } from '@/api/types';
import { runMacro } from '@/lib/automation';
import { t } from '@/lib/i18n';
import '@/lib/i18n-automation';
import { useMacros } from '@/lib/people';

/** The macros that can be run in a conversation. Nothing where there are none. */
export function MacrosSection({ conversationId }: { conversationId: string }) {
  const macros = useMacros();
  if (!macros || macros.length === 0) return null;
  return (
    <section>
      <h3>{t('automation.macros')}</h3>
      <ul className="grid grid-cols-1 gap-px">
        {macros.map((macro) => <li key={macro.id}><Run macro={macro} conversationId={conversationId} /></li>)}
      </ul>
      <Link className="link mt-1 inline-block text-[12px]" to="/settings/$section" params={{ section: 'macros' }}>{t('automation.manage')}</Link>
    </section>
  );
}

function Run({ macro, conversationId }: { macro: Macro; conversationId: string }) {
  const [busy, setBusy] = useState(false);
  return (
    <button
      type="button"
      className="btn plain w-full !justify-start"
      disabled={busy}
      aria-label={t('automation.runMacro', { name: macro.name })}
      onClick={() => {
        setBusy(true);
        void runMacro(conversationId, macro).finally(() => { setBusy(false); });
      }}
    >
      <Play size={14} aria-hidden="true" /><span className="truncate">{macro.name}</span>
    </button>
  );
}
