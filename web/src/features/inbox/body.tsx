/** What a message says, type by type. */
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Ban, Check, Copy, Download, ExternalLink, FileText, Image as ImageIcon, List, MapPin, Megaphone, Mic, Package, Phone, PhoneIncoming, PhoneMissed, Puzzle, RefreshCw, Reply, Sticker as StickerIcon, UserRound, Video as VideoIcon, ClipboardList } from 'lucide-react';
import { Suspense, useCallback, useState, type ReactNode } from 'react';
import { ask } from '@/api/client';
import type { Attachment, ContactCard, MediaFacts, Message, Order, Referral } from '@/api/types';
import { Marked } from '@/components/marked';
import { Tap, TapList, Taps } from '@/components/taps';
import { t } from '@/lib/i18n';
import { later } from '@/lib/later';
import { fileLabel, fileSize, mediaAddress, money, orderTotal, whereIs } from '@/lib/media';
import { moment } from '@/lib/time';
import { useMinute } from '@/lib/hooks';
import { fileName, kindName, previewOf, sentenceOf } from '@/lib/words';

const SentTemplate = later(() => import('@/features/inbox/sent-template').then((module) => ({ default: module.SentTemplate })));

const MissingFile = later(() => import('@/features/inbox/missing-file').then((module) => ({ default: module.MissingFile })));

const Lightbox = later(() => import('@/features/inbox/lightbox').then((module) => ({ default: module.Lightbox })));

const Voice = later(() => import('@/features/inbox/voice').then((module) => ({ default: module.Voice })));

export function Body({ message, sender }: { message: Message; sender: string }) {
  if (message.deleted_at)
    return <span className="quiet"><Ban size={14} aria-hidden="true" />{t('thread.deleted', { name: sender })}</span>;
  return (
    <>
      {message.forwarded && <span className="quiet small"><Reply size={12} className="-scale-x-100" aria-hidden="true" />{t(message.forwarded === 'often' ? 'content.forwardedOften' : 'content.forwarded')}</span>}
      {message.referral && <ReferralCard referral={message.referral} />}
      {message.product && <span className="quiet small"><Package size={12} aria-hidden="true" />{t('content.about', { product: message.product.product_id })}</span>}
      <Said message={message} sender={sender} />
    </>
  );
}

function Said({ message, sender }: { message: Message; sender: string }) {
  switch (message.type) {
    case 'text':
      return <Marked words={message.content.body} />;
    case 'template':
      return <Suspense fallback={<span dir="auto">{message.content.text ?? message.content.name}</span>}><SentTemplate content={message.content} /></Suspense>;
    case 'image':
      return <File file={message.content} icon={<ImageIcon size={16} aria-hidden="true" />} name={kindName('image')}>{(onMissing) => <Picture file={message.content} name={t('content.pictureOf', { name: sender })} onMissing={onMissing} />}</File>;
    case 'sticker':
      return <File file={message.content} icon={<StickerIcon size={16} aria-hidden="true" />} name={kindName('sticker')}>{(onMissing) => <Picture file={message.content} name={t('content.stickerOf', { name: sender })} onMissing={onMissing} sticker />}</File>;
    case 'video':
      return (
        <File file={message.content} icon={<VideoIcon size={16} aria-hidden="true" />} name={kindName('video')}>
          {(onMissing) => <Film file={message.content} name={t('content.videoOf', { name: sender })} onMissing={onMissing} />}
        </File>
      );
    case 'audio':
      return (
        <File file={message.content} icon={<Mic size={16} aria-hidden="true" />} name={message.content.voice ? kindName('audio') : t('content.sound')}>
          {(onMissing) => <Suspense fallback={<span className="sound" />}><Voice file={message.content} name={t('content.soundOf', { name: sender })} onMissing={onMissing} /></Suspense>}
        </File>
      );
    case 'document':
      return (
        <File file={message.content} icon={<FileText size={16} aria-hidden="true" />} name={fileName(message.content.filename) ?? kindName('document')}>
          {(onMissing) => <DocumentRow file={message.content} onMissing={onMissing} />}
        </File>
      );
    case 'location':
      return <Place place={message.content} />;
    case 'contacts':
      return <div className="cards">{message.content.cards.map((card, index) => <Person key={`${card.name} ${String(index)}`} card={card} />)}</div>;
    case 'answer':
      return <Answered answer={message.content} />;
    case 'interactive':
      return <Asked content={message.content} />;
    case 'order':
      return <OrderTable order={message.content} />;
    case 'reaction':
      return <span className="quiet">{previewOf(message)}</span>;
    case 'call':
      return <CallLine outcome={message.content.outcome} seconds={message.content.seconds ?? undefined} />;
    case 'unsupported':
      return <UnsupportedBody kind={kindName(message.content.kind)} raw={message.content.raw ?? undefined} blob={message.content.blob ?? undefined} />;
    default: {
      const other = message as unknown as { type: string; content: unknown };
      return <UnsupportedBody kind={kindName(other.type)} raw={JSON.stringify(other.content, null, 2)} blob={undefined} />;
    }
  }
}

