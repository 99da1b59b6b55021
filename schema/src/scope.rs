//! Tenancy as a type: no row is read or written without a [`TenantScope`].

use crate::TenantId;

/// The proof that the caller may act inside one tenant. Every call of the store and of the actors takes
/// one, and the store puts its tenant into the key itself: a row of another tenant cannot be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TenantScope(TenantId);

impl TenantScope {
    /// A scope on somebody's authority. Only three places have that: signing in, the routing of a verified
    /// webhook, and recovery. A lint (`clippy.toml`) forbids it everywhere else.
    #[must_use]
    pub const fn assume(tenant: TenantId) -> Self {
        Self(tenant)
    }

    /// The tenant this scope is of.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.0
    }
}
