//! What each tenant's log was given last, as it was told, so that who follows the log need not read it from the store.
//!
//! *State*: of a tenant an unbroken run of the newest events of its log, of one epoch, and how far each reader is.
//! *Invariants*: an event is here only once it is in the log; what comes from here is what a reading of the log would give;
//! what every reader has read is let go of. *Limits*: [`RUN_BYTES`] of one tenant and [`RECENT_BYTES`] of all, as they are
//! written in the log; whose run grew longest ago is let go of first. What is not here is read from the store.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use lru::LruCache;
use switchboard_schema::{TenantScope, wire};

/// Bytes of one tenant's events that are kept, at most, as they are in the log; in memory they take about twice that.
const RUN_BYTES: usize = 4 * 1_024 * 1_024;
/// The same of all tenants.
const RECENT_BYTES: usize = 32 * 1_024 * 1_024;

/// An event and how long it is in the log.
type Kept = (Arc<wire::Event>, usize);

/// Who reads the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Reader(usize);

/// The newest events of a tenant's log.
struct Run {
    epoch: Arc<str>,
    events: VecDeque<Kept>,
    bytes: usize,
    /// The place of the newest, which may be gone.
    last: Option<u64>,
    /// How far the readers are, of whom that was heard.
    read: HashMap<Reader, u64>,
}

impl Run {
    fn new(epoch: Arc<str>) -> Self {
        Self { epoch, events: VecDeque::new(), bytes: 0, last: None, read: HashMap::new() }
    }

    /// The place of the event that goes on from these.
    fn next(&self) -> Option<u64> {
        self.last.map(|last| last + 1)
    }

    fn extend(&mut self, events: Vec<Kept>) {
        self.bytes += events.iter().map(|(_, bytes)| bytes).sum::<usize>();
        self.last = events.last().map(|(event, _)| event.offset).or(self.last);
        self.events.extend(events);
        self.let_go(|run, _| run.bytes > RUN_BYTES);
    }

    /// Lets go of the oldest while that is so of them.
    fn let_go(&mut self, of: impl Fn(&Self, &wire::Event) -> bool) {
        while let Some((oldest, bytes)) = self.events.front()
            && of(self, oldest)
        {
            self.bytes -= bytes;
            self.events.pop_front();
        }
    }
}

/// A part of a run.
pub(crate) struct Part {
    pub(crate) events: Vec<Arc<wire::Event>>,
    pub(crate) epoch: Arc<str>,
    /// There are more after it.
    pub(crate) more: bool,
}

struct Runs {
    of: LruCache<TenantScope, Run>,
    bytes: usize,
}

/// The newest events of all tenants' logs.
pub(crate) struct Recent {
    runs: Mutex<Runs>,
    readers: AtomicUsize,
}

impl Default for Recent {
    fn default() -> Self {
        let runs = Runs { of: LruCache::unbounded(), bytes: 0 };
        Self { runs: Mutex::new(runs), readers: AtomicUsize::new(0) }
    }
}

