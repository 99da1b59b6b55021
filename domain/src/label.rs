//! Labels: what they may be called, and how many there are.

use switchboard_schema::wire::MAX_LABEL_NAME_CHARS;

use crate::conversation::Rejection;

/// Labels of a workspace, at most.
pub const MAX_LABELS: usize = 200;

/// Checks what a label is called.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked_name(name: &str) -> Result<String, Rejection> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= MAX_LABEL_NAME_CHARS;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let message = format!("must have 1 to {MAX_LABEL_NAME_CHARS} characters, on one line");
    Err(Rejection::Invalid { field: "name", message })
}

/// Do two names name the same?
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_labels_name_is_short_and_on_one_line() {
        assert_eq!(checked_name(" Repair ").unwrap(), "Repair");
        assert!(checked_name(&"ü".repeat(40)).is_ok());
        for wrong in ["", "  ", "a\nb", &"x".repeat(41)] {
            assert!(checked_name(wrong).is_err(), "{wrong:?}");
        }
        assert!(same_name("Repair", "rePAIR") && !same_name("Repair", "Repairs"));
    }
}
