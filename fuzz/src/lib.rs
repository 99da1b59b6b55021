//! What every parser of outside bytes must keep to, whatever the bytes.
//!
//! A target takes bytes as they would come from outside, gives them to a parser of the server and panics where
//! a promise is broken. `scripts/fuzz` has libFuzzer search for such bytes; `tests/corpus.rs` tries those that
//! are kept in `corpus/`, with every test run and on any toolchain. See `docs/fuzzing.md`.

mod http;
mod media;
mod provider;
mod rows;
mod settings;
mod socket;
mod text;
mod webhook;

/// A parser and what it must keep to.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `corpus/`.
    pub name: &'static str,
    /// Tries these bytes; panics where a promise is broken. Says whether the bytes were taken for something, so
    /// that a corpus of nothing but refused bytes is noticed.
    pub run: fn(&[u8]) -> bool,
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target { name: "webhook", run: webhook::delivery },
    Target { name: "signature", run: webhook::signature },
    Target { name: "provider", run: provider::answer },
    Target { name: "templates", run: provider::templates },
    Target { name: "frame", run: socket::frame },
    Target { name: "websocket", run: socket::messages },
    Target { name: "body", run: http::body },
    Target { name: "headers", run: http::headers },
    Target { name: "query", run: http::query },
    Target { name: "text", run: text::forms },
    Target { name: "settings", run: settings::sources },
    Target { name: "rows", run: rows::stored },
    Target { name: "media", run: media::file },
];

/// The target of this name.
#[must_use]
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
