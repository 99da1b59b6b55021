use std::sync::Arc;

use switchboard_schema::{
    TeamId,
    wire::{BusinessHours, ConversationStatus, OpenHours, SlaPolicy, SlaTarget, SlaTimer, Weekday},
};

use super::*;
use crate::{hours::Hours, sla::Service};

const MINUTE: Duration = Duration::from_secs(60);

/// First answers in 30 minutes, the next in 60, resolved in 8 hours; at any hour.
fn usual() -> SlaPolicy {
    SlaPolicy {
        name: "Usual".to_owned(),
        first_response_minutes: Some(30),
        next_response_minutes: Some(60),
        resolution_minutes: Some(480),
        ..SlaPolicy::default()
    }
}

fn serving(it: &mut Fixture, policies: Vec<SlaPolicy>) {
    it.state.service = Arc::new(Service { policies, ..Service::default() });
}

/// The customer wrote at the start, under these policies.
fn given_under(policies: Vec<SlaPolicy>) -> Fixture {
    let mut it = given_nothing();
    serving(&mut it, policies);
    it.when(receive("in.1", START));
    it
}

fn timers(it: &Fixture) -> Vec<SlaTimer> {
    it.state.show(it.now).and_then(|shown| shown.sla).map(|sla| sla.timers).unwrap_or_default()
}

fn timer(it: &Fixture, target: SlaTarget) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let found = timers(it).into_iter().find(|timer| timer.target == target);
    found.map(|timer| (timer.due_at, timer.missed_at))
}

fn set(status: ConversationStatus, until: Option<Timestamp>) -> Command {
    Command::SetStatus { status, snoozed_until: until, sender: agent() }
}

use SlaTarget::{FirstResponse, NextResponse, Resolution};

#[test]
fn the_first_answer_then_the_next_and_the_resolution_are_due_in_their_time() {
    let mut it = given_nothing();
    serving(&mut it, vec![usual()]);
    let decision = it.when(receive("in.1", START));
    assert!(decision.effects.contains(&Effect::WakeAt(START + MINUTE * 30)), "{:?}", decision.effects);
    assert!(decision.effects.contains(&Effect::WakeAt(START + HOUR * 8)));
    assert_eq!(timer(&it, FirstResponse), Some((Some(START + MINUTE * 30), None)));
    // That they write again changes nothing of since when they wait.
    it.after(MINUTE * 10).when(receive("in.2", START + MINUTE * 10));
    assert_eq!(timer(&it, FirstResponse), Some((Some(START + MINUTE * 30), None)));
    it.after(MINUTE).when(send(1, "yes"));
    assert_eq!(timer(&it, FirstResponse), None);
    let now = it.after(HOUR).now;
    it.when(receive("in.3", now));
    assert_eq!(timer(&it, NextResponse), Some((Some(now + HOUR), None)));
    assert_eq!(timer(&it, Resolution), Some((Some(START + HOUR * 8), None)));
    it.when(set(ConversationStatus::Resolved, None));
    assert_eq!(timers(&it), []);
    // What comes next is a matter of its own.
    let now = it.after(HOUR).now;
    it.when(receive("in.4", now));
    assert_eq!(timer(&it, FirstResponse), Some((Some(now + MINUTE * 30), None)));
    assert_eq!(timer(&it, Resolution), Some((Some(now + HOUR * 8), None)));
}

#[test]
fn an_answer_that_does_not_go_leaves_the_first_one_due_as_it_was() {
    let mut it = given_under(vec![usual()]);
    it.after(MINUTE).when(send(1, "yes"));
    it.when(Command::Cancel { id: asked(1) });
    assert_eq!(timer(&it, FirstResponse), Some((Some(START + MINUTE * 30), None)));
}

#[test]
fn what_is_missed_is_noted_once_when_its_time_comes_and_stays_so_until_it_is_done() {
    let mut it = given_under(vec![usual()]);
    let warned = |it: &Fixture| timers(it).iter().find_map(|timer| timer.warned_at);
    it.after(MINUTE * 24 - Duration::from_millis(1));
    assert_eq!((it.when(Command::Wake).changes, warned(&it)), (vec![], None), "not yet");
    let decision = it.after(Duration::from_millis(1)).when(Command::Wake);
    assert_eq!(decision.effects, [Effect::Updated, Effect::Send], "a fifth of it is left");
    assert_eq!(warned(&it), Some(START + MINUTE * 24));
    it.after(MINUTE * 6 - Duration::from_millis(1));
    assert_eq!(it.when(Command::Wake).changes, [], "not yet");
    let decision = it.after(Duration::from_millis(1)).when(Command::Wake);
    assert_eq!(decision.effects, [Effect::Updated, Effect::Send]);
    let due = START + MINUTE * 30;
    assert_eq!(timer(&it, FirstResponse), Some((Some(due), Some(due))));
    assert_eq!(it.after(MINUTE).when(Command::Wake).changes, [], "once");
    it.when(send(1, "sorry"));
    assert_eq!(timer(&it, FirstResponse), None);
}

