//! Sign-ins of browsers: a cookie with an id and a secret, of which only the hash is kept. A sign-in ends
//! a fixed time after it began, used or not.

use std::{net::IpAddr, time::Duration};

use http::{HeaderMap, HeaderValue, header};
use secrecy::SecretString;
use switchboard_actors::{Refusal, house::Principal};
use switchboard_domain::audit::{By, Deed};
use switchboard_ports::store::{Lane, Scope};
use switchboard_schema::{
    SessionId, TenantId, TenantScope, Timestamp, UserId,
    record::{SessionBody, SessionRow},
    table::Json,
    wire::{self, AuditAct},
};

use super::{
    Access, Caller, Credential, Denied,
    accounts::person,
    bytes_of,
    secrets::{hash_of, new_secret, same},
};

/// The cookie's name.
pub(crate) const COOKIE: &str = "switchboard_session";

/// A sign-in that succeeded.
pub(crate) struct SignedIn {
    /// Who, and where.
    pub(crate) caller: Caller,
    /// The header that gives the browser its cookie.
    pub(crate) set_cookie: HeaderValue,
}

impl Access {
    /// Signs in. Takes as long, and answers the same, for an unknown address as for a wrong password.
    ///
    /// # Errors
    /// `NotSignedIn` for a wrong address or password; too often; too many at once.
    pub(crate) async fn sign_in(&self, address: IpAddr, request: wire::SignIn) -> Result<SignedIn, Denied> {
        let now = self.now();
        let account = bytes_of(hash_of(request.email.trim().to_lowercase().as_bytes()));
        self.sign_ins_by_address.take(address, now).map_err(Denied::TooMany)?;
        self.sign_ins_by_account.take(account, now).map_err(Denied::TooMany)?;
        let checked = self.accounts.check(&request.email, SecretString::from(request.password)).await?;
        let (scope, user) = checked.ok_or(Denied::NotSignedIn)?;
        self.open_session(address, scope, user).await
    }

    pub(super) async fn open_session(
        &self,
        address: IpAddr,
        scope: TenantScope,
        user: wire::User,
    ) -> Result<SignedIn, Denied> {
        let by = person(user.id, &user.name, Some(address));
        self.accounts.audit.note(scope, &by, Deed::new(AuditAct::SignedIn)).await?;
        let id = SessionId::from_bytes(self.entropy.id());
        let secret = new_secret(&*self.entropy);
        let csrf_token = new_secret(&*self.entropy);
        let now = self.now();
        let expires_at = now + self.session_lifetime;
        let body = SessionBody {
            user_id: user.id,
            tenant_id: scope.tenant(),
            secret_hash: hash_of(secret.as_bytes()).as_ref().to_vec(),
            csrf_token: csrf_token.clone(),
            created_at: now,
            expires_at,
        };
        let row = SessionRow { session_id: id, body: Json(body) };
        let written = self.records.put_until(Scope::System, Lane::Interactive, row, expires_at).await;
        written.map_err(Refusal::from)?;
        let set_cookie = self.cookie(&format!("{id}.{secret}"), self.session_lifetime);
        Ok(SignedIn { caller: caller_of(scope, user, Credential::Session { id, csrf_token }), set_cookie })
    }

