//! Who belongs to the workspace, which teams and labels it has, as its owner knows it: rows that others write.
//!
//! No conversation is with a team that is gone, given to somebody who is, or has a label that is no more. Whoever removes either takes what was
//! theirs from them; what that did not come to, because of a crash or of somebody who gave it at the last moment, is
//! found here. One that is not known is no proof: the rows are read again first, begun after the conversation named it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use futures_util::StreamExt as _;
use switchboard_domain::{conversation::Command as Rule, hours::Hours, sla::Service};
use switchboard_ports::store::{self, Records, Scan};
use switchboard_schema::{
    ConversationId, LabelId, TeamId, TenantScope, UserId,
    record::{LabelRow, MemberBody, MemberRow, TeamBody, TeamRow, TenantRow},
    wire::{Assignment, BusinessHours, Sender},
};

use super::{LEAVING_AT_ONCE, RETRY_PAUSE, TenantActor};
use crate::{
    Refusal,
    conversation::{self, Ask, Asked},
    env::Env,
};

/// The people, teams and labels of a workspace.
#[derive(Debug, Default)]
pub(super) struct Staff {
    /// Who belongs to it.
    pub(super) members: HashMap<UserId, MemberBody>,
    /// Its teams.
    pub(super) teams: BTreeMap<TeamId, TeamBody>,
    /// Its labels.
    pub(super) labels: BTreeSet<LabelId>,
    /// How conversations that are with no team come to somebody.
    pub(super) assignment: Assignment,
    /// How soon customers are to be answered, and when it is open.
    pub(super) service: Arc<Service>,
}

/// What is known of them, and what is being done about those who are not.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) staff: Staff,
    /// They are being read.
    reading: bool,
    /// They changed since that began.
    stale: bool,
    /// Conversations that name somebody who is not known, or a team.
    suspects: HashSet<ConversationId>,
    /// Those that are being taken from who is gone.
    leaving: HashSet<ConversationId>,
}

/// Reads them.
pub(super) async fn read(records: &Records, scope: TenantScope) -> Result<Staff, store::Error> {
    let members = Scan::of::<MemberRow>(MemberRow::partition());
    let teams = Scan::of::<TeamRow>(TeamRow::partition());
    let labels = Scan::of::<LabelRow>(LabelRow::partition());
    let (members, teams, labels, workspace) = tokio::try_join!(
        records.all::<MemberRow>(scope, members),
        records.all::<TeamRow>(scope, teams),
        records.all::<LabelRow>(scope, labels),
        records.get::<TenantRow>(scope, TenantRow::key(0)),
    )?;
    let service = Arc::new(service_of(workspace.as_ref(), &teams));
    Ok(Staff {
        members: members.into_iter().map(|row| (row.user_id, row.body.0)).collect(),
        teams: teams.into_iter().map(|row| (row.team_id, row.body.0)).collect(),
        labels: labels.into_iter().map(|row| row.label_id).collect(),
        assignment: workspace.map(|row| row.body.0.assignment).unwrap_or_default(),
        service,
    })
}

/// How soon customers are to be answered, as the rows have it.
fn service_of(workspace: Option<&TenantRow>, teams: &[TeamRow]) -> Service {
    // What was stored was read before; should a zone be gone since, it counts as open.
    let read =
        |hours: &Option<BusinessHours>| hours.as_ref().and_then(|hours| Hours::of(hours).ok()).map(Arc::new);
    Service {
        policies: workspace.map(|row| row.body.0.sla.policies.clone()).unwrap_or_default(),
        hours: workspace.and_then(|row| read(&row.body.0.hours)),
        team_hours: teams.iter().filter_map(|row| Some((row.team_id, read(&row.body.0.hours)?))).collect(),
        ratings: workspace.and_then(|row| row.body.0.ratings.clone()),
        team_ratings: teams
            .iter()
            .filter_map(|row| Some((row.team_id, row.body.0.ratings.clone()?)))
            .collect(),
    }
}

/// Makes sure that it is known here how soon customers are to be answered.
///
/// # Errors
/// When the store does not answer.
pub(crate) async fn know_service(env: &Env, scope: TenantScope) -> Result<(), store::Error> {
    if env.service.of(&scope).is_none() {
        let teams = env.records.all::<TeamRow>(scope, Scan::of::<TeamRow>(TeamRow::partition()));
        let (teams, workspace) =
            tokio::try_join!(teams, env.records.get::<TenantRow>(scope, TenantRow::key(0)))?;
        env.service.set_first(scope, Arc::new(service_of(workspace.as_ref(), &teams)));
    }
    Ok(())
}

impl TenantActor {
    /// The rows changed: reads them again.
    pub(super) fn refresh_staff(&mut self, ctx: &mut Context<Self>) {
        self.known.stale = true;
        if std::mem::replace(&mut self.known.reading, true) {
            return;
        }
        self.known.stale = false;
        let suspects = std::mem::take(&mut self.known.suspects);
        let (records, scope) = (self.env.records.clone(), self.scope);
        let reading = async move { read(&records, scope).await };
        ctx.spawn(reading.into_actor(self).map(move |result, actor, ctx| {
            actor.known.reading = false;
            match result {
                Ok(staff) => {
                    actor.known.staff = staff;
                    actor.set_desk();
                    actor.set_service(ctx);
                    // Who is no member of rows that are old by now may be one.
                    if !actor.known.stale {
                        actor.forget_strangers(ctx);
                    }
                    actor.route(ctx);
                    actor.let_go(&suspects, ctx);
                    actor.suspect_all();
                    if actor.known.stale || !actor.known.suspects.is_empty() {
                        actor.refresh_staff(ctx);
                    }
                }
                Err(error) => {
                    tracing::warn!(tenant = %actor.scope.tenant(), %error, "who belongs to a workspace could not be read; trying again");
                    actor.known.suspects.extend(suspects);
                    ctx.run_later(RETRY_PAUSE, Self::refresh_staff);
                }
            }
        }));
    }

