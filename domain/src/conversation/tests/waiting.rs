use switchboard_schema::wire::ConversationStatus;

use super::*;

fn waiting(it: &Fixture) -> Option<Timestamp> {
    it.head().waiting_since
}

fn fail(it: &mut Fixture, seq: u64, number: u32) {
    it.when(begin(seq));
    it.when(end(seq, number, refused_as(ErrorClass::Never)));
    assert_eq!(it.state_of(seq), MessageState::Failed);
}

#[test]
fn a_customer_waits_from_their_first_message_until_one_of_us_writes() {
    let mut it = given();
    it.after(HOUR).when(receive("in.2", START + HOUR));
    assert_eq!(waiting(&it), Some(START));
    it.when(note(1, "who knows this?"));
    assert_eq!(waiting(&it), Some(START), "a note is no answer");
    it.when(send(2, "yes"));
    assert_eq!(waiting(&it), None);
}

#[test]
fn an_answer_that_does_not_go_leaves_them_waiting_as_before() {
    let mut it = given_queued();
    it.after(HOUR);
    fail(&mut it, 2, 1);
    assert_eq!(waiting(&it), Some(START));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    assert_eq!(waiting(&it), None);
    fail(&mut it, 2, 2);
    it.when(send(2, "again, in other words"));
    assert_eq!(waiting(&it), None);
    it.when(Command::Cancel { id: asked(2) });
    assert_eq!(waiting(&it), Some(START), "both are lost");
}

#[test]
fn one_answer_that_goes_is_enough() {
    let mut it = given_queued();
    it.when(send(2, "and"));
    it.when(Command::Cancel { id: asked(2) });
    assert_eq!(waiting(&it), None);
    fail(&mut it, 2, 1);
    assert_eq!(waiting(&it), Some(START));
    // It arrived after all.
    it.when(told(2, "out.1", MessageState::Delivered));
    assert_eq!(waiting(&it), None);
}

#[test]
fn an_answer_that_went_answers_only_what_came_before_it() {
    let mut it = given_sending();
    it.when(end(2, 1, accepted("out.1")));
    it.after(HOUR).when(receive("in.2", START + HOUR));
    it.when(send(2, "and"));
    it.when(Command::Cancel { id: asked(2) });
    assert_eq!(waiting(&it), Some(START + HOUR));
}

#[test]
fn what_was_resolved_is_not_waited_for() {
    let mut it = given_queued();
    it.when(Command::SetStatus {
        status: ConversationStatus::Resolved,
        snoozed_until: None,
        sender: agent(),
    });
    fail(&mut it, 2, 1);
    assert_eq!(waiting(&it), None);
}

#[test]
fn an_answer_of_long_ago_changes_nothing() {
    let mut it = given_queued();
    for n in 0..40 {
        it.when(note(10 + n, "talk"));
    }
    it.when(begin(2));
    it.when(end(2, 1, refused_as(ErrorClass::Never)));
    assert_eq!(waiting(&it), None);
}
