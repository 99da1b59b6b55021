//! Whatever happens in a conversation, and however it is told: rows and sums agree, and are the same.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use switchboard_schema::{
    ChannelId, ContactId, MessageId,
    record::{report_day, report_slot},
    wire::{ContactRef, Identity, IdentityKind, Text},
};

use super::*;
use crate::{
    conversation::{
        AttemptOutcome, Change, Command, Conditions, ContactSnapshot, State, decide, evolve, show_item,
    },
    inbound::{Edit, InboundMessage, Party},
    outbound::SendOutcome,
};

const CHANNEL: ChannelId = ChannelId::from_bytes([1; 16]);
const CONTACT: ContactId = ContactId::from_bytes([2; 16]);
const ANA: UserId = UserId::from_bytes([3; 16]);
const BEN: UserId = UserId::from_bytes([4; 16]);
const START: Timestamp = Timestamp::from_secs(1_795_000_000);

/// What is done in the conversation of a test.
#[derive(Debug, Clone, Copy)]
enum Act {
    Write,
    Answer(UserId),
    Automatic,
    Send,
    Fail,
    Cancel,
    EditFirst,
    Assign(Option<UserId>),
    Status(ConversationStatus),
    Wait(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => Just(Act::Write),
        4 => prop_oneof![Just(ANA), Just(BEN)].prop_map(Act::Answer),
        1 => Just(Act::Automatic),
        5 => Just(Act::Send),
        1 => Just(Act::Fail),
        1 => Just(Act::Cancel),
        1 => Just(Act::EditFirst),
        1 => prop_oneof![Just(None), Just(Some(ANA)), Just(Some(BEN))].prop_map(Act::Assign),
        3 => prop_oneof![
            3 => Just(ConversationStatus::Resolved),
            1 => Just(ConversationStatus::Open),
            1 => Just(ConversationStatus::Pending),
        ]
        .prop_map(Act::Status),
        3 => (1_u64..300).prop_map(Act::Wait),
    ];
    prop::collection::vec(act, 1..60)
}

/// A conversation as its owner has it, and what it told of each commit.
struct World {
    state: State,
    now: Timestamp,
    nth: u64,
}

#[derive(Debug, Clone)]
struct Event {
    created: bool,
    conversation: Conversation,
    message: Option<Message>,
}

impl World {
    fn new() -> Self {
        let id = ConversationId::between(&CHANNEL, &CONTACT);
        Self { state: State::unborn(id, CHANNEL), now: START, nth: 0 }
    }

    /// Does something, where the rules allow it.
    fn act(&mut self, act: Act) {
        self.nth += 1;
        self.now = self.now + Duration::from_secs(1);
        let command = match act {
            Act::Wait(minutes) => {
                self.now = self.now + Duration::from_secs(minutes * 60);
                return;
            }
            Act::Write => received(self.nth, self.now),
            Act::Answer(user) => self.sends(Sender {
                kind: SenderKind::Agent,
                id: Some(user.to_string()),
                name: Some("somebody".to_owned()),
            }),
            Act::Automatic => {
                self.sends(Sender { kind: SenderKind::Api, id: Some("key".to_owned()), name: None })
            }
            Act::Send | Act::Fail => {
                let Some(seq) = self.state.next_to_send().map(|item| item.seq) else { return };
                self.commit(Command::BeginAttempt { seq, consent_version: 0 });
                let Some(number) = self.state.items.get(&seq).map(|item| item.attempts) else { return };
                let provider_id = format!("out.{seq}.{number}");
                let outcome = match act {
                    Act::Send => SendOutcome::Accepted { provider_id, recipient: Vec::new() },
                    _ => SendOutcome::Unknown("timed out".to_owned()),
                };
                Command::EndAttempt { seq, number, outcome: AttemptOutcome::Ended(outcome) }
            }
            Act::Cancel => {
                let Some(id) = self.state.outbox().last().map(|item| item.id) else { return };
                Command::Cancel { id }
            }
            Act::EditFirst => {
                let first = self.state.items.values().find(|item| item.direction == Direction::In);
                let named = first.and_then(|item| Some((item.seq, item.provider_id.clone()?)));
                let Some((seq, original_id)) = named else { return };
                let content = Content::Text(Text { body: format!("edited {}", self.nth) });
                let from = Party { identities: Vec::new(), profile_name: None };
                Command::Edit { edit: Edit { from, ours: false, original_id, at: self.now, content }, seq }
            }
            Act::Assign(user) => {
                let assignee = user.map(|user| (user, "somebody".to_owned()));
                Command::Assign { assignee, sender: Sender::system() }
            }
            Act::Status(status) => {
                let sender = Sender { kind: SenderKind::Agent, id: Some(BEN.to_string()), name: None };
                Command::SetStatus { status, snoozed_until: None, sender }
            }
        };
        self.commit(command);
    }

