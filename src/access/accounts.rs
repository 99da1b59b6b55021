//! Workspaces, the people in them and their keys, as rows of the store.
//!
//! A person is made in this order: their row, the claim of their address, what belongs to a new workspace, the
//! membership. They exist once the membership does. A making that was cut short before leaves rows that nobody
//! sees and a claim that holds nothing: the same request under the same key finishes it, and any other request
//! for the address takes the claim over.
//!
//! One account is made at a time, so that no claim is taken from somebody who is just being made.

use std::{net::IpAddr, sync::Arc};

use secrecy::SecretString;
use switchboard_actors::Refusal;
use switchboard_domain::{
    audit::{By, Deed, Wanted},
    roles,
};
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Exchange, Exchanged, Lane, Mutation, Records, Scan, Scope},
};
use switchboard_schema::{
    ApiKeyId, IdBytes, InvitationId, TenantId, TenantScope, UserId,
    record::{
        Claim, ClaimKind, ClaimTarget, InvitationBody, MemberBody, MemberRow, TenantBody, TenantRow,
        UserBody, UserRow,
    },
    table::Json,
    wire::{self, AuditAct, MAX_NOTE_MENTIONS, Permission, Role},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{
    invitations::Joining,
    passwords::{Passwords, check_password},
    secrets::hash_of,
};
use crate::audit::{Auditor, Place};

/// What the key made with a workspace is called.
const FIRST_KEY_NAME: &str = "workspace create";
/// Longest name of a person, workspace or channel, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// Workspaces that one person may belong to.
const WORKSPACES_MAX: usize = 100;
/// Longest e-mail address, in bytes.
const EMAIL_BYTES_MAX: usize = 254;

/// Reads and writes accounts.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(super) records: Records,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) audit: Auditor,
    passwords: Passwords,
    /// Held from the claim of an address to the membership. No other process writes to the store.
    pub(super) making: Arc<Mutex<()>>,
}

/// What a new workspace needs.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct NewWorkspace {
    /// Its name.
    pub(crate) name: String,
    /// The first member's address.
    pub(crate) email: String,
    /// The first member's password.
    pub(crate) password: String,
}

switchboard_schema::undisclosed!(NewWorkspace);

/// A workspace that is being made; nobody else makes an account meanwhile.
struct Founding {
    scope: TenantScope,
    user_id: UserId,
    owner: MemberBody,
    _alone: OwnedMutexGuard<()>,
}

/// A member before and after a change.
pub(crate) struct Changed {
    /// Before.
    pub(crate) before: wire::User,
    /// After.
    pub(crate) after: wire::User,
}

/// A person of a workspace, for its audit trail.
pub(super) fn person(id: UserId, name: &str, address: Option<IpAddr>) -> By {
    let sender =
        wire::Sender { kind: wire::SenderKind::Agent, id: Some(id.to_string()), name: Some(name.to_owned()) };
    By { sender, address, correlation: None }
}

impl Accounts {
    /// Accounts in this store.
    pub(crate) fn new(
        records: Records,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        passwords: Passwords,
    ) -> Self {
        let audit = Auditor::new(records.clone(), Arc::clone(&clock), Arc::clone(&entropy));
        Self { records, clock, entropy, audit, passwords, making: Arc::default() }
    }

    /// Makes a workspace with its owner and a key.
    ///
    /// # Errors
    /// When a field is wrong, or the address has an account.
    pub(crate) async fn create_workspace(
        &self,
        new: NewWorkspace,
    ) -> Result<wire::CreatedWorkspace, Refusal> {
        let name = checked_name(&new.name)?;
        let email = checked_email(&new.email)?;
        check_password(&new.password)?;
        let owner = MemberBody { name: local_part(&email), email, role: Role::Owner };
        let by = By::server();
        let founding = self.found(name, owner, new.password.into()).await?;
        let (scope, user_id) = (founding.scope, founding.user_id);
        let key_id = ApiKeyId::from_bytes(self.entropy.id());
        let name = FIRST_KEY_NAME.to_owned();
        // It opens nothing before its maker is a member.
        let key = self.create_key(scope, &by, key_id, user_id, wire::CreateApiKey { name }).await?;
        self.settle(&by, founding).await?;
        Ok(wire::CreatedWorkspace { workspace_id: scope.tenant(), user_id, api_key: key.api_key })
    }

