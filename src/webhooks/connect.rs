//! Connecting and disconnecting channels.
//!
//! A number belongs to one channel of the installation: the claim of its id says which. The claim of a
//! disconnected channel stays, so that late webhooks of it still verify, until the number is connected again.

use secrecy::SecretString;
use switchboard_actors::{Change, Refusal, confirmed, look_of};
use switchboard_domain::{audit::By, channel as rules, phone_import};
use switchboard_ports::{
    account::{AccountError, Credentials, WrongField},
    store::{Exchanged, Scan, Scope},
};
use switchboard_schema::{
    ChannelId, TenantScope,
    record::{ChannelBody, ChannelRow, ChannelStanding, Claim, ClaimTarget, PhoneImport, Sealed},
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

/// How a number comes to be connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Its ids and token were entered.
    ByHand,
    /// Through the provider's sign-up.
    SignedUp,
}

impl Webhooks {
    /// Connects a channel. `id` comes from the idempotency key, so that the same request makes the same one; a number
    /// that was disconnected in this workspace goes on as the channel it was. The answer shows the verify token. Of a
    /// number that signed up just now and stays in the phone's app, what the phone keeps is asked for.
    ///
    /// # Errors
    /// When a field is wrong or the provider says so, the number is connected already, or the store does not answer.
    pub(crate) async fn connect(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        new: wire::ConnectChannel,
        how: How,
    ) -> Result<wire::Channel, Refusal> {
        let entered = self.entered(&new)?;
        let verify_token = match new.verify_token {
            Some(token) => checked("verify_token", token, PROVIDER_ID_BYTES_MAX)?,
            None => new_secret(&*self.entropy),
        };
        let place = self.place_of(scope, id, &entered.credentials.phone_number_id).await?;
        let id = place.id;
        let mut standing = self.verified(id, &entered, new.verify).await?;
        let phone = standing.facts.as_ref().is_some_and(|facts| facts.coexistence);
        let begin = || (how == How::SignedUp && phone).then(|| phone_import::begin(self.clock.now()));
        standing.phone = place.phone.or_else(begin);
        let target = ClaimTarget::Channel { tenant_id: scope.tenant(), channel_id: id };
        let Credentials { phone_number_id, waba_id, access_token, .. } = entered.credentials;
        self.claim_number(scope, &phone_number_id, target.clone()).await?;
        self.claim_if_free(&Name::Channel(id), target.clone()).await?;
        self.claim_account(scope, &waba_id, target).await?;
        let body = ChannelBody {
            version: 0,
            kind: new.kind,
            name: entered.name,
            access_token: self.seal(id, "access_token", &access_token),
            app_secret: entered.own_secret.map(|secret| self.seal(id, "app_secret", &secret)),
            verify_token: self.seal(id, "verify_token", &SecretString::from(verify_token.clone())),
            health: wire::ChannelHealth::Working,
            problem: None,
            created_at: place.created_at.unwrap_or_else(|| self.clock.now()),
            deleted_at: None,
            read_receipts: place.read_receipts,
            phone_number_id: phone_number_id.clone(),
            waba_id: waba_id.clone(),
            standing: ChannelStanding { connected_as: Some(place.asked), ..standing },
        };
        let channel = self.house.put_channel(scope, by, id, body).await?;
        self.book.forget(id, &phone_number_id, &waba_id);
        Ok(wire::Channel { verify_token: Some(verify_token), ..channel })
    }

    /// What the provider says of a number that is to be connected; nothing is stored.
    ///
    /// # Errors
    /// As [`Webhooks::connect`].
    pub(crate) async fn try_out(
        &self,
        scope: TenantScope,
        new: wire::ConnectChannel,
    ) -> Result<wire::CheckedNumber, Refusal> {
        let entered = self.entered(&new)?;
        // Of another workspace nothing is told but that it is taken.
        self.place_of(scope, ChannelId::from_bytes([0; 16]), &entered.credentials.phone_number_id).await?;
        match self.accounts.look(entered.credentials).await {
            Ok(report) => Ok(wire::CheckedNumber {
                account_numbers: self.with_channels(scope, report.account_numbers).await?,
                facts: Some(report.facts),
                token_expires_at: report.token_expires_at,
                unverified: None,
            }),
            Err(AccountError::Wrong { field, message }) => {
                Err(Refusal::Invalid { field: field.as_str(), message })
            }
            Err(AccountError::Unavailable(why) | AccountError::Unclear(why)) => Ok(wire::CheckedNumber {
                facts: None,
                account_numbers: Vec::new(),
                token_expires_at: None,
                unverified: Some(why),
            }),
        }
    }

