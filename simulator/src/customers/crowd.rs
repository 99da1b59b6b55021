//! The crowd: one task that gives all customers their time.

use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::people::{Profile, profile};
use super::stories::STORIES;
use super::story::{Act, Deed, Reader, Story};
use crate::dice::Dice;
use crate::payload::Person;

/// Most simulated customers.
pub const CUSTOMERS_MAX: usize = 10_000;
/// Most messages of the business waiting to be seen; further ones are overlooked.
pub const INBOX_MAX: usize = 4_096;
/// Waiting and resting never shrink below this pace, lest customers with no pauses come and go in a spin.
const PATIENCE_PACE_MIN: f64 = 0.02;
/// Longest text of several answers read as one, in bytes.
const HEARD_BYTES_MAX: usize = 16 * 1024;

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) customers: usize,
    pub(crate) arrivals: Range<Duration>,
    pub(crate) pace: f64,
}

/// What customers can do to the world.
pub(crate) trait Mouth: Send + Sync + 'static {
    /// Does the deed and gives the id of the message it made.
    fn utter(&self, customer: usize, person: &Person, deed: &Utterance<'_>) -> String;
}

/// A deed with the messages it is about.
#[derive(Debug)]
pub(crate) struct Utterance<'a> {
    /// Its place among the customer's deeds, from 0.
    pub(crate) nth: u32,
    pub(crate) deed: &'a Deed,
    /// The message to correct, delete or react to.
    pub(crate) about: Option<&'a str>,
}

/// A message of the business, on its way to a customer's eyes.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) wa_id: Option<String>,
    pub(crate) user_id: Option<String>,
    pub(crate) wamid: String,
    pub(crate) text: String,
    /// What there is to choose from in a list: ids and titles.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) seen_after: Duration,
}

/// A handle on the crowd's task.
#[derive(Clone, Debug)]
pub(crate) struct Crowd {
    inbox: mpsc::Sender<Heard>,
    paused: watch::Sender<bool>,
}

impl Crowd {
    pub(crate) fn start(options: Options, mouth: Arc<dyn Mouth>) -> (Self, JoinHandle<()>) {
        let (inbox, receiver) = mpsc::channel(INBOX_MAX);
        let paused = watch::Sender::new(false);
        let task = tokio::spawn(Task::new(options, mouth).run(receiver, paused.subscribe()));
        (Self { inbox, paused }, task)
    }

    /// Shows a message to whoever it went to; strangers do not react.
    pub(crate) fn show(&self, heard: Heard) {
        if let Err(mpsc::error::TrySendError::Full(heard)) = self.inbox.try_send(heard) {
            tracing::warn!(wamid = heard.wamid, inbox_max = INBOX_MAX, "customers cannot keep up");
        }
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        self.paused.send_replace(paused);
    }
}

struct Customer {
    profile: Profile,
    dice: Dice,
    reader: Option<Reader>,
    last_story: Option<&'static str>,
    /// Answers read and not yet reacted to.
    heard: String,
    last_heard: Option<String>,
    last_said: Option<String>,
    last_text: Option<String>,
    said: u32,
    /// Deeds decided and not yet done.
    busy: usize,
    /// Grows with everything that makes waiting timers pointless.
    turn: u64,
    nudged: bool,
}

enum Event {
    /// Comes with a new story.
    Arrive,
    /// Sees a message.
    See { wamid: String, text: String },
    /// Has thought about what was read up to this turn.
    Think { turn: u64 },
    /// Does something decided.
    Do(Deed),
    /// Still waits at this turn.
    Wonder { turn: u64 },
    /// Sees a list.
    Choose { wamid: String, rows: Vec<(String, String)> },
    /// Says something that belongs to no story.
    Aside { about: String, deed: Deed },
}

struct Timer {
    due: Instant,
    seq: u64,
    customer: usize,
    event: Event,
}