    /// Makes a workspace for somebody new who proved to have the address. All fields were checked.
    ///
    /// # Errors
    /// When the address has an account, or the store does not answer.
    pub(super) async fn sign_up(
        &self,
        workspace: String,
        name: String,
        email: String,
        password: SecretString,
        address: IpAddr,
    ) -> Result<(TenantScope, wire::User), Refusal> {
        let owner = MemberBody { name, email, role: Role::Owner };
        let founding = self.found(workspace, owner, password).await?;
        let scope = founding.scope;
        let by = person(founding.user_id, &founding.owner.name, Some(address));
        Ok((scope, self.settle(&by, founding).await?))
    }

    /// Makes a workspace and the one who is to own it; they do once it is settled.
    async fn found(
        &self,
        name: String,
        owner: MemberBody,
        password: SecretString,
    ) -> Result<Founding, Refusal> {
        let scope = self.new_scope(TenantId::from_bytes(self.entropy.id()));
        let user_id = UserId::from_bytes(self.entropy.id());
        let password_hash = self.hash_for(user_id, &owner.email, password).await?;
        let alone = Arc::clone(&self.making).lock_owned().await;
        self.begin_person(scope, user_id, &owner, password_hash).await?;
        let body = TenantBody {
            name,
            created_at: self.clock.now(),
            assignment: wire::Assignment::default(),
            hours: None,
            sla: wire::SlaPolicies::default(),
            ratings: None,
        };
        self.records.put(scope, Lane::Interactive, TenantRow { n: 0, body: Json(body) }).await?;
        Ok(Founding { scope, user_id, owner, _alone: alone })
    }