/** A file that is here; or why it is not. Its words stand below it in any case. What shows it says when it does not come. */
function File({ file, icon, name, children }: { file: Attachment; icon: ReactNode; name: string; children: (onMissing: () => void) => ReactNode }) {
  const [missing, setMissing] = useState(false);
  const [shown, setShown] = useState(0);
  const onBack = useCallback(() => { setMissing(false); setShown((before) => before + 1); }, []);
  return (
    <>
      {file.state === 'ready' ? (missing ? <Suspense fallback={null}><MissingFile file={file} name={name} shown={shown} onBack={onBack} /></Suspense> : children(() => { setMissing(true); })) : (
        <span className={`filebox ${file.state === 'failed' ? 'bad' : ''}`} role="status">
          {icon}
          <span className="min-w-0">
            <span className="block truncate">{name}</span>
            <span className="block text-[12px] leading-4 text-text-2">{file.problem ? sentenceOf(file.problem) : t(file.state === 'failed' ? 'content.gone' : 'content.fetching')}</span>
          </span>
          {file.state !== 'failed' && <RefreshCw size={14} className="spin text-text-3" aria-hidden="true" />}
        </span>
      )}
      {file.caption && <span className="caption" dir="auto"><Marked words={file.caption} /></span>}
    </>
  );
}

interface Shown {
  file: Attachment;
  name: string;
  onMissing: () => void;
}

function Picture({ file, name, onMissing, sticker }: Shown & { sticker?: boolean }) {
  const [open, setOpen] = useState(false);
  const { width, height } = file;
  // The server measures every picture that can be shown without harm: what is too large for it, or broken, is saved instead.
  if (!width || !height) return <FileRow file={file} name={name} about={t('content.notShown')} onMissing={onMissing} />;
  const image = <img className={sticker ? 'sticker' : 'picture'} src={mediaAddress(file, !sticker)} alt={file.caption ?? name} loading="lazy" decoding="async" onError={onMissing} width={width} height={height} />;
  if (sticker) return image;
  return (
    <>
      <button type="button" className="picture-button" aria-label={t('content.enlarge', { name })} aria-haspopup="dialog" onClick={() => { setOpen(true); }}>{image}</button>
      {open && (
        <Suspense fallback={null}>
          <Lightbox file={file} name={name} onClose={() => { setOpen(false); }} />
        </Suspense>
      )}
    </>
  );
}

function Film({ file, name, onMissing }: Shown) {
  // Whoever sent it made no captions.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  return <video className="film" controls preload="metadata" src={mediaAddress(file)} aria-label={name} onError={onMissing} />;
}

function DocumentRow({ file, onMissing }: Omit<Shown, 'name'>) {
  return <FileRow file={file} name={fileName(file.filename) ?? kindName('document')} about={[fileLabel(file), file.size ? fileSize(file.size) : ''].filter(Boolean).join(' · ')} onMissing={onMissing} />;
}

/** A file to be saved. */
function FileRow({ file, name, about, onMissing }: Shown & { about: string }) {
  // The browser fetches it; what comes of that it tells nobody.
  const look = () => { void whereIs(file).then((where) => { if (where !== 'here') onMissing(); }); };
  return (
    <a className="filebox" href={mediaAddress(file)} download={fileName(file.filename) ?? name} onClick={look}>
      <FileText size={16} aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <span className="block truncate" dir="auto">{name}</span>
        <span className="num block text-[12px] leading-4 text-text-2">{about}</span>
      </span>
      <Download size={16} className="text-text-3" aria-label={t('content.download')} />
    </a>
  );
}

export function Place({ place }: { place: Extract<Message, { type: 'location' }>['content'] }) {
  const at = `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  const address = place.url ?? `https://www.openstreetmap.org/?mlat=${String(place.latitude)}&mlon=${String(place.longitude)}#map=17/${String(place.latitude)}/${String(place.longitude)}`;
  return (
    <span className="location">
      <span className="plan" aria-hidden="true"><MapPin size={22} /></span>
      <span className="min-w-0 p-2">
        <b className="block truncate" dir="auto">{place.name ?? t('content.place')}</b>
        {place.address && <span className="block text-[12.5px] leading-[17px] text-text-2" dir="auto">{place.address}</span>}
        <span className="flex flex-wrap items-center gap-x-3 text-[12px] leading-4">
          <bdi className="num text-text-2" dir="ltr">{at}</bdi>
          <a className="link" href={address} target="_blank" rel="noreferrer noopener">{t('content.openMap')}</a>
        </span>
      </span>
    </span>
  );
}