// The heap gives the greatest first: the earliest, then the first come.
impl Ord for Timer {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.due, other.seq).cmp(&(self.due, self.seq))
    }
}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}

impl Eq for Timer {}

struct Task {
    options: Options,
    mouth: Arc<dyn Mouth>,
    customers: Vec<Customer>,
    by_id: HashMap<String, usize>,
    timers: BinaryHeap<Timer>,
    seq: u64,
}

impl Task {
    fn new(options: Options, mouth: Arc<dyn Mouth>) -> Self {
        let count = options.customers.min(CUSTOMERS_MAX);
        let mut task = Self {
            mouth,
            customers: Vec::with_capacity(count),
            by_id: HashMap::new(),
            timers: BinaryHeap::new(),
            seq: 0,
            options,
        };
        let mut dice = Dice::of(task.options.seed, "arrivals", "");
        let mut arrival = Duration::ZERO;
        for index in 0..count {
            let profile = profile(task.options.seed, index as u32);
            let phone_later = profile.phone_later.as_ref().map(|(_, phone)| phone);
            let ids = [profile.person.wa_id.as_ref(), profile.person.user_id.as_ref(), phone_later];
            for id in ids.into_iter().flatten() {
                task.by_id.insert(id.clone(), index);
            }
            task.customers.push(Customer {
                dice: Dice::of(task.options.seed, "customer", &index.to_string()),
                profile,
                reader: None,
                last_story: None,
                heard: String::new(),
                last_heard: None,
                last_said: None,
                last_text: None,
                said: 0,
                busy: 0,
                turn: 0,
                nudged: false,
            });
            task.after(arrival, index, Event::Arrive);
            arrival += dice.between(&task.options.arrivals);
        }
        task
    }

    async fn run(mut self, mut inbox: mpsc::Receiver<Heard>, mut paused: watch::Receiver<bool>) {
        loop {
            // The handle is gone: so is the world.
            if paused.wait_for(|paused| !*paused).await.is_err() {
                return;
            }
            let due = self.timers.peek().map(|timer| timer.due);
            tokio::select! {
                heard = inbox.recv() => match heard {
                    Some(heard) => self.take(heard),
                    None => return,
                },
                () = until(due) => if let Some(timer) = self.timers.pop() {
                    self.happen(timer.customer, timer.event);
                },
                changed = paused.changed() => if changed.is_err() {
                    return;
                },
            }
        }
    }

    /// Plans an event after a pause, scaled by the pace.
    fn after(&mut self, pause: Duration, customer: usize, event: Event) {
        self.seq += 1;
        let pace = match &event {
            Event::Wonder { .. } => self.options.pace.max(PATIENCE_PACE_MIN),
            // The first arrivals follow the pace alone; later ones are rests.
            Event::Arrive if self.customers.get(customer).is_some_and(|one| one.last_story.is_some()) => {
                self.options.pace.max(PATIENCE_PACE_MIN)
            }
            _ => self.options.pace,
        };
        let due = Instant::now() + pause.mul_f64(pace);
        self.timers.push(Timer { due, seq: self.seq, customer, event });
    }

    fn take(&mut self, heard: Heard) {
        let ids = [&heard.wa_id, &heard.user_id];
        let index = ids.into_iter().flatten().find_map(|id| self.by_id.get(id).copied());
        if let Some(index) = index {
            if !heard.rows.is_empty() {
                let choose = Event::Choose { wamid: heard.wamid, rows: heard.rows };
                self.after(heard.seen_after, index, choose);
                return;
            }
            self.after(heard.seen_after, index, Event::See { wamid: heard.wamid, text: heard.text });
        }
    }

    fn happen(&mut self, index: usize, event: Event) {
        match event {
            Event::Arrive => self.arrive(index),
            Event::See { wamid, text } => self.see(index, wamid, &text),
            Event::Think { turn } => self.think(index, turn),
            Event::Do(deed) => self.perform(index, &deed),
            Event::Wonder { turn } => self.wonder(index, turn),
            Event::Choose { wamid, rows } => self.choose(index, &wamid, &rows),
            Event::Aside { about, deed } => self.aside(index, &about, &deed),
        }
    }

