//! A bounded queue that is fair between tenants: first in, first out for each owner, and the owners in turn.
//!
//! Pure data: no threads, no time. The writer, the readers and the blob pool all queue this way.

use std::collections::{BTreeMap, VecDeque};

use switchboard_ports::store::{Exchange, Mutation, Scope};
use switchboard_schema::{
    TenantId,
    table::{ABOUT_TENANT, Cell, CellType as _},
};

/// Jobs of the installation taken in one turn. They are done for all tenants alike (routing, wake-ups), so
/// they wait less than any single tenant's.
const SYSTEM_JOBS_PER_TURN: usize = 8;

/// How much may wait in one lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneLimits {
    /// Jobs, of everybody.
    pub jobs: usize,
    /// Bytes, of everybody.
    pub bytes: usize,
    /// Jobs of one tenant, so that a flood does not use up the lane for the others.
    pub tenant_jobs: usize,
    /// Bytes of one tenant.
    pub tenant_bytes: usize,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Owner {
    /// The installation.
    System,
    /// A tenant.
    Tenant(TenantId),
}

impl From<Scope> for Owner {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::System => Self::System,
            Scope::Tenant(scope) => Self::Tenant(scope.tenant()),
        }
    }
}

impl Owner {
    /// Whose turn a commit takes. What the installation keeps for a single tenant, as its wake-ups, takes that
    /// tenant's: it comes as often as the tenant's own commits, and must not hold up another's.
    pub(crate) fn of(scope: Scope, rows: &[Mutation]) -> Self {
        let mut tenants = rows.iter().map(tenant_of);
        match (scope, tenants.next().flatten()) {
            (Scope::System, Some(tenant)) if tenants.all(|other| other == Some(tenant)) => {
                Self::Tenant(tenant)
            }
            _ => scope.into(),
        }
    }
}

/// The tenant that a row of the installation's is about.
fn tenant_of(row: &Mutation) -> Option<TenantId> {
    let table = row.table();
    let place =
        table.partition.iter().chain(table.clustering).position(|column| column.name == ABOUT_TENANT)?;
    TenantId::from_cell(row.key().get(place)?.clone()).ok()
}

/// What a job weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cost {
    /// Rows it touches.
    pub(crate) rows: usize,
    /// Bytes it holds.
    pub(crate) bytes: usize,
}

/// Bytes a queued row is counted for beyond its cells.
pub(crate) const ROW_OVERHEAD_BYTES: usize = 128;

impl Cost {
    /// A commit's.
    pub(crate) fn of(rows: &[Mutation]) -> Self {
        Self { rows: rows.len(), bytes: rows.iter().map(|row| row.size() + ROW_OVERHEAD_BYTES).sum() }
    }

    /// An exchange's.
    pub(crate) fn of_exchange(exchange: &Exchange) -> Self {
        let cells = exchange.key.iter().chain(exchange.expect.iter().chain(&exchange.replace).flatten());
        Self { rows: 1, bytes: cells.map(Cell::size).sum::<usize>() + ROW_OVERHEAD_BYTES }
    }

    pub(crate) const fn fits(self, budget: Self) -> bool {
        self.rows <= budget.rows && self.bytes <= budget.bytes
    }

    pub(crate) const fn minus(self, other: Self) -> Self {
        Self { rows: self.rows.saturating_sub(other.rows), bytes: self.bytes.saturating_sub(other.bytes) }
    }

    const fn plus(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, bytes: self.bytes + other.bytes }
    }
}

/// The lane is full, for everybody or for this owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// Jobs of one owner.
struct Slot<T> {
    jobs: VecDeque<(Cost, T)>,
    bytes: usize,
    /// Jobs taken in the present turn.
    turn: usize,
    /// Jobs taken by the present [`Lane::take`].
    taken: usize,
}

/// The queue.
pub(crate) struct Lane<T> {
    limits: LaneLimits,
    /// Owners with jobs, the next in front; each exactly once.
    ring: VecDeque<Owner>,
    slots: BTreeMap<Owner, Slot<T>>,
    jobs: usize,
    bytes: usize,
}

impl<T> Lane<T> {
    pub(crate) const fn new(limits: LaneLimits) -> Self {
        Self { limits, ring: VecDeque::new(), slots: BTreeMap::new(), jobs: 0, bytes: 0 }
    }

    /// Jobs that wait.
    pub(crate) const fn jobs(&self) -> usize {
        self.jobs
    }

