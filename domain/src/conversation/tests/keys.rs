use switchboard_schema::wire::ConversationStatus;

use super::*;
use crate::conversation::KEY_MEMORY_MILLIS;

fn once(key: u64, act: Command) -> Command {
    Command::Once { key, request_hash: format!("{act:?}").into_bytes(), act: Box::new(act) }
}

#[test]
fn the_same_key_gives_the_same_message_and_tells_of_it_again() {
    let mut it = given_queued();
    let decision = it.when(send(1, "yes"));
    assert_eq!(decision.changes, []);
    assert_eq!((decision.seq, decision.effects), (Some(2), vec![Effect::Announce(2)]));
}

#[test]
fn the_same_key_with_another_request_is_refused() {
    let it = given_queued();
    assert_eq!(it.refused(send(1, "no")), Rejection::KeyReused);
    assert_eq!(it.refused(note(1, "yes")), Rejection::KeyReused);
}

#[test]
fn a_repetition_is_answered_whatever_happened_since() {
    let mut it = given_queued();
    it.when(changed(2, true));
    assert_eq!(it.when(send(1, "yes")).seq, Some(2), "although blocked");
    it.after(48 * HOUR - Duration::from_millis(1));
    assert_eq!(it.when(send(1, "yes")).seq, Some(2), "although the window is closed");
    let to = ConversationId::from_bytes([9; 16]);
    it.when(Command::Redirect { to, into: ContactId::from_bytes([7; 16]), contact: contact(1, false) });
    assert_eq!(it.when(send(1, "yes")).seq, Some(2), "although it continues elsewhere");
}

#[test]
fn a_message_whose_key_is_forgotten_is_still_there_once() {
    let mut it = given_queued();
    it.state.keys.clear();
    assert_eq!(it.when(send(1, "yes")).seq, Some(2));
    assert_eq!(it.head().last_seq, 2);
}

#[test]
fn keys_are_remembered_for_48_hours_where_they_are_many() {
    let mut it = given();
    for key in 1..=BUCKET_ITEMS + 1 {
        it.decided(note(key, "a note"));
    }
    it.commit();
    assert_eq!(it.state.keys.len() as u64, BUCKET_ITEMS + 1);
    it.after(Duration::from_millis(KEY_MEMORY_MILLIS as u64 - 1)).commit();
    assert_eq!(it.state.keys.len() as u64, BUCKET_ITEMS + 1);
    it.after(Duration::from_millis(1)).commit();
    assert_eq!(it.state.keys.len(), 0);
}

#[test]
fn a_retry_that_is_repeated_under_its_key_makes_no_second_request() {
    let mut it = given_sending();
    it.when(end(2, 1, refused_as(ErrorClass::Never)));
    let retry = || once(7, Command::Retry { id: asked(1), sender: agent() });
    it.when(retry());
    it.when(begin(2));
    it.when(end(2, 2, SendOutcome::Unknown("timed out".into())));
    let repeated = it.when(retry());
    assert_eq!((repeated.changes, repeated.seq), (vec![], Some(2)));
    assert_eq!(it.state_of(2), MessageState::Unknown);
    it.when(once(8, Command::Retry { id: asked(1), sender: agent() }));
    assert_eq!(it.state_of(2), MessageState::Queued, "another key is another act");
    assert_eq!(it.refused(once(7, Command::Cancel { id: asked(1) })), Rejection::KeyReused);
}

#[test]
fn a_status_that_is_repeated_under_its_key_does_not_hide_what_came_since() {
    let mut it = given();
    let resolve = || {
        let status = ConversationStatus::Resolved;
        once(7, Command::SetStatus { status, snoozed_until: None, sender: agent() })
    };
    it.when(resolve());
    it.after(HOUR).when(receive("in.2", START + HOUR));
    assert_eq!(it.when(resolve()).changes, []);
    assert_eq!(it.head().status, ConversationStatus::Open);
}

#[test]
fn a_first_message_that_is_refused_begins_nothing_and_one_that_may_go_begins_all() {
    let mut it = given_nothing();
    let with = |contact, command| match command {
        Command::Send { id, key, request_hash, content, sender, .. } => Command::Send {
            contact: Some(contact),
            id,
            key,
            request_hash,
            content,
            about: None,
            hold: Duration::ZERO,
            conditions: Conditions::default(),
            sender,
        },
        other => other,
    };
    assert_eq!(it.forbidden(with(contact(1, false), send(1, "hello"))), "window_closed");
    assert_eq!(it.forbidden(with(contact(1, true), send_content(2, template()))), "contact_blocked");
    let decision = it.when(with(contact(1, false), send_content(2, template())));
    assert_eq!(decision.effects, [Effect::Created, Effect::Announce(1), Effect::Send]);
}
