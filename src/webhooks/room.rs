//! Bodies in memory: how many bytes all of them together may have.
//!
//! Room is set aside as a body arrives, never for what it only announces: whoever sends nothing holds nothing.

use axum::body::Body;
use bytes::Bytes;
use http::StatusCode;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{WEBHOOK_BYTES_MAX, Webhooks, refused};
use crate::http::{
    extract::{self, read_body_into},
    problem::Problem,
};

/// Bytes set aside when the first ones of a body arrive; twice as many each time they do not do.
const FIRST_ROOM_BYTES: usize = 16 * 1_024;

/// A body, and the room it takes until this is dropped.
pub(super) struct Held<'a> {
    /// The body, whole.
    pub(super) body: Bytes,
    _room: Room<'a>,
}

impl Webhooks {
    /// Reads a body whole. `announced` is its length where the client told it; more does not come.
    ///
    /// # Errors
    /// 413, 408, 400 where the client went away, or 429 while too many bytes are in memory already; each is
    /// counted.
    pub(super) async fn read(&self, announced: Option<usize>, body: Body) -> Result<Held<'_>, Problem> {
        let expected = announced.unwrap_or(usize::MAX).min(self.body_limits.bytes_max);
        let room = Room { of: &self.bytes, permit: None, bytes: 0, expected };
        match read_body_into(room, body, self.body_limits).await {
            Ok((body, room)) => Ok(Held { body, _room: room }),
            Err(problem) if problem.status == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            // Was counted when there was no room.
            Err(problem) if problem.status == StatusCode::TOO_MANY_REQUESTS => Err(problem),
            Err(problem) => {
                refused("body");
                Err(problem)
            }
        }
    }
}

/// The refusal of a body above [`WEBHOOK_BYTES_MAX`]; it is counted.
pub(super) fn too_large() -> Problem {
    refused("too_large");
    let detail = format!("a webhook may have at most {WEBHOOK_BYTES_MAX} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// Room for a body, until it is dropped.
struct Room<'a> {
    of: &'a Semaphore,
    permit: Option<SemaphorePermit<'a>>,
    bytes: usize,
    /// Bytes that the body has in the end, at most: not needlessly more are set aside.
    expected: usize,
}

impl extract::Room for Room<'_> {
    /// # Errors
    /// 429 while bodies have all the room there is.
    fn grow(&mut self, needed: usize) -> Result<usize, Problem> {
        if needed <= self.bytes {
            return Ok(self.bytes);
        }
        let bytes = (2 * self.bytes).max(FIRST_ROOM_BYTES).min(self.expected).max(needed);
        let more = u32::try_from(bytes - self.bytes).unwrap_or(u32::MAX);
        let permit = self.of.try_acquire_many(more).map_err(|_| {
            refused("bytes_in_flight");
            Problem::from(switchboard_actors::Refusal::Overloaded)
        })?;
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
        metrics::gauge!("webhooks_bytes_in_flight").increment(f64::from(more));
        self.bytes = bytes;
        Ok(bytes)
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        metrics::gauge!("webhooks_bytes_in_flight").decrement(self.bytes as f64);
    }
}