    /// Lets the owner in.
    async fn settle(&self, by: &By, founding: Founding) -> Result<wire::User, Refusal> {
        let Founding { scope, user_id, owner, _alone } = founding;
        let deed = Deed::new(AuditAct::WorkspaceMade).about(user_id, &owner.name);
        let row = MemberRow { user_id, body: Json(owner) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(user_of(row))
    }

    /// Lets somebody join whose invitation can be accepted, once; nothing where it cannot any more. They proved that they
    /// may.
    ///
    /// # Errors
    /// When the address got an account meanwhile, the person belongs to too many workspaces, or the store does not answer.
    pub(super) async fn join(
        &self,
        scope: TenantScope,
        id: InvitationId,
        nonce: &IdBytes,
        joining: Joining,
        address: Option<IpAddr>,
    ) -> Result<Option<wire::User>, Refusal> {
        let _alone = self.making.lock().await;
        let Some(row) = self.open_invitation(scope, id, nonce).await? else { return Ok(None) };
        let InvitationBody { email, role, .. } = row.body.0;
        let user_id = match &joining {
            Joining::Known(user_id) => *user_id,
            Joining::New { .. } => UserId::derived(&[b"invited", scope.tenant().as_bytes(), id.as_bytes()]),
        };
        if !self.claim_invitation(scope, id, nonce, user_id).await? {
            return Ok(None);
        }
        let name = match joining {
            Joining::New { name, password_hash } => {
                let member = MemberBody { name: name.clone(), email: email.clone(), role };
                self.begin_person(scope, user_id, &member, password_hash).await?;
                name
            }
            Joining::Known(_) => {
                let mut person = self.person(user_id).await?.ok_or(Refusal::NotFound("user"))?;
                to_front(&mut person.workspaces, scope.tenant());
                if person.workspaces.len() > WORKSPACES_MAX {
                    let message = format!("a person belongs to at most {WORKSPACES_MAX} workspaces");
                    return Err(Refusal::Rule { code: "too_many_workspaces", message });
                }
                let name = person.name.clone();
                let row = UserRow { user_id, body: Json(person) };
                self.records.put(Scope::System, Lane::Interactive, row).await?;
                name
            }
        };
        let user = match self.user(scope, user_id).await? {
            // They came in by another way meanwhile, and stay what they are.
            Some(user) => user,
            None => {
                let by = person(user_id, &name, address);
                let deed = Deed::new(AuditAct::InvitationAccepted)
                    .about(user_id, &name)
                    .change("email", None, Some(&email))
                    .change("role", None, Some(roles::name(role)));
                let row = MemberRow { user_id, body: Json(MemberBody { name, email, role }) };
                self.audit.write(scope, &by, Mutation::put(row.clone()), deed).await?;
                user_of(row)
            }
        };
        self.remove_invitation(scope, id).await?;
        Ok(Some(user))
    }

    /// Has an invitation stand for who accepts it. Says whether it does: it may stand for another member, and one that
    /// stands for somebody who was only half let in goes to whoever comes next.
    pub(super) async fn claim_invitation(
        &self,
        scope: TenantScope,
        id: InvitationId,
        nonce: &IdBytes,
        user_id: UserId,
    ) -> Result<bool, Refusal> {
        let target = ClaimTarget::User { user_id };
        let hash = hash_of(&[&id.as_bytes()[..], nonce].concat());
        let own = claim(ClaimKind::Invitation, hash, target.clone());
        let found = self.records.claim(Scope::System, own).await?;
        let Some(found) = found.filter(|found| found.target.0 != target) else { return Ok(true) };
        let ClaimTarget::User { user_id: holder } = found.target.0 else { return Ok(false) };
        if self.user(scope, holder).await?.is_some() {
            return Ok(false);
        }
        let exchanged = self.records.store().exchange(Scope::System, reclaim(found, target)).await?;
        Ok(exchanged == Exchanged::Done)
    }

    /// The workspaces a person belongs to, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn workspaces_of(&self, user_id: UserId) -> Result<Vec<wire::Workspace>, Refusal> {
        let mut workspaces = Vec::new();
        for tenant in self.person(user_id).await?.map(|person| person.workspaces).unwrap_or_default() {
            #[expect(clippy::disallowed_methods, reason = "the person's own row names the workspace")]
            let scope = TenantScope::assume(tenant);
            if self.user(scope, user_id).await?.is_some() {
                workspaces.push(self.workspace(scope).await?);
            }
        }
        workspaces.sort_by_cached_key(|one| (one.name.to_lowercase(), one.id));
        Ok(workspaces)
    }

    /// Goes to one of a person's workspaces, where they are signed in from now on.
    ///
    /// # Errors
    /// `NotFound` where they do not belong to it; when the store does not answer.
    pub(super) async fn enter(
        &self,
        user_id: UserId,
        tenant: TenantId,
    ) -> Result<(TenantScope, wire::User), Refusal> {
        let _alone = self.making.lock().await;
        let found = self.person(user_id).await?.filter(|person| person.workspaces.contains(&tenant));
        let mut person = found.ok_or(Refusal::NotFound("workspace"))?;
        #[expect(clippy::disallowed_methods, reason = "the person's own row names the workspace")]
        let scope = TenantScope::assume(tenant);
        let user = self.user(scope, user_id).await?.ok_or(Refusal::NotFound("workspace"))?;
        if person.workspaces.first() != Some(&tenant) {
            to_front(&mut person.workspaces, tenant);
            let row = UserRow { user_id, body: Json(person) };
            self.records.put(Scope::System, Lane::Interactive, row).await?;
        }
        Ok((scope, user))
    }

    /// Gives a person another password, which ends every sign-in from before. Says where they belong.
    ///
    /// # Errors
    /// When there is no such person, or the store does not answer.
    pub(super) async fn set_password(
        &self,
        user_id: UserId,
        password: SecretString,
    ) -> Result<Vec<TenantId>, Refusal> {
        let password_hash = self.hash(password).await?;
        let _alone = self.making.lock().await;
        let mut person = self.person(user_id).await?.ok_or(Refusal::NotFound("user"))?;
        person.password_hash = password_hash;
        person.sign_ins_since = Some(self.clock.now());
        let workspaces = person.workspaces.clone();
        let row = UserRow { user_id, body: Json(person) };
        self.records.put(Scope::System, Lane::Interactive, row).await?;
        Ok(workspaces)
    }

