//! Teams, as rows of the store.
//!
//! A team's row may name somebody who is no longer a member: whoever is removed is taken from no row, and shown in none.

use std::collections::BTreeSet;

use switchboard_actors::{Refusal, refusal_of};
use switchboard_domain::{
    assignment::CAPACITY_MAX,
    audit::{By, Deed},
    hours::Hours,
    name, rating, sla,
};
use switchboard_ports::store::{Mutation, Scan};
use switchboard_schema::{
    TeamId, TenantScope, UserId,
    record::{TeamBody, TeamRow},
    table::Json,
    wire::{self, AuditAct},
};

use super::Accounts;

/// Teams of one workspace.
const TEAMS_MAX: usize = 100;
/// People in one team.
const TEAM_MEMBERS_MAX: usize = 500;
/// Longest name of a team, in characters: it stands in lists and in lines of conversations.
const TEAM_NAME_CHARS_MAX: usize = 100;

impl Accounts {
    /// The teams of a workspace, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn teams(&self, scope: TenantScope) -> Result<Vec<wire::Team>, Refusal> {
        let people = self.member_ids(scope).await?;
        let mut teams: Vec<_> =
            self.team_rows(scope).await?.into_iter().map(|row| shown(row, &people)).collect();
        teams.sort_by_cached_key(|team| (team.name.to_lowercase(), team.id));
        Ok(teams)
    }

    /// One team.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn team(&self, scope: TenantScope, team_id: TeamId) -> Result<wire::Team, Refusal> {
        let row = self.team_row(scope, team_id).await?;
        Ok(shown(row, &self.member_ids(scope).await?))
    }

    /// Refuses a team that there is not.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn check_team(&self, scope: TenantScope, team_id: TeamId) -> Result<(), Refusal> {
        self.team_row(scope, team_id).await.map(drop)
    }

    /// Makes a team. `team_id` comes from the idempotency key, so that the same request makes the same one.
    ///
    /// # Errors
    /// When a field is wrong, another team has the name, there are as many teams as there may be, or the store does not
    /// answer.
    pub(crate) async fn create_team(
        &self,
        scope: TenantScope,
        by: &By,
        team_id: TeamId,
        new: wire::CreateTeam,
    ) -> Result<wire::Team, Refusal> {
        let name = checked_name(&new.name)?;
        let _alone = self.making.lock().await;
        let people = self.member_ids(scope).await?;
        let members = checked_members(new.members, &people)?;
        let assignment = checked_assignment(new.assignment)?;
        let others = self.other_teams(scope, team_id).await?;
        if others.len() >= TEAMS_MAX {
            let message =
                format!("a workspace has at most {TEAMS_MAX} teams: delete one that nobody needs any more");
            return Err(Refusal::Rule { code: "too_many_teams", message });
        }
        check_is_free(&name, &others)?;
        let created_at = self.clock.now();
        let body = TeamBody { version: 1, name, members, assignment, hours: None, ratings: None, created_at };
        let deed = Deed::new(AuditAct::TeamMade).about(team_id, &body.name);
        let row = TeamRow { team_id, body: Json(body) };
        self.audit.write(scope, by, Mutation::put(row.clone()), deed).await?;
        Ok(shown(row, &people))
    }

    /// Changes a team; with `expected`, only as long as it is of that version.
    ///
    /// # Errors
    /// When there is no such team, a field is wrong, another team has the name, it was changed meanwhile, or the store
    /// does not answer.
    pub(crate) async fn change_team(
        &self,
        scope: TenantScope,
        by: &By,
        team_id: TeamId,
        expected: Option<u64>,
        change: wire::ChangeTeam,
    ) -> Result<wire::Team, Refusal> {
        let name = change.name.as_deref().map(checked_name).transpose()?;
        let assignment = change.assignment.map(checked_assignment).transpose()?;
        let _alone = self.making.lock().await;
        let people = self.member_ids(scope).await?;
        let members = change.members.map(|members| checked_members(members, &people)).transpose()?;
        let before = self.team_row(scope, team_id).await?;
        if expected.is_some_and(|expected| expected != before.body.0.version) {
            return Err(Refusal::Changed);
        }
        if let Some(name) = &name {
            check_is_free(name, &self.other_teams(scope, team_id).await?)?;
        }
        let mut after = before.clone();
        let body = &mut after.body.0;
        body.name = name.unwrap_or_else(|| body.name.clone());
        body.members = members.unwrap_or_else(|| body.members.clone());
        body.assignment = assignment.unwrap_or(body.assignment);
        if after != before {
            after.body.0.version += 1;
            let deed = team_changed(&before, &after);
            self.audit.write(scope, by, Mutation::put(after.clone()), deed).await?;
        }
        Ok(shown(after, &people))
    }

    /// Deletes a team. Says what it was.
    ///
    /// # Errors
    /// When there is no such team, or the store does not answer.
    pub(crate) async fn delete_team(
        &self,
        scope: TenantScope,
        by: &By,
        team_id: TeamId,
    ) -> Result<wire::Team, Refusal> {
        let _alone = self.making.lock().await;
        let team = self.team(scope, team_id).await?;
        let deed = Deed::new(AuditAct::TeamDeleted).about(team_id, &team.name);
        self.audit.write(scope, by, Mutation::delete::<TeamRow>(TeamRow::key(team_id)), deed).await?;
        Ok(team)
    }

    /// How conversations that are with no team come to somebody.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn assignment(&self, scope: TenantScope) -> Result<wire::Assignment, Refusal> {
        Ok(self.tenant_row(scope).await?.body.0.assignment)
    }

    /// Sets that.
    ///
    /// # Errors
    /// When a field is wrong, or the store does not answer.
    pub(crate) async fn set_assignment(
        &self,
        scope: TenantScope,
        by: &By,
        assignment: wire::Assignment,
    ) -> Result<wire::Assignment, Refusal> {
        let assignment = checked_assignment(assignment)?;
        let _alone = self.making.lock().await;
        let mut row = self.tenant_row(scope).await?;
        if row.body.0.assignment != assignment {
            let deed =
                rule_changed(Deed::new(AuditAct::AssignmentChanged), row.body.0.assignment, assignment);
            row.body.0.assignment = assignment;
            self.audit.write(scope, by, Mutation::put(row), deed).await?;
        }
        Ok(assignment)
    }

    /// When people answer, of the workspace or of a team.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn business_hours(
        &self,
        scope: TenantScope,
        team: Option<TeamId>,
    ) -> Result<Option<wire::BusinessHours>, Refusal> {
        match team {
            Some(team) => Ok(self.team_row(scope, team).await?.body.0.hours),
            None => Ok(self.tenant_row(scope).await?.body.0.hours),
        }
    }

    /// Sets that.
    ///
    /// # Errors
    /// When a field is wrong, there is no such team, or the store does not answer.
    pub(crate) async fn set_business_hours(
        &self,
        scope: TenantScope,
        by: &By,
        team: Option<TeamId>,
        hours: Option<wire::BusinessHours>,
    ) -> Result<(), Refusal> {
        hours.as_ref().map(Hours::of).transpose().map_err(refusal_of)?;
        let _alone = self.making.lock().await;
        match team {
            Some(team) => {
                let mut row = self.team_row(scope, team).await?;
                if row.body.0.hours != hours {
                    row.body.0.hours = hours;
                    row.body.0.version += 1;
                    let deed =
                        Deed::new(AuditAct::TeamChanged).about(team, &row.body.0.name).changed("hours");
                    self.audit.write(scope, by, Mutation::put(row), deed).await?;
                }
            }
            None => {
                let mut row = self.tenant_row(scope).await?;
                if row.body.0.hours != hours {
                    row.body.0.hours = hours;
                    let deed = Deed::new(AuditAct::HoursChanged);
                    self.audit.write(scope, by, Mutation::put(row), deed).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether customers are asked for a rating, of the workspace or of a team.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn rating_settings(
        &self,
        scope: TenantScope,
        team: Option<TeamId>,
    ) -> Result<Option<wire::RatingSettings>, Refusal> {
        match team {
            Some(team) => Ok(self.team_row(scope, team).await?.body.0.ratings),
            None => Ok(self.tenant_row(scope).await?.body.0.ratings),
        }
    }

    /// Sets that.
    ///
    /// # Errors
    /// When a field is wrong, there is no such team, or the store does not answer.
    pub(crate) async fn set_rating_settings(
        &self,
        scope: TenantScope,
        by: &By,
        team: Option<TeamId>,
        settings: Option<wire::RatingSettings>,
    ) -> Result<(), Refusal> {
        settings.as_ref().map(rating::check).transpose().map_err(refusal_of)?;
        let _alone = self.making.lock().await;
        match team {
            Some(team) => {
                let mut row = self.team_row(scope, team).await?;
                if row.body.0.ratings != settings {
                    row.body.0.ratings = settings;
                    row.body.0.version += 1;
                    let deed =
                        Deed::new(AuditAct::TeamChanged).about(team, &row.body.0.name).changed("ratings");
                    self.audit.write(scope, by, Mutation::put(row), deed).await?;
                }
            }
            None => {
                let mut row = self.tenant_row(scope).await?;
                if row.body.0.ratings != settings {
                    let deed = ratings_changed(row.body.0.ratings.as_ref(), settings.as_ref());
                    row.body.0.ratings = settings;
                    self.audit.write(scope, by, Mutation::put(row), deed).await?;
                }
            }
        }
        Ok(())
    }

    /// How soon customers are to be answered.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn sla_policies(&self, scope: TenantScope) -> Result<wire::SlaPolicies, Refusal> {
        Ok(self.tenant_row(scope).await?.body.0.sla)
    }

    /// Sets that.
    ///
    /// # Errors
    /// When a field is wrong, or the store does not answer.
    pub(crate) async fn set_sla_policies(
        &self,
        scope: TenantScope,
        by: &By,
        mut policies: wire::SlaPolicies,
    ) -> Result<wire::SlaPolicies, Refusal> {
        sla::check(&policies).map_err(refusal_of)?;
        for policy in &mut policies.policies {
            policy.name = policy.name.trim().to_owned();
        }
        let _alone = self.making.lock().await;
        let teams: BTreeSet<_> = self.team_rows(scope).await?.into_iter().map(|row| row.team_id).collect();
        let named = policies.policies.iter().flat_map(|policy| &policy.team_ids);
        if let Some(team) = named.clone().find(|team| !teams.contains(*team)) {
            let message = format!("{team} is no team of this workspace");
            return Err(Refusal::Invalid { field: "policies.team_ids", message });
        }
        let mut row = self.tenant_row(scope).await?;
        if row.body.0.sla != policies {
            row.body.0.sla = policies.clone();
            self.audit.write(scope, by, Mutation::put(row), Deed::new(AuditAct::TargetsChanged)).await?;
        }
        Ok(policies)
    }

    async fn team_row(&self, scope: TenantScope, team_id: TeamId) -> Result<TeamRow, Refusal> {
        let row = self.records.get::<TeamRow>(scope, TeamRow::key(team_id)).await?;
        row.ok_or(Refusal::NotFound("team"))
    }

    async fn team_rows(&self, scope: TenantScope) -> Result<Vec<TeamRow>, Refusal> {
        Ok(self.records.all::<TeamRow>(scope, Scan::of::<TeamRow>(TeamRow::partition())).await?)
    }

    async fn other_teams(&self, scope: TenantScope, team_id: TeamId) -> Result<Vec<TeamRow>, Refusal> {
        let rows = self.team_rows(scope).await?;
        Ok(rows.into_iter().filter(|row| row.team_id != team_id).collect())
    }

    async fn member_ids(&self, scope: TenantScope) -> Result<BTreeSet<UserId>, Refusal> {
        Ok(self.member_rows(scope).await?.into_iter().map(|row| row.user_id).collect())
    }
}

/// What the audit trail says of a change: of the members who left and who came.
fn team_changed(before: &TeamRow, after: &TeamRow) -> Deed {
    let (was, is) = (&before.body.0, &after.body.0);
    let missing_in = |of: &[UserId], others: &[UserId]| {
        let ids: Vec<_> = of.iter().filter(|id| !others.contains(id)).map(ToString::to_string).collect();
        (!ids.is_empty()).then(|| ids.join(", "))
    };
    let (left, came) = (missing_in(&was.members, &is.members), missing_in(&is.members, &was.members));
    let deed = Deed::new(AuditAct::TeamChanged)
        .about(before.team_id, &was.name)
        .change("name", Some(&was.name), Some(&is.name))
        .change("members", left.as_deref(), came.as_deref());
    rule_changed(deed, was.assignment, is.assignment)
}

fn rule_changed(deed: Deed, before: wire::Assignment, after: wire::Assignment) -> Deed {
    let rule = |of: wire::Assignment| match of.rule {
        wire::AssignmentRule::ByHand => "by_hand",
        wire::AssignmentRule::RoundRobin => "round_robin",
        wire::AssignmentRule::ByLoad => "by_load",
    };
    let capacity = |of: wire::Assignment| of.capacity.map(|capacity| capacity.to_string());
    deed.change("rule", Some(rule(before)), Some(rule(after))).change(
        "capacity",
        capacity(before).as_deref(),
        capacity(after).as_deref(),
    )
}

/// A team as the API shows it: without those who are members no more.
fn shown(row: TeamRow, people: &BTreeSet<UserId>) -> wire::Team {
    let TeamBody { version, name, mut members, assignment, created_at, .. } = row.body.0;
    members.retain(|member| people.contains(member));
    wire::Team { id: row.team_id, version, name, members, assignment, created_at }
}

fn checked_name(name: &str) -> Result<String, Refusal> {
    name::checked(name, TEAM_NAME_CHARS_MAX).map_err(refusal_of)
}

fn check_is_free(name: &str, others: &[TeamRow]) -> Result<(), Refusal> {
    if others.iter().all(|row| !name::same(&row.body.0.name, name)) {
        return Ok(());
    }
    Err(Refusal::Invalid { field: "name", message: "another team has this name".to_owned() })
}

fn checked_assignment(assignment: wire::Assignment) -> Result<wire::Assignment, Refusal> {
    if assignment.capacity.is_none_or(|capacity| (1..=CAPACITY_MAX).contains(&capacity)) {
        return Ok(assignment);
    }
    let message = format!("must be from 1 to {CAPACITY_MAX}, or nothing for any number");
    Err(Refusal::Invalid { field: "capacity", message })
}

/// Each once, by id.
fn checked_members(members: Vec<UserId>, people: &BTreeSet<UserId>) -> Result<Vec<UserId>, Refusal> {
    let members: BTreeSet<_> = members.into_iter().collect();
    let invalid = |message| Err(Refusal::Invalid { field: "members", message });
    if members.len() > TEAM_MEMBERS_MAX {
        return invalid(format!("a team has at most {TEAM_MEMBERS_MAX} people"));
    }
    if let Some(stranger) = members.iter().find(|member| !people.contains(*member)) {
        return invalid(format!("{stranger} is nobody of this workspace"));
    }
    Ok(members.into_iter().collect())
}

/// What was one thing and is another.
fn ratings_changed(before: Option<&wire::RatingSettings>, after: Option<&wire::RatingSettings>) -> Deed {
    type Field = (&'static str, fn(&wire::RatingSettings) -> String);
    const FIELDS: [Field; 5] = [
        ("ask", |of| of.ask.to_string()),
        ("delay_minutes", |of| of.delay_minutes.to_string()),
        ("every_days", |of| of.every_days.to_string()),
        ("question", |of| of.question.clone()),
        ("button", |of| of.button.clone()),
    ];
    FIELDS.into_iter().fold(Deed::new(AuditAct::RatingsChanged), |deed, (field, value)| {
        deed.change(field, before.map(value).as_deref(), after.map(value).as_deref())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teams_name_is_short_and_on_one_line() {
        assert_eq!(checked_name(" Sales ").unwrap(), "Sales");
        for wrong in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(checked_name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn whoever_is_named_twice_is_in_it_once_and_strangers_are_not() {
        let [anna, ben] = [1, 2].map(|n| UserId::from_bytes([n; 16]));
        assert_eq!(checked_members(vec![anna, anna], &[anna].into()).unwrap(), [anna]);
        assert!(checked_members(vec![ben], &[anna].into()).is_err());
    }
}
