use switchboard_schema::wire::ConversationStatus;

use super::*;

const OTHER: ConversationId = ConversationId::from_bytes([9; 16]);

#[test]
fn a_conversation_that_continues_elsewhere_takes_nothing_new() {
    let mut it = given_queued();
    let snoozed = ConversationStatus::Snoozed;
    it.when(Command::SetStatus { status: snoozed, snoozed_until: Some(START + HOUR), sender: agent() });
    it.when(Command::Redirect { to: OTHER });
    assert_eq!(it.when(Command::Redirect { to: OTHER }), Decision::default());
    assert_eq!((it.head().status, it.head().snoozed_until), (ConversationStatus::Resolved, None));
    for command in [
        receive("in.2", START),
        send(2, "hello"),
        note(3, "hm"),
        Command::Ensure { contact: contact(1, false) },
    ] {
        assert_eq!(it.refused(command), Rejection::Redirected(OTHER));
    }
}

#[test]
fn what_it_has_is_still_told_edited_sent_and_taken_back_there() {
    let mut it = given_queued();
    it.when(send(2, "and"));
    it.when(Command::Redirect { to: OTHER });
    assert_eq!(it.when(receive("in.1", START)).seq, Some(1), "a repeated message is here");
    let from = message("in.1", START).from;
    let edit =
        crate::inbound::Edit { from, original_id: "in.1".to_owned(), at: START, content: text("better") };
    it.when(Command::Edit { edit, seq: 1 });
    assert_eq!(it.item(1).content, text("better"));
    it.when(begin(2));
    it.when(end(2, 1, accepted("out.1")));
    it.when(told(2, "out.1", MessageState::Read));
    assert_eq!(it.state_of(2), MessageState::Read);
    it.when(Command::Cancel { id: asked(2) });
    assert_eq!(it.state_of(3), MessageState::Cancelled);
}

#[test]
fn a_block_holds_there_too() {
    let mut it = given_queued();
    it.when(Command::Redirect { to: OTHER });
    it.when(changed(2, true));
    assert_eq!(it.when(begin(2)).seq, None);
    assert_eq!(it.error_of(2), Some("contact_blocked"));
}

#[test]
fn a_conversation_does_not_continue_in_itself() {
    let mut it = given();
    assert_eq!(it.when(Command::Redirect { to: it.state.id }), Decision::default());
}

#[test]
fn taking_another_in_leaves_one_line_however_often_it_is_told() {
    let mut it = given();
    let absorb = || Command::Absorb { name: "+31 6 1234".to_owned() };
    it.when(absorb());
    assert_eq!(it.line(2), Some(SystemEvent::Merged));
    assert_eq!(it.when(absorb()).changes, []);
    assert_eq!(it.head().dedupe_floor, Some(START), "what the other received is known to the store only");
}
