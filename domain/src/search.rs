//! Finding what was said and whom it was said to: which words a text has, what somebody asks for who types a line, how
//! well a word answers another, how found things are ordered, and what of a text is shown.
//!
//! The index keeps words as [`words`] makes them; whatever is asked for goes the same way, and so does what is marked in
//! an answer. So a word that is found is one that can be shown as found.

pub mod filters;
pub mod matching;
pub mod query;
pub mod rank;
pub mod snippet;
pub mod text;
pub mod words;

pub use self::{
    filters::{Author, Filters, Holder},
    query::Query,
    snippet::Part,
};
