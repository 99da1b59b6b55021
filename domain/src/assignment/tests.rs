use std::{collections::VecDeque, time::Duration};

use proptest::prelude::*;
use switchboard_schema::{
    ChannelId, ContactId,
    wire::{ContactRef, Window},
};

use super::*;

const START: Timestamp = Timestamp::from_millis(1_760_000_000_000);

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn team(n: u8) -> TeamId {
    TeamId::from_bytes([n; 16])
}

fn id(n: u32) -> ConversationId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    ConversationId::from_bytes(bytes)
}

fn at(seconds: u64) -> Timestamp {
    START + Duration::from_secs(seconds)
}

/// A conversation that waits since then.
fn waiting(n: u32, place: Place, since: Timestamp) -> Conversation {
    Conversation {
        id: id(n),
        version: 1,
        channel_id: ChannelId::from_bytes([1; 16]),
        contact: ContactRef {
            id: ContactId::from_bytes([1; 16]),
            name: String::new(),
            identities: Vec::new(),
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        },
        status: ConversationStatus::Open,
        snoozed_until: None,
        assignee_id: None,
        handled_by: Default::default(),
        sla: None,
        team_id: place,
        priority: switchboard_schema::wire::Priority::None,
        labels: Vec::new(),
        queued_at: Some(since),
        routed_at: None,
        unread_count: None,
        inbound_count: 1,
        last_seq: 1,
        last_message: None,
        window: Window::default(),
        scheduled: 0,
        mentions: Vec::new(),
        waiting_since: None,
        rating: None,
        created_at: START,
        updated_at: START,
    }
}

fn by(rule: AssignmentRule, capacity: Option<u32>) -> Queue {
    Queue { assignment: Assignment { rule, capacity }, members: None }
}

fn desk(queue: Queue, people: impl IntoIterator<Item = u8>) -> Desk {
    let mut desk = Desk::default();
    desk.set_queues([(None, queue)].into());
    for n in people {
        desk.set_available(user(n), true);
    }
    desk
}

/// What its owner writes for a gift.
fn accept(conversation: &mut Conversation, gift: Gift) {
    assert_eq!((conversation.assignee_id, conversation.queued_at), (None, Some(gift.queued_at)), "twice");
    conversation.version += 1;
    conversation.assignee_id = Some(gift.user);
    conversation.queued_at = None;
    conversation.routed_at = Some(gift.at);
}

fn given(desk: &mut Desk, now: Timestamp) -> Vec<(ConversationId, UserId)> {
    desk.give(now).into_iter().map(|gift| (gift.id, gift.user)).collect()
}

#[test]
fn by_hand_nobody_is_given_anything() {
    let mut desk = desk(by(AssignmentRule::ByHand, None), [1]);
    desk.put(&waiting(1, None, START));
    assert_eq!(desk.give(START), []);
    assert_eq!(desk.waiting(None), 1);
}

#[test]
fn the_longest_waiting_comes_first_and_people_take_turns() {
    let mut desk = desk(by(AssignmentRule::RoundRobin, None), [1, 2]);
    for (n, seconds) in [(1, 30), (2, 10), (3, 20)] {
        desk.put(&waiting(n, None, at(seconds)));
    }
    let expected = [(id(2), user(1)), (id(3), user(2)), (id(1), user(1))];
    assert_eq!(given(&mut desk, at(60)), expected);
    assert_eq!(given(&mut desk, at(60)), [], "what is on its way is not given again");
}

#[test]
fn by_load_who_has_least_is_next_and_nobody_has_more_than_they_may() {
    let mut desk = desk(by(AssignmentRule::ByLoad, Some(2)), [1, 2]);
    let mut theirs = waiting(1, None, START);
    theirs.assignee_id = Some(user(1));
    theirs.queued_at = None;
    desk.put(&theirs);
    for n in 2..6 {
        desk.put(&waiting(n, None, at(u64::from(n))));
    }
    let expected = [(id(2), user(2)), (id(3), user(1)), (id(4), user(2))];
    assert_eq!(given(&mut desk, at(60)), expected);
    assert_eq!((desk.load(user(1)), desk.load(user(2)), desk.waiting(None)), (2, 2, 4));
    // Somebody is done with one: they became free.
    theirs.version = 2;
    theirs.status = ConversationStatus::Resolved;
    desk.put(&theirs);
    assert_eq!(given(&mut desk, at(61)), [(id(5), user(1))]);
}

