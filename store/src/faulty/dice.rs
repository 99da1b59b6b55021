//! Which operation goes wrong, and how: from a seed, or as told.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

/// Lines of the log that are kept, the newest.
const LOG_LINES_MAX: usize = 10_000;
/// Rates are of so many operations.
const PER: u64 = 1_000;

/// What goes wrong with one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It is not done; `Unavailable`.
    Fail,
    /// It is not done; `Overloaded`.
    Overload,
    /// It is begun later, after other operations; then it answers truly.
    HoldBack,
    /// It is done at once and answers truly, but later.
    AnswerLate,
    /// It is done; the answer is `Ambiguous`.
    AmbiguousDone,
    /// It is never done; the answer is `Ambiguous`.
    AmbiguousLost,
    /// The answer is `Ambiguous`, and it is done after other operations: a ghost.
    AmbiguousLate,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fail => "failed",
            Self::Overload => "overloaded",
            Self::HoldBack => "held back",
            Self::AnswerLate => "answered late",
            Self::AmbiguousDone => "ambiguous and done",
            Self::AmbiguousLost => "ambiguous and lost",
            Self::AmbiguousLate => "ambiguous and done later",
        })
    }
}

/// How often each fault comes: rates are of a thousand operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FaultPlan {
    /// [`Fault::Fail`], of a thousand writes.
    pub fail: u32,
    /// [`Fault::Overload`], of a thousand writes.
    pub overload: u32,
    /// [`Fault::HoldBack`], of a thousand writes.
    pub hold_back: u32,
    /// [`Fault::AnswerLate`], of a thousand writes.
    pub answer_late: u32,
    /// [`Fault::AmbiguousDone`], of a thousand writes.
    pub ambiguous_done: u32,
    /// [`Fault::AmbiguousLost`], of a thousand writes.
    pub ambiguous_lost: u32,
    /// [`Fault::AmbiguousLate`], of a thousand writes.
    pub ambiguous_late: u32,
    /// [`Fault::Fail`], of a thousand reads.
    pub read_fail: u32,
    /// [`Fault::Overload`], of a thousand reads.
    pub read_overload: u32,
    /// [`Fault::AnswerLate`], of a thousand reads.
    pub read_late: u32,
    /// Delays last 1 to so many other operations, or turns of the caller's task, whichever comes first; a
    /// ghost waits for operations only.
    pub span: u32,
    /// Answers that come late, and operations held back, also wait for so long by tokio's clock.
    pub time: Option<Duration>,
}

impl FaultPlan {
    /// Nothing goes wrong.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything goes wrong now and then: about one write in seven, one read in twenty.
    #[must_use]
    pub fn rough() -> Self {
        Self {
            fail: 30,
            overload: 10,
            hold_back: 25,
            answer_late: 25,
            ambiguous_done: 20,
            ambiguous_lost: 15,
            ambiguous_late: 15,
            read_fail: 20,
            read_overload: 5,
            read_late: 25,
            span: 8,
            time: None,
        }
    }

    fn write_fault(&self, roll: u64) -> Option<Fault> {
        pick(
            roll,
            [
                (self.fail, Fault::Fail),
                (self.overload, Fault::Overload),
                (self.hold_back, Fault::HoldBack),
                (self.answer_late, Fault::AnswerLate),
                (self.ambiguous_done, Fault::AmbiguousDone),
                (self.ambiguous_lost, Fault::AmbiguousLost),
                (self.ambiguous_late, Fault::AmbiguousLate),
            ],
        )
    }

    fn read_fault(&self, roll: u64) -> Option<Fault> {
        pick(
            roll,
            [
                (self.read_fail, Fault::Fail),
                (self.read_overload, Fault::Overload),
                (self.read_late, Fault::AnswerLate),
            ],
        )
    }
}

