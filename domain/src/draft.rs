//! Drafts: which writing counts where somebody writes in two places at once.
//!
//! Each writing goes on from a version. One that goes on from another than the newest is refused and shown the newest:
//! who shows a draft that was not typed on takes that over, who typed on it meanwhile goes on from there with what was
//! typed. So the last to type is who is kept, and nobody's typing is overwritten under their hands.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    wire::{DraftWords, MAX_DRAFT_CHARS},
};

use crate::conversation::Rejection;

/// Drafts of one person, at most.
pub const MAX_DRAFTS: usize = 200;
/// How long a draft is kept that nobody goes on with.
pub const DRAFT_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// A draft that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Its version.
    pub version: u64,
    /// What was written.
    pub words: &'a DraftWords,
}

/// What becomes of a writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is what is kept already.
    Same,
    /// It is kept, with this version.
    Keep(u64),
    /// There is no draft any more.
    Delete,
    /// Somebody wrote since: it must be looked at first.
    Changed,
}

/// What becomes of a writing that goes on from `base`, where `kept` is there.
#[must_use]
pub fn save(kept: Option<Kept<'_>>, base: u64, words: &DraftWords, now: Timestamp) -> Saved {
    let empty = words.is_empty();
    match kept {
        None if empty => Saved::Same,
        Some(kept) if kept.words == words => Saved::Same,
        kept if kept.map_or(0, |kept| kept.version) != base => Saved::Changed,
        Some(_) if empty => Saved::Delete,
        kept => Saved::Keep(next_version(kept, now)),
    }
}

/// A version above every earlier one: also above those of a draft that was there before and is no more, of which nothing
/// is known but that it was earlier.
fn next_version(kept: Option<Kept<'_>>, now: Timestamp) -> u64 {
    let by_clock = u64::try_from(now.as_millis()).unwrap_or_default();
    by_clock.max(kept.map_or(0, |kept| kept.version) + 1)
}

/// What is left of a draft once `sent` went out of it, to the customer or as a note; nothing where it went on since, and
/// is no draft of that any more.
#[must_use]
pub fn without(words: &DraftWords, sent: Sent<'_>) -> Option<DraftWords> {
    let same = |draft: &str, sent: &str| !draft.trim().is_empty() && draft.trim() == sent.trim();
    let mut left = words.clone();
    match sent {
        Sent::Reply(text) if same(&words.reply, text) => {
            left.reply.clear();
            left.reply_to = None;
        }
        Sent::Note(text) if same(&words.note, text) => left.note.clear(),
        _ => return None,
    }
    Some(left)
}

