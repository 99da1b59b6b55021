//! Who may do what in a workspace: one table, asked wherever somebody from outside acts.

use switchboard_schema::wire::{Permission, Role};

/// Every role, the one that may do most first.
pub const ROLES: [Role; 5] = [Role::Owner, Role::Admin, Role::Supervisor, Role::Agent, Role::Analyst];

/// Every permission.
pub const PERMISSIONS: [Permission; 12] = [
    Permission::Read,
    Permission::Answer,
    Permission::ManageTemplates,
    Permission::ManageReplies,
    Permission::ManageChannels,
    Permission::ManagePeople,
    Permission::ManageTeams,
    Permission::ManageInbox,
    Permission::ManageKeys,
    Permission::ReplayDeliveries,
    Permission::SeeAudit,
    Permission::SeeReports,
];

/// May somebody with this role do this?
#[must_use]
pub const fn may(role: Role, permission: Permission) -> bool {
    match permission {
        Permission::Read => true,
        Permission::Answer => !matches!(role, Role::Analyst),
        // What each colleague did is for those who lead them, and for whoever looks at nothing else.
        Permission::SeeReports => !matches!(role, Role::Agent),
        Permission::ManageTemplates
        | Permission::ManageReplies
        | Permission::ManageTeams
        | Permission::ManageInbox => matches!(role, Role::Owner | Role::Admin | Role::Supervisor),
        Permission::ManageChannels
        | Permission::ManagePeople
        | Permission::ManageKeys
        | Permission::ReplayDeliveries
        | Permission::SeeAudit => matches!(role, Role::Owner | Role::Admin),
    }
}

/// What somebody with this role may do.
pub fn permissions(role: Role) -> impl Iterator<Item = Permission> {
    PERMISSIONS.into_iter().filter(move |permission| may(role, *permission))
}

/// The roles that may do this.
pub fn roles(permission: Permission) -> impl Iterator<Item = Role> {
    ROLES.into_iter().filter(move |role| may(*role, permission))
}

/// May somebody with this role make another of that one, or change or remove one who is? Whoever looks after the people
/// does, but owners are the owners' alone: else an admin could make themselves one.
#[must_use]
pub const fn may_rule_over(role: Role, other: Role) -> bool {
    may(role, Permission::ManagePeople) && (matches!(role, Role::Owner) || !matches!(other, Role::Owner))
}

/// A role in the middle of a sentence, such as "for a supervisor".
#[must_use]
pub const fn name(role: Role) -> &'static str {
    match role {
        Role::Owner => "owner",
        Role::Admin => "admin",
        Role::Supervisor => "supervisor",
        Role::Agent => "agent",
        Role::Analyst => "analyst",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_may_do_everything_and_nobody_more_than_those_above() {
        assert!(PERMISSIONS.into_iter().all(|permission| may(Role::Owner, permission)));
        for pair in ROLES.windows(2) {
            let [above, below] = pair else { continue };
            for permission in permissions(*below).filter(|permission| *permission != Permission::SeeReports) {
                assert!(may(*above, permission), "{below:?} may {permission:?} and {above:?} may not");
            }
        }
    }

    #[test]
    fn an_analyst_reads_what_there_is_and_the_reports_and_does_nothing_else() {
        let theirs = [Permission::Read, Permission::SeeReports];
        assert_eq!(permissions(Role::Analyst).collect::<Vec<_>>(), theirs);
    }

    #[test]
    fn agents_do_not_see_what_their_colleagues_did() {
        let who: Vec<_> = roles(Permission::SeeReports).collect();
        assert_eq!(who, [Role::Owner, Role::Admin, Role::Supervisor, Role::Analyst]);
    }

    #[test]
    fn only_owners_make_and_change_owners() {
        let over =
            |role: Role| ROLES.into_iter().filter(|other| may_rule_over(role, *other)).collect::<Vec<_>>();
        assert_eq!(over(Role::Owner), ROLES);
        assert_eq!(over(Role::Admin), ROLES[1..]);
        for role in [Role::Supervisor, Role::Agent, Role::Analyst] {
            assert_eq!(over(role), []);
        }
    }
}
