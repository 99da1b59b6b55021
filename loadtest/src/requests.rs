//! Requests made before a run, so that a run only sends bytes.

use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use switchboard_simulator::Clock;

use crate::target::{Inbound, Target, Tenant};

/// Most bytes of requests made before a run.
pub(crate) const BYTES_MAX: usize = 768 * 1024 * 1024;

/// What requests are to carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// How many requests.
    pub(crate) count: usize,
    /// Messages of each.
    pub(crate) batch: usize,
    /// Conversations of each workspace.
    pub(crate) conversations: u64,
    /// Customers in their order instead of by chance: every conversation has been there after one round.
    pub(crate) in_turn: bool,
    /// The first message's mark.
    pub(crate) first_mark: u64,
}

/// Requests, one after the other in memory.
#[derive(Debug)]
pub(crate) struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Messages of each request.
    pub(crate) batch: usize,
    /// The first message's mark; the others follow.
    pub(crate) first_mark: u64,
}

impl Requests {
    /// Makes them: workspaces take turns, and fewer than planned where memory for them ends.
    pub(crate) fn new(target: &dyn Target, tenants: &[Tenant], plan: Plan) -> Self {
        let mut chance = SmallRng::from_os_rng();
        let at_s = Clock::system().now_s();
        let mut requests =
            Self { bytes: Vec::new(), ends: Vec::new(), batch: plan.batch, first_mark: plan.first_mark };
        let mut messages = Vec::with_capacity(plan.batch);
        for (index, tenant) in (0..plan.count).zip(tenants.iter().cycle()) {
            if requests.bytes.len() > BYTES_MAX {
                break;
            }
            messages.clear();
            for place in 0..plan.batch {
                let number = (index * plan.batch + place) as u64;
                let own = ((index / tenants.len()) * plan.batch + place) as u64;
                let customer = if plan.in_turn {
                    own % plan.conversations
                } else {
                    chance.random_range(0..plan.conversations)
                };
                messages.push(Inbound {
                    customer,
                    unique: chance.random(),
                    mark: plan.first_mark + number,
                    at_s,
                });
            }
            target.append_webhook(tenant, &messages, &mut requests.bytes);
            requests.ends.push(requests.bytes.len());
        }
        requests
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Messages of all of them.
    pub(crate) fn messages(&self) -> usize {
        self.count() * self.batch
    }

    /// The bytes of one.
    pub(crate) fn get(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before).copied()).unwrap_or(0);
        self.bytes.get(start..end)
    }

    /// The mark of the first message of one.
    pub(crate) fn mark(&self, index: usize) -> u64 {
        self.first_mark + (index * self.batch) as u64
    }
}