    /// Most choose something, the first of it as a rule, and some say why. It is no answer that a story waits for.
    fn choose(&mut self, index: usize, wamid: &str, rows: &[(String, String)]) {
        let customer = &mut self.customers[index];
        if !customer.dice.chance(0.8) {
            return;
        }
        let first = if customer.dice.chance(0.6) { rows.first() } else { None };
        let Some((id, title)) = first.or(customer.dice.pick(rows)).cloned() else { return };
        let pause = customer.dice.between(&(Duration::from_secs(4)..Duration::from_secs(20)));
        let why = customer.dice.chance(0.3).then_some(match customer.profile.language {
            "es" => "Muy amables y rápidos",
            "tr" => "Çok hızlı ve nazikler",
            "nl" => "Snel en vriendelijk geholpen",
            "pt" => "Atendimento rápido e gentil",
            _ => "Quick and friendly, thanks",
        });
        let aside = |deed| Event::Aside { about: wamid.to_owned(), deed };
        self.after(pause, index, aside(Deed::Tap { id, title }));
        if let Some(why) = why {
            self.after(pause + Duration::from_secs(15), index, aside(Deed::Say(why.to_owned())));
        }
    }

    fn aside(&mut self, index: usize, about: &str, deed: &Deed) {
        let customer = &mut self.customers[index];
        let utterance = Utterance { nth: customer.said, deed, about: Some(about) };
        self.mouth.utter(index, &customer.profile.person, &utterance);
        customer.said += 1;
    }

    fn arrive(&mut self, index: usize) {
        let customer = &mut self.customers[index];
        let Some(story) = customer.choose_story() else { return };
        customer.last_story = Some(story.id);
        let subject = format!("{index} {}", customer.turn);
        let mut reader = Reader::open(story, Dice::of(self.options.seed, "story", &subject));
        let acts = reader.go_on(None);
        customer.reader = Some(reader);
        customer.heard.clear();
        customer.nudged = false;
        self.decide(index, acts);
    }

    fn see(&mut self, index: usize, wamid: String, text: &str) {
        let customer = &mut self.customers[index];
        customer.last_heard = Some(wamid);
        if customer.heard.len() + text.len() < HEARD_BYTES_MAX {
            customer.heard.push_str(text);
            customer.heard.push('\n');
        }
        self.ponder(index);
    }

    /// Starts to think about what was read; each further message starts it anew.
    fn ponder(&mut self, index: usize) {
        let customer = &mut self.customers[index];
        if customer.busy > 0 || customer.heard.is_empty() || customer.reader.is_none() {
            return;
        }
        customer.turn += 1;
        let turn = customer.turn;
        let pause = customer.dice.between(&(Duration::from_secs(2)..Duration::from_secs(9)));
        self.after(pause, index, Event::Think { turn });
    }

    fn think(&mut self, index: usize, turn: u64) {
        let customer = &mut self.customers[index];
        if customer.turn != turn || customer.busy > 0 {
            return;
        }
        let heard = std::mem::take(&mut customer.heard);
        customer.nudged = false;
        let acts = customer.reader.as_mut().map(|reader| reader.go_on(Some(&heard))).unwrap_or_default();
        self.decide(index, acts);
    }

    /// Does these things one after the other, then waits or rests.
    fn decide(&mut self, index: usize, acts: Vec<Act>) {
        self.customers[index].turn += 1;
        self.customers[index].busy = acts.len();
        let mut pause = Duration::ZERO;
        for act in acts {
            pause += act.after;
            self.after(pause, index, Event::Do(act.deed));
        }
        if self.customers[index].busy == 0 {
            self.settle(index);
        }
    }

