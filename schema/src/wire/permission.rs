//! Whether a message may be sent, what it would cost, and why.

use super::{FillSource, wire};
use crate::{ConversationId, MessageId, Timestamp};

wire! {
    /// What was decided when a message was last about to go a step further: the answer to "why was this not sent".
    #[derive(Eq)]
    pub struct SendDecision {
        /// When.
        pub at: Timestamp,
        /// Which step.
        pub step: SendStep,
        /// It may go on.
        pub allowed: bool,
        /// What it is charged as.
        pub price: SendPrice,
        /// What was looked at, in the order in which it counts: the first that is not passed is the reason.
        pub checks: Vec<SendCheck>,
    }

    /// A step of a message on its way out.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum SendStep {
        /// It is written.
        Composed,
        /// It was to be queued.
        Queued,
        /// Its turn came.
        Turn,
        /// The request to the provider was to be made.
        Request,
    }

    /// One rule and how it came out.
    #[derive(Eq)]
    pub struct SendCheck {
        /// Which rule.
        pub rule: SendRule,
        /// Nothing stands against it.
        pub passed: bool,
        /// What was found, in plain words.
        pub found: String,
    }

    /// A rule of sending.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum SendRule {
        /// Nobody of us blocked the contact.
        Contact,
        /// The contact wants it.
        Consent,
        /// The window is open, or it is a template.
        Window,
        /// The template is approved.
        Template,
        /// The channel works.
        Channel,
        /// The program that answers by itself still has the conversation.
        Ownership,
    }

    /// What a message is charged as.
    #[derive(Eq)]
    pub struct SendPrice {
        /// The category.
        pub category: PriceCategory,
        /// Whether it costs anything.
        pub charge: Charge,
        /// About how much, where it costs something, a rate card says how much, and it was asked for before sending; taxes
        /// and discounts are not in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Amount>,
        /// From when on the rate holds that `amount` is by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rate_from: Option<Timestamp>,
    }

    /// What may be sent in a conversation while somebody writes: the answer that a send of that moment would get, and from
    /// when on it is another.
    #[derive(Eq)]
    pub struct SendOutlook {
        /// The conversation.
        pub conversation_id: ConversationId,
        /// When this was decided.
        pub at: Timestamp,
        /// What holds for each purpose.
        pub purposes: Vec<PurposeOutlook>,
        /// When a message written now would leave, about; absent where it goes at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<Departure>,
        /// The conversation's messages that wait, oldest first, 50 at most.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub waiting: Vec<WaitingMessage>,
        /// The contact's fields that a template's places can be filled with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<ContactField>,
    }

    /// A field of a contact.
    #[derive(Eq)]
    pub struct ContactField {
        /// Which: never `text`.
        pub field: FillSource,
        /// What it says.
        pub value: String,
    }

    /// What holds for the messages of one purpose.
    #[derive(Eq)]
    pub struct PurposeOutlook {
        /// Which.
        pub purpose: SendPurpose,
        /// One after the other: the first holds now, each until the next begins.
        pub spans: Vec<SendSpan>,
    }

    /// What a message is for.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum SendPurpose {
        /// To answer: anything but a template.
        Answer,
        /// A template of the category `MARKETING`, or of one that is not known.
        Marketing,
        /// A template of the category `UTILITY`.
        Utility,
        /// A template of the category `AUTHENTICATION`.
        Authentication,
    }

    /// What holds from a time on.
    #[derive(Eq)]
    pub struct SendSpan {
        /// From when on.
        pub from: Timestamp,
        /// What a message is charged as.
        pub price: SendPrice,
        /// Why none may be sent; absent where one may.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refused: Option<SendRefusal>,
    }

    /// Why a message may not be sent: the words of a refused send in their parts.
    #[derive(Eq)]
    pub struct SendRefusal {
        /// For programs; stable.
        pub code: String,
        /// Why, in plain words.
        pub reason: String,
        /// What to do.
        pub what_to_do: String,
    }

    /// When a message leaves, about, and what it waits for.
    #[derive(Eq)]
    pub struct Departure {
        /// When, about.
        pub at: Timestamp,
        /// What it waits for, in plain words.
        pub because: String,
    }

    /// A message that waits.
    #[derive(Eq)]
    pub struct WaitingMessage {
        /// Which.
        pub message_id: MessageId,
        /// When it leaves; absent where its turn comes at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub leaves: Option<Departure>,
    }

    /// Messages of a number that wait for their turn.
    #[derive(Eq)]
    pub struct ChannelQueue {
        /// Conversations whose next message waits; each has one in the queue at a time.
        pub waiting: u64,
        /// When the last of these leaves, about, and what they wait for.
        pub last: Departure,
    }

    /// What the provider says that it charges a message as.
    #[derive(Eq)]
    pub struct Charged {
        /// The category, in the provider's words: `marketing`, `utility`, `service`, ….
        pub category: String,
        /// `regular`, `free_customer_service`, `free_entry_point`, … where it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kind: Option<String>,
        /// It costs something.
        pub billable: bool,
        /// About how much, where a rate card says so; taxes, discounts and free messages of the month are not in it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Amount>,
    }

    /// An amount of money.
    #[derive(Eq)]
    pub struct Amount {
        /// A decimal number, such as `0.1131`.
        pub value: String,
        /// ISO 4217, such as `EUR`.
        pub currency: String,
    }

    /// What the provider counts a message as.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum PriceCategory {
        /// An answer that is no template.
        Service,
        /// A template about something ordered or asked for.
        Utility,
        /// A template with a code.
        Authentication,
        /// Any other template; also one whose category is not known.
        Marketing,
    }

    /// Whether a message costs anything.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Charge {
        /// It is charged.
        Charged,
        /// It is charged once the number's free messages of the month are used.
        AfterAllowance,
        /// It is free as long as the window is open.
        FreeWindow,
        /// It is free because the customer came through an ad or a page's button.
        FreeEntry,
    }
}
