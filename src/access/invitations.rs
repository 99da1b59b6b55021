//! Invitations: somebody is asked by address to join a workspace, as something.
//!
//! A row of the workspace says who is asked; a token under the installation's key says where the row is. Whoever has the
//! token may join in the name of the address, and of no other: as a new account, or as the one the address has already,
//! which must prove itself. It is accepted once: the row is deleted with that, and a claim that stays says by whom.

use std::{net::IpAddr, time::Duration};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use ring::hmac;
use secrecy::{ExposeSecret as _, SecretString};
use switchboard_actors::Refusal;
use switchboard_domain::{
    audit::{By, Deed},
    roles,
};
use switchboard_ports::{
    secrets::Vault,
    store::{Lane, Mutation, Scan},
};
use switchboard_schema::{
    IdBytes, InvitationId, TenantId, TenantScope, UserId,
    record::{InvitationBody, InvitationRow},
    table::Json,
    wire::{self, AuditAct, MailStanding, Role},
};

use super::{
    Access, Accounts, Caller, Denied,
    accounts::{check_rule_over, checked_email, checked_name},
    bytes_of,
    entrances::Barred,
    passwords::check_password,
    secrets::hash_of,
    sessions::SignedIn,
};
use crate::mail::letters::{Invited, invitation};

/// How long an invitation can be accepted.
const INVITATION_LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// Invitations of one workspace that were not accepted yet.
const INVITATIONS_MAX: usize = 200;
/// What a token says: workspace, invitation and nonce.
const TOKEN_BYTES: usize = 48;
/// The tag behind it.
const TAG_BYTES: usize = 32;
/// Longest token looked at, in bytes.
const TOKEN_TEXT_BYTES_MAX: usize = 256;
/// Longest reason that is kept of a mail that was not taken, in characters.
const PROBLEM_CHARS_MAX: usize = 300;

/// Signs and reads tokens.
pub(crate) struct Tokens(Vec<hmac::Key>);

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    tenant: TenantId,
    id: InvitationId,
    nonce: IdBytes,
}

impl Tokens {
    /// Tokens signed under the installation's key; those signed under the one before are read as well.
    pub(crate) fn new(vault: &dyn Vault) -> Self {
        let keys = vault.derive_all("invitations");
        Self(keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())).collect())
    }

    fn sign(&self, token: &Token) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES + TAG_BYTES);
        bytes.extend_from_slice(token.tenant.as_bytes());
        bytes.extend_from_slice(token.id.as_bytes());
        bytes.extend_from_slice(&token.nonce);
        if let Some(key) = self.0.first() {
            let tag = hmac::sign(key, &bytes);
            bytes.extend_from_slice(tag.as_ref());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(&self, text: &str) -> Option<Token> {
        if text.len() > TOKEN_TEXT_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok()?;
        let (said, tag) = bytes.split_at_checked(TOKEN_BYTES)?;
        self.0.iter().find(|key| hmac::verify(key, said, tag).is_ok())?;
        let (tenant, rest) = said.split_first_chunk()?;
        let (id, rest) = rest.split_first_chunk()?;
        let nonce = rest.try_into().ok()?;
        Some(Token { tenant: TenantId::from_bytes(*tenant), id: InvitationId::from_bytes(*id), nonce })
    }
}

/// Somebody joined.
pub(crate) struct Joined {
    /// Where.
    pub(crate) scope: TenantScope,
    /// As whom they are signed in now.
    pub(crate) signed_in: SignedIn,
}

/// As whom somebody joins.
pub(super) enum Joining {
    /// As the one who has the address.
    Known(UserId),
    /// As somebody new.
    New {
        /// Their name.
        name: String,
        /// Their password's hash.
        password_hash: String,
    },
}

