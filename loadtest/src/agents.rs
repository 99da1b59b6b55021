//! Agents at work: each has a socket, reads what customers write, and after some thinking marks it read, takes the
//! conversation, answers, and now and then resolves it.
//!
//! What is to be done is planned when a message arrives and done at its time, whatever became of the command before;
//! latencies count from the planned time. A conversation is one agent's: a hash says whose.

use std::{
    cell::RefCell,
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    net::SocketAddr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc as std_mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::SmallRng};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    sync::watch,
    task::{JoinSet, LocalSet},
};

use crate::{
    error::{Error, loopback},
    frames::{Frame, Scanner, client_frame},
    marks::{self, Marks},
    sockets,
    stats::Latencies,
    target::{Colleague, Command, Happened, News, Position, Target, Tenant},
};

/// Until a message is read, in milliseconds before the pace.
const READ_AFTER_MS: std::ops::Range<u64> = 200..800;
/// From reading to the answer.
const ANSWER_AFTER_MS: std::ops::Range<u64> = 500..3_000;
/// From the answer to what comes behind it: a note, a resolution.
const FINISH_AFTER_MS: std::ops::Range<u64> = 200..1_000;
/// One answered conversation in so many gets a note.
const NOTE_EVERY: u32 = 10;
/// One answered conversation in so many is resolved.
const RESOLVE_EVERY: u32 = 4;
/// Until an agent whose connection was cut is back, at most.
const BACK_AFTER_MAX: Duration = Duration::from_secs(1);
/// How long opening all sockets may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(60);
/// How long agents may take to go home.
const FINISH_TIMEOUT: Duration = Duration::from_secs(30);
/// Read at once.
const READ_BYTES: usize = 64 * 1024;
/// How a server refuses what one socket asks beyond what it does at once: it is asked again after another's result.
const TOO_MANY: &str = "too_many";
/// Most answers of one run.
pub(crate) const ANSWERS_MAX: usize = 200_000;

/// Where an agent sits.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// Of which workspace.
    pub(crate) tenant: usize,
    /// Which of its agents.
    pub(crate) place: u64,
    /// How many they are.
    pub(crate) of: u64,
    /// Who.
    pub(crate) colleague: Colleague,
    /// The connection is cut when that is ordered; then no latencies are taken on it.
    pub(crate) may_be_cut: bool,
}

/// What agents know of a run.
#[derive(Debug)]
pub(crate) struct Book {
    /// Customers' messages, by who sends them.
    pub(crate) inbound: Vec<Arc<Marks>>,
    /// The house's answers.
    pub(crate) outbound: Arc<Marks>,
    /// The first answer's mark.
    pub(crate) first_answer: u64,
    /// Answers given so far.
    pub(crate) answers: AtomicU64,
    /// When the phases after the first begin.
    pub(crate) phases: Vec<Instant>,
}

impl Book {
    /// In which phase something happened.
    fn phase(&self, at: Instant) -> usize {
        self.phases.iter().filter(|begin| **begin <= at).count()
    }
}

/// Figures of all agents, from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Tallies {
    /// Opened and subscribed.
    pub(crate) subscribed: AtomicU64,
    /// Could not be opened.
    pub(crate) failed: AtomicU64,
    /// Customers' messages seen, over all agents.
    pub(crate) received: AtomicU64,
    /// The house's answers seen, over all agents.
    pub(crate) queued: AtomicU64,
    /// Answers that were seen to have reached the customer's phone, each by whoever wrote it.
    pub(crate) arrived: AtomicU64,
    /// Commands sent.
    pub(crate) commands: AtomicU64,
    /// Commands that have their result.
    pub(crate) results: AtomicU64,
    /// Things planned and not done yet.
    pub(crate) planned: AtomicU64,
    /// Nothing new is planned any more.
    resting: AtomicBool,
}

impl Tallies {
    fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    /// Nothing is planned, and every command has its result.
    pub(crate) fn is_done(&self) -> bool {
        Self::get(&self.planned) == 0 && Self::get(&self.results) == Self::get(&self.commands)
    }
}