    /// A person.
    pub(super) async fn person(&self, user_id: UserId) -> Result<Option<UserBody>, Refusal> {
        let row = self.records.get::<UserRow>(Scope::System, UserRow::key(user_id)).await?;
        Ok(row.map(|row| row.body.0))
    }

    /// The account of an address in lower case, whose holder is a member somewhere: others were never finished, or left
    /// everywhere, and count for nothing.
    pub(super) async fn member_account(&self, email: &str) -> Result<Option<UserRow>, Refusal> {
        let Some(row) = self.account(email).await? else { return Ok(None) };
        Ok(self.is_member(row.user_id).await?.then_some(row))
    }

    /// Is this the password of that hash?
    ///
    /// # Errors
    /// When too many wait.
    pub(super) async fn verify(&self, password: SecretString, stored: String) -> Result<bool, Refusal> {
        self.passwords.verify(password, Some(stored)).await
    }

    /// The hash of a password.
    ///
    /// # Errors
    /// When too many wait.
    pub(super) async fn hash(&self, password: SecretString) -> Result<String, Refusal> {
        self.passwords.hash(password, self.entropy.id()).await
    }

    /// The workspace and the person to sign in as, of those they belong to.
    pub(super) async fn first_seat(
        &self,
        user_id: UserId,
        workspaces: Vec<TenantId>,
    ) -> Result<Option<(TenantScope, wire::User)>, Refusal> {
        for tenant in workspaces {
            #[expect(
                clippy::disallowed_methods,
                reason = "signing in: the person's own row names the workspace"
            )]
            let scope = TenantScope::assume(tenant);
            if let Some(user) = self.user(scope, user_id).await? {
                return Ok(Some((scope, user)));
            }
        }
        Ok(None)
    }

    /// Adds a person. `user_id` comes from the idempotency key, so that the same request makes the same one.
    ///
    /// # Errors
    /// When a field is wrong, the address has an account, or an owner is to be made and the asker is none.
    pub(crate) async fn add_user(
        &self,
        scope: TenantScope,
        asker: Role,
        by: &By,
        user_id: UserId,
        new: wire::CreateUser,
    ) -> Result<wire::User, Refusal> {
        check_rule_over(asker, [new.role])?;
        let name = checked_name(&new.name)?;
        let email = checked_email(&new.email)?;
        check_password(&new.password)?;
        let member = MemberBody { name, email, role: new.role };
        let password_hash = self.hash_for(user_id, &member.email, new.password.into()).await?;
        let _alone = self.making.lock().await;
        self.begin_person(scope, user_id, &member, password_hash).await?;
        let deed = Deed::new(AuditAct::MemberAdded)
            .about(user_id, &member.name)
            .change("email", None, Some(&member.email))
            .change("role", None, Some(roles::name(member.role)));
        let row = MemberRow { user_id, body: Json(member) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(user_of(row))
    }

    /// The people of a workspace, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn users(&self, scope: TenantScope) -> Result<Vec<wire::User>, Refusal> {
        let mut users: Vec<_> = self.member_rows(scope).await?.into_iter().map(user_of).collect();
        users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
        Ok(users)
    }

    pub(super) async fn member_rows(&self, scope: TenantScope) -> Result<Vec<MemberRow>, Refusal> {
        Ok(self.records.all::<MemberRow>(scope, Scan::of::<MemberRow>(MemberRow::partition())).await?)
    }

    /// One person of a workspace.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn user(
        &self,
        scope: TenantScope,
        user_id: UserId,
    ) -> Result<Option<wire::User>, Refusal> {
        Ok(self.records.get::<MemberRow>(scope, MemberRow::key(user_id)).await?.map(user_of))
    }

    /// Somebody whom a conversation can be given to.
    ///
    /// # Errors
    /// When nobody of the workspace is meant, or somebody who may not answer; when the store does not answer.
    pub(crate) async fn assignee(&self, scope: TenantScope, user_id: UserId) -> Result<wire::User, Refusal> {
        let user = self.user(scope, user_id).await?.ok_or(Refusal::NotFound("user"))?;
        if roles::may(user.role, Permission::Answer) {
            return Ok(user);
        }
        let message = format!("{} reads here and does not answer", user.name);
        Err(Refusal::Invalid { field: "assignee_id", message })
    }

    /// Are all of these of the workspace?
    ///
    /// # Errors
    /// When somebody is not; when the store does not answer.
    pub(crate) async fn check_members(&self, scope: TenantScope, whom: &[UserId]) -> Result<(), Refusal> {
        for user_id in whom.iter().take(MAX_NOTE_MENTIONS + 1) {
            self.user(scope, *user_id).await?.ok_or(Refusal::NotFound("user"))?;
        }
        Ok(())
    }

    /// Changes a member, as somebody with a role asks for it. Says what they were before, too.
    ///
    /// # Errors
    /// When there is no such member, a field is wrong, it is about an owner and the asker is none, or nobody would own
    /// the workspace; when the store does not answer.
    pub(crate) async fn change_user(
        &self,
        scope: TenantScope,
        asker: Role,
        by: &By,
        user_id: UserId,
        change: wire::ChangeUser,
    ) -> Result<Changed, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let _alone = self.making.lock().await;
        let before = self.user(scope, user_id).await?.ok_or(Refusal::NotFound("user"))?;
        let mut after = before.clone();
        after.name = name.unwrap_or(after.name);
        after.role = change.role.unwrap_or(after.role);
        if after != before {
            check_rule_over(asker, [before.role, after.role])?;
            if after.role != Role::Owner {
                self.check_owned_without(scope, &before).await?;
            }
            let deed = Deed::new(AuditAct::MemberChanged)
                .about(user_id, &before.name)
                .change("name", Some(&before.name), Some(&after.name))
                .change("role", Some(roles::name(before.role)), Some(roles::name(after.role)));
            let wire::User { id, name, email, role } = after.clone();
            let row = MemberRow { user_id: id, body: Json(MemberBody { name, email, role }) };
            self.audit.write(scope, by, Mutation::put(row), deed).await?;
        }
        Ok(Changed { before, after })
    }

    /// Removes a member, as somebody with a role asks for it. Their sign-ins and keys here are good no more. Says who
    /// it was.
    ///
    /// # Errors
    /// As [`Self::change_user`].
    pub(crate) async fn remove_user(
        &self,
        scope: TenantScope,
        asker: Role,
        by: &By,
        user_id: UserId,
    ) -> Result<wire::User, Refusal> {
        let _alone = self.making.lock().await;
        let user = self.user(scope, user_id).await?.ok_or(Refusal::NotFound("user"))?;
        check_rule_over(asker, [user.role])?;
        self.check_owned_without(scope, &user).await?;
        let deed = Deed::new(AuditAct::MemberRemoved)
            .about(user_id, &user.name)
            .change("email", Some(&user.email), None)
            .change("role", Some(roles::name(user.role)), None);
        self.audit.write(scope, by, Mutation::delete::<MemberRow>(MemberRow::key(user_id)), deed).await?;
        Ok(user)
    }

    /// Somebody owns the workspace besides.
    async fn check_owned_without(&self, scope: TenantScope, user: &wire::User) -> Result<(), Refusal> {
        if user.role != Role::Owner {
            return Ok(());
        }
        let users = self.users(scope).await?;
        if users.iter().any(|other| other.id != user.id && other.role == Role::Owner) {
            return Ok(());
        }
        let message = "nobody else owns the workspace: make somebody else an owner first".to_owned();
        Err(Refusal::Rule { code: "last_owner", message })
    }

    /// The workspace.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn workspace(&self, scope: TenantScope) -> Result<wire::Workspace, Refusal> {
        Ok(wire::Workspace { id: scope.tenant(), name: self.tenant_row(scope).await?.body.0.name })
    }

    /// Writes down what somebody does of which no row says it: what they take out, or have done again.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn note(&self, scope: TenantScope, by: &By, deed: Deed) -> Result<(), Refusal> {
        self.audit.note(scope, by, deed).await
    }

    /// A page of who did what here (`src/audit.rs`).
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn acts(
        &self,
        scope: TenantScope,
        wanted: &Wanted,
        after: Option<Place>,
        limit: usize,
    ) -> Result<wire::AuditPage, Refusal> {
        let founded_at = self.tenant_row(scope).await?.body.0.created_at;
        self.audit.page(scope, founded_at, wanted, after, limit).await
    }

    pub(super) async fn tenant_row(&self, scope: TenantScope) -> Result<TenantRow, Refusal> {
        let row = self.records.get::<TenantRow>(scope, TenantRow::key(0)).await?;
        row.ok_or(Refusal::NotFound("workspace"))
    }

    /// The account of an address and a password, and the workspace to sign in to. Takes as long for an
    /// address without an account.
    ///
    /// # Errors
    /// When the store does not answer or too many sign in.
    pub(crate) async fn check(
        &self,
        email: &str,
        password: SecretString,
    ) -> Result<Option<(TenantScope, wire::User)>, Refusal> {
        let account = match normal_email(email) {
            Some(email) => self.account(&email).await?,
            None => None,
        };
        let stored = account.as_ref().map(|row| row.body.0.password_hash.clone());
        let matches = self.passwords.verify(password, stored).await?;
        let Some(row) = account.filter(|_| matches) else { return Ok(None) };
        self.first_seat(row.user_id, row.body.0.workspaces).await
    }

    async fn account(&self, email: &str) -> Result<Option<UserRow>, Refusal> {
        let Some(user_id) = self.holder(email).await? else { return Ok(None) };
        Ok(self.records.get::<UserRow>(Scope::System, UserRow::key(user_id)).await?)
    }

    /// Whom the claim of an address names, which may be somebody half made.
    async fn holder(&self, email: &str) -> Result<Option<UserId>, Refusal> {
        let key =
            Claim::key(ClaimKind::Email.as_str().to_owned(), hash_of(email.as_bytes()).as_ref().to_vec());
        let found = self.records.get::<Claim>(Scope::System, key).await?;
        Ok(match found.map(|claim| claim.target.0) {
            Some(ClaimTarget::User { user_id }) => Some(user_id),
            _ => None,
        })
    }

    /// Is this person a member of a workspace? One whose making was cut short is of none.
    async fn is_member(&self, user_id: UserId) -> Result<bool, Refusal> {
        let workspaces = self.person(user_id).await?.map(|person| person.workspaces).unwrap_or_default();
        Ok(self.first_seat(user_id, workspaces).await?.is_some())
    }

    /// The hash of a new person's password; none where their address is another's, as hashing is dear.
    async fn hash_for(
        &self,
        user_id: UserId,
        email: &str,
        password: SecretString,
    ) -> Result<String, Refusal> {
        if let Some(holder) = self.holder(email).await?.filter(|holder| *holder != user_id)
            && self.is_member(holder).await?
        {
            return Err(taken());
        }
        self.hash(password).await
    }

    /// Writes a person's row and gives them their address. They exist only once they are a member.
    async fn begin_person(
        &self,
        scope: TenantScope,
        user_id: UserId,
        member: &MemberBody,
        password_hash: String,
    ) -> Result<(), Refusal> {
        let body = UserBody {
            email: member.email.clone(),
            name: member.name.clone(),
            password_hash,
            workspaces: vec![scope.tenant()],
            created_at: self.clock.now(),
            sign_ins_since: None,
        };
        self.records.put(Scope::System, Lane::Interactive, UserRow { user_id, body: Json(body) }).await?;
        if self.claim_address(&member.email, user_id).await? {
            return Ok(());
        }
        self.records.delete::<UserRow>(Scope::System, Lane::Interactive, UserRow::key(user_id)).await?;
        Err(taken())
    }

    /// Gives an address to a person. Says whether they have it now: it may be another member's.
    async fn claim_address(&self, email: &str, user_id: UserId) -> Result<bool, Refusal> {
        let target = ClaimTarget::User { user_id };
        let own = claim(ClaimKind::Email, hash_of(email.as_bytes()), target.clone());
        let found = self.records.claim(Scope::System, own).await?;
        let Some(found) = found.filter(|found| found.target.0 != target) else { return Ok(true) };
        let ClaimTarget::User { user_id: holder } = found.target.0 else { return Ok(false) };
        if self.is_member(holder).await? {
            return Ok(false);
        }
        let exchanged = self.records.store().exchange(Scope::System, reclaim(found, target)).await?;
        Ok(exchanged == Exchanged::Done)
    }

    #[expect(clippy::disallowed_methods, reason = "whoever makes a workspace may act in it")]
    fn new_scope(&self, tenant: TenantId) -> TenantScope {
        TenantScope::assume(tenant)
    }
}