impl Access {
    /// Asks somebody to join. `id` comes from the idempotency key.
    ///
    /// # Errors
    /// When a field is wrong, the address belongs here already or was asked already, the role is not the asker's to give, or
    /// too many are asked.
    pub(crate) async fn invite(
        &self,
        caller: &Caller,
        by: &By,
        id: InvitationId,
        new: wire::CreateInvitation,
    ) -> Result<wire::Invitation, Denied> {
        check_rule_over(caller.user.role, [new.role])?;
        let email = checked_email(&new.email)?;
        let scope = caller.scope;
        self.invitations_by_workspace.take(scope.tenant(), self.now()).map_err(Denied::TooMany)?;
        let now = self.now();
        let body = InvitationBody {
            email,
            role: new.role,
            invited_by: caller.principal.user_id,
            invited_by_name: self.name_of(caller).await?,
            created_at: now,
            expires_at: now + INVITATION_LIFETIME,
            nonce: self.entropy.id(),
            mail: self.standing_of_new_mail(),
            mail_problem: None,
        };
        let row = self.accounts.add_invitation(scope, by, id, body).await?;
        self.post_invitation(scope, &row).await?;
        Ok(self.shown(scope, row, caller.user.role))
    }

    /// The invitations that were not accepted yet, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn invitations(&self, caller: &Caller) -> Result<wire::InvitationList, Refusal> {
        let scope = caller.scope;
        let mut rows = self.accounts.invitation_rows(scope).await?;
        rows.sort_by_key(|row| std::cmp::Reverse((row.body.0.created_at, row.invitation_id)));
        let invitations = rows.into_iter().map(|row| self.shown(scope, row, caller.user.role)).collect();
        Ok(wire::InvitationList { invitations, by_mail: self.post.is_open() })
    }

    /// Sends an invitation again, good for as long as a new one. Whoever does so asks from now on.
    ///
    /// # Errors
    /// When there is none, its role is not the asker's to give, or too many are sent.
    pub(crate) async fn invite_again(
        &self,
        caller: &Caller,
        by: &By,
        id: InvitationId,
    ) -> Result<wire::Invitation, Denied> {
        let scope = caller.scope;
        let row = self.accounts.invitation(scope, id).await?.ok_or(Refusal::NotFound("invitation"))?;
        check_rule_over(caller.user.role, [row.body.0.role])?;
        self.invitations_by_workspace.take(scope.tenant(), self.now()).map_err(Denied::TooMany)?;
        let (now, mail, name) = (self.now(), self.standing_of_new_mail(), self.name_of(caller).await?);
        let again = Some((by, AuditAct::InvitedAgain));
        let changed = self.accounts.change_invitation(scope, again, id, |body| {
            body.invited_by = caller.principal.user_id;
            body.invited_by_name = name;
            body.expires_at = now + INVITATION_LIFETIME;
            (body.mail, body.mail_problem) = (mail, None);
        });
        let row = changed.await?.ok_or(Refusal::NotFound("invitation"))?;
        self.post_invitation(scope, &row).await?;
        Ok(self.shown(scope, row, caller.user.role))
    }

    /// Takes an invitation back: its link opens nothing from now on.
    ///
    /// # Errors
    /// When there is none, or its role is not the asker's to give.
    pub(crate) async fn revoke_invitation(
        &self,
        caller: &Caller,
        by: &By,
        id: InvitationId,
    ) -> Result<(), Refusal> {
        let row = self.accounts.invitation(caller.scope, id).await?.ok_or(Refusal::NotFound("invitation"))?;
        check_rule_over(caller.user.role, [row.body.0.role])?;
        self.accounts.delete_invitation(caller.scope, by, row).await
    }

    /// What the person is called who asks; behind an API key it is whoever made it.
    async fn name_of(&self, caller: &Caller) -> Result<String, Refusal> {
        let person = self.accounts.user(caller.scope, caller.principal.user_id).await?;
        Ok(person.ok_or(Refusal::NotFound("user"))?.name)
    }

    fn standing_of_new_mail(&self) -> MailStanding {
        if self.post.is_open() { MailStanding::Waiting } else { MailStanding::None }
    }

    /// As one of us sees it. Who may not make somebody an owner gets no link that would make one.
    fn shown(&self, scope: TenantScope, row: InvitationRow, role: Role) -> wire::Invitation {
        let link = roles::may_rule_over(role, row.body.0.role).then(|| self.link(scope, &row));
        let body = row.body.0;
        wire::Invitation {
            id: row.invitation_id,
            email: body.email,
            role: body.role,
            invited_by: body.invited_by,
            invited_by_name: body.invited_by_name,
            created_at: body.created_at,
            expires_at: body.expires_at,
            mail: body.mail,
            mail_problem: body.mail_problem,
            link,
        }
    }

    /// The token stands behind the `#`, which no browser sends to a server.
    fn link(&self, scope: TenantScope, row: &InvitationRow) -> String {
        let token = Token { tenant: scope.tenant(), id: row.invitation_id, nonce: row.body.0.nonce };
        format!("{}join#{}", self.public_url, self.tokens.sign(&token))
    }

    /// Posts the mail of an invitation, where mail is sent, and has noted what became of it.
    async fn post_invitation(&self, scope: TenantScope, row: &InvitationRow) -> Result<(), Refusal> {
        if !self.post.is_open() {
            return Ok(());
        }
        let (id, nonce) = (row.invitation_id, row.body.0.nonce);
        let noted = move |accounts: Accounts, mail: MailStanding, problem: Option<String>| async move {
            let changed = accounts.change_invitation(scope, None, id, |body| {
                if body.nonce == nonce {
                    (body.mail, body.mail_problem) = (mail, problem);
                }
            });
            if let Err(refusal) = changed.await.map(drop) {
                tracing::warn!(%refusal, "what became of an invitation's mail cannot be noted");
            }
        };
        let place = match self.post.place() {
            Ok(place) => place,
            Err(refusal) => {
                // The invitation stands, and can be sent again.
                noted(self.accounts.clone(), MailStanding::Failed, Some(refusal.to_string())).await;
                return Ok(());
            }
        };
        let body = &row.body.0;
        let workspace = self.accounts.workspace(scope).await?.name;
        let invited = Invited {
            workspace: &workspace,
            by: &body.invited_by_name,
            role: body.role,
            link: &self.link(scope, row),
            lifetime: INVITATION_LIFETIME,
        };
        let letter = invitation(body.email.clone(), &invited, body.expires_at);
        let accounts = self.accounts.clone();
        self.post.send(place, letter, move |outcome| {
            let (mail, problem) = match outcome {
                Ok(()) => (MailStanding::Sent, None),
                Err(why) => (MailStanding::Failed, Some(why.chars().take(PROBLEM_CHARS_MAX).collect())),
            };
            noted(accounts, mail, problem)
        });
        Ok(())
    }

    /// What an invitation says to whoever has its token.
    ///
    /// # Errors
    /// `Gone` where it opens nothing; too often.
    pub(crate) async fn look_at_invitation(
        &self,
        address: IpAddr,
        token: &str,
    ) -> Result<wire::InvitationSeen, Barred> {
        self.sign_ins_by_address.take(address, self.now()).map_err(Denied::TooMany)?;
        let (scope, row) = self.opened(token).await?;
        let workspace = self.accounts.workspace(scope).await?.name;
        let InvitationBody { email, role, invited_by_name, expires_at, .. } = row.body.0;
        let has_account = self.accounts.member_account(&email).await?.is_some();
        Ok(wire::InvitationSeen {
            workspace,
            email,
            role,
            invited_by: invited_by_name,
            has_account,
            expires_at,
        })
    }

    /// Joins a workspace, and signs in to it.
    ///
    /// # Errors
    /// `Gone` where the token opens nothing; when a field is wrong or missing, the password is wrong, somebody else is signed
    /// in; too often.
    pub(crate) async fn accept_invitation(
        &self,
        address: IpAddr,
        headers: &HeaderMap,
        request: wire::AcceptInvitation,
    ) -> Result<Joined, Barred> {
        self.sign_ins_by_address.take(address, self.now()).map_err(Denied::TooMany)?;
        let (scope, row) = self.opened(&request.token).await?;
        let email = row.body.0.email.clone();
        let joining = match self.accounts.member_account(&email).await? {
            Some(account) => {
                match request.password {
                    Some(password) => {
                        let key = bytes_of(hash_of(email.as_bytes()));
                        self.sign_ins_by_account.take(key, self.now()).map_err(Denied::TooMany)?;
                        let stored = account.body.0.password_hash;
                        if !self.accounts.verify(SecretString::from(password), stored).await? {
                            return Err(Barred::WrongPassword);
                        }
                    }
                    None => {
                        let caller = self.authorize(headers, address, true).await?;
                        if !caller.credential.is_session() || caller.user.id != account.user_id {
                            let message = format!("this invitation is for {email}: sign in as that");
                            return Err(Refusal::NotAllowed(message).into());
                        }
                    }
                }
                Joining::Known(account.user_id)
            }
            None => {
                let name = checked_name(&request.name.unwrap_or_default())?;
                let password = request.password.unwrap_or_default();
                check_password(&password)?;
                let password_hash = self.accounts.hash(SecretString::from(password)).await?;
                Joining::New { name, password_hash }
            }
        };
        let token = self.tokens.read(&request.token).ok_or(Barred::Gone)?;
        let user = self.accounts.join(scope, token.id, &token.nonce, joining, Some(address)).await?;
        let user = user.ok_or(Barred::Gone)?;
        let signed_in = self.open_session(address, scope, user).await?;
        Ok(Joined { scope, signed_in })
    }

    /// The invitation that a token opens.
    async fn opened(&self, text: &str) -> Result<(TenantScope, InvitationRow), Barred> {
        let token = self.tokens.read(text).ok_or(Barred::Gone)?;
        #[expect(clippy::disallowed_methods, reason = "we signed this token for whoever joins the workspace")]
        let scope = TenantScope::assume(token.tenant);
        let row = self.accounts.open_invitation(scope, token.id, &token.nonce).await?;
        Ok((scope, row.ok_or(Barred::Gone)?))
    }
}