    /// Bytes that wait.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Owners that wait.
    pub(crate) fn owners(&self) -> usize {
        self.ring.len()
    }

    /// The owner whose turn is next.
    pub(crate) fn front(&self) -> Option<Owner> {
        self.ring.front().copied()
    }

    /// Adds a job behind the owner's others; gives it back when the lane is full.
    pub(crate) fn push(&mut self, owner: Owner, cost: Cost, job: T) -> Result<(), (Full, T)> {
        let Self { limits, .. } = *self;
        if self.jobs >= limits.jobs || self.bytes.saturating_add(cost.bytes) > limits.bytes {
            return Err((Full, job));
        }
        if let (Owner::Tenant(_), Some(slot)) = (owner, self.slots.get(&owner))
            && (slot.jobs.len() >= limits.tenant_jobs
                || slot.bytes.saturating_add(cost.bytes) > limits.tenant_bytes)
        {
            return Err((Full, job));
        }
        let slot = self.slots.entry(owner).or_insert_with(|| {
            self.ring.push_back(owner);
            Slot { jobs: VecDeque::new(), bytes: 0, turn: 0, taken: 0 }
        });
        slot.jobs.push_back((cost, job));
        slot.bytes += cost.bytes;
        self.jobs += 1;
        self.bytes += cost.bytes;
        Ok(())
    }

    /// Takes the next job, whosever turn it is.
    pub(crate) fn pop(&mut self) -> Option<T> {
        let owner = self.front()?;
        self.take_front(owner).map(|(_, job)| job)
    }

    /// Takes jobs in turn until the budget is used up, at most `tenant_jobs` of each tenant. The first one is
    /// taken whatever it weighs, so that nothing waits for ever. Answers with what was taken.
    pub(crate) fn take(&mut self, budget: Cost, tenant_jobs: usize, out: &mut Vec<T>) -> Cost {
        let mut used = Cost::default();
        let mut first = true;
        // Owners that had their share; they go behind the others.
        let mut served = Vec::new();
        while let Some(owner) = self.front() {
            let Some(slot) = self.slots.get_mut(&owner) else { break };
            if matches!(owner, Owner::Tenant(_)) && slot.taken >= tenant_jobs {
                slot.turn = 0;
                self.ring.pop_front();
                served.push(owner);
                continue;
            }
            let Some((cost, _)) = slot.jobs.front() else { break };
            if !first && !cost.fits(budget.minus(used)) {
                break;
            }
            slot.taken += 1;
            let Some((cost, job)) = self.take_front(owner) else { break };
            used = used.plus(cost);
            first = false;
            out.push(job);
        }
        self.ring.extend(served);
        for slot in self.slots.values_mut() {
            slot.taken = 0;
        }
        used
    }

