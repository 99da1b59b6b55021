//! The doors for who is not signed in: making an account, and a forgotten password. Both go by a one-time code, and neither
//! tells whether an address has an account: what is answered is the same, and what differs is said in the mail.

use std::net::IpAddr;

use http::StatusCode;
use secrecy::SecretString;
use switchboard_actors::Refusal;
use switchboard_domain::audit::Deed;
use switchboard_schema::{
    TenantId, TenantScope, UserId,
    wire::{self, AuditAct},
};

use super::{
    Access, Denied,
    accounts::{checked_email, checked_name, checked_name_of, person},
    bytes_of,
    codes::{CODE_LIFETIME, Purpose, checked_code},
    passwords::check_password,
    secrets::hash_of,
    sessions::SignedIn,
};
use crate::{
    http::problem::Problem,
    mail::{and_that_is_all, letters},
};

/// Why somebody does not come in by a door.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Barred {
    /// As at every other.
    Denied(Denied),
    /// The password is not that of the account.
    WrongPassword,
    /// The one-time code is wrong, has ended or was tried too often.
    WrongCode,
    /// The invitation was accepted or taken back, or it has ended.
    Gone,
}

impl From<Denied> for Barred {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Refusal> for Barred {
    fn from(refusal: Refusal) -> Self {
        Self::Denied(refusal.into())
    }
}

impl From<Barred> for Problem {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Denied(denied) => denied.into(),
            Barred::WrongPassword => Self::wrong_credentials(),
            Barred::WrongCode => Self {
                field: Some("code".to_owned()),
                ..Self::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "wrong_code",
                    "the code is wrong, was tried too often or has run out: ask for another",
                )
            },
            Barred::Gone => Self::new(
                StatusCode::GONE,
                "invitation_gone",
                "the invitation was accepted or taken back, or has run out: ask for another",
            ),
        }
    }
}

/// A password that was set anew.
pub(crate) struct Reset {
    /// Whose.
    pub(crate) user_id: UserId,
    /// Where they belong: what they had open there is the caller's to close.
    pub(crate) workspaces: Vec<TenantId>,
    /// As whom they are signed in now.
    pub(crate) signed_in: SignedIn,
}

impl Access {
    /// By which doors somebody comes in here.
    pub(crate) fn entrances(&self) -> wire::Entrances {
        let is_open = self.post.is_open();
        wire::Entrances {
            sign_up: self.sign_up && is_open,
            password_reset: is_open,
            outbox: self.post.outbox().is_some(),
        }
    }

    /// Sends a code by which an account can be made; to an address that has one, words that say so.
    ///
    /// # Errors
    /// When strangers are not let in, the address is none, or too many codes are asked for.
    pub(crate) async fn ask_to_sign_up(&self, from: IpAddr, email: &str) -> Result<wire::CodeAsked, Barred> {
        self.check_sign_up()?;
        self.ask_for_code(Purpose::SignUp, from, email).await
    }

    /// Sends a code by which a forgotten password can be set anew; nothing to an address without an account.
    ///
    /// # Errors
    /// When no mail is sent here, the address is none, or too many codes are asked for.
    pub(crate) async fn ask_for_password(
        &self,
        from: IpAddr,
        email: &str,
    ) -> Result<wire::CodeAsked, Barred> {
        self.ask_for_code(Purpose::PasswordReset, from, email).await
    }

    fn check_sign_up(&self) -> Result<(), Refusal> {
        if self.entrances().sign_up {
            return Ok(());
        }
        Err(Refusal::NotAllowed("people come in here by invitation: ask somebody for one".to_owned()))
    }