    /// Ends a sign-in. Answers with the header that takes the cookie away.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn sign_out(
        &self,
        headers: &HeaderMap,
        scope: TenantScope,
        by: &By,
        id: SessionId,
    ) -> Result<HeaderValue, Refusal> {
        let _alone = self.changing_session.lock().await;
        self.accounts.audit.note(scope, by, Deed::new(AuditAct::SignedOut)).await?;
        self.records.delete::<SessionRow>(Scope::System, Lane::Interactive, SessionRow::key(id)).await?;
        if let Some(cookie) = cookie_of(headers) {
            self.forget(&bytes_of(hash_of(cookie.as_bytes())));
        }
        Ok(self.cookie("", Duration::ZERO))
    }

    /// Goes on in another workspace under the same sign-in; the next signing in begins there as well. The sign-in's
    /// sockets are the caller's to close.
    ///
    /// # Errors
    /// When the caller is not signed in but has a key, or does not belong to that workspace; when the store does not answer.
    pub(crate) async fn switch(
        &self,
        headers: &HeaderMap,
        caller: &Caller,
        by: &By,
        to: TenantId,
    ) -> Result<Caller, Denied> {
        let Credential::Session { id, .. } = caller.credential else {
            let message = "an API key belongs to one workspace, and acts in no other".to_owned();
            return Err(Refusal::NotAllowed(message).into());
        };
        let (scope, user) = self.accounts.enter(caller.principal.user_id, to).await?;
        let alone = self.changing_session.lock().await;
        let (mut body, before) = self.by_session(id, self.now()).await?;
        body.tenant_id = to;
        let by = By { sender: person(user.id, &user.name, None).sender, ..by.clone() };
        self.accounts.audit.note(scope, &by, Deed::new(AuditAct::Entered)).await?;
        let expires_at = body.expires_at;
        let row = SessionRow { session_id: id, body: Json(body) };
        let written = self.records.put_until(Scope::System, Lane::Interactive, row, expires_at).await;
        written.map_err(Refusal::from)?;
        drop(alone);
        if let Some(cookie) = cookie_of(headers) {
            self.forget(&bytes_of(hash_of(cookie.as_bytes())));
        }
        Ok(caller_of(scope, user, before.credential))
    }

    /// Who has this cookie.
    pub(super) async fn by_cookie(&self, cookie: &str, now: Timestamp) -> Result<Caller, Denied> {
        let (id, secret) = cookie.split_once('.').ok_or(Denied::NotSignedIn)?;
        let id: SessionId = id.parse().map_err(|_| Denied::NotSignedIn)?;
        let (body, caller) = self.by_session(id, now).await?;
        if same(hash_of(secret.as_bytes()).as_ref(), &body.secret_hash) {
            Ok(caller)
        } else {
            Err(Denied::NotSignedIn)
        }
    }

    /// Whose sign-in this is, as long as it lasts.
    pub(super) async fn by_session(
        &self,
        id: SessionId,
        now: Timestamp,
    ) -> Result<(SessionBody, Caller), Denied> {
        let row = self
            .records
            .get::<SessionRow>(Scope::System, SessionRow::key(id))
            .await
            .map_err(Refusal::from)?;
        let body =
            row.map(|row| row.body.0).filter(|body| now < body.expires_at).ok_or(Denied::NotSignedIn)?;
        let person = self.accounts.person(body.user_id).await?.ok_or(Denied::NotSignedIn)?;
        if person.sign_ins_since.is_some_and(|since| body.created_at < since) {
            return Err(Denied::NotSignedIn);
        }
        #[expect(clippy::disallowed_methods, reason = "the sign-in's own row names its workspace")]
        let scope = TenantScope::assume(body.tenant_id);
        let user = self.accounts.user(scope, body.user_id).await?.ok_or(Denied::NotSignedIn)?;
        let credential = Credential::Session { id, csrf_token: body.csrf_token.clone() };
        Ok((body, caller_of(scope, user, credential)))
    }

    /// Whose sign-in this is, and in which workspace; nothing where it has ended.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn whose(&self, id: SessionId) -> Result<Option<(UserId, TenantId)>, Refusal> {
        match self.by_session(id, self.now()).await {
            Ok((body, _)) => Ok(Some((body.user_id, body.tenant_id))),
            Err(Denied::Refused(refusal)) => Err(refusal),
            Err(_) => Ok(None),
        }
    }

    /// When a sign-in ends.
    ///
    /// # Errors
    /// When it has ended, or the store does not answer.
    pub(crate) async fn ends(&self, id: SessionId) -> Result<Timestamp, Denied> {
        Ok(self.by_session(id, self.now()).await?.0.expires_at)
    }

    fn cookie(&self, value: &str, lifetime: Duration) -> HeaderValue {
        let secure = if self.public_url.scheme() == "https" { "; Secure" } else { "" };
        let text = format!(
            "{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}{secure}",
            lifetime.as_secs()
        );
        HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static(""))
    }
}

fn caller_of(scope: TenantScope, user: wire::User, credential: Credential) -> Caller {
    let sender = wire::Sender {
        kind: wire::SenderKind::Agent,
        id: Some(user.id.to_string()),
        name: Some(user.name.clone()),
    };
    Caller { scope, principal: Principal { sender, user_id: user.id }, user, credential }
}

/// Our cookie in these headers.
pub(crate) fn cookie_of(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "theme=dark; xswitchboard_session=no".parse().unwrap());
        assert_eq!(cookie_of(&headers), None);
        headers.append(header::COOKIE, "switchboard_session=ses_1.abc".parse().unwrap());
        assert_eq!(cookie_of(&headers), Some("ses_1.abc"));
    }
}