    fn sends(&self, sender: Sender) -> Command {
        Command::Send {
            contact: None,
            id: MessageId::derived(&[&self.nth.to_be_bytes()]),
            key: self.nth,
            request_hash: Vec::new(),
            content: Content::Text(Text { body: "yes".to_owned() }),
            about: None,
            hold: Duration::ZERO,
            conditions: Conditions::default(),
            sender,
        }
    }

    fn commit(&mut self, command: Command) {
        let Ok(decision) = decide(&self.state, command, self.now) else { return };
        for change in decision.changes {
            // A request that waits for its pace is made in the next turn.
            if !matches!(&change, Change::Key(..)) {
                evolve(&mut self.state, change);
            }
        }
    }

    fn version(&self) -> u64 {
        self.state.head.as_ref().map_or(0, |head| head.version)
    }

    /// What is told of everything after a version.
    fn told(&self, after: u64) -> Vec<Event> {
        let Some(conversation) = self.state.show(self.now).filter(|_| self.version() > after) else {
            return Vec::new();
        };
        let mut items: Vec<_> = self.state.items.values().filter(|item| item.version > after).collect();
        items.sort_by_key(|item| (item.version, item.seq));
        let created = after == 0;
        let whole = created.then(|| Event { created, conversation: conversation.clone(), message: None });
        let events = items.into_iter().map(|item| Event {
            created: false,
            conversation: conversation.clone(),
            message: Some(show_item(self.state.id, item)),
        });
        whole.into_iter().chain(events).collect()
    }
}

fn received(nth: u64, at: Timestamp) -> Command {
    let identities = vec![Identity { kind: IdentityKind::WaId, value: "31612344417".to_owned() }];
    let contact = ContactRef {
        id: CONTACT,
        name: "Elif".to_owned(),
        identities: identities.clone(),
        former: Vec::new(),
        blocked: false,
        consent: Vec::new(),
    };
    let content = Content::Text(Text { body: "hello".to_owned() });
    let from = Party { identities, profile_name: None };
    let message = InboundMessage::new(from, format!("in.{nth}"), at, content);
    Command::Receive { contact: ContactSnapshot { contact, version: 1 }, message, elsewhere: None }
}

/// What came of events: the rows as they are now, and the sums.
#[derive(Debug, Clone, PartialEq, Default)]
struct Books {
    state: Option<ReportState>,
    facts: BTreeMap<(Kind, Timestamp, u64), ReportFact>,
    sums: BTreeMap<(i64, i64, ReportOf), ReportSums>,
}

impl Books {
    fn take(&mut self, event: &Event) {
        let half = |_: Option<TeamId>, from, to: Timestamp| Some(to.since(from) / 2);
        let Event { created, conversation, message } = event;
        let counted = take(&mut self.state, *created, conversation, message.as_ref(), &half);
        for fact in counted.facts {
            self.facts.insert((fact.kind, fact.at, fact.seq), fact.body);
        }
        for Delta { at, of, sums } in counted.deltas {
            let to = self.sums.entry((report_day(at), report_slot(at), of)).or_default();
            sums::add(to, &sums, 1);
        }
        self.sums.retain(|_, sums| !sums::is_nothing(sums));
    }

