//! Customers are asked what they thought of it, and what they say opens nothing again.

use std::sync::Arc;

use switchboard_schema::{
    ContactId,
    wire::{
        Answer, ConsentChoice, ConsentScope, ConsentStanding, ConversationStatus, Direction,
        InteractiveAction, RatingPart, RatingSettings,
    },
};

use super::*;
use crate::sla::Service;

const MINUTE: Duration = Duration::from_secs(60);

fn settings() -> RatingSettings {
    RatingSettings {
        ask: true,
        delay_minutes: 5,
        every_days: 30,
        question: "How was it?".to_owned(),
        button: "Rate".to_owned(),
    }
}

/// A conversation of a workspace that asks.
fn given_asking() -> Fixture {
    let mut it = given();
    it.state.service = Arc::new(Service { ratings: Some(settings()), ..Service::default() });
    it
}

fn set(status: ConversationStatus) -> Command {
    Command::SetStatus { status, snoozed_until: None, sender: agent() }
}

/// Resolved by line 2, and asked about it in item 3, which waits to go.
fn given_question() -> Fixture {
    let mut it = given_asking();
    it.when(set(ConversationStatus::Resolved));
    it.after(5 * MINUTE).when(Command::Wake);
    it.when(Command::AskRating { of: 2, granted: true });
    it
}

/// The same, and it went.
fn given_asked() -> Fixture {
    let mut it = given_question();
    it.when(begin(3));
    it.when(end(3, 1, accepted("out.question")));
    it
}

fn tap(nth: u32, id: &str) -> Command {
    let answer = Answer::Row { id: id.to_owned(), title: "5 ★★★★★".to_owned(), description: None };
    let mut tapped = message(&format!("tap.{nth}"), START);
    tapped.content = Content::Answer(answer);
    received(tapped)
}

fn status(it: &Fixture) -> ConversationStatus {
    it.head().status
}

#[test]
fn it_is_asked_once_some_time_after_it_was_resolved_when_that_may_be() {
    let mut it = given_asking();
    let resolved = it.when(set(ConversationStatus::Resolved));
    assert!(resolved.effects.contains(&Effect::WakeAt(START + 5 * MINUTE)));
    assert_eq!(it.when(Command::Wake).changes, [], "not before its time");
    let due = it.after(5 * MINUTE).when(Command::Wake);
    assert!(due.effects.contains(&Effect::AskRating(2)), "{:?}", due.effects);
    assert!(
        due.effects.iter().any(|effect| matches!(effect, Effect::WakeAt(at) if *at > it.now)),
        "and again"
    );
    it.when(Command::AskRating { of: 2, granted: true });
    let item = it.item(3);
    assert_eq!((item.direction, item.state), (Direction::Out, MessageState::Queued));
    assert_eq!(item.rating, Some(RatingPart::Ask { of: 2 }));
    let Content::Interactive(asked) = &item.content else { panic!("a list") };
    assert!(matches!(&asked.action, InteractiveAction::List { sections, .. } if sections[0].rows.len() == 5));
    assert_eq!(it.when(Command::AskRating { of: 2, granted: true }).changes, [], "once");
    assert_eq!(it.after(HOUR).when(Command::Wake).effects, [Effect::Send], "and never again");
}

#[test]
fn who_was_asked_lately_is_not_nor_anybody_outside_the_window_or_who_stopped_or_is_blocked() {
    let mut it = given_asking();
    it.when(set(ConversationStatus::Resolved));
    it.when(Command::AskRating { of: 2, granted: false });
    assert_eq!(it.head().ratings, []);
    let mut late = given_asking();
    late.when(set(ConversationStatus::Resolved));
    late.after(25 * HOUR).when(Command::AskRating { of: 2, granted: true });
    assert_eq!((late.head().ratings.len(), late.head().last_seq), (0, 2), "the window is closed");
    let mut blocked = given_asking();
    blocked.when(changed(2, true));
    blocked.when(set(ConversationStatus::Resolved));
    assert_eq!(blocked.head().ratings, []);
    let mut stopped = given_asking();
    let mut contact = contact(2, false);
    let said = (ConsentScope::Everything, ConsentChoice::Withdrawn);
    contact.contact.consent = vec![ConsentStanding { scope: said.0, choice: said.1, at: START - HOUR }];
    stopped.when(Command::ContactChanged { contact });
    stopped.when(set(ConversationStatus::Resolved));
    assert_eq!(stopped.head().ratings, []);
    let mut nobody = given();
    nobody.when(set(ConversationStatus::Resolved));
    assert_eq!(nobody.head().ratings, [], "off, unless somebody switches it on");
}

#[test]
fn a_team_asks_as_it_set_itself() {
    let team = switchboard_schema::TeamId::from_bytes([9; 16]);
    let never = RatingSettings { ask: false, ..settings() };
    let service =
        Service { ratings: Some(settings()), team_ratings: [(team, never)].into(), ..Service::default() };
    let mut it = given();
    it.state.service = Arc::new(service);
    it.when(Command::PutWithTeam { team: Some((team, "Repairs".to_owned())), sender: agent() });
    it.when(set(ConversationStatus::Resolved));
    assert_eq!(it.head().ratings, []);
}

