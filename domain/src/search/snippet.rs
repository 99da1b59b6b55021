//! What of a text is shown of it, with what was found marked. Parts of text and never markup: whoever shows them decides how.

use super::{
    query::Query,
    text::{digits_of, endings},
    words::{Stretch, Term, fold, letters_of, stretches},
};

/// Characters of a text that are shown.
pub const SNIPPET_CHARS_MAX: usize = 180;
/// Characters that are shown before what was found, at most.
const BEFORE_CHARS: usize = 48;
/// Places of what was found among which the best part of a text is chosen: the first ones.
const PLACES_MAX: usize = 100;

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As it is written.
    pub text: String,
    /// It is what was asked for.
    pub found: bool,
}

/// Where in a text stands what was asked for, in bytes, in order and apart from each other.
#[must_use]
pub fn found_in(text: &str, query: &Query) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    // Every word and every letter of a run, with its place as the index counts.
    let mut units: Vec<(usize, usize, String)> = Vec::new();
    for Stretch { from, to, is_run } in stretches(text) {
        let Some(stretch) = text.get(from..to) else { continue };
        if is_run {
            let letters = letters_of(stretch);
            let ends = letters.iter().skip(1).map(|(at, _)| from + at).chain([to]).collect::<Vec<_>>();
            units.extend(letters.into_iter().zip(ends).map(|((at, letter), end)| (from + at, end, letter)));
        } else {
            let word = fold(stretch);
            if query.quality(&word).is_some() {
                found.push((from, to));
            }
            units.push((from, to, word));
        }
    }
    for row in &query.rows {
        for at in 0..units.len() {
            found.extend(stands_at(&units, at, row));
        }
    }
    if let Some(asked) = &query.digits {
        found.extend(digit_runs(text).into_iter().filter(|&(from, to)| {
            let digits = text.get(from..to).and_then(digits_of);
            digits.is_some_and(|digits| endings(&digits).any(|ending| ending.starts_with(asked.as_str())))
        }));
    }
    found.sort_unstable();
    found.dedup_by(|next, before| {
        let joins = next.0 <= before.1;
        if joins {
            before.1 = before.1.max(next.1);
        }
        joins
    });
    found
}

/// Does a row stand here? Then from where to where.
fn stands_at(units: &[(usize, usize, String)], at: usize, row: &[Term]) -> Option<(usize, usize)> {
    let first = row.first()?.place;
    let mut end = 0;
    for term in row {
        let place = at + (term.place - first);
        let (_, to, unit) = units.get(place)?;
        end = *to;
        if *unit == term.text {
            continue;
        }
        let (_, to, next) = units.get(place + 1)?;
        if term.text.strip_prefix(unit.as_str()) != Some(next) {
            return None;
        }
        end = *to;
    }
    Some((units.get(at)?.0, end))
}

/// Stretches of digits and of what stands between digits, from a digit or a plus to a digit.
fn digit_runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = 0;
    for part in text
        .split_inclusive(|letter: char| letter.is_alphabetic() || matches!(letter, ',' | ';' | ':' | '\n'))
    {
        let begin = part.find(|letter: char| letter.is_ascii_digit() || letter == '+');
        let end = part.rfind(|letter: char| letter.is_ascii_digit());
        if let Some((begin, end)) = begin.zip(end).filter(|(begin, end)| begin <= end) {
            runs.push((from + begin, from + end + 1));
        }
        from += part.len();
    }
    runs
}

