//! Who of the workspace is there. The rules are `domain`'s ([`Person`]); here is what they are told: sockets as the fan-outs
//! hold them, what clients say of their people, and rows of what those say of themselves, which this actor alone writes.
//!
//! Who is there is memory alone: with another activation sockets attach anew.

use std::collections::{BTreeSet, HashMap};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use switchboard_domain::{
    notification::Presence,
    presence::{AWAY_AFTER_MINUTES_MAX, Person, UNSAID},
};
use switchboard_ports::store::{self, Lane, Mutation, Records, Scan};
use switchboard_schema::{
    ConversationId, SocketId, TenantScope, Timestamp, UserId,
    record::{AvailabilityBody, AvailabilityRow, MemberBody},
    table::Json,
    wire::{self, EventData, EventName, PresenceState},
};

use super::{Letter, PRESENCE_LOOK, TenantActor, tell};
use crate::{Refusal, directory::Reply, fanout, shell::repeat};

/// Sockets that look at one conversation and are told of each other.
const VIEWERS_MAX: usize = 100;

/// Who is there, as far as is known.
#[derive(Default)]
pub(super) struct Present {
    people: HashMap<UserId, Person>,
    /// Whose each socket is, and on which arbiter.
    sockets: HashMap<SocketId, (usize, UserId)>,
    /// Which conversation the person of a socket has before them, where they have one.
    viewing: HashMap<SocketId, ConversationId>,
    /// What everybody was told of them, and from when that is.
    told: HashMap<UserId, (PresenceState, Timestamp)>,
    /// Rows being written, and the letters about the same person that wait for that.
    writing: HashMap<UserId, Vec<Letter>>,
    /// It will be looked again in a moment.
    looking: bool,
}

/// Reads what people say of themselves.
pub(super) async fn read(
    records: &Records,
    scope: TenantScope,
) -> Result<Vec<AvailabilityRow>, store::Error> {
    records.all(scope, Scan::of::<AvailabilityRow>(AvailabilityRow::partition())).await
}

impl Present {
    pub(super) fn begin(rows: Vec<AvailabilityRow>) -> Self {
        let people = rows.into_iter().map(|row| (row.user_id, Person::new(row.body.0))).collect();
        Self { people, ..Self::default() }
    }

    fn person(&mut self, user: UserId) -> &mut Person {
        self.people.entry(user).or_insert_with(|| Person::new(UNSAID))
    }

    fn said(&self, user: UserId) -> AvailabilityBody {
        self.people.get(&user).map_or(UNSAID, Person::said)
    }

    /// As everybody was told.
    pub(super) fn state(&self, user: UserId) -> PresenceState {
        self.told.get(&user).map_or(PresenceState::Offline, |(state, _)| *state)
    }

    /// Those of whom something is known and who are no members.
    pub(super) fn strangers<'a>(
        &'a self,
        members: &'a HashMap<UserId, MemberBody>,
    ) -> impl Iterator<Item = UserId> + 'a {
        self.people.keys().filter(|user| !members.contains_key(user)).copied()
    }

    fn show(&self, user: UserId) -> wire::Presence {
        wire::Presence {
            user_id: user,
            state: self.state(user),
            availability: self.said(user).availability,
            since: self.told.get(&user).map(|(_, since)| *since),
        }
    }
}

impl TenantActor {
    /// A socket of somebody attached; it may have before.
    pub(super) fn came(&mut self, socket: SocketId, arbiter: usize, user: UserId, ctx: &mut Context<Self>) {
        if self.present.sockets.insert(socket, (arbiter, user)).is_none() {
            let now = self.env.clock.now();
            self.present.person(user).came(now);
            self.tell_presence([user], ctx);
        }
    }

    /// A socket is gone.
    pub(super) fn left(&mut self, socket: SocketId, ctx: &mut Context<Self>) {
        if let Some((_, user)) = self.present.sockets.remove(&socket) {
            let now = self.env.clock.now();
            self.present.person(user).left(now);
            self.tell_presence([user], ctx);
            if let Some(id) = self.present.viewing.remove(&socket) {
                self.tell_viewers(id);
            }
        }
    }

    /// The person of a socket has this conversation before them from now on, or none.
    pub(super) fn viewing(&mut self, socket: SocketId, id: Option<ConversationId>) {
        if !self.present.sockets.contains_key(&socket) {
            return;
        }
        let viewing = &mut self.present.viewing;
        let before = match id {
            Some(id) => viewing.insert(socket, id),
            None => viewing.remove(&socket),
        };
        if before != id {
            before.into_iter().chain(id).for_each(|changed| self.tell_viewers(changed));
        }
    }

    /// Tells those who look at a conversation who does.
    fn tell_viewers(&self, id: ConversationId) {
        let Present { viewing, sockets, .. } = &self.present;
        let there = viewing.iter().filter(|(_, at)| **at == id).filter_map(|(socket, _)| sockets.get(socket));
        let viewers: BTreeSet<UserId> = there.map(|(_, user)| *user).take(VIEWERS_MAX).collect();
        let user_ids = viewers.iter().copied().collect();
        let signal = wire::ServerSignal::Viewing(wire::Viewing { conversation_id: id, user_ids });
        let frame = fanout::signal_frame(signal);
        for user in viewers {
            self.signal(Some(user), &frame);
        }
    }

    /// An arbiter holds no socket any more.
    pub(super) fn all_left(&mut self, arbiter: usize, ctx: &mut Context<Self>) {
        let there = self.present.sockets.iter().filter(|(_, (on, _))| *on == arbiter);
        for socket in there.map(|(socket, _)| *socket).collect::<Vec<_>>() {
            self.left(socket, ctx);
        }
    }

