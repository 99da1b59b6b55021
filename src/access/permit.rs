//! What a handler lets its caller do, said in its type.
//!
//! A handler has no caller but by [`May`], and [`May`] is given to those alone who may: what it takes to come to an
//! address stands in the address' handler, and cannot be forgotten there.

use std::{marker::PhantomData, ops::Deref};

use axum::extract::{FromRef, FromRequestParts};
use http::{Method, request::Parts};
use switchboard_actors::Refusal;
use switchboard_domain::{audit::By, roles};
use switchboard_schema::{UserId, wire::Permission};

use super::{Caller, Credential};
use crate::http::{
    Edge,
    extract::{ClientAddress, Correlation},
    problem::Problem,
};

/// A permission, as a type.
pub(crate) trait Permit {
    /// Which.
    const PERMISSION: Permission;
}

macro_rules! permits {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name;

        impl Permit for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )*};
}

permits! {
    /// See what there is: whoever is in the workspace.
    Read,
    /// Write to customers, and whatever else changes a conversation or a contact.
    Answer,
    /// Make, change and delete templates.
    ManageTemplates,
    /// Connect, change and disconnect channels.
    ManageChannels,
    /// Add, change and remove people.
    ManagePeople,
    /// Make, change and delete teams.
    ManageTeams,
    /// Make, change and delete labels and rules, and the views and macros that everybody has.
    ManageInbox,
    /// Make and revoke API keys.
    ManageKeys,
    /// See what could not be applied, and apply it again.
    ReplayDeliveries,
    /// See who did what.
    SeeAudit,
    /// See how it stands and what happened.
    SeeReports,
}

/// A caller who may do what `P` says.
#[derive(Debug)]
pub(crate) struct May<P>(Caller, By, PhantomData<P>);

impl<P> May<P> {
    /// Who it is for the audit trail, and how they came.
    pub(crate) fn by(&self) -> By {
        self.1.clone()
    }
}

impl<P> Deref for May<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Sync, P: Permit> FromRequestParts<S> for May<P>
where
    Edge: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let ClientAddress(address) = ClientAddress::from_request_parts(parts, state).await?;
        let edge = Edge::from_ref(state);
        let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        let caller = edge.access.authorize(&parts.headers, address, changes).await?;
        caller.must(P::PERMISSION)?;
        let correlation = parts.extensions.get::<Correlation>().map(|Correlation(cause)| cause.correlation);
        let by = By { sender: caller.principal.sender.clone(), address: Some(address), correlation };
        Ok(Self(caller, by, PhantomData))
    }
}

impl Caller {
    /// The person, where it is one at a browser and no program.
    pub(crate) const fn person(&self) -> Option<UserId> {
        match self.credential {
            Credential::ApiKey(_) => None,
            Credential::Session { .. } => Some(self.principal.user_id),
        }
    }

    /// They answer customers.
    pub(crate) fn answers(&self) -> bool {
        roles::may(self.user.role, Permission::Answer)
    }

    /// Refuses whoever may not do this, in words that say who may.
    ///
    /// # Errors
    /// [`Refusal::NotAllowed`].
    pub(crate) fn must(&self, permission: Permission) -> Result<(), Refusal> {
        let role = self.user.role;
        if roles::may(role, permission) {
            return Ok(());
        }
        let who: Vec<_> = roles::roles(permission).map(roles::name).collect();
        let who = match &who[..] {
            [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
            _ => who.concat(),
        };
        Err(Refusal::NotAllowed(format!("not as {}: this is for {who}", roles::name(role))))
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{TenantId, TenantScope, wire};

    use super::*;
    use crate::generated::check;

    const fn words(permission: Permission) -> &'static str {
        match permission {
            Permission::Read => "see conversations, contacts, files and how channels stand",
            Permission::Answer => {
                "write to customers, note, take, assign, resolve; change contacts, record consent"
            }
            Permission::ManageTemplates => "make, change and delete templates",
            Permission::ManageReplies => "make, change and delete the saved replies that everybody uses",
            Permission::ManageChannels => "connect, change and disconnect channels",
            Permission::ManagePeople => {
                "add people, say what they may do, remove them; owners are the owners' alone"
            }
            Permission::ManageTeams => "make teams, say who is in them, delete them",
            Permission::ManageInbox => {
                "make, change and delete labels and rules, and the views and macros that everybody has"
            }
            Permission::ManageKeys => "make and revoke API keys",
            Permission::ReplayDeliveries => "see updates that could not be applied, and apply them again",
            Permission::SeeAudit => "see who did what",
            Permission::SeeReports => {
                "see the reports: how it stands, and what happened, also of each colleague"
            }
        }
    }

    #[test]
    fn the_table_of_roles_is_as_checked_in() {
        let mut text = "# Roles\n\nEverybody in a workspace has one role there. A program acts with that of whoever made \
                        its key.\nWhoever reads only keeps read marks of their own, of which customers hear nothing.\n\n"
            .to_owned();
        text.push_str(&format!("| may | {} |\n|---|", roles::ROLES.map(roles::name).join(" | ")));
        text.push_str(&"---|".repeat(roles::ROLES.len()));
        for permission in roles::PERMISSIONS {
            let marks = roles::ROLES.map(|role| if roles::may(role, permission) { "✓" } else { "–" });
            text.push_str(&format!("\n| {} | {} |", words(permission), marks.join(" | ")));
        }
        text.push('\n');
        check("docs/roles.md", &text);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test acts in a workspace of its own")]
    fn who_may_not_hears_who_may() {
        let id = UserId::from_bytes([1; 16]);
        let user = wire::User {
            id,
            name: "Ann".to_owned(),
            email: "ann@example.com".to_owned(),
            role: wire::Role::Agent,
        };
        let sender = wire::Sender { kind: wire::SenderKind::Agent, id: None, name: None };
        let caller = Caller {
            scope: TenantScope::assume(TenantId::from_bytes([1; 16])),
            principal: switchboard_actors::house::Principal { sender, user_id: id },
            user,
            credential: Credential::ApiKey(switchboard_schema::ApiKeyId::from_bytes([1; 16])),
        };
        assert_eq!(caller.must(Permission::Answer), Ok(()));
        let words = caller.must(Permission::ManageTemplates).unwrap_err().to_string();
        assert_eq!(words, "not as agent: this is for owner, admin or supervisor");
    }
}
