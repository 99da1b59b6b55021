//! Mail to the people who use this installation. It leaves off a request's path: whoever sends has a place in a bounded
//! queue before anything is promised, and hears at the end what became of it.

pub(crate) mod letters;

use std::{
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use switchboard_actors::Refusal;
use switchboard_channels::mail::Outbox;
use switchboard_ports::{
    clock::{Clock, Entropy},
    mail::{Mail, MailError, Mailer},
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};

use letters::Letter;

/// Mails that wait or are on their way; one more is refused with 429.
const MAILS_WAITING_MAX: u32 = 1_000;
/// Mails that are handed over at a time: more lines at once is what providers turn away.
const MAILS_AT_A_TIME: usize = 4;
/// Pauses between attempts. After the last of them comes the last attempt.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600)];
/// The longest pause that is kept where the other side asks for one.
const PAUSE_MAX: Duration = Duration::from_secs(1_800);

/// What became of a mail: handed over, or why not.
pub(crate) type Outcome = Result<(), String>;

/// The post office. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Post(Arc<Inner>);

struct Inner {
    /// The way out; none where mail is not set.
    way: Option<Arc<dyn Mailer>>,
    /// What stays here, where it does.
    outbox: Option<Outbox>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    runtime: Handle,
    places: Arc<Semaphore>,
    counters: Semaphore,
    closing: watch::Sender<bool>,
}

/// A place in the queue.
pub(crate) struct Place(OwnedSemaphorePermit);

impl Place {
    fn of(permit: OwnedSemaphorePermit) -> Self {
        metrics::gauge!("mails_waiting").increment(1.0);
        Self(permit)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        debug_assert_eq!(self.0.num_permits(), 1);
        metrics::gauge!("mails_waiting").decrement(1.0);
    }
}

/// By which way mail leaves.
pub(crate) enum Way {
    /// It does not.
    None,
    /// It is handed over.
    Out(Arc<dyn Mailer>),
    /// It stays here.
    Outbox(Outbox),
}

impl Post {
    /// A post office whose mail leaves this way. Its work is done on `runtime`.
    pub(crate) fn new(way: Way, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, runtime: Handle) -> Self {
        let (way, outbox) = match way {
            Way::None => (None, None),
            Way::Out(mailer) => (Some(mailer), None),
            Way::Outbox(outbox) => (Some(Arc::new(outbox.clone()) as Arc<dyn Mailer>), Some(outbox)),
        };
        Self(Arc::new(Inner {
            way,
            outbox,
            clock,
            entropy,
            runtime,
            places: Arc::new(Semaphore::new(MAILS_WAITING_MAX as usize)),
            counters: Semaphore::new(MAILS_AT_A_TIME),
            closing: watch::Sender::new(false),
        }))
    }

    /// Mail leaves, or stays in an outbox that is looked at.
    pub(crate) fn is_open(&self) -> bool {
        self.0.way.is_some()
    }

    /// What stays here, where it does.
    pub(crate) fn outbox(&self) -> Option<&Outbox> {
        self.0.outbox.as_ref()
    }

    /// A place for a mail.
    ///
    /// # Errors
    /// When no mail leaves here, too much waits, or the server stops.
    pub(crate) fn place(&self) -> Result<Place, Refusal> {
        if !self.is_open() {
            let message = "this server sends no mail (mail.kind is \"none\")".to_owned();
            return Err(Refusal::Rule { code: "mail_off", message });
        }
        if *self.0.closing.borrow() {
            return Err(Refusal::Stopping);
        }
        let permit = Arc::clone(&self.0.places).try_acquire_owned().map_err(|_| Refusal::Overloaded)?;
        Ok(Place::of(permit))
    }

    /// Hands a letter over, now or as soon as it is taken, and tells `then` what became of it.
    pub(crate) fn send<T>(
        &self,
        place: Place,
        letter: Letter,
        then: impl FnOnce(Outcome) -> T + Send + 'static,
    ) where
        T: Future<Output = ()> + Send + 'static,
    {
        let this = self.clone();
        drop(self.0.runtime.spawn(async move {
            let outcome = this.deliver(letter).await;
            then(outcome).await;
            drop(place);
        }));
    }

    async fn deliver(&self, letter: Letter) -> Outcome {
        let Letter { kind, to, subject, text, good_until } = letter;
        let Some(way) = &self.0.way else { return Err("no mail leaves here".to_owned()) };
        let mail = Mail { id: self.0.entropy.id(), to, subject, text };
        let mut pauses = PAUSES.into_iter();
        loop {
            let error = match self.attempt(&**way, kind, mail.clone()).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            let given_up = |outcome: &'static str, why: String| {
                metrics::counter!("mails_total", "kind" => kind, "outcome" => outcome).increment(1);
                tracing::warn!(kind, error = without_addresses(&why), "a mail could not be handed over");
                Err(why)
            };
            let (reason, after) = match error {
                MailError::Refused(reason) => return given_up("refused", reason),
                MailError::Passing { reason, after } => (reason, after),
            };
            let Some(pause) = pauses.next() else { return given_up("given_up", reason) };
            let pause = after.map_or(pause, |after| pause.max(after.min(PAUSE_MAX)));
            if self.0.clock.now() + pause >= good_until {
                return given_up("given_up", reason);
            }
            metrics::counter!("mails_total", "kind" => kind, "outcome" => "retried").increment(1);
            let mut closing = self.0.closing.subscribe();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = closing.wait_for(|closing| *closing) => {
                    return given_up("given_up", format!("the server stopped before it was taken: {reason}"));
                }
            }
        }
    }

    async fn attempt(&self, way: &dyn Mailer, kind: &'static str, mail: Mail) -> Result<(), MailError> {
        // Never closed, so it is given in the end.
        let _counter = self.0.counters.acquire().await;
        let begun = Instant::now();
        let sent = way.send(mail).await;
        metrics::histogram!("mails_send_seconds").record(begun.elapsed().as_secs_f64());
        if sent.is_ok() {
            metrics::counter!("mails_total", "kind" => kind, "outcome" => "sent").increment(1);
        }
        sent
    }

    /// Takes no more, and waits for what is being handed over.
    pub(crate) async fn close(&self, within: Duration) {
        self.0.closing.send_replace(true);
        let all = tokio::time::timeout(within, self.0.places.acquire_many(MAILS_WAITING_MAX));
        if all.await.is_err() {
            tracing::warn!("mails that were being handed over did not finish in time");
        }
    }
}

