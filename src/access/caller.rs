//! The caller, as handlers see them.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use switchboard_actors::{
    Refusal,
    house::{Act, Cause, Principal},
};
use switchboard_schema::{ApiKeyId, IdBytes, SessionId, TenantScope, wire};

use crate::{
    access::buckets::Empty,
    http::{extract::IdempotencyKey, problem::Problem},
};

/// Somebody who proved who they are, and what they may act in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The workspace.
    pub(crate) scope: TenantScope,
    /// The name under which they act.
    pub(crate) principal: Principal,
    /// The person; for an API key whoever made it, under the key's name.
    pub(crate) user: wire::User,
    /// How they proved it.
    pub(crate) credential: Credential,
}

/// How a caller proved who they are.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    /// By an API key.
    ApiKey(ApiKeyId),
    /// By the cookie of a sign-in.
    Session {
        /// Which.
        id: SessionId,
        /// What requests that change something must repeat.
        csrf_token: String,
    },
}

switchboard_schema::undisclosed!(Credential);

/// Which credential it is, without its secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CredentialId {
    /// An API key.
    ApiKey(ApiKeyId),
    /// A sign-in.
    Session(SessionId),
}

impl CredentialId {
    /// The bare id, as the fan-out knows it.
    pub(crate) const fn as_bytes(&self) -> &IdBytes {
        match self {
            Self::ApiKey(id) => id.as_bytes(),
            Self::Session(id) => id.as_bytes(),
        }
    }
}

impl Credential {
    /// Which it is.
    pub(crate) const fn id(&self) -> CredentialId {
        match self {
            Self::ApiKey(id) => CredentialId::ApiKey(*id),
            Self::Session { id, .. } => CredentialId::Session(*id),
        }
    }

    /// A browser's.
    pub(crate) const fn is_session(&self) -> bool {
        matches!(self, Self::Session { .. })
    }
}

/// Why somebody is not let in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Denied {
    /// No credential, or one that is unknown, ended or used up.
    NotSignedIn,
    /// A cookie from a page of another site.
    Origin,
    /// A cookie without its CSRF token.
    Csrf,
    /// Too often; try again after this long.
    TooMany(Empty),
    /// It cannot be known now.
    Refused(Refusal),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotSignedIn => {
                Self::not_signed_in("sign in, or send an API key as `Authorization: Bearer …`")
            }
            Denied::Origin => Self::new(
                StatusCode::FORBIDDEN,
                "foreign_origin",
                "the sign-in's cookie works from this server's own pages only; programs use an API key",
            ),
            Denied::Csrf => Self::new(
                StatusCode::FORBIDDEN,
                "csrf_token_wrong",
                "repeat the `csrf_token` of GET /api/v1/me as the header X-CSRF-Token",
            ),
            Denied::TooMany(Empty { too_many, wait }) => {
                let seconds = wait.as_secs_f64().ceil().max(1.0);
                Self::too_many(wait, &format!("{too_many}: try again in {seconds} s"))
            }
            Denied::Refused(refusal) => refusal.into(),
        }
    }
}

impl Caller {
    /// An act of theirs.
    pub(crate) fn act(&self, key: IdempotencyKey, cause: Cause) -> Act {
        let Cause { correlation, trace } = cause;
        Act { principal: self.principal.clone(), key: key.key, correlation, trace }
    }
}
