//! Webhooks, posted by the test itself.

use switchboard_simulator::{
    Business, Person, Update,
    payload::{self, Direction},
};

use super::{api::client, server::Address};

/// Posts webhooks of one number over connections of its own.
#[derive(Clone)]
pub(crate) struct Postman {
    http: reqwest::Client,
    address: Address,
    path: String,
    secret: String,
    business: Business,
}

/// What a postman does differently than usual.
#[derive(Default)]
pub(crate) struct Oddly<'a> {
    /// `application/json` where left out.
    pub(crate) content_type: Option<&'a str>,
    /// The right one where left out; none where empty.
    pub(crate) signature: Option<&'a str>,
}

impl Postman {
    pub(crate) fn new(address: Address, path: String, secret: String, business: Business) -> Self {
        Self { http: client(), address, path, secret, business }
    }

    /// The same with connections of its own.
    #[must_use]
    pub(crate) fn another(&self) -> Self {
        Self { http: client(), ..self.clone() }
    }

    /// The same to another path.
    #[must_use]
    pub(crate) fn to(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The body of one webhook with these updates.
    pub(crate) fn body(&self, updates: &[Update]) -> Vec<u8> {
        payload::batch(&self.business, updates)
    }

    /// Posts updates in one webhook; the status, or nothing where no answer came.
    pub(crate) async fn post(&self, updates: &[Update]) -> Option<u16> {
        self.post_body(self.body(updates), &Oddly::default()).await
    }

    /// Posts what the provider tells of the account, with its time, as it must be taken.
    pub(crate) async fn tell(&self, time_s: i64, updates: &[Update]) {
        let body = payload::batch_at(&self.business, updates, Some(time_s));
        assert_eq!(self.post_body(body, &Oddly::default()).await, Some(200));
    }

    /// Posts any bytes.
    pub(crate) async fn post_body(&self, body: Vec<u8>, oddly: &Oddly<'_>) -> Option<u16> {
        let url = format!("http://{}{}", self.address.now().await, self.path);
        let signature = oddly.signature.map_or_else(|| payload::sign(&self.secret, &body), str::to_owned);
        let content_type = oddly.content_type.unwrap_or("application/json");
        let mut request = self.http.post(url).header("content-type", content_type).body(body);
        if !signature.is_empty() {
            request = request.header("x-hub-signature-256", signature);
        }
        Some(request.send().await.ok()?.status().as_u16())
    }

    /// Posts updates that must be taken.
    pub(crate) async fn deliver(&self, updates: &[Update]) {
        assert_eq!(self.post(updates).await, Some(200));
    }
}

/// An id for the n-th message of somebody.
pub(crate) fn message_id(from: &Person, nth: u64) -> String {
    payload::wamid(from.address(), Direction::In, nth)
}

/// The n-th customer: by turns known by phone, by user id, by both.
pub(crate) fn customer(nth: u64) -> Person {
    let (phone, user) = (format!("4477009{nth:05}"), payload::user_id("GB", 7_000 + nth));
    let name = format!("Customer {nth}");
    match nth % 3 {
        0 => Person::phone(phone, name),
        1 => Person::hidden(user, name, format!("customer{nth}")),
        _ => Person::phone(phone, name).with_user_id(user),
    }
}
