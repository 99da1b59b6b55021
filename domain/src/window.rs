//! WhatsApp's customer service window.
//!
//! Every message of the customer opens the window for 24 hours, counted from the provider's timestamp of
//! that message (Meta: "Conversations and the customer service window"). Outside it only templates may be
//! sent. Who comes through an ad or a page's button and is answered within 24 hours opens a free entry
//! point: for 72 hours messages are free of charge, but free-form messages still need the open window.

use std::time::Duration;

use switchboard_schema::{
    MessageId, Timestamp,
    wire::{Window, WindowKind},
};

/// How long a customer's message keeps the window open.
pub const WINDOW: Duration = Duration::from_secs(24 * 3_600);
/// How long messages are free after a free entry point was answered.
pub const FREE_ENTRY: Duration = Duration::from_secs(72 * 3_600);

/// What is known of a conversation's window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowFacts {
    /// The provider's time of the customer's newest message.
    pub last_inbound_at: Option<Timestamp>,
    /// The message that opened the window.
    pub opened_by: Option<MessageId>,
    /// Until when messages are free.
    pub free_until: Option<Timestamp>,
}

impl WindowFacts {
    /// When free-form messages stop being allowed.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.last_inbound_at.map(|at| at + WINDOW)
    }

    /// May free-form messages be sent at this moment? The edge itself is closed.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|expires_at| now < expires_at)
    }

    /// The window as the API shows it.
    #[must_use]
    pub fn show(&self, now: Timestamp) -> Window {
        let kind = match self.expires_at() {
            None => WindowKind::None,
            Some(expires_at) if now >= expires_at => WindowKind::Closed,
            Some(_) if self.free_until.is_some_and(|until| now < until) => WindowKind::FreeEntry,
            Some(_) => WindowKind::Open,
        };
        Window { kind, expires_at: self.expires_at(), free_until: self.free_until, opened_by: self.opened_by }
    }
}

/// The provider's time of a customer's message, as the window counts it: a time in our future (its clock or
/// ours is wrong) counts as now, so that nobody gets more than 24 hours.
#[must_use]
pub fn counted_from(provider_at: Timestamp, now: Timestamp) -> Timestamp {
    provider_at.min(now)
}

/// Until when messages are free, if the first answer to a free entry is given now.
#[must_use]
pub fn free_until(free_entry_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    free_entry_at.filter(|&at| now < at + WINDOW).map(|_| now + FREE_ENTRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WROTE: Timestamp = Timestamp::from_secs(1_000_000);

    fn facts() -> WindowFacts {
        WindowFacts { last_inbound_at: Some(WROTE), ..WindowFacts::default() }
    }

    #[test]
    fn the_window_is_open_until_the_last_millisecond_of_its_24_hours() {
        let closes = WROTE + WINDOW;
        assert!(facts().is_open(closes - Duration::from_millis(1)));
        assert!(!facts().is_open(closes));
        assert_eq!(facts().show(closes).kind, WindowKind::Closed);
    }

    proptest::proptest! {
        #[test]
        fn the_edge_is_where_it_is_whatever_the_clocks_say(
            wrote in 0_i64..4_000_000_000_000,
            ours_after in -90_000_000_i64..90_000_000,
            asked_after in 0_i64..180_000_000,
        ) {
            // Our clock when the message came, and when it is asked, may both differ from the provider's.
            let provider_at = Timestamp::from_millis(wrote);
            let came = Timestamp::from_millis(wrote + ours_after);
            let counted = counted_from(provider_at, came);
            assert!(counted <= provider_at && counted <= came);
            let facts = WindowFacts { last_inbound_at: Some(counted), ..WindowFacts::default() };
            let asked = Timestamp::from_millis(came.as_millis() + asked_after);
            let is_open = facts.is_open(asked);
            assert_eq!(is_open, asked < counted + WINDOW);
            assert!(!is_open || asked < came + WINDOW, "never more than 24 hours from when it came");
            assert!(!is_open || asked < provider_at + WINDOW, "nor from when it was written");
            assert_eq!(facts.show(asked).kind == WindowKind::Open, is_open, "shown as it is judged");
            assert!(is_open || !facts.is_open(asked + Duration::from_millis(1)), "what closed stays closed");
        }

        #[test]
        fn free_of_charge_never_means_allowed(
            entry in 0_i64..4_000_000_000, answer in 0_i64..200_000, asked in 0_i64..400_000,
        ) {
            let entry_at = Timestamp::from_secs(entry);
            let until = free_until(Some(entry_at), entry_at + Duration::from_secs(answer as u64));
            assert_eq!(until.is_some(), answer < 24 * 3_600);
            let facts = WindowFacts { last_inbound_at: Some(entry_at), free_until: until, opened_by: None };
            let now = entry_at + Duration::from_secs(asked as u64);
            assert!(facts.show(now).kind != WindowKind::FreeEntry || facts.is_open(now));
        }
    }

    #[test]
    fn there_is_no_window_before_the_customer_wrote() {
        assert!(!WindowFacts::default().is_open(WROTE));
        assert_eq!(WindowFacts::default().show(WROTE).kind, WindowKind::None);
    }

    #[test]
    fn a_timestamp_from_the_future_gives_no_more_than_24_hours() {
        let now = WROTE;
        assert_eq!(counted_from(now + Duration::from_secs(3_600), now), now);
        assert_eq!(counted_from(now - Duration::from_secs(5), now), now - Duration::from_secs(5));
    }

    #[test]
    fn a_free_entry_is_free_for_72_hours_once_answered_but_closes_like_any_window() {
        let until = free_until(Some(WROTE), WROTE + Duration::from_secs(3_600));
        assert_eq!(until, Some(WROTE + Duration::from_secs(3_600) + FREE_ENTRY));
        assert_eq!(free_until(Some(WROTE), WROTE + WINDOW), None);
        let facts = WindowFacts { free_until: until, ..facts() };
        assert_eq!(facts.show(WROTE + Duration::from_secs(7_200)).kind, WindowKind::FreeEntry);
        assert_eq!(facts.show(WROTE + Duration::from_secs(30 * 3_600)).kind, WindowKind::Closed);
    }
}
