//! Connecting and disconnecting channels.
//!
//! A number belongs to one channel of the installation: the claim of its id says which. The claim of a
//! disconnected channel stays, so that late webhooks of it still verify, until the number is connected again.

use secrecy::SecretString;
use switchboard_actors::{Refusal, house::Act};
use switchboard_ports::store::{Exchanged, Scope};
use switchboard_schema::{
    ChannelId, TenantScope,
    record::{ChannelBody, Claim, ClaimTarget, Sealed},
    wire,
};

use super::{
    Webhooks,
    book::{Name, kind_and_hash, place},
};
use crate::access::{
    accounts::{checked_name, claim, reclaim},
    secrets::new_secret,
};

/// Longest id at a provider, in bytes.
const PROVIDER_ID_BYTES_MAX: usize = 128;
/// Longest token or secret of a provider, in bytes.
const SECRET_BYTES_MAX: usize = 4_096;

impl Webhooks {
    /// Connects a channel. `id` comes from the idempotency key, so that the same request makes the same one.
    /// The answer shows the verify token.
    ///
    /// # Errors
    /// When a field is wrong, the number is connected already, or the store does not answer.
    pub(crate) async fn connect(
        &self,
        scope: TenantScope,
        id: ChannelId,
        new: wire::ConnectChannel,
    ) -> Result<wire::Channel, Refusal> {
        let name = checked_name(&new.name)?;
        let phone_number_id = checked("phone_number_id", new.phone_number_id, PROVIDER_ID_BYTES_MAX)?;
        let waba_id = checked("waba_id", new.waba_id, PROVIDER_ID_BYTES_MAX)?;
        let access_token = checked("access_token", new.access_token, SECRET_BYTES_MAX)?;
        let app_secret =
            new.app_secret.map(|secret| checked("app_secret", secret, SECRET_BYTES_MAX)).transpose()?;
        if app_secret.is_none() && self.app_secret.is_none() {
            let message = "is needed: this installation has no Meta app of its own (whatsapp.app_secret)";
            return Err(Refusal::Invalid { field: "app_secret", message: message.to_owned() });
        }
        let verify_token = match new.verify_token {
            Some(token) => checked("verify_token", token, PROVIDER_ID_BYTES_MAX)?,
            None => new_secret(&*self.entropy),
        };
        let target = ClaimTarget::Channel { tenant_id: scope.tenant(), channel_id: id };
        self.claim_number(scope, &phone_number_id, target.clone()).await?;
        self.claim_if_free(&Name::Channel(id), target.clone()).await?;
        self.claim_if_free(&Name::Account(waba_id.clone()), target).await?;
        let body = ChannelBody {
            version: 0,
            kind: new.kind,
            name,
            access_token: self.seal(id, "access_token", access_token),
            app_secret: app_secret.map(|secret| self.seal(id, "app_secret", secret)),
            verify_token: self.seal(id, "verify_token", verify_token.clone()),
            health: wire::ChannelHealth::Working,
            problem: None,
            created_at: self.clock.now(),
            deleted_at: None,
            phone_number_id: phone_number_id.clone(),
            waba_id: waba_id.clone(),
        };
        let channel = self.house.put_channel(scope, id, body).await?;
        self.book.forget(id, &phone_number_id, &waba_id);
        Ok(wire::Channel { verify_token: Some(verify_token), ..channel })
    }

    /// Disconnects a channel.
    ///
    /// # Errors
    /// When there is no such channel, or the store does not answer.
    pub(crate) async fn disconnect(
        &self,
        scope: TenantScope,
        act: Act,
        id: ChannelId,
    ) -> Result<(), Refusal> {
        let row = self.book.row(scope, id).await?.ok_or(Refusal::NotFound("channel"))?;
        if row.body.0.deleted_at.is_none() {
            self.house.delete_channel(scope, act, id).await?;
        }
        self.book.forget(id, &row.body.0.phone_number_id, &row.body.0.waba_id);
        Ok(())
    }

    fn seal(&self, id: ChannelId, part: &str, secret: String) -> Sealed {
        self.vault.seal(&place(id, part), &SecretString::from(secret))
    }

    /// Gives a number to a channel, unless a connected channel has it.
    async fn claim_number(
        &self,
        scope: TenantScope,
        number: &str,
        target: ClaimTarget,
    ) -> Result<(), Refusal> {
        let taken = |whose: &str| Err(Refusal::Taken(format!("this number is connected {whose} already")));
        let (kind, hash) = kind_and_hash(&Name::Number(number.to_owned()));
        let found: Option<Claim> =
            self.records.claim(Scope::System, claim(kind, hash, target.clone())).await?;
        let Some(found) = found.filter(|found| found.target.0 != target) else { return Ok(()) };
        let ClaimTarget::Channel { tenant_id, channel_id } = found.target.0 else {
            return taken("elsewhere");
        };
        let own = tenant_id == scope.tenant();
        let whose = if own { "in this workspace" } else { "elsewhere" };
        #[expect(
            clippy::disallowed_methods,
            reason = "routing: only whether the channel was deleted is read"
        )]
        let holder = self.book.row(TenantScope::assume(tenant_id), channel_id).await?;
        // A claim without a row is of a connection that was cut short; whoever began it may begin again.
        let free = holder.map_or(own, |row| row.body.0.deleted_at.is_some());
        if !free {
            return taken(whose);
        }
        match self.records.store().exchange(Scope::System, reclaim(found, target)).await? {
            Exchanged::Done => Ok(()),
            Exchanged::Found(_) => taken(whose),
        }
    }

    /// Gives a name to a channel that nobody has; else leaves it.
    async fn claim_if_free(&self, name: &Name, target: ClaimTarget) -> Result<(), Refusal> {
        let (kind, hash) = kind_and_hash(name);
        self.records.claim(Scope::System, claim(kind, hash, target)).await?;
        Ok(())
    }
}

/// A text of a provider: visible, not empty, not endless.
fn checked(field: &'static str, text: String, bytes_max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.len() > bytes_max || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!("must have 1 to {bytes_max} visible ASCII characters");
        return Err(Refusal::Invalid { field, message });
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_names_is_visible_and_bounded() {
        assert_eq!(checked("waba_id", " 123 ".into(), 8).unwrap(), "123");
        assert!(checked("waba_id", String::new(), 8).is_err());
        assert!(checked("waba_id", "a b".into(), 8).is_err());
        assert!(checked("waba_id", "123456789".into(), 8).is_err());
    }
}
