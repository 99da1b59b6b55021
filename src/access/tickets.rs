//! Tickets that open one socket within a minute: for clients that cannot send a header with it.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use switchboard_actors::Refusal;
use switchboard_ports::secrets::Vault;
use switchboard_schema::{IdBytes, TenantId, TenantScope, Timestamp, wire};

use super::{Access, Caller, CredentialId, Denied};

/// How long a ticket is good for.
const TICKET_TTL: Duration = Duration::from_secs(60);
/// Used tickets remembered until they end by themselves; beyond, tickets are refused.
const USED_MAX: usize = 262_144;
/// Longest ticket looked at, in bytes.
const TICKET_BYTES_MAX: usize = 2_048;

/// Signs tickets and remembers the used ones.
pub(crate) struct Tickets {
    key: hmac::Key,
    used: Mutex<BTreeSet<(Timestamp, IdBytes)>>,
}

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ticket {
    tenant: TenantId,
    /// The credential it stands for.
    holder: CredentialId,
    expires_at: Timestamp,
    nonce: IdBytes,
}

impl Tickets {
    /// Tickets signed under the installation's key.
    pub(crate) fn new(vault: &dyn Vault) -> Self {
        let key = vault.derive("socket tickets");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret()),
            used: Mutex::new(BTreeSet::new()),
        }
    }

    fn sign(&self, ticket: &Ticket) -> Option<String> {
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(ticket).ok()?);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, body.as_bytes()));
        Some(format!("{body}.{tag}"))
    }

    /// What a ticket says, once.
    fn open(&self, text: &str, now: Timestamp) -> Result<Ticket, Denied> {
        let (body, tag) =
            text.split_once('.').filter(|_| text.len() <= TICKET_BYTES_MAX).ok_or(Denied::NotSignedIn)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| Denied::NotSignedIn)?;
        hmac::verify(&self.key, body.as_bytes(), &tag).map_err(|_| Denied::NotSignedIn)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| Denied::NotSignedIn)?;
        let ticket: Ticket = serde_json::from_slice(&body).map_err(|_| Denied::NotSignedIn)?;
        if ticket.expires_at <= now {
            return Err(Denied::NotSignedIn);
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while used.first().is_some_and(|(expires_at, _)| *expires_at <= now) {
            used.pop_first();
        }
        if used.len() >= USED_MAX {
            return Err(Denied::Refused(Refusal::Overloaded));
        }
        if used.insert((ticket.expires_at, ticket.nonce)) { Ok(ticket) } else { Err(Denied::NotSignedIn) }
    }
}

impl Access {
    /// A ticket for the caller.
    pub(crate) fn ticket(&self, caller: &Caller) -> Result<wire::SocketTicket, Refusal> {
        let expires_at = self.now() + TICKET_TTL;
        let ticket = Ticket {
            tenant: caller.scope.tenant(),
            holder: caller.credential.id(),
            expires_at,
            nonce: self.entropy.id(),
        };
        let ticket = self.tickets.sign(&ticket).ok_or(Refusal::Overloaded)?;
        Ok(wire::SocketTicket { ticket, expires_at })
    }

    /// Who holds this ticket.
    pub(super) async fn redeem(&self, text: &str) -> Result<Caller, Denied> {
        let ticket = self.tickets.open(text, self.now())?;
        #[expect(clippy::disallowed_methods, reason = "we signed this ticket for a caller of the workspace")]
        let scope = TenantScope::assume(ticket.tenant);
        self.by_id(scope, ticket.holder).await
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::ApiKeyId;

    use super::*;

    fn tickets(key: &[u8]) -> Tickets {
        Tickets { key: hmac::Key::new(hmac::HMAC_SHA256, key), used: Mutex::new(BTreeSet::new()) }
    }

    fn ticket(nonce: u8) -> Ticket {
        Ticket {
            tenant: TenantId::from_bytes([1; 16]),
            holder: CredentialId::ApiKey(ApiKeyId::from_bytes([3; 16])),
            expires_at: Timestamp::from_secs(60),
            nonce: [nonce; 16],
        }
    }

    #[test]
    fn a_ticket_opens_once() {
        let tickets = tickets(b"key");
        let text = tickets.sign(&ticket(1)).unwrap();
        assert_eq!(tickets.open(&text, Timestamp::from_secs(1)), Ok(ticket(1)));
        assert_eq!(tickets.open(&text, Timestamp::from_secs(1)), Err(Denied::NotSignedIn));
    }

    #[test]
    fn a_ticket_ends_and_cannot_be_forged() {
        let tickets = tickets(b"key");
        let text = tickets.sign(&ticket(1)).unwrap();
        assert_eq!(tickets.open(&text, Timestamp::from_secs(60)), Err(Denied::NotSignedIn));
        let forged = self::tickets(b"other").sign(&ticket(2)).unwrap();
        assert_eq!(tickets.open(&forged, Timestamp::from_secs(1)), Err(Denied::NotSignedIn));
        assert_eq!(tickets.open("nonsense", Timestamp::from_secs(1)), Err(Denied::NotSignedIn));
    }

    #[test]
    fn used_tickets_are_forgotten_when_they_end() {
        let tickets = tickets(b"key");
        for nonce in 0..5 {
            tickets.open(&tickets.sign(&ticket(nonce)).unwrap(), Timestamp::from_secs(1)).unwrap();
        }
        let mut late = ticket(9);
        late.expires_at = Timestamp::from_secs(200);
        tickets.open(&tickets.sign(&late).unwrap(), Timestamp::from_secs(100)).unwrap();
        assert_eq!(tickets.used.lock().unwrap().len(), 1);
    }
}
