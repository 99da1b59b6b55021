use MessageState::{Cancelled, Delivered, Failed, Played, Queued, Read, Sending, Sent, Unknown};

use super::*;

fn given_sent() -> Fixture {
    let mut it = given_sending();
    it.when(end(2, 1, accepted("out.1")));
    it
}

#[test]
fn a_message_is_where_it_was_told_to_be_furthest() {
    let mut it = given_sent();
    it.when(told(2, "out.1", Read));
    let history = |it: &Fixture| it.item(2).history.iter().map(|known| known.state).collect::<Vec<_>>();
    it.when(told(2, "out.1", Delivered));
    assert_eq!(it.state_of(2), Read);
    assert_eq!(history(&it), [Queued, Sending, Sent, Delivered, Read]);
    assert_eq!(it.when(told(2, "out.1", Read)).effects, [Effect::Announce(2)]);
    it.when(told(2, "out.1", Played));
    assert_eq!(it.state_of(2), Played);
}

#[test]
fn a_status_that_is_faster_than_the_answer_settles_the_request() {
    let mut it = given_sending();
    let decision = it.when(told(2, "out.1", Delivered));
    let outcome = decision.changes.iter().find_map(|change| match change {
        Change::Attempt(attempt) => Some(attempt.outcome),
        _ => None,
    });
    assert_eq!(outcome, Some(Some(Delivered)), "the attempt's row has its outcome");
    assert_eq!((it.state_of(2), it.state.attempts.len(), it.head().outbox_floor), (Delivered, 0, None));
    assert_eq!(it.when(end(2, 1, accepted("out.1"))).changes, []);
    assert_eq!(it.when(end(2, 1, unknown())).changes, []);
    assert_eq!(it.state_of(2), Delivered);
}

#[test]
fn an_unknown_outcome_is_settled_by_a_status() {
    for (state, error) in [(Sent, None), (Delivered, None), (Failed, Some("whatsapp_131026"))] {
        let mut it = given_sending();
        it.when(end(2, 1, unknown()));
        it.when(told(2, "out.1", state));
        assert_eq!((it.state_of(2), it.error_of(2)), (state, error));
        assert_eq!(it.item(2).provider_id.as_deref(), Some("out.1"));
    }
}

#[test]
fn a_failure_without_a_reason_does_not_keep_the_words_of_the_unknown() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    let Command::Status { mut status, seq } = told(2, "out.1", Failed) else { panic!("a status") };
    status.error = None;
    it.when(Command::Status { status, seq });
    assert_eq!(it.error_of(2), Some("provider_failed"));
}

#[test]
fn delivery_proves_a_failure_wrong_and_takes_its_reason_away() {
    let mut it = given_sent();
    it.when(told(2, "out.1", Failed));
    assert_eq!(it.error_of(2), Some("whatsapp_131026"));
    it.when(told(2, "out.1", Sent));
    assert_eq!((it.state_of(2), it.error_of(2)), (Failed, Some("whatsapp_131026")));
    it.when(told(2, "out.1", Delivered));
    assert_eq!((it.state_of(2), it.error_of(2)), (Delivered, None));
}

#[test]
fn what_no_request_was_made_for_is_moved_by_no_status() {
    let mut it = given_queued();
    it.when(note(2, "a note"));
    for (seq, state) in [(1, Sent), (2, Sent), (3, Delivered)] {
        assert_eq!(it.when(told(seq, "out.1", state)).changes, []);
    }
    it.when(Command::Cancel { id: asked(1) });
    assert_eq!(it.when(told(2, "out.1", Delivered)).changes, []);
    assert_eq!(it.state_of(2), Cancelled);
}

#[test]
fn what_is_not_a_providers_to_tell_changes_nothing() {
    let mut it = given_sent();
    for state in [Queued, Sending, Unknown, Cancelled, MessageState::Received, MessageState::Recorded] {
        assert_eq!(it.when(told(2, "out.1", state)).changes, []);
    }
}