impl Accounts {
    pub(super) async fn invitation_rows(&self, scope: TenantScope) -> Result<Vec<InvitationRow>, Refusal> {
        let scan = Scan::of::<InvitationRow>(InvitationRow::partition());
        Ok(self.records.all::<InvitationRow>(scope, scan).await?)
    }

    pub(super) async fn invitation(
        &self,
        scope: TenantScope,
        id: InvitationId,
    ) -> Result<Option<InvitationRow>, Refusal> {
        Ok(self.records.get::<InvitationRow>(scope, InvitationRow::key(id)).await?)
    }

    /// An invitation as long as it can be accepted: it has not ended, and whoever asked is here and may still ask this.
    pub(super) async fn open_invitation(
        &self,
        scope: TenantScope,
        id: InvitationId,
        nonce: &IdBytes,
    ) -> Result<Option<InvitationRow>, Refusal> {
        let Some(row) = self.invitation(scope, id).await? else { return Ok(None) };
        let body = &row.body.0;
        if body.nonce != *nonce || body.expires_at <= self.clock.now() {
            return Ok(None);
        }
        let asker = self.user(scope, body.invited_by).await?;
        let stands = asker.is_some_and(|asker| roles::may_rule_over(asker.role, body.role));
        Ok(stands.then_some(row))
    }