#[test]
fn opened_again_before_it_was_asked_it_is_not() {
    let mut it = given_asking();
    it.when(set(ConversationStatus::Resolved));
    it.when(receive("in.2", START));
    assert_eq!(it.head().ratings, []);
    assert_eq!(it.after(5 * MINUTE).when(Command::Wake).changes, []);
    let mut queued = given_question();
    queued.when(set(ConversationStatus::Open));
    assert_eq!(queued.state_of(3), MessageState::Cancelled, "and what waits to go does not");
    assert_eq!(queued.head().ratings, []);
}

#[test]
fn a_rating_opens_nothing_again_and_nobody_waits_because_of_it() {
    let mut it = given_asked();
    let unread = it.head().inbound_count;
    it.when(tap(1, "rating:2:5"));
    assert_eq!((status(&it), it.head().waiting_since), (ConversationStatus::Resolved, None));
    assert_eq!(it.head().inbound_count, unread);
    assert_eq!(it.item(4).rating, Some(RatingPart::Rating { of: 2, score: 5 }));
    assert_eq!(it.line(5), Some(SystemEvent::Rated));
    let shown = it.state.show(it.now).expect("it exists").rating.expect("it was rated");
    assert_eq!((shown.score, shown.at), (5, it.now));
}

#[test]
fn it_counts_once_for_a_week_whatever_happens_in_between() {
    let mut it = given_asked();
    it.when(receive("in.2", START));
    it.when(set(ConversationStatus::Resolved));
    it.when(tap(1, "rating:2:4"));
    assert_eq!(status(&it), ConversationStatus::Resolved);
    assert_eq!(it.head().ratings[0].score, Some(4), "the one that was asked about");
    it.when(tap(2, "rating:2:1"));
    assert_eq!(it.head().ratings[0].score, Some(4), "the first counts");
    let last = it.head().last_seq;
    assert_eq!(it.item(last).rating, Some(RatingPart::Spare { of: 2 }));
    let mut late = given_asked();
    late.after(8 * 24 * HOUR).when(tap(1, "rating:2:5"));
    assert_eq!((late.head().ratings[0].score, status(&late)), (None, ConversationStatus::Resolved));
}

#[test]
fn what_was_never_asked_is_a_message_like_any_other() {
    for id in ["rating:7:5", "rating:2:9", "rating:x:5", "full"] {
        let mut it = given_asked();
        it.when(tap(1, id));
        assert_eq!((status(&it), it.item(4).rating), (ConversationStatus::Open, None), "{id}");
    }
}

#[test]
fn a_number_alone_is_a_rating_as_well() {
    let mut it = given_asked();
    it.when(receive("4", START));
    assert_eq!(it.head().ratings[0].score, Some(4));
    let mut other = given_asked();
    other.when(receive("4 bikes", START));
    assert_eq!((other.head().ratings[0].score, status(&other)), (None, ConversationStatus::Open));
}

#[test]
fn the_next_words_within_the_hour_say_why_and_are_unread() {
    let mut it = given_asked();
    it.when(tap(1, "rating:2:2"));
    let unread = it.head().inbound_count;
    it.after(59 * MINUTE).when(receive("too slow", START));
    let last = it.head().last_seq;
    assert_eq!(it.item(last).rating, Some(RatingPart::Comment { of: 2 }));
    assert_eq!((status(&it), it.head().inbound_count), (ConversationStatus::Resolved, unread + 1));
    it.when(receive("and another thing", START));
    assert_eq!(status(&it), ConversationStatus::Open, "only once");
    let mut late = given_asked();
    late.when(tap(1, "rating:2:2"));
    late.after(61 * MINUTE).when(receive("too slow", START));
    assert_eq!(status(&late), ConversationStatus::Open);
}

#[test]
fn what_continues_elsewhere_is_not_asked_about() {
    let mut it = given_asking();
    it.when(set(ConversationStatus::Resolved));
    let to = ConversationId::between(&CHANNEL, &ContactId::from_bytes([8; 16]));
    it.when(Command::Redirect { to, into: ContactId::from_bytes([8; 16]), contact: contact(2, false) });
    assert_eq!(it.head().ratings, []);
    assert!(
        !it.after(HOUR)
            .when(Command::Wake)
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::AskRating(_)))
    );
}

#[test]
fn one_that_was_due_while_nobody_was_here_is_asked_after_the_start() {
    let mut it = given_asking();
    it.when(set(ConversationStatus::Resolved));
    it.after(HOUR);
    let recovered = it.when(Command::Recover);
    assert!(recovered.effects.contains(&Effect::WakeAt(it.now)), "{:?}", recovered.effects);
}