/// What one agent's work came to.
#[derive(Debug, Default)]
pub(crate) struct Shift {
    /// The desk's workspace.
    pub(crate) tenant: usize,
    /// Latencies are of a connection that was never cut.
    pub(crate) timed: bool,
    /// How often each message was seen, by mark: customers' messages and answers.
    pub(crate) seen: HashMap<u64, u32>,
    /// From the start that was meant to this socket, phase by phase.
    pub(crate) received: Vec<Latencies>,
    /// From a command's planned time to its result, phase by phase.
    pub(crate) acknowledged: Vec<Latencies>,
    /// From a colleague's answer's planned time to this socket, phase by phase.
    pub(crate) shared: Vec<Latencies>,
    /// Answers given, acknowledged or not.
    pub(crate) answers: Vec<u64>,
    /// Commands that were refused, by code.
    pub(crate) refused: BTreeMap<String, u64>,
    /// From the cut to the whole of what was missed, where it was cut.
    pub(crate) back: Latencies,
    /// Events whose predecessor was not there.
    pub(crate) gaps: u64,
    /// Events that were there before.
    pub(crate) repeats: u64,
    /// Times it came back and was not given what it missed.
    pub(crate) not_resumed: u64,
    /// Connections that the server ended, or that could not be opened again.
    pub(crate) ended: u64,
    /// Commands without a result when the agent went home.
    pub(crate) open_commands: u64,
}

/// Agents on a thread of their own. Dropping them sends them home.
pub(crate) struct Staff {
    orders: watch::Sender<Orders>,
    thread: Option<thread::JoinHandle<()>>,
    shifts: std_mpsc::Receiver<Vec<Shift>>,
    /// Figures.
    pub(crate) tallies: Arc<Tallies>,
}

/// What all agents are told.
#[derive(Clone, Default)]
struct Orders {
    book: Option<Arc<Book>>,
    /// How often connections were cut so far.
    cuts: u32,
    home: bool,
}

