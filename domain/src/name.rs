//! Names that people give: of labels, views, teams.

use crate::conversation::Rejection;

/// A name without what stands around it, on one line, of at most so many characters.
///
/// # Errors
/// [`Rejection::Invalid`] for `name`.
pub fn checked(name: &str, chars_max: usize) -> Result<String, Rejection> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= chars_max;
    if fits && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    let message = format!("must have 1 to {chars_max} characters, on one line");
    Err(Rejection::Invalid { field: "name", message })
}

/// Are these the same name to whoever reads them?
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
