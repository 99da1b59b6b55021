//! Workspaces, the people in them and their keys, as rows of the store.
//!
//! The claim of an address is written after the person's row and before the membership: a person exists
//! once the claim does, and a half-made one is finished by the same request under the same key.

use std::sync::Arc;

use ring::digest;
use secrecy::SecretString;
use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Exchange, Lane, Mutation, Records, Scan, Scope},
};
use switchboard_schema::{
    ApiKeyId, TenantId, TenantScope, UserId,
    record::{
        Claim, ClaimKind, ClaimTarget, MemberBody, MemberRow, TenantBody, TenantRow, UserBody, UserRow,
    },
    table::Json,
    wire,
};

use super::{
    passwords::{Passwords, check_password},
    secrets::hash_of,
};

/// What the key made with a workspace is called.
const FIRST_KEY_NAME: &str = "workspace create";
/// Longest name of a person, workspace or channel, in characters.
pub(crate) const NAME_CHARS_MAX: usize = 200;
/// Longest e-mail address, in bytes.
const EMAIL_BYTES_MAX: usize = 254;

/// Reads and writes accounts.
#[derive(Clone)]
pub(crate) struct Accounts {
    pub(super) records: Records,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    passwords: Passwords,
}

/// What a new workspace needs.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct NewWorkspace {
    /// Its name.
    pub(crate) name: String,
    /// The first member's address.
    pub(crate) email: String,
    /// The first member's password.
    pub(crate) password: String,
}

impl Accounts {
    /// Accounts in this store.
    pub(crate) fn new(
        records: Records,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        passwords: Passwords,
    ) -> Self {
        Self { records, clock, entropy, passwords }
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
        let tenant = TenantId::from_bytes(self.entropy.id());
        let user_id = UserId::from_bytes(self.entropy.id());
        let scope = self.new_scope(tenant);
        let owner = local_part(&email);
        let body =
            self.user_body(owner.clone(), email.clone(), SecretString::from(new.password), tenant).await?;
        self.records.put(Scope::System, Lane::Interactive, UserRow { user_id, body: Json(body) }).await?;
        self.claim_address(&email, user_id).await?;
        let tenant_body = TenantBody { name, created_at: self.clock.now() };
        self.records.put(scope, Lane::Interactive, TenantRow { n: 0, body: Json(tenant_body) }).await?;
        let member = MemberBody { name: owner, email, role: wire::Role::Owner };
        self.records.put(scope, Lane::Interactive, MemberRow { user_id, body: Json(member) }).await?;
        let key_id = ApiKeyId::from_bytes(self.entropy.id());
        let name = FIRST_KEY_NAME.to_owned();
        let key = self.create_key(scope, key_id, user_id, wire::CreateApiKey { name }).await?;
        Ok(wire::CreatedWorkspace { workspace_id: tenant, user_id, api_key: key.api_key })
    }

    /// Adds a person. `user_id` comes from the idempotency key, so that the same request makes the same one.
    ///
    /// # Errors
    /// When a field is wrong, or the address has an account.
    pub(crate) async fn add_user(
        &self,
        scope: TenantScope,
        user_id: UserId,
        new: wire::CreateUser,
    ) -> Result<wire::User, Refusal> {
        let name = checked_name(&new.name)?;
        let email = checked_email(&new.email)?;
        check_password(&new.password)?;
        let password = SecretString::from(new.password);
        let body = self.user_body(name.clone(), email.clone(), password, scope.tenant()).await?;
        self.records.put(Scope::System, Lane::Interactive, UserRow { user_id, body: Json(body) }).await?;
        self.claim_address(&email, user_id).await?;
        let member = MemberBody { name: name.clone(), email: email.clone(), role: new.role };
        self.records.put(scope, Lane::Interactive, MemberRow { user_id, body: Json(member) }).await?;
        Ok(wire::User { id: user_id, name, email, role: new.role })
    }

    /// The people of a workspace, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn users(&self, scope: TenantScope) -> Result<Vec<wire::User>, Refusal> {
        let rows =
            self.records.all::<MemberRow>(scope, Scan::of::<MemberRow>(MemberRow::partition())).await?;
        let mut users: Vec<_> = rows.into_iter().map(user_of).collect();
        users.sort_by_cached_key(|user| (user.name.to_lowercase(), user.id));
        Ok(users)
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

    /// The workspace.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn workspace(&self, scope: TenantScope) -> Result<wire::Workspace, Refusal> {
        let row = self.records.get::<TenantRow>(scope, TenantRow::key(0)).await?;
        let row = row.ok_or(Refusal::NotFound("workspace"))?;
        Ok(wire::Workspace { id: scope.tenant(), name: row.body.0.name })
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
        for tenant in row.body.0.workspaces {
            #[expect(
                clippy::disallowed_methods,
                reason = "signing in: the person's own row names the workspace"
            )]
            let scope = TenantScope::assume(tenant);
            if let Some(user) = self.user(scope, row.user_id).await? {
                return Ok(Some((scope, user)));
            }
        }
        Ok(None)
    }

    async fn account(&self, email: &str) -> Result<Option<UserRow>, Refusal> {
        let key =
            Claim::key(ClaimKind::Email.as_str().to_owned(), hash_of(email.as_bytes()).as_ref().to_vec());
        let found = self.records.get::<Claim>(Scope::System, key).await?;
        let Some(ClaimTarget::User { user_id }) = found.map(|claim| claim.target.0) else { return Ok(None) };
        Ok(self.records.get::<UserRow>(Scope::System, UserRow::key(user_id)).await?)
    }

    async fn user_body(
        &self,
        name: String,
        email: String,
        password: SecretString,
        tenant: TenantId,
    ) -> Result<UserBody, Refusal> {
        if self.account(&email).await?.is_some_and(|row| !row.body.0.workspaces.contains(&tenant)) {
            return Err(taken());
        }
        let password_hash = self.passwords.hash(password, self.entropy.id()).await?;
        Ok(UserBody { email, name, password_hash, workspaces: vec![tenant], created_at: self.clock.now() })
    }

    /// Gives an address to a person; when it is another's, their row is taken back.
    async fn claim_address(&self, email: &str, user_id: UserId) -> Result<(), Refusal> {
        let claim = claim(ClaimKind::Email, hash_of(email.as_bytes()), ClaimTarget::User { user_id });
        match self.records.claim(Scope::System, claim).await? {
            None => Ok(()),
            Some(found) if found.target.0 == (ClaimTarget::User { user_id }) => Ok(()),
            Some(_) => {
                let delete = Mutation::delete::<UserRow>(UserRow::key(user_id));
                self.records.store().commit_one(Scope::System, Lane::Interactive, vec![delete]).await?;
                Err(taken())
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "whoever makes a workspace may act in it")]
    fn new_scope(&self, tenant: TenantId) -> TenantScope {
        TenantScope::assume(tenant)
    }
}

/// A claim of a name by its hash.
pub(crate) fn claim(kind: ClaimKind, hash: digest::Digest, target: ClaimTarget) -> Claim {
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
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        let message = format!("must have 1 to {NAME_CHARS_MAX} characters, none of them a control character");
        return Err(Refusal::Invalid { field: "name", message });
    }
    Ok(name.to_owned())
}

fn checked_email(email: &str) -> Result<String, Refusal> {
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
}
