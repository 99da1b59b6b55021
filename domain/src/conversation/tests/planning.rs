use switchboard_schema::wire::{ChangeSchedule, Schedule};

use super::*;
use crate::conversation::{MAX_SCHEDULE_AHEAD, MAX_SCHEDULED};

fn at(span: Duration) -> Schedule {
    Schedule { send_at: START + span, unless_reply: false }
}

fn plan(key: u64, body: &str, schedule: Schedule) -> Command {
    let request_hash = body.as_bytes().to_vec();
    let (id, content) = (asked(key), text(body));
    Command::Schedule {
        id,
        key,
        request_hash,
        content,
        about: None,
        schedule,
        conditions: Conditions::default(),
        sender: agent(),
    }
}

fn unless_reply(span: Duration) -> Schedule {
    Schedule { unless_reply: true, ..at(span) }
}

fn open(it: &Fixture) -> Vec<MessageId> {
    it.state.scheduled().into_iter().map(|message| message.id).collect()
}

fn body_of(it: &Fixture, seq: u64) -> &str {
    match &it.item(seq).content {
        Content::Text(text) => &text.body,
        _ => panic!("words"),
    }
}

#[test]
fn a_plan_waits_for_its_time_and_is_no_answer_yet() {
    let mut it = given();
    let planned = it.when(plan(1, "tomorrow", at(2 * HOUR)));
    assert_eq!(planned.effects, [Effect::WakeAt(START + 2 * HOUR), Effect::Announce(2), Effect::Updated]);
    assert_eq!((it.state_of(2), it.state.next_to_send()), (MessageState::Scheduled, None));
    assert_eq!((it.head().preview_seq, it.head().waiting_since), (Some(1), Some(START)));
    it.after(HOUR);
    assert_eq!(it.when(Command::Wake).changes, [], "woken too early, it waits on");
    it.when(send(2, "meanwhile"));
    assert_eq!(it.state.next_to_send().map(|item| item.seq), Some(3), "nothing waits behind it");
}

#[test]
fn when_its_time_comes_a_message_is_queued_at_the_end_once() {
    let mut it = given();
    it.when(plan(1, "good morning", at(HOUR)));
    it.when(note(2, "a note"));
    it.after(HOUR);
    let went = it.when(Command::Wake);
    assert_eq!(went.effects, [Effect::Announce(2), Effect::Updated, Effect::Announce(4), Effect::Send]);
    assert_eq!(
        (it.state_of(2), it.state_of(4), body_of(&it, 4)),
        (MessageState::Cancelled, MessageState::Queued, "good morning")
    );
    assert_eq!((it.head().preview_seq, it.head().waiting_since, open(&it)), (Some(4), None, vec![]));
    assert_eq!(it.when(Command::Wake).changes, []);
    assert_eq!(it.when(plan(1, "good morning", at(HOUR))).seq, Some(2), "asked for again it is answered");
    assert_eq!(it.forbidden(Command::Unschedule { id: asked(1) }), "not_scheduled");
}

#[test]
fn a_commit_that_was_cut_short_before_its_head_is_done_again_and_sends_once() {
    let mut it = given();
    it.when(plan(1, "good morning", at(HOUR)));
    it.after(HOUR);
    let before = it.state.clone();
    let decision = decide(&it.state, Command::Wake, it.now).expect("it is decided");
    for kept in 0..decision.changes.len() {
        let mut state = before.clone();
        // Any of the rows but the head may be there.
        let rows = decision.changes.iter().filter(|change| !matches!(change, Change::Head(_)));
        rows.take(kept).cloned().for_each(|change| evolve(&mut state, change));
        let again = decide(&state, Command::Wake, it.now).expect("it is decided again");
        again.changes.into_iter().for_each(|change| evolve(&mut state, change));
        let queued = state.items.values().filter(|item| item.state == MessageState::Queued).count();
        assert_eq!((queued, state.scheduled().len()), (1, 0), "{kept} rows were there");
    }
}

#[test]
fn what_may_not_be_sent_when_its_time_comes_stands_there_with_the_reason() {
    let mut it = given();
    it.when(plan(1, "see you", at(30 * HOUR)));
    it.after(30 * HOUR);
    it.when(Command::Wake);
    assert_eq!((it.state_of(3), it.error_of(3)), (MessageState::Failed, Some("window_closed")));
    assert_eq!((it.state.next_to_send(), it.head().waiting_since), (None, Some(START)));
    // Once they write it can be sent as any that failed.
    it.when(receive("in.2", it.now));
    let id = it.item(3).id;
    it.when(Command::Retry { id, sender: agent() });
    assert_eq!(it.state_of(3), MessageState::Queued);
}