/// A text as a row of parts, at most `most` characters of it: from a little before where the most of what was found stands
/// together. What is left out is said by an ellipsis.
#[must_use]
pub fn snippet(text: &str, query: &Query, most: usize) -> Vec<Part> {
    let found = found_in(text, query);
    let letters: Vec<(usize, char)> = text.char_indices().collect();
    let place_of = |byte: usize| letters.partition_point(|(at, _)| *at < byte);
    let byte_of = |place: usize| letters.get(place).map_or(text.len(), |(at, _)| *at);
    let places: Vec<(usize, usize)> =
        found.iter().take(PLACES_MAX).map(|&(from, to)| (place_of(from), place_of(to))).collect();
    let fits = |from: usize| places.iter().filter(|one| one.0 >= from && one.1 <= from + most).count();
    // Of places with equally many the first.
    let best = places.iter().map(|one| one.0).rev().max_by_key(|from| fits(*from)).unwrap_or(0);
    let mut from = best.saturating_sub(BEFORE_CHARS.min(most / 3)).min(letters.len().saturating_sub(most));
    if from > 0 {
        // Not amid a word, if one ends before what was found.
        let gap = letters
            .get(from..best)
            .and_then(|before| before.iter().position(|(_, letter)| letter.is_whitespace()));
        from += gap.map_or(0, |gap| gap + 1);
    }
    let to = (from + most).min(letters.len());
    let (begin, end) = (byte_of(from), byte_of(to));
    let mut parts = Vec::new();
    let mut add = |from: usize, to: usize, found: bool| {
        if let Some(text) = text.get(from..to).filter(|text| !text.is_empty()) {
            parts.push(Part { text: text.to_owned(), found });
        }
    };
    let mut at = begin;
    for (from, to) in found {
        let (from, to) = (from.clamp(at, end), to.clamp(at, end));
        add(at, from, false);
        add(from, to, true);
        at = to;
    }
    add(at, end, false);
    if begin > 0 {
        parts.insert(0, Part { text: "…".to_owned(), found: false });
    }
    if end < text.len() {
        parts.push(Part { text: "…".to_owned(), found: false });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, line: &str) -> String {
        let query = Query::parse(line).unwrap();
        let parts = snippet(text, &query, 60);
        parts
            .iter()
            .map(|part| if part.found { format!("[{}]", part.text) } else { part.text.clone() })
            .collect()
    }

    #[test]
    fn what_was_found_is_marked_as_it_is_written() {
        assert_eq!(shown("Where is my Refúnd?", "refund"), "Where is my [Refúnd]?");
        assert_eq!(shown("The delvery is late", "delivery"), "The [delvery] is late");
        assert_eq!(shown("a blue bike and a bike blue", "\"bike blue\""), "a blue bike and a [bike blue]");
        assert_eq!(shown("明日は東京都庁に行く", "京都"), "明日は東[京都]庁に行く");
        assert_eq!(shown("call +31 6 1234-5678 now", "06 1234"), "call [+31 6 1234-5678] now");
    }

    #[test]
    fn of_a_long_text_the_part_with_the_most_of_it_is_shown() {
        let text = format!("refund {} the refund of my order is late {}", "x ".repeat(100), "y ".repeat(100));
        let shown = shown(&text, "refund order");
        assert!(shown.starts_with('…') && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[refund] of my [order]"), "{shown}");
    }

    #[test]
    fn markup_of_somebody_else_stays_text() {
        assert_eq!(shown("<img src=x onerror=alert(1)> hi", "hi"), "<img src=x onerror=alert(1)> [hi]");
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_is_a_part_of_the_text_and_not_longer_than_asked(
            text in "\\PC{0,300}", line in "[a-z0-9é東京都 \"]{1,20}", most in 1usize..100,
        ) {
            if let Ok(query) = Query::parse(&line) {
                let parts = snippet(&text, &query, most);
                let whole: String = parts.iter().map(|part| &*part.text).collect();
                let bare = whole.strip_prefix('…').filter(|_| !text.starts_with(&whole)).unwrap_or(&whole);
                let bare = bare.strip_suffix('…').filter(|_| !text.ends_with(bare)).unwrap_or(bare);
                assert!(text.contains(bare), "{bare:?} of {text:?}");
                assert!(bare.chars().count() <= most);
            }
        }

        #[test]
        fn a_word_of_the_text_that_is_asked_for_is_marked(before in "[a-z ]{0,80}", word in "[b-z]{4,9}", after in "[a-z ]{0,80}") {
            let text = format!("{before} {word} {after}");
            let query = Query::parse(&format!("{word} ")).unwrap();
            assert!(snippet(&text, &query, 60).iter().any(|part| part.found));
        }
    }
}
