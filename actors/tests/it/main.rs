//! The house over the real store, in a folder of its own, and over one that fails.
//!
//! `ACTORS_SEED` replays one seed of the tests that have several; a failure prints its seed.

#![expect(clippy::disallowed_methods, reason = "the tests act for a tenant of their own and read their seed")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and prints its seed"
)]

mod acts;
mod audit;
mod block;
mod coexistence;
mod congestion;
mod consent;
mod crash;
mod follow;
mod ghost;
mod holding;
mod identity;
mod large;
mod live;
mod long;
mod media;
mod orphans;
mod passing;
mod poison;
mod presence;
mod provider;
mod recovery;
mod reports;
mod scheduled;
mod search;
mod standing;
mod statuses;
mod storm;
mod wakeups;
mod window;
mod world;
