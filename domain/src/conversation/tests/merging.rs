use switchboard_schema::{
    LabelId, UserId,
    record::Left,
    wire::{ConversationStatus, Priority},
};

use super::*;

const OTHER: ConversationId = ConversationId::from_bytes([9; 16]);
const SOMEBODY: UserId = UserId::from_bytes([8; 16]);

fn give_way() -> Command {
    Command::Redirect { to: OTHER, into: ContactId::from_bytes([7; 16]), contact: contact(1, false) }
}

/// What a conversation left in which the customer waited for an hour.
fn left() -> Left {
    Left {
        from: OTHER,
        name: "+31 6 1234".to_owned(),
        into: CONTACT,
        status: ConversationStatus::Open,
        snoozed_until: None,
        assignee_id: Some(SOMEBODY),
        team_id: None,
        priority: Priority::High,
        labels: vec![LabelId::from_bytes([4; 16])],
        handled_by: HandledBy::default(),
        waiting_since: Some(START - HOUR),
        last_inbound_at: Some(START - HOUR),
        opened_by: None,
        free_entry_at: None,
        free_until: None,
    }
}

fn absorb(left: Left) -> Command {
    Command::Absorb { left: Box::new(left), contact: None }
}

#[test]
fn a_conversation_that_continues_elsewhere_takes_nothing_new() {
    let mut it = given_queued();
    let snoozed = ConversationStatus::Snoozed;
    it.when(Command::SetStatus { status: snoozed, snoozed_until: Some(START + HOUR), sender: agent() });
    it.when(give_way());
    let again = it.when(give_way());
    assert_eq!(again.changes, [], "told again, it only hands over again what it left");
    assert!(matches!(again.effects[..], [Effect::Leave(OTHER, _)]));
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
    it.when(give_way());
    assert_eq!(it.when(receive("in.1", START)).seq, Some(1), "a repeated message is here");
    let from = message("in.1", START).from;
    let edit = crate::inbound::Edit {
        from,
        ours: false,
        original_id: "in.1".to_owned(),
        at: START,
        content: text("better"),
    };
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
    it.when(give_way());
    it.when(changed(2, true));
    assert_eq!(it.when(begin(2)).seq, None);
    assert_eq!(it.error_of(2), Some("contact_blocked"));
}

#[test]
fn a_conversation_does_not_continue_in_itself() {
    let mut it = given();
    let to = it.state.id;
    assert_eq!(
        it.when(Command::Redirect { to, into: CONTACT, contact: contact(1, false) }),
        Decision::default()
    );
}

#[test]
fn what_does_not_exist_yet_goes_on_elsewhere_all_the_same() {
    let mut it = given_nothing();
    let decision = it.when(give_way());
    assert_eq!(decision.effects.iter().filter(|effect| matches!(effect, Effect::Leave(..))).count(), 0);
    assert_eq!(it.refused(receive("in.1", START)), Rejection::Redirected(OTHER));
}

#[test]
fn taking_another_in_leaves_one_line_however_often_it_is_told() {
    let mut it = given();
    it.when(absorb(left()));
    assert_eq!(it.line(2), Some(SystemEvent::Merged));
    assert_eq!(it.when(absorb(left())), Decision::default());
    for n in 2..40 {
        it.when(note(n, "much later"));
    }
    assert_eq!(it.when(absorb(left())), Decision::default());
}

#[test]
fn whoever_waited_in_the_other_waits_here_and_it_opens_again() {
    let mut it = given();
    it.when(Command::SetStatus {
        status: ConversationStatus::Resolved,
        snoozed_until: None,
        sender: agent(),
    });
    it.after(HOUR);
    it.when(absorb(left()));
    assert_eq!((it.head().status, it.head().waiting_since), (ConversationStatus::Open, Some(START - HOUR)));
    assert_eq!(it.head().assignee_id, Some(SOMEBODY));
    assert_eq!((it.head().priority, it.head().labels.len()), (Priority::High, 1));
}

#[test]
fn what_is_more_awake_here_stays_so_and_whoever_has_it_keeps_it() {
    let mut it = given();
    it.when(Command::Assign {
        assignee: Some((UserId::from_bytes([3; 16]), "Ben".to_owned())),
        sender: agent(),
    });
    let snoozed = Left {
        status: ConversationStatus::Snoozed,
        snoozed_until: Some(START + HOUR),
        waiting_since: None,
        ..left()
    };
    it.when(absorb(snoozed));
    assert_eq!((it.head().status, it.head().snoozed_until), (ConversationStatus::Open, None));
    assert_eq!(it.head().waiting_since, Some(START));
    assert_eq!(it.head().assignee_id, Some(UserId::from_bytes([3; 16])));
}

#[test]
fn a_snooze_comes_along_with_its_alarm() {
    let mut it = given();
    it.when(Command::SetStatus {
        status: ConversationStatus::Resolved,
        snoozed_until: None,
        sender: agent(),
    });
    let until = START + HOUR;
    let snoozed = Left {
        status: ConversationStatus::Snoozed,
        snoozed_until: Some(until),
        waiting_since: None,
        ..left()
    };
    let decision = it.when(absorb(snoozed));
    assert!(decision.effects.contains(&Effect::WakeAt(until)));
    it.after(HOUR).when(Command::Wake);
    assert_eq!(it.head().status, ConversationStatus::Open);
}

#[test]
fn the_window_that_was_open_in_the_other_is_open_here() {
    let mut it = given();
    it.after(HOUR * 30);
    assert_eq!(it.forbidden(send(1, "too late")), "window_closed");
    let opened_by = Some(asked(77));
    it.when(absorb(Left { last_inbound_at: Some(it.now - HOUR), opened_by, ..left() }));
    assert_eq!(it.head().opened_by, opened_by);
    it.when(send(1, "in time"));
}

#[test]
fn what_did_not_exist_begins_with_what_it_takes_over() {
    let mut it = given_nothing();
    assert_eq!(it.refused(absorb(left())), Rejection::NoConversation);
    let decision = it.when(Command::Absorb { left: Box::new(left()), contact: Some(contact(1, false)) });
    assert!(decision.effects.contains(&Effect::Created));
    assert_eq!((it.head().status, it.line(1)), (ConversationStatus::Open, Some(SystemEvent::Merged)));
}

#[test]
fn what_is_left_to_one_that_gave_way_itself_goes_on_to_the_next() {
    let mut it = given();
    it.when(give_way());
    let decision = it.when(absorb(left()));
    assert_eq!(
        decision,
        Decision { effects: vec![Effect::Leave(OTHER, Box::new(left()))], ..Decision::default() }
    );
}
