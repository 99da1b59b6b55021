//! The threads that ask the index: questions wait in a bounded queue, one of each tenant in turn, and none for longer than
//! it may take.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use switchboard_ports::search::{Ask, Error, Found, Index};
use switchboard_schema::{TenantId, TenantScope};
use tokio::sync::oneshot;

/// Threads that ask.
pub const FINDERS: usize = 2;
/// Questions that wait, of all tenants.
const WAITING_MAX: usize = 256;
/// Questions of one tenant that wait.
const TENANT_WAITING_MAX: usize = 32;

/// Why nothing was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// Too much is asked at once.
    Overloaded,
    /// It closes.
    Closed,
    /// The index says so.
    Index(Error),
}

struct Question {
    scope: TenantScope,
    ask: Ask,
    until: Instant,
    /// Whoever asked went away.
    gone: Arc<AtomicBool>,
    reply: oneshot::Sender<Result<Found, NotFound>>,
}

/// What waits: tenants in turn.
#[derive(Default)]
struct Waiting {
    turns: VecDeque<TenantId>,
    questions: HashMap<TenantId, VecDeque<Question>>,
    count: usize,
    closed: bool,
}

impl Waiting {
    fn push(&mut self, question: Question) -> Result<(), NotFound> {
        if self.closed {
            return Err(NotFound::Closed);
        }
        let tenant = question.scope.tenant();
        let theirs = self.questions.entry(tenant).or_default();
        // Whoever went away takes no place.
        let before = theirs.len();
        theirs.retain(|question| !question.gone.load(Ordering::Relaxed));
        self.count -= before - theirs.len();
        if self.count >= WAITING_MAX || theirs.len() >= TENANT_WAITING_MAX {
            return Err(NotFound::Overloaded);
        }
        theirs.push_back(question);
        self.count += 1;
        if !self.turns.contains(&tenant) {
            self.turns.push_back(tenant);
        }
        Ok(())
    }

    fn pop(&mut self) -> Option<Question> {
        while let Some(tenant) = self.turns.pop_front() {
            let Some(theirs) = self.questions.get_mut(&tenant) else { continue };
            let next = theirs.pop_front();
            if theirs.is_empty() {
                self.questions.remove(&tenant);
            } else {
                self.turns.push_back(tenant);
            }
            if next.is_some() {
                self.count -= 1;
                return next;
            }
        }
        None
    }
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    wake: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads. They end with it.
pub struct Finder {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

/// Tells the thread that nobody waits for the answer any more.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Finder {
    /// Starts so many threads, [`FINDERS`] in a server.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(index: &Arc<dyn Index>, threads: usize) -> std::io::Result<Self> {
        let mut finder = Self { shared: Arc::default(), threads: Vec::new() };
        for number in 0..threads {
            let (shared, index) = (Arc::clone(&finder.shared), Arc::clone(index));
            let work = move || work(&shared, &*index);
            finder.threads.push(std::thread::Builder::new().name(format!("find-{number}")).spawn(work)?);
        }
        Ok(finder)
    }

    /// Asks; what is not found within the time is left out, and said so ([`Found::cut`]). A future that is dropped stops the
    /// looking.
    ///
    /// # Errors
    /// [`NotFound`].
    pub async fn find(&self, scope: TenantScope, ask: Ask, within: Duration) -> Result<Found, NotFound> {
        let (reply, answer) = oneshot::channel();
        let gone = Arc::new(AtomicBool::new(false));
        let _leaving = Leaving(Arc::clone(&gone));
        let until = Instant::now() + within;
        let pushed = self.shared.lock().push(Question { scope, ask, until, gone, reply });
        if pushed == Err(NotFound::Overloaded) {
            metrics::counter!("switchboard_search_overloaded_total").increment(1);
        }
        pushed?;
        self.shared.wake.notify_one();
        answer.await.unwrap_or(Err(NotFound::Closed))
    }
}

impl Drop for Finder {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.wake.notify_all();
        for thread in self.threads.drain(..) {
            // One that died of a panic has said so itself.
            drop(thread.join());
        }
    }
}

