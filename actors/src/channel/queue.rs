//! Who waits for a slot of a channel, and what is told of how long.

use std::time::Duration;

use actix::{AsyncContext, Context};
use switchboard_domain::queue::{Pace, Queue};
use switchboard_schema::{ConversationId, Timestamp, wire};

use super::{CONCURRENT_REQUESTS, ChannelActor, Permit};
use crate::directory::Reply;

/// How often it is told how long a queue is, as long as there is one.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// The next message of a conversation, waiting for a slot.
pub(super) struct Waiting {
    pub(super) conversation_id: ConversationId,
    pub(super) reply: Reply<Permit>,
}

/// What was told of the queue.
#[derive(Default)]
pub(super) struct Telling {
    /// When, where it was told that there is one.
    at: Option<Timestamp>,
    /// It is to be told again.
    is_due: bool,
}

impl ChannelActor {
    /// How fast the channel sends at this moment.
    fn pace(&self, now: Timestamp) -> Pace {
        Pace {
            per_second: self.per_second,
            slots: u32::try_from(CONCURRENT_REQUESTS).unwrap_or(u32::MAX),
            request: self.request,
            paused_until: self.pause.until(now),
        }
    }

    /// The queue as a conversation sees it.
    pub(super) fn queue_of(&self, id: ConversationId) -> Queue {
        let ahead = self.waiting.iter().position(|waiting| waiting.conversation_id == id);
        Queue {
            pace: self.pace(self.env.clock.now()),
            waiting: self.waiting.len() as u64,
            ahead: ahead.map(|ahead| ahead as u64),
        }
    }

    /// The queue as it is told to all: nothing where nobody waits for long.
    fn queue_told(&self, now: Timestamp) -> Option<wire::ChannelQueue> {
        let waiting = self.waiting.len() as u64;
        let last = self.pace(now).leaves(waiting.checked_sub(1)?, now).told(now)?;
        Some(wire::ChannelQueue { waiting, last })
    }

    /// Tells how long the queue is: at once where there was none, then now and then, and at last that there is none.
    pub(super) fn note_queue(&mut self, ctx: &mut Context<Self>) {
        let now = self.env.clock.now();
        if self.telling.is_due || (self.telling.at.is_none() && self.queue_told(now).is_none()) {
            return;
        }
        let wait = self.telling.at.map_or(Duration::ZERO, |at| TOLD_EVERY.saturating_sub(now.since(at)));
        if wait.is_zero() {
            self.tell_of_queue();
        } else {
            self.telling.is_due = true;
            ctx.run_later(wait, |actor, ctx| {
                actor.telling.is_due = false;
                actor.tell_of_queue();
                // Where it stays as it is until a pause ends, nothing else would tell that it is over.
                actor.note_queue(ctx);
            });
        }
    }

    fn tell_of_queue(&mut self) {
        let now = self.env.clock.now();
        let told = self.queue_told(now);
        self.telling.at = told.is_some().then_some(now);
        if self.env.queues.set((self.scope, self.id), told) {
            self.tell_as_is();
        }
    }
}
