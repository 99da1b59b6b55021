//! Numbers and accounts at the Graph API: what it says of them, subscribing to their webhooks, and its sign-up (Meta:
//! business-phone-numbers, webhooks, embedded-signup).

use std::fmt::Write as _;

use bytes::Bytes;
use reqwest::{Method, StatusCode};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;
use switchboard_domain::{
    channel::throughput_of,
    outbound::ErrorClass,
    phone_import::{PhoneAnswer, PhoneData},
};
use switchboard_ports::{
    Future,
    account::{AccountError, Accounts, Credentials, NumberReport, WrongField},
};
use switchboard_schema::{
    Timestamp, hex,
    wire::{AccountNumber, NumberFacts},
};

use super::{client::Graph, errors, request::segment};

/// What is asked about a number.
const NUMBER_FIELDS: &str = "id,display_phone_number,verified_name,quality_rating,status,name_status,code_verification_status,platform_type,throughput,whatsapp_business_manager_messaging_limit,is_on_biz_app";
/// What every version of the Graph API knows of it.
const PLAIN_FIELDS: &str = "id,display_phone_number,verified_name,quality_rating";
/// What is asked about the numbers of an account.
const LISTED_FIELDS: &str = "id,display_phone_number,verified_name,is_on_biz_app";
/// What every version of the Graph API knows of them.
const PLAIN_LISTED_FIELDS: &str = "id,display_phone_number,verified_name";
/// Numbers of an account that are asked for; it may have far fewer (Meta: business-phone-numbers).
const NUMBERS_PER_ACCOUNT: u32 = 100;
/// Accounts of one sign-up that are looked into.
const MAX_SHARED_ACCOUNTS: usize = 20;
/// The permission whose accounts a sign-up shared.
const MANAGEMENT: &str = "whatsapp_business_management";

/// The installation's own Meta app.
#[derive(Debug, Clone)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretString,
}

/// Accounts at the Graph API.
#[derive(Debug, Clone)]
pub struct GraphAccounts {
    graph: Graph,
    app: Option<App>,
}

impl GraphAccounts {
    /// Over this Graph API; without an app nobody can sign up.
    #[must_use]
    pub const fn new(graph: Graph, app: Option<App>) -> Self {
        Self { graph, app }
    }
}

impl Accounts for GraphAccounts {
    fn look(&self, of: Credentials) -> Future<Result<NumberReport, AccountError>> {
        let this = self.clone();
        self.run(async move { this.look_now(&of).await })
    }

    fn subscribe(&self, of: Credentials) -> Future<Result<(), AccountError>> {
        let this = self.clone();
        self.run(async move { this.subscription(Method::POST, &of).await })
    }

    fn unsubscribe(&self, of: Credentials) -> Future<Result<(), AccountError>> {
        let this = self.clone();
        self.run(async move { this.subscription(Method::DELETE, &of).await })
    }

    fn register(&self, of: Credentials, pin: String) -> Future<Result<(), AccountError>> {
        let this = self.clone();
        self.run(async move {
            let path = format!("{}/register", segment(&of.phone_number_id));
            let body = json!({"messaging_product": "whatsapp", "pin": pin}).to_string();
            let answer = this.call(Method::POST, &path, Some(&of.access_token), Some(body)).await?;
            answer.read::<Done>(WrongField::PhoneNumberId).map(drop)
        })
    }

    fn exchange(&self, code: String, redirect_uri: String) -> Future<Result<SecretString, AccountError>> {
        let this = self.clone();
        self.run(async move {
            let app = this.app()?;
            let mut path = "oauth/access_token?".to_owned();
            parameter(&mut path, "client_id", &app.id);
            parameter(&mut path, "client_secret", app.secret.expose_secret());
            parameter(&mut path, "redirect_uri", &redirect_uri);
            parameter(&mut path, "code", &code);
            let answer = this.call(Method::GET, &path, None, None).await?;
            match answer.read::<Token>(WrongField::AccessToken) {
                Ok(token) => Ok(SecretString::from(token.access_token)),
                Err(AccountError::Unavailable(why)) => Err(AccountError::Unavailable(why)),
                Err(_) => Err(AccountError::Wrong {
                    field: WrongField::AccessToken,
                    message:
                        "WhatsApp did not take the sign-up’s code: it is good for 30 seconds. Begin again."
                            .to_owned(),
                }),
            }
        })
    }