    async fn add_invitation(
        &self,
        scope: TenantScope,
        by: &By,
        id: InvitationId,
        body: InvitationBody,
    ) -> Result<InvitationRow, Refusal> {
        let _alone = self.making.lock().await;
        if self.users(scope).await?.iter().any(|user| user.email == body.email) {
            return Err(Refusal::Taken(format!("{} belongs here already", body.email)));
        }
        let others: Vec<_> =
            self.invitation_rows(scope).await?.into_iter().filter(|row| row.invitation_id != id).collect();
        if others.len() >= INVITATIONS_MAX {
            let message =
                format!("at most {INVITATIONS_MAX} people are asked at a time: take some invitations back");
            return Err(Refusal::Rule { code: "too_many_invitations", message });
        }
        if let Some(row) = others.into_iter().find(|row| row.body.0.email == body.email) {
            if row.body.0.expires_at > self.clock.now() {
                let message = format!("{} was asked already: send it again, or take it back", body.email);
                return Err(Refusal::Taken(message));
            }
            self.remove_invitation(scope, row.invitation_id).await?;
        }
        let row = InvitationRow { invitation_id: id, body: Json(body) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed_of(AuditAct::Invited, &row)).await?;
        Ok(row)
    }

    /// Changes an invitation that is there; where somebody does so, with the entry that says it.
    async fn change_invitation(
        &self,
        scope: TenantScope,
        deed: Option<(&By, AuditAct)>,
        id: InvitationId,
        change: impl FnOnce(&mut InvitationBody) + Send,
    ) -> Result<Option<InvitationRow>, Refusal> {
        let _alone = self.making.lock().await;
        let Some(mut row) = self.invitation(scope, id).await? else { return Ok(None) };
        change(&mut row.body.0);
        match deed {
            Some((by, act)) => {
                self.audit.write(scope, by, Mutation::put(row.clone()), deed_of(act, &row)).await?
            }
            None => self.records.put(scope, Lane::Interactive, row.clone()).await?,
        }
        Ok(Some(row))
    }

