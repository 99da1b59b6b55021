//! What somebody asks for who types a line: words, phrases in quotes, a number.

use super::{
    matching::{self, Quality},
    text::digits_of,
    words::{Stretch, Term, fold, in_a_row, stretches},
};

/// Longest line, in characters.
pub const QUERY_CHARS_MAX: usize = 200;
/// Words and phrases of one line.
pub const QUERY_WORDS_MAX: usize = 12;
/// Stars of one line: they stand for nothing here, and whoever writes more than these thinks that they do.
pub const STARS_MAX: usize = 3;
/// Fewest digits that are looked for in numbers: with fewer nearly everybody is found.
pub const DIGITS_MIN: usize = 3;

/// What is asked for. All of it must be there; the number may be there instead of everything else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Words, folded, with slips forgiven.
    pub words: Vec<String>,
    /// The last of them may be typed to its end yet.
    pub unfinished: bool,
    /// What must stand in a row, as it is written: phrases in quotes, and what is written without spaces.
    pub rows: Vec<Vec<Term>>,
    /// Digits, where the whole line may be a part of a number, without what is dialled before it.
    pub digits: Option<String>,
}

/// Why a line is not looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// Nothing in it is a letter or a digit.
    #[error("give letters or digits to look for")]
    Empty,
    /// It is longer than [`QUERY_CHARS_MAX`].
    #[error("has at most {QUERY_CHARS_MAX} characters")]
    TooLong,
    /// It has more than [`QUERY_WORDS_MAX`] words.
    #[error("has at most {QUERY_WORDS_MAX} words and phrases")]
    TooManyWords,
    /// It has more than [`STARS_MAX`] stars.
    #[error("there are no wildcards: the last word finds what begins with it, and slips are forgiven")]
    Wildcards,
}

const QUOTES: [char; 7] = ['"', '“', '”', '„', '«', '»', '‟'];

impl Query {
    /// Reads a line.
    ///
    /// # Errors
    /// [`Unanswerable`], with the limit.
    pub fn parse(line: &str) -> Result<Self, Unanswerable> {
        if line.chars().count() > QUERY_CHARS_MAX {
            return Err(Unanswerable::TooLong);
        }
        if line.chars().filter(|letter| *letter == '*').count() > STARS_MAX {
            return Err(Unanswerable::Wildcards);
        }
        let mut query =
            Self { digits: digits_of(line).filter(|digits| digits.len() >= DIGITS_MIN), ..Self::default() };
        let mut quoted = false;
        for part in line.split(QUOTES) {
            if quoted {
                query.rows.extend(Some(in_a_row(part)).filter(|row| !row.is_empty()));
                query.unfinished = false;
            } else {
                query.read_words(part);
            }
            quoted = !quoted;
        }
        if query.words.len() + query.rows.len() > QUERY_WORDS_MAX {
            return Err(Unanswerable::TooManyWords);
        }
        if query.words.is_empty() && query.rows.is_empty() {
            return Err(Unanswerable::Empty);
        }
        Ok(query)
    }

    fn read_words(&mut self, part: &str) {
        let mut end = 0;
        let mut last_is_word = false;
        for Stretch { from, to, is_run } in stretches(part) {
            let Some(stretch) = part.get(from..to) else { continue };
            end = to;
            last_is_word = !is_run;
            if is_run {
                self.rows.push(in_a_row(stretch));
            } else {
                let word = fold(stretch);
                if !word.is_empty() && !self.words.contains(&word) {
                    self.words.push(word);
                }
            }
        }
        if end > 0 {
            self.unfinished = last_is_word && end == part.len();
        }
    }

    /// How well a word of a text answers one that is asked for, the best of them.
    #[must_use]
    pub fn quality(&self, word: &str) -> Option<Quality> {
        let last = self.words.len().saturating_sub(1);
        self.words
            .iter()
            .enumerate()
            .filter_map(|(at, asked)| matching::quality(asked, word, self.unfinished && at == last))
            .max_by(f32::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(query: &Query) -> Vec<String> {
        query
            .rows
            .iter()
            .map(|row| row.iter().map(|term| &*term.text).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn a_line_is_words_of_which_the_last_may_go_on() {
        let query = Query::parse("Refund for Él").unwrap();
        assert_eq!(query.words, ["refund", "for", "el"]);
        assert!(query.unfinished && query.rows.is_empty() && query.digits.is_none());
        assert!(!Query::parse("refund ").unwrap().unfinished);
        assert!(!Query::parse("refund!").unwrap().unfinished);
    }

    #[test]
    fn what_stands_in_quotes_stands_in_a_row() {
        let query = Query::parse("late “Blue bike” today").unwrap();
        assert_eq!(query.words, ["late", "today"]);
        assert_eq!(rows(&query), ["blue bike"]);
        let open = Query::parse("\"still typing th").unwrap();
        assert_eq!(rows(&open), ["still typing th"]);
        assert!(!Query::parse("bike \"blue\"").unwrap().unfinished);
    }

    #[test]
    fn what_is_written_without_spaces_is_a_row_of_pairs() {
        let query = Query::parse("修理 iphone").unwrap();
        assert_eq!((query.words, query.unfinished), (vec!["iphone".to_owned()], true));
        assert_eq!(rows(&Query::parse("東京都").unwrap()), ["東京 京都"]);
    }

    #[test]
    fn a_number_is_looked_for_however_it_is_written() {
        for line in ["+31 6 1234", "0031 61234", "06 1234 ", "(06)-1234"] {
            let digits = Query::parse(line).unwrap().digits.unwrap();
            assert!("31612345678".contains(&digits), "{line}: {digits}");
        }
        assert_eq!(Query::parse("12").unwrap().digits, None);
        assert_eq!(Query::parse("room 1234").unwrap().digits, None);
    }

    #[test]
    fn what_cannot_be_answered_is_refused_with_the_limit() {
        assert_eq!(Query::parse(" ,;* "), Err(Unanswerable::Empty));
        assert_eq!(Query::parse(&"x".repeat(QUERY_CHARS_MAX + 1)), Err(Unanswerable::TooLong));
        let many: Vec<_> = (0..=QUERY_WORDS_MAX).map(|n| format!("w{n}")).collect();
        assert_eq!(Query::parse(&many.join(" ")), Err(Unanswerable::TooManyWords));
        assert_eq!(Query::parse("a* b* c* d*"), Err(Unanswerable::Wildcards));
        assert!(Query::parse("*bold*").is_ok());
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_refused_within_the_limits(line in "\\PC{0,220}") {
            if let Ok(query) = Query::parse(&line) {
                assert!(query.words.len() + query.rows.len() <= QUERY_WORDS_MAX);
                assert!(query.rows.iter().all(|row| !row.is_empty()));
            }
        }
    }
}
