//! What may be said of JSON that does not read.

/// What begins serde's words about a value that it quotes.
const QUOTING: [&str; 3] = ["invalid type: ", "invalid value: ", "unknown variant "];
/// What stands between the value and what it should have been.
const EXPECTED: &str = ", expected ";
/// What stands before the place.
const PLACE: &str = " at line ";

/// What is wrong with it, in serde's words, without its place and without the value that they quote: that may be a
/// secret in the wrong field, or somebody's words.
#[must_use]
pub fn problem_of(error: &serde_json::Error) -> String {
    let words = error.to_string();
    let words = words.rsplit_once(PLACE).map_or(words.as_str(), |(what, _)| what);
    let Some(begins) = QUOTING.iter().find(|begins| words.starts_with(**begins)) else {
        return words.to_owned();
    };
    let Some((found, expected)) = words.rsplit_once(EXPECTED) else {
        return begins.trim_end_matches([':', ' ']).to_owned();
    };
    let kind = found.split(['"', '`']).next().unwrap_or(begins).trim_end_matches([':', ' ']);
    format!("{kind}{EXPECTED}{expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
    }

    fn problem<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        problem_of(&serde_json::from_str::<T>(json).expect_err("it does not read"))
    }

    #[test]
    fn it_is_said_what_was_expected_and_not_what_was_there() {
        assert_eq!(problem::<u8>(r#""hunter2, expected \"x""#), "invalid type: string, expected u8");
        assert_eq!(problem::<String>("12345678"), "invalid type: integer, expected a string");
        assert_eq!(problem::<u8>("4711"), "invalid value: integer, expected u8");
        assert_eq!(problem::<Colour>(r#""hunter2""#), "unknown variant, expected `red`");
        assert_eq!(problem::<String>("{}"), "invalid type: map, expected a string");
        assert_eq!(problem::<String>("nul"), "EOF while parsing a value");
    }
}
