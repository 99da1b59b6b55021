//! What a provider says of a number and its account, and what is arranged there before messages go.

use secrecy::SecretString;
use switchboard_domain::phone_import::{PhoneAnswer, PhoneData};
use switchboard_schema::{
    Timestamp,
    wire::{AccountNumber, NumberFacts},
};

use crate::Future;

/// What is entered to connect a number.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The provider's id of the number.
    pub phone_number_id: String,
    /// The account it belongs to.
    pub waba_id: String,
    /// The token for calls.
    pub access_token: SecretString,
    /// The secret of the token's app, where it is to be checked that it is that app's.
    pub app_secret: Option<SecretString>,
}

/// What the provider says of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberReport {
    /// Of the number itself.
    pub facts: NumberFacts,
    /// When the token ends; nothing where it does not, or that is not told.
    pub token_expires_at: Option<Timestamp>,
    /// Every number of its account, at most a hundred.
    pub account_numbers: Vec<AccountNumber>,
}

/// What was entered wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongField {
    /// The token.
    AccessToken,
    /// The id of the number.
    PhoneNumberId,
    /// The id of the account.
    WabaId,
    /// The app's secret.
    AppSecret,
}

impl WrongField {
    /// As requests name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::PhoneNumberId => "phone_number_id",
            Self::WabaId => "waba_id",
            Self::AppSecret => "app_secret",
        }
    }
}

/// Why the provider did not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// It refuses, and this is why.
    #[error("{message}")]
    Wrong {
        /// What was entered wrongly.
        field: WrongField,
        /// What is wrong and what to do.
        message: String,
    },
    /// It did not answer, or it is at fault itself.
    #[error("{0}")]
    Unavailable(String),
    /// It answers in no shape that says anything: perhaps it is not the provider.
    #[error("{0}")]
    Unclear(String),
}

/// Accounts at the provider. Every method ends within a few times [`crate::channel::PROVIDER_TIMEOUT`], and no error
/// holds a token or a secret.
pub trait Accounts: Send + Sync + 'static {
    /// Asks about a number: that the token is good, that the number is there and belongs to the account, and that the
    /// secret is the app's.
    fn look(&self, of: Credentials) -> Future<Result<NumberReport, AccountError>>;

    /// Has the token's app told what happens in the account. Done twice it is done once.
    fn subscribe(&self, of: Credentials) -> Future<Result<(), AccountError>>;

    /// The opposite.
    fn unsubscribe(&self, of: Credentials) -> Future<Result<(), AccountError>>;

    /// Registers the number for the API, with six digits for its two-step verification. Limited to ten in 72 hours for
    /// a number.
    fn register(&self, of: Credentials, pin: String) -> Future<Result<(), AccountError>>;

    /// Exchanges the code of a sign-up for a token; the code is used up by it.
    fn exchange(&self, code: String, redirect_uri: String) -> Future<Result<SecretString, AccountError>>;

    /// The numbers that a token of a sign-up was given.
    fn shared(&self, access_token: SecretString) -> Future<Result<Vec<AccountNumber>, AccountError>>;

    /// Asks that what a business' phone keeps be sent: each part once, within a day of the number's sign-up. It comes by
    /// webhooks.
    fn bring_over(&self, of: Credentials, data: PhoneData) -> Future<PhoneAnswer>;
}

/// Accounts at nobody: for a house without a way out.
#[derive(Debug, Clone, Copy)]
pub struct Nobody;

impl Nobody {
    fn answer<T: Send + 'static>() -> Future<Result<T, AccountError>> {
        crate::ready(Err(AccountError::Unavailable("there is nobody to ask".to_owned())))
    }
}

impl Accounts for Nobody {
    fn look(&self, _: Credentials) -> Future<Result<NumberReport, AccountError>> {
        Self::answer()
    }

    fn subscribe(&self, _: Credentials) -> Future<Result<(), AccountError>> {
        Self::answer()
    }

    fn unsubscribe(&self, _: Credentials) -> Future<Result<(), AccountError>> {
        Self::answer()
    }

    fn register(&self, _: Credentials, _: String) -> Future<Result<(), AccountError>> {
        Self::answer()
    }

    fn exchange(&self, _: String, _: String) -> Future<Result<SecretString, AccountError>> {
        Self::answer()
    }

    fn shared(&self, _: SecretString) -> Future<Result<Vec<AccountNumber>, AccountError>> {
        Self::answer()
    }

    fn bring_over(&self, _: Credentials, _: PhoneData) -> Future<PhoneAnswer> {
        crate::ready(PhoneAnswer::NotNow("there is nobody to ask".to_owned()))
    }
}