    /// Changes a channel. A new token or secret is checked with the provider first. Where the keys of this server open what
    /// was stored no more, both are to be entered, and the answer shows a new verify token.
    ///
    /// # Errors
    /// When there is no such channel, one of them is missing, the provider does not take what is new or does not answer, or the store does not.
    pub(crate) async fn change(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        change: wire::ChangeChannel,
    ) -> Result<wire::Channel, Refusal> {
        let row = self.book.row(scope, id).await?.filter(|row| row.body.0.deleted_at.is_none());
        let body = row.ok_or(Refusal::NotFound("channel"))?.body.0;
        let secret = |field, given: Option<String>| {
            let checked = given.map(|secret| checked(field, secret, SECRET_BYTES_MAX)).transpose()?;
            Ok::<_, Refusal>(checked.map(SecretString::from))
        };
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let access_token = secret("access_token", change.access_token)?;
        let app_secret = secret("app_secret", change.app_secret)?;
        let mut look = None;
        let mut verify_token = None;
        if access_token.is_some() || app_secret.is_some() {
            // What is given, or what was stored.
            let or_stored = |field, given: &Option<SecretString>, sealed: &Sealed| {
                match given {
                Some(given) => Ok(given.clone()),
                None => self.vault.open(&place(id, field), sealed).map_err(|_| {
                    let message = "must be entered as well: the stored one cannot be read with this server's master key";
                    Refusal::Invalid { field, message: message.to_owned() }
                }),
            }
            };
            let own = match &body.app_secret {
                Some(sealed) => Some(or_stored("app_secret", &app_secret, sealed)?),
                None => app_secret.clone(),
            };
            let credentials = Credentials {
                phone_number_id: body.phone_number_id.clone(),
                waba_id: body.waba_id.clone(),
                access_token: or_stored("access_token", &access_token, &body.access_token)?,
                app_secret: own.or_else(|| self.app_secret.clone()),
            };
            look = Some(confirmed(&*self.accounts, credentials).await.map_err(refusal_of)?);
            if self.vault.open(&place(id, "verify_token"), &body.verify_token).is_err() {
                verify_token = Some(new_secret(&*self.entropy));
            }
        }
        let sealed = |part, secret: SecretString| self.seal(id, part, &secret);
        let change = Change {
            name,
            access_token: access_token.map(|token| sealed("access_token", token)),
            app_secret: app_secret.map(|secret| sealed("app_secret", secret)),
            verify_token: verify_token.clone().map(|word| sealed("verify_token", SecretString::from(word))),
            read_receipts: change.read_receipts,
            look,
        };
        let channel = self.house.change_channel(scope, by, id, change).await?;
        self.book.forget(id, &body.phone_number_id, &body.waba_id);
        Ok(wire::Channel { verify_token, ..channel })
    }

    /// Disconnects a channel; with `erase` what its late webhooks are verified with is removed as well. The app is told no
    /// more of an account of which no number is left.
    ///
    /// # Errors
    /// When there is no such channel, or the store does not answer.
    pub(crate) async fn disconnect(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        erase: bool,
    ) -> Result<(), Refusal> {
        let row = self.book.row(scope, id).await?.ok_or(Refusal::NotFound("channel"))?;
        let body = row.body.0;
        if body.deleted_at.is_none() || (erase && !body.standing.erased) {
            self.house.delete_channel(scope, by, id, erase).await?;
        }
        self.book.forget(id, &body.phone_number_id, &body.waba_id);
        if body.deleted_at.is_none() {
            self.leave_account(scope, id, &body).await?;
        }
        Ok(())
    }

