//! Finding somebody by what one remembers of them: the beginnings of their names, a part of their number.

use switchboard_schema::wire::{Identity, IdentityKind};

use crate::phone::is_number;

/// Longest text that is looked for, in characters.
pub const MAX_SEARCH_CHARS: usize = 100;
/// Fewest digits that are looked for in numbers: with fewer nearly everybody is found.
pub const MIN_SEARCH_DIGITS: usize = 3;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Beginnings of words, small.
    words: Vec<String>,
    /// A part of a number.
    digits: Option<String>,
}

fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

impl Search {
    /// Reads what somebody typed; nothing where there is nothing to look for.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let words: Vec<_> = words_of(text).collect();
        let is_number =
            text.chars().all(|letter| letter.is_ascii_digit() || " +()-./\u{a0}".contains(letter));
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let digits = (is_number && digits.len() >= MIN_SEARCH_DIGITS)
            // As it is dialled from abroad or at home.
            .then(|| digits.trim_start_matches('0').to_owned())
            .filter(|digits| !digits.is_empty());
        (!words.is_empty()).then_some(Self { words, digits })
    }

    /// Is this somebody who is looked for? Every word begins one of the name's or of a username, or the number is in one
    /// of theirs.
    #[must_use]
    pub fn finds(&self, name: &str, identities: &[Identity]) -> bool {
        let usernames = identities.iter().filter(|one| one.kind == IdentityKind::Username);
        let theirs: Vec<_> = usernames.flat_map(|one| words_of(&one.value)).chain(words_of(name)).collect();
        let by_name =
            self.words.iter().all(|word| theirs.iter().any(|their| their.starts_with(word.as_str())));
        by_name
            || self.digits.as_ref().is_some_and(|digits| {
                identities.iter().filter(|one| is_number(one)).any(|one| one.value.contains(digits.as_str()))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(search: &str) -> bool {
        let identity = |kind, value: &str| Identity { kind, value: value.to_owned() };
        let identities =
            [identity(IdentityKind::WaId, "31612345678"), identity(IdentityKind::Username, "elif_a")];
        Search::of(search).is_some_and(|search| search.finds("Élif van der Berg", &identities))
    }

    #[test]
    fn somebody_is_found_by_the_beginnings_of_their_names_in_any_order_and_case() {
        for search in ["é", "ÉLIF", "van ber", "berg él", "elif", "  der  "] {
            assert!(finds(search), "{search}");
        }
        for search in ["lif", "berg jansen", "x"] {
            assert!(!finds(search), "{search}");
        }
        assert_eq!(Search::of("  , "), None);
    }

    #[test]
    fn somebody_is_found_by_a_part_of_their_number_however_it_is_written() {
        for search in ["+31 6 1234", "06 1234 5678", "0031612345678", "5678", "(6) 12-34"] {
            assert!(finds(search), "{search}");
        }
        for search in ["31", "999", "31 Elif"] {
            assert!(!finds(search), "{search}");
        }
    }
}