    fn shared(&self, access_token: SecretString) -> Future<Result<Vec<AccountNumber>, AccountError>> {
        let this = self.clone();
        self.run(async move { this.shared_now(&access_token).await })
    }

    fn bring_over(&self, of: Credentials, data: PhoneData) -> Future<PhoneAnswer> {
        let this = self.clone();
        let asked = self.run(async move { Ok(this.bring_over_now(&of, data).await) });
        Box::pin(async move { asked.await.unwrap_or_else(|error| PhoneAnswer::NotNow(error.to_string())) })
    }
}

impl GraphAccounts {
    /// Runs on the clients' own thread, to its end.
    fn run<T: Send + 'static>(
        &self,
        work: impl std::future::Future<Output = Result<T, AccountError>> + Send + 'static,
    ) -> Future<Result<T, AccountError>> {
        let task = self.graph.runtime().spawn(work);
        Box::pin(async move {
            task.await.unwrap_or_else(|_| Err(AccountError::Unavailable("the server stops".to_owned())))
        })
    }

    fn app(&self) -> Result<&App, AccountError> {
        let none = "this installation has no Meta app of its own (whatsapp.app_id and whatsapp.app_secret)";
        self.app.as_ref().ok_or_else(|| AccountError::Unclear(none.to_owned()))
    }

    async fn look_now(&self, of: &Credentials) -> Result<NumberReport, AccountError> {
        let number: RawNumber = match self.number(of, NUMBER_FIELDS).await?.read(WrongField::PhoneNumberId) {
            // An older version of the API refuses fields it does not know.
            Err(AccountError::Unclear(why)) if why.contains("nonexisting field") => {
                self.number(of, PLAIN_FIELDS).await?.read(WrongField::PhoneNumberId)?
            }
            read => read?,
        };
        if number.id.as_deref().is_some_and(|id| id != of.phone_number_id)
            || (number.id.is_none() && number.display_phone_number.is_none())
        {
            return Err(unclear());
        }
        let page = self.numbers(&of.waba_id, &of.access_token, of.app_secret.as_ref()).await?;
        let account_numbers: Vec<_> =
            page.data.into_iter().map(|number| number.listed(&of.waba_id)).collect();
        let is_there = account_numbers.iter().any(|number| number.phone_number_id == of.phone_number_id);
        if !is_there && page.paging.and_then(|paging| paging.next).is_none() {
            let message = "This WhatsApp Business Account does not have this number. Copy both ids from the same page at Meta.";
            return Err(AccountError::Wrong { field: WrongField::WabaId, message: message.to_owned() });
        }
        let token_expires_at = match self.debug_token(&of.access_token, &of.access_token).await {
            Ok(token) if token.is_valid == Some(false) => {
                let message = "WhatsApp says that this token is not good any more. Make a new one at Meta.";
                return Err(AccountError::Wrong {
                    field: WrongField::AccessToken,
                    message: message.to_owned(),
                });
            }
            // Not every token may ask about itself; the number was read with it, so it is good.
            Ok(token) => token.expires_at.filter(|at| *at > 0).map(Timestamp::from_secs),
            Err(_) => None,
        };
        Ok(NumberReport { facts: number.facts(), token_expires_at, account_numbers })
    }

    async fn number(&self, of: &Credentials, fields: &str) -> Result<GraphAnswer, AccountError> {
        let path = format!("{}?fields={fields}", segment(&of.phone_number_id));
        self.call(Method::GET, &path, Some(&of.access_token), None).await
    }

    /// Asks for a part of what the phone keeps (Meta: embedded-signup, onboarding-business-app-users).
    async fn bring_over_now(&self, of: &Credentials, data: PhoneData) -> PhoneAnswer {
        let path = format!("{}/smb_app_data", segment(&of.phone_number_id));
        let sync_type = match data {
            PhoneData::Contacts => "smb_app_state_sync",
            PhoneData::History => "history",
        };
        let body = json!({"messaging_product": "whatsapp", "sync_type": sync_type}).to_string();
        let answer = match self.call(Method::POST, &path, Some(&of.access_token), Some(body)).await {
            Ok(answer) => answer,
            Err(error) => return PhoneAnswer::NotNow(error.to_string()),
        };
        let code = serde_json::from_slice::<RawRefusal>(&answer.body).ok().and_then(|raw| raw.error.code);
        match (answer.read::<Asked>(WrongField::PhoneNumberId), code) {
            (Ok(_), _) => PhoneAnswer::Taken,
            (Err(_), Some(2_593_107)) => PhoneAnswer::AskedBefore,
            (Err(_), Some(2_593_108)) => PhoneAnswer::TooLate,
            (Err(_), Some(2_593_109)) => PhoneAnswer::Declined,
            (Err(AccountError::Wrong { field: WrongField::AccessToken, message }), _) => {
                PhoneAnswer::Forbidden(message)
            }
            (Err(error), _) => PhoneAnswer::NotNow(error.to_string()),
        }
    }

    /// The numbers of an account; with the secret, only where it is that of the token's app.
    async fn numbers(
        &self,
        waba_id: &str,
        token: &SecretString,
        app_secret: Option<&SecretString>,
    ) -> Result<Page, AccountError> {
        match self.listed(waba_id, token, app_secret, LISTED_FIELDS).await {
            // An older version of the API refuses fields it does not know.
            Err(AccountError::Unclear(why)) if why.contains("nonexisting field") => {
                self.listed(waba_id, token, app_secret, PLAIN_LISTED_FIELDS).await
            }
            listed => listed,
        }
    }

    async fn listed(
        &self,
        waba_id: &str,
        token: &SecretString,
        app_secret: Option<&SecretString>,
        fields: &str,
    ) -> Result<Page, AccountError> {
        let mut path =
            format!("{}/phone_numbers?fields={fields}&limit={NUMBERS_PER_ACCOUNT}", segment(waba_id));
        if let Some(secret) = app_secret {
            let _written = write!(path, "&appsecret_proof={}", proof(secret, token));
        }
        self.call(Method::GET, &path, Some(token), None).await?.read(WrongField::WabaId)
    }

    async fn subscription(&self, method: Method, of: &Credentials) -> Result<(), AccountError> {
        let path = format!("{}/subscribed_apps", segment(&of.waba_id));
        let answer = self.call(method, &path, Some(&of.access_token), None).await?;
        answer.read::<Done>(WrongField::WabaId).map(drop)
    }

    async fn debug_token(
        &self,
        input: &SecretString,
        asker: &SecretString,
    ) -> Result<Debugged, AccountError> {
        let mut path = "debug_token?".to_owned();
        parameter(&mut path, "input_token", input.expose_secret());
        let answer = self.call(Method::GET, &path, Some(asker), None).await?;
        Ok(answer.read::<DebugAnswer>(WrongField::AccessToken)?.data)
    }

    async fn shared_now(&self, token: &SecretString) -> Result<Vec<AccountNumber>, AccountError> {
        let app = self.app()?;
        let asker = SecretString::from(format!("{}|{}", app.id, app.secret.expose_secret()));
        let debugged = self.debug_token(token, &asker).await?;
        let accounts = debugged.granular_scopes.into_iter().filter(|scope| scope.scope == MANAGEMENT);
        let accounts = accounts.flat_map(|scope| scope.target_ids);
        let mut shared = Vec::new();
        for waba_id in accounts.take(MAX_SHARED_ACCOUNTS) {
            let page = self.numbers(&waba_id, token, Some(&app.secret)).await?;
            shared.extend(page.data.into_iter().map(|number| number.listed(&waba_id)));
        }
        Ok(shared)
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<String>,
    ) -> Result<GraphAnswer, AccountError> {
        let (status, body) =
            self.graph.call(method, path, token, body).await.map_err(AccountError::Unavailable)?;
        Ok(GraphAnswer { status, body })
    }
}

