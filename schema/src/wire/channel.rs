//! A connected number: what the provider says of it, how it stands, and how it is connected.

use super::{wire, wire_with_secrets};
use crate::{ChannelId, Timestamp};

wire! {
    /// What the provider says of a number. Its own words, so that what is new there is shown as it is.
    #[derive(Eq, Default)]
    pub struct NumberFacts {
        /// The number, as people read it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub display_phone_number: Option<String>,
        /// The name that customers see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verified_name: Option<String>,
        /// Where that name stands in the provider's review: `APPROVED` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_status: Option<String>,
        /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quality: Option<String>,
        /// `CONNECTED` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<String>,
        /// Whether it was proved that the number is the business': `VERIFIED` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code_verification_status: Option<String>,
        /// How many people may be written to outside their windows in 24 hours, all numbers of the portfolio together:
        /// `TIER_250` and others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub messaging_limit: Option<String>,
        /// Messages that may go in a second.
        pub throughput_per_second: u32,
        /// It is used in the phone's app as well.
        pub coexistence: bool,
    }

    /// How one thing about a number stands.
    #[derive(Eq)]
    pub struct ChannelLight {
        /// What about.
        pub subject: LightSubject,
        /// How it stands.
        pub state: LightState,
        /// What was found, in plain words.
        pub found: String,
        /// What to do about it; absent where there is nothing to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub what_to_do: Option<String>,
        /// From when that is; absent where it never happened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<Timestamp>,
        /// How much of something that takes a while is done, in hundredths; absent for everything else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub progress: Option<u8>,
    }

    /// What a light is about.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum LightSubject {
        /// The access token: does the provider take it?
        Token,
        /// The number itself: is it connected and allowed to send?
        Number,
        /// Webhooks: does the provider tell us what happens?
        Webhook,
        /// Messages: when did one last come or go?
        Messages,
        /// The number's quality.
        Quality,
        /// How many people may be written to first.
        Limit,
        /// The name that customers see.
        Name,
        /// The templates: could they be read?
        Templates,
        /// The address book of the phone, of a number that is used in its app as well.
        PhoneContacts,
        /// The messages on that phone.
        PhoneHistory,
    }

    /// How something stands.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum LightState {
        /// As it should be.
        Good,
        /// It works, and somebody should look at it.
        Attention,
        /// It does not work.
        Bad,
        /// Nothing is known yet.
        Unknown,
        /// It did not work, and that is over: nothing has to be done about it.
        Past,
    }

    /// A number of an account at the provider.
    #[derive(Eq)]
    pub struct AccountNumber {
        /// The provider's id of the number.
        pub phone_number_id: String,
        /// The account it belongs to.
        pub waba_id: String,
        /// The number, as people read it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub display_phone_number: Option<String>,
        /// The name that customers see.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verified_name: Option<String>,
        /// It is used in the phone's app as well; such a number is not registered.
        #[serde(default)]
        pub coexistence: bool,
        /// The channel of this workspace it is connected as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub channel_id: Option<ChannelId>,
    }

    /// What the provider says of a number that is about to be connected.
    #[derive(Eq)]
    pub struct CheckedNumber {
        /// What it says; absent where it could not be asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub facts: Option<NumberFacts>,
        /// Every number of the account, this one among them.
        pub account_numbers: Vec<AccountNumber>,
        /// When the token ends; absent where it does not, or that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub token_expires_at: Option<Timestamp>,
        /// Why the provider could not be asked, where it could not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unverified: Option<String>,
    }

    /// Whether a number can be connected through the provider's own sign-up, and how it begins.
    #[derive(Eq)]
    pub struct SignUpOptions {
        /// The installation has a Meta app for it.
        pub available: bool,
        /// The address of the provider's dialog, to which `redirect_uri` and `state` are added; absent where there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub dialog_url: Option<String>,
        /// The same for a number that stays in WhatsApp's app on the business' phone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone_dialog_url: Option<String>,
        /// Where the dialog comes back to; it must be among the app's valid redirect addresses at the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub redirect_uri: Option<String>,
    }
}

wire_with_secrets! {
    /// Change a channel. What is left out stays.
    pub struct ChangeChannel {
        /// What colleagues call it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// A new token, checked with the provider before it takes the place of the old one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub access_token: Option<String>,
        /// A new secret that signs webhooks, checked likewise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub app_secret: Option<String>,
        /// Whether customers are told that what they wrote was read, and that somebody writes. WhatsApp's request for the
        /// second marks as read, too, so there is one switch for both.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub read_receipts: Option<bool>,
    }

    /// What the provider's dialog came back with.
    pub struct SignUpCode {
        /// The code, good for 30 seconds, once.
        pub code: String,
    }

    /// A sign-up that the provider confirmed: which number is to be connected is to be chosen.
    pub struct SignedUp {
        /// Stands for the token at this server for ten minutes; sealed, it says nothing to anybody else.
        pub ticket: String,
        /// The numbers that were shared in the dialog.
        pub numbers: Vec<AccountNumber>,
    }

    /// Connect a number of a confirmed sign-up.
    pub struct ConnectSignedUp {
        /// What stands for the token.
        pub ticket: String,
        /// What colleagues call it.
        pub name: String,
        /// The provider's id of the number.
        pub phone_number_id: String,
        /// The account it belongs to.
        pub waba_id: String,
        /// Six digits for the number's two-step verification, where it is to be registered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pin: Option<String>,
    }
}
