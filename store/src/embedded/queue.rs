//! What enters the next group commit: the interactive lane first, the bulk lane with a bounded share.
//!
//! Pure data: no threads, no time. [`super::writer`] puts a lock around it.

use switchboard_ports::store::Lane as LaneName;

use crate::fair::{Cost, Full, Lane, LaneLimits, Owner};

/// How much one group commit takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupLimits {
    /// Rows of a group.
    pub rows: usize,
    /// Bytes of a group. A single commit may be larger; it is then its lane's only one.
    pub bytes: usize,
    /// Rows of a group that bulk commits get, also when nothing else waits: an interactive commit that comes
    /// meanwhile never waits longer than that.
    pub bulk_rows: usize,
    /// Bytes of a group that bulk commits get.
    pub bulk_bytes: usize,
    /// Commits of one tenant in a group, per lane, while others wait.
    pub tenant_commits: usize,
}

/// Both lanes.
pub(super) struct Queue<T> {
    limits: GroupLimits,
    interactive: Lane<T>,
    bulk: Lane<T>,
}

impl<T> Queue<T> {
    pub(super) const fn new(interactive: LaneLimits, bulk: LaneLimits, limits: GroupLimits) -> Self {
        Self { limits, interactive: Lane::new(interactive), bulk: Lane::new(bulk) }
    }

    /// One lane.
    pub(super) const fn lane(&self, lane: LaneName) -> &Lane<T> {
        match lane {
            LaneName::Interactive => &self.interactive,
            LaneName::Bulk => &self.bulk,
        }
    }

    /// Whether nothing waits.
    pub(super) const fn is_empty(&self) -> bool {
        self.interactive.jobs() == 0 && self.bulk.jobs() == 0
    }

    /// Adds a commit; gives it back when its lane is full.
    pub(super) fn push(
        &mut self,
        lane: LaneName,
        owner: Owner,
        cost: Cost,
        commit: T,
    ) -> Result<(), (Full, T)> {
        match lane {
            LaneName::Interactive => self.interactive.push(owner, cost, commit),
            LaneName::Bulk => self.bulk.push(owner, cost, commit),
        }
    }

    /// Moves the next group's commits out, in the order in which they are to be applied.
    pub(super) fn take_group(&mut self, out: &mut Vec<T>) {
        let limits = self.limits;
        let tenant_commits = if self.someone_else_waits() { limits.tenant_commits } else { usize::MAX };
        let whole = Cost { rows: limits.rows, bytes: limits.bytes };
        let share = Cost { rows: limits.bulk_rows, bytes: limits.bulk_bytes };
        let first = if self.bulk.jobs() == 0 { whole } else { whole.minus(share) };
        self.interactive.take(first, tenant_commits, out);
        if self.bulk.jobs() > 0 {
            self.bulk.take(share, tenant_commits, out);
        }
    }

    /// Moves everything out, for a writer that gives up.
    pub(super) fn take_all(&mut self) -> Vec<T> {
        let everything = Cost { rows: usize::MAX, bytes: usize::MAX };
        let mut out = Vec::new();
        self.interactive.take(everything, usize::MAX, &mut out);
        self.bulk.take(everything, usize::MAX, &mut out);
        out
    }

