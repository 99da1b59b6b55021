use proptest::prelude::*;
use serde_json::json;
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, LabelId, MessageId, UserId,
    record::Item,
    wire::{ContactRef, EventData, HandledBy, Priority, Sender, SystemLine, Text, Window},
};

use super::*;
use crate::conversation::show_item;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_secs(1_795_000_000) + Duration::from_secs(seconds)
}

fn conversation() -> Conversation {
    Conversation {
        id: ConversationId::from_bytes([1; 16]),
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
        team_id: None,
        priority: Priority::None,
        labels: Vec::new(),
        handled_by: HandledBy::default(),
        sla: None,
        queued_at: None,
        routed_at: None,
        unread_count: None,
        inbound_count: 3,
        last_seq: 3,
        last_message: None,
        window: Window::default(),
        scheduled: 0,
        mentions: Vec::new(),
        rating: None,
        waiting_since: Some(at(0)),
        created_at: at(0),
        updated_at: at(0),
    }
}

fn sender(kind: SenderKind) -> Sender {
    Sender { kind, id: Some("x".to_owned()), name: Some("X".to_owned()) }
}

fn message(kind: SenderKind, direction: Direction, content: Content) -> Message {
    let item: Item = serde_json::from_value(json!({
        "id": MessageId::from_bytes([1; 16]),
        "seq": 1,
        "version": 1,
        "direction": direction,
        "content": content,
        "state": "recorded",
        "sent_by": sender(kind),
        "at": at(0),
    }))
    .unwrap();
    show_item(ConversationId::from_bytes([1; 16]), &item)
}

fn said(words: &str) -> Content {
    Content::Text(Text { body: words.to_owned() })
}

fn event(name: EventName, message: Message) -> Event {
    let data = EventData { message: Some(message), ..EventData::default() };
    Event { offset: 1, prev: 0, name, at: at(0), data }
}

fn line(event: SystemEvent, by: SenderKind) -> Content {
    Content::System(SystemLine {
        event,
        actor: None,
        by: Some(Box::new(sender(by))),
        subject: None,
        by_rule: None,
    })
}

const fn when(event: RuleEvent) -> RuleWhen {
    RuleWhen { event, after_minutes: None, filter: Vec::new(), words: Vec::new(), hours: None }
}

#[test]
fn an_event_begins_what_it_tells_and_a_rules_own_acts_begin_nothing() {
    let told = |name, kind, direction, content| begins_with(&event(name, message(kind, direction, content)));
    use SenderKind::{Agent, Customer, Rule};
    let received = told(EventName::MessageReceived, Customer, Direction::In, said("hello"));
    assert_eq!(received, Some(RuleEvent::MessageReceived));
    let sent = told(EventName::MessageQueued, Agent, Direction::Out, said("hello"));
    assert_eq!(sent, Some(RuleEvent::MessageSent));
    assert_eq!(told(EventName::MessageQueued, Rule, Direction::Out, said("hello")), None);
    assert_eq!(told(EventName::MessageUpdated, Customer, Direction::In, said("hello")), None);
    for (happened, begins) in [
        (SystemEvent::Assigned, Some(RuleEvent::ConversationAssigned)),
        (SystemEvent::TeamAssigned, Some(RuleEvent::TeamAssigned)),
        (SystemEvent::Labelled, Some(RuleEvent::Labelled)),
        (SystemEvent::PrioritySet, Some(RuleEvent::PrioritySet)),
        (SystemEvent::Reopened, Some(RuleEvent::ConversationOpened)),
        (SystemEvent::Opened, Some(RuleEvent::ConversationOpened)),
        (SystemEvent::Resolved, Some(RuleEvent::ConversationResolved)),
        (SystemEvent::Blocked, None),
    ] {
        for (by, begins) in [(Agent, begins), (Rule, None)] {
            let content = line(happened, by);
            let told = told(EventName::SystemAdded, SenderKind::System, Direction::Out, content);
            assert_eq!(told, begins, "{happened:?} by {by:?}");
        }
    }
}

#[test]
fn a_history_that_is_taken_in_begins_nothing() {
    let mut told = message(SenderKind::Customer, Direction::In, said("hello"));
    told.imported = true;
    assert_eq!(begins_with(&event(EventName::MessageReceived, told)), None);
}