    async fn delete_invitation(
        &self,
        scope: TenantScope,
        by: &By,
        row: InvitationRow,
    ) -> Result<(), Refusal> {
        let _alone = self.making.lock().await;
        let gone = Mutation::delete::<InvitationRow>(InvitationRow::key(row.invitation_id));
        self.audit.write(scope, by, gone, deed_of(AuditAct::InvitationRevoked, &row)).await
    }

    /// Removes one that was accepted, or has ended.
    pub(super) async fn remove_invitation(
        &self,
        scope: TenantScope,
        id: InvitationId,
    ) -> Result<(), Refusal> {
        Ok(self.records.delete::<InvitationRow>(scope, Lane::Interactive, InvitationRow::key(id)).await?)
    }
}

/// What the audit trail says of an invitation.
fn deed_of(act: AuditAct, row: &InvitationRow) -> Deed {
    let InvitationBody { email, role, .. } = &row.body.0;
    Deed::new(act).about(row.invitation_id, email).change("role", None, Some(roles::name(*role)))
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    };

    use switchboard_ports::clock::Clock;
    use switchboard_schema::Timestamp;

    use super::*;
    use crate::{
        access::{accounts::NewWorkspace, passwords::Passwords},
        boot::Backends,
        config::Config,
    };

    /// A clock that the test sets.
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    const NONCE: IdBytes = [3; 16];

    fn id() -> InvitationId {
        InvitationId::from_bytes([2; 16])
    }

    fn body(owner: UserId, expires_at: Timestamp) -> InvitationBody {
        InvitationBody {
            email: "ben@example.com".to_owned(),
            role: Role::Agent,
            invited_by: owner,
            invited_by_name: "Ana".to_owned(),
            created_at: Timestamp::from_secs(0),
            expires_at,
            nonce: NONCE,
            mail: MailStanding::None,
            mail_problem: None,
        }
    }

    /// Accounts in a folder of their own, under a clock that stands at 1,000 s; a workspace and an invitation to it that
    /// ends at 2,000 s.
    #[expect(clippy::disallowed_methods, reason = "a test acts in a workspace of its own")]
    async fn begin() -> (tempfile::TempDir, Accounts, Arc<Hand>, TenantScope) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[store]\npath = {:?}", folder.path());
        let config = Config::from_sources("", &text, std::iter::empty()).unwrap();
        let Backends { records, entropy, .. } = Backends::open(&config).await.unwrap();
        let hand = Arc::new(Hand(AtomicI64::new(1_000)));
        let clock = Arc::clone(&hand) as Arc<dyn Clock>;
        let accounts = Accounts::new(records, clock, entropy, Passwords::start().unwrap());
        let new = NewWorkspace {
            name: "Shop".to_owned(),
            email: "ana@example.com".to_owned(),
            password: "correct horse".to_owned(),
        };
        let made = accounts.create_workspace(new).await.unwrap();
        let scope = TenantScope::assume(made.workspace_id);
        let body = body(made.user_id, Timestamp::from_secs(2_000));
        accounts.add_invitation(scope, &By::server(), id(), body).await.unwrap();
        (folder, accounts, hand, scope)
    }

    fn ben(password_hash: &str) -> Joining {
        Joining::New { name: "Ben".to_owned(), password_hash: password_hash.to_owned() }
    }

    #[tokio::test]
    async fn an_invitation_can_be_accepted_until_its_end_and_by_its_own_nonce_alone() {
        let (_folder, accounts, hand, scope) = begin().await;
        assert_eq!(accounts.join(scope, id(), &[4; 16], ben("hash"), None).await, Ok(None));
        hand.0.store(2_000, Ordering::Relaxed);
        assert_eq!(accounts.join(scope, id(), &NONCE, ben("hash"), None).await, Ok(None), "it has ended");
        hand.0.store(1_999, Ordering::Relaxed);
        let joined =
            accounts.join(scope, id(), &NONCE, ben("hash"), None).await.unwrap().expect("a second before");
        assert_eq!((&*joined.email, joined.role), ("ben@example.com", Role::Agent));
        assert_eq!(accounts.join(scope, id(), &NONCE, ben("hash"), None).await, Ok(None), "once");
        assert_eq!(accounts.users(scope).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn one_that_has_ended_makes_way_for_another_to_the_same_address() {
        let (_folder, accounts, hand, scope) = begin().await;
        let asker = accounts.users(scope).await.unwrap()[0].id;
        let next = InvitationId::from_bytes([9; 16]);
        let again = || body(asker, Timestamp::from_secs(9_000));
        let refused = accounts.add_invitation(scope, &By::server(), next, again()).await;
        assert!(matches!(refused, Err(Refusal::Taken(_))));
        hand.0.store(2_000, Ordering::Relaxed);
        accounts.add_invitation(scope, &By::server(), next, again()).await.unwrap();
        let ids: Vec<_> =
            accounts.invitation_rows(scope).await.unwrap().iter().map(|row| row.invitation_id).collect();
        assert_eq!(ids, [next]);
    }

    #[tokio::test]
    async fn a_joining_that_was_cut_short_is_finished_by_the_next_and_by_nobody_after() {
        let (_folder, accounts, _, scope) = begin().await;
        // What is left of one: the claim stands for somebody who never became a member.
        let claimed = accounts.claim_invitation(scope, id(), &NONCE, UserId::from_bytes([7; 16])).await;
        assert_eq!(claimed, Ok(true));
        let joined = accounts.join(scope, id(), &NONCE, ben("hash"), None).await.unwrap();
        let joined = joined.expect("it goes to whoever comes next");
        let late = accounts.claim_invitation(scope, id(), &NONCE, UserId::from_bytes([8; 16])).await;
        assert_eq!(late, Ok(false), "it stands for {} for good", joined.id);
    }

    fn tokens(key: &[u8]) -> Tokens {
        Tokens(vec![hmac::Key::new(hmac::HMAC_SHA256, key)])
    }

    fn token() -> Token {
        let (tenant, id) = (TenantId::from_bytes([1; 16]), InvitationId::from_bytes([2; 16]));
        Token { tenant, id, nonce: [3; 16] }
    }

    #[test]
    fn a_token_says_what_was_signed_and_nothing_else_is_read() {
        let ours = tokens(b"key");
        let text = ours.sign(&token());
        assert_eq!(ours.read(&text), Some(token()));
        assert_eq!(tokens(b"other").read(&text), None);
        for place in 0..text.len() {
            let mut forged = text.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            let read = ours.read(&String::from_utf8(forged).unwrap());
            assert!(read.is_none() || read == Some(token()), "{place}");
        }
        for nonsense in ["", "x", &text[..40], &text.repeat(4), "é"] {
            assert_eq!(ours.read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_token_of_the_key_before_is_read_as_well() {
        let before = tokens(b"before").sign(&token());
        let both = Tokens([&b"now"[..], b"before"].map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).into());
        assert_eq!(both.read(&before), Some(token()));
        assert_ne!(both.sign(&token()), before);
    }
}