    /// Says to all how soon customers are to be answered. Where that is another than before, what is due in open conversations
    /// is reckoned anew; what this does not come to is, with its next change.
    pub(super) fn set_service(&mut self, ctx: &mut Context<Self>) {
        let service = Arc::clone(&self.known.staff.service);
        let before = self.env.service.of(&self.scope).unwrap_or_default();
        let promised = !before.policies.is_empty() || !service.policies.is_empty();
        if !self.env.service.set(self.scope, Some(service)) || !promised {
            return;
        }
        let (env, scope) = (self.env.clone(), self.scope);
        let ids: Vec<_> = self.inbox.ids().filter(|id| !self.inbox.is_resolved(*id)).collect();
        let asked = ids.into_iter().map(move |id| {
            let env = env.clone();
            async move {
                let answer = conversation::ask(&env, scope, id, Asked::of(Ask::Rule(Rule::Wake))).await;
                if let Err(refusal) = answer {
                    tracing::debug!(conversation = %id, %refusal, "what is due is reckoned later");
                }
            }
        });
        let all = futures_util::stream::iter(asked)
            .buffer_unordered(LEAVING_AT_ONCE)
            .for_each(|()| std::future::ready(()));
        ctx.spawn(all.into_actor(self));
    }

    /// A conversation changed: may it name somebody who is gone, or a team?
    pub(super) fn check_staff(&mut self, id: ConversationId, ctx: &mut Context<Self>) {
        if self.is_suspect(id) && self.known.suspects.insert(id) {
            self.refresh_staff(ctx);
        }
    }

    /// Looks at all conversations.
    pub(super) fn suspect_all(&mut self) {
        let suspects: Vec<_> = self.inbox.ids().filter(|id| self.is_suspect(*id)).collect();
        self.known.suspects.extend(suspects);
    }

    /// There is something to read them again for.
    pub(super) fn has_suspects(&self) -> bool {
        !self.known.suspects.is_empty()
    }

    fn is_suspect(&self, id: ConversationId) -> bool {
        let Known { staff, leaving, .. } = &self.known;
        let gone = self.inbox.team(id).is_some_and(|team| !staff.teams.contains_key(&team))
            || self.inbox.assignee(id).is_some_and(|user| !staff.members.contains_key(&user))
            || self.inbox.labels(id).iter().any(|label| !staff.labels.contains(label));
        gone && !leaving.contains(&id)
    }

    /// Takes conversations from teams and people of whom there is no row, and labels of which there is none off them.
    fn let_go(&mut self, suspects: &HashSet<ConversationId>, ctx: &mut Context<Self>) {
        let mut rules = Vec::new();
        for &id in suspects.iter().filter(|id| self.is_suspect(**id)) {
            let staff = &self.known.staff;
            let team = self.inbox.team(id).filter(|team| !staff.teams.contains_key(team));
            let user = self.inbox.assignee(id).filter(|user| !staff.members.contains_key(user));
            let of_team = team.map(|team_id| Rule::LeaveTeam { team_id, name: None, sender: None });
            let of_user = user.map(|user_id| Rule::Release { user_id, sender: Sender::system() });
            let gone = self.inbox.labels(id).iter().filter(|label| !staff.labels.contains(label));
            rules.extend(gone.map(|label_id| (id, Rule::DropLabel { label_id: *label_id })));
            rules.extend([of_team, of_user].into_iter().flatten().map(|rule| (id, rule)));
        }
        if rules.is_empty() {
            return;
        }
        self.known.leaving.extend(rules.iter().map(|(id, _)| *id));
        let ids: Vec<_> = rules.iter().map(|(id, _)| *id).collect();
        let (env, scope) = (self.env.clone(), self.scope);
        let asked = rules.into_iter().map(move |(id, rule)| {
            let env = env.clone();
            async move { (id, conversation::ask(&env, scope, id, Asked::of(Ask::Rule(rule))).await) }
        });
        let all = futures_util::stream::iter(asked).buffer_unordered(LEAVING_AT_ONCE).collect::<Vec<_>>();
        ctx.spawn(all.into_actor(self).map(move |answers, actor, ctx| {
            for id in ids {
                actor.known.leaving.remove(&id);
            }
            for (id, answer) in answers {
                if let Err(refusal @ (Refusal::Unavailable(_) | Refusal::Overloaded)) = answer {
                    tracing::warn!(conversation = %id, %refusal, "it still names who is gone; trying again");
                    actor.known.suspects.insert(id);
                }
            }
            if actor.has_suspects() {
                ctx.run_later(RETRY_PAUSE, Self::refresh_staff);
            }
        }));
    }
}
