//! Phone numbers as digits.

use switchboard_schema::wire::{Identity, IdentityKind};

/// Fewest digits of an international number we accept.
pub const MIN_DIGITS: usize = 7;
/// Most digits of an international number (ITU-T E.164).
pub const MAX_DIGITS: usize = 15;

/// The digits of a number in international form, as people write it: with `+` or `00` in front or neither,
/// with spaces, dots, dashes, brackets. Nothing when it cannot be such a number.
#[must_use]
pub fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00")).unwrap_or(text);
    let mut digits = String::with_capacity(MAX_DIGITS);
    for letter in rest.chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            ' ' | '\u{a0}' | '.' | '-' | '(' | ')' | '/' => {}
            _ => return None,
        }
        if digits.len() > MAX_DIGITS {
            return None;
        }
    }
    (digits.len() >= MIN_DIGITS && !digits.starts_with('0')).then_some(digits)
}

/// Is it a number, in whichever form?
#[must_use]
pub const fn is_number(identity: &Identity) -> bool {
    matches!(identity.kind, IdentityKind::Phone | IdentityKind::WaId)
}

/// How an address of a person is told: a number in international form.
#[must_use]
pub fn told(identity: &Identity) -> String {
    match digits(&identity.value).filter(|_| is_number(identity)) {
        Some(digits) => format!("+{digits}"),
        None => identity.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_gives_digits_or_nothing_and_digits_stay_what_they_are(text in "\\PC{0,24}") {
            if let Some(found) = digits(&text) {
                assert!((MIN_DIGITS..=MAX_DIGITS).contains(&found.len()));
                assert!(found.bytes().all(|byte| byte.is_ascii_digit()));
                assert_eq!(digits(&found), Some(found.clone()));
                assert_eq!(digits(&format!("+{found}")), Some(found));
            }
        }
    }

    #[test]
    fn people_write_the_same_number_in_many_ways() {
        for text in ["+31 6 1234 4417", "0031 6 12344417", "31612344417", "+31 (6) 1234-4417"] {
            assert_eq!(digits(text).as_deref(), Some("31612344417"), "{text}");
        }
    }

    #[test]
    fn a_number_is_told_in_international_form_and_another_address_as_it_is() {
        let told = |kind, value: &str| told(&Identity { kind, value: value.to_owned() });
        assert_eq!(told(IdentityKind::WaId, "31612344417"), "+31612344417");
        assert_eq!(told(IdentityKind::Phone, "31612344417"), "+31612344417");
        assert_eq!(told(IdentityKind::Username, "31612344417"), "31612344417");
    }

    #[test]
    fn what_is_not_an_international_number_is_refused() {
        for text in ["", "06 12344417", "12345", "+1 555 CALL NOW", "1234567890123456", "+"] {
            assert_eq!(digits(text), None, "{text}");
        }
    }
}