    /// The sums, counted from the rows. What has no row is left out.
    fn counted(&self) -> BTreeMap<(i64, i64, ReportOf), ReportSums> {
        let id = ConversationId::between(&CHANNEL, &CONTACT);
        let mut all = BTreeMap::<_, ReportSums>::new();
        for ((kind, at, seq), body) in &self.facts {
            let fact = Fact { kind: *kind, at: *at, conversation_id: id, seq: *seq, body: body.clone() };
            let (of, sums) = sums::of_fact(&fact);
            sums::add(all.entry((report_day(*at), report_slot(*at), of)).or_default(), &sums, 1);
        }
        all.retain(|_, sums| !sums::is_nothing(sums));
        all
    }

    fn total(&self) -> ReportSums {
        let mut total = ReportSums::default();
        self.sums.values().for_each(|sums| sums::add(&mut total, sums, 1));
        total
    }
}

fn without_messages(
    sums: &BTreeMap<(i64, i64, ReportOf), ReportSums>,
) -> BTreeMap<(i64, i64, ReportOf), ReportSums> {
    let bare = sums
        .iter()
        .map(|(of, sums)| (*of, ReportSums { received: 0, sent: 0, automatic: 0, ..sums.clone() }));
    bare.filter(|(_, sums)| !sums::is_nothing(sums)).collect()
}

/// Every commit is told by itself.
fn told_one_by_one(acts: &[Act]) -> (World, Vec<Event>) {
    let (mut world, mut events) = (World::new(), Vec::new());
    for act in acts {
        let before = world.version();
        world.act(*act);
        events.extend(world.told(before));
    }
    (world, events)
}

fn books(events: &[Event]) -> Books {
    let mut books = Books::default();
    events.iter().for_each(|event| books.take(event));
    books
}