/// An answer of the Graph API.
struct GraphAnswer {
    status: StatusCode,
    body: Bytes,
}

impl GraphAnswer {
    /// Reads it; `about` is what was entered wrongly where there is no such object.
    fn read<T: DeserializeOwned>(&self, about: WrongField) -> Result<T, AccountError> {
        let refusal = errors::read(&self.body);
        if self.status.is_success() && refusal.is_none() {
            return serde_json::from_slice(&self.body).map_err(|_| unclear());
        }
        let told: Option<RawError> =
            serde_json::from_slice::<RawRefusal>(&self.body).ok().map(|raw| raw.error);
        let explained = errors::explain(refusal.as_ref(), Some(self.status.as_u16()));
        let message = explained.message;
        let Some(told) = told.filter(|_| refusal.is_some()) else {
            return Err(match explained.class {
                ErrorClass::Retry | ErrorClass::BackOff => AccountError::Unavailable(message),
                ErrorClass::Never | ErrorClass::Account => AccountError::Unclear(message),
            });
        };
        let wrong = |field, message: &str| AccountError::Wrong { field, message: message.to_owned() };
        Err(match (told.code, told.error_subcode) {
            (Some(0 | 104 | 190), _) => wrong(
                WrongField::AccessToken,
                "WhatsApp does not take this access token. Make a new one at Meta, for a system user, and copy it whole.",
            ),
            (Some(3 | 10 | 200..=299 | 131_005), _) => wrong(
                WrongField::AccessToken,
                "This token may not manage the account. Give it whatsapp_business_management and whatsapp_business_messaging at Meta.",
            ),
            (Some(100), _) if told.message.contains("appsecret_proof") => wrong(
                WrongField::AppSecret,
                "This is not the secret of the app that the token belongs to. Copy it at Meta, under App settings, Basic.",
            ),
            (Some(33), _) | (Some(100), Some(33)) => {
                let message = match about {
                    WrongField::WabaId => {
                        "WhatsApp does not know this account, or the token may not see it. Check the WhatsApp Business Account ID."
                    }
                    _ => {
                        "WhatsApp does not know this number, or the token may not see it. Check the phone number ID; it is not the phone number."
                    }
                };
                wrong(about, message)
            }
            (Some(133_000..=133_999), _) => AccountError::Wrong { field: about, message },
            _ => match explained.class {
                ErrorClass::Retry | ErrorClass::BackOff => AccountError::Unavailable(message),
                ErrorClass::Never | ErrorClass::Account => AccountError::Unclear(message),
            },
        })
    }
}