    /// Nothing left to do: the story is over, or an answer is due.
    fn settle(&mut self, index: usize) {
        let customer = &mut self.customers[index];
        if customer.reader.as_ref().is_none_or(Reader::is_over) {
            customer.reader = None;
            let rest = customer.dice.between(&(Duration::from_secs(180)..Duration::from_secs(900)));
            self.after(rest, index, Event::Arrive);
            return;
        }
        let turn = customer.turn;
        let patience = customer.dice.between(&(Duration::from_secs(240)..Duration::from_secs(900)));
        self.after(patience, index, Event::Wonder { turn });
        self.ponder(index);
    }

    fn perform(&mut self, index: usize, deed: &Deed) {
        let customer = &mut self.customers[index];
        if customer.profile.phone_later.as_ref().is_some_and(|(from, _)| customer.said + 1 >= *from)
            && let Some((_, phone)) = customer.profile.phone_later.take()
        {
            customer.profile.person.wa_id = Some(phone);
        }
        let about = match deed {
            Deed::Edit(_) => customer.last_text.as_deref(),
            Deed::Delete => customer.last_said.as_deref(),
            Deed::React(_) => customer.last_heard.as_deref(),
            Deed::Say(_)
            | Deed::Photo(_)
            | Deed::Voice
            | Deed::Place(_)
            | Deed::Send(_)
            | Deed::Tap { .. } => None,
        };
        let needs_about = matches!(deed, Deed::Edit(_) | Deed::Delete | Deed::React(_));
        if about.is_some() || !needs_about {
            let id = self.mouth.utter(
                index,
                &customer.profile.person,
                &Utterance { nth: customer.said, deed, about },
            );
            customer.said += 1;
            match deed {
                Deed::Say(_) => {
                    customer.last_text = Some(id.clone());
                    customer.last_said = Some(id);
                }
                Deed::Photo(_) | Deed::Voice | Deed::Place(_) => customer.last_said = Some(id),
                // A call is nothing that one could take back.
                Deed::Send(_) => customer.last_said = None,
                Deed::Edit(_) | Deed::Delete | Deed::React(_) | Deed::Tap { .. } => {}
            }
        }
        customer.busy = customer.busy.saturating_sub(1);
        if customer.busy == 0 {
            self.settle(index);
        }
    }

    /// Some ask once whether anybody is there; all give up in the end and come back another time.
    fn wonder(&mut self, index: usize, turn: u64) {
        let customer = &mut self.customers[index];
        if customer.turn != turn || customer.busy > 0 {
            return;
        }
        if customer.nudged {
            customer.reader = None;
            self.settle(index);
            return;
        }
        customer.nudged = true;
        let text = match (customer.dice.chance(0.4), customer.profile.language) {
            (false, _) => None,
            (true, "es") => Some("¿Hola? ¿Hay alguien?"),
            (true, "tr") => Some("Merhaba, orada mısınız?"),
            (true, "nl") => Some("Hallo, is er iemand?"),
            (true, "pt") => Some("Oi, tem alguém aí?"),
            (true, _) => Some("Hello? Anyone there?"),
        };
        let acts = text.map(|text| Act { after: Duration::from_secs(1), deed: Deed::Say(text.to_owned()) });
        self.decide(index, acts.into_iter().collect());
    }
}

impl Customer {
    /// A story in their language, mostly; never the same twice in a row.
    fn choose_story(&mut self) -> Option<&'static Story> {
        let language = if self.dice.chance(0.85) { self.profile.language } else { "en" };
        let fitting: Vec<&'static Story> = STORIES
            .iter()
            .filter(|story| story.language == language && Some(story.id) != self.last_story)
            .collect();
        self.dice.pick(&fitting).copied()
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::guard::lock;

    /// Writes down who did what, and when.
    struct Ear {
        said: mpsc::Sender<(usize, Duration, Deed)>,
        started: Instant,
        ids: Mutex<u64>,
    }

