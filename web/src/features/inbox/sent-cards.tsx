/** What few templates have: an offer that ends, and cards in a row. */
import { Tag } from 'lucide-react';
import type { SentTemplateCard, SentTemplateOffer } from '@/api/types';
import { SentAbove, SentButtons } from '@/features/inbox/body';
import { useMinute } from '@/lib/hooks';
import { t } from '@/lib/i18n';
import '@/lib/i18n-settings';
import { moment } from '@/lib/time';

export function SentOffer({ offer }: { offer: SentTemplateOffer }) {
  const now = useMinute();
  return <span className="quiet small"><Tag size={12} aria-hidden="true" />{offer.text}{offer.ends_at ? ` · ${t('templates.endsAt', { time: moment(offer.ends_at, now) })}` : ''}</span>;
}

export function SentCards({ cards }: { cards: SentTemplateCard[] }) {
  return (
    // What scrolls can be reached by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <span className="wa-cards" role="group" aria-label={t('templates.countCards', { count: cards.length })} tabIndex={0}>
      {cards.map((card, index) => (
        <span key={index} className="wa-card sent">
          <SentAbove face={card} />
          <span dir="auto">{card.text}</span>
          <SentButtons face={card} />
        </span>
      ))}
    </span>
  );
}
