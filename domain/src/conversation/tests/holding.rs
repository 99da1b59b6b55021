use super::*;

const HELD: Duration = Duration::from_secs(10);

fn send_held(key: u64, body: &str) -> Command {
    match send(key, body) {
        Command::Send { contact, id, key, request_hash, content, about, conditions, sender, .. } => {
            Command::Send { contact, id, key, request_hash, content, about, hold: HELD, conditions, sender }
        }
        other => other,
    }
}

#[test]
fn what_is_held_waits_and_what_is_written_after_it_waits_behind_it() {
    let mut it = given();
    it.when(send_held(1, "yes"));
    it.when(send(2, "and more"));
    assert_eq!(it.item(2).not_before, Some(START + HELD));
    assert_eq!(it.state.next_to_send().map(|item| item.seq), Some(2), "they go in order");
    it.after(HELD);
    it.when(begin(2));
    assert_eq!((it.state_of(2), it.item(2).held_until), (MessageState::Sending, Some(START + HELD)));
    assert_eq!(it.forbidden(Command::Cancel { id: asked(1) }), "not_cancellable");
}

#[test]
fn what_is_taken_back_while_it_is_held_was_never_said() {
    let mut it = given();
    it.when(send_held(1, "yes"));
    assert_eq!((it.head().preview_seq, it.head().waiting_since), (Some(2), None));
    it.when(send(2, "and more"));
    let undone = it.when(Command::Cancel { id: asked(1) });
    assert_eq!(undone.effects, [Effect::Announce(2), Effect::Updated, Effect::Send]);
    assert_eq!((it.state_of(2), it.item(2).not_before), (MessageState::Cancelled, None));
    assert_eq!(it.head().preview_seq, Some(3), "what came after it is still the newest");
    assert_eq!(it.state.next_to_send().map(|item| item.seq), Some(3));
}

#[test]
fn the_list_shows_what_was_there_before_what_was_taken_back() {
    let mut it = given();
    it.when(send_held(1, "yes"));
    it.when(Command::Cancel { id: asked(1) });
    assert_eq!((it.head().preview_seq, it.head().waiting_since), (Some(1), Some(START)));
    it.when(send_held(2, "no"));
    it.when(send_held(3, "perhaps"));
    it.when(Command::Cancel { id: asked(2) });
    it.when(Command::Cancel { id: asked(3) });
    assert_eq!(it.head().preview_seq, Some(1), "neither of both");
    // What was cancelled without being held stays in sight.
    it.when(send(4, "yes"));
    it.when(Command::Cancel { id: asked(4) });
    assert_eq!(it.head().preview_seq, Some(5));
}
