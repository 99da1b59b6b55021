//! How well a word answers another: the same, its beginning, or with a slip of the fingers.

/// Letters from which one slip is forgiven.
pub const ONE_SLIP_FROM: usize = 4;
/// Letters from which two are.
pub const TWO_SLIPS_FROM: usize = 8;
/// Letters from which the beginning of a word stands for it, while it is still typed.
pub const PREFIX_FROM: usize = 2;
/// Letters from which a slip in the beginning of a word is forgiven.
pub const SLIP_IN_PREFIX_FROM: usize = 5;

/// How well a word answers, from 0 to 1.
pub type Quality = f32;

/// The very word.
pub const SAME: Quality = 1.0;
/// It begins so.
const BEGINS: Quality = 0.8;
/// With one slip.
const ONE_SLIP: Quality = 0.5;
/// With two.
const TWO_SLIPS: Quality = 0.3;
/// It begins so, with a slip.
const BEGINS_WITH_SLIP: Quality = 0.25;

/// Slips that are forgiven in a word of so many letters: none in what has digits, as numbers next to each other mean others.
#[must_use]
pub fn slips(word: &str) -> u8 {
    let letters = word.chars().count();
    match letters {
        _ if word.chars().any(char::is_numeric) => 0,
        TWO_SLIPS_FROM.. => 2,
        ONE_SLIP_FROM.. => 1,
        _ => 0,
    }
}

/// Slips that are forgiven in the beginning of a word.
#[must_use]
pub fn slips_in_prefix(word: &str) -> u8 {
    slips(word).min(u8::from(word.chars().count() >= SLIP_IN_PREFIX_FROM))
}

/// How well `word` of a text answers `asked`; nothing where it does not. `unfinished`: it may be typed to its end yet.
#[must_use]
pub fn quality(asked: &str, word: &str, unfinished: bool) -> Option<Quality> {
    if asked == word {
        return Some(SAME);
    }
    let begins = unfinished && asked.chars().count() >= PREFIX_FROM;
    if begins && word.starts_with(asked) {
        return Some(BEGINS);
    }
    let (asked_letters, letters): (Vec<char>, Vec<char>) = (asked.chars().collect(), word.chars().collect());
    let forgiven = usize::from(slips(asked));
    if asked_letters.len().abs_diff(letters.len()) <= forgiven && forgiven > 0 {
        match distance(&asked_letters, &letters) {
            1 => return Some(ONE_SLIP),
            2 if forgiven >= 2 => return Some(TWO_SLIPS),
            _ => {}
        }
    }
    let forgiven = usize::from(slips_in_prefix(asked));
    let is_near = |end: usize| {
        letters.get(..end).is_some_and(|beginning| distance(&asked_letters, beginning) <= forgiven)
    };
    let ends = asked_letters.len().saturating_sub(forgiven)..=asked_letters.len() + forgiven;
    (begins && forgiven > 0 && ends.into_iter().any(is_near)).then_some(BEGINS_WITH_SLIP)
}

/// Letters to change, leave out, add or exchange with their neighbours so that one word is the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, against) in other.iter().enumerate() {
            let changed = last[column] + usize::from(letter != against);
            let mut least = changed.min(last[column + 1] + 1).min(next[column] + 1);
            if row > 0 && column > 0 && one[row - 1] == *against && other[column - 1] == *letter {
                least = least.min(before_last[column - 1] + 1);
            }
            next.push(least);
        }
        before_last = std::mem::replace(&mut last, next);
    }
    last[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_forgives_as_many_slips_as_it_is_long() {
        for (asked, word, finds) in [
            ("cat", "car", false),
            ("refund", "refudn", true),
            ("refund", "rfund", true),
            ("refund", "refnudd", false),
            ("delivery", "delviery", true),
            ("delivery", "dleiveryy", true),
            ("delivery", "dilivare", false),
            ("1234567", "1234568", false),
            ("order12345", "order12346", false),
        ] {
            assert_eq!(quality(asked, word, false).is_some(), finds, "{asked} {word}");
        }
    }

    #[test]
    fn what_is_still_typed_finds_what_begins_so_also_with_a_slip() {
        assert_eq!(quality("de", "delivery", true), Some(BEGINS));
        assert_eq!(quality("d", "delivery", true), None, "one letter begins too much");
        assert_eq!(quality("de", "delivery", false), None);
        assert!(quality("deilv", "delivery", true).is_some());
        assert!(quality("xyzlv", "delivery", true).is_none());
    }

    #[test]
    fn the_nearer_the_better() {
        let order = ["delivery", "deliveryman", "delivry", "dlivry"]
            .map(|word| quality("delivery", word, true).unwrap());
        assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
    }

    proptest::proptest! {
        #[test]
        fn one_slip_is_always_one(word in "[a-z]{4,12}", place in 0usize..12, letter in proptest::char::range('a', 'z')) {
            let mut letters: Vec<char> = word.chars().collect();
            let place = place % letters.len();
            letters[place] = letter;
            let slipped: String = letters.into_iter().collect();
            assert!(quality(&word, &slipped, false).is_some(), "{word} {slipped}");
        }

        #[test]
        fn distance_is_the_same_from_both_sides(one in "[ab]{0,7}", other in "[ab]{0,7}") {
            let (one, other): (Vec<_>, Vec<_>) = (one.chars().collect(), other.chars().collect());
            assert_eq!(distance(&one, &other), distance(&other, &one));
            assert_eq!(distance(&one, &other) == 0, one == other);
        }
    }
}
