//! Browsers that are reached while no page is open: each as long as the sign-in under which it said how.

use base64::{
    Engine as _,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use switchboard_actors::Refusal;
use switchboard_ports::store::{Lane, Scan};
use switchboard_schema::{
    PushSubscriptionId, SessionId, TenantScope, Timestamp, UserId,
    record::{PushSubscriptionBody, PushSubscriptionRow},
    table::Json,
    wire,
};
use url::Url;

use super::{Notifications, push::Courier};

/// Browsers of one person, at most; one more takes the place of the oldest.
const BROWSERS_MAX: usize = 10;
/// Longest name of a browser, in characters.
const BROWSER_CHARS_MAX: usize = 200;
/// Bytes of a browser's point.
const POINT_BYTES: usize = 65;
/// Bytes of a browser's secret.
const AUTH_BYTES: usize = 16;

/// What base64url says, with its padding or without, where it is so many bytes.
pub(super) fn bytes_of(text: &str, length: usize) -> Option<Vec<u8>> {
    let read = URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text));
    read.ok().filter(|bytes| bytes.len() == length)
}

/// The sign-in under which a browser asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignIn {
    /// Which.
    pub(crate) id: SessionId,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
}

impl Notifications {
    fn courier(&self) -> Result<&Courier, Refusal> {
        self.0.courier.as_ref().ok_or_else(|| {
            let message = "this server pushes nothing (push.enabled is false)".to_owned();
            Refusal::Rule { code: "push_off", message }
        })
    }

    /// Somebody's browsers, oldest first, and the key they are given.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn browsers(
        &self,
        scope: TenantScope,
        user: UserId,
        session: Option<SessionId>,
    ) -> Result<wire::PushSubscriptionList, Refusal> {
        let mut rows = self.browser_rows(scope, user).await?;
        rows.sort_by_key(|row| (row.body.0.created_at, row.subscription_id));
        let public_key = self.0.courier.as_ref().map(|courier| courier.public_key().to_owned());
        let subscriptions = rows.into_iter().map(|row| shown(row, session)).collect();
        Ok(wire::PushSubscriptionList { public_key, subscriptions })
    }

    pub(super) async fn browser_rows(
        &self,
        scope: TenantScope,
        user: UserId,
    ) -> Result<Vec<PushSubscriptionRow>, Refusal> {
        let scan = Scan::of::<PushSubscriptionRow>(PushSubscriptionRow::partition(user));
        Ok(self.0.records.all::<PushSubscriptionRow>(scope, scan).await?)
    }

    /// A browser says how it is reached; said again it is the same one.
    ///
    /// # Errors
    /// A field is wrong, or nothing is pushed here; when the store does not answer.
    pub(crate) async fn subscribe(
        &self,
        scope: TenantScope,
        user: UserId,
        sign_in: SignIn,
        browser: Option<&str>,
        request: wire::CreatePushSubscription,
    ) -> Result<wire::PushSubscription, Refusal> {
        let courier = self.courier()?;
        let wire::CreatePushSubscription { endpoint, keys } = request;
        let wrong = |field, message: &str| Refusal::Invalid { field, message: message.to_owned() };
        courier.check(&endpoint).map_err(|message| Refusal::Invalid { field: "endpoint", message })?;
        let point = bytes_of(&keys.p256dh, POINT_BYTES).filter(|point| point.first() == Some(&4));
        point.ok_or_else(|| wrong("keys.p256dh", "must be 65 bytes in base64url, a point of P-256"))?;
        bytes_of(&keys.auth, AUTH_BYTES)
            .ok_or_else(|| wrong("keys.auth", "must be 16 bytes in base64url"))?;
        let id =
            PushSubscriptionId::derived(&[scope.tenant().as_bytes(), user.as_bytes(), endpoint.as_bytes()]);
        let named = |text: &str| text.chars().filter(|c| !c.is_control()).take(BROWSER_CHARS_MAX).collect();
        let body = PushSubscriptionBody {
            endpoint,
            p256dh: keys.p256dh,
            auth: keys.auth,
            browser: browser.map(named),
            session_id: sign_in.id,
            public_key: courier.public_key().to_owned(),
            created_at: self.now(),
        };
        let row = PushSubscriptionRow { user_id: user, subscription_id: id, body: Json(body) };
        self.with(scope, user, async |book| {
            let mut others = self.browser_rows(scope, user).await?;
            others.retain(|other| other.subscription_id != id);
            others.sort_by_key(|other| other.body.0.created_at);
            let more = (others.len() + 1).saturating_sub(BROWSERS_MAX);
            for other in others.iter().take(more) {
                self.delete_browser(scope, user, other.subscription_id).await?;
            }
            self.0.records.put_until(scope, Lane::Interactive, row.clone(), sign_in.expires_at).await?;
            book.has_browsers = true;
            Ok(shown(row, Some(sign_in.id)))
        })
        .await
    }

    /// A browser is reached no more.
    ///
    /// # Errors
    /// When it is not there or another person's; when the store does not answer.
    pub(crate) async fn unsubscribe(
        &self,
        scope: TenantScope,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        let key = PushSubscriptionRow::key(user, id);
        if self.0.records.get::<PushSubscriptionRow>(scope, key).await?.is_none() {
            return Err(Refusal::NotFound("push subscription"));
        }
        self.forget_browser(scope, user, id).await
    }

    /// The browsers of a sign-in that ended are reached no more.
    ///
    /// # Errors
    /// When the store does not answer; they are not reached all the same, as the sign-in is looked at before.
    pub(crate) async fn signed_out(
        &self,
        scope: TenantScope,
        user: UserId,
        session: SessionId,
    ) -> Result<(), Refusal> {
        let rows = self.browser_rows(scope, user).await?;
        for row in rows.into_iter().filter(|row| row.body.0.session_id == session) {
            self.forget_browser(scope, user, row.subscription_id).await?;
        }
        Ok(())
    }

    pub(super) async fn forget_browser(
        &self,
        scope: TenantScope,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        self.with(scope, user, async |book| {
            self.delete_browser(scope, user, id).await?;
            book.has_browsers = !self.browser_rows(scope, user).await?.is_empty();
            Ok(())
        })
        .await
    }

    async fn delete_browser(
        &self,
        scope: TenantScope,
        user: UserId,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        let key = PushSubscriptionRow::key(user, id);
        Ok(self.0.records.delete::<PushSubscriptionRow>(scope, Lane::Interactive, key).await?)
    }
}

fn shown(row: PushSubscriptionRow, session: Option<SessionId>) -> wire::PushSubscription {
    let body = row.body.0;
    let host = Url::parse(&body.endpoint).ok().and_then(|url| url.host_str().map(ToOwned::to_owned));
    wire::PushSubscription {
        id: row.subscription_id,
        service: host.unwrap_or_default(),
        browser: body.browser,
        current: Some(body.session_id) == session,
        created_at: body.created_at,
    }
}
