//! The business writes on its own phone as well, and its phone tells what was written before.

use switchboard_schema::{
    MediaId,
    wire::{Attachment, ConversationStatus, Direction, MediaState, Reaction, Unsupported, WindowKind},
};

use super::*;
use crate::inbound::{Edit, InboundReaction, MEDIA_PLACEHOLDER, Origin, Revoke};

const DAY: Duration = Duration::from_secs(24 * 3_600);

fn echo(provider_id: &str, at: Timestamp) -> Command {
    received(InboundMessage { origin: Origin::PhoneApp, ..message(provider_id, at) })
}

fn old(provider_id: &str, at: Timestamp, ours: Option<MessageState>) -> Command {
    received(InboundMessage { origin: Origin::History { ours }, ..message(provider_id, at) })
}

#[test]
fn what_the_business_writes_on_its_phone_is_ours_and_sent() {
    let mut it = given();
    it.when(echo("out.1", START));
    let item = it.item(2);
    assert_eq!((item.direction, item.state), (Direction::Out, MessageState::Sent));
    assert_eq!(item.sent_by.kind, SenderKind::PhoneApp);
    assert_eq!((it.head().inbound_count, it.head().preview_seq), (1, Some(2)));
    assert_eq!(it.when(echo("out.1", START)).changes, [], "told twice, it is there once");
}

#[test]
fn it_ends_the_waiting_of_whoever_wrote_before_it() {
    let mut it = given();
    it.when(echo("out.1", START - HOUR));
    assert_eq!(it.head().waiting_since, Some(START), "that was no answer");
    it.when(echo("out.2", START + HOUR));
    assert_eq!(it.head().waiting_since, None);
}

#[test]
fn it_opens_no_window() {
    let mut it = given_nothing();
    it.when(echo("out.1", START));
    assert_eq!(it.state.window().show(it.now).kind, WindowKind::None);
    assert_eq!(it.head().status, ConversationStatus::Open);
}

#[test]
fn its_statuses_count_and_it_is_never_sent_again() {
    let mut it = given();
    it.when(echo("out.1", START));
    it.when(told(2, "out.1", MessageState::Read));
    assert_eq!(it.state_of(2), MessageState::Read);
    it.when(old("out.2", START, Some(MessageState::Failed)));
    assert_eq!(it.error_of(3), Some("provider_failed"));
    let id = it.item(3).id;
    assert_eq!(it.forbidden(Command::Retry { id, sender: agent() }), "not_retryable");
}

#[test]
fn an_echo_of_what_was_sent_from_here_changes_nothing() {
    let mut it = given_sending();
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!(it.when(echo("out.1", START)).changes, []);
    assert_eq!(it.head().last_seq, 2);
}

#[test]
fn each_side_changes_its_own_messages_only() {
    let mut it = given();
    it.when(echo("out.1", START));
    let from = message("", START).from;
    let edit = |ours, seq| Command::Edit {
        edit: Edit {
            from: from.clone(),
            ours,
            original_id: String::new(),
            at: START + HOUR,
            content: text("better"),
        },
        seq,
    };
    let revoke = |ours, seq| Command::Revoke {
        revoke: Revoke { from: from.clone(), ours, original_id: String::new(), at: START + HOUR },
        seq,
    };
    for (ours, seq) in [(true, 1), (false, 2)] {
        assert_eq!(it.when(edit(ours, seq)).changes, []);
        assert_eq!(it.when(revoke(ours, seq)).changes, []);
    }
    it.when(edit(true, 2));
    assert_eq!(it.item(2).content, text("better"));
    it.when(revoke(true, 2));
    assert_eq!(it.item(2).deleted_at, Some(START + HOUR));
}

#[test]
fn an_emoji_from_the_phone_is_the_business_own() {
    let mut it = given();
    let from = message("", START).from;
    let (provider_id, target_id) = ("r.1".to_owned(), "in.1".to_owned());
    let emoji = Some("👍".to_owned());
    let reaction = InboundReaction { from, ours: true, provider_id, target_id, emoji, at: START };
    it.when(Command::React { reaction, seq: 1 });
    let kinds: Vec<_> = it.item(1).reactions.iter().map(|Reaction { by, .. }| by.kind).collect();
    assert_eq!(kinds, [SenderKind::PhoneApp]);
}

#[test]
fn old_mail_is_marked_and_nobody_is_told_that_it_came() {
    let mut it = given_nothing();
    it.when(old("h.1", START - 2 * DAY, None));
    it.when(old("h.2", START - 2 * DAY + HOUR, Some(MessageState::Read)));
    assert!(it.item(1).imported && it.item(2).imported && !it.item(1).late);
    assert_eq!(it.state_of(2), MessageState::Read);
    let head = it.head();
    assert_eq!((head.inbound_count, head.waiting_since), (0, None), "nothing to read, and nobody waits");
    assert_eq!(head.status, ConversationStatus::Resolved);
    assert_eq!(head.updated_at, START - 2 * DAY + HOUR, "it stands in the list where it belongs");
    assert_eq!(it.when(old("h.1", START - 2 * DAY, None)).changes, []);
}

#[test]
fn old_mail_opens_the_window_for_what_is_left_of_its_own_day() {
    let mut it = given_nothing();
    it.when(old("h.1", START - 23 * HOUR, None));
    assert_eq!(it.state.window().expires_at(), Some(START + HOUR));
    it.when(old("h.0", START - 30 * HOUR, None));
    assert_eq!(it.state.window().expires_at(), Some(START + HOUR), "an older one changes nothing");
    it.when(old("h.2", START, Some(MessageState::Sent)));
    assert_eq!(it.state.window().expires_at(), Some(START + HOUR), "one of ours neither");
}

#[test]
fn old_mail_hides_nothing_that_is_new() {
    let mut it = given();
    it.when(old("h.1", START - DAY, None));
    let head = it.head();
    assert_eq!((head.preview_seq, head.status), (Some(1), ConversationStatus::Open));
    assert_eq!((head.waiting_since, head.inbound_count), (Some(START), 1));
    assert_eq!(head.last_inbound_at, Some(START));
}

#[test]
fn who_writes_after_an_import_is_new_mail() {
    let mut it = given_nothing();
    it.when(old("h.1", START - DAY, None));
    it.when(receive("in.1", START));
    assert_eq!((it.head().inbound_count, it.head().status), (1, ConversationStatus::Open));
    assert_eq!(it.line(3), Some(SystemEvent::Reopened));
}

#[test]
fn an_old_file_takes_its_place_when_it_comes() {
    let mut it = given_nothing();
    let kind = MEDIA_PLACEHOLDER.to_owned();
    let placeholder = Content::Unsupported(Unsupported { kind, raw: Some("{}".to_owned()), blob: None });
    let origin = Origin::History { ours: None };
    let of = |content| received(InboundMessage { origin, content, ..message("h.1", START - DAY) });
    it.when(of(placeholder.clone()));
    let file = Attachment {
        media_id: MediaId::from_bytes([0; 16]),
        mime_type: "image/jpeg".to_owned(),
        caption: None,
        filename: None,
        voice: false,
        animated: false,
        state: MediaState::Waiting,
        problem: None,
        size: None,
        width: None,
        height: None,
        thumbnail: false,
    };
    it.when(of(Content::Image(file)));
    let kept = it.item(1).content.attachment().map(|file| file.media_id);
    assert_eq!(kept, Some(MediaId::of_provider(&CHANNEL, "h.1")));
    assert_eq!(it.head().last_seq, 1);
    assert_eq!(it.when(of(placeholder)).changes, [], "the placeholder once more takes nothing away");
}
