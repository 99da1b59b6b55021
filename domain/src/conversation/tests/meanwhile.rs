use super::*;
use crate::conversation::{REPLIES_TOLD, SEEN_LOOKED_AT};

fn person(id: &str, name: &str) -> Sender {
    Sender { kind: SenderKind::Agent, id: Some(id.to_owned()), name: Some(name.to_owned()) }
}

fn ana() -> Sender {
    person("usr_ana", "Ana")
}

fn tomas() -> Sender {
    person("usr_tomas", "Tomás")
}

/// What somebody writes who saw the thread up to a place.
fn written_by(sender: Sender, key: u64, content: Content, seen_seq: Option<u64>) -> Command {
    match send_content(key, content) {
        Command::Send { contact, id, key, request_hash, content, about, hold, .. } => {
            let conditions = Conditions { seen_seq, ..Conditions::default() };
            Command::Send { contact, id, key, request_hash, content, about, hold, conditions, sender }
        }
        other => other,
    }
}

fn replied(it: &Fixture, command: Command) -> (String, Vec<u64>) {
    match it.refused(command) {
        Rejection::Replied { by, seqs } => (by, seqs),
        other => panic!("refused, but not as somebody replied: {other}"),
    }
}

#[test]
fn who_did_not_see_a_colleagues_answer_is_stopped_and_told_what_it_says() {
    let mut it = given();
    it.when(written_by(tomas(), 1, text("It is ready."), Some(1)));
    let stopped = replied(&it, written_by(ana(), 2, text("Not yet."), Some(1)));
    assert_eq!(stopped, ("Tomás".to_owned(), vec![2]));
    assert_eq!(it.head().last_seq, 2, "nothing was written");
    it.when(written_by(ana(), 3, text("As Tomás said."), Some(2)));
    assert_eq!(it.state_of(3), MessageState::Queued);
    // Whoever says nothing of what they saw is not looked after.
    it.when(written_by(tomas(), 4, text("Bye"), None));
}

#[test]
fn neither_the_customer_nor_ones_own_words_nor_a_note_stop_anybody() {
    let mut it = given();
    it.when(written_by(ana(), 1, text("One moment."), Some(1)));
    it.when(receive("in.2", START));
    it.when(note(2, "they are in a hurry"));
    it.when(Command::SetStatus {
        status: switchboard_schema::wire::ConversationStatus::Pending,
        snoozed_until: None,
        sender: tomas(),
    });
    it.when(written_by(ana(), 3, text("Here I am."), Some(1)));
    let emoji = Content::Reaction(ReactionRequest { provider_id: String::new(), emoji: "👍".to_owned() });
    it.when(written_by(tomas(), 4, text("And I."), None));
    let about = it.item(1).id;
    let command = match written_by(ana(), 5, emoji, Some(1)) {
        Command::Send { contact, id, key, request_hash, content, hold, conditions, sender, .. } => {
            let about = Some(about);
            Command::Send { contact, id, key, request_hash, content, about, hold, conditions, sender }
        }
        other => other,
    };
    it.when(command);
}

#[test]
fn programs_flows_and_the_business_phone_count_as_colleagues_and_what_never_goes_does_not() {
    let of = |kind| Sender { kind, id: Some("x".to_owned()), name: None };
    for (kind, stops) in [
        (SenderKind::Api, true),
        (SenderKind::Flow, true),
        (SenderKind::Campaign, false),
        (SenderKind::PhoneApp, true),
    ] {
        let mut it = given();
        it.when(written_by(of(kind), 1, text("hello"), None));
        let mine = written_by(ana(), 2, text("hello"), Some(1));
        assert_eq!(decide(&it.state, mine, it.now).is_err(), stops, "{kind:?}");
    }
    let mut it = given();
    it.when(written_by(tomas(), 1, text("no, wait"), None));
    it.when(Command::Cancel { id: asked(1) });
    it.when(written_by(tomas(), 2, text("yes"), None));
    it.when(begin(3));
    it.when(end(3, 1, refused_as(ErrorClass::Never)));
    it.when(written_by(ana(), 3, text("hello"), Some(1)));
}

#[test]
fn a_repetition_is_answered_as_before_whatever_was_written_since() {
    let mut it = given();
    let mine = || written_by(ana(), 1, text("Yes."), Some(1));
    it.when(mine());
    it.when(written_by(tomas(), 2, text("No."), Some(2)));
    assert_eq!(it.when(mine()).seq, Some(2));
    let again = written_by(ana(), 3, text("Yes."), Some(1));
    assert_eq!(replied(&it, again).1, [3]);
}

#[test]
fn what_is_planned_is_judged_when_it_is_planned() {
    let mut it = given();
    it.when(written_by(tomas(), 1, text("It is ready."), None));
    let schedule = switchboard_schema::wire::Schedule { send_at: START + HOUR, unless_reply: false };
    let plan = |key: u64, seen| Command::Schedule {
        id: asked(key),
        key,
        request_hash: vec![key as u8],
        content: text("Is it ready?"),
        about: None,
        schedule,
        conditions: Conditions { seen_seq: Some(seen), ..Conditions::default() },
        sender: ana(),
    };
    assert_eq!(replied(&it, plan(2, 1)).1, [2]);
    it.when(plan(3, 2));
    it.when(written_by(tomas(), 4, text("Good evening"), Some(3)));
    it.after(HOUR).when(Command::Wake);
    assert_eq!(it.state_of(5), MessageState::Queued, "its writer knew what they planned");
    assert_eq!(replied(&it, written_by(tomas(), 6, text("?"), Some(4))).1, [5], "it stands for its writer");
}

#[test]
fn of_many_answers_the_newest_are_told_and_the_oldest_are_not_looked_at() {
    let mut it = given();
    for key in 1..=SEEN_LOOKED_AT + 30 {
        it.decided(written_by(tomas(), key, text("and"), None));
    }
    let (_, seqs) = replied(&it, written_by(ana(), 1_000, text("stop"), Some(1)));
    assert_eq!((seqs.len(), seqs.last()), (REPLIES_TOLD, Some(&(SEEN_LOOKED_AT + 31))));
    assert_eq!(it.state.unseen(0), Some((32, SEEN_LOOKED_AT + 31)));
    assert_eq!(it.state.unseen(SEEN_LOOKED_AT + 31), None);
    assert_eq!(it.state.unseen(u64::MAX - 1), None, "whoever says more than there is saw it all");
}
