//! Who is given a conversation that nobody has: by each team's rule, or the workspace's where it is with no team.
//!
//! [`Desk`] knows which conversations wait, who is there, and how much each has, and says who is given what. It writes
//! nothing: a gift counts when the conversation's owner wrote it, which refuses one that came too late. All that it knows
//! can be learnt again from the conversations, also whose turn it is, so that nothing is lost with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use switchboard_schema::{
    ConversationId, TeamId, Timestamp, UserId,
    wire::{Assignment, AssignmentRule, Conversation, ConversationStatus},
};

/// Gifts whose outcome is not known, at most.
pub const GIVING_MAX: usize = 64;
/// The highest capacity that can be set.
pub const CAPACITY_MAX: u32 = 1_000;

/// Where conversations wait: with a team, or with none.
pub type Place = Option<TeamId>;

/// Who takes what waits in a place, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Queue {
    /// The rule.
    pub assignment: Assignment,
    /// Who is in the team; nothing: everybody.
    pub members: Option<BTreeSet<UserId>>,
}

/// A conversation that somebody is to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gift {
    /// Which.
    pub id: ConversationId,
    /// To whom.
    pub user: UserId,
    /// Where it waits.
    pub place: Place,
    /// Since when: given only while it is the same waiting.
    pub queued_at: Timestamp,
    /// When it is given. No two gifts have the same time, so that it tells whose turn it was.
    pub at: Timestamp,
}

/// What counts of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    version: u64,
    place: Place,
    queued_at: Option<Timestamp>,
    /// Who has it, where it is open and so counts towards their capacity.
    holder: Option<UserId>,
}

/// A gift on its way.
#[derive(Debug, Clone, Copy)]
struct Giving {
    gift: Gift,
    /// When the one who is given it had their turn before.
    turn_before: Option<Timestamp>,
}

/// What waits, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    queues: BTreeMap<Place, Queue>,
    available: BTreeSet<UserId>,
    lines: HashMap<ConversationId, Line>,
    /// First come, first served.
    waiting: BTreeMap<Place, BTreeSet<(Timestamp, ConversationId)>>,
    /// Open conversations that each has, those on their way included.
    loads: HashMap<UserId, u32>,
    giving: HashMap<ConversationId, Giving>,
    /// When each was last given something in a place.
    turns: HashMap<(Place, UserId), Timestamp>,
    last_gift_at: Option<Timestamp>,
}

impl Desk {
    /// The rules and teams as they are now.
    pub fn set_queues(&mut self, queues: BTreeMap<Place, Queue>) {
        self.queues = queues;
    }

    /// Somebody takes conversations, or does not.
    pub fn set_available(&mut self, user: UserId, available: bool) {
        if available {
            self.available.insert(user);
        } else {
            self.available.remove(&user);
        }
    }

    /// A conversation as it is now; an older version changes nothing.
    pub fn put(&mut self, conversation: &Conversation) {
        let is_open = conversation.status == ConversationStatus::Open;
        let line = Line {
            version: conversation.version,
            place: conversation.team_id,
            queued_at: conversation.queued_at.filter(|_| is_open && conversation.assignee_id.is_none()),
            holder: conversation.assignee_id.filter(|_| is_open),
        };
        let id = conversation.id;
        let before = self.lines.get(&id).copied();
        if before.is_some_and(|before| before.version > line.version) {
            return;
        }
        if let Some(before) = before {
            self.take_out(id, before);
        }
        self.lines.insert(id, line);
        if let Some(queued_at) = line.queued_at {
            self.waiting.entry(line.place).or_default().insert((queued_at, id));
        }
        if let Some(holder) = line.holder {
            *self.loads.entry(holder).or_default() += 1;
        }
        if let (Some(routed_at), Some(user)) = (conversation.routed_at, conversation.assignee_id) {
            let turn = self.turns.entry((line.place, user)).or_insert(routed_at);
            *turn = routed_at.max(*turn);
            self.last_gift_at = self.last_gift_at.max(Some(routed_at));
        }
        // What was on its way has arrived, or something else was quicker.
        if line.queued_at.is_none() {
            self.end(id, line.holder);
        }
    }