#[test]
fn nobody_who_is_away_or_of_another_team_is_given_any() {
    let mut desk = desk(by(AssignmentRule::RoundRobin, None), [1, 2]);
    let members = Some([user(2), user(3)].into());
    let queue = Queue { members, ..by(AssignmentRule::RoundRobin, None) };
    desk.set_queues([(Some(team(1)), queue)].into());
    desk.put(&waiting(1, Some(team(1)), START));
    desk.put(&waiting(2, Some(team(2)), START));
    assert_eq!(given(&mut desk, START), [(id(1), user(2))], "three is away, one is not in it");
    desk.put(&waiting(3, Some(team(1)), START));
    desk.set_available(user(2), false);
    assert_eq!(desk.give(START), []);
}

#[test]
fn a_team_whose_people_are_full_holds_up_no_other() {
    let mut desk = desk(by(AssignmentRule::RoundRobin, None), [1]);
    let nobody = Queue { members: Some([user(9)].into()), ..by(AssignmentRule::RoundRobin, None) };
    desk.set_queues([(Some(team(1)), nobody), (None, by(AssignmentRule::RoundRobin, None))].into());
    desk.put(&waiting(1, Some(team(1)), at(1)));
    desk.put(&waiting(2, None, at(2)));
    assert_eq!(given(&mut desk, at(3)), [(id(2), user(1))]);
}

#[test]
fn who_was_meant_and_did_not_get_it_is_next_again() {
    let mut desk = desk(by(AssignmentRule::RoundRobin, None), [1, 2]);
    let mut first = waiting(1, None, START);
    desk.put(&first);
    let gifts = desk.give(START);
    assert_eq!((gifts[0].id, gifts[0].user), (id(1), user(1)));
    // Somebody took it by hand meanwhile.
    first.version = 2;
    first.assignee_id = Some(user(2));
    first.queued_at = None;
    desk.put(&first);
    desk.settled(&gifts[0]);
    desk.put(&waiting(2, None, START));
    assert_eq!(given(&mut desk, START), [(id(2), user(1))]);
    assert_eq!(desk.load(user(1)), 1);
}

#[test]
fn the_outcome_of_a_gift_that_was_given_up_says_nothing_of_the_next_one() {
    let mut desk = desk(by(AssignmentRule::RoundRobin, Some(1)), [1]);
    let mut one = waiting(1, None, START);
    desk.put(&one);
    let first = desk.give(START);
    // It was resolved and opened again before its owner answered.
    (one.version, one.queued_at, one.status) = (2, None, ConversationStatus::Resolved);
    desk.put(&one);
    (one.version, one.queued_at, one.status) = (3, Some(at(1)), ConversationStatus::Open);
    desk.put(&one);
    let second = desk.give(at(1));
    assert_eq!((second[0].id, second[0].user), (id(1), user(1)));
    desk.settled(&first[0]);
    assert_eq!((desk.load(user(1)), given(&mut desk, at(2))), (1, vec![]), "it is on its way");
    desk.settled(&second[0]);
    assert_eq!(given(&mut desk, at(3)), [(id(1), user(1))]);
}

#[test]
fn an_older_version_changes_nothing() {
    let mut desk = desk(by(AssignmentRule::ByHand, None), []);
    let mut newer = waiting(1, None, START);
    newer.version = 5;
    newer.status = ConversationStatus::Resolved;
    desk.put(&newer);
    desk.put(&waiting(1, None, START));
    assert_eq!(desk.waiting(None), 0);
}

/// A workspace whose owners of conversations answer late, out of order, or not at all.
struct World {
    desk: Desk,
    queues: BTreeMap<Place, Queue>,
    conversations: BTreeMap<ConversationId, Conversation>,
    underway: VecDeque<Gift>,
    there: BTreeSet<UserId>,
    now: Timestamp,
    next: u32,
}

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    Come(Place),
    Arrive(usize),
    Fail(usize),
    There(u8, bool),
    Resolve(usize),
    Reopen(usize),
    TakeByHand(usize, u8),
    Crash,
}

fn event() -> impl Strategy<Value = Event> {
    let place = prop_oneof![Just(None), Just(Some(team(1))), Just(Some(team(2)))];
    prop_oneof![
        6 => place.prop_map(Event::Come),
        8 => any::<usize>().prop_map(Event::Arrive),
        1 => any::<usize>().prop_map(Event::Fail),
        3 => (0_u8..5, any::<bool>()).prop_map(|(n, on)| Event::There(n, on)),
        3 => any::<usize>().prop_map(Event::Resolve),
        2 => any::<usize>().prop_map(Event::Reopen),
        1 => (any::<usize>(), 0_u8..5).prop_map(|(at, n)| Event::TakeByHand(at, n)),
        1 => Just(Event::Crash),
    ]
}

