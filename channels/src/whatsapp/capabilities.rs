//! What WhatsApp can do (Meta: messages/send-messages, webhooks/overview, pricing).

use std::time::Duration;

use switchboard_schema::wire::{MAX_PARAMETER_CHARS, MAX_TEXT_CHARS};

use super::inbound::MAX_UPDATES;
use crate::capabilities::{Capabilities, FreeEntry};

const HOUR: Duration = Duration::from_secs(3_600);

/// What WhatsApp can do.
pub const CAPABILITIES: Capabilities = Capabilities {
    window: Some(HOUR.saturating_mul(24)),
    free_entry: Some(FreeEntry { answer_within: HOUR.saturating_mul(24), lasts: HOUR.saturating_mul(72) }),
    templates: true,
    replies: true,
    text_chars_max: MAX_TEXT_CHARS,
    parameter_chars_max: MAX_PARAMETER_CHARS,
    updates_max: MAX_UPDATES,
    webhook_bytes_max: 3 * 1_024 * 1_024,
};