    fn take_out(&mut self, id: ConversationId, line: Line) {
        if let Some(queued_at) = line.queued_at
            && let Some(waiting) = self.waiting.get_mut(&line.place)
        {
            waiting.remove(&(queued_at, id));
            if waiting.is_empty() {
                self.waiting.remove(&line.place);
            }
        }
        if let Some(holder) = line.holder {
            self.lighten(holder);
        }
    }

    fn lighten(&mut self, user: UserId) {
        if let Some(load) = self.loads.get_mut(&user) {
            *load -= 1;
            if *load == 0 {
                self.loads.remove(&user);
            }
        }
    }

    /// The outcome of a gift is known, whatever it was: what the conversation is now was put before. One that was given up
    /// before says nothing of the next one of the same conversation.
    pub fn settled(&mut self, gift: &Gift) {
        if self.giving.get(&gift.id).is_some_and(|giving| giving.gift.at == gift.at) {
            self.end(gift.id, None);
        }
    }

    /// Ends a gift. Where it did not come to who was meant, it was not their turn.
    fn end(&mut self, id: ConversationId, holder: Option<UserId>) {
        let Some(Giving { gift, turn_before }) = self.giving.remove(&id) else { return };
        self.lighten(gift.user);
        let turn = (gift.place, gift.user);
        if holder != Some(gift.user) && self.turns.get(&turn) == Some(&gift.at) {
            match turn_before {
                Some(before) => self.turns.insert(turn, before),
                None => self.turns.remove(&turn),
            };
        }
    }

    /// Decides who is given what now. Each gift is on its way until [`Self::put`] tells of it or [`Self::settled`] that it
    /// came to nothing.
    pub fn give(&mut self, now: Timestamp) -> Vec<Gift> {
        let mut gifts = Vec::new();
        // Where nobody takes more, what is behind the first waits as well.
        let mut full: BTreeSet<Place> = BTreeSet::new();
        while self.giving.len() < GIVING_MAX && !self.available.is_empty() {
            let first = self
                .waiting
                .iter()
                .filter(|(place, _)| !full.contains(place))
                .filter_map(|(place, waiting)| {
                    let mut waiting = waiting.iter().filter(|(_, id)| !self.giving.contains_key(id));
                    waiting.next().map(|(queued_at, id)| (*queued_at, *id, *place))
                })
                .min();
            let Some((queued_at, id, place)) = first else { break };
            let Some(user) = self.whose_turn(place) else {
                full.insert(place);
                continue;
            };
            let after_last = self.last_gift_at.map(|last| last + std::time::Duration::from_millis(1));
            let at = after_last.map_or(now, |after| after.max(now));
            let gift = Gift { id, user, place, queued_at, at };
            self.last_gift_at = Some(at);
            let turn_before = self.turns.insert((place, user), at);
            *self.loads.entry(user).or_default() += 1;
            self.giving.insert(id, Giving { gift, turn_before });
            gifts.push(gift);
        }
        gifts
    }

    /// Who is next in a place: somebody who is there, in the team, and has room.
    fn whose_turn(&self, place: Place) -> Option<UserId> {
        let Queue { assignment, members } = self.queues.get(&place)?;
        let load = |user: &UserId| self.loads.get(user).copied().unwrap_or(0);
        let has_room = |user: &UserId| assignment.capacity.is_none_or(|capacity| load(user) < capacity);
        let is_in_team = |user: &UserId| members.as_ref().is_none_or(|members| members.contains(user));
        let able = self.available.iter().filter(|user| is_in_team(user) && has_room(user));
        let turn = |user: &UserId| self.turns.get(&(place, *user)).copied();
        match assignment.rule {
            AssignmentRule::ByHand => None,
            AssignmentRule::RoundRobin => able.min_by_key(|user| (turn(user), **user)),
            AssignmentRule::ByLoad => able.min_by_key(|user| (load(user), turn(user), **user)),
        }
        .copied()
    }

    /// Open conversations that somebody has, those on their way included.
    #[must_use]
    pub fn load(&self, user: UserId) -> u32 {
        self.loads.get(&user).copied().unwrap_or(0)
    }

    /// Conversations that wait in a place.
    #[must_use]
    pub fn waiting(&self, place: Place) -> usize {
        self.waiting.get(&place).map_or(0, BTreeSet::len)
    }
}

#[cfg(test)]
mod tests;
