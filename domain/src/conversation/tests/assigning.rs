use switchboard_schema::{
    TeamId, UserId,
    wire::{AssignedBy, AssignmentRule, ConversationStatus},
};

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

fn put(team: Option<u8>) -> Command {
    let team = team.map(|team| (TeamId::from_bytes([team; 16]), format!("team {team}")));
    Command::PutWithTeam { team, sender: agent() }
}

#[test]
fn putting_it_with_a_team_leaves_one_line_and_who_has_it_stays() {
    let mut it = given();
    it.when(assign(Some(1)));
    assert_eq!(it.when(put(Some(1))).effects, [Effect::Announce(3)]);
    assert_eq!(it.when(put(Some(1))), Decision::default());
    it.when(put(Some(2)));
    it.when(put(None));
    let lines = [3, 4, 5].map(|seq| it.line(seq));
    let [given, taken] = [SystemEvent::TeamAssigned, SystemEvent::TeamUnassigned].map(Some);
    assert_eq!(lines, [given, given, taken]);
    assert_eq!((it.head().assignee_id, it.head().team_id), (Some(UserId::from_bytes([1; 16])), None));
}

#[test]
fn it_leaves_a_team_that_is_gone_and_no_other() {
    let mut it = given();
    it.when(put(Some(1)));
    let leave =
        |team: u8| Command::LeaveTeam { team_id: TeamId::from_bytes([team; 16]), name: None, sender: None };
    assert_eq!(it.when(leave(2)), Decision::default(), "it was put with another meanwhile");
    it.when(leave(1));
    assert_eq!((it.head().team_id, it.line(3)), (None, Some(SystemEvent::TeamUnassigned)));
    assert_eq!(it.when(leave(1)), Decision::default());
}

fn by_rule(who: u8, queued_at: Timestamp) -> Command {
    Command::AssignByRule {
        assignee: (UserId::from_bytes([who; 16]), format!("agent {who}")),
        queued_at,
        team_id: None,
        by: AssignedBy { rule: AssignmentRule::RoundRobin, team: None },
        at: START + HOUR,
    }
}

#[test]
fn what_comes_in_waits_to_be_given_to_somebody_and_is_given_once() {
    let mut it = given();
    assert_eq!(it.head().queued_at, Some(START));
    assert_eq!(it.when(by_rule(1, START + HOUR)), Decision::default(), "another waiting is meant");
    it.when(by_rule(1, START));
    let head = it.head();
    assert_eq!(
        (head.assignee_id, head.queued_at, head.routed_at),
        (Some(UserId::from_bytes([1; 16])), None, Some(START + HOUR))
    );
    let Content::System(line) = &it.state.items[&2].content else { panic!("a line") };
    assert_eq!(line.by_rule.as_ref().map(|by| by.rule), Some(AssignmentRule::RoundRobin));
    assert_eq!(it.when(by_rule(2, START)), Decision::default(), "it came too late");
}

#[test]
fn given_back_by_hand_it_is_nobodys_until_the_customer_writes_again() {
    let mut it = given();
    it.when(assign(Some(1)));
    assert_eq!(it.head().queued_at, None);
    it.when(assign(None));
    assert_eq!(it.head().queued_at, None);
    it.after(HOUR);
    let now = it.now;
    it.when(receive("in.2", now));
    assert_eq!(it.head().queued_at, Some(now));
    // Put with a team it waits for those, as long as it did.
    it.after(HOUR);
    it.when(put(Some(1)));
    assert_eq!(it.head().queued_at, Some(now));
}

#[test]
fn what_is_done_or_put_aside_waits_for_nobody_and_opened_again_it_does() {
    let mut it = given();
    it.when(set(ConversationStatus::Resolved, None));
    assert_eq!(it.head().queued_at, None);
    it.after(HOUR);
    it.when(set(ConversationStatus::Open, None));
    assert_eq!(it.head().queued_at, Some(START + HOUR));
    it.when(set(ConversationStatus::Snoozed, Some(START + HOUR * 2)));
    assert_eq!(it.head().queued_at, None);
    it.after(HOUR);
    it.when(Command::Wake);
    assert_eq!(it.head().queued_at, Some(START + HOUR * 2));
    it.when(assign(Some(1)));
    it.when(set(ConversationStatus::Resolved, None));
    it.when(set(ConversationStatus::Open, None));
    assert_eq!(it.head().queued_at, None, "it is still theirs");
    // Who is gone leaves it to the others.
    it.when(Command::Release { user_id: UserId::from_bytes([1; 16]), sender: agent() });
    assert_eq!(it.head().queued_at, Some(it.now));
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
        conditions: Conditions::default(),
        sender,
    });
    assert_eq!(it.head().waiting_since, Some(START));
}
