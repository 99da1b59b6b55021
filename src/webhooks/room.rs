//! Bodies in memory: how many bytes all of them together may have.
//!
//! Room is set aside as a body arrives, never for what it only announces: whoever sends nothing holds nothing.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{WEBHOOK_BYTES_MAX, Webhooks, refused};
use crate::http::{extract::discard, problem::Problem};

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
        let read = tokio::time::timeout(self.body_limits.timeout, self.read_in_time(announced, body)).await;
        read.unwrap_or_else(|_| {
            refused("body");
            let detail = "the body did not arrive in time";
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body_timeout", detail))
        })
    }

    async fn read_in_time(&self, announced: Option<usize>, mut body: Body) -> Result<Held<'_>, Problem> {
        let bytes_max = self.body_limits.bytes_max;
        let expected = announced.unwrap_or(bytes_max).min(bytes_max);
        let mut room = Room { of: &self.bytes, permit: None, bytes: 0 };
        let mut whole = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| {
                refused("body");
                Problem::new(StatusCode::BAD_REQUEST, "body_incomplete", "the body ended before it was whole")
            })?;
            let Ok(data) = frame.into_data() else { continue };
            let needed = whole.len() + data.len();
            let grown = if needed > bytes_max { Err(too_large()) } else { room.grow(needed, expected) };
            if let Err(problem) = grown {
                // The room is for others while the rest is read past.
                drop((whole, data, room));
                discard(body).await;
                return Err(problem);
            }
            whole.reserve(room.bytes - whole.len());
            whole.extend_from_slice(&data);
        }
        Ok(Held { body: whole.freeze(), _room: room })
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
}

impl Room<'_> {
    /// Sets aside at least `needed` bytes in all, and not needlessly more than are `expected` in the end.
    ///
    /// # Errors
    /// While bodies have all the room there is.
    fn grow(&mut self, needed: usize, expected: usize) -> Result<(), Problem> {
        if needed <= self.bytes {
            return Ok(());
        }
        let bytes = (2 * self.bytes).max(FIRST_ROOM_BYTES).min(expected).max(needed);
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
        Ok(())
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        metrics::gauge!("webhooks_bytes_in_flight").decrement(self.bytes as f64);
    }
}
