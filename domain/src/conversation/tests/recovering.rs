use switchboard_schema::record::Attempt;

use super::*;

#[test]
fn a_request_without_a_result_is_unknown_after_a_crash() {
    let mut it = given_sending();
    let decision = it.when(Command::Recover);
    assert_eq!(decision.effects, [Effect::Announce(2), Effect::Send]);
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Unknown, Some("outcome_unknown")));
    assert_eq!((it.state.attempts.len(), it.head().outbox_floor), (0, None));
    assert_eq!(it.when(Command::Recover), Decision { effects: vec![Effect::Send], ..Decision::default() });
}

#[test]
fn what_an_earlier_owner_wrote_and_did_not_name_stands_and_is_told_of_once() {
    let mut it = given_queued();
    assert_eq!(it.when(Command::Adopt), Decision::default(), "there is no such thing");
    let version = it.head().version;
    let mut item = it.state.items[&1].clone();
    (item.version, item.state) = (version + 1, MessageState::Read);
    it.state.items.insert(1, item);
    let decision = it.when(Command::Adopt);
    assert_eq!(decision.effects, [Effect::Announce(1)]);
    assert_eq!((it.head().version, it.state.items[&1].version), (version + 1, version + 1));
    assert_eq!(it.state_of(1), MessageState::Read);
    assert_eq!(it.when(Command::Adopt), Decision::default());
}

#[test]
fn what_waits_with_no_attempt_is_safe_to_send_after_a_crash() {
    let mut it = given_queued();
    it.when(Command::Recover);
    assert_eq!(it.when(begin(2)).seq, Some(2));
}

#[test]
fn a_request_whose_attempt_is_not_found_is_unknown_as_well() {
    let mut it = given_sending();
    it.state.attempts.clear();
    it.when(Command::Recover);
    assert_eq!(it.state_of(2), MessageState::Unknown);
}

#[test]
fn a_result_that_comes_after_the_recovery_still_counts() {
    let ends = [
        (accepted("out.1"), MessageState::Sent, None),
        (not_started(), MessageState::Failed, Some("provider_unreachable")),
        (refused_as(ErrorClass::Retry), MessageState::Failed, Some("whatsapp_1")),
        (unknown(), MessageState::Unknown, Some("outcome_unknown")),
    ];
    for (outcome, state, error) in ends {
        let mut it = given_sending();
        it.when(Command::Recover);
        it.when(end(2, 1, outcome));
        assert_eq!((it.state_of(2), it.error_of(2)), (state, error));
    }
}

#[test]
fn a_result_that_comes_after_it_was_asked_for_again_stops_what_is_not_needed_and_nothing_else() {
    let mut it = given_sending();
    it.when(Command::Recover);
    it.when(Command::Retry { id: asked(1), sender: agent() });
    let mut taken = Fixture { state: it.state.clone(), now: it.now };
    taken.when(end(2, 1, accepted("out.1")));
    assert_eq!((taken.state_of(2), taken.head().outbox_floor), (MessageState::Sent, None));
    it.when(end(2, 1, refused_as(ErrorClass::Never)));
    assert_eq!(it.state_of(2), MessageState::Queued);
    it.when(Command::Cancel { id: asked(1) });
    it.when(end(2, 1, not_started()));
    assert_eq!(it.state_of(2), MessageState::Cancelled);
}

#[test]
fn rows_load_in_any_order() {
    let mut it = given_sending();
    it.when(end(2, 1, not_started()));
    let second = it.when(begin(2));
    let first = Attempt {
        seq: 2,
        number: 1,
        started_at: START,
        consent_version: 0,
        outcome: Some(MessageState::Queued),
    };
    let mut loaded = State::unborn(it.state.id, CHANNEL);
    for change in second.changes.into_iter().chain([Change::Attempt(first)]) {
        evolve(&mut loaded, change);
    }
    assert_eq!(loaded.attempts, it.state.attempts, "how an earlier request ended says nothing of the later");
}

#[test]
fn memory_keeps_what_is_new_what_waits_and_what_the_list_shows() {
    let mut it = given_queued();
    for number in 0..100 {
        it.when(Command::Assign {
            assignee: (number % 2 == 0)
                .then(|| (switchboard_schema::UserId::from_bytes([1; 16]), "Mila".to_owned())),
            sender: agent(),
        });
    }
    assert!(it.state.items.contains_key(&2), "it waits");
    assert!(!it.state.items.contains_key(&1), "neither new nor needed");
    it.when(begin(2));
    it.when(end(2, 1, accepted("out.1")));
    assert!(it.state.items.contains_key(&2), "the list shows it");
    assert!(it.state.items.contains_key(&102) && it.state.items.len() == super::super::CACHED_ITEMS + 1);
}
