//! Of messages that did not begin here: those that come again, those from the business' own phone, and those out of
//! that phone's history.

use switchboard_schema::{
    MediaId, MessageId, Timestamp,
    record::Head,
    wire::{Call, CallOutcome, Content, ConversationStatus, Sender, SenderKind},
};

use super::Draft;
use crate::{
    conversation::{Decision, Effect, Rejection, State},
    inbound::{InboundMessage, MEDIA_PLACEHOLDER, Origin},
    window,
};

/// A message that is here already. It may come again because the provider never heard our 200, so everybody is told
/// again; the tenant's actor drops what it told before. Two kinds say more when they come again: a call that went on,
/// and a file out of a phone's history.
pub(super) fn repeated(state: &State, message: InboundMessage, seq: u64) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let Ok(item) = draft.item(seq) else {
        return Ok(Decision { changes: Vec::new(), effects: vec![Effect::Announce(seq)], seq: Some(seq) });
    };
    let content = match (&item.content, &message.content) {
        (Content::Call(known), Content::Call(told)) => Content::Call(join(known, told)),
        (Content::Unsupported(known), told)
            if known.kind == MEDIA_PLACEHOLDER && told.attachment().is_some() =>
        {
            with_media_id(state, &message.provider_id, message.content)
        }
        _ => return Ok(draft.reannounce(seq)),
    };
    if item.content == content {
        return Ok(draft.reannounce(seq));
    }
    item.content = content;
    Ok(draft.finish_item(seq))
}

/// What two tellings of one call say together, in whichever order they come: how it ended counts.
fn join(known: &Call, told: &Call) -> Call {
    let further = if known.outcome == CallOutcome::Ringing { told } else { known };
    Call { outcome: further.outcome, seconds: known.seconds.or(told.seconds) }
}

/// The business, on its own phone.
pub(super) const fn phone_app() -> Sender {
    Sender { kind: SenderKind::PhoneApp, id: None, name: None }
}

/// A file is kept under its message's id.
pub(super) fn with_media_id(state: &State, provider_id: &str, mut content: Content) -> Content {
    if let Some(file) = content.attachment_mut() {
        file.media_id = MediaId::of_provider(&state.channel_id, provider_id);
    }
    content
}

/// A conversation that begins with this message: with an old one, nobody waits there.
pub(super) fn begun_by(message: &InboundMessage, newborn: Head) -> Head {
    if message.origin.is_history() {
        Head {
            status: ConversationStatus::Resolved,
            updated_at: message.at.min(newborn.created_at),
            ..newborn
        }
    } else {
        newborn
    }
}

/// Was an old message written after the one that the list shows?
pub(super) fn is_newest(state: &State, head: &Head, at: Timestamp) -> bool {
    let shown = head.preview_seq.and_then(|seq| state.items.get(&seq));
    shown.is_none_or(|shown| shown.provider_at.unwrap_or(shown.at) <= at)
}

/// The window is counted from the customer's newest message or call, by the provider's time of it.
pub(super) fn open_window(head: &mut Head, id: MessageId, at: Timestamp, now: Timestamp) {
    let counted = window::counted_from(at, now);
    if head.last_inbound_at.is_none_or(|newest| counted > newest) {
        head.last_inbound_at = Some(counted);
        head.opened_by = Some(id);
    }
}

/// What follows for the conversation from a message that is not the customer's new one.
pub(super) fn follow(
    head: &mut Head,
    origin: Origin,
    (id, at): (MessageId, Timestamp),
    notice: bool,
    now: Timestamp,
) {
    match origin {
        Origin::PhoneApp => {
            head.updated_at = now;
            // It answers what the customer wrote before it.
            if head.last_inbound_at.is_none_or(|newest| at >= newest) {
                head.waiting_since = None;
                head.answered = None;
            }
        }
        Origin::History { ours } => {
            head.updated_at = head.updated_at.max(at.min(now));
            if ours.is_none() && !notice {
                open_window(head, id, at, now);
            }
        }
        Origin::Customer => {}
    }
}
