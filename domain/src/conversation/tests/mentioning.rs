use switchboard_schema::{UserId, wire::Mention};

use super::*;

fn user(who: u8) -> UserId {
    UserId::from_bytes([who; 16])
}

fn note_for(key: u64, whom: &[u8]) -> Command {
    let mentions = whom.iter().map(|who| user(*who)).collect();
    let by = Sender { kind: SenderKind::Agent, id: Some(user(9).to_string()), name: Some("Mila".to_owned()) };
    Command::Note {
        id: asked(key),
        key,
        request_hash: vec![0; 32],
        body: "look".to_owned(),
        mentions,
        sender: by,
    }
}

fn mentioned(it: &Fixture) -> Vec<(UserId, u64)> {
    it.head().mentions.iter().map(|Mention { user_id, seq }| (*user_id, *seq)).collect()
}

#[test]
fn who_is_mentioned_is_kept_by_the_newest_note_until_they_have_seen_it() {
    let mut it = given();
    it.when(note_for(1, &[1, 2, 1]));
    assert!(matches!(&it.item(2).content, Content::Note(note) if note.mentions == [user(1), user(2)]));
    it.when(note_for(2, &[2]));
    assert_eq!(mentioned(&it), [(user(1), 2), (user(2), 3)]);
    it.when(Command::SawMentions { user_id: user(2), seq: 2 });
    assert_eq!(mentioned(&it), [(user(1), 2), (user(2), 3)], "a newer one came");
    let seen = it.when(Command::SawMentions { user_id: user(2), seq: 3 });
    assert_eq!((mentioned(&it), seen.effects), (vec![(user(1), 2)], vec![Effect::Updated]));
    assert_eq!(it.when(Command::SawMentions { user_id: user(2), seq: 9 }), Decision::default());
}

#[test]
fn nobody_hears_of_their_own_note_and_a_repeated_one_is_told_once() {
    let mut it = given();
    it.when(note_for(1, &[9, 1]));
    assert_eq!(mentioned(&it), [(user(1), 2)]);
    it.when(Command::SawMentions { user_id: user(1), seq: 2 });
    assert_eq!(it.when(note_for(1, &[9, 1])).changes, []);
    assert_eq!(mentioned(&it), [], "it was seen");
}

#[test]
fn a_note_is_for_a_few_people_and_a_conversation_keeps_a_hundred() {
    let mut it = given();
    let many: Vec<u8> = (10..31).collect();
    assert!(matches!(it.refused(note_for(1, &many)), Rejection::Invalid { field: "mentions", .. }));
    for (key, from) in (1..).zip((100..200_u8).step_by(20)) {
        it.when(note_for(key, &(from..from + 20).collect::<Vec<_>>()));
    }
    assert_eq!(mentioned(&it).len(), 100);
    assert_eq!(it.forbidden(note_for(8, &[1])), "too_many_mentions");
    it.when(note_for(9, &[150]));
    assert_eq!(mentioned(&it).len(), 100, "one who is kept already can be mentioned again");
}