    async fn ask_for_code(
        &self,
        purpose: Purpose,
        from: IpAddr,
        email: &str,
    ) -> Result<wire::CodeAsked, Barred> {
        let email = checked_email(email)?;
        let now = self.now();
        self.codes_by_address.take(from, now).map_err(Denied::TooMany)?;
        if let Err(empty) = self.codes_by_account.take(bytes_of(hash_of(email.as_bytes())), now) {
            self.codes_by_address.give_back(&from);
            return Err(Denied::TooMany(empty).into());
        }
        // Also where nothing will be sent: whoever asks sees no difference.
        let place = self.post.place()?;
        let has_account = self.accounts.member_account(&email).await?.is_some();
        let code = self.codes.make(purpose, &email).await?;
        let until = now + CODE_LIFETIME;
        let letter = match (purpose, has_account) {
            (Purpose::SignUp, false) => Some(letters::sign_up_code(email, &code, CODE_LIFETIME, until)),
            (Purpose::SignUp, true) => Some(letters::has_account(email, &self.public_url, until)),
            (Purpose::PasswordReset, true) => {
                Some(letters::password_code(email, &code, CODE_LIFETIME, until))
            }
            (Purpose::PasswordReset, false) => None,
        };
        if let Some(letter) = letter {
            self.post.send(place, letter, and_that_is_all);
        }
        Ok(wire::CodeAsked { valid_s: CODE_LIFETIME.as_secs() })
    }

    /// Makes an account and a workspace, and signs in to it.
    ///
    /// # Errors
    /// When strangers are not let in, a field is wrong (which is no try), the code is wrong, or the address has an account
    /// since.
    pub(crate) async fn sign_up(
        &self,
        from: IpAddr,
        request: wire::ConfirmSignUp,
    ) -> Result<SignedIn, Barred> {
        self.check_sign_up()?;
        let email = checked_email(&request.email)?;
        let code = checked_code(&request.code)?;
        let workspace = checked_name_of("workspace", &request.workspace)?;
        let name = checked_name(&request.name)?;
        check_password(&request.password)?;
        self.sign_ins_by_address.take(from, self.now()).map_err(Denied::TooMany)?;
        let spent = self.codes.spend(Purpose::SignUp, &email, &code).await?.ok_or(Barred::WrongCode)?;
        let password = SecretString::from(request.password);
        match self.accounts.sign_up(workspace, name, email, password, from).await {
            Ok((scope, user)) => Ok(self.open_session(from, scope, user).await?),
            Err(refusal) => {
                self.codes.give_back(spent).await?;
                Err(refusal.into())
            }
        }
    }

    /// Sets a forgotten password anew, and signs in with it. Every sign-in from before is good no more; keys are as they were.
    ///
    /// # Errors
    /// When a field is wrong (which is no try), the code is wrong, or too many try.
    pub(crate) async fn reset_password(
        &self,
        from: IpAddr,
        request: wire::ConfirmPasswordReset,
    ) -> Result<Reset, Barred> {
        let email = checked_email(&request.email)?;
        let code = checked_code(&request.code)?;
        check_password(&request.password)?;
        self.sign_ins_by_address.take(from, self.now()).map_err(Denied::TooMany)?;
        let spent = self.codes.spend(Purpose::PasswordReset, &email, &code).await?;
        let spent = spent.ok_or(Barred::WrongCode)?;
        let account = self.accounts.member_account(&email).await?.ok_or(Barred::WrongCode)?;
        let user_id = account.user_id;
        let workspaces = match self.accounts.set_password(user_id, SecretString::from(request.password)).await
        {
            Ok(workspaces) => workspaces,
            Err(refusal) => {
                self.codes.give_back(spent).await?;
                return Err(refusal.into());
            }
        };
        for tenant in &workspaces {
            #[expect(clippy::disallowed_methods, reason = "the person's own row names the workspace")]
            let scope = TenantScope::assume(*tenant);
            self.forget_user(scope, user_id);
            if let Some(user) = self.accounts.user(scope, user_id).await? {
                let by = person(user_id, &user.name, Some(from));
                self.accounts.audit.note(scope, &by, Deed::new(AuditAct::PasswordReset)).await?;
            }
        }
        let seat = self.accounts.first_seat(user_id, workspaces.clone()).await?;
        let (scope, user) = seat.ok_or(Barred::WrongCode)?;
        Ok(Reset { user_id, workspaces, signed_in: self.open_session(from, scope, user).await? })
    }

    /// Mail that stayed here, newest first; nothing where it leaves.
    pub(crate) fn outbox(&self) -> Option<wire::OutboxMails> {
        let mails = self.post.outbox()?.mails().into_iter().map(|(at, mail)| wire::OutboxMail {
            at,
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
        });
        Some(wire::OutboxMails { mails: mails.collect() })
    }
}