    /// Takes the job of the owner in front and moves the turn on.
    fn take_front(&mut self, owner: Owner) -> Option<(Cost, T)> {
        let slot = self.slots.get_mut(&owner)?;
        let (cost, job) = slot.jobs.pop_front()?;
        slot.bytes -= cost.bytes;
        slot.turn += 1;
        self.jobs -= 1;
        self.bytes -= cost.bytes;
        let turn = if owner == Owner::System { SYSTEM_JOBS_PER_TURN } else { 1 };
        if slot.jobs.is_empty() {
            self.ring.pop_front();
            self.slots.remove(&owner);
        } else if slot.turn >= turn {
            slot.turn = 0;
            self.ring.rotate_left(1);
        }
        Some((cost, job))
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{
        SessionId, Timestamp,
        record::{SessionRow, WakeupRow},
    };

    use super::*;

    const LIMITS: LaneLimits = LaneLimits { jobs: 100, bytes: 1_000, tenant_jobs: 50, tenant_bytes: 600 };
    const AMPLE: Cost = Cost { rows: 1_000, bytes: 1_000 };

    fn tenant(n: u8) -> Owner {
        Owner::Tenant(TenantId::from_bytes([n; 16]))
    }

    fn one(bytes: usize) -> Cost {
        Cost { rows: 1, bytes }
    }

    #[test]
    fn owners_take_turns_and_each_keeps_its_order() {
        let mut lane = Lane::new(LIMITS);
        for n in 0..3 {
            lane.push(tenant(1), one(1), ('a', n)).expect("room");
        }
        lane.push(tenant(2), one(1), ('b', 0)).expect("room");
        lane.push(tenant(3), one(1), ('c', 0)).expect("room");
        lane.push(tenant(2), one(1), ('b', 1)).expect("room");
        let order: Vec<_> = std::iter::from_fn(|| lane.pop()).collect();
        assert_eq!(order, [('a', 0), ('b', 0), ('c', 0), ('a', 1), ('b', 1), ('a', 2)]);
        assert_eq!((lane.jobs(), lane.bytes(), lane.owners()), (0, 0, 0));
    }

    #[test]
    fn the_installation_takes_several_in_a_turn_but_not_all() {
        let mut lane = Lane::new(LIMITS);
        for n in 0..20 {
            lane.push(Owner::System, one(1), n).expect("room");
        }
        lane.push(tenant(1), one(1), 100).expect("room");
        let order: Vec<_> = std::iter::from_fn(|| lane.pop()).collect();
        assert_eq!(order.iter().position(|&n| n == 100), Some(SYSTEM_JOBS_PER_TURN));
    }

    #[test]
    fn a_share_left_over_goes_to_whoever_waits() {
        let mut lane = Lane::new(LIMITS);
        for n in 0..10 {
            lane.push(tenant(1), one(1), n).expect("room");
        }
        let mut out = Vec::new();
        assert_eq!(lane.take(Cost { rows: 4, bytes: 100 }, 50, &mut out), Cost { rows: 4, bytes: 4 });
        assert_eq!(out, [0, 1, 2, 3]);
    }

    #[test]
    fn a_tenant_that_had_its_share_goes_behind_the_others() {
        let mut lane = Lane::new(LIMITS);
        for n in 0..10 {
            lane.push(tenant(1), one(1), ('a', n)).expect("room");
            lane.push(tenant(2), one(1), ('b', n)).expect("room");
        }
        let mut out = Vec::new();
        lane.take(AMPLE, 2, &mut out);
        assert_eq!(out, [('a', 0), ('b', 0), ('a', 1), ('b', 1)]);
    }

    #[test]
    fn a_heavy_job_is_taken_first_rather_than_never_and_nothing_overtakes_it() {
        let mut lane = Lane::new(LIMITS);
        let budget = Cost { rows: 10, bytes: 100 };
        lane.push(tenant(1), one(60), "light").expect("room");
        lane.push(tenant(1), one(500), "heavy").expect("room");
        lane.push(tenant(1), one(1), "last").expect("room");
        let mut groups = Vec::new();
        while lane.jobs() > 0 {
            let mut out = Vec::new();
            lane.take(budget, 50, &mut out);
            groups.push(out);
        }
        assert_eq!(groups, [vec!["light"], vec!["heavy"], vec!["last"]]);
    }

    #[test]
    fn a_tenants_wakeups_take_its_own_turn() {
        let wakeup = |tenant: u8| {
            Mutation::put(WakeupRow {
                shard: 0,
                minute: 0,
                due: Timestamp::from_secs(1),
                tenant_id: TenantId::from_bytes([tenant; 16]),
                target: Vec::new(),
                reason: String::new(),
            })
        };
        assert_eq!(Owner::of(Scope::System, &[wakeup(1), wakeup(1)]), tenant(1));
        assert_eq!(Owner::of(Scope::System, &[wakeup(1), wakeup(2)]), Owner::System);
        let session = Mutation::delete::<SessionRow>(SessionRow::key(SessionId::from_bytes([1; 16])));
        assert_eq!(Owner::of(Scope::System, &[session]), Owner::System);
        let mut lane = Lane::new(LIMITS);
        for n in 0..40 {
            lane.push(Owner::of(Scope::System, &[wakeup(1)]), one(1), ('a', n)).expect("room");
        }
        lane.push(Owner::of(Scope::System, &[wakeup(2)]), one(1), ('b', 0)).expect("room");
        assert_eq!((lane.pop(), lane.pop()), (Some(('a', 0)), Some(('b', 0))));
    }

    #[test]
    fn a_tenant_fills_its_own_share_and_leaves_room_for_others() {
        let mut lane = Lane::new(LIMITS);
        let mut accepted = 0;
        while lane.push(tenant(1), one(1), ()).is_ok() {
            accepted += 1;
        }
        assert_eq!(accepted, LIMITS.tenant_jobs);
        lane.push(tenant(2), one(600), ()).expect("another tenant finds room");
        assert!(lane.push(tenant(2), one(1), ()).is_err(), "its bytes are bounded too");
        assert!(lane.push(Owner::System, one(600), ()).is_err(), "and so are everybody's");
    }
}