impl World {
    fn new(rules: [Assignment; 3]) -> Self {
        let [none, one, two] = rules;
        let of = |assignment, members: Option<Vec<u8>>| Queue {
            assignment,
            members: members.map(|members| members.into_iter().map(user).collect()),
        };
        let queues = BTreeMap::from([
            (None, of(none, None)),
            (Some(team(1)), of(one, Some(vec![0, 1, 2]))),
            (Some(team(2)), of(two, Some(vec![2, 3]))),
        ]);
        let mut desk = Desk::default();
        desk.set_queues(queues.clone());
        let (conversations, underway) = (BTreeMap::new(), VecDeque::new());
        Self { desk, queues, conversations, underway, there: BTreeSet::new(), now: START, next: 0 }
    }

    fn load(&self, who: UserId) -> u32 {
        let theirs = self
            .conversations
            .values()
            .filter(|one| one.status == ConversationStatus::Open && one.assignee_id == Some(who));
        theirs.count() as u32
    }

    /// The n-th conversation, changed, as its owner tells it.
    fn change(&mut self, nth: usize, change: impl FnOnce(&mut Conversation, Timestamp)) {
        let count = self.conversations.len();
        if let Some(one) = self.conversations.values_mut().nth(nth % count.max(1)) {
            one.version += 1;
            change(one, self.now);
            self.desk.put(one);
        }
    }

    fn step(&mut self, event: Event) {
        self.now = self.now + Duration::from_millis(500);
        match event {
            Event::Come(place) => {
                self.next += 1;
                let conversation = waiting(self.next, place, self.now);
                self.desk.put(&conversation);
                self.conversations.insert(conversation.id, conversation);
            }
            Event::Arrive(_) | Event::Fail(_) if self.underway.is_empty() => {}
            Event::Arrive(nth) => {
                let nth = nth % self.underway.len();
                self.arrive(nth);
            }
            Event::Fail(nth) => {
                let nth = nth % self.underway.len();
                let gift = self.underway.remove(nth).expect("a gift");
                self.desk.settled(&gift);
            }
            Event::There(n, on) => {
                if on {
                    self.there.insert(user(n))
                } else {
                    self.there.remove(&user(n))
                };
                self.desk.set_available(user(n), on);
            }
            Event::Resolve(nth) => self.change(nth, |one, _| {
                one.status = ConversationStatus::Resolved;
                one.queued_at = None;
            }),
            Event::Reopen(nth) => self.change(nth, |one, now| {
                if one.status == ConversationStatus::Resolved {
                    one.status = ConversationStatus::Open;
                    one.queued_at = one.assignee_id.is_none().then_some(now);
                }
            }),
            Event::TakeByHand(nth, who) => self.change(nth, |one, _| {
                one.assignee_id = Some(user(who));
                one.queued_at = None;
                one.routed_at = None;
            }),
            Event::Crash => {
                // What was written and not told is found in the conversations; some gifts arrived, some did not.
                while let Some(gift) = self.underway.pop_front() {
                    if gift.at.as_millis() % 2 == 0 {
                        let one = self.conversations.get_mut(&gift.id).expect("it is there");
                        if one.queued_at == Some(gift.queued_at) {
                            accept(one, gift);
                        }
                    }
                }
                self.desk = Desk::default();
                self.desk.set_queues(self.queues.clone());
                for one in self.conversations.values() {
                    self.desk.put(one);
                }
                for who in &self.there {
                    self.desk.set_available(*who, true);
                }
            }
        }
        self.give();
    }

    fn arrive(&mut self, nth: usize) {
        let gift = self.underway.remove(nth).expect("a gift");
        let one = self.conversations.get_mut(&gift.id).expect("it is there");
        if one.queued_at == Some(gift.queued_at) {
            accept(one, gift);
        }
        self.desk.put(one);
        self.desk.settled(&gift);
    }