export function Person({ card }: { card: ContactCard }) {
  const [copied, setCopied] = useState('');
  const lines = [...(card.emails ?? []), ...(card.addresses ?? []), ...(card.urls ?? [])];
  const name = card.name || card.phones?.[0]?.phone || t('content.person');
  const copy = (text: string) => {
    void navigator.clipboard.writeText(text).then(() => { setCopied(text); });
  };
  return (
    <div className="person">
      <p className="flex items-center gap-2"><UserRound size={16} className="flex-none text-text-3" aria-hidden="true" /><b className="truncate" dir="auto">{name}</b></p>
      {card.organization && <p className="text-[12.5px] leading-[17px] text-text-2" dir="auto">{card.organization}</p>}
      {(card.phones ?? []).map((phone) => (
        <p key={`${phone.phone} ${phone.kind ?? ''}`} className="flex items-center gap-2 text-[13px]">
          <Phone size={12} className="flex-none text-text-3" aria-hidden="true" />
          <span className="num min-w-0 flex-1 truncate">{phone.phone}</span>
          <button type="button" className="btn plain icon small" aria-label={t('content.copy', { what: phone.phone })} onClick={() => { copy(phone.phone); }}>
            {copied === phone.phone ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          </button>
        </p>
      ))}
      {lines.map((line) => <p key={line.value} className="truncate text-[12.5px] leading-[17px] text-text-2" dir="auto">{line.value}</p>)}
      {card.birthday && <p className="num text-[12.5px] leading-[17px] text-text-2">{card.birthday}</p>}
    </div>
  );
}

function Answered({ answer }: { answer: Extract<Message, { type: 'answer' }>['content'] }) {
  const now = useMinute();
  switch (answer.kind) {
    case 'form': {
      const fields = formFields(answer.response);
      return (
        <>
          <span className="quiet small"><ClipboardList size={12} aria-hidden="true" />{t('content.form')}</span>
          <dl className="form">
            {fields.map(([name, value]) => <div key={name}><dt>{name}</dt><dd dir="auto">{value}</dd></div>)}
          </dl>
        </>
      );
    }
    case 'call_permission':
      return (
        <span className="quiet">
          <Phone size={14} aria-hidden="true" />
          {!answer.granted ? t('content.callDenied') : answer.until ? t('content.callGrantedUntil', { time: moment(answer.until, now) }) : t('content.callGranted')}
        </span>
      );
    default:
      return (
        <>
          <span className="quiet small"><Reply size={12} aria-hidden="true" />{t('content.tapped')}</span>
          <span className="block font-medium" dir="auto">{answer.title}</span>
          {answer.kind === 'row' && answer.description && <span className="block text-[12.5px] leading-[17px] text-text-2" dir="auto">{answer.description}</span>}
        </>
      );
  }
}

/** What was filled in, name by name; what holds the form together is left out. */
function formFields(response: string): [string, string][] {
  try {
    const parsed: unknown = JSON.parse(response);
    if (typeof parsed !== 'object' || parsed === null) return [['', response]];
    return Object.entries(parsed)
      .filter(([name]) => name !== 'flow_token')
      .map(([name, value]) => [name.replaceAll('_', ' '), typeof value === 'string' ? value : JSON.stringify(value)]);
  } catch {
    return [['', response]];
  }
}

/** `shown`: a list is open at first. */
export function Asked({ content, shown }: { content: Extract<Message, { type: 'interactive' }>['content']; shown?: boolean }) {
  return (
    <>
      <AskedHeader header={content.header} />
      <span dir="auto"><Marked words={content.body} /></span>
      {content.footer && <span className="mt-1 block text-[12px] leading-4 text-text-2" dir="auto">{content.footer}</span>}
      <Taps><AskedTaps action={content.action} shown={shown} /></Taps>
    </>
  );
}

function AskedTaps({ action, shown = false }: { action: Extract<Message, { type: 'interactive' }>['content']['action']; shown: boolean | undefined }) {
  const icon = { size: 14, 'aria-hidden': true } as const;
  switch (action.type) {
    case 'buttons':
      return action.buttons.map((button, index) => <Tap key={index} icon={<Reply {...icon} />} words={button.title} />);
    case 'list':
      return <TapList icon={<List {...icon} />} words={action.button} sections={action.sections} shown={shown} />;
    case 'cta_url':
      return <Tap icon={<ExternalLink {...icon} />} words={action.display_text} detail={action.url} />;
    case 'location_request':
      return <Tap icon={<MapPin {...icon} />} words={t('content.askPlace')} />;
    default:
      return <Tap icon={<Phone {...icon} />} words={t('content.askNumber')} />;
  }
}

function AskedHeader({ header }: { header: Extract<Message, { type: 'interactive' }>['content']['header'] }) {
  switch (header?.type) {
    case 'text':
      return <b className="mb-1 block font-semibold" dir="auto">{header.text}</b>;
    case 'image':
      return <FileAbove kind="image" id={header.image.media_id} />;
    case 'video':
      return <FileAbove kind="video" id={header.video.media_id} />;
    case 'document':
      return <FileAbove kind="document" id={header.document.media_id} name={header.document.filename} />;
    default:
      return null;
  }
}

/** What is known of a file that is here: it does not change. */
const mediaFactsQuery = (id: string) =>
  queryOptions({
    queryKey: ['media', id],
    staleTime: Infinity,
    queryFn: ({ signal }) => ask<MediaFacts>(`/media/${id}/facts`, { signal }),
  });

/** A file of ours that stands above the words of a message, as one that goes by itself. */
export function FileAbove({ kind, id, name }: { kind: string; id: string; name?: string | null | undefined }) {
  const { data } = useQuery(mediaFactsQuery(id));
  // What it is stands in the message; how large it is comes after.
  const { animated: _, ...facts } = data ?? { mime_type: '', state: 'ready' as const };
  const file: Attachment = { ...facts, media_id: id, ...(name ? { filename: name } : {}) };
  const words = t(kind === 'image' ? 'template.header_image' : kind === 'video' ? 'template.header_video' : 'template.header_document');
  return (
    <div className="above">
      <File file={file} icon={<FileText size={16} aria-hidden="true" />} name={fileName(name) ?? words}>
        {(onMissing) => (kind === 'image' ? <Picture file={file} name={words} onMissing={onMissing} /> : kind === 'video' ? <Film file={file} name={words} onMissing={onMissing} /> : <DocumentRow file={file} onMissing={onMissing} />)}
      </File>
    </div>
  );
}

function OrderTable({ order }: { order: Order }) {
  const total = orderTotal(order);
  return (
    <>
      <span className="quiet small"><Package size={12} aria-hidden="true" />{t('content.order')}</span>
      {order.text && <span className="block" dir="auto">{order.text}</span>}
      <table className="order">
        <thead className="sr-only"><tr><th>{t('content.product')}</th><th>{t('content.quantity')}</th><th>{t('content.price')}</th></tr></thead>
        <tbody>
          {order.products.map((product, index) => (
            <tr key={`${product.product_id} ${String(index)}`}>
              <td dir="auto">{product.product_id}</td>
              <td className="num">× {product.quantity}</td>
              <td className="num">{money(product.price, product.currency)}</td>
            </tr>
          ))}
        </tbody>
        {total && <tfoot><tr><td colSpan={2}>{t('content.total')}</td><td className="num">{total}</td></tr></tfoot>}
      </table>
    </>
  );
}

function CallLine({ outcome, seconds }: { outcome: string; seconds: number | undefined }) {
  const missed = outcome === 'missed';
  const Icon = missed ? PhoneMissed : PhoneIncoming;
  const length = seconds === undefined ? '' : ` · ${String(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`;
  return (
    <span className={`quiet ${missed ? '!text-bad' : ''}`}>
      <Icon size={14} aria-hidden="true" />
      {t(missed ? 'content.callMissed' : outcome === 'ringing' ? 'content.callRinging' : 'content.callDone')}{length}
    </span>
  );
}

function ReferralCard({ referral }: { referral: Referral }) {
  const title = referral.headline ?? t('content.ad');
  return (
    <span className="referral">
      <span className="quiet small"><Megaphone size={12} aria-hidden="true" />{t(referral.source === 'post' ? 'content.fromPost' : 'content.fromAd')}</span>
      {referral.url ? <a className="link block" href={referral.url} target="_blank" rel="noreferrer noopener" dir="auto">{title}</a> : <b className="block" dir="auto">{title}</b>}
      {referral.body && <span className="line-clamp-3 text-[12.5px] leading-[17px] text-text-2" dir="auto">{referral.body}</span>}
    </span>
  );
}

function UnsupportedBody({ kind, raw, blob }: { kind: string; raw: string | undefined; blob: string | undefined }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <span className="quiet flex-wrap">
        <Puzzle size={14} aria-hidden="true" />
        {t('thread.unsupported', { kind })}
        {(raw ?? blob) && (
          <button type="button" className="link" aria-expanded={open} onClick={() => { setOpen((was) => !was); }}>
            {open ? t('thread.hideRaw') : t('thread.seeRaw')}
          </button>
        )}
      </span>
      {open && (
        // It scrolls, by keys as well.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <pre tabIndex={0} role="region" aria-label={t('thread.rawOf', { kind })} className="mt-1.5 max-h-64 overflow-auto rounded-[7px] bg-sunken p-2 text-[12px] leading-4 whitespace-pre-wrap">
          {raw ? pretty(raw) : t('thread.rawStored', { blob: blob ?? '' })}
        </pre>
      )}
    </>
  );
}

function pretty(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