#[test]
fn it_does_not_go_where_the_customer_wrote_before_and_that_was_not_wanted() {
    let mut it = given();
    it.when(plan(1, "are you still there?", unless_reply(HOUR)));
    it.when(plan(2, "whatever you say", at(HOUR)));
    it.after(HOUR / 2).when(receive("in.2", START + HOUR / 2));
    it.after(HOUR / 2).when(Command::Wake);
    assert_eq!((it.state_of(5), it.error_of(5)), (MessageState::Failed, Some("customer_wrote")));
    assert_eq!(it.state_of(6), MessageState::Queued, "another is not held up by it");
    // Set anew, only what comes from then on counts.
    it.when(plan(3, "still?", unless_reply(3 * HOUR)));
    it.when(receive("in.3", it.now));
    let change = ChangeSchedule { unless_reply: Some(true), ..ChangeSchedule::default() };
    it.when(Command::Reschedule { id: asked(3), change });
    it.after(2 * HOUR).when(Command::Wake);
    assert!(it.state.items.values().any(|item| item.state == MessageState::Queued && item.seq > 8));
}

#[test]
fn a_plan_is_changed_deleted_and_sent_before_its_time() {
    let mut it = given();
    for (key, body) in [(1, "one"), (2, "two"), (3, "three")] {
        it.when(plan(key, body, at(HOUR)));
    }
    let text = Some(Text { body: "first".to_owned() });
    let change = ChangeSchedule { send_at: Some(START + 2 * HOUR), text, unless_reply: None };
    let changed = it.when(Command::Reschedule { id: asked(1), change });
    assert_eq!(changed.effects[0], Effect::WakeAt(START + 2 * HOUR));
    assert_eq!(open(&it), [asked(2), asked(3), asked(1)], "the soonest first");
    it.when(Command::Unschedule { id: asked(2) });
    let sent = it.when(Command::SendScheduled { id: asked(3) });
    let seq = sent.seq.expect("the message that goes");
    assert_eq!((it.state_of(seq), body_of(&it, seq)), (MessageState::Queued, "three"));
    it.after(HOUR);
    assert_eq!(it.when(Command::Wake).changes, [], "neither what was deleted nor what went");
    it.after(HOUR).when(Command::Wake);
    assert_eq!((body_of(&it, seq + 1), it.state_of(seq + 1)), ("first", MessageState::Queued));
    assert_eq!(it.refused(Command::Unschedule { id: asked(9) }), Rejection::NoMessage);
}

#[test]
fn sent_before_its_time_it_is_refused_as_any_and_stays_planned() {
    let mut it = given();
    it.when(plan(1, "see you", at(40 * HOUR)));
    it.after(30 * HOUR);
    assert_eq!(it.forbidden(Command::SendScheduled { id: asked(1) }), "window_closed");
    assert_eq!(open(&it), [asked(1)]);
}

#[test]
fn times_that_are_past_or_far_and_too_many_are_refused() {
    let mut it = given();
    for wrong in [Duration::ZERO, MAX_SCHEDULE_AHEAD + Duration::from_secs(1)] {
        assert!(matches!(it.refused(plan(1, "x", at(wrong))), Rejection::Invalid { field: "send_at", .. }));
    }
    for key in 1..=MAX_SCHEDULED as u64 {
        it.when(plan(key, "x", at(HOUR)));
    }
    assert_eq!(it.forbidden(plan(99, "x", at(HOUR))), "too_many_scheduled");
    let long = Some(Text { body: "x".repeat(4_097) });
    let change = ChangeSchedule { text: long, ..ChangeSchedule::default() };
    assert!(matches!(it.refused(Command::Reschedule { id: asked(1), change }), Rejection::Invalid { .. }));
}

#[test]
fn what_was_planned_far_back_is_still_whole_and_goes() {
    let mut it = given();
    it.when(plan(1, "later", at(HOUR)));
    for nth in 0..(BUCKET_ITEMS + 50) {
        it.when(note(100 + nth, "a note"));
    }
    assert_eq!(body_of(&it, 2), "later", "it is not forgotten as others are");
    it.after(HOUR).when(Command::Wake);
    let last = it.head().last_seq;
    assert_eq!((body_of(&it, last), it.state_of(last)), ("later", MessageState::Queued));
}

#[test]
fn in_a_conversation_that_continues_elsewhere_it_says_so_and_does_not_go() {
    let mut it = given();
    it.when(plan(1, "later", at(HOUR)));
    let to = ConversationId::from_bytes([9; 16]);
    it.when(Command::Redirect { to, into: ContactId::from_bytes([8; 16]), contact: contact(1, false) });
    it.after(HOUR).when(Command::Wake);
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Failed, Some("conversation_moved")));
    assert_eq!(it.state.next_to_send(), None);
}

#[test]
fn after_a_crash_what_was_to_go_meanwhile_goes() {
    let mut it = given();
    it.when(plan(1, "later", at(HOUR)));
    assert_eq!(it.when(Command::Recover).effects, [Effect::Send], "its time has not come");
    it.after(2 * HOUR);
    assert_eq!(it.when(Command::Recover).effects, [Effect::WakeAt(it.now), Effect::Send]);
}
