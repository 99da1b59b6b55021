//! Giving conversations that nobody has to somebody: the desk ([`Desk`], pure) decides, and the conversation's owner writes
//! it or knows better. The desk is memory: it is learnt again from the conversations with each activation.

use std::collections::BTreeMap;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use switchboard_domain::{
    assignment::{Gift, Place, Queue},
    conversation::Command as Rule,
    roles,
};
use switchboard_schema::wire::{AssignedBy, Permission, PresenceState};

use super::{RETRY_PAUSE, TenantActor};
use crate::{
    Refusal,
    conversation::{self, Answer, Ask, Asked},
};

impl TenantActor {
    /// People, teams or rules are others.
    pub(super) fn set_desk(&mut self) {
        let staff = &self.known.staff;
        let workspace = Queue { assignment: staff.assignment, members: None };
        let teams = staff.teams.iter().map(|(id, team)| {
            let members = Some(team.members.iter().copied().collect());
            (Some(*id), Queue { assignment: team.assignment, members })
        });
        let queues: BTreeMap<Place, Queue> = std::iter::once((None, workspace)).chain(teams).collect();
        self.desk.set_queues(queues);
        for (user, member) in &self.known.staff.members {
            let answers = roles::may(member.role, Permission::Answer);
            self.desk.set_available(*user, answers && self.present.state(*user) == PresenceState::Online);
        }
        for user in self.present.strangers(&self.known.staff.members) {
            self.desk.set_available(user, false);
        }
    }

    /// Gives what can be given now.
    pub(super) fn route(&mut self, ctx: &mut Context<Self>) {
        if self.env.is_draining() {
            return;
        }
        for gift in self.desk.give(self.env.clock.now()) {
            self.hand_over(gift, ctx);
        }
    }

    fn hand_over(&mut self, gift: Gift, ctx: &mut Context<Self>) {
        let Gift { id, user, place, queued_at, at } = gift;
        let staff = &self.known.staff;
        let team = place.and_then(|team| staff.teams.get(&team));
        let rule = team.map_or(staff.assignment, |team| team.assignment).rule;
        let name = staff.members.get(&user).map_or_else(String::new, |member| member.name.clone());
        let by = AssignedBy { rule, team: team.map(|team| team.name.clone()) };
        let rule = Rule::AssignByRule { assignee: (user, name), queued_at, team_id: place, by, at };
        let (env, scope) = (self.env.clone(), self.scope);
        let asked = async move { conversation::ask(&env, scope, id, Asked::of(Ask::Rule(rule))).await };
        ctx.spawn(asked.into_actor(self).map(move |answer, actor, ctx| {
            let again = match answer {
                Ok(Answer::Done(_, conversation)) => {
                    actor.desk.put(&conversation);
                    false
                }
                Ok(_) => true,
                Err(Refusal::Unavailable(_) | Refusal::Overloaded) => true,
                Err(refusal) => {
                    tracing::warn!(conversation = %id, %refusal, "it could not be given to anybody");
                    true
                }
            };
            actor.desk.settled(&gift);
            if again {
                ctx.run_later(RETRY_PAUSE, Self::route);
            } else {
                actor.route(ctx);
            }
        }));
    }
}
