//! What a person wants to hear from us: what they said, what follows, and the chain that shows it.
//!
//! Of what somebody said about a purpose, or about everything, the newest counts; said at the same moment, the
//! refusal. Who refused everything and writes again gets answers, and nothing else.
//!
//! Every word is an entry of the contact's chain. Its record is kept as the very bytes that were hashed, so that
//! whoever has an export checks it without us: see [`chain`].

pub mod chain;
pub mod proof;
pub mod words;

use switchboard_schema::{
    Timestamp,
    wire::{Answer, ConsentChoice, ConsentScope, ConsentStanding, Content, RecordedHow, SystemEvent},
};

/// Longest words of a message that are kept as evidence, in characters.
pub const MAX_WORDS_CHARS: usize = 200;
/// Longest reference or remark of a recorded wish, in characters.
pub const MAX_REMARK_CHARS: usize = 500;
/// Entries of one contact, at most; then an agent must block instead. Wishes to stop are taken beyond it.
pub const MAX_ENTRIES: u64 = 1_000;

/// What somebody wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// About what.
    pub scope: ConsentScope,
    /// More or no more.
    pub choice: ConsentChoice,
}

/// What a message says about what its author wants, and its words for it.
#[must_use]
pub fn wish_of(content: &Content) -> Option<(Wish, String)> {
    let words = match content {
        Content::Text(text) => &text.body,
        // Meta's own button under a marketing template says so, and ours in other words.
        Content::Answer(Answer::Button { title, .. } | Answer::QuickReply { title, .. }) => title,
        _ => return None,
    };
    let wish = words::wish_in(words)?;
    Some((wish, words.chars().take(MAX_WORDS_CHARS).collect()))
}

/// What counts for a purpose: the newest of what was said about it and about everything.
#[must_use]
pub fn counts(standings: &[ConsentStanding], purpose: ConsentScope) -> Option<&ConsentStanding> {
    standings
        .iter()
        .filter(|standing| standing.scope == purpose || standing.scope == ConsentScope::Everything)
        .max_by_key(|standing| (standing.at, standing.choice == ConsentChoice::Withdrawn))
}

/// Notes what was said. True when nothing newer was known about the same.
pub fn note(standings: &mut Vec<ConsentStanding>, wish: Wish, at: Timestamp) -> bool {
    let said = ConsentStanding { scope: wish.scope, choice: wish.choice, at };
    match standings.iter_mut().find(|known| known.scope == wish.scope) {
        Some(known) if weight(&said) <= weight(known) => false,
        Some(known) => {
            *known = said;
            true
        }
        None => {
            standings.push(said);
            standings.sort_by_key(|standing| standing.scope);
            true
        }
    }
}

/// A contact has [`MAX_ENTRIES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this contact has {MAX_ENTRIES} entries of consent already; only a wish to stop can be added")]
pub struct TooMany;

/// The lines that tell a thread what changed of what somebody wants.
#[must_use]
pub fn told(before: &[ConsentStanding], after: &[ConsentStanding]) -> Vec<SystemEvent> {
    let of = |standings: &[ConsentStanding], scope| {
        standings.iter().find(|known| known.scope == scope).map(|known| known.choice)
    };
    let changed = |scope| of(after, scope).filter(|choice| of(before, scope) != Some(*choice));
    let mut events = Vec::new();
    match changed(ConsentScope::Everything) {
        Some(ConsentChoice::Withdrawn) => events.push(SystemEvent::StoppedEverything),
        Some(ConsentChoice::Given) => events.push(SystemEvent::StartedAgain),
        None => {}
    }
    match changed(ConsentScope::Marketing) {
        Some(ConsentChoice::Withdrawn) => events.push(SystemEvent::StoppedMarketing),
        Some(ConsentChoice::Given) => events.push(SystemEvent::StartedMarketing),
        None => {}
    }
    events
}

/// The same of the first message of somebody, where that is the wish that counts now.
#[must_use]
pub fn told_at_first(standings: &[ConsentStanding], message: &Content) -> Vec<SystemEvent> {
    let Some((wish, _)) = wish_of(message) else { return Vec::new() };
    let is_it = |known: &&ConsentStanding| (known.scope, known.choice) == (wish.scope, wish.choice);
    let of: Vec<_> = standings.iter().filter(is_it).copied().collect();
    told(&[], &of)
}

fn weight(standing: &ConsentStanding) -> (Timestamp, bool) {
    (standing.at, standing.choice == ConsentChoice::Withdrawn)
}

/// What shows a word that nobody of us heard, where it has to be named; nothing where whoever records it shows it.
#[must_use]
pub const fn needed_reference(how: RecordedHow) -> Option<&'static str> {
    match how {
        RecordedHow::Form => Some("say which form it was: its address, or what finds it"),
        RecordedHow::Import => Some("say which file it was in, and which row"),
        RecordedHow::InPerson | RecordedHow::Phone | RecordedHow::Written | RecordedHow::Program => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Strategy;

    use super::*;
    use ConsentChoice::{Given, Withdrawn};
    use ConsentScope::{Everything, Marketing};

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn said(words: &[(ConsentScope, ConsentChoice, i64)]) -> Vec<ConsentStanding> {
        let mut standings = Vec::new();
        for &(scope, choice, secs) in words {
            note(&mut standings, Wish { scope, choice }, at(secs));
        }
        standings
    }

    fn choice(standings: &[ConsentStanding], purpose: ConsentScope) -> Option<ConsentChoice> {
        counts(standings, purpose).map(|standing| standing.choice)
    }

    #[test]
    fn the_newest_word_about_a_purpose_or_about_everything_counts() {
        let standings = said(&[(Marketing, Given, 1), (Everything, Withdrawn, 2)]);
        assert_eq!(choice(&standings, Marketing), Some(Withdrawn));
        let standings = said(&[(Marketing, Withdrawn, 1), (Everything, Given, 2)]);
        assert_eq!(choice(&standings, Marketing), Some(Given));
        assert_eq!(choice(&said(&[(Marketing, Withdrawn, 1)]), ConsentScope::Utility), None);
    }

    #[test]
    fn of_two_words_of_one_moment_the_refusal_counts() {
        for words in [
            [(Marketing, Given, 5), (Marketing, Withdrawn, 5)],
            [(Marketing, Withdrawn, 5), (Marketing, Given, 5)],
            [(Everything, Withdrawn, 5), (Marketing, Given, 5)],
        ] {
            assert_eq!(choice(&said(&words), Marketing), Some(Withdrawn));
        }
    }

    fn a_word() -> impl Strategy<Value = (ConsentScope, ConsentChoice, i64)> {
        let scopes = [Everything, Marketing, ConsentScope::Utility];
        (0..scopes.len(), proptest::arbitrary::any::<bool>(), 0_i64..6).prop_map(
            move |(scope, given, secs)| (scopes[scope], if given { Given } else { Withdrawn }, secs),
        )
    }

    proptest::proptest! {
        #[test]
        fn what_counts_does_not_depend_on_the_order_of_the_telling(
            words in proptest::collection::vec(a_word(), 0..8), seed in 0_usize..8,
        ) {
            let mut turned = words.clone();
            turned.rotate_left(seed % words.len().max(1));
            turned.reverse();
            for purpose in [Everything, Marketing, ConsentScope::Utility] {
                assert_eq!(counts(&said(&words), purpose), counts(&said(&turned), purpose));
            }
        }
    }
}
