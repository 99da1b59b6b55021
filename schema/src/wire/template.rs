//! Templates beyond their words: what they are made of, what became of them, what fills them.

use super::{Template, wire};
use crate::{ChannelId, MediaId, Timestamp};

wire! {
    /// What stands above a template's body.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplateHeaderFormat {
        /// Words.
        Text,
        /// A picture, given with each send.
        Image,
        /// A film, given with each send.
        Video,
        /// A file, given with each send.
        Document,
        /// A place, given with each send.
        Location,
        /// Something this version does not know.
        #[serde(other)]
        Other,
    }

    /// What a button of a template does.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplateButtonKind {
        /// Answers with its words; a send may give it a payload that comes back with the answer.
        QuickReply,
        /// Opens a page; where its address has a placeholder, each send gives a value.
        Url,
        /// Calls a number.
        PhoneNumber,
        /// Copies a code that each send gives.
        CopyCode,
        /// Something this version does not know.
        #[serde(other)]
        Other,
    }

    /// A button of a template.
    #[derive(Eq)]
    pub struct TemplateButton {
        /// What it does.
        pub kind: TemplateButtonKind,
        /// The words on it.
        #[serde(default)]
        pub text: String,
        /// Where it leads; `{{1}}` at its end is given with each send.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
        /// Whom it calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone_number: Option<String>,
        /// An example of the value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub example: Option<String>,
        /// Each send must give it a value.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub needs_value: bool,
    }

    /// Something of a template that is not what it was when somebody last looked.
    #[derive(Eq)]
    pub struct TemplateChange {
        /// What.
        pub what: TemplateFact,
        /// What it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<String>,
        /// What it is, or will be.
        pub to: String,
        /// When, by the provider's clock.
        pub at: Timestamp,
        /// It is not so yet: the provider says that it will be.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub announced: bool,
        /// In plain words, with what it means for the price or for sending.
        pub message: String,
    }

    /// What the provider decides about a template.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplateFact {
        /// Whether it may be sent.
        Status,
        /// How customers take it.
        Quality,
        /// What it is for, and so what it costs.
        Category,
    }

    /// What fills one place of a template unless somebody writes something else.
    #[derive(Eq)]
    pub struct TemplateFill {
        /// The part: `header`, `body`, `button`.
        pub part: TemplatePart,
        /// The placeholder's name or number; of a button its place, from 0.
        pub placeholder: String,
        /// From where.
        pub source: FillSource,
        /// The words, with `text`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
    }

    /// A part of a template that takes values.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplatePart {
        /// Above the body.
        Header,
        /// The body.
        Body,
        /// A button.
        Button,
    }

    /// Where a value comes from.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum FillSource {
        /// Always the same words.
        Text,
        /// The contact's name.
        Name,
        /// The first word of the contact's name.
        FirstName,
        /// The contact's number.
        Phone,
        /// The contact's name at WhatsApp.
        Username,
    }

    /// A file above the body of a template that is sent.
    #[derive(Eq)]
    pub struct TemplateFile {
        /// As what.
        pub kind: super::MediaKind,
        /// The file.
        pub media_id: MediaId,
        /// The name of a document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
    }

    /// The value of a template's button, in a request to send it.
    #[derive(Eq)]
    pub struct TemplateButtonValue {
        /// The button's place, from 0.
        pub index: u8,
        /// The end of the address, the code, or the payload that comes back.
        pub value: String,
    }

    /// A button of a template as it was sent.
    #[derive(Eq)]
    pub struct SentTemplateButton {
        /// Its place, from 0.
        pub index: u8,
        /// What it does.
        pub kind: TemplateButtonKind,
        /// The words on it.
        pub text: String,
        /// What was given with the send.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub value: Option<String>,
    }

    /// Templates of a channel changed: whoever shows them reads them again.
    #[derive(Eq)]
    pub struct TemplatesChanged {
        /// The channel.
        pub channel_id: ChannelId,
        /// How many changed.
        pub changed: u64,
    }

    /// A template to be made, or what it is to become. What is left out is not there.
    pub struct TemplateDraft {
        /// `a` to `z`, digits and `_`, at most 512 characters.
        pub name: String,
        /// Such as `en_US`.
        pub language: String,
        /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
        pub category: String,
        /// What stands above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_format: Option<TemplateHeaderFormat>,
        /// The header's words, at most 60 characters with at most one placeholder.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header: Option<String>,
        /// The body's words, at most 1,024 characters.
        pub body: String,
        /// The footer's words, at most 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub footer: Option<String>,
        /// At most ten; quick replies stand together.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<TemplateButton>,
        /// An example for each placeholder of the header, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub header_examples: Vec<String>,
        /// An example for each placeholder of the body, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body_examples: Vec<String>,
        /// A file of ours that shows what will stand above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<MediaId>,
    }

    /// Make a template and submit it.
    pub struct CreateTemplate {
        /// The channel of the account it belongs to.
        pub channel_id: ChannelId,
        /// The template.
        #[serde(flatten)]
        pub draft: TemplateDraft,
    }

    /// Change a template, say what fills it, or say that its changes were seen; what is left out stays.
    pub struct TemplatePatch {
        /// The channel of the account it belongs to.
        pub channel_id: ChannelId,
        /// What it is to become: submitted again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub draft: Option<TemplateDraft>,
        /// What fills its places.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fills: Option<Vec<TemplateFill>>,
        /// Its changes were seen: they are flagged no more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub seen: bool,
    }
}

impl Template {
    /// The kind of file that stands above it.
    #[must_use]
    pub const fn header_file_kind(&self) -> Option<super::MediaKind> {
        match self.header_format {
            Some(TemplateHeaderFormat::Image) => Some(super::MediaKind::Image),
            Some(TemplateHeaderFormat::Video) => Some(super::MediaKind::Video),
            Some(TemplateHeaderFormat::Document) => Some(super::MediaKind::Document),
            _ => None,
        }
    }
}
