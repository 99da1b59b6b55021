//! Priority and labels.

use switchboard_schema::{
    LabelId,
    wire::{MAX_CONVERSATION_LABELS, Priority},
};

use super::*;
use crate::conversation::Expected;

fn id(n: usize) -> LabelId {
    LabelId::from_bytes([n as u8; 16])
}

fn named(labels: &[usize]) -> Vec<(LabelId, String)> {
    labels.iter().map(|n| (id(*n), format!("label {n}"))).collect()
}

fn label(add: &[usize], remove: &[usize]) -> Command {
    Command::Label { add: named(add), remove: named(remove), sender: agent() }
}

fn ids(labels: &[usize]) -> Vec<LabelId> {
    labels.iter().map(|n| id(*n)).collect()
}

fn subject(it: &Fixture, seq: u64) -> Option<String> {
    match &it.item(seq).content {
        Content::System(line) => line.subject.clone(),
        _ => None,
    }
}

#[test]
fn how_urgent_it_is_leaves_one_line_however_often_it_is_said() {
    let mut it = given();
    let set = |priority| Command::SetPriority { priority, sender: agent() };
    assert_eq!(it.when(set(Priority::Urgent)).effects, [Effect::Announce(2)]);
    assert_eq!(it.when(set(Priority::Urgent)), Decision::default());
    assert_eq!((it.line(2), subject(&it, 2)), (Some(SystemEvent::PrioritySet), Some("urgent".to_owned())));
    it.when(set(Priority::None));
    assert_eq!((it.head().priority, subject(&it, 3)), (Priority::None, Some("none".to_owned())));
}

#[test]
fn two_who_label_at_once_do_not_undo_each_other() {
    let mut it = given();
    it.when(label(&[1], &[]));
    it.when(label(&[2, 1], &[]));
    assert_eq!(it.head().labels, ids(&[1, 2]));
    assert_eq!(subject(&it, 3), Some("label 2".to_owned()), "only what was new is told");
    assert_eq!(it.when(label(&[1], &[3])), Decision::default());
    let changed = it.when(label(&[3], &[1, 2]));
    assert_eq!(changed.effects, [Effect::Announce(4), Effect::Announce(5)]);
    assert_eq!([it.line(4), it.line(5)], [Some(SystemEvent::Unlabelled), Some(SystemEvent::Labelled)]);
    assert_eq!(subject(&it, 4), Some("label 1, label 2".to_owned()));
    assert_eq!(it.head().labels, ids(&[3]));
}

#[test]
fn a_conversation_has_so_many_labels_and_no_more() {
    let mut it = given();
    let all: Vec<usize> = (1..=MAX_CONVERSATION_LABELS).collect();
    it.when(label(&all, &[]));
    let more = label(&[99], &[]);
    assert_eq!(it.forbidden(more), "too_many_labels");
    it.when(label(&[99], &[1]));
    assert_eq!(it.head().labels.len(), MAX_CONVERSATION_LABELS);
    let too_long: Vec<usize> = (100..=100 + MAX_CONVERSATION_LABELS).collect();
    assert!(matches!(it.refused(label(&[], &too_long)), Rejection::Invalid { field: "remove", .. }));
}

#[test]
fn a_label_that_is_gone_is_taken_off_without_a_word() {
    let mut it = given();
    it.when(label(&[1, 2], &[]));
    let last = it.head().last_seq;
    assert_eq!(it.when(Command::DropLabel { label_id: id(1) }).effects, [Effect::Updated]);
    assert_eq!((it.head().labels.clone(), it.head().last_seq), (ids(&[2]), last));
    assert_eq!(it.when(Command::DropLabel { label_id: id(1) }), Decision::default());
}

#[test]
fn an_act_that_was_decided_elsewhere_is_done_only_as_long_as_nothing_is_otherwise() {
    let mut it = given();
    let urgent = |seen: Expected| Command::Expecting {
        expected: seen,
        act: Box::new(Command::SetPriority { priority: Priority::Urgent, sender: agent() }),
    };
    let seen = Expected { inbound_count: Some(1), priority: Some(Priority::None), ..Expected::default() };
    let later = Expected { inbound_count: Some(2), ..Expected::default() };
    assert_eq!(it.forbidden(urgent(later)), "changed_meanwhile");
    it.when(urgent(seen));
    assert_eq!(it.head().priority, Priority::Urgent);
    assert_eq!(it.forbidden(urgent(seen)), "changed_meanwhile");
    it.when(urgent(Expected::default()));
}
