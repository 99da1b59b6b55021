//! What may be sent in a conversation while somebody writes, and when what waits there leaves.

use switchboard_schema::{
    MessageId, Timestamp,
    wire::{Content, MessageState, PurposeOutlook, SendDecision, SendOutlook, SendStep, WaitingMessage},
};

use super::{Rejection, State, decide::circumstances};
use crate::{
    fill,
    permission::{self, Allowed, PURPOSES, Refused},
    queue::{Queue, departures},
};

/// Messages of one conversation whose leaving is told, at most.
pub const WAITING_TOLD: usize = 50;

impl State {
    /// What would be decided of a message that is being written, with everything that was looked at.
    ///
    /// # Errors
    /// The message that it is about cannot be meant.
    pub fn explain(
        &self,
        content: &Content,
        about: Option<&MessageId>,
        now: Timestamp,
    ) -> Result<(SendDecision, Result<Allowed, Refused>), Rejection> {
        if let Some(id) = about {
            self.about(id, matches!(content, Content::Reaction(_)))?;
        }
        let seen = circumstances(self, self.head.as_ref(), Some(content));
        Ok(permission::explain(&seen, content, SendStep::Composed, now))
    }

    /// What may be sent, now and as it changes by itself, and what waits behind the channel's queue.
    #[must_use]
    pub fn outlook(&self, queue: &Queue, now: Timestamp) -> SendOutlook {
        let circumstances = circumstances(self, self.head.as_ref(), None);
        let purposes = PURPOSES
            .into_iter()
            .map(|(purpose, of)| PurposeOutlook {
                purpose,
                spans: permission::outlook(&circumstances, of, now),
            })
            .collect();
        let queued: Vec<_> = self.outbox().filter(|item| item.state == MessageState::Queued).collect();
        let held: Vec<_> = queued.iter().map(|item| item.not_before).collect();
        let burst = self.head.as_ref().and_then(|head| head.burst);
        let expected = departures(queue, &held, burst, now);
        SendOutlook {
            conversation_id: self.id,
            at: now,
            purposes,
            next: expected.last().and_then(|expected| expected.told(now)),
            waiting: queued
                .iter()
                .zip(&expected)
                .take(WAITING_TOLD)
                .map(|(item, expected)| WaitingMessage { message_id: item.id, leaves: expected.told(now) })
                .collect(),
            fields: self.head.as_ref().map(|head| fill::fields_of(&head.contact)).unwrap_or_default(),
        }
    }
}