/// What went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent<'a> {
    /// To the customer.
    Reply(&'a str),
    /// To colleagues.
    Note(&'a str),
}

/// Checks how long a draft is.
///
/// # Errors
/// [`Rejection::Invalid`] for `reply` or `note`.
pub fn check(words: &DraftWords) -> Result<(), Rejection> {
    for (field, text) in [("reply", &words.reply), ("note", &words.note)] {
        let chars = text.chars().count();
        if chars > MAX_DRAFT_CHARS {
            let message = format!("a draft has at most {MAX_DRAFT_CHARS} characters, this has {chars}");
            return Err(Rejection::Invalid { field, message });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(reply: &str) -> DraftWords {
        DraftWords { reply: reply.to_owned(), ..DraftWords::default() }
    }

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    #[test]
    fn the_first_writing_is_kept_and_the_next_goes_on_from_it() {
        assert_eq!(save(None, 0, &words("Hi"), NOW), Saved::Keep(1_000));
        let (before, after) = (words("Hi"), words("Hi there"));
        let kept = Some(Kept { version: 1_000, words: &before });
        assert_eq!(save(kept, 1_000, &after, NOW), Saved::Keep(1_001), "it grows within a millisecond, too");
        assert_eq!(save(kept, 1_000, &before, NOW), Saved::Same);
        assert_eq!(save(kept, 7, &before, NOW), Saved::Same, "whoever wrote it, it is that");
    }

    #[test]
    fn a_writing_that_has_not_seen_the_newest_is_shown_it_first() {
        let newest = words("From the other window");
        let kept = Some(Kept { version: 9, words: &newest });
        for base in [0, 8, 10] {
            assert_eq!(save(kept, base, &words("Mine"), NOW), Saved::Changed);
            assert_eq!(save(kept, base, &words(" "), NOW), Saved::Changed, "nor is it deleted unseen");
        }
        assert_eq!(save(None, 9, &words("Mine"), NOW), Saved::Changed, "it was sent elsewhere");
    }

    #[test]
    fn nothing_written_is_no_draft() {
        let before = words("Hi");
        assert_eq!(save(Some(Kept { version: 3, words: &before }), 3, &words("\n "), NOW), Saved::Delete);
        assert_eq!(save(None, 0, &DraftWords::default(), NOW), Saved::Same);
        assert_eq!(save(None, 5, &DraftWords::default(), NOW), Saved::Same);
    }

    #[test]
    fn what_was_sent_goes_and_what_was_written_since_stays() {
        let draft = DraftWords { note: "for us".to_owned(), ..words("Hello ") };
        assert_eq!(
            without(&draft, Sent::Reply("Hello")),
            Some(DraftWords { note: "for us".to_owned(), ..words("") })
        );
        assert_eq!(without(&draft, Sent::Note("for us")), Some(words("Hello ")));
        assert_eq!(without(&draft, Sent::Reply("Hello you")), None);
        assert_eq!(without(&words(""), Sent::Reply("")), None);
    }

    #[test]
    fn a_draft_is_as_long_as_a_note_may_be() {
        assert_eq!(check(&words(&"é".repeat(MAX_DRAFT_CHARS))), Ok(()));
        assert!(check(&words(&"x".repeat(MAX_DRAFT_CHARS + 1))).is_err());
    }

    /// Two windows on one draft, as the browser behaves: it takes over what it has not typed on, and goes on from it with
    /// what it has.
    #[derive(Default)]
    struct Window {
        text: String,
        base: u64,
        typed: bool,
    }

    proptest! {
        #[test]
        fn two_windows_end_with_what_was_typed_last(steps in prop::collection::vec((any::<bool>(), 0_u8..3, "[a-c]{0,3}"), 1..40)) {
            let mut windows = [Window::default(), Window::default()];
            let mut kept: Option<(u64, DraftWords)> = None;
            let mut last_typed = String::new();
            let mut now = 0;
            for (first, act, text) in steps {
                now += 1;
                let window = &mut windows[usize::from(first)];
                if act == 0 {
                    window.text.clone_from(&text);
                    window.typed = true;
                    last_typed = text;
                    // Who types in one place has told what they typed in the other.
                    let other = &mut windows[usize::from(!first)];
                    if other.typed { settle(other, &mut kept, now); }
                } else {
                    settle(window, &mut kept, now);
                }
            }
            for window in &mut windows { settle(window, &mut kept, now + 1); }
            for window in &mut windows { settle(window, &mut kept, now + 2); }
            let stored = kept.map(|(_, words)| words.reply).unwrap_or_default();
            prop_assert_eq!(stored.trim(), last_typed.trim());
            prop_assert_eq!(&windows[0].text, &windows[1].text);
        }
    }

    fn settle(window: &mut Window, kept: &mut Option<(u64, DraftWords)>, now: i64) {
        let version = kept.as_ref().map_or(0, |(version, _)| *version);
        if !window.typed {
            window.base = version;
            window.text = kept.as_ref().map(|(_, words)| words.reply.clone()).unwrap_or_default();
            return;
        }
        window.typed = false;
        loop {
            let known = kept.as_ref().map(|(version, words)| Kept { version: *version, words });
            match save(known, window.base, &words(&window.text), Timestamp::from_millis(now)) {
                Saved::Same => break,
                Saved::Keep(version) => *kept = Some((version, words(&window.text))),
                Saved::Delete => *kept = None,
                Saved::Changed => {
                    window.base = version;
                    continue;
                }
            }
            break;
        }
        window.base = kept.as_ref().map_or(0, |(version, _)| *version);
        if kept.is_none() {
            window.text.clear();
        }
    }
}