    /// Somebody did something then.
    pub(super) fn was_active(&mut self, user: UserId, at: Timestamp, ctx: &mut Context<Self>) {
        self.present.person(user).did_something(at);
        self.tell_presence([user], ctx);
    }

    /// Looks again in a moment, while anybody is there: silence and leaving show by time alone.
    fn look_again(&mut self, ctx: &mut Context<Self>) {
        let present = &mut self.present;
        let anybody = present.told.values().any(|(state, _)| *state != PresenceState::Offline);
        if !anybody || std::mem::replace(&mut present.looking, true) {
            return;
        }
        ctx.run_later(PRESENCE_LOOK, |actor, ctx| {
            actor.present.looking = false;
            let people: Vec<_> = actor.present.people.keys().copied().collect();
            actor.tell_presence(people, ctx);
        });
    }

    /// Tells what is otherwise than was told.
    pub(super) fn tell_presence(&mut self, users: impl IntoIterator<Item = UserId>, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        let mut events = Vec::new();
        for user in users {
            let state = self.present.people.get(&user).map_or(PresenceState::Offline, |one| one.state(now));
            if state != self.present.state(user) {
                self.present.told.insert(user, (state, now));
                let data = EventData { presence: Some(self.present.show(user)), ..EventData::default() };
                events.push(self.encode(EventName::PresenceChanged, now, data, None));
            }
        }
        self.look_again(ctx);
        if !events.is_empty() {
            self.deliver(events, None);
            self.write_soon(ctx);
            // Somebody may take conversations now, or none any more.
            self.set_desk();
            self.route(ctx);
        }
    }

    /// How everybody is to be found.
    pub(super) fn presence(&self, caller: UserId) -> wire::PresenceList {
        let mut people: Vec<_> =
            self.known.staff.members.keys().map(|user| self.present.show(*user)).collect();
        people.sort_by_key(|one| one.user_id);
        let away_after_minutes = self.present.said(caller).away_after_minutes;
        wire::PresenceList { people, away_after_minutes, as_of: self.stream.position() }
    }

    /// How somebody is to be found, as it counts for telling them of something.
    pub(super) fn found(&self, user: UserId) -> Presence {
        let now = self.env.clock.now();
        let known = self.present.people.get(&user);
        Presence {
            availability: self.present.said(user).availability,
            state: known.map_or(PresenceState::Offline, |one| one.state(now)),
            active_at: known.and_then(Person::active_at),
        }
    }

    /// Somebody says how they are to be found: their row first, then everybody is told.
    pub(super) fn set_availability(
        &mut self,
        user: UserId,
        set: wire::SetAvailability,
        reply: Reply<wire::OwnPresence>,
        ctx: &mut Context<Self>,
    ) {
        if let Some(waits) = self.present.writing.get_mut(&user) {
            waits.push(Letter::SetAvailability(user, set, reply));
            return;
        }
        if set.away_after_minutes.is_some_and(|minutes| minutes > AWAY_AFTER_MINUTES_MAX) {
            let message = format!("must be from 1 to {AWAY_AFTER_MINUTES_MAX}, or 0 for never");
            tell(reply, Err(Refusal::Invalid { field: "away_after_minutes", message }));
            return;
        }
        let before = self.present.said(user);
        let said = AvailabilityBody {
            availability: set.availability.unwrap_or(before.availability),
            away_after_minutes: set.away_after_minutes.unwrap_or(before.away_after_minutes),
        };
        let row = AvailabilityRow { user_id: user, body: Json(said) };
        let (env, scope) = (self.env.clone(), self.scope);
        let write = async move {
            repeat(|| env.store.commit_one(scope.into(), Lane::Interactive, vec![Mutation::put(row.clone())]))
                .await
        };
        self.present.writing.insert(user, Vec::new());
        ctx.spawn(write.into_actor(self).map(move |result, actor, ctx| {
            let answer = match result {
                Ok(()) => {
                    let now = actor.env.clock.now();
                    actor.present.person(user).say(said, now);
                    actor.tell_presence([user], ctx);
                    let away_after_minutes = said.away_after_minutes;
                    Ok(wire::OwnPresence { presence: actor.present.show(user), away_after_minutes })
                }
                Err(error) => Err(error.into()),
            };
            tell(reply, answer);
            for letter in actor.present.writing.remove(&user).unwrap_or_default() {
                actor.take(letter, ctx);
            }
        }));
    }

    /// Whoever is no member any more is forgotten, with their row.
    pub(super) fn forget_strangers(&mut self, ctx: &mut Context<Self>) {
        let strangers: Vec<_> = self.present.strangers(&self.known.staff.members).collect();
        if strangers.is_empty() {
            return;
        }
        for user in &strangers {
            self.present.people.remove(user);
            self.present.told.remove(user);
        }
        self.present.sockets.retain(|_, (_, user)| !strangers.contains(user));
        let (env, scope) = (self.env.clone(), self.scope);
        let delete = async move {
            for user in strangers {
                let row = Mutation::delete::<AvailabilityRow>(AvailabilityRow::key(user));
                let gone = env.store.commit_one(scope.into(), Lane::Bulk, vec![row]).await;
                if let Err(error) = gone {
                    tracing::warn!(%error, "what somebody who is gone said of themselves is still stored");
                }
            }
        };
        ctx.spawn(delete.into_actor(self));
    }
}