impl Recent {
    fn lock(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One who reads every tenant's log from now on, and says how far.
    pub(crate) fn reader(&self) -> Reader {
        Reader(self.readers.fetch_add(1, Ordering::Relaxed))
    }

    /// These are in the log now, one after the other.
    pub(crate) fn logged(&self, scope: TenantScope, epoch: &Arc<str>, events: Vec<Kept>) {
        let Some(first) = events.first().map(|(event, _)| event.offset) else { return };
        if self.readers.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut runs = self.lock();
        let known = runs.of.pop(&scope);
        runs.bytes -= known.as_ref().map_or(0, |run| run.bytes);
        let goes_on = known.filter(|run| run.epoch == *epoch && run.next() == Some(first));
        let mut run = goes_on.unwrap_or_else(|| Run::new(Arc::clone(epoch)));
        run.extend(events);
        runs.bytes += run.bytes;
        runs.of.put(scope, run);
        while runs.bytes > RECENT_BYTES
            && let Some((_, run)) = runs.of.pop_lru()
        {
            runs.bytes -= run.bytes;
        }
    }

    /// A reader has read so far.
    pub(crate) fn read(&self, scope: TenantScope, reader: Reader, offset: u64) {
        let readers = self.readers.load(Ordering::Relaxed);
        let mut runs = self.lock();
        let Some(run) = runs.of.peek_mut(&scope) else { return };
        run.read.insert(reader, offset);
        if run.read.len() < readers {
            return;
        }
        let by_all = run.read.values().copied().min().unwrap_or(0);
        let before = run.bytes;
        run.let_go(|_, event| event.offset <= by_all);
        let freed = before - run.bytes;
        runs.bytes -= freed;
    }

    /// The events right after a place, at most so many; nothing where the first of them is not here.
    pub(crate) fn after(&self, scope: TenantScope, offset: u64, limit: usize) -> Option<Part> {
        let runs = self.lock();
        let run = runs.of.peek(&scope)?;
        let (first, _) = run.events.front()?;
        let skip = usize::try_from((offset + 1).checked_sub(first.offset)?).ok()?;
        let events: Vec<_> =
            run.events.iter().skip(skip).take(limit).map(|(event, _)| Arc::clone(event)).collect();
        let more = run.events.len() > skip + events.len();
        (!events.is_empty()).then(|| Part { events, epoch: Arc::clone(&run.epoch), more })
    }
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{TenantId, Timestamp};

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test has authority over what it makes up")]
    fn scope(n: u8) -> TenantScope {
        TenantScope::assume(TenantId::from_bytes([n; 16]))
    }

    fn events(offsets: std::ops::RangeInclusive<u64>, bytes: usize) -> Vec<Kept> {
        let event = |offset| wire::Event {
            offset,
            prev: offset - 1,
            name: wire::EventName::ConversationUpdated,
            at: Timestamp::from_secs(0),
            data: wire::EventData::default(),
        };
        offsets.map(|offset| (Arc::new(event(offset)), bytes)).collect()
    }

    fn after(recent: &Recent, n: u8, offset: u64, limit: usize) -> Option<(Vec<u64>, bool)> {
        let part = recent.after(scope(n), offset, limit)?;
        Some((part.events.iter().map(|event| event.offset).collect(), part.more))
    }

    #[test]
    fn what_follows_on_a_place_is_there_in_its_order() {
        let recent = Recent::default();
        recent.reader();
        recent.logged(scope(1), &"one".into(), events(4..=6, 10));
        recent.logged(scope(1), &"one".into(), events(7..=8, 10));
        assert_eq!(after(&recent, 1, 3, 10), Some((vec![4, 5, 6, 7, 8], false)));
        assert_eq!(after(&recent, 1, 4, 2), Some((vec![5, 6], true)));
        assert_eq!(after(&recent, 1, 2, 10), None, "the third is only in the log");
        assert_eq!(after(&recent, 1, 8, 10), None, "whether there is more, the log knows");
        assert_eq!(after(&recent, 2, 3, 10), None, "another's");
    }

    #[test]
    fn a_run_never_has_a_gap_and_never_two_epochs() {
        let recent = Recent::default();
        recent.reader();
        recent.logged(scope(1), &"one".into(), events(1..=3, 10));
        recent.logged(scope(1), &"one".into(), events(5..=6, 10));
        assert_eq!((after(&recent, 1, 1, 10), after(&recent, 1, 4, 10)), (None, Some((vec![5, 6], false))));
        recent.logged(scope(1), &"two".into(), events(7..=7, 10));
        assert_eq!((after(&recent, 1, 4, 10), after(&recent, 1, 6, 10)), (None, Some((vec![7], false))));
    }

    #[test]
    fn one_tenant_keeps_so_much_and_all_together_so_much() {
        let recent = Recent::default();
        recent.reader();
        let quarter = RUN_BYTES / 4;
        recent.logged(scope(1), &"one".into(), events(1..=6, quarter));
        assert_eq!((after(&recent, 1, 1, 1), after(&recent, 1, 2, 1)), (None, Some((vec![3], true))));
        let tenants = u8::try_from(RECENT_BYTES / RUN_BYTES).expect("a few");
        for n in 2..=tenants {
            recent.logged(scope(n), &"one".into(), events(1..=4, quarter));
        }
        recent.logged(scope(1), &"one".into(), events(7..=7, quarter));
        recent.logged(scope(tenants + 1), &"one".into(), events(1..=4, quarter));
        let kept = |n| recent.lock().of.contains(&scope(n));
        assert_eq!((kept(1), kept(2), kept(3), kept(tenants + 1)), (true, false, true, true));
    }

    #[test]
    fn what_every_reader_has_read_is_let_go_of_and_what_follows_is_there() {
        let recent = Recent::default();
        recent.logged(scope(1), &"one".into(), events(1..=1, 10));
        assert!(recent.lock().of.is_empty(), "nobody reads");
        let (first, second) = (recent.reader(), recent.reader());
        recent.logged(scope(1), &"one".into(), events(2..=5, 10));
        recent.read(scope(1), first, 5);
        assert_eq!(after(&recent, 1, 1, 1), Some((vec![2], true)), "one has not");
        recent.read(scope(1), second, 4);
        assert_eq!((after(&recent, 1, 3, 1), after(&recent, 1, 4, 1)), (None, Some((vec![5], false))));
        recent.read(scope(1), second, 5);
        assert_eq!(recent.lock().bytes, 0);
        recent.logged(scope(1), &"one".into(), events(6..=7, 10));
        assert_eq!(after(&recent, 1, 5, 10), Some((vec![6, 7], false)));
    }
}
