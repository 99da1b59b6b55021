//! Search: an index for each tenant, in folders ([`Shelves`]), and the threads that ask it ([`Finder`]).
//!
//! Nothing here is the truth of anything: it is made from the store, and made again when it is lost or does not read.

mod documents;
mod finder;
mod questions;
mod shelves;

pub use self::{
    finder::{FINDERS, Finder, NotFound},
    shelves::{FORMAT, OpenError, Shelves},
};
