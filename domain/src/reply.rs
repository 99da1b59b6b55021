//! Saved replies: what they may be called and say, and how their placeholders are filled.
//!
//! A placeholder is `{{contact.first_name}}`; what is said where it is not known stands behind a bar:
//! `{{contact.first_name|there}}`. What can be filled out of a contact is as it is for templates ([`crate::fill`]).

use switchboard_schema::wire::{
    ContactRef, FillSource, FilledReply, MAX_REPLY_NAME_CHARS, MAX_TEXT_CHARS, ReplyPlaceholder,
};

use crate::{
    conversation::Rejection,
    fill::{first_name, places, value_of, written},
};

/// Saved replies of a workspace, at most.
pub const MAX_SHARED_REPLIES: usize = 500;
/// Saved replies of one person, at most.
pub const MAX_PERSONAL_REPLIES: usize = 100;

/// What placeholders are filled with.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Whom the reply goes to.
    pub contact: &'a ContactRef,
    /// The name of whoever uses it.
    pub agent: &'a str,
    /// The workspace's name.
    pub workspace: &'a str,
}

impl Facts<'_> {
    /// What stands for a placeholder; nothing where that is not known.
    fn value(&self, placeholder: ReplyPlaceholder) -> Option<String> {
        let named = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
        match placeholder {
            ReplyPlaceholder::ContactName => value_of(FillSource::Name, self.contact),
            ReplyPlaceholder::ContactFirstName => value_of(FillSource::FirstName, self.contact),
            ReplyPlaceholder::ContactPhone => value_of(FillSource::Phone, self.contact),
            ReplyPlaceholder::ContactUsername => value_of(FillSource::Username, self.contact),
            ReplyPlaceholder::AgentName => named(self.agent),
            ReplyPlaceholder::AgentFirstName => named(self.agent).as_deref().map(first_name),
            ReplyPlaceholder::WorkspaceName => named(self.workspace),
        }
    }
}

fn known(name: &str) -> Option<ReplyPlaceholder> {
    ReplyPlaceholder::ALL.into_iter().find(|placeholder| placeholder.name() == name)
}

/// The words of a saved reply in a conversation. What cannot be filled and has nothing to say instead stays as it is,
/// and is named.
#[must_use]
pub fn fill(text: &str, facts: &Facts<'_>) -> FilledReply {
    let mut unfilled: Vec<String> = Vec::new();
    let text = written(text, |place| {
        let value = known(place.name).and_then(|placeholder| facts.value(placeholder));
        let value = value.or_else(|| place.fallback.filter(|words| !words.is_empty()).map(str::to_owned));
        if value.is_none() && !unfilled.iter().any(|known| known == place.whole) {
            unfilled.push(place.whole.to_owned());
        }
        value
    });
    FilledReply { text, unfilled }
}

/// Checks what a saved reply is called, and gives it without the slash that some write before it.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked_name(name: &str) -> Result<String, Rejection> {
    let name = name.trim();
    let name = name.strip_prefix('/').unwrap_or(name);
    let chars = name.chars().count();
    let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
    if chars == 0 || chars > MAX_REPLY_NAME_CHARS || !name.chars().all(fits) {
        let message = format!("has 1 to {MAX_REPLY_NAME_CHARS} letters, digits, `-`, `_` or `.`");
        return Err(Rejection::Invalid { field: "name", message });
    }
    Ok(name.to_owned())
}

