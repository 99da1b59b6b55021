use switchboard_schema::wire::{
    ConsentChoice, ConsentScope, ConsentStanding, ConversationStatus, SystemEvent,
};

use super::*;

#[test]
fn the_first_message_begins_the_conversation() {
    let mut it = given_nothing();
    let decision = it.when(receive("in.1", START));
    assert_eq!(decision.effects, [Effect::Created, Effect::Announce(1)]);
    assert_eq!((it.head().version, it.head().last_seq, it.head().inbound_count), (1, 1, 1));
    assert_eq!(it.head().waiting_since, Some(START));
    assert_eq!(it.state_of(1), MessageState::Received);
}

#[test]
fn a_repeated_message_changes_nothing_and_is_announced_again() {
    let mut it = given();
    let decision = it.when(receive("in.1", START));
    assert_eq!(decision.changes, []);
    assert_eq!((decision.effects, decision.seq), (vec![Effect::Announce(1)], Some(1)));
}

#[test]
fn a_repeated_message_within_one_commit_is_there_once() {
    let mut it = given();
    assert_eq!(it.decided(receive("in.2", START)).seq, Some(2));
    assert_eq!(it.decided(receive("in.2", START)).seq, Some(2));
    it.commit();
    assert_eq!((it.head().last_seq, it.head().version), (2, 2));
}

#[test]
fn messages_of_one_commit_share_its_version() {
    let mut it = given();
    it.decided(receive("in.2", START));
    it.decided(receive("in.3", START));
    it.commit();
    assert_eq!((it.item(2).version, it.item(3).version, it.head().version), (2, 2, 2));
    it.when(receive("in.4", START));
    assert_eq!(it.item(4).version, 3);
}

#[test]
fn a_message_that_came_after_one_written_later_is_marked_and_stands_last() {
    let mut it = given();
    it.when(receive("in.2", START - HOUR));
    assert!(it.item(2).late && !it.item(1).late);
    assert_eq!(it.head().last_inbound_at, Some(START), "the window is counted from the newest");
    it.when(receive("in.3", START));
    assert!(!it.item(3).late, "one of the same second is not late");
    it.when(receive("in.4", START - Duration::from_secs(60)));
    assert!(!it.item(4).late, "nor one that changed places with another on the way");
}

#[test]
fn who_asks_with_their_first_words_to_get_no_more_is_told_of_in_the_thread_that_these_begin() {
    let stopped =
        ConsentStanding { scope: ConsentScope::Everything, choice: ConsentChoice::Withdrawn, at: START };
    let first = |words: &str| {
        let mut it = given_nothing();
        let mut contact = contact(2, false);
        contact.contact.consent = vec![stopped];
        let message = InboundMessage { content: text(words), ..message("in.1", START) };
        it.when(Command::Receive { contact, message, elsewhere: None });
        it
    };
    let it = first("STOP");
    let Content::System(line) = &it.item(2).content else { panic!("a line") };
    assert_eq!(line.event, SystemEvent::StoppedEverything);
    assert_eq!(first("hello").head().last_seq, 1, "what they said elsewhere is no news here");
}

#[test]
fn a_message_opens_what_was_done_and_is_told_before_the_line_about_it() {
    let mut it = given();
    for status in [ConversationStatus::Resolved, ConversationStatus::Snoozed] {
        let snoozed_until = Some(it.now + HOUR);
        let line = it.when(Command::SetStatus { status, snoozed_until, sender: agent() }).seq.unwrap_or(0);
        let decision = it.when(receive(&format!("after {line}"), START));
        let (message, reopened) = (line + 1, line + 2);
        assert_eq!(decision.effects, [Effect::Announce(message), Effect::Announce(reopened)]);
        assert_eq!(it.line(reopened), Some(SystemEvent::Reopened));
        assert_eq!((it.head().status, it.head().snoozed_until), (ConversationStatus::Open, None));
        assert_eq!(it.head().preview_seq, Some(message));
    }
}

#[test]
fn a_pending_conversation_opens_without_a_line() {
    let mut it = given();
    let pending = ConversationStatus::Pending;
    it.when(Command::SetStatus { status: pending, snoozed_until: None, sender: agent() });
    assert_eq!(written(&it.when(receive("in.2", START))), [3]);
    assert_eq!(it.head().status, ConversationStatus::Open);
}

#[test]
fn a_notice_opens_no_window_and_is_not_unread() {
    let mut it = given_nothing();
    it.when(received(InboundMessage { notice: true, ..message("in.1", START) }));
    assert_eq!(
        (it.head().inbound_count, it.head().last_inbound_at, it.head().waiting_since),
        (0, None, None)
    );
    assert_eq!(it.forbidden(send(1, "hello")), "window_closed");
}

#[test]
fn who_waits_waits_since_their_first_unanswered_message() {
    let mut it = given();
    it.after(HOUR).when(receive("in.2", START + HOUR));
    assert_eq!(it.head().waiting_since, Some(START));
    it.when(send(1, "yes"));
    assert_eq!(it.head().waiting_since, None);
    it.after(HOUR).when(receive("in.3", START + HOUR));
    assert_eq!(it.head().waiting_since, Some(START + 2 * HOUR));
}

#[test]
fn a_block_that_a_message_brings_the_news_of_has_its_line() {
    let mut it = given();
    let message = message("in.2", START);
    let decision = it.when(Command::Receive { contact: contact(2, true), message, elsewhere: None });
    assert_eq!(decision.effects, [Effect::Announce(2), Effect::Announce(3)]);
    assert_eq!(it.line(3), Some(SystemEvent::Blocked));
    assert_eq!(it.when(changed(2, true)), Decision::default(), "told already");
}

#[test]
fn what_the_store_knows_counts_where_memory_cannot_tell() {
    let mut it = given();
    for number in 2..=2 * BUCKET_ITEMS {
        it.decided(receive(&format!("in.{number}"), START + Duration::from_secs(number)));
    }
    it.commit();
    // Bucket 2 is open: of bucket 0 only the highest time is sure to be kept.
    assert_eq!(it.head().dedupe_floor, Some(START + Duration::from_secs(BUCKET_ITEMS - 1)));
    it.state.known.clear();
    let message = message("in.7", START + Duration::from_secs(7));
    let decision = it.when(Command::Receive { contact: contact(1, false), message, elsewhere: Some(7) });
    assert_eq!((decision.changes, decision.seq), (Vec::new(), Some(7)));
}

#[test]
fn a_message_and_its_line_may_lie_on_both_sides_of_a_buckets_edge() {
    let mut it = given();
    for number in 2..2 * BUCKET_ITEMS - 2 {
        it.decided(receive(&format!("in.{number}"), START));
    }
    let resolved = ConversationStatus::Resolved;
    it.decided(Command::SetStatus { status: resolved, snoozed_until: None, sender: agent() });
    it.commit();
    assert_eq!(it.head().dedupe_floor, None);
    let decision = it.when(receive("in.last", START));
    assert_eq!(written(&decision), [2 * BUCKET_ITEMS - 1, 2 * BUCKET_ITEMS]);
    assert_eq!((it.state.head_bucket(), it.head().dedupe_floor), (2, Some(START)));
}