    fn someone_else_waits(&self) -> bool {
        match (self.interactive.owners(), self.bulk.owners()) {
            (0, owners) | (owners, 0) => owners > 1,
            (1, 1) => self.interactive.front() != self.bulk.front(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::TenantId;

    use super::*;

    const LANE: LaneLimits =
        LaneLimits { jobs: 10_000, bytes: 1 << 20, tenant_jobs: 10_000, tenant_bytes: 1 << 20 };
    const GROUP: GroupLimits =
        GroupLimits { rows: 100, bytes: 10_000, bulk_rows: 20, bulk_bytes: 2_000, tenant_commits: 10 };

    fn queue<T>() -> Queue<T> {
        Queue::new(LANE, LANE, GROUP)
    }

    fn tenant(n: u8) -> Owner {
        Owner::Tenant(TenantId::from_bytes([n; 16]))
    }

    fn one() -> Cost {
        Cost { rows: 1, bytes: 10 }
    }

    fn group<T>(queue: &mut Queue<T>) -> Vec<T> {
        let mut out = Vec::new();
        queue.take_group(&mut out);
        out
    }

    #[test]
    fn while_one_tenant_floods_anothers_commit_enters_the_next_group() {
        let mut queue = queue();
        for n in 0..5_000 {
            queue.push(LaneName::Interactive, tenant(1), one(), ('a', n)).expect("room");
        }
        group(&mut queue);
        queue.push(LaneName::Interactive, tenant(2), one(), ('b', 0)).expect("room");
        let next = group(&mut queue);
        assert!(next.contains(&('b', 0)));
        let of_the_flood = next.iter().filter(|(who, _)| *who == 'a').count();
        assert_eq!(of_the_flood, GROUP.tenant_commits, "the flood does not make the group long either");
    }

    #[test]
    fn a_tenant_alone_uses_the_whole_group_in_its_order() {
        let mut queue = queue();
        for n in 0..250 {
            queue.push(LaneName::Interactive, tenant(1), one(), n).expect("room");
        }
        assert_eq!(group(&mut queue), (0..100).collect::<Vec<_>>());
        assert_eq!(group(&mut queue), (100..200).collect::<Vec<_>>());
        assert_eq!(group(&mut queue), (200..250).collect::<Vec<_>>());
        assert!(queue.is_empty());
    }

    #[test]
    fn interactive_commits_come_first_and_bulk_is_never_starved() {
        let mut queue = queue();
        for n in 0..1_000 {
            queue.push(LaneName::Bulk, tenant(1), one(), ("bulk", n)).expect("room");
            queue.push(LaneName::Interactive, tenant(1), one(), ("interactive", n)).expect("room");
        }
        for _ in 0..5 {
            let next = group(&mut queue);
            let bulk = next.iter().filter(|(lane, _)| *lane == "bulk").count();
            assert_eq!((bulk, next.len()), (GROUP.bulk_rows, GROUP.rows));
            let boundary = next.iter().position(|(lane, _)| *lane == "bulk").expect("bulk has its share");
            assert!(next[boundary..].iter().all(|(lane, _)| *lane == "bulk"));
        }
    }

    #[test]
    fn bulk_alone_still_makes_short_groups() {
        let mut queue = queue();
        for n in 0..100 {
            queue.push(LaneName::Bulk, tenant(1), one(), n).expect("room");
        }
        assert_eq!(group(&mut queue).len(), GROUP.bulk_rows);
    }

    #[test]
    fn every_waiting_tenant_is_served_before_anyone_is_served_twice() {
        let mut queue = queue();
        for n in 0..500 {
            for who in 0..150 {
                if n == 0 || who < 3 {
                    queue.push(LaneName::Interactive, tenant(who), one(), who).expect("room");
                }
            }
        }
        let mut seen: Vec<u8> = group(&mut queue);
        seen.extend(group(&mut queue).iter().take(50));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 150);
    }

    #[test]
    fn a_full_bulk_lane_refuses_bulk_only() {
        let bulk = LaneLimits { jobs: 1, ..LANE };
        let mut queue = Queue::new(LANE, bulk, GROUP);
        queue.push(LaneName::Bulk, tenant(1), one(), 1).expect("room");
        assert_eq!(queue.push(LaneName::Bulk, tenant(2), one(), 2), Err((Full, 2)));
        queue.push(LaneName::Interactive, tenant(2), one(), 3).expect("the other lane has room");
    }

    #[test]
    fn everything_comes_out_when_the_writer_gives_up() {
        let mut queue = queue();
        for who in 0..30 {
            for n in 0..40 {
                let lane = if n % 2 == 0 { LaneName::Interactive } else { LaneName::Bulk };
                queue.push(lane, tenant(who), one(), ()).expect("room");
            }
        }
        assert_eq!(queue.take_all().len(), 30 * 40);
        assert!(queue.is_empty());
    }
}
