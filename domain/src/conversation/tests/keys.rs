use super::*;
use crate::conversation::KEY_MEMORY_MILLIS;

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
