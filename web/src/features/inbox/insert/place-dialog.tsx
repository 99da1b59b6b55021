import { LocateFixed } from 'lucide-react';
import { useState } from 'react';
import { Counted } from '@/components/counted';
import { Field } from '@/components/field';
import { Modal } from '@/components/modal';
import { Buttons } from '@/features/inbox/insert/ask-dialog';
import type { MakerProps } from '@/features/inbox/insert/insert';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { placeOf, type Point } from '@/lib/place';
import { LIMITS, lengthOf } from '@/lib/whatsapp-limits';
import { kindName } from '@/lib/words';

/** How long the device may look for where it is, in milliseconds. */
const FINDING_MS = 15_000;

/** A place by a map link, by its coordinates, or where we are. No map is loaded: nobody outside learns of it. */
export function PlaceDialog({ onSend, onClose }: MakerProps) {
  const [pasted, setPasted] = useState('');
  const [latitude, setLatitude] = useState('');
  const [longitude, setLongitude] = useState('');
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [tried, setTried] = useState(false);
  const [position, setPosition] = useState<'finding' | 'denied' | 'notFound' | null>(null);
  const take = (point: Point) => {
    setLatitude(String(point.latitude));
    setLongitude(String(point.longitude));
    if (point.name) setName(point.name);
  };
  const wrong = (text: string, most: number) => text.trim() === '' || !(Math.abs(Number(text)) <= most);
  const latitudeWrong = wrong(latitude, 90);
  const longitudeWrong = wrong(longitude, 180);
  const tooLong = (text: string) => (lengthOf(text) > LIMITS.place ? t('ask.tooLong', { count: lengthOf(text) - LIMITS.place }) : undefined);
  const submit = () => {
    setTried(true);
    if (latitudeWrong || longitudeWrong || tooLong(name) || tooLong(address)) return;
    const words = { ...(name.trim() ? { name: name.trim() } : {}), ...(address.trim() ? { address: address.trim() } : {}) };
    onSend({ type: 'location', location: { latitude: Number(latitude), longitude: Number(longitude), ...words } }, name.trim() || kindName('location'));
  };
  const locate = () => {
    setPosition('finding');
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setPosition(null);
        take({ latitude: Number(coords.latitude.toFixed(6)), longitude: Number(coords.longitude.toFixed(6)) });
      },
      (error) => { setPosition(error.code === error.PERMISSION_DENIED ? 'denied' : 'notFound'); },
      { enableHighAccuracy: true, timeout: FINDING_MS },
    );
  };
  return (
    <Modal title={t('place.title')} onClose={onClose} footer={<Buttons onClose={onClose} onSend={submit} />}>
      <div className="grid gap-2.5">
        <Field
          label={t('place.paste')}
          value={pasted}
          hint={t('place.pasteHint')}
          error={pasted.trim() && !placeOf(pasted) ? t('place.unread') : undefined}
          onValue={(text) => {
            setPasted(text);
            const point = placeOf(text);
            if (point) take(point);
          }}
        />
        {'geolocation' in navigator && (
          <button type="button" className="btn justify-self-start" disabled={position === 'finding'} onClick={locate}><LocateFixed size={14} aria-hidden="true" />{t('place.mine')}</button>
        )}
        {position && <p className={position === 'finding' ? 'hint' : 'hint bad'} role={position === 'finding' ? 'status' : 'alert'}>{t(`place.${position}`)}</p>}
        <div className="grid grid-cols-2 gap-2.5">
          <Field label={t('place.latitude')} inputMode="decimal" value={latitude} onValue={setLatitude} error={(tried || latitude) && latitudeWrong ? t('place.latitudeWrong') : undefined} />
          <Field label={t('place.longitude')} inputMode="decimal" value={longitude} onValue={setLongitude} error={(tried || longitude) && longitudeWrong ? t('place.longitudeWrong') : undefined} />
        </div>
        <Counted label={`${t('place.name')} (${t('app.optional')})`} value={name} most={LIMITS.place} error={tooLong(name)} onValue={setName} />
        <Counted label={`${t('place.address')} (${t('app.optional')})`} value={address} most={LIMITS.place} error={tooLong(address)} onValue={setAddress} />
      </div>
    </Modal>
  );
}
