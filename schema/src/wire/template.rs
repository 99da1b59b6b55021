//! Templates beyond their words: what they are made of, what became of them, what fills them.

use super::wire;
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
        /// A product of a catalogue, given with each send.
        Product,
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
        /// Opens a form (a WhatsApp Flow); a send may give it a token that comes back with the answer.
        Flow,
        /// Opens the catalogue; a send may name the product whose picture is shown.
        Catalog,
        /// Opens a list of products that each send gives.
        Products,
        /// Opens the product that stands above.
        Product,
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
        /// Which form it opens, by its id at the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub flow_id: Option<String>,
        /// An example of the value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub example: Option<String>,
        /// Each send must give it a value.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub needs_value: bool,
    }

    /// An offer that ends, below what stands above a template's body.
    #[derive(Eq)]
    pub struct TemplateOffer {
        /// Its words, at most 16 characters.
        pub text: String,
        /// Each send says when it ends, and the time left is shown.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub ends: bool,
    }

    /// A card of a template with cards to swipe through.
    #[derive(Eq)]
    pub struct TemplateCard {
        /// What stands above its words: a picture, a film or a product, given with each send.
        pub header_format: TemplateHeaderFormat,
        /// Its words, with placeholders, at most 160 characters; products have none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub body: String,
        /// Placeholders of its words, by name or number, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body_parameters: Vec<String>,
        /// Examples for these, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body_examples: Vec<String>,
        /// One or two.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<TemplateButton>,
        /// Of a draft: a file of ours that shows what will stand above.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<MediaId>,
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

    /// What may become another of a template.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplateFact {
        /// Whether it may be sent.
        Status,
        /// How customers take it.
        Quality,
        /// What it is for, and so what it costs.
        Category,
        /// Its words and buttons: the provider or somebody in its own manager changed them.
        Components,
    }

    /// What fills one place of a template unless somebody writes something else.
    #[derive(Eq)]
    pub struct TemplateFill {
        /// The part: `header`, `body`, `button`.
        pub part: TemplatePart,
        /// The card that the part is of, from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub card: Option<u8>,
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

    /// A product of a catalogue.
    #[derive(Eq)]
    pub struct TemplateProduct {
        /// The catalogue, by its id at the provider.
        pub catalog_id: String,
        /// The product, by its id in the catalogue.
        pub product_id: String,
    }

    /// Products under a title.
    #[derive(Eq)]
    pub struct ProductSection {
        /// The title, at most 24 characters.
        pub title: String,
        /// The products, by their ids in the catalogue.
        pub products: Vec<String>,
    }

    /// The value of a template's button, in a request to send it.
    #[derive(Eq)]
    pub struct TemplateButtonValue {
        /// The button's place, from 0.
        pub index: u8,
        /// The end of the address, the code, the payload or token that comes back, or the id of the product whose picture
        /// is shown.
        pub value: String,
        /// The products that the button opens, where it opens a list of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub sections: Vec<ProductSection>,
    }

    /// What a send gives a card of a template.
    #[derive(Default, Eq)]
    pub struct TemplateCardValues {
        /// The file above its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<super::HeaderFile>,
        /// The product above its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_product: Option<TemplateProduct>,
        /// Values for the placeholders of its words, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body: Vec<super::TemplateParameter>,
        /// Values for its buttons.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<TemplateButtonValue>,
    }

    /// A card as it was sent.
    #[derive(Eq)]
    pub struct SentTemplateCard {
        /// The file above its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<TemplateFile>,
        /// The product above its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_product: Option<TemplateProduct>,
        /// Values for the placeholders of its words, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body: Vec<super::TemplateParameter>,
        /// Its words with the values filled in.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub text: String,
        /// Its buttons, with what was given for them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<SentTemplateButton>,
    }

    /// An offer as it was sent.
    #[derive(Eq)]
    pub struct SentTemplateOffer {
        /// Its words.
        pub text: String,
        /// When it ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ends_at: Option<Timestamp>,
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
        /// Where it leads: the whole address of a page, or the number that it calls.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub leads_to: Option<String>,
        /// The products that it opens.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub sections: Vec<ProductSection>,
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
        /// The body's words, at most 1,024 characters; empty with `authentication`, whose words are fixed.
        #[serde(default)]
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
        /// An offer that ends: of a marketing template with at most 600 characters of body; above it stands a picture, a
        /// film or nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offer: Option<TemplateOffer>,
        /// Two to ten cards to swipe through, all built alike, below the body.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<TemplateCard>,
        /// What a template of the category `AUTHENTICATION` says beside its fixed words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub authentication: Option<TemplateAuthentication>,
    }

    /// What is chosen of a template with a code, whose words are the provider's.
    #[derive(Eq)]
    pub struct TemplateAuthentication {
        /// It says besides that the code is not to be shared.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub add_security_recommendation: bool,
        /// It says besides that the code expires in so many minutes: 1 to 90.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code_expiration_minutes: Option<u8>,
        /// What its button does.
        pub otp: OtpKind,
        /// The words on the button, at most 25 characters; else the provider's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// The app that takes the code by itself, with `one_tap` and `zero_tap`: its package name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub package_name: Option<String>,
        /// The app's signing key, hashed: 11 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub signature_hash: Option<String>,
    }

    /// How a code gets from the message to where it is asked for.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum OtpKind {
        /// A button copies it.
        CopyCode,
        /// A tap hands it to the app.
        OneTap,
        /// It is handed to the app without a tap.
        ZeroTap,
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

impl TemplateHeaderFormat {
    /// The kind of file that it is.
    #[must_use]
    pub const fn file_kind(self) -> Option<super::MediaKind> {
        match self {
            Self::Image => Some(super::MediaKind::Image),
            Self::Video => Some(super::MediaKind::Video),
            Self::Document => Some(super::MediaKind::Document),
            _ => None,
        }
    }
}
