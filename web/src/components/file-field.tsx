import { CircleAlert, FileUp, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { newKey } from '@/api/client';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { uploadFile } from '@/lib/inbox/attachments';
import { acceptOf, isOf, limitOf, limitWords } from '@/lib/media';
import type { FileKind } from '@/lib/templates';

/** A file that is uploaded as soon as it is chosen, with progress; what is too large is said before. */
export function FileField({ channelId, kind, label, name, onFile, error }: {
  channelId: string;
  kind: FileKind;
  label: string;
  /** The name of the file that is there. */
  name: string | null;
  onFile: (file: { mediaId: string; name: string; picture: string | null } | null) => void;
  error?: string | undefined;
}) {
  const id = useId();
  const picker = useRef<HTMLInputElement>(null);
  const running = useRef<XMLHttpRequest | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => () => { running.current?.abort(); }, []);

  const take = (file: File | undefined) => {
    if (!file) return;
    setProblem(null);
    // What a picker offers is advice, which people may overrule.
    if (!isOf(kind, file)) {
      setProblem(t('file.notTaken', { name: file.name, kinds: t(`file.taken_${kind}`) }));
      return;
    }
    if (file.size === 0 || file.size > limitOf(kind)) {
      setProblem(t(file.size === 0 ? 'attach.empty' : 'attach.tooLarge', { name: file.name, limit: limitWords(kind) }));
      return;
    }
    setProgress(0);
    running.current = uploadFile(channelId, kind, file, newKey(), {
      onProgress: setProgress,
      onEnd: (facts, words) => {
        if (!running.current) return;
        running.current = null;
        setProgress(null);
        if (facts) onFile({ mediaId: facts.media_id, name: file.name, picture: kind === 'image' ? URL.createObjectURL(file) : null });
        else setProblem(words);
      },
    });
  };
  const words = problem ?? error;
  return (
    <div>
      <label className="label" htmlFor={id}>{label}</label>
      <input
        ref={picker}
        id={id}
        type="file"
        className="sr-only"
        accept={acceptOf(kind)}
        aria-describedby={words ? `${id}-hint` : undefined}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <div className="flex min-h-[34px] items-center gap-2">
        <button type="button" className="btn" tabIndex={-1} aria-hidden="true" disabled={progress !== null} onClick={() => picker.current?.click()}>
          <FileUp size={16} aria-hidden="true" />
          {t(name ? 'template.otherFile' : 'template.addFile')}
        </button>
        {progress !== null ? (
          <progress className="min-w-0 flex-1" max={1} value={progress} aria-label={t('template.uploading')} />
        ) : (
          name && (
            <>
              <span className="min-w-0 flex-1 truncate text-text-2">{name}</span>
              <button type="button" className="btn plain icon small" aria-label={t('template.noFile', { name })} onClick={() => { onFile(null); }}><X size={14} aria-hidden="true" /></button>
            </>
          )
        )}
      </div>
      {words && <p id={`${id}-hint`} className="hint bad" role="alert"><CircleAlert size={12} aria-hidden="true" className="me-1 inline" />{words}</p>}
    </div>
  );
}