/// Checks what a saved reply says.
///
/// # Errors
/// [`Rejection::Invalid`] for `text`: nothing, too much, or a placeholder that there is not.
pub fn check_text(text: &str) -> Result<(), Rejection> {
    let refuse = |message| Err(Rejection::Invalid { field: "text", message });
    if text.trim().is_empty() {
        return refuse("a reply needs words".to_owned());
    }
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        return refuse(format!("a reply has at most {MAX_TEXT_CHARS} characters, this has {chars}"));
    }
    if let Some(place) = places(text).into_iter().find(|place| known(place.name).is_none()) {
        let all: Vec<_> = ReplyPlaceholder::ALL.into_iter().map(ReplyPlaceholder::name).collect();
        return refuse(format!("there is no placeholder {}; there are {}", place.whole, all.join(", ")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{
        ContactId,
        wire::{Identity, IdentityKind},
    };

    use super::*;

    fn contact(name: &str) -> ContactRef {
        let identity = Identity { kind: IdentityKind::WaId, value: "31612345678".to_owned() };
        ContactRef {
            id: ContactId::from_bytes([1; 16]),
            name: name.to_owned(),
            identities: vec![identity],
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        }
    }

    fn filled(text: &str, name: &str) -> (String, Vec<String>) {
        let contact = contact(name);
        let filled = fill(text, &Facts { contact: &contact, agent: "Ana Souza", workspace: "Repairs" });
        (filled.text, filled.unfilled)
    }

    #[test]
    fn placeholders_are_filled_with_what_is_known() {
        let text = "Hi {{contact.first_name}} ({{ contact.phone }}), {{agent.first_name}} of {{workspace.name}} here";
        let (words, unfilled) = filled(text, "Elif Aydin");
        assert_eq!(words, "Hi Elif (+31612345678), Ana of Repairs here");
        assert!(unfilled.is_empty());
    }

    #[test]
    fn what_is_not_known_is_said_otherwise_or_stays_and_is_named_once() {
        let (words, unfilled) = filled("Hi {{contact.first_name|there}}", "+31 6 12345678");
        assert_eq!((words.as_str(), unfilled.len()), ("Hi there", 0));
        let text = "{{contact.name}} {{contact.name}} {{contact.username| }}";
        let (words, unfilled) = filled(text, "");
        assert_eq!(words, text);
        assert_eq!(unfilled, ["{{contact.name}}", "{{contact.username| }}"]);
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(filled("{{contact.name}}", "{{agent.name}}").0, "{{agent.name}}");
    }

    #[test]
    fn braces_that_are_no_placeholder_are_words() {
        for text in ["{{", "}}", "a {{ b", "{ {contact.name} }"] {
            assert_eq!(filled(text, "Elif"), (text.to_owned(), Vec::new()));
            assert_eq!(check_text(text), Ok(()));
        }
        assert_eq!(filled("{{{{contact.name}}}}", "Elif").0, "{{Elif}}");
    }

    #[test]
    fn a_reply_has_words_and_placeholders_that_there_are() {
        let why = |text: &str| check_text(text).expect_err("it is refused").to_string();
        assert!(why("  \n").contains("needs words"));
        assert!(why(&"a".repeat(MAX_TEXT_CHARS + 1)).contains("at most 4096"));
        assert_eq!(check_text(&"é".repeat(MAX_TEXT_CHARS)), Ok(()));
        let why = why("Hi {{contact.nmae}}");
        assert!(why.contains("no placeholder {{contact.nmae}}") && why.contains("contact.name"), "{why}");
        for placeholder in ReplyPlaceholder::ALL {
            assert_eq!(check_text(&format!("{{{{{}|x}}}}", placeholder.name())), Ok(()));
            let json = serde_json::to_value(placeholder).expect("it is written");
            assert_eq!(json, placeholder.name(), "it is called the same everywhere");
        }
    }

    #[test]
    fn a_name_is_one_word_and_tells_no_cases_apart() {
        assert_eq!(checked_name(" /hello-2 ").as_deref(), Ok("hello-2"));
        assert_eq!(checked_name("grüße").as_deref(), Ok("grüße"));
        for wrong in ["", "/", "two words", "a/b", "{{x}}", &"n".repeat(41)] {
            assert!(checked_name(wrong).is_err(), "{wrong}");
        }
        assert!(crate::name::same("Grüße", "grÜße"));
    }
}