    /// Hands the account's webhooks to another channel of it, or has the provider send none where there is none.
    async fn leave_account(
        &self,
        scope: TenantScope,
        id: ChannelId,
        body: &ChannelBody,
    ) -> Result<(), Refusal> {
        let others = self.channels(scope).await?;
        let other = others.iter().find(|row| {
            row.channel_id != id && row.body.0.deleted_at.is_none() && row.body.0.waba_id == body.waba_id
        });
        if let Some(other) = other {
            let target = ClaimTarget::Channel { tenant_id: scope.tenant(), channel_id: other.channel_id };
            self.claim_account(scope, &body.waba_id, target).await?;
            self.book.forget(id, &body.phone_number_id, &body.waba_id);
            return Ok(());
        }
        // Another workspace may have numbers of the same account.
        let holder = self.book.target(&Name::Account(body.waba_id.clone())).await?;
        if holder.is_some_and(|(_, holder)| holder != id) {
            return Ok(());
        }
        let Ok(access_token) = self.vault.open(&place(id, "access_token"), &body.access_token) else {
            return Ok(());
        };
        let of = Credentials {
            phone_number_id: body.phone_number_id.clone(),
            waba_id: body.waba_id.clone(),
            access_token,
            app_secret: None,
        };
        // It is disconnected in any case: what still comes is verified and dropped.
        if let Err(error) = self.accounts.unsubscribe(of).await {
            tracing::info!(channel = %id, %error, "the provider goes on sending webhooks of this account");
        }
        Ok(())
    }

    /// What was entered, each field in its form.
    fn entered(&self, new: &wire::ConnectChannel) -> Result<Entered, Refusal> {
        let name = checked_name(&new.name)?;
        let id = |field, text: &str| checked(field, text.to_owned(), PROVIDER_ID_BYTES_MAX);
        let phone_number_id = id("phone_number_id", &new.phone_number_id)?;
        let waba_id = id("waba_id", &new.waba_id)?;
        let access_token = checked("access_token", new.access_token.clone(), SECRET_BYTES_MAX)?;
        let own_secret = new
            .app_secret
            .clone()
            .map(|secret| checked("app_secret", secret, SECRET_BYTES_MAX))
            .transpose()?
            .map(SecretString::from);
        let app_secret = own_secret.clone().or_else(|| self.app_secret.clone());
        if app_secret.is_none() {
            let message = "is needed: this installation has no Meta app of its own (whatsapp.app_secret)";
            return Err(Refusal::Invalid { field: "app_secret", message: message.to_owned() });
        }
        let access_token = SecretString::from(access_token);
        let credentials = Credentials { phone_number_id, waba_id, access_token, app_secret };
        Ok(Entered { name, credentials, own_secret })
    }

    /// Asks the provider about what was entered.
    ///
    /// # Errors
    /// The token is not taken; where it `must` be confirmed, also anything else that is wrong or not answered.
    async fn verified(
        &self,
        id: ChannelId,
        entered: &Entered,
        must: bool,
    ) -> Result<ChannelStanding, Refusal> {
        let look = match confirmed(&*self.accounts, entered.credentials.clone()).await {
            Ok(look) => look,
            Err(error) if must || is_of_token(&error) => return Err(refusal_of(error)),
            Err(error) => look_of(error),
        };
        let mut standing = ChannelStanding::default();
        rules::take_look(id, &mut standing, look, self.clock.now());
        Ok(standing)
    }

    /// Which of an account's numbers this workspace has connected.
    pub(super) async fn with_channels(
        &self,
        scope: TenantScope,
        mut numbers: Vec<wire::AccountNumber>,
    ) -> Result<Vec<wire::AccountNumber>, Refusal> {
        let rows = self.channels(scope).await?;
        for number in &mut numbers {
            let row = rows.iter().find(|row| {
                row.body.0.deleted_at.is_none() && row.body.0.phone_number_id == number.phone_number_id
            });
            number.channel_id = row.map(|row| row.channel_id);
        }
        Ok(numbers)
    }

    async fn channels(&self, scope: TenantScope) -> Result<Vec<ChannelRow>, Refusal> {
        Ok(self.records.all::<ChannelRow>(scope, Scan::of::<ChannelRow>(ChannelRow::partition())).await?)
    }

