import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { t } from '@/lib/i18n';

/** Copies a text and says so for a moment. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [done, setDone] = useState(false);
  useEffect(() => {
    if (!done) return;
    const timer = setTimeout(() => { setDone(false); }, 1_500);
    return () => { clearTimeout(timer); };
  }, [done]);
  return (
    <button
      type="button"
      className="btn plain small icon"
      aria-label={done ? t('app.copied') : `${t('app.copy')}: ${label}`}
      onClick={() => { void navigator.clipboard.writeText(text).then(() => { setDone(true); }); }}
    >
      {done ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
    </button>
  );
}