fn unclear() -> AccountError {
    AccountError::Unclear("WhatsApp answered in a way that says nothing about this number.".to_owned())
}

/// Proves to know an app's secret without telling it (Meta: graph-api/guides/secure-requests).
fn proof(app_secret: &SecretString, token: &SecretString) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, app_secret.expose_secret().as_bytes());
    hex(hmac::sign(&key, token.expose_secret().as_bytes()).as_ref())
}

fn parameter(path: &mut String, name: &str, value: &str) {
    if !path.ends_with('?') {
        path.push('&');
    }
    path.push_str(name);
    path.push('=');
    path.extend(url::form_urlencoded::byte_serialize(value.as_bytes()));
}

#[derive(Deserialize)]
struct Done {
    #[serde(rename = "success")]
    _success: bool,
}

/// The answer to asking for what a phone keeps: it names the request, of which nothing is asked again.
#[derive(Deserialize)]
struct Asked {}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct RawRefusal {
    error: RawError,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawError {
    code: Option<i64>,
    error_subcode: Option<i64>,
    message: String,
}

#[derive(Deserialize)]
struct DebugAnswer {
    data: Debugged,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Debugged {
    is_valid: Option<bool>,
    expires_at: Option<i64>,
    granular_scopes: Vec<GranularScope>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct GranularScope {
    scope: String,
    target_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<RawNumber>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    next: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RawNumber {
    id: Option<String>,
    display_phone_number: Option<String>,
    verified_name: Option<String>,
    name_status: Option<String>,
    quality_rating: Option<String>,
    status: Option<String>,
    code_verification_status: Option<String>,
    whatsapp_business_manager_messaging_limit: Option<String>,
    throughput: Option<RawThroughput>,
    is_on_biz_app: Option<bool>,
}

#[derive(Deserialize)]
struct RawThroughput {
    level: Option<String>,
}

impl RawNumber {
    fn facts(self) -> NumberFacts {
        let coexistence = self.is_on_biz_app == Some(true);
        let level = self.throughput.and_then(|throughput| throughput.level);
        NumberFacts {
            display_phone_number: self.display_phone_number,
            verified_name: self.verified_name,
            name_status: self.name_status,
            quality: self.quality_rating,
            status: self.status,
            code_verification_status: self.code_verification_status,
            messaging_limit: self.whatsapp_business_manager_messaging_limit,
            throughput_per_second: throughput_of(level.as_deref(), coexistence),
            coexistence,
        }
    }

    fn listed(self, waba_id: &str) -> AccountNumber {
        AccountNumber {
            phone_number_id: self.id.unwrap_or_default(),
            waba_id: waba_id.to_owned(),
            display_phone_number: self.display_phone_number,
            verified_name: self.verified_name,
            coexistence: self.is_on_biz_app == Some(true),
            channel_id: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str, about: WrongField) -> AccountError {
        let answer = GraphAnswer {
            status: StatusCode::from_u16(status).expect("a status"),
            body: Bytes::copy_from_slice(body.as_bytes()),
        };
        answer.read::<RawNumber>(about).map(drop).expect_err("it is no success")
    }

    fn field(error: AccountError) -> Option<WrongField> {
        match error {
            AccountError::Wrong { field, .. } => Some(field),
            _ => None,
        }
    }

    #[test]
    fn a_refusal_names_what_was_entered_wrongly() {
        let of = |code: &str| format!(r#"{{"error":{{"message":"m","code":{code}}}}}"#);
        let number = WrongField::PhoneNumberId;
        assert_eq!(field(read(401, &of("190"), number)), Some(WrongField::AccessToken));
        assert_eq!(field(read(403, &of("200"), number)), Some(WrongField::AccessToken));
        assert_eq!(field(read(400, &of("33"), number)), Some(number));
        assert_eq!(
            field(read(400, &of(r#"100,"error_subcode":33"#), WrongField::WabaId)),
            Some(WrongField::WabaId)
        );
        let proof =
            r#"{"error":{"message":"Invalid appsecret_proof provided in the API argument","code":100}}"#;
        assert_eq!(field(read(400, proof, WrongField::WabaId)), Some(WrongField::AppSecret));
    }

    #[test]
    fn what_is_no_answer_of_the_graph_api_says_nothing() {
        for (status, body) in [(404, ""), (404, "<html>"), (405, "{}"), (400, r#"{"error":"no"}"#)] {
            assert!(
                matches!(read(status, body, WrongField::WabaId), AccountError::Unclear(_)),
                "{status} {body}"
            );
        }
        for (status, body) in [(500, ""), (503, r#"{"error":{"code":2}}"#), (429, "")] {
            assert!(
                matches!(read(status, body, WrongField::WabaId), AccountError::Unavailable(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn the_proof_is_the_documented_one() {
        // HMAC-SHA-256 of "token" under "secret".
        let (secret, token) = (SecretString::from("secret"), SecretString::from("token"));
        assert_eq!(
            proof(&secret, &token),
            "e941110e3d2bfe82621f0e3e1434730d7305d106c5f68c87165d0b27a4611a4a"
        );
    }
}
