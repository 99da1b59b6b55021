//! Recognising a message of the server: by a text that it contains, or by what stands at a place of its JSON.

use std::cell::OnceCell;

use serde::Deserialize;
use serde_json::Value;

use crate::{error::Error, marks};

/// How a message is recognised. All that is given must hold; nothing given holds of none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matcher {
    /// A text that it contains.
    contains: Option<String>,
    /// A JSON pointer (RFC 6901) to something in it.
    pointer: Option<String>,
    /// What stands there: a text, or something else as JSON writes it. Without it, anything may.
    equals: Option<String>,
    /// The text behind which the digits of the event's place stand.
    pub(super) offset_after: Option<String>,
    /// The text behind which the digits of the place before stand.
    pub(super) prev_after: Option<String>,
}

/// A message of the server, parsed at most once, and only where somebody points into it.
pub(super) struct Message<'a> {
    /// Its bytes; not UTF-8 matches nothing.
    text: &'a str,
    json: OnceCell<Value>,
}

impl<'a> Message<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { text: std::str::from_utf8(bytes).unwrap_or_default(), json: OnceCell::new() }
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_str(self.text).unwrap_or_default()).pointer(pointer)
    }

    /// The digits right behind the first place of a text.
    pub(super) fn digits_after(&self, text: &str) -> Option<u64> {
        let (_, behind) = self.text.split_once(text)?;
        let end = behind.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(behind.len());
        behind[..end].parse().ok()
    }
}

impl Matcher {
    /// Checks that it can recognise something.
    ///
    /// # Errors
    /// When it says nothing, or `equals` of no place.
    pub(super) fn check(&self, whose: &str) -> Result<(), Error> {
        if self.contains.is_none() && self.pointer.is_none() {
            return Err(Error::Setup(format!("{whose}: say `contains`, `pointer`, or both")));
        }
        if self.equals.is_some() && self.pointer.is_none() {
            return Err(Error::Setup(format!("{whose}: `equals` needs the `pointer` to where it stands")));
        }
        if self.prev_after.is_some() && self.offset_after.is_none() {
            return Err(Error::Setup(format!("{whose}: `prev_after` needs `offset_after`")));
        }
        Ok(())
    }

    /// Whether it is such a message.
    pub(super) fn is(&self, message: &Message<'_>) -> bool {
        let contains = self.contains.as_ref().is_none_or(|text| message.text.contains(text.as_str()));
        let points = || {
            self.pointer.as_ref().is_none_or(|pointer| match (message.at(pointer), &self.equals) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(Value::String(text)), Some(expected)) => text == expected,
                (Some(other), Some(expected)) => {
                    serde_json::from_str(expected).is_ok_and(|json: Value| json == *other)
                }
            })
        };
        (self.contains.is_some() || self.pointer.is_some()) && contains && points()
    }

    /// Whether it is such a message and carries a mark: where it points to, or anywhere.
    pub(super) fn is_marked(&self, message: &Message<'_>) -> bool {
        self.is(message)
            && match (&self.pointer, &self.equals) {
                (Some(pointer), None) => {
                    let text = message.at(pointer).and_then(Value::as_str);
                    text.is_some_and(|text| marks::find(text.as_bytes()).is_some())
                }
                _ => marks::find(message.text.as_bytes()).is_some(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(toml: &str) -> Matcher {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn a_message_is_known_by_a_text_or_by_what_stands_somewhere() {
        let text = br#"{"type":"event","n":5,"data":{"body":"lt:00000000000000000042 hi"}}"#;
        for (toml, is) in [
            (r#"contains = '"type":"event"'"#, true),
            (r#"contains = '"type":"result"'"#, false),
            (r#"pointer = "/type""#, true),
            (r#"pointer = "/kind""#, false),
            ("pointer = \"/type\"\nequals = \"event\"", true),
            ("pointer = \"/type\"\nequals = \"result\"", false),
            ("pointer = \"/n\"\nequals = \"5\"", true),
            ("contains = \"event\"\npointer = \"/type\"\nequals = \"result\"", false),
            ("", false),
        ] {
            assert_eq!(matcher(toml).is(&Message::new(text)), is, "{toml}");
        }
        assert!(!matcher(r#"pointer = """#).is_marked(&Message::new(b"not json")));
        assert!(!matcher(r#"contains = "x""#).is(&Message::new(b"x\xff")));
    }

    #[test]
    fn a_mark_counts_where_it_is_pointed_to() {
        let text = br#"{"type":"event","data":{"body":"lt:00000000000000000042 hi"}}"#;
        assert!(matcher(r#"contains = "event""#).is_marked(&Message::new(text)));
        assert!(matcher(r#"pointer = "/data/body""#).is_marked(&Message::new(text)));
        assert!(!matcher(r#"pointer = "/type""#).is_marked(&Message::new(text)));
        assert!(!matcher(r#"contains = "event""#).is_marked(&Message::new(br#"{"type":"event"}"#)));
    }

    #[test]
    fn places_are_the_digits_behind_a_text() {
        let message = Message::new(br#"{"offset":58,"prev":57}"#);
        assert_eq!(message.digits_after(r#""offset":"#), Some(58));
        assert_eq!(message.digits_after(r#""prev":"#), Some(57));
        assert_eq!(message.digits_after(r#""other":"#), None);
        assert_eq!(Message::new(b"x").digits_after("x"), None);
    }

    #[test]
    fn what_recognises_nothing_is_refused() {
        assert!(matcher("").check("m").is_err());
        assert!(matcher("contains = \"x\"\nequals = \"y\"").check("m").is_err());
        assert!(matcher("contains = \"x\"\nprev_after = \"y\"").check("m").is_err());
        assert!(matcher(r#"contains = "x""#).check("m").is_ok());
    }
}
