//! Texts with places for values: `${name}`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::error::Error;

/// A text with places for values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(String),
}

/// Values by name.
pub(super) type Values = BTreeMap<String, String>;

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), text.as_str());
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) =
                behind.split_once('}').ok_or_else(|| format!("`${{{behind}` has no closing brace"))?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Value(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }
}

impl Template {
    /// The names it has places for.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(name) => Some(name.as_str()),
        })
    }

    /// Checks that all its names are among these.
    ///
    /// # Errors
    /// Names the first that is not, and all that are.
    pub(super) fn check(&self, whose: &str, known: &BTreeSet<&str>) -> Result<(), Error> {
        match self.names().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => {
                let known = known.iter().copied().collect::<Vec<_>>().join(", ");
                Err(Error::Setup(format!(
                    "{whose}: there is no value `{name}` there; there are {known}, and what --value gives"
                )))
            }
        }
    }

    /// The text with its values. What was checked has them all.
    pub(super) fn fill(&self, values: &Values) -> String {
        let mut out = String::new();
        self.fill_into(&mut out, |name| values.get(name).map(String::as_str));
        out
    }

    /// The same, appended, with values from wherever.
    pub(super) fn fill_into<'a>(&self, out: &mut String, value: impl Fn(&str) -> Option<&'a str>) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(name) => out.push_str(value(name).unwrap_or_default()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Template {
        Template::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn values_take_their_places_and_other_braces_stay() {
        let values = Values::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
        for (text, filled) in [
            ("", ""),
            ("plain {a} $a", "plain {a} $a"),
            (r#"{"x":${a},"y":"${b}${a}"}"#, r#"{"x":1,"y":"21"}"#),
        ] {
            assert_eq!(template(text).fill(&values), filled, "{text}");
        }
        assert!(Template::try_from("${a".to_owned()).is_err());
    }

    #[test]
    fn an_unknown_name_is_told_with_those_that_there_are() {
        let known = BTreeSet::from(["a", "b"]);
        assert!(template("${a}${b}").check("webhook.body", &known).is_ok());
        let error = template("${c}").check("webhook.body", &known).unwrap_err().to_string();
        assert_eq!(
            error,
            "webhook.body: there is no value `c` there; there are a, b, and what --value gives"
        );
    }
}
