use super::*;
use crate::inbound::{Edit, Revoke};

fn edit(seq: u64, at: Timestamp, body: &str) -> Command {
    let from = message("in.1", START).from;
    Command::Edit {
        edit: Edit { from, ours: false, original_id: "in.1".to_owned(), at, content: text(body) },
        seq,
    }
}

fn revoke(seq: u64) -> Command {
    let from = message("in.1", START).from;
    Command::Revoke {
        revoke: Revoke { from, ours: false, original_id: "in.1".to_owned(), at: START + HOUR },
        seq,
    }
}

#[test]
fn an_edit_changes_the_words_and_not_the_place() {
    let mut it = given();
    let decision = it.when(edit(1, START + HOUR, "better"));
    assert_eq!(decision.effects, [Effect::Announce(1)]);
    assert_eq!((&it.item(1).content, it.item(1).edited_at), (&text("better"), Some(START + HOUR)));
    assert_eq!((it.head().last_seq, it.head().inbound_count, it.head().version), (1, 1, 2));
}

#[test]
fn of_two_edits_the_later_written_stands_in_whatever_order_they_come() {
    for order in [[1, 2], [2, 1]] {
        let mut it = given();
        for hour in order {
            it.when(edit(1, START + HOUR * hour, &format!("edit {hour}")));
        }
        assert_eq!(it.item(1).content, text("edit 2"));
    }
}

#[test]
fn what_was_taken_back_is_not_edited_and_not_taken_back_twice() {
    let mut it = given();
    it.when(revoke(1));
    assert_eq!(it.item(1).deleted_at, Some(START + HOUR));
    assert_eq!(it.when(edit(1, START + 2 * HOUR, "better")).changes, []);
    assert_eq!(it.when(revoke(1)).changes, []);
}

#[test]
fn what_we_wrote_is_not_the_customers_to_change() {
    let mut it = given_queued();
    assert_eq!(it.when(edit(2, START + HOUR, "free of charge")).changes, []);
    assert_eq!(it.when(revoke(2)).changes, []);
}

#[test]
fn what_is_not_in_memory_must_be_fetched_first() {
    assert_eq!(given().refused(edit(9, START, "better")), Rejection::NoMessage);
}