#[test]
fn put_aside_nothing_is_counted_and_pending_the_resolution_is_not() {
    let mut it = given_under(vec![usual()]);
    let until = START + HOUR * 3;
    it.after(MINUTE * 10).when(set(ConversationStatus::Snoozed, Some(until)));
    assert_eq!([timer(&it, FirstResponse), timer(&it, Resolution)], [Some((None, None)); 2]);
    it.now = until;
    it.when(Command::Wake);
    assert_eq!(timer(&it, FirstResponse), Some((Some(until + MINUTE * 20), None)));
    assert_eq!(timer(&it, Resolution), Some((Some(until + MINUTE * 470), None)));
    it.when(set(ConversationStatus::Pending, None));
    it.after(HOUR).when(set(ConversationStatus::Open, None));
    assert_eq!(timer(&it, FirstResponse), Some((Some(until + MINUTE * 20), Some(until + MINUTE * 20))));
    assert_eq!(timer(&it, Resolution), Some((Some(until + HOUR + MINUTE * 470), None)));
}

#[test]
fn another_target_another_team_and_no_policy_hold_at_once() {
    let mut it = given_under(vec![usual()]);
    it.after(MINUTE * 40).when(Command::Wake);
    serving(&mut it, vec![SlaPolicy { first_response_minutes: Some(90), ..usual() }]);
    it.when(Command::Wake);
    assert_eq!(
        timer(&it, FirstResponse),
        Some((Some(START + MINUTE * 90), None)),
        "it is not missed any more"
    );
    let team = TeamId::from_bytes([1; 16]);
    let quick = SlaPolicy {
        name: "Quick".to_owned(),
        team_ids: vec![team],
        first_response_minutes: Some(45),
        ..usual()
    };
    serving(&mut it, vec![quick, usual()]);
    it.when(Command::PutWithTeam { team: Some((team, "Sales".to_owned())), sender: agent() });
    assert_eq!(
        it.state.show(it.now).and_then(|shown| shown.sla).map(|sla| sla.policy).as_deref(),
        Some("Quick")
    );
    assert_eq!(timer(&it, FirstResponse), Some((Some(START + MINUTE * 45), None)));
    serving(&mut it, Vec::new());
    it.when(Command::Wake);
    assert_eq!(timers(&it), []);
    assert_eq!(it.when(Command::Wake).changes, []);
}

#[test]
fn within_the_hours_only_those_of_the_team_or_of_the_workspace_pass() {
    // START is on a Wednesday, 18 November 2026, 11:06:40 UTC.
    let hours = |from: &str, to: &str| {
        let weekly = vec![
            OpenHours { day: Weekday::Wednesday, from: from.to_owned(), to: to.to_owned() },
            OpenHours { day: Weekday::Thursday, from: from.to_owned(), to: to.to_owned() },
        ];
        let hours = BusinessHours { time_zone: "UTC".to_owned(), weekly, holidays: Vec::new() };
        Arc::new(Hours::of(&hours).expect("it can be read"))
    };
    let team = TeamId::from_bytes([1; 16]);
    let policies = vec![SlaPolicy { within_hours: true, ..usual() }];
    let service = Service {
        policies,
        hours: Some(hours("09:00", "11:10")),
        team_hours: [(team, hours("12:00", "13:00"))].into(),
        ..Service::default()
    };
    let mut it = given_nothing();
    it.state.service = Arc::new(service);
    it.when(receive("in.1", START));
    let at = |text: &str| Some(text.parse::<Timestamp>().expect("a time"));
    assert_eq!(timer(&it, FirstResponse), Some((at("2026-11-19T09:26:40Z"), None)));
    it.when(Command::PutWithTeam { team: Some((team, "Sales".to_owned())), sender: agent() });
    assert_eq!(timer(&it, FirstResponse), Some((at("2026-11-18T12:30:00Z"), None)));
    // Put aside while it is closed, nothing of it has passed.
    it.when(set(ConversationStatus::Snoozed, Some(START + MINUTE * 10)));
    it.after(MINUTE * 10).when(Command::Wake);
    assert_eq!(timer(&it, FirstResponse), Some((at("2026-11-18T12:30:00Z"), None)));
}

#[test]
fn a_bots_words_are_no_answer() {
    let mut it = given_under(vec![usual()]);
    let Command::Send { contact, id, key, request_hash, content, about, hold, conditions, .. } =
        send(1, "yes")
    else {
        panic!("a send")
    };
    let sender = Sender { kind: SenderKind::Api, id: Some("key_bot".to_owned()), name: None };
    it.when(Command::Send { contact, id, key, request_hash, content, about, hold, conditions, sender });
    assert_eq!(timer(&it, FirstResponse), Some((Some(START + MINUTE * 30), None)));
}