fn work(shared: &Shared, index: &dyn Index) {
    loop {
        let question = {
            let mut waiting = shared.lock();
            loop {
                if let Some(question) = waiting.pop() {
                    break question;
                }
                if waiting.closed {
                    return;
                }
                waiting = shared.wake.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
        };
        let Question { scope, ask, until, gone, reply } = question;
        if gone.load(Ordering::Relaxed) {
            continue;
        }
        let began = Instant::now();
        let stop = || gone.load(Ordering::Relaxed) || Instant::now() >= until;
        let found = index.find(scope, &ask, &stop).map_err(NotFound::Index);
        metrics::histogram!("switchboard_search_seconds").record(began.elapsed());
        if let Ok(Found { cut: true, .. }) = found {
            metrics::counter!("switchboard_search_cut_total").increment(1);
        }
        // Whoever asked may have gone meanwhile.
        drop(reply.send(found));
    }
}

#[cfg(test)]
mod tests {
    use switchboard_ports::search::{
        Change, Sizes,
        conformance::{ask, scope},
    };

    use super::*;

    /// Answers when it is let, and notes whom it was asked for.
    #[derive(Default)]
    struct Slow {
        asked: Mutex<Vec<u8>>,
        let_go: AtomicBool,
    }

    impl Index for Slow {
        fn note(&self, _: TenantScope) -> Result<Option<String>, Error> {
            Ok(None)
        }

        fn apply(&self, _: TenantScope, _: Vec<Change>, _: &str) -> Result<(), Error> {
            Ok(())
        }

        fn reset(&self, _: TenantScope) -> Result<(), Error> {
            Ok(())
        }

        fn find(&self, scope: TenantScope, _: &Ask, stop: &dyn Fn() -> bool) -> Result<Found, Error> {
            self.asked.lock().unwrap().push(scope.tenant().as_bytes()[0]);
            while !self.let_go.load(Ordering::SeqCst) && !stop() {
                std::thread::yield_now();
            }
            Ok(Found { cut: stop(), ..Found::default() })
        }

        fn rest(&self) {}

        fn sizes(&self) -> Sizes {
            Sizes::default()
        }
    }

    fn finder() -> (Arc<Slow>, Finder) {
        let slow = Arc::new(Slow::default());
        let index: Arc<dyn Index> = Arc::clone(&slow) as Arc<dyn Index>;
        (slow, Finder::start(&index, 1).expect("a thread"))
    }

    const LONG: Duration = Duration::from_secs(3_600);

    #[tokio::test]
    async fn a_question_ends_at_its_deadline_and_says_so() {
        let (_, finder) = finder();
        let found = finder.find(scope(1), ask("x "), Duration::from_millis(5)).await;
        assert!(found.expect("an answer").cut);
    }

    #[tokio::test]
    async fn one_tenants_many_questions_do_not_hold_up_another_and_what_is_too_much_is_refused() {
        let (slow, finder) = finder();
        let mut asked = tokio::task::JoinSet::new();
        let finder = Arc::new(finder);
        let mut put = |n| {
            let finder = Arc::clone(&finder);
            asked.spawn(async move { finder.find(scope(n), ask("x "), LONG).await });
        };
        put(1);
        while slow.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        for _ in 0..TENANT_WAITING_MAX + 5 {
            put(1);
        }
        tokio::task::yield_now().await;
        put(2);
        tokio::task::yield_now().await;
        slow.let_go.store(true, Ordering::SeqCst);
        let answers = asked.join_all().await;
        let refused = answers.iter().filter(|answer| **answer == Err(NotFound::Overloaded)).count();
        assert_eq!(refused, 5);
        let order = slow.asked.lock().unwrap().clone();
        assert!(order.iter().position(|n| *n == 2).expect("asked") <= 2, "{order:?}");
    }

    #[tokio::test]
    async fn whoever_went_away_is_not_looked_for() {
        let (slow, finder) = finder();
        let finder = Arc::new(finder);
        let first = {
            let finder = Arc::clone(&finder);
            tokio::spawn(async move { finder.find(scope(1), ask("x "), LONG).await })
        };
        while slow.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        first.abort();
        // Its thread is free again, though nobody let it go.
        let found = finder.find(scope(2), ask("x "), Duration::from_millis(5)).await;
        assert!(found.is_ok());
    }
}
