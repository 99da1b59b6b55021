//! The provider's own sign-up (Meta: embedded-signup): its dialog gives the browser a code, which is exchanged here for a
//! token. The token never reaches a browser: what stands for it there is sealed, and good for ten minutes.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use switchboard_actors::Refusal;
use switchboard_domain::audit::By;
use switchboard_ports::account::{AccountError, Credentials};
use switchboard_schema::{ChannelId, TenantScope, Timestamp, record::Sealed, wire};

use super::{
    Webhooks,
    connect::{How, refusal_of},
};

/// How long a choice may be made among the numbers of a sign-up.
const TICKET_LIFE: Duration = Duration::from_secs(600);
/// Longest code of a sign-up, in bytes.
const CODE_BYTES_MAX: usize = 4_096;
/// Digits of the code for a number's two-step verification.
const PIN_DIGITS: usize = 6;

/// What is needed for the sign-up.
#[derive(Debug, Clone)]
pub(crate) struct SignUp {
    /// The dialog's address, but for what comes back with it.
    pub(crate) dialog_url: String,
    /// The same for a number that stays in the phone's app.
    pub(crate) phone_dialog_url: String,
    /// Where it comes back to.
    pub(crate) redirect_uri: String,
}

/// What a ticket holds.
#[derive(Serialize, Deserialize)]
struct Ticket {
    token: String,
    until: Timestamp,
}

impl Webhooks {
    /// Whether and how a number is connected through the provider's sign-up.
    pub(crate) fn sign_up_options(&self) -> wire::SignUpOptions {
        let sign_up = self.sign_up.as_ref();
        wire::SignUpOptions {
            available: sign_up.is_some(),
            dialog_url: sign_up.map(|sign_up| sign_up.dialog_url.clone()),
            phone_dialog_url: sign_up.map(|sign_up| sign_up.phone_dialog_url.clone()),
            redirect_uri: sign_up.map(|sign_up| sign_up.redirect_uri.clone()),
        }
    }

    fn sign_up(&self) -> Result<&SignUp, Refusal> {
        let message = "this installation has no Meta app for sign-ups (whatsapp.app_id, config_id, app_secret); connect the number by hand";
        self.sign_up
            .as_ref()
            .ok_or(Refusal::Rule { code: "sign_up_unavailable", message: message.to_owned() })
    }

    /// Exchanges a sign-up's code, and tells which numbers it shared.
    ///
    /// # Errors
    /// When there is no sign-up here, or the provider does not take the code or does not answer.
    pub(crate) async fn signed_up(
        &self,
        scope: TenantScope,
        code: wire::SignUpCode,
    ) -> Result<wire::SignedUp, Refusal> {
        let redirect_uri = self.sign_up()?.redirect_uri.clone();
        if code.code.is_empty() || code.code.len() > CODE_BYTES_MAX {
            let message = format!("must have 1 to {CODE_BYTES_MAX} characters");
            return Err(Refusal::Invalid { field: "code", message });
        }
        let token = self.accounts.exchange(code.code, redirect_uri).await.map_err(|error| match error {
            AccountError::Wrong { message, .. } => Refusal::Invalid { field: "code", message },
            error => refusal_of(error),
        })?;
        let shared = self.accounts.shared(token.clone()).await.map_err(refusal_of)?;
        let ticket =
            Ticket { token: token.expose_secret().to_owned(), until: self.clock.now() + TICKET_LIFE };
        let ticket = serde_json::to_string(&ticket).map_err(|error| Refusal::Broken(error.to_string()))?;
        let sealed = self.vault.seal(&place_of(scope), &SecretString::from(ticket));
        let numbers = self.with_channels(scope, shared).await?;
        Ok(wire::SignedUp { ticket: URL_SAFE_NO_PAD.encode(sealed.0), numbers })
    }

    /// Connects a number of a sign-up: registers it where a code for that is given, and then as by hand, but only with the
    /// provider's word.
    ///
    /// # Errors
    /// When the ticket is over or another workspace's, the code is none, or as [`Webhooks::connect`].
    pub(crate) async fn connect_signed_up(
        &self,
        scope: TenantScope,
        by: By,
        id: ChannelId,
        new: wire::ConnectSignedUp,
    ) -> Result<wire::Channel, Refusal> {
        self.sign_up()?;
        let access_token = self.open_ticket(scope, &new.ticket)?;
        if let Some(pin) = new.pin {
            if pin.len() != PIN_DIGITS || !pin.bytes().all(|digit| digit.is_ascii_digit()) {
                let message = format!("must be {PIN_DIGITS} digits");
                return Err(Refusal::Invalid { field: "pin", message });
            }
            let of = Credentials {
                phone_number_id: new.phone_number_id.clone(),
                waba_id: new.waba_id.clone(),
                access_token: access_token.clone(),
                app_secret: None,
            };
            self.accounts.register(of, pin).await.map_err(|error| match error {
                AccountError::Wrong { message, .. } => Refusal::Invalid { field: "pin", message },
                error => refusal_of(error),
            })?;
        }
        let connect = wire::ConnectChannel {
            kind: wire::ChannelKind::Whatsapp,
            name: new.name,
            phone_number_id: new.phone_number_id,
            waba_id: new.waba_id,
            access_token: access_token.expose_secret().to_owned(),
            app_secret: None,
            verify_token: None,
            verify: true,
        };
        self.connect(scope, by, id, connect, How::SignedUp).await
    }

    fn open_ticket(&self, scope: TenantScope, ticket: &str) -> Result<SecretString, Refusal> {
        let over =
            || Refusal::Invalid { field: "ticket", message: "this sign-up is over; begin again".to_owned() };
        let sealed = URL_SAFE_NO_PAD.decode(ticket).map_err(|_| over())?;
        let opened = self.vault.open(&place_of(scope), &Sealed(sealed)).map_err(|_| over())?;
        let ticket: Ticket = serde_json::from_str(opened.expose_secret()).map_err(|_| over())?;
        if ticket.until <= self.clock.now() {
            return Err(over());
        }
        Ok(SecretString::from(ticket.token))
    }
}

/// The place a ticket is sealed for: no other workspace can open it.
fn place_of(scope: TenantScope) -> String {
    format!("sign-up:{}", scope.tenant())
}