/// What somebody else said, without whom it is about: servers like to repeat the address.
fn without_addresses(text: &str) -> String {
    let word = |word: &'_ str| if word.contains('@') { "(address)".to_owned() } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Nothing is done when it is known what became of a mail.
pub(crate) fn and_that_is_all(_: Outcome) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(std::future::ready(()))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use switchboard_ports::Future as Boxed;
    use switchboard_schema::Timestamp;
    use switchboard_store::SystemEntropy;
    use tokio::sync::oneshot;

    use super::*;

    /// A clock that goes with tokio's, which stands still until nothing else is to be done.
    struct Paused(tokio::time::Instant);

    impl Clock for Paused {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_000) + self.0.elapsed()
        }
    }

    /// Refuses so often, then takes; and what it was given, when.
    #[derive(Default)]
    struct Moody {
        answers: Mutex<Vec<Result<(), MailError>>>,
        given: Mutex<Vec<([u8; 16], tokio::time::Instant)>>,
    }

    impl Mailer for Moody {
        fn send(&self, mail: Mail) -> Boxed<Result<(), MailError>> {
            self.given.lock().unwrap().push((mail.id, tokio::time::Instant::now()));
            let mut answers = self.answers.lock().unwrap();
            let answer = if answers.is_empty() { Ok(()) } else { answers.remove(0) };
            switchboard_ports::ready(answer)
        }

        fn look(&self) -> Boxed<Result<(), MailError>> {
            switchboard_ports::ready(Ok(()))
        }
    }

    fn office(answers: Vec<Result<(), MailError>>) -> (Post, Arc<Moody>) {
        let moody = Arc::new(Moody { answers: Mutex::new(answers), ..Moody::default() });
        let clock = Arc::new(Paused(tokio::time::Instant::now()));
        let way = Way::Out(Arc::clone(&moody) as Arc<dyn Mailer>);
        (Post::new(way, clock, Arc::new(SystemEntropy::new()), Handle::current()), moody)
    }

    fn letter(lifetime: Duration) -> Letter {
        Letter {
            kind: "code",
            to: "ana@example.com".to_owned(),
            subject: "Your code".to_owned(),
            text: "123456".to_owned(),
            good_until: Timestamp::from_secs(1_000) + lifetime,
        }
    }

    async fn outcome(post: &Post, lifetime: Duration) -> Outcome {
        let (tell, told) = oneshot::channel();
        post.send(post.place().unwrap(), letter(lifetime), |outcome| async move {
            tell.send(outcome).unwrap();
        });
        told.await.unwrap()
    }

    const DAY: Duration = Duration::from_secs(86_400);

    fn passing() -> Result<(), MailError> {
        Err(MailError::passing("busy"))
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_again_as_the_same_mail_ever_later_and_then_given_up() {
        let (post, moody) = office(vec![passing(), passing()]);
        assert_eq!(outcome(&post, DAY).await, Ok(()));
        let given = moody.given.lock().unwrap().clone();
        assert!(given.iter().all(|(id, _)| *id == given[0].0));
        let pauses: Vec<_> = given.windows(2).map(|pair| (pair[1].1 - pair[0].1).as_secs()).collect();
        assert_eq!(pauses, [5, 30]);

        let (post, moody) = office((0..9).map(|_| passing()).collect());
        assert_eq!(outcome(&post, DAY).await, Err("busy".to_owned()));
        assert_eq!(moody.given.lock().unwrap().len(), PAUSES.len() + 1);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_is_not_tried_again_and_what_has_run_out_is_not_sent() {
        let (post, moody) = office(vec![Err(MailError::Refused("nobody there".to_owned()))]);
        assert_eq!(outcome(&post, DAY).await, Err("nobody there".to_owned()));
        assert_eq!(moody.given.lock().unwrap().len(), 1);

        let after = Some(Duration::from_secs(90));
        let (post, moody) = office(vec![Err(MailError::Passing { reason: "slow down".to_owned(), after })]);
        assert_eq!(outcome(&post, Duration::from_secs(60)).await, Err("slow down".to_owned()));
        assert_eq!(moody.given.lock().unwrap().len(), 1, "a code is not brought after its end");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_wait_than_there_are_places_and_each_is_given_back() {
        let (post, _) = office(Vec::new());
        let mut places: Vec<_> = (0..MAILS_WAITING_MAX).map(|_| post.place().unwrap()).collect();
        assert_eq!(post.place().map(drop), Err(Refusal::Overloaded));
        places.pop();
        assert_eq!(outcome(&post, DAY).await, Ok(()));
        drop(places);
        post.close(Duration::from_secs(1)).await;
        assert_eq!(post.place().map(drop), Err(Refusal::Stopping));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_stops_says_of_what_waits_that_it_was_not_sent() {
        let (post, moody) = office(vec![passing()]);
        let (tell, told) = oneshot::channel();
        post.send(post.place().unwrap(), letter(DAY), |outcome| async move { tell.send(outcome).unwrap() });
        while moody.given.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        post.close(Duration::from_secs(1)).await;
        assert!(told.await.unwrap().unwrap_err().starts_with("the server stopped"));
    }

    #[test]
    fn the_log_says_why_and_not_to_whom() {
        let said = without_addresses("550 5.1.1 <ana@example.com>: no such user here");
        assert_eq!(said, "550 5.1.1 (address) no such user here");
    }

    #[tokio::test]
    async fn where_no_mail_leaves_there_is_no_place_for_any() {
        let clock = Arc::new(Paused(tokio::time::Instant::now()));
        let post = Post::new(Way::None, clock, Arc::new(SystemEntropy::new()), Handle::current());
        assert!(matches!(post.place().map(drop), Err(Refusal::Rule { code: "mail_off", .. })));
    }
}
