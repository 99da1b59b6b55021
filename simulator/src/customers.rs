//! Customers who behave: they come with a story, wait for answers, read them, answer after a pause,
//! correct themselves, send photos, fall silent, and come back later with something else.
//!
//! The people ([`profile`]) and their stories ([`STORIES`]) are data; [`Reader`] walks a story without
//! clock or I/O; a single task, the crowd, gives them time. The demo business is a bicycle workshop and shop.

mod crowd;
mod people;
mod stories;
mod story;
mod thing;

pub use crowd::{CUSTOMERS_MAX, INBOX_MAX};
pub(crate) use crowd::{Crowd, Heard, Mouth, Options, Utterance};
pub use people::{PHONES, Profile, fictional_phone, profile};
pub use stories::STORIES;
pub use story::{Act, Arm, Deed, Reader, Step, Story};
pub use thing::Thing;