/// A claim of a name by its hash.
pub(crate) fn claim(kind: ClaimKind, hash: impl AsRef<[u8]>, target: ClaimTarget) -> Claim {
    Claim { kind: kind.as_str().to_owned(), hash: hash.as_ref().to_vec(), target: Json(target) }
}

/// The exchange of what a name stands for.
pub(crate) fn reclaim(old: Claim, target: ClaimTarget) -> Exchange {
    use switchboard_schema::table::{CellType as _, Record as _};
    let mut exchange = Exchange::release(old);
    debug_assert_eq!(exchange.table.name, Claim::TABLE.name);
    exchange.replace = Some(vec![Json(target).into_cell()]);
    exchange
}

/// Puts a workspace before the others.
fn to_front(workspaces: &mut Vec<TenantId>, tenant: TenantId) {
    workspaces.retain(|one| *one != tenant);
    workspaces.insert(0, tenant);
}

/// Somebody with a role asks for something that concerns people with these.
pub(super) fn check_rule_over<const N: usize>(asker: Role, others: [Role; N]) -> Result<(), Refusal> {
    if others.into_iter().all(|other| roles::may_rule_over(asker, other)) {
        return Ok(());
    }
    Err(Refusal::NotAllowed("only an owner makes, changes and removes owners".to_owned()))
}