impl Staff {
    /// Opens everybody's socket and waits until all are subscribed. `pace` is a factor on all thinking: 1 is the usual,
    /// 0 none.
    ///
    /// # Errors
    /// When they are not in time.
    pub(crate) fn start(
        target: &Arc<dyn Target>,
        address: SocketAddr,
        tenants: &Arc<[Tenant]>,
        desks: Vec<Desk>,
        pace: f64,
    ) -> Result<Self, Error> {
        loopback(address)?;
        let (orders, ordered) = watch::channel(Orders::default());
        let (hand_in, shifts) = std_mpsc::sync_channel(1);
        let tallies = Arc::new(Tallies::default());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("a runtime for agents"))?;
        let wanted = desks.len() as u64;
        let office = (Arc::clone(target), Arc::clone(tenants), Arc::clone(&tallies));
        let work = move || {
            let (target, tenants, tallies) = office;
            let crew = Rc::new(Crew {
                target,
                address,
                tenants,
                tallies,
                pace,
                buffer: RefCell::new(vec![0; READ_BYTES]),
            });
            let shifts = LocalSet::new().block_on(&runtime, all_day(&crew, desks, &ordered));
            // Whoever would read them may have given up.
            drop(hand_in.send(shifts));
        };
        let thread = thread::Builder::new()
            .name("agents".to_owned())
            .spawn(work)
            .map_err(Error::io("a thread for agents"))?;
        let staff = Self { orders, thread: Some(thread), shifts, tallies };
        let there = || Tallies::get(&staff.tallies.subscribed) + Tallies::get(&staff.tallies.failed);
        if !until(OPEN_TIMEOUT, || there() >= wanted) {
            return Err(Error::Timeout("opening agents' sockets", OPEN_TIMEOUT.as_secs()));
        }
        match Tallies::get(&staff.tallies.failed) {
            0 => Ok(staff),
            failed => Err(Error::server(format!("{failed} agents' sockets could not be opened"))),
        }
    }

    /// Lets them work on what this book knows.
    pub(crate) fn begin(&self, book: &Arc<Book>) {
        self.orders.send_modify(|orders| orders.book = Some(Arc::clone(book)));
    }

    /// Cuts, without a word, the connections that may be; they come back within a second.
    pub(crate) fn cut(&self) {
        self.orders.send_modify(|orders| orders.cuts += 1);
    }

    /// From now on nothing new is planned.
    pub(crate) fn rest(&self) {
        self.tallies.resting.store(true, Ordering::Relaxed);
    }

    /// Waits until the figures are as wished; false when they are not in time.
    pub(crate) fn until(&self, within: Duration, wish: impl Fn(&Tallies) -> bool) -> bool {
        until(within, || wish(&self.tallies))
    }

    /// Sends everybody home; what their work came to.
    ///
    /// # Errors
    /// When they do not go in time.
    pub(crate) fn finish(mut self) -> Result<Vec<Shift>, Error> {
        self.orders.send_modify(|orders| orders.home = true);
        let shifts = self
            .shifts
            .recv_timeout(FINISH_TIMEOUT)
            .map_err(|_| Error::Timeout("sending agents home", FINISH_TIMEOUT.as_secs()))?;
        self.join();
        Ok(shifts)
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Drop for Staff {
    fn drop(&mut self) {
        self.orders.send_modify(|orders| orders.home = true);
        self.join();
    }
}

fn until(within: Duration, wish: impl Fn() -> bool) -> bool {
    let begun = Instant::now();
    while !wish() {
        if begun.elapsed() > within {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// What agents share.
struct Crew {
    target: Arc<dyn Target>,
    address: SocketAddr,
    tenants: Arc<[Tenant]>,
    tallies: Arc<Tallies>,
    pace: f64,
    buffer: RefCell<Vec<u8>>,
}

async fn all_day(crew: &Rc<Crew>, desks: Vec<Desk>, orders: &watch::Receiver<Orders>) -> Vec<Shift> {
    let mut at_work = JoinSet::new();
    for desk in desks {
        let agent = Agent::new(desk, Rc::clone(crew));
        at_work.spawn_local(agent.work(orders.clone()));
    }
    let mut shifts = Vec::new();
    while let Some(shift) = at_work.join_next().await {
        shifts.extend(shift.ok());
    }
    shifts
}

/// Something to be done at its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Plan {
    due: Instant,
    /// Of two at the same time the one planned first comes first.
    nth: u64,
    conversation: String,
    deed: Deed,
}

/// What an agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Read,
    Take,
    Answer,
    Note,
    Resolve,
    /// Nothing more: the next message begins a new visit.
    Leave,
}

/// A command without its result.
struct Waiting {
    frame: Vec<u8>,
    due: Instant,
}

struct Agent {
    desk: Desk,
    crew: Rc<Crew>,
    chance: SmallRng,
    book: Option<Arc<Book>>,
    at: Option<Position>,
    plans: BinaryHeap<Reverse<Plan>>,
    planned: u64,
    /// Conversations that are being looked after, with the customer's messages so far.
    visits: HashMap<String, u64>,
    /// Conversations taken once.
    taken: HashSet<String>,
    /// Commands by id; sent again under the same key when the connection was cut.
    waiting: BTreeMap<u64, Waiting>,
    /// Those of them that were refused as too much at once, and are sent again after another's result.
    held: VecDeque<u64>,
    next_id: u64,
    own_answers: HashSet<u64>,
    own_arrived: HashSet<u64>,
    /// When the connection was cut, and how far the stream was when it came back.
    cut: Option<(Instant, Option<u64>)>,
    shift: Shift,
    out: Vec<u8>,
}

/// How a connection ended.
enum End {
    /// The server, or the system.
    Theirs,
    /// It was cut.
    Cut,
    /// The day is over.
    Home,
}

impl Agent {
    fn new(desk: Desk, crew: Rc<Crew>) -> Self {
        let shift = Shift { tenant: desk.tenant, timed: !desk.may_be_cut, ..Shift::default() };
        Self {
            desk,
            crew,
            chance: SmallRng::from_os_rng(),
            book: None,
            at: None,
            plans: BinaryHeap::new(),
            planned: 0,
            visits: HashMap::new(),
            taken: HashSet::new(),
            waiting: BTreeMap::new(),
            held: VecDeque::new(),
            next_id: 1,
            own_answers: HashSet::new(),
            own_arrived: HashSet::new(),
            cut: None,
            shift,
            out: Vec::new(),
        }
    }

    async fn work(mut self, mut orders: watch::Receiver<Orders>) -> Shift {
        loop {
            let end = match self.open().await {
                Ok(line) => self.attend(line, &mut orders).await,
                Err(_) => {
                    self.crew.tallies.failed.fetch_add(1, Ordering::Relaxed);
                    self.shift.ended += 1;
                    break;
                }
            };
            match end {
                Ok(End::Home) => break,
                Ok(End::Cut) => {
                    self.cut = Some((Instant::now(), None));
                    tokio::time::sleep(BACK_AFTER_MAX.mul_f64(self.chance.random())).await;
                }
                Ok(End::Theirs) | Err(_) => {
                    self.shift.ended += 1;
                    break;
                }
            }
        }
        self.shift.open_commands = self.waiting.len() as u64;
        // Nobody waits for what will not be done.
        self.crew.tallies.planned.fetch_sub(self.plans.len() as u64, Ordering::Relaxed);
        self.shift
    }

    async fn open(&self) -> io::Result<Line> {
        let missing = || io::Error::new(io::ErrorKind::InvalidInput, "no such workspace, or no inbox");
        let tenant = self.crew.tenants.get(self.desk.tenant).ok_or_else(missing)?;
        let inbox = self.crew.target.inbox().ok_or_else(missing)?;
        let (mut stream, rest) =
            sockets::connect(self.crew.address, &inbox.upgrade(&self.desk.colleague), None).await?;
        for text in self.crew.target.first(tenant, self.at.as_ref()) {
            stream.write_all(&client_frame(1, text.as_bytes())).await?;
        }
        Ok(Line { stream, scanner: Scanner::default(), rest })
    }

    /// One connection, until it ends.
    async fn attend(&mut self, mut line: Line, orders: &mut watch::Receiver<Orders>) -> io::Result<End> {
        let cuts = orders.borrow().cuts;
        let rest = std::mem::take(&mut line.rest);
        let mut ended = self.take(&mut line, &rest);
        // What was asked on the connection before may have been done or not: its key makes it happen once.
        self.held.clear();
        let again: Vec<u8> = self.waiting.values().flat_map(|waiting| waiting.frame.clone()).collect();
        line.stream.write_all(&again).await?;
        loop {
            if ended {
                return Ok(End::Theirs);
            }
            {
                let orders = orders.borrow_and_update();
                self.book.clone_from(&orders.book);
                if orders.home {
                    return Ok(End::Home);
                }
                if self.desk.may_be_cut && orders.cuts != cuts {
                    return Ok(End::Cut);
                }
            }
            let due = self.plans.peek().map(|Reverse(plan)| plan.due);
            tokio::select! {
                changed = orders.changed() => {
                    if changed.is_err() {
                        return Ok(End::Home);
                    }
                }
                ready = line.stream.readable() => {
                    ready?;
                    ended = self.read(&mut line)?;
                }
                () = at(due) => self.act(),
            }
            if !self.out.is_empty() {
                line.stream.write_all(&self.out).await?;
                self.out.clear();
            }
        }
    }

    /// Takes what is there; true: the server has ended the connection.
    fn read(&mut self, line: &mut Line) -> io::Result<bool> {
        let crew = Rc::clone(&self.crew);
        // Nothing waits while the buffer is borrowed.
        let mut buffer = crew.buffer.borrow_mut();
        match line.stream.try_read(&mut buffer) {
            Ok(0) => Ok(true),
            Ok(read) => Ok(self.take(line, &buffer[..read])),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, line: &mut Line, bytes: &[u8]) -> bool {
        let crew = Rc::clone(&self.crew);
        let Some(inbox) = crew.target.inbox() else { return true };
        let (now, mut ended) = (Instant::now(), false);
        let fed = line.scanner.feed(bytes, |frame| match frame {
            Frame::Text(text) => self.hear(inbox.news(text), text, now),
            Frame::Ping(payload) => self.out.extend_from_slice(&client_frame(0xa, payload)),
            Frame::Close(_) => ended = true,
            Frame::Other => {}
        });
        ended || fed.is_err()
    }

    fn hear(&mut self, news: News, text: &[u8], now: Instant) {
        let tallies = Arc::clone(&self.crew.tallies);
        match news {
            News::Subscribed { at, resumed } => {
                tallies.subscribed.fetch_add(1, Ordering::Relaxed);
                if let Some((_, goal)) = &mut self.cut {
                    *goal = Some(at.offset);
                }
                match &mut self.at {
                    Some(own) if resumed => own.epoch = at.epoch,
                    own => {
                        self.shift.not_resumed += u64::from(own.is_some());
                        *own = Some(at);
                    }
                }
                self.look_whether_back(now);
            }
            News::Event { offset, prev, what } => {
                if let Some(own) = &mut self.at {
                    self.shift.gaps += u64::from(prev != own.offset);
                    self.shift.repeats += u64::from(offset <= own.offset);
                    own.offset = offset;
                }
                self.happened(what, text, now);
                self.look_whether_back(now);
            }
            News::Result { id, refused } if refused.as_deref() == Some(TOO_MANY) => {
                if self.waiting.contains_key(&id) {
                    self.held.push_back(id);
                    if self.held.len() == self.waiting.len() {
                        self.send_held();
                    }
                }
            }
            News::Result { id, refused } => {
                let Some(waiting) = self.waiting.remove(&id) else { return };
                self.send_held();
                tallies.results.fetch_add(1, Ordering::Relaxed);
                match refused {
                    Some(code) => *self.shift.refused.entry(code).or_default() += 1,
                    None => self.time(|shift| &mut shift.acknowledged, waiting.due, now),
                }
            }
            News::Asks(which) => {
                let answer = self.crew.target.answer(which).as_bytes().to_owned();
                self.out.extend_from_slice(&client_frame(1, &answer));
            }
            News::Other => {}
        }
    }

    /// Sends again what was refused as too much at once: another has its result by now.
    fn send_held(&mut self) {
        let held = self.held.pop_front().and_then(|id| self.waiting.get(&id));
        if let Some(Waiting { frame, .. }) = held {
            self.out.extend_from_slice(frame);
        }
    }

    fn happened(&mut self, what: Happened, text: &[u8], now: Instant) {
        let Some(book) = self.book.clone() else { return };
        let tallies = Arc::clone(&self.crew.tallies);
        match what {
            Happened::Received { conversation, inbound_count } => {
                if let Some((mark, start)) = of_customer(&book, text) {
                    *self.shift.seen.entry(mark).or_default() += 1;
                    tallies.received.fetch_add(1, Ordering::Relaxed);
                    self.time(|shift| &mut shift.received, start, now);
                }
                if owner(&conversation, self.desk.of) == self.desk.place {
                    self.visit(conversation, inbound_count, now);
                }
            }
            Happened::Queued => {
                let Some(mark) = marks::find(text) else { return };
                let Some(start) = book.outbound.started(mark) else { return };
                *self.shift.seen.entry(mark).or_default() += 1;
                tallies.queued.fetch_add(1, Ordering::Relaxed);
                if !self.own_answers.contains(&mark) {
                    self.time(|shift| &mut shift.shared, start, now);
                }
            }
            Happened::Updated { arrived: true } => {
                let own = marks::find(text).filter(|mark| self.own_answers.contains(mark));
                if own.is_some_and(|mark| self.own_arrived.insert(mark)) {
                    tallies.arrived.fetch_add(1, Ordering::Relaxed);
                }
            }
            Happened::Updated { arrived: false } | Happened::Else => {}
        }
    }

    /// Keeps a latency of something that was to happen at `due`.
    fn time(&mut self, kind: impl FnOnce(&mut Shift) -> &mut Vec<Latencies>, due: Instant, now: Instant) {
        let Some(book) = self.book.as_ref().filter(|_| self.shift.timed) else { return };
        let phase = book.phase(due);
        let of_phases = kind(&mut self.shift);
        if of_phases.len() <= phase {
            of_phases.resize_with(phase + 1, Latencies::default);
        }
        of_phases[phase].add(now.saturating_duration_since(due));
    }

    /// Whoever was cut is back when everything up to where the stream was then is here.
    fn look_whether_back(&mut self, now: Instant) {
        if let Some((since, Some(goal))) = self.cut
            && self.at.as_ref().is_some_and(|at| at.offset >= goal)
        {
            self.shift.back.add(now.saturating_duration_since(since));
            self.cut = None;
        }
    }

    /// Plans what a message asks for; one that comes meanwhile is answered with it.
    fn visit(&mut self, conversation: String, inbound_count: u64, now: Instant) {
        if let Some(known) = self.visits.get_mut(&conversation) {
            *known = inbound_count.max(*known);
            return;
        }
        if self.crew.tallies.resting.load(Ordering::Relaxed) {
            return;
        }
        let read_at = now + self.think(READ_AFTER_MS);
        let answer_at = read_at + self.think(ANSWER_AFTER_MS);
        let finish_at = answer_at + self.think(FINISH_AFTER_MS);
        self.plan(read_at, &conversation, Deed::Read);
        if self.taken.insert(conversation.clone()) {
            self.plan(read_at, &conversation, Deed::Take);
        }
        self.plan(answer_at, &conversation, Deed::Answer);
        if self.chance.random_ratio(1, NOTE_EVERY) {
            self.plan(finish_at, &conversation, Deed::Note);
        }
        if self.chance.random_ratio(1, RESOLVE_EVERY) {
            self.plan(finish_at, &conversation, Deed::Resolve);
        }
        self.plan(finish_at, &conversation, Deed::Leave);
        self.visits.insert(conversation, inbound_count);
    }

    fn think(&mut self, range_ms: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.chance.random_range(range_ms)).mul_f64(self.crew.pace)
    }

    fn plan(&mut self, due: Instant, conversation: &str, deed: Deed) {
        self.planned += 1;
        self.crew.tallies.planned.fetch_add(1, Ordering::Relaxed);
        self.plans.push(Reverse(Plan {
            due,
            nth: self.planned,
            conversation: conversation.to_owned(),
            deed,
        }));
    }

    /// Does what is due; the frames go into `out`.
    fn act(&mut self) {
        let now = Instant::now();
        while self.plans.peek().is_some_and(|Reverse(plan)| plan.due <= now) {
            let Some(Reverse(plan)) = self.plans.pop() else { return };
            self.carry_out(&plan);
            self.crew.tallies.planned.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn carry_out(&mut self, Plan { due, conversation, deed, .. }: &Plan) {
        let (due, conversation) = (*due, conversation.as_str());
        let text;
        let command = match deed {
            Deed::Read => {
                let inbound_count = self.visits.get(conversation).copied().unwrap_or_default();
                Command::Read { conversation, inbound_count }
            }
            Deed::Take => {
                text = self.desk.colleague.user_id.clone();
                Command::Assign { conversation, user_id: &text }
            }
            Deed::Answer => {
                let Some(mark) = self.next_answer(due) else { return };
                text = marks::text(mark);
                Command::Send { conversation, body: &text }
            }
            Deed::Note => Command::Note { conversation, body: "Called back; the bike is ready on Friday." },
            Deed::Resolve => Command::Resolve { conversation },
            Deed::Leave => {
                self.visits.remove(conversation);
                return;
            }
        };
        let Some(inbox) = self.crew.target.inbox() else { return };
        let id = self.next_id;
        self.next_id += 1;
        let key = format!("{}-{}-{id}", self.desk.tenant, self.desk.place);
        let frame = client_frame(1, inbox.command(id, &key, &command).as_bytes());
        self.out.extend_from_slice(&frame);
        self.waiting.insert(id, Waiting { frame, due });
        self.crew.tallies.commands.fetch_add(1, Ordering::Relaxed);
    }

    /// A new answer's mark, planned for this time; none when the run has had as many as it may.
    fn next_answer(&mut self, due: Instant) -> Option<u64> {
        let book = self.book.as_ref()?;
        let nth = book.answers.fetch_add(1, Ordering::Relaxed);
        if nth >= ANSWERS_MAX as u64 {
            return None;
        }
        let mark = book.first_answer + nth;
        book.outbound.start(mark, 1, due);
        self.own_answers.insert(mark);
        self.shift.answers.push(mark);
        Some(mark)
    }
}

/// A connection that is open.
struct Line {
    stream: TcpStream,
    scanner: Scanner,
    /// What came behind the upgrade's answer.
    rest: Vec<u8>,
}

/// The customer's message of this run in a frame, and when it was meant to start.
fn of_customer(book: &Book, text: &[u8]) -> Option<(u64, Instant)> {
    let mark = marks::find(text)?;
    book.inbound.iter().find_map(|marks| Some((mark, marks.started(mark)?)))
}

/// Which of the agents looks after a conversation.
fn owner(conversation: &str, of: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    conversation.hash(&mut hasher);
    hasher.finish() % of.max(1)
}

/// A moment, or never.
async fn at(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_conversation_is_one_agents() {
        let owners: HashSet<u64> = (0..100).map(|nth| owner(&format!("cnv_{nth}"), 4)).collect();
        assert_eq!(owners, HashSet::from([0, 1, 2, 3]));
        assert_eq!(owner("cnv_1", 4), owner("cnv_1", 4));
        assert_eq!(owner("cnv_1", 0), 0);
    }

    #[test]
    fn phases_begin_when_they_are_meant_to() {
        let origin = Instant::now();
        let at = |ms| origin + Duration::from_millis(ms);
        let book = Book {
            inbound: Vec::new(),
            outbound: Arc::new(Marks::new(origin, 0, 0)),
            first_answer: 0,
            answers: AtomicU64::new(0),
            phases: vec![at(10), at(20)],
        };
        for (ms, phase) in [(0, 0), (9, 0), (10, 1), (19, 1), (20, 2), (99, 2)] {
            assert_eq!(book.phase(at(ms)), phase, "{ms}");
        }
    }
}