/// The acts of a story, in which each counts.
fn story(acts: &[Act]) -> Books {
    books(&told_one_by_one(acts).1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_sums_are_those_of_the_rows_and_messages_are_counted_once(acts in acts()) {
        let (world, events) = told_one_by_one(&acts);
        let books = books(&events);
        prop_assert_eq!(without_messages(&books.sums), books.counted());
        let items = || world.state.items.values();
        let left = |item: &&switchboard_schema::record::Item| item.state == MessageState::Sent;
        let by = |kind| items().filter(left).filter(move |item| item.sent_by.kind == kind).count() as i64;
        let total = books.total();
        prop_assert_eq!(total.received, items().filter(|item| item.direction == Direction::In).count() as i64);
        prop_assert_eq!(total.sent, by(SenderKind::Agent));
        prop_assert_eq!(total.automatic, by(SenderKind::Api));
        prop_assert!(total.waited.count <= total.sent && total.first.count <= total.opened);
        prop_assert!(books.sums.values().all(|sums| sums.opened >= 0 && sums.resolved >= 0));
    }

    #[test]
    fn what_was_taken_in_before_changes_nothing(acts in acts(), from in 0_usize..200) {
        let (_, events) = told_one_by_one(&acts);
        let mut books = books(&events);
        let before = books.clone();
        events.iter().skip(from % events.len().max(1)).for_each(|event| books.take(event));
        prop_assert_eq!(books, before);
    }

    #[test]
    fn a_crash_that_has_several_commits_told_at_once_changes_no_sum(
        acts in acts(),
        cuts in prop::collection::vec(any::<bool>(), 60),
    ) {
        let (_, events) = told_one_by_one(&acts);
        let whole = books(&events);
        let (mut world, mut told, mut late) = (World::new(), 0, Books::default());
        for (act, cut) in acts.iter().zip(&cuts) {
            world.act(*act);
            if *cut {
                world.told(told).iter().for_each(|event| late.take(event));
                told = world.version();
            }
        }
        world.told(told).iter().for_each(|event| late.take(event));
        // To whom it was given in between is not told any more: by whom it was answered and resolved is.
        prop_assert_eq!(late.total(), whole.total());
        prop_assert_eq!(without_messages(&late.sums), late.counted());
        prop_assert_eq!(late.facts.keys().collect::<Vec<_>>(), whole.facts.keys().collect::<Vec<_>>());
    }
}

const MINUTE: u64 = 60;

#[test]
fn an_answer_counts_when_it_left_from_the_first_message_that_nobody_answered() {
    use Act::{Answer, Send, Wait, Write};
    let total = story(&[Write, Wait(9), Write, Wait(1), Answer(ANA)]).total();
    assert_eq!((total.opened, total.received, total.sent, total.first.count), (1, 2, 0, 0));
    let books = story(&[Write, Wait(9), Write, Wait(1), Answer(ANA), Wait(5), Send]);
    let total = books.total();
    assert_eq!((total.sent, total.first.count, total.waited.count), (1, 1, 1));
    // Each act takes a second; that it waited to leave is not the person's.
    assert_eq!(total.first.total_s as u64, 10 * MINUTE + 4);
    assert_eq!(total.first_open.total_s as u64, (10 * MINUTE + 4) / 2);
    let whose = books.sums.iter().find(|(_, sums)| sums.first.count == 1).map(|((.., of), _)| of.user_id);
    assert_eq!(whose, Some(Some(ANA)));
}

#[test]
fn what_failed_or_was_taken_back_is_no_answer_and_the_next_one_counts_from_the_same_time() {
    use Act::{Answer, Cancel, Send, Wait, Write};
    let total = story(&[Write, Wait(1), Answer(ANA), Cancel, Wait(2), Answer(BEN), Send]).total();
    assert_eq!((total.sent, total.first.count), (1, 1));
    assert_eq!(total.first.total_s as u64, 3 * MINUTE + 5);
}

#[test]
fn sent_and_resolved_in_one_go_it_is_an_answer() {
    use Act::{Answer, Send, Status, Wait, Write};
    let books = story(&[Write, Wait(3), Answer(ANA), Status(ConversationStatus::Resolved), Send]);
    let total = books.total();
    assert_eq!((total.resolved, total.first.count, total.by_bot), (1, 1, 0));
    let resolved = books.facts.iter().find(|((kind, ..), _)| *kind == Kind::Resolved).map(|(_, fact)| fact);
    assert_eq!(resolved.and_then(|fact| fact.episode.first).map(|first| first.by), Some(Some(ANA)));
}

#[test]
fn opened_again_it_is_another_episode() {
    use Act::{Answer, Send, Status, Wait, Write};
    let resolve = Status(ConversationStatus::Resolved);
    let books =
        story(&[Write, Answer(ANA), Send, resolve, Wait(100), Write, Wait(2), Answer(BEN), Send, resolve]);
    let total = books.total();
    assert_eq!((total.opened, total.reopened, total.resolved, total.first.count), (2, 1, 2, 2));
    assert_eq!(total.took.count, 2);
}

#[test]
fn what_we_begin_has_no_first_answer() {
    use Act::{Answer, Send, Status, Write};
    let resolve = Status(ConversationStatus::Resolved);
    let total = story(&[
        Write,
        Answer(ANA),
        Send,
        resolve,
        Status(ConversationStatus::Open),
        Write,
        Answer(ANA),
        Send,
    ]);
    let total = total.total();
    assert_eq!((total.opened, total.by_us, total.first.count, total.waited.count), (2, 1, 1, 2));
}

#[test]
fn what_only_a_program_answered_and_nobody_resolved_was_resolved_by_it() {
    use Act::{Automatic, Send, Write};
    let (mut world, mut events) = told_one_by_one(&[Write, Automatic, Send]);
    let before = world.version();
    let sender = Sender { kind: SenderKind::Api, id: Some("key".to_owned()), name: None };
    world.commit(Command::SetStatus { status: ConversationStatus::Resolved, snoozed_until: None, sender });
    events.extend(world.told(before));
    let total = books(&events).total();
    assert_eq!((total.resolved, total.by_bot, total.automatic, total.sent), (1, 1, 1, 0));
}

#[test]
fn of_what_had_begun_before_anything_was_counted_only_what_follows_counts() {
    use Act::{Answer, Send, Status, Wait, Write};
    let (_, events) =
        told_one_by_one(&[Write, Wait(5), Write, Answer(ANA), Send, Status(ConversationStatus::Resolved)]);
    // From the second message on.
    let total = books(&events[2..]).total();
    assert_eq!((total.opened, total.resolved, total.received, total.sent), (0, 1, 1, 1));
    assert_eq!((total.first.count, total.took.count, total.waited.count), (0, 0, 1));
}
