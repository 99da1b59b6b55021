//! The small values inside updates: words, times, and repairs to broken ones.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};
use switchboard_schema::Timestamp;

/// Stands for what cannot be kept: U+FFFD.
const REPLACEMENT: char = '\u{FFFD}';

/// A word or number, as text.
///
/// NUL becomes U+FFFD in every text that is read, names and ids included: SQLite's C interface, CQL tools
/// and browsers end or drop text at a NUL, while U+FFFD goes through all of them and still shows that
/// something stood there. The raw update is kept wherever that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Words<'a>(pub(super) Cow<'a, str>);

impl Words<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Was something in this text replaced?
pub(super) fn was_replaced(text: &str) -> bool {
    text.contains(REPLACEMENT)
}

/// Is there anything in this JSON that was replaced, or is when it is read?
pub(super) fn holds_replacements(json: &str) -> bool {
    was_replaced(json) || ["\\u0000", "\\ufffd", "\\uFFFD"].iter().any(|escape| json.contains(escape))
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor).map(Words)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or number")
    }

    // JSON cannot hold a NUL but by an escape, and text with escapes is never lent.
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text.to_owned() }))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }
}

/// Seconds since 1970, as text or number. Absurd values are held in the range of [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seconds(pub(super) Timestamp);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecondsVisitor)
    }
}

struct SecondsVisitor;

impl Visitor<'_> for SecondsVisitor {
    type Value = Seconds;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970")
    }

    fn visit_i64<E: Error>(self, secs: i64) -> Result<Seconds, E> {
        Ok(Seconds(Timestamp::from_secs(secs)))
    }

    fn visit_u64<E: Error>(self, secs: u64) -> Result<Seconds, E> {
        self.visit_i64(i64::try_from(secs).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, secs: f64) -> Result<Seconds, E> {
        // A cast from float saturates.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole seconds are wanted, and the cast saturates"
        )]
        self.visit_i64(secs as i64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Seconds, E> {
        let text = text.trim();
        let (digits, negative) = text.strip_prefix('-').map_or((text, false), |digits| (digits, true));
        let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
        if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(E::custom("the timestamp is not a number of seconds"));
        }
        // Only too many digits are left to fail.
        let secs = whole.parse().unwrap_or(i64::MAX);
        self.visit_i64(if negative { -secs } else { secs })
    }
}

/// Replaces halves of surrogate pairs (text cut in the middle of an emoji), which are JSON but not text.
pub(super) fn mend(json: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut taken = 0;
    let mut at = 0;
    while let Some(step) = json[at..].find('\\') {
        let escape = at + step;
        at = match (code_unit(json, escape), code_unit(json, escape + 6)) {
            (None, _) => {
                json[escape + 1..].chars().next().map_or(json.len(), |next| escape + 1 + next.len_utf8())
            }
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => escape + 12,
            (Some(0xD800..=0xDFFF), _) => {
                mended.push_str(&json[taken..escape]);
                mended.push_str("\\ufffd");
                taken = escape + 6;
                taken
            }
            (Some(_), _) => escape + 6,
        };
    }
    if taken == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(&json[taken..]);
    Cow::Owned(mended)
}

/// The code unit of a `\uXXXX` at this place.
fn code_unit(json: &str, at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u16::from_str_radix(digits, 16).ok()
}

/// The beginning of a text, of at most so many characters, and whether that is all of it.
pub(super) fn cut(text: &str, chars_max: usize) -> (&str, bool) {
    text.char_indices().nth(chars_max).map_or((text, true), |(end, _)| (&text[..end], false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(json: &str) -> Option<i64> {
        serde_json::from_str::<Seconds>(json).ok().map(|seconds| seconds.0.as_millis() / 1_000)
    }

    #[test]
    fn a_time_is_text_or_number() {
        for json in [r#""1757800000""#, "1757800000", "1757800000.9", r#"" 1757800000.5 ""#, "1.7578e9"] {
            assert_eq!(secs(json), Some(1_757_800_000), "{json}");
        }
    }

    #[test]
    fn absurd_times_are_held_in_range() {
        for json in [r#""99999999999999999999999""#, "18446744073709551615", "1e300", "9223372036854775807"] {
            assert_eq!(secs(json), Some(253_402_200_000), "{json}");
        }
        for json in [r#""-99999999999999999999999""#, "-1", "-1e300", r#""0""#] {
            assert_eq!(secs(json), Some(0), "{json}");
        }
    }

    #[test]
    fn what_is_no_number_is_no_time() {
        for json in [r#""""#, r#""yesterday""#, r#""-""#, r#""0x10""#, "[]", "true", "null"] {
            assert_eq!(secs(json), None, "{json}");
        }
    }

    #[test]
    fn halves_of_surrogate_pairs_are_mended_and_whole_ones_left_alone() {
        for (json, mended) in [
            (r#""plain""#, r#""plain""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""cut \ud83d""#, r#""cut \ufffd""#),
            (r#""\ude00\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\ud83d\ud83d\ude00""#, r#""\ufffd\ud83d\ude00""#),
            (r#""\\ud83d""#, r#""\\ud83d""#),
            (r#""\\\ud83dx""#, r#""\\\ufffdx""#),
            (r#""é\"\u00e9""#, r#""é\"\u00e9""#),
        ] {
            assert_eq!(mend(json), mended);
        }
    }

    #[test]
    fn broken_escapes_are_no_reason_to_stumble() {
        for text in ["\\", "\\u", "\\ud83", "\\é", "\\ud83d\\", "\\ud83d\\u", "é\\u00é0", "\\u+0d8"] {
            assert!(!mend(text).is_empty());
        }
    }

    #[test]
    fn nul_becomes_the_replacement_character() {
        let words: Words<'_> = serde_json::from_str(r#""a\u0000b""#).expect("words");
        assert_eq!(words.as_str(), "a\u{FFFD}b");
    }
}