    /// Asks for gifts, and looks whether each may be.
    fn give(&mut self) {
        let mut loads: BTreeMap<UserId, u32> = (0..5).map(|n| (user(n), self.load(user(n)))).collect();
        for gift in &self.underway {
            // By hand one may be given more than by rule, and what was taken meanwhile comes to nothing.
            if self.conversations[&gift.id].queued_at == Some(gift.queued_at) {
                *loads.entry(gift.user).or_default() += 1;
            }
        }
        for gift in self.desk.give(self.now) {
            let queue = &self.queues[&gift.place];
            assert!(self.there.contains(&gift.user), "to somebody who is not there: {gift:?}");
            assert!(queue.members.as_ref().is_none_or(|members| members.contains(&gift.user)), "outside");
            assert_ne!(queue.assignment.rule, AssignmentRule::ByHand);
            let load = loads.entry(gift.user).or_default();
            assert!(queue.assignment.capacity.is_none_or(|capacity| *load < capacity), "over capacity");
            *load += 1;
            let on_its_way = |one: &Conversation| {
                self.underway.iter().any(|other| other.id == one.id) || one.id == gift.id
            };
            let ahead = self.conversations.values().find(|one| {
                one.team_id == gift.place
                    && !on_its_way(one)
                    && one.queued_at.is_some_and(|since| (since, one.id) < (gift.queued_at, gift.id))
            });
            assert_eq!(ahead.map(|one| one.id), None, "{gift:?} jumps the queue");
            self.underway.push_back(gift);
        }
    }

    /// Nobody waits whom somebody could be given to.
    fn check_nobody_is_forgotten(&mut self) {
        while !self.underway.is_empty() {
            self.arrive(0);
            self.give();
        }
        for one in self.conversations.values().filter(|one| one.queued_at.is_some()) {
            let queue = &self.queues[&one.team_id];
            let able = self.there.iter().find(|who| {
                queue.members.as_ref().is_none_or(|members| members.contains(*who))
                    && queue.assignment.capacity.is_none_or(|capacity| self.load(**who) < capacity)
            });
            let by_hand = queue.assignment.rule == AssignmentRule::ByHand;
            assert!(by_hand || able.is_none(), "{} is forgotten", one.id);
        }
        for n in 0..5 {
            assert_eq!(self.desk.load(user(n)), self.load(user(n)), "the load of {n}");
        }
    }
}

fn rule() -> impl Strategy<Value = Assignment> {
    let rule = prop_oneof![
        Just(AssignmentRule::ByHand),
        Just(AssignmentRule::RoundRobin),
        Just(AssignmentRule::ByLoad)
    ];
    (rule, proptest::option::of(1_u32..5)).prop_map(|(rule, capacity)| Assignment { rule, capacity })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_nobody_is_forgotten_given_twice_or_to_who_may_not(
        rules in [rule(), rule(), rule()],
        events in proptest::collection::vec(event(), 1..160),
    ) {
        let mut world = World::new(rules);
        for event in events {
            world.step(event);
        }
        world.check_nobody_is_forgotten();
    }

    #[test]
    fn in_turns_nobody_gets_two_more_than_another_also_through_crashes(
        people in 1_u8..6,
        count in 1_usize..60,
        crashes in proptest::collection::vec(any::<bool>(), 60),
    ) {
        let rule = Assignment { rule: AssignmentRule::RoundRobin, capacity: None };
        let mut world = World::new([rule; 3]);
        (0..people.min(5)).for_each(|n| world.step(Event::There(n, true)));
        for crash in crashes.into_iter().take(count) {
            world.step(Event::Come(None));
            world.step(Event::Arrive(0));
            if crash {
                world.check_nobody_is_forgotten();
                world.step(Event::Crash);
            }
        }
        world.check_nobody_is_forgotten();
        let loads: Vec<_> = (0..people.min(5)).map(|n| world.load(user(n))).collect();
        let (least, most) = (loads.iter().min(), loads.iter().max());
        prop_assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{loads:?}");
    }

    #[test]
    fn by_load_open_conversations_are_even_within_one(people in 1_u8..5, count in 1_usize..60) {
        let rule = Assignment { rule: AssignmentRule::ByLoad, capacity: None };
        let mut world = World::new([rule; 3]);
        (0..people).for_each(|n| world.step(Event::There(n, true)));
        (0..count).for_each(|_| world.step(Event::Come(None)));
        world.check_nobody_is_forgotten();
        let loads: Vec<_> = (0..people).map(|n| world.load(user(n))).collect();
        let (least, most) = (loads.iter().min(), loads.iter().max());
        prop_assert!(most.zip(least).is_none_or(|(most, least)| most - least <= 1), "{loads:?}");
    }
}
