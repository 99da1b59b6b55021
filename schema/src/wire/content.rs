//! What a message says, type by type.

use super::wire;
use crate::{BlobId, MediaId, Timestamp, UserId};

/// Longest text WhatsApp carries, in characters (`text.body`).
pub const MAX_TEXT_CHARS: usize = 4_096;
/// Longest private note, in characters.
pub const MAX_NOTE_CHARS: usize = 16_000;
/// Most colleagues whom a note is for.
pub const MAX_NOTE_MENTIONS: usize = 20;
/// Longest parameter of a template, in characters.
pub const MAX_PARAMETER_CHARS: usize = 1_024;

wire! {
    /// A message's type and what it says.
    #[serde(tag = "type", content = "content", rename_all = "snake_case")]
    pub enum Content {
        /// Words.
        Text(Text),
        /// A picture.
        Image(Attachment),
        /// A film.
        Video(Attachment),
        /// A sound or a voice note.
        Audio(Attachment),
        /// A file.
        Document(Attachment),
        /// A sticker.
        Sticker(Attachment),
        /// A place.
        Location(Location),
        /// People's cards.
        Contacts(ContactCards),
        /// Words of ours with something to tap.
        Interactive(Interactive),
        /// What the customer tapped or filled in.
        Answer(Answer),
        /// An emoji of ours for a message; those of the customer stand with the message they are for.
        Reaction(ReactionRequest),
        /// What the customer ordered from a catalogue.
        Order(Order),
        /// A call.
        Call(Call),
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

    /// A file that goes with a message.
    pub struct Attachment {
        /// Finds it under `/api/v1/media`.
        pub media_id: MediaId,
        /// What it is: as its sender says or, once it is here, as its bytes say.
        pub mime_type: String,
        /// Words with it, at most 1,024 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub caption: Option<String>,
        /// The name of a document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
        /// A voice note, recorded while holding a button.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub voice: bool,
        /// A sticker that moves.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub animated: bool,
        /// Is it here?
        #[serde(default)]
        pub state: MediaState,
        /// Why it is not, in plain words with what to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
        /// Its size in bytes, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size: Option<u64>,
        /// Width in pixels, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub width: Option<u32>,
        /// Height in pixels, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub height: Option<u32>,
        /// There is a small picture of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub thumbnail: bool,
    }

    /// As what a file is sent.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum MediaKind {
        /// A picture.
        Image,
        /// A film.
        Video,
        /// A sound.
        Audio,
        /// A file.
        Document,
        /// A sticker.
        Sticker,
    }

    /// What is known of a file.
    #[derive(Eq)]
    pub struct MediaFacts {
        /// Its id.
        pub media_id: MediaId,
        /// Is it here?
        pub state: MediaState,
        /// What it is, by its bytes once it is here.
        pub mime_type: String,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
        /// Its size in bytes, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub size: Option<u64>,
        /// Width in pixels, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub width: Option<u32>,
        /// Height in pixels, once known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub height: Option<u32>,
        /// There is a small picture of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub thumbnail: bool,
        /// Whether it moves, of a WebP once it is here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub animated: Option<bool>,
        /// Why it is not here, in plain words with what to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
    }

    /// A link to a file, for whoever has it.
    #[derive(Eq)]
    pub struct MediaLink {
        /// Its address, from the server's root on.
        pub url: String,
        /// Until when it is good.
        pub expires_at: Timestamp,
    }

    /// Is a file here?
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum MediaState {
        /// Being fetched or uploaded.
        #[default]
        Waiting,
        /// Here.
        Ready,
        /// Not here, and it will not come by itself.
        Failed,
    }

    /// A place.
    pub struct Location {
        /// Degrees north, -90 to 90.
        pub latitude: f64,
        /// Degrees east, -180 to 180.
        pub longitude: f64,
        /// What it is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Where it is, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<String>,
        /// A page about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
    }

    /// People's cards.
    pub struct ContactCards {
        /// One for each person, at most 257.
        pub cards: Vec<ContactCard>,
    }

    /// A person's card.
    pub struct ContactCard {
        /// The whole name; empty where somebody shared no more than their own number.
        pub name: String,
        /// The first name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_name: Option<String>,
        /// The last name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_name: Option<String>,
        /// Numbers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub phones: Vec<CardPhone>,
        /// Addresses of mail.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub emails: Vec<CardEntry>,
        /// Addresses of houses, each in one line.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub addresses: Vec<CardEntry>,
        /// Pages.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub urls: Vec<CardEntry>,
        /// Company, department and title, in one line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub organization: Option<String>,
        /// `YYYY-MM-DD`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub birthday: Option<String>,
        /// It is the customer's own, shared because we asked for it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub own: bool,
    }

    /// A number on a card.
    pub struct CardPhone {
        /// The number, as it was written.
        pub phone: String,
        /// The same as WhatsApp knows it, where its owner is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub wa_id: Option<String>,
        /// `CELL`, `WORK` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
    }

    /// Something else on a card.
    pub struct CardEntry {
        /// What.
        pub value: String,
        /// `HOME`, `WORK` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
    }

    /// Words with something to tap.
    pub struct Interactive {
        /// What stands above them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header: Option<InteractiveHeader>,
        /// The words, at most 1,024 characters; with a list 4,096.
        pub body: String,
        /// Small words below them, at most 60 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub footer: Option<String>,
        /// What there is to tap.
        pub action: InteractiveAction,
    }

    /// What stands above an interactive message.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum InteractiveHeader {
        /// Words, at most 60 characters.
        Text {
            /// The words.
            text: String,
        },
        /// A picture; not above a list.
        Image {
            /// The picture.
            image: HeaderFile,
        },
        /// A film; not above a list.
        Video {
            /// The film.
            video: HeaderFile,
        },
        /// A file; not above a list.
        Document {
            /// The file.
            document: HeaderFile,
        },
    }

    /// A file above an interactive message.
    #[derive(Eq)]
    pub struct HeaderFile {
        /// The file, as the upload of it answered.
        pub media_id: MediaId,
        /// The name of a document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
    }

    /// What there is to tap.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum InteractiveAction {
        /// One to three buttons.
        Buttons {
            /// The buttons; no id and no title twice.
            buttons: Vec<ReplyButton>,
        },
        /// A list behind a button.
        List {
            /// The words on the button, at most 20 characters.
            button: String,
            /// One to ten sections with at most ten rows together.
            sections: Vec<ListSection>,
        },
        /// A button that opens a page.
        CtaUrl {
            /// The words on the button, at most 20 characters.
            display_text: String,
            /// The page.
            url: String,
        },
        /// A button that sends where the customer is.
        LocationRequest,
        /// A button that sends the customer's own number.
        ContactRequest,
    }

    /// A button whose tap is an answer.
    #[derive(Eq)]
    pub struct ReplyButton {
        /// Comes back with the answer, at most 256 characters.
        pub id: String,
        /// The words on it, at most 20 characters.
        pub title: String,
    }

    /// A section of a list.
    #[derive(Eq)]
    pub struct ListSection {
        /// Its title, at most 24 characters; needed where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<String>,
        /// Its rows.
        pub rows: Vec<ListRow>,
    }

    /// A row of a list.
    #[derive(Eq)]
    pub struct ListRow {
        /// Comes back with the answer, at most 200 characters.
        pub id: String,
        /// The words, at most 24 characters.
        pub title: String,
        /// More words, at most 72 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub description: Option<String>,
    }

    /// What the customer tapped or filled in.
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Answer {
        /// A button of an interactive message.
        Button {
            /// The button's id.
            id: String,
            /// The words on it.
            title: String,
        },
        /// A row of a list.
        Row {
            /// The row's id.
            id: String,
            /// Its words.
            title: String,
            /// More words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            description: Option<String>,
        },
        /// A quick reply of a template.
        QuickReply {
            /// What we gave the button to carry.
            payload: String,
            /// The words on it.
            title: String,
        },
        /// A form (WhatsApp Flow).
        Form {
            /// Its name.
            name: String,
            /// What was filled in, as JSON.
            response: String,
        },
        /// Whether we may call.
        CallPermission {
            /// They may say no.
            granted: bool,
            /// Until when; absent where it holds for good.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            until: Option<Timestamp>,
        },
    }

    /// An emoji for a message.
    #[derive(Eq)]
    pub struct ReactionRequest {
        /// The message, by its provider id.
        pub provider_id: String,
        /// The emoji; empty takes back the one before.
        pub emoji: String,
    }

    /// What the customer ordered.
    pub struct Order {
        /// The catalogue.
        pub catalog_id: String,
        /// Words with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// What, and how many.
        pub products: Vec<OrderedProduct>,
    }

    /// One line of an order.
    pub struct OrderedProduct {
        /// The product's id in our shop.
        pub product_id: String,
        /// How many.
        pub quantity: u64,
        /// The price of one, as a decimal number.
        pub price: String,
        /// ISO 4217.
        pub currency: String,
    }

    /// A call.
    #[derive(Eq)]
    pub struct Call {
        /// How it stands.
        pub outcome: CallOutcome,
        /// How long they spoke, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seconds: Option<u64>,
    }

    /// How a call stands.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum CallOutcome {
        /// It rings.
        Ringing,
        /// They spoke.
        Completed,
        /// Nobody answered, or it was declined.
        Missed,
    }

    /// The message that another answers, as far as we know it.
    pub struct Quote {
        /// Its place in the conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seq: Option<u64>,
        /// Its type.
        #[serde(rename = "type")]
        pub kind: String,
        /// Its first words, at most 200 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// Who wrote it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub author: Option<String>,
    }

    /// An emoji that stands on a message.
    #[derive(Eq)]
    pub struct Reaction {
        /// The emoji.
        pub emoji: String,
        /// Whose.
        pub by: super::Sender,
        /// When, by the provider's clock where it is the customer's.
        pub at: Timestamp,
    }

    /// The ad or the page's button through which the customer came.
    pub struct Referral {
        /// `ad` or `post`.
        pub source: String,
        /// Its id at the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub source_id: Option<String>,
        /// Where it stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub url: Option<String>,
        /// Its headline.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub headline: Option<String>,
        /// Its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub body: Option<String>,
        /// What the click is known by, for the ad's statistics.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub click_id: Option<String>,
        /// What WhatsApp greeted the customer with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub welcome: Option<String>,
    }

    /// How often a message had been passed on before it came here.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Forwarded {
        /// At least once.
        Once,
        /// Often: WhatsApp marks it.
        Often,
    }

    /// A product that a message is about.
    #[derive(Eq)]
    pub struct ProductRef {
        /// The catalogue.
        pub catalog_id: String,
        /// The product's id in our shop.
        pub product_id: String,
    }

    /// A private note.
    pub struct Note {
        /// The words, at most 16,000 characters.
        pub body: String,
        /// Colleagues whom it is for, at most 20: they hear of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub mentions: Vec<UserId>,
    }

    /// What a template is for, as the provider filed it.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum TemplateCategory {
        /// What nobody asked for: offers, news.
        Marketing,
        /// What belongs to something ordered or asked for.
        Utility,
        /// Codes to sign in with.
        Authentication,
        /// One that this version does not know.
        #[serde(other)]
        Other,
    }

    /// A template with the values it is sent with.
    #[derive(Default)]
    pub struct TemplateContent {
        /// Its name at the provider.
        pub name: String,
        /// Its language at the provider, such as `en_US`.
        pub language: String,
        /// What it is for, where the template is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<TemplateCategory>,
        /// Values for the placeholders of the header, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub header: Vec<TemplateParameter>,
        /// Values for the placeholders of the body, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body: Vec<TemplateParameter>,
        /// The words with the values filled in, as far as we know the template.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
        /// The header's words with the values filled in, where it has words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_text: Option<String>,
        /// The footer's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub footer: Option<String>,
        /// The file above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<super::TemplateFile>,
        /// The place above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_location: Option<Box<Location>>,
        /// Its buttons, with what was given for them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<super::SentTemplateButton>,
        /// The product above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_product: Option<Box<super::TemplateProduct>>,
        /// Its offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offer: Option<Box<super::SentTemplateOffer>>,
        /// Its cards, with what was given for them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<super::SentTemplateCard>,
    }

    /// The value of one placeholder.
    #[derive(Eq)]
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
        /// The same with their id: a person or a program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<Box<super::Sender>>,
        /// What it was done to or with: the name of an assignee or a team, a status, a new number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subject: Option<String>,
        /// By which rule, where it was no person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by_rule: Option<super::AssignedBy>,
    }

    /// What a system line tells.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum SystemEvent {
        /// Given to somebody.
        Assigned,
        /// Given back to nobody.
        Unassigned,
        /// Put with a team.
        TeamAssigned,
        /// With no team any more: it was taken from one, or the team is gone.
        TeamUnassigned,
        /// Somebody said how urgent it is: `subject` is the priority.
        PrioritySet,
        /// Labels were put on: `subject` names them.
        Labelled,
        /// Labels were taken off: `subject` names them.
        Unlabelled,
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
        /// The customer's phone or app is a new one: whoever must be sure who writes should ask.
        IdentityChanged,
        /// The customer opened the chat for the first time and has not written yet.
        Welcomed,
        /// The customer stopped everything: nothing is sent but answers to what they write.
        StoppedEverything,
        /// The customer stopped marketing.
        StoppedMarketing,
        /// The customer wants messages again.
        StartedAgain,
        /// The customer wants marketing.
        StartedMarketing,
        /// Two contacts proved to be one person; this thread continues the other.
        Merged,
        /// A bot answers from now on: it took the conversation, or somebody gave it back to it.
        BotTook,
        /// A bot handed it over to people.
        HandedOver,
        /// Somebody took it from a bot.
        SteppedIn,
        /// A bot answers no more, and nobody in its place.
        LetGo,
        /// The customer rated what was resolved: `subject` is the number, 1 to 5.
        Rated,
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

impl InteractiveHeader {
    /// The file that stands above, and its kind.
    #[must_use]
    pub const fn file(&self) -> Option<(MediaKind, &HeaderFile)> {
        match self {
            Self::Text { .. } => None,
            Self::Image { image } => Some((MediaKind::Image, image)),
            Self::Video { video } => Some((MediaKind::Video, video)),
            Self::Document { document } => Some((MediaKind::Document, document)),
        }
    }
}

impl Content {
    /// The file that goes with it.
    #[must_use]
    pub const fn attachment(&self) -> Option<&Attachment> {
        match self {
            Self::Image(file)
            | Self::Video(file)
            | Self::Audio(file)
            | Self::Document(file)
            | Self::Sticker(file) => Some(file),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub const fn attachment_mut(&mut self) -> Option<&mut Attachment> {
        match self {
            Self::Image(file)
            | Self::Video(file)
            | Self::Audio(file)
            | Self::Document(file)
            | Self::Sticker(file) => Some(file),
            _ => None,
        }
    }
}