    impl Mouth for Ear {
        fn utter(&self, customer: usize, _person: &Person, utterance: &Utterance<'_>) -> String {
            self.said
                .try_send((customer, self.started.elapsed(), utterance.deed.clone()))
                .expect("room, and someone who listens");
            let mut ids = lock(&self.ids);
            *ids += 1;
            format!("wamid.{ids}")
        }
    }

    type Said = mpsc::Receiver<(usize, Duration, Deed)>;

    fn crowd(customers: usize, pace: f64) -> (Crowd, JoinHandle<()>, Said) {
        let (said, listener) = mpsc::channel(1_000);
        let arrivals = Duration::from_secs(5)..Duration::from_secs(10);
        let ear = Ear { said, started: Instant::now(), ids: Mutex::default() };
        let options = Options { seed: 2, customers, arrivals, pace };
        let (crowd, task) = Crowd::start(options, Arc::new(ear));
        (crowd, task, listener)
    }

    fn to(index: usize, text: &str) -> Heard {
        let person = profile(2, index as u32).person;
        Heard {
            wa_id: person.wa_id,
            user_id: person.user_id,
            wamid: "wamid.answer".to_owned(),
            text: text.to_owned(),
            rows: Vec::new(),
            seen_after: Duration::from_secs(3),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn most_of_whoever_is_sent_a_list_choose_a_row_of_it_after_a_human_pause() {
        let (crowd, task, mut said) = crowd(20, 1.0);
        let rows: Vec<_> = (1..=5).map(|score| (format!("row {score}"), format!("{score} ★"))).collect();
        for index in 0..20 {
            crowd.show(Heard { rows: rows.clone(), ..to(index, "How was it?") });
        }
        let mut taps = 0;
        let listening = async {
            while let Some((_, after, deed)) = said.recv().await {
                if let Deed::Tap { id, .. } = deed {
                    assert!(rows.iter().any(|(known, _)| *known == id), "{id}");
                    assert!(after >= Duration::from_secs(7), "{after:?}");
                    taps += 1;
                }
            }
        };
        drop(tokio::time::timeout(Duration::from_secs(60), listening).await);
        assert!((10..=20).contains(&taps), "{taps}");
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn customers_open_one_after_the_other_and_answer_after_a_human_pause() {
        let (crowd, task, mut said) = crowd(6, 1.0);
        let mut openers = Vec::new();
        while openers.len() < 6 {
            let (customer, at, _) = said.recv().await.expect("somebody writes");
            if !openers.contains(&customer) {
                assert!(at >= Duration::from_secs(5 * customer as u64), "{customer} at {at:?}");
                openers.push(customer);
            }
        }
        let asked = Instant::now();
        for index in 0..6 {
            crowd.show(to(index, "Yes, tomorrow at 10:00"));
        }
        said.recv().await.expect("somebody answers");
        assert!(asked.elapsed() >= Duration::from_secs(3), "seen after three seconds, answered later");
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_never_answered_gives_up_and_comes_back_with_something_else() {
        let (_crowd, task, mut said) = crowd(1, 1.0);
        let mut texts = Vec::new();
        let mut last = Duration::ZERO;
        while last < Duration::from_secs(2 * 3600) {
            let (_, at, deed) = said.recv().await.expect("goes on for ever");
            texts.push(deed);
            last = at;
        }
        assert!(texts.len() > 3 && texts.len() < 100, "{}", texts.len());
        task.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_crowd_is_silent() {
        let (crowd, task, mut said) = crowd(4, 1.0);
        said.recv().await.expect("the first");
        crowd.set_paused(true);
        let silence = tokio::time::timeout(Duration::from_secs(3600), async {
            // What was said before the pause took hold may still be there.
            while let Some((_, at, _)) = said.recv().await {
                assert!(at < Duration::from_secs(60));
            }
        });
        assert!(silence.await.is_err());
        crowd.set_paused(false);
        said.recv().await.expect("the next");
        task.abort();
    }
}
