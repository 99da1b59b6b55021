//! The socket: a WebSocket's upgrade, what clients say on it, and the way out to them.
//!
//! What goes out is the fan-out's ([`switchboard_actors::fanout`]): events, results, pongs and the close
//! frame share one queue per socket, so that no frame is ever torn by another. Here is what comes in: one
//! small task per socket reads, parses and starts commands. Nothing here has a timer per socket.
//!
//! A request that asks properly for an upgrade gets it even when it is refused, and hears why in the close
//! code: a browser cannot read the status of a failed upgrade.

mod commands;
mod line;
mod rechecks;
mod session;
mod upgrade;

pub(crate) use commands::{Command, Frame, NotAFrame};
pub(crate) use session::{answer_to, protocol};
pub(crate) use upgrade::{accept_of, ticket_of, upgrade};

/// Longest message of a client, in bytes, whole or in fragments; a longer one is closed 4009.
pub(crate) const MESSAGE_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests;