fn user_of(row: MemberRow) -> wire::User {
    let MemberBody { name, email, role } = row.body.0;
    wire::User { id: row.user_id, name, email, role }
}

fn taken() -> Refusal {
    Refusal::Taken("this address has an account already".to_owned())
}

fn local_part(email: &str) -> String {
    email.split('@').next().unwrap_or_default().to_owned()
}

/// A name without white space around it.
///
/// # Errors
/// When it is empty or too long.
pub(crate) fn checked_name(name: &str) -> Result<String, Refusal> {
    checked_name_of("name", name)
}

/// The same for a field of another name.
pub(super) fn checked_name_of(field: &'static str, name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let message = format!("must have 1 to {NAME_CHARS_MAX} characters, none of them a control character");
        return Err(Refusal::Invalid { field, message });
    }
    Ok(name.to_owned())
}

pub(super) fn checked_email(email: &str) -> Result<String, Refusal> {
    normal_email(email).ok_or_else(|| Refusal::Invalid {
        field: "email",
        message: "must be an e-mail address, such as anna@example.com".to_owned(),
    })
}

/// An address in lower case; nothing where it is none.
fn normal_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let fits = !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && email.len() <= EMAIL_BYTES_MAX
        && !email.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    fits.then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{boot::Backends, config::Config};

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(normal_email(" Anna@Example.COM ").as_deref(), Some("anna@example.com"));
        for wrong in ["", "anna", "@example.com", "anna@", "a@b@c", "an na@example.com"] {
            assert_eq!(normal_email(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(checked_name("  Anna ").unwrap(), "Anna");
        assert!(checked_name("   ").is_err());
        assert!(checked_name(&"n".repeat(201)).is_err());
    }

    /// Accounts in a folder of their own.
    async fn begin() -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[store]\npath = {:?}", folder.path());
        let config = Config::from_sources("", &text, std::iter::empty()).unwrap();
        (folder, Backends::open(&config).await.unwrap().accounts)
    }

    fn workspace(password: &str) -> NewWorkspace {
        let (name, email) = ("Shop".to_owned(), "Anna@example.com".to_owned());
        NewWorkspace { name, email, password: password.to_owned() }
    }

    fn person(password: &str) -> wire::CreateUser {
        wire::CreateUser {
            email: "anna@example.com".to_owned(),
            name: "Anna".to_owned(),
            password: password.to_owned(),
            role: Role::Agent,
        }
    }

    /// Leaves behind what is left of a making that was cut short: the person's row and the claim.
    async fn cut_short(accounts: &Accounts, scope: TenantScope, user_id: UserId) {
        let (name, email) = ("Anna".to_owned(), "anna@example.com".to_owned());
        let member = MemberBody { name, email, role: Role::Agent };
        let hash = accounts.hash_for(user_id, &member.email, "the password before".into()).await.unwrap();
        accounts.begin_person(scope, user_id, &member, hash).await.unwrap();
    }

    async fn who(accounts: &Accounts, password: &str) -> Option<(TenantId, UserId)> {
        let found = accounts.check("anna@example.com", password.to_owned().into()).await.unwrap();
        found.map(|(scope, user)| (scope.tenant(), user.id))
    }

    #[tokio::test]
    async fn an_address_whose_account_was_never_finished_goes_to_who_makes_it_again() {
        let (_folder, accounts) = begin().await;
        let scope = accounts.new_scope(TenantId::from_bytes([1; 16]));
        cut_short(&accounts, scope, UserId::from_bytes([1; 16])).await;
        assert_eq!(who(&accounts, "the password before").await, None);
        let made = accounts.create_workspace(workspace("the password after")).await.unwrap();
        assert_eq!(who(&accounts, "the password after").await, Some((made.workspace_id, made.user_id)));
        assert_eq!(who(&accounts, "the password before").await, None);
        assert_eq!(accounts.users(scope).await.unwrap(), []);
        // Finished, it is nobody else's.
        let again = accounts.create_workspace(workspace("the password later")).await;
        assert!(matches!(again, Err(Refusal::Taken(_))), "{again:?}");
        let added = accounts
            .add_user(
                scope,
                Role::Owner,
                &By::server(),
                UserId::from_bytes([2; 16]),
                person("the password later"),
            )
            .await;
        assert!(matches!(added, Err(Refusal::Taken(_))), "{added:?}");
        assert_eq!(who(&accounts, "the password after").await, Some((made.workspace_id, made.user_id)));
    }

    #[tokio::test]
    async fn a_person_half_added_is_finished_by_the_same_request_or_added_by_another() {
        let scope = TenantId::from_bytes([1; 16]);
        for (nth, id) in [[1; 16], [2; 16]].map(UserId::from_bytes).into_iter().enumerate() {
            let (_folder, accounts) = begin().await;
            let scope = accounts.new_scope(scope);
            cut_short(&accounts, scope, UserId::from_bytes([1; 16])).await;
            let added = accounts
                .add_user(scope, Role::Owner, &By::server(), id, person("the password after"))
                .await
                .unwrap();
            assert_eq!(added.id, id, "{nth}");
            assert_eq!(accounts.users(scope).await.unwrap(), [added], "{nth}");
            assert_eq!(who(&accounts, "the password after").await, Some((scope.tenant(), id)), "{nth}");
        }
    }

    #[tokio::test]
    async fn of_several_who_make_one_address_at_once_one_has_it() {
        let (_folder, accounts) = begin().await;
        let scope = accounts.new_scope(TenantId::from_bytes([1; 16]));
        cut_short(&accounts, scope, UserId::from_bytes([1; 16])).await;
        let all = (0..4).map(|_| accounts.create_workspace(workspace("the password after")));
        let made: Vec<_> = futures_util::future::join_all(all).await;
        let made: Vec<_> = made.into_iter().filter_map(Result::ok).collect();
        let [made] = &made[..] else { panic!("{made:?}") };
        assert_eq!(who(&accounts, "the password after").await, Some((made.workspace_id, made.user_id)));
    }
}