fn pick<const N: usize>(roll: u64, rates: [(u32, Fault); N]) -> Option<Fault> {
    let mut upto = 0;
    rates.into_iter().find_map(|(rate, fault)| {
        upto += u64::from(rate);
        (roll < upto).then_some(fault)
    })
}

/// SplitMix64: the same numbers for a seed on every machine and in every version.
struct Random(u64);

impl Random {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// Reads or writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A commit, an exchange, the keeping of a body.
    Write,
    /// A read.
    Read,
}

/// What was drawn for one operation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Draw {
    /// The operation's number, from 1.
    pub(super) number: u64,
    /// What goes wrong with it.
    pub(super) fault: Option<Fault>,
    /// How long a delay lasts, in operations or turns; at least 1.
    pub(super) span: u32,
    /// How long a delay lasts by tokio's clock.
    pub(super) time: Option<Duration>,
}

/// The chance, the plan and the log.
pub(super) struct Dice {
    random: Random,
    plan: FaultPlan,
    operations: u64,
    writes: u64,
    reads: u64,
    told_writes: BTreeMap<u64, Fault>,
    told_reads: BTreeMap<u64, Fault>,
    log: VecDeque<String>,
}

impl Dice {
    pub(super) const fn new(seed: u64, plan: FaultPlan) -> Self {
        Self {
            random: Random(seed),
            plan,
            operations: 0,
            writes: 0,
            reads: 0,
            told_writes: BTreeMap::new(),
            told_reads: BTreeMap::new(),
            log: VecDeque::new(),
        }
    }

    /// Numbers an operation and draws its fate. Each draws as many numbers, whatever becomes of it, so that
    /// telling one to fail does not change what happens to the others.
    pub(super) fn draw(&mut self, kind: Kind) -> Draw {
        self.operations += 1;
        let (roll, length) = (self.random.next() % PER, self.random.next());
        let span = u32::try_from(length % u64::from(self.plan.span.max(1))).unwrap_or(0) + 1;
        let fault = match kind {
            Kind::Write => {
                self.writes += 1;
                self.told_writes.remove(&self.writes).or_else(|| self.plan.write_fault(roll))
            }
            Kind::Read => {
                self.reads += 1;
                self.told_reads.remove(&self.reads).or_else(|| self.plan.read_fault(roll))
            }
        };
        Draw { number: self.operations, fault, span, time: self.plan.time }
    }

    /// A number for a choice a fault still has to make.
    pub(super) const fn coin(&mut self) -> bool {
        self.random.next() & 1 == 0
    }

    /// Tells the n-th write or read from now on, 1 being the next, to go wrong.
    pub(super) fn tell(&mut self, kind: Kind, n: u64, fault: Fault) {
        match kind {
            Kind::Write => self.told_writes.insert(self.writes + n, fault),
            Kind::Read => self.told_reads.insert(self.reads + n, fault),
        };
    }

    pub(super) const fn set_plan(&mut self, plan: FaultPlan) {
        self.plan = plan;
    }

    /// Nothing goes wrong from now on.
    pub(super) fn heal(&mut self) {
        self.plan = FaultPlan::none();
        self.told_writes.clear();
        self.told_reads.clear();
    }

    pub(super) fn note(&mut self, line: String) {
        if self.log.len() >= LOG_LINES_MAX {
            self.log.pop_front();
        }
        tracing::debug!(fault = line, "a fault");
        self.log.push_back(line);
    }

    pub(super) fn log(&self) -> Vec<String> {
        self.log.iter().cloned().collect()
    }

    pub(super) const fn operations(&self) -> u64 {
        self.operations
    }
}

/// Lets other tasks run so many times, then waits by tokio's clock.
pub(super) async fn pause(turns: u32, time: Option<Duration>) {
    for _ in 0..turns {
        Turn(false).await;
    }
    if let Some(time) = time {
        tokio::time::sleep(time).await;
    }
}

/// Ready the second time it is polled.
struct Turn(bool);

impl Future for Turn {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
