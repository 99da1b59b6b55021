//! What a message says, type by type.

use super::wire;
use crate::BlobId;

/// Longest text WhatsApp carries, in characters (`text.body`).
pub const MAX_TEXT_CHARS: usize = 4_096;
/// Longest private note, in characters.
pub const MAX_NOTE_CHARS: usize = 16_000;
/// Longest parameter of a template, in characters.
pub const MAX_PARAMETER_CHARS: usize = 1_024;

wire! {
    /// A message's type and what it says.
    #[serde(tag = "type", content = "content", rename_all = "snake_case")]
    pub enum Content {
        /// Words.
        Text(Text),
        /// A template, as it was sent.
        Template(TemplateContent),
        /// A private note among colleagues; never leaves the house.
        Note(Note),
        /// Something that happened to the conversation.
        System(SystemLine),
        /// A kind of message this version cannot show, kept as it came.
        Unsupported(Unsupported),
    }

    /// Words.
    pub struct Text {
        /// The words, at most 4,096 characters.
        pub body: String,
    }

    /// A private note.
    pub struct Note {
        /// The words, at most 16,000 characters.
        pub body: String,
    }

    /// A template with the values it is sent with.
    pub struct TemplateContent {
        /// Its name at the provider.
        pub name: String,
        /// Its language at the provider, such as `en_US`.
        pub language: String,
        /// Values for the placeholders of the header, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub header: Vec<TemplateParameter>,
        /// Values for the placeholders of the body, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body: Vec<TemplateParameter>,
        /// The words with the values filled in, as far as we know the template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
    }

    /// The value of one placeholder.
    pub struct TemplateParameter {
        /// The placeholder's name, where the template names them; else they go by order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// The value: no line break, no tab, no run of more than four spaces.
        pub text: String,
    }

    /// A line the system wrote.
    pub struct SystemLine {
        /// What happened.
        pub event: SystemEvent,
        /// Who did it, where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actor: Option<String>,
        /// What it was done to or with: an assignee's name, a status, a new number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subject: Option<String>,
    }

    /// What a system line tells.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum SystemEvent {
        /// Given to somebody.
        Assigned,
        /// Given back to nobody.
        Unassigned,
        /// Set to open by a person.
        Opened,
        /// Opened again by a customer's message.
        Reopened,
        /// Set to pending.
        Pending,
        /// Put aside for later.
        Snoozed,
        /// Done.
        Resolved,
        /// The contact was blocked: nothing is sent any more.
        Blocked,
        /// The block was lifted.
        Unblocked,
        /// The customer has a new number or id.
        NumberChanged,
        /// Two contacts proved to be one person; this thread continues the other.
        Merged,
    }

    /// A message of a kind this version cannot show.
    pub struct Unsupported {
        /// The provider's name of the kind.
        pub kind: String,
        /// The message as JSON, as it came; absent above 16 KiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub raw: Option<String>,
        /// Where the message is kept when it is larger.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blob: Option<BlobId>,
    }
}
