//! Whether somebody else of us answered while a message was written.

use switchboard_schema::{
    record::Item,
    wire::{Content, Direction, MessageState, Sender, SenderKind},
};

use super::{Rejection, State};

/// Items that are looked at behind what a writer saw, at most: of older ones nobody writes without having looked again.
pub const SEEN_LOOKED_AT: u64 = 200;
/// Answers of others that a refusal tells, the newest, at most.
pub const REPLIES_TOLD: usize = 20;

impl State {
    /// Where it must be known whether somebody else answered after what a writer saw. The first and the last place.
    #[must_use]
    pub fn unseen(&self, seen_seq: u64) -> Option<(u64, u64)> {
        let last = self.head.as_ref()?.last_seq;
        let first = (seen_seq + 1).max(last.saturating_sub(SEEN_LOOKED_AT - 1)).max(1);
        (first <= last).then_some((first, last))
    }

    /// Did somebody else of us answer the customer after what a writer saw? What was written there needs to be in memory.
    ///
    /// # Errors
    /// [`Rejection::Replied`].
    pub fn not_replied_since(&self, seen_seq: u64, writer: &Sender) -> Result<(), Rejection> {
        let Some((first, last)) = self.unseen(seen_seq) else { return Ok(()) };
        let replies: Vec<&Item> = self
            .items
            .range(first..=last)
            .map(|(_, item)| item)
            .filter(|item| is_reply(item) && !item.sent_by.is(writer))
            .collect();
        let Some(newest) = replies.last() else { return Ok(()) };
        let by = newest.sent_by.name.clone().unwrap_or_else(|| somebody(newest.sent_by.kind).to_owned());
        let told = replies.len().saturating_sub(REPLIES_TOLD);
        Err(Rejection::Replied { by, seqs: replies[told..].iter().map(|item| item.seq).collect() })
    }
}

/// What answers the customer, and reached them or still may: not what is planned, was taken back or failed, nor what an
/// app's history brought, or a campaign sent to many.
fn is_reply(item: &Item) -> bool {
    let ours = matches!(
        item.sent_by.kind,
        SenderKind::Agent | SenderKind::Api | SenderKind::Flow | SenderKind::PhoneApp
    );
    let reaches = !matches!(
        item.state,
        MessageState::Scheduled | MessageState::Failed | MessageState::Cancelled | MessageState::Recorded
    );
    let says = !matches!(item.content, Content::Note(_) | Content::System(_) | Content::Reaction(_));
    item.direction == Direction::Out && ours && reaches && says && !item.imported && item.plan.is_none()
}

/// What somebody is called who has no name.
const fn somebody(kind: SenderKind) -> &'static str {
    match kind {
        SenderKind::PhoneApp => "somebody on the business' phone",
        SenderKind::Flow => "a flow",
        SenderKind::Api => "a program",
        _ => "a colleague",
    }
}
