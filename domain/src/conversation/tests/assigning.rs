use switchboard_schema::{UserId, wire::ConversationStatus};

use super::*;

fn assign(to: Option<u8>) -> Command {
    let assignee = to.map(|who| (UserId::from_bytes([who; 16]), format!("agent {who}")));
    Command::Assign { assignee, sender: agent() }
}

fn set(status: ConversationStatus, snoozed_until: Option<Timestamp>) -> Command {
    Command::SetStatus { status, snoozed_until, sender: agent() }
}

#[test]
fn giving_it_to_somebody_leaves_one_line_however_often_it_is_said() {
    let mut it = given();
    assert_eq!(it.when(assign(Some(1))).effects, [Effect::Announce(2)]);
    assert_eq!(it.when(assign(Some(1))), Decision::default());
    it.when(assign(None));
    assert_eq!([it.line(2), it.line(3)], [Some(SystemEvent::Assigned), Some(SystemEvent::Unassigned)]);
    assert_eq!(it.when(assign(None)), Decision::default());
    assert_eq!(it.head().preview_seq, Some(1), "the list shows the message");
}

#[test]
fn it_is_taken_from_who_is_gone_and_from_nobody_else() {
    let mut it = given();
    it.when(assign(Some(1)));
    let release = |who: u8| Command::Release { user_id: UserId::from_bytes([who; 16]), sender: agent() };
    assert_eq!(it.when(release(2)), Decision::default(), "it was given to somebody else meanwhile");
    it.when(release(1));
    assert_eq!((it.head().assignee_id, it.line(3)), (None, Some(SystemEvent::Unassigned)));
    assert_eq!(it.when(release(1)), Decision::default());
}

#[test]
fn a_note_has_a_place_and_goes_nowhere() {
    let mut it = given();
    it.when(note(1, "calls back tomorrow"));
    assert_eq!(
        (it.state_of(2), it.state.next_to_send(), it.head().preview_seq),
        (MessageState::Recorded, None, Some(2))
    );
    assert_eq!(it.head().waiting_since, Some(START), "a note is no answer");
    assert!(matches!(it.refused(note(2, " ")), Rejection::Invalid { field: "body", .. }));
    assert!(matches!(it.refused(note(2, &"x".repeat(16_001))), Rejection::Invalid { field: "body", .. }));
}

#[test]
fn what_is_done_waits_no_longer() {
    let mut it = given();
    it.when(set(ConversationStatus::Resolved, None));
    assert_eq!((it.head().waiting_since, it.line(2)), (None, Some(SystemEvent::Resolved)));
    assert_eq!(it.when(set(ConversationStatus::Resolved, None)), Decision::default());
}

#[test]
fn what_is_put_aside_comes_back_at_its_time() {
    let mut it = given();
    let until = START + HOUR;
    let decision = it.when(set(ConversationStatus::Snoozed, Some(until)));
    assert_eq!(decision.effects, [Effect::Announce(2), Effect::WakeAt(until)]);
    it.after(HOUR - Duration::from_millis(1));
    assert_eq!(it.when(Command::Wake).changes, [], "too early");
    it.after(Duration::from_millis(1)).when(Command::Wake);
    assert_eq!((it.head().status, it.line(3)), (ConversationStatus::Open, Some(SystemEvent::Reopened)));
    assert_eq!(it.when(Command::Wake).changes, [], "once");
}

#[test]
fn putting_aside_needs_a_time_to_come() {
    let it = given();
    for until in [None, Some(START)] {
        let rejection = it.refused(set(ConversationStatus::Snoozed, until));
        assert!(matches!(rejection, Rejection::Invalid { field: "snoozed_until", .. }));
    }
}

#[test]
fn a_wake_up_looks_whether_something_waits_to_be_sent() {
    let mut it = given_queued();
    assert_eq!(it.when(Command::Wake), Decision { effects: vec![Effect::Send], ..Decision::default() });
}

#[test]
fn a_flows_answer_does_not_end_the_waiting_for_a_person() {
    let mut it = given();
    let Command::Send { id, key, request_hash, content, .. } = send(1, "yes") else { panic!("a send") };
    let sender = Sender { kind: SenderKind::Flow, id: None, name: None };
    it.when(Command::Send {
        contact: None,
        id,
        key,
        request_hash,
        content,
        about: None,
        hold: Duration::ZERO,
        sender,
    });
    assert_eq!(it.head().waiting_since, Some(START));
}