#[test]
fn a_message_that_arrived_after_all_is_not_sent_again() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    let chosen = it.item(2).history.last().map(|step| (step.state, step.by.clone()));
    assert_eq!(chosen, Some((Queued, Some(agent()))), "who chose it is told");
    it.when(told(2, "out.1", Delivered));
    assert_eq!((it.state_of(2), it.state.next_to_send(), it.head().outbox_floor), (Delivered, None, None));
}

#[test]
fn a_message_taken_back_that_had_arrived_says_so() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.when(Command::Cancel { id: asked(1) });
    it.when(told(2, "out.1", Failed));
    assert_eq!(it.state_of(2), Cancelled);
    it.when(told(2, "out.1", Delivered));
    assert_eq!(it.state_of(2), Delivered);
}

#[test]
fn the_failure_of_an_earlier_request_does_not_stop_the_one_asked_for_since() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.when(told(2, "out.1", Failed));
    assert_eq!(it.state_of(2), Queued);
    assert_eq!(it.when(begin(2)).seq, Some(2));
}

#[test]
fn statuses_of_a_request_that_was_given_up_no_longer_count() {
    let mut it = given_sent();
    it.when(told(2, "out.1", Failed));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    for state in [Sent, Failed, Delivered] {
        assert_eq!(it.when(told(2, "out.1", state)).changes, []);
    }
    it.when(begin(2));
    it.when(end(2, 2, accepted("out.2")));
    it.when(told(2, "out.1", Read));
    assert_eq!((it.state_of(2), it.item(2).provider_id.as_deref()), (Sent, Some("out.2")));
    it.when(told(2, "out.2", Failed));
    let round = it.item(2).history.iter().rev().take(4).map(|known| known.state).collect::<Vec<_>>();
    assert_eq!(round, [Failed, Sent, Sending, Queued], "each round has its own history");
}

#[test]
fn an_answer_to_a_request_that_was_given_up_does_not_name_the_one_made_since() {
    let mut it = given_sending();
    it.when(told(2, "out.1", Failed));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!((it.state_of(2), &it.item(2).provider_id), (Queued, &None));
    it.when(begin(2));
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!((it.state_of(2), it.state.attempts.len()), (Sending, 1));
    it.when(end(2, 2, accepted("out.2")));
    assert_eq!(it.item(2).provider_id.as_deref(), Some("out.2"));
}

#[test]
fn a_status_of_an_unanswered_request_is_not_taken_for_the_answer_of_the_next() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.when(begin(2));
    // Of the first request, though nobody can know yet.
    it.when(told(2, "out.1", Failed));
    it.when(end(2, 2, accepted("out.2")));
    assert_eq!((it.state_of(2), it.error_of(2)), (Sent, None));
    assert_eq!(it.item(2).provider_id.as_deref(), Some("out.2"));
    assert_eq!(it.when(told(2, "out.1", Failed)).changes, []);
    it.when(told(2, "out.2", Read));
    assert_eq!(it.state_of(2), Read);
}

#[test]
fn that_the_customer_has_it_counts_whichever_request_brought_it() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.when(begin(2));
    it.when(end(2, 2, accepted("out.2")));
    it.when(told(2, "out.1", Delivered));
    assert_eq!((it.state_of(2), it.item(2).provider_id.as_deref()), (Delivered, Some("out.2")));
    it.when(told(2, "out.2", Read));
    assert_eq!(it.state_of(2), Read);
}

#[test]
fn every_order_of_the_same_statuses_ends_the_same() {
    let given: [fn() -> Fixture; 3] = [given_sending, given_sent, || {
        let mut it = given_sending();
        it.when(end(2, 1, unknown()));
        it
    }];
    for given in given {
        for told_states in [
            [Sent, Delivered, Read],
            [Sent, Failed, Delivered],
            [Sent, Failed, Failed],
            [Read, Failed, Played],
        ] {
            let [a, b, c] = told_states;
            let ends = [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]].map(|order| {
                let mut it = given();
                for state in order {
                    it.when(told(2, "out.1", state));
                }
                Item { version: 0, ..it.item(2).clone() }
            });
            assert!(ends.iter().all(|end| *end == ends[0]), "{told_states:?}: {ends:#?}");
        }
    }
}
