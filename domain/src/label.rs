//! Labels: what they may be called, and how many there are.

use switchboard_schema::wire::MAX_LABEL_NAME_CHARS;

use crate::{conversation::Rejection, name};

/// Labels of a workspace, at most.
pub const MAX_LABELS: usize = 200;

/// Checks what a label is called.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked_name(name: &str) -> Result<String, Rejection> {
    name::checked(name, MAX_LABEL_NAME_CHARS)
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
        assert!(name::same("Repair", "rePAIR") && !name::same("Repair", "Repairs"));
    }
}