#[test]
fn words_are_found_whatever_their_capitals() {
    let words = vec!["Refund".to_owned(), "geld zurück".to_owned()];
    let rule = When::checked(RuleWhen { words, ..when(RuleEvent::MessageReceived) }).unwrap();
    let begins = |words: &str| {
        rule.begins(
            RuleEvent::MessageReceived,
            Some(&message(SenderKind::Customer, Direction::In, said(words))),
        )
    };
    assert!(begins("I want a REFUND, now"));
    assert!(begins("Ich will mein GELD ZURÜCK"));
    assert!(!begins("I want a fund"));
    assert!(!rule.begins(RuleEvent::MessageReceived, None), "where nothing is said");
}

#[test]
fn what_cannot_be_judged_or_done_is_refused_and_says_where() {
    let field = |of: Result<When, Rejection>| match of {
        Err(Rejection::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let received = || when(RuleEvent::MessageReceived);
    let unread = vec![FilterCondition::Unread { not: false }];
    assert_eq!(field(When::checked(RuleWhen { filter: unread, ..received() })), "filter");
    let words = vec!["a".to_owned()];
    let resolved = when(RuleEvent::ConversationResolved);
    assert_eq!(field(When::checked(RuleWhen { words, ..resolved })), "when");
    assert_eq!(field(When::checked(RuleWhen { after_minutes: Some(0), ..received() })), "when");
    let blank = vec!["  ".to_owned()];
    assert_eq!(field(When::checked(RuleWhen { words: blank, ..received() })), "when");

    let refuses = |action: AutomationAction, by_person| {
        matches!(check_actions(&[action], by_person, at(0)), Err(Rejection::Invalid { .. }))
    };
    assert!(refuses(AutomationAction::Change { change: BulkChange::Read {} }, true));
    assert!(refuses(AutomationAction::AssignMe {}, false));
    assert!(!refuses(AutomationAction::AssignMe {}, true));
    assert!(refuses(AutomationAction::Snooze { minutes: 0 }, true));
    assert!(refuses(AutomationAction::Send { text: "{{nothing.of.that}}".to_owned() }, true));
    let until = Some(at(60));
    let snoozed = BulkChange::Status { status: ConversationStatus::Snoozed, snoozed_until: until };
    assert!(refuses(AutomationAction::Change { change: snoozed }, true));
    let no_labels = BulkChange::Labels { add: Vec::new(), remove: Vec::new() };
    assert!(refuses(AutomationAction::Change { change: no_labels }, true));
    assert!(check_actions(&[], true, at(0)).is_err());
    let many = vec![AutomationAction::Snooze { minutes: 5 }; MAX_ACTIONS + 1];
    assert!(check_actions(&many, true, at(0)).is_err());
}

#[test]
fn it_acts_where_everything_that_is_asked_holds() {
    let label = LabelId::from_bytes([7; 16]);
    let filter = vec![FilterCondition::Label { not: false, any: vec![label], none: false }];
    let hours = Some(RuleHours::Closed);
    let rule = When::checked(RuleWhen { filter, hours, ..when(RuleEvent::MessageReceived) }).unwrap();
    let viewer = Viewer { user_id: UserId::from_bytes([0; 16]), now: at(10) };
    let labelled = Conversation { labels: vec![label], ..conversation() };
    assert!(rule.holds(&labelled, false, &viewer));
    assert!(!rule.holds(&labelled, true, &viewer), "while it is open");
    assert!(!rule.holds(&conversation(), false, &viewer), "without the label");
}

#[test]
fn what_waited_acts_only_while_what_it_waited_for_still_stands() {
    let waits = conversation();
    assert!(still_stands(&waits, Some(at(0)), None));
    let answered = Conversation { waiting_since: None, ..conversation() };
    assert!(!still_stands(&answered, Some(at(0)), None));
    let again = Conversation { waiting_since: Some(at(90)), ..conversation() };
    assert!(!still_stands(&again, Some(at(0)), None), "they were answered, and wrote again");
    assert!(still_stands(&waits, None, Some(3)));
    let wrote = Conversation { inbound_count: 4, ..conversation() };
    assert!(!still_stands(&wrote, None, Some(3)));
}

proptest! {
    #[test]
    fn within_any_ten_minutes_a_rule_runs_at_most_so_often_in_one_conversation(
        gaps in prop::collection::vec(0_u64..400, 1..80),
    ) {
        let (mut runs, mut ran, mut now) = (Vec::new(), Vec::new(), at(0));
        for gap in gaps {
            now = now + Duration::from_secs(gap);
            if may_run(&mut runs, now) {
                ran.push(now);
            }
            let within = ran.iter().filter(|at| **at + RUNS_WITHIN > now).count();
            prop_assert!(within <= RUNS_MAX);
            // Nor is one held back that need not be.
            prop_assert!(within == RUNS_MAX || ran.last() == Some(&now));
        }
    }
}
