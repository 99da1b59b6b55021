import { FileText, Mic, RotateCcw, Video, X } from 'lucide-react';
import { t } from '@/lib/i18n';
import { detach, uploadAgain, useUploads, type Upload } from '@/lib/inbox/attachments';
import { fileSize } from '@/lib/media';

/** The files of the message being written, with how far each is. */
export function Attachments({ conversationId, channelId }: { conversationId: string; channelId: string }) {
  const uploads = useUploads((state) => state.uploads[conversationId]);
  const refused = useUploads((state) => state.refused[conversationId]);
  if (!uploads?.length && !refused) return null;
  return (
    <div className="attachments">
      {refused && <p className="w-full text-[12px] leading-4 text-bad" role="alert">{refused}</p>}
      {uploads?.map((upload) => <Chip key={upload.id} upload={upload} conversationId={conversationId} channelId={channelId} />)}
    </div>
  );
}

function Chip({ upload, conversationId, channelId }: { upload: Upload; conversationId: string; channelId: string }) {
  const Icon = upload.kind === 'audio' ? Mic : upload.kind === 'video' ? Video : FileText;
  const percent = Math.round(upload.progress * 100);
  return (
    <div className={`attachment ${upload.state}`}>
      {upload.picture ? <img src={upload.picture} alt="" /> : <span className="icon"><Icon size={18} aria-hidden="true" /></span>}
      <span className="min-w-0 flex-1">
        <span className="block truncate" dir="auto">{upload.name}</span>
        <span className={`num block text-[11px] leading-[14px] ${upload.state === 'failed' ? 'text-bad' : 'truncate text-text-3'}`} role={upload.state === 'failed' ? 'alert' : undefined}>
          {upload.state === 'failed' ? upload.problem : upload.state === 'uploading' ? t('attach.progress', { percent }) : fileSize(upload.size)}
        </span>
        {upload.over !== undefined && upload.state !== 'failed' && <span className="block text-[11px] leading-[14px] text-text-2">{t('attach.over', { limit: fileSize(upload.over) })}</span>}
        {upload.state === 'uploading' && <progress className="progress" max={100} value={percent} aria-label={t('attach.progressOf', { name: upload.name })} />}
      </span>
      {upload.state === 'failed' && upload.mayGo && (
        <button type="button" className="btn plain icon small" aria-label={t('attach.again', { name: upload.name })} onClick={() => { uploadAgain(conversationId, channelId, upload.id); }}>
          <RotateCcw size={14} aria-hidden="true" />
        </button>
      )}
      <button type="button" className="btn plain icon small" aria-label={t('attach.remove', { name: upload.name })} onClick={() => { detach(conversationId, upload.id); }}>
        <X size={14} aria-hidden="true" />
      </button>
    </div>
  );
}