    /// As which channel a number is to be connected: as the one it was in this workspace, or as a new one.
    ///
    /// # Errors
    /// When a connected channel has it.
    async fn place_of(&self, scope: TenantScope, asked: ChannelId, number: &str) -> Result<Place, Refusal> {
        let new = Place { id: asked, asked, created_at: None, read_receipts: true, phone: None };
        let Some((holder, id)) = self.book.target(&Name::Number(number.to_owned())).await? else {
            return Ok(new);
        };
        let row = self.book.row(holder, id).await?;
        let own = holder == scope;
        let Some(body) = row.map(|row| row.body.0) else {
            // A connection that was cut short; whoever began it may begin again.
            return if own { Ok(new) } else { taken("elsewhere") };
        };
        if body.deleted_at.is_none() && !(own && (id == asked || body.standing.connected_as == Some(asked))) {
            return taken(if own { "in this workspace" } else { "elsewhere" });
        }
        let continues = own && !body.standing.erased;
        let (created_at, read_receipts) = (Some(body.created_at), body.read_receipts);
        let is_again = body.standing.connected_as == Some(asked) && body.deleted_at.is_none();
        let phone = body.standing.phone.filter(|_| is_again);
        Ok(if continues { Place { id, asked, created_at, read_receipts, phone } } else { new })
    }

    fn seal(&self, id: ChannelId, part: &str, secret: &SecretString) -> Sealed {
        self.vault.seal(&place(id, part), secret)
    }

    /// Gives a number to a channel, unless a connected channel has it.
    async fn claim_number(
        &self,
        scope: TenantScope,
        number: &str,
        target: ClaimTarget,
    ) -> Result<(), Refusal> {
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

    /// Gives an account's webhooks to a channel, unless a connected one has them.
    async fn claim_account(
        &self,
        scope: TenantScope,
        waba_id: &str,
        target: ClaimTarget,
    ) -> Result<(), Refusal> {
        let name = Name::Account(waba_id.to_owned());
        let (kind, hash) = kind_and_hash(&name);
        let found: Option<Claim> =
            self.records.claim(Scope::System, claim(kind, hash, target.clone())).await?;
        let Some(found) = found.filter(|found| found.target.0 != target) else { return Ok(()) };
        let Some((holder, id)) = self.book.target(&name).await? else { return Ok(()) };
        let row = self.book.row(holder, id).await?;
        if row.map_or(holder == scope, |row| row.body.0.deleted_at.is_some()) {
            // Whoever was quicker has them.
            self.records.store().exchange(Scope::System, reclaim(found, target)).await?;
        }
        Ok(())
    }

    /// Gives a name to a channel that nobody has; else leaves it.
    async fn claim_if_free(&self, name: &Name, target: ClaimTarget) -> Result<(), Refusal> {
        let (kind, hash) = kind_and_hash(name);
        self.records.claim(Scope::System, claim(kind, hash, target)).await?;
        Ok(())
    }
}

/// What was entered to connect a number.
struct Entered {
    name: String,
    credentials: Credentials,
    /// The secret that was entered, not the installation's.
    own_secret: Option<SecretString>,
}

/// As which channel a number is connected.
struct Place {
    id: ChannelId,
    /// The id that the request asks for.
    asked: ChannelId,
    /// When it was connected first.
    created_at: Option<switchboard_schema::Timestamp>,
    /// Whether customers are told there that what they wrote was read.
    read_receipts: bool,
    /// What comes over from its phone, where this very request connected it already.
    phone: Option<PhoneImport>,
}

fn taken<T>(whose: &str) -> Result<T, Refusal> {
    Err(Refusal::Taken(format!("this number is connected {whose} already")))
}

fn is_of_token(error: &AccountError) -> bool {
    matches!(error, AccountError::Wrong { field: WrongField::AccessToken, .. })
}

/// Why nothing was connected.
pub(super) fn refusal_of(error: AccountError) -> Refusal {
    match error {
        AccountError::Wrong { field, message } => Refusal::Invalid { field: field.as_str(), message },
        AccountError::Unavailable(why) => Refusal::Provider {
            code: "provider_unavailable".to_owned(),
            message: format!("WhatsApp did not answer: {why}. Nothing was changed. Try again in a moment."),
        },
        AccountError::Unclear(why) => Refusal::Provider {
            code: "provider_unclear".to_owned(),
            message: format!("{why} Nothing was changed. Check whatsapp.graph_url."),
        },
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
