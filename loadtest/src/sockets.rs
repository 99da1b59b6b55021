//! Agents' sockets: opened, read, dropped, resumed, left unread.
//!
//! A fleet has a few threads, each with a runtime of its own; a socket is one small task on one of them and shares
//! the thread's buffer for reading. Figures are counted per read, not per frame.

use std::{
    cell::{Cell, RefCell},
    io,
    net::SocketAddr,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc as std_mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    sync::{Semaphore, mpsc},
    task::{JoinSet, LocalSet},
};

use crate::{
    audit::in_words,
    error::{Error, loopback},
    frames::{Frame, Scanner, client_frame},
    http::Head,
    marks::{self, Marks},
    stats::Latencies,
    target::{Heard, Position, Target, Tenant},
};

/// Read at once by a thread, whichever socket it is for.
const READ_BYTES: usize = 256 * 1024;
/// Sockets of one thread that are being opened at a time.
const OPENING_MAX: usize = 256;
/// How long opening may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest answer to an upgrade.
const UPGRADE_BYTES_MAX: usize = 8 * 1024;
/// What the system keeps of what a slow reader does not read.
const SLOW_RECEIVE_BYTES: u32 = 32 * 1024;
/// How often a slow reader looks whether it may read.
const PAUSED_EVERY: Duration = Duration::from_millis(20);
/// Orders that may wait for a thread.
const ORDERS_MAX: usize = 16;
/// How long a thread may take to answer an order.
const ORDER_TIMEOUT: Duration = Duration::from_secs(30);
/// The close code of a socket that was too slow.
const TOO_SLOW: u16 = 4008;

/// What a socket is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It reads all the time.
    Steady,
    /// It is dropped and resumed when that is ordered.
    Dropped,
    /// It stops reading when that is ordered.
    Slow,
}

/// One socket to open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat {
    /// Of which workspace, as a place in the fleet's list.
    pub(crate) tenant: usize,
    /// What for.
    pub(crate) role: Role,
    /// Latencies are taken on it.
    pub(crate) timed: bool,
}

/// Figures of all sockets, from the beginning.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// Opened and subscribed.
    pub(crate) subscribed: AtomicU64,
    /// Resumed without what was missed.
    pub(crate) not_resumed: AtomicU64,
    /// Events.
    pub(crate) events: AtomicU64,
    /// Events that are a customer's message.
    pub(crate) messages: AtomicU64,
    /// The same, on sockets that read all the time.
    pub(crate) steady_messages: AtomicU64,
    /// Bytes of frames.
    pub(crate) bytes: AtomicU64,
    /// Reads that found something.
    pub(crate) reads: AtomicU64,
    /// Events whose predecessor was not there.
    pub(crate) gaps: AtomicU64,
    /// Events that were there before.
    pub(crate) repeats: AtomicU64,
    /// Sockets that reached the goal of a storm.
    pub(crate) caught_up: AtomicU64,
    /// Closed 4008.
    pub(crate) too_slow: AtomicU64,
    /// Closed with another code.
    pub(crate) closed: AtomicU64,
    /// Broken by the server or the system.
    pub(crate) broken: AtomicU64,
    /// Broken while they did not read: closed, too, but too late to be told.
    pub(crate) broken_slow: AtomicU64,
    /// Could not be opened.
    pub(crate) failed: AtomicU64,
}

/// Figures at one moment, or between two; the fields are those of [`Counters`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) subscribed: u64,
    pub(crate) not_resumed: u64,
    pub(crate) events: u64,
    pub(crate) messages: u64,
    pub(crate) steady_messages: u64,
    pub(crate) bytes: u64,
    pub(crate) reads: u64,
    pub(crate) gaps: u64,
    pub(crate) repeats: u64,
    pub(crate) too_slow: u64,
    pub(crate) closed: u64,
    pub(crate) broken: u64,
    pub(crate) broken_slow: u64,
    pub(crate) failed: u64,
}

impl Counters {
    /// The figures now.
    pub(crate) fn now(&self) -> Counted {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counted {
            subscribed: get(&self.subscribed),
            not_resumed: get(&self.not_resumed),
            events: get(&self.events),
            messages: get(&self.messages),
            steady_messages: get(&self.steady_messages),
            bytes: get(&self.bytes),
            reads: get(&self.reads),
            gaps: get(&self.gaps),
            repeats: get(&self.repeats),
            too_slow: get(&self.too_slow),
            closed: get(&self.closed),
            broken: get(&self.broken),
            broken_slow: get(&self.broken_slow),
            failed: get(&self.failed),
        }
    }
}

impl Counted {
    /// What was added since an earlier moment.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            subscribed: self.subscribed - earlier.subscribed,
            not_resumed: self.not_resumed - earlier.not_resumed,
            events: self.events - earlier.events,
            messages: self.messages - earlier.messages,
            steady_messages: self.steady_messages - earlier.steady_messages,
            bytes: self.bytes - earlier.bytes,
            reads: self.reads - earlier.reads,
            gaps: self.gaps - earlier.gaps,
            repeats: self.repeats - earlier.repeats,
            too_slow: self.too_slow - earlier.too_slow,
            closed: self.closed - earlier.closed,
            broken: self.broken - earlier.broken,
            broken_slow: self.broken_slow - earlier.broken_slow,
            failed: self.failed - earlier.failed,
        }
    }

    /// What went wrong on sockets that read, in words.
    pub(crate) fn defects(&self) -> Vec<String> {
        in_words(&[
            (self.gaps, "gaps in streams"),
            (self.repeats, "repeated events"),
            (self.closed, "sockets closed by the server"),
            (self.broken, "sockets broken"),
            (self.failed, "sockets could not be opened"),
            (self.not_resumed, "sockets not resumed"),
        ])
    }
}

/// What a thread is told to do.
enum Order {
    Open(Vec<Seat>),
    Watch(Arc<Marks>),
    Collect(std_mpsc::SyncSender<Latencies>),
    Heads(std_mpsc::SyncSender<Vec<(usize, u64)>>),
    Drop,
    Resume(Arc<[u64]>),
    ResumeSlow,
    Pause(bool),
}

/// Sockets on some threads. Dropping it closes them all.
pub(crate) struct Fleet {
    orders: Vec<mpsc::Sender<Order>>,
    threads: Vec<thread::JoinHandle<()>>,
    /// Figures.
    pub(crate) counters: Arc<Counters>,
}

impl Fleet {
    /// Starts threads, without a socket yet.
    ///
    /// # Errors
    /// When the address is not on this machine, or threads cannot be started.
    pub(crate) fn start(
        target: &Arc<dyn Target>,
        address: SocketAddr,
        tenants: &Arc<[Tenant]>,
        threads: u64,
    ) -> Result<Self, Error> {
        loopback(address)?;
        let counters = Arc::new(Counters::default());
        let mut fleet = Self { orders: Vec::new(), threads: Vec::new(), counters };
        for _ in 0..threads {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Error::io("a runtime for sockets"))?;
            let (sender, receiver) = mpsc::channel(ORDERS_MAX);
            let (target, tenants) = (Arc::clone(target), Arc::clone(tenants));
            let counters = Arc::clone(&fleet.counters);
            let work = move || {
                let crew = Rc::new(Crew {
                    target,
                    address,
                    tenants,
                    counters,
                    buffer: RefCell::new(vec![0; READ_BYTES]),
                    marks: RefCell::new(None),
                    latencies: RefCell::new(Latencies::default()),
                    opening: Semaphore::new(OPENING_MAX),
                    paused: Cell::new(false),
                });
                LocalSet::new().block_on(&runtime, obey(crew, receiver));
            };
            let thread = thread::Builder::new()
                .name("sockets".to_owned())
                .spawn(work)
                .map_err(Error::io("a thread for sockets"))?;
            fleet.orders.push(sender);
            fleet.threads.push(thread);
        }
        Ok(fleet)
    }

    /// Opens sockets and waits until all are subscribed; says how long that took.
    ///
    /// # Errors
    /// When they are not in time.
    pub(crate) fn open(&self, seats: &[Seat]) -> Result<Duration, Error> {
        let begun = Instant::now();
        let wanted = self.counters.now().subscribed + seats.len() as u64;
        for (index, orders) in self.orders.iter().enumerate() {
            let own = seats.iter().copied().skip(index).step_by(self.orders.len()).collect();
            order(orders, Order::Open(own))?;
        }
        self.until_subscribed(wanted)?;
        Ok(begun.elapsed())
    }

    /// Waits until so many subscriptions were made since the beginning.
    ///
    /// # Errors
    /// When they are not in time.
    pub(crate) fn until_subscribed(&self, wanted: u64) -> Result<(), Error> {
        let there = self.until(OPEN_TIMEOUT * 2, |now| now.subscribed + now.failed >= wanted);
        let now = self.counters.now();
        match (there, now.failed) {
            (true, 0) => Ok(()),
            (true, failed) => Err(Error::server(format!("{failed} sockets could not be opened"))),
            (false, _) => Err(Error::Timeout("opening sockets", OPEN_TIMEOUT.as_secs() * 2)),
        }
    }

    /// Waits until the figures are as wished; false when they are not in time.
    pub(crate) fn until(&self, within: Duration, wish: impl Fn(Counted) -> bool) -> bool {
        let begun = Instant::now();
        while !wish(self.counters.now()) {
            if begun.elapsed() > within {
                return false;
            }
            thread::sleep(Duration::from_millis(1));
        }
        true
    }

    /// From now on latencies are those of these messages; earlier ones are forgotten.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn watch(&self, marks: &Arc<Marks>) -> Result<(), Error> {
        drop(self.collect()?);
        self.orders.iter().try_for_each(|orders| order(orders, Order::Watch(Arc::clone(marks))))
    }

    /// The latencies since they were last collected.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn collect(&self) -> Result<Latencies, Error> {
        let mut all = Latencies::default();
        for orders in &self.orders {
            all.join(ask(orders, Order::Collect)?);
        }
        Ok(all)
    }

    /// The last event's offset in each workspace, as the steady sockets know it.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn heads(&self, tenants: usize) -> Result<Vec<u64>, Error> {
        let mut heads = vec![0; tenants];
        for orders in &self.orders {
            for (tenant, offset) in ask(orders, Order::Heads)? {
                if let Some(head) = heads.get_mut(tenant) {
                    *head = offset.max(*head);
                }
            }
        }
        Ok(heads)
    }

    /// Drops all sockets that are there to be dropped, without a word.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn drop_sockets(&self) -> Result<(), Error> {
        self.orders.iter().try_for_each(|orders| order(orders, Order::Drop))
    }

    /// Resumes them; each has caught up when it has seen its workspace's goal.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn resume(&self, goals: &[u64]) -> Result<(), Error> {
        let goals: Arc<[u64]> = goals.into();
        self.orders.iter().try_for_each(|orders| order(orders, Order::Resume(Arc::clone(&goals))))
    }

    /// Slow readers stop reading, or read again.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn pause(&self, paused: bool) -> Result<(), Error> {
        self.orders.iter().try_for_each(|orders| order(orders, Order::Pause(paused)))
    }

    /// Opens again, from where they were, the slow readers that were closed.
    ///
    /// # Errors
    /// When a thread has ended.
    pub(crate) fn resume_slow(&self) -> Result<(), Error> {
        self.orders.iter().try_for_each(|orders| order(orders, Order::ResumeSlow))
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        self.orders.clear();
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

fn order(orders: &mpsc::Sender<Order>, order: Order) -> Result<(), Error> {
    orders.blocking_send(order).map_err(|_| Error::Setup("a thread for sockets has ended".to_owned()))
}

fn ask<T>(
    orders: &mpsc::Sender<Order>,
    question: impl FnOnce(std_mpsc::SyncSender<T>) -> Order,
) -> Result<T, Error> {
    let (sender, receiver) = std_mpsc::sync_channel(1);
    order(orders, question(sender))?;
    receiver
        .recv_timeout(ORDER_TIMEOUT)
        .map_err(|_| Error::Timeout("asking a thread", ORDER_TIMEOUT.as_secs()))
}

/// What the sockets of one thread share.
struct Crew {
    target: Arc<dyn Target>,
    address: SocketAddr,
    tenants: Arc<[Tenant]>,
    counters: Arc<Counters>,
    buffer: RefCell<Vec<u8>>,
    marks: RefCell<Option<Arc<Marks>>>,
    latencies: RefCell<Latencies>,
    opening: Semaphore,
    paused: Cell<bool>,
}

/// One agent, across its connections.
struct Agent {
    seat: Seat,
    at: RefCell<Option<Position>>,
    /// The offset to reach.
    goal: Cell<Option<u64>>,
    /// A connection of it is there.
    open: Cell<bool>,
}

/// Does what a thread is told, until nobody is left to tell it anything.
async fn obey(crew: Rc<Crew>, mut orders: mpsc::Receiver<Order>) {
    let mut agents: Vec<Rc<Agent>> = Vec::new();
    let (mut steady, mut dropped) = (JoinSet::new(), JoinSet::new());
    while let Some(order) = orders.recv().await {
        match order {
            Order::Open(seats) => {
                for seat in seats {
                    let agent = Rc::new(Agent {
                        seat,
                        at: RefCell::default(),
                        goal: Cell::default(),
                        open: Cell::new(false),
                    });
                    let set = if seat.role == Role::Dropped { &mut dropped } else { &mut steady };
                    set.spawn_local(attend(Rc::clone(&agent), Rc::clone(&crew)));
                    agents.push(agent);
                }
            }
            Order::Watch(marks) => *crew.marks.borrow_mut() = Some(marks),
            // Whoever asked may have given up.
            Order::Collect(answer) => drop(answer.try_send(crew.latencies.take())),
            Order::Heads(answer) => drop(answer.try_send(heads(&agents))),
            Order::Drop => dropped.shutdown().await,
            Order::Resume(goals) => {
                for agent in agents.iter().filter(|agent| agent.seat.role == Role::Dropped) {
                    agent.goal.set(goals.get(agent.seat.tenant).copied());
                    dropped.spawn_local(attend(Rc::clone(agent), Rc::clone(&crew)));
                }
            }
            Order::ResumeSlow => {
                for agent in agents.iter().filter(|agent| agent.seat.role == Role::Slow && !agent.open.get())
                {
                    steady.spawn_local(attend(Rc::clone(agent), Rc::clone(&crew)));
                }
            }
            Order::Pause(paused) => crew.paused.set(paused),
        }
    }
}

fn heads(agents: &[Rc<Agent>]) -> Vec<(usize, u64)> {
    let steady = agents.iter().filter(|agent| agent.seat.role == Role::Steady);
    steady.map(|agent| (agent.seat.tenant, agent.at.borrow().as_ref().map_or(0, |at| at.offset))).collect()
}

/// How a connection ended.
enum End {
    /// The server said why.
    Closed(u16),
    /// Without a word.
    Broken,
    /// It was never open.
    Failed,
}

/// One connection of an agent, from its opening to its end.
async fn attend(agent: Rc<Agent>, crew: Rc<Crew>) {
    let opened = match crew.opening.acquire().await {
        Ok(_permit) => tokio::time::timeout(OPEN_TIMEOUT, open(&agent, &crew)).await,
        Err(_) => return,
    };
    let end = match opened {
        Ok(Ok(mut line)) => {
            agent.open.set(true);
            let end = line.read_on(&agent, &crew).await;
            agent.open.set(false);
            end
        }
        Ok(Err(_)) | Err(_) => End::Failed,
    };
    let counters = &crew.counters;
    let counter = match end {
        End::Closed(TOO_SLOW) => &counters.too_slow,
        End::Closed(_) => &counters.closed,
        End::Broken if agent.seat.role == Role::Slow => &counters.broken_slow,
        End::Broken => &counters.broken,
        End::Failed => &counters.failed,
    };
    counter.fetch_add(1, Ordering::Relaxed);
}

fn malformed(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Connects and upgrades; the connection, and what came behind the upgrade's answer. `receive_bytes` is what the
/// system keeps unread, where that is not as usual.
pub(crate) async fn connect(
    address: SocketAddr,
    upgrade: &[u8],
    receive_bytes: Option<u32>,
) -> io::Result<(TcpStream, Vec<u8>)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(bytes) = receive_bytes {
        socket.set_recv_buffer_size(bytes)?;
    }
    let mut stream = socket.connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(upgrade).await?;
    let mut head = Vec::new();
    loop {
        if stream.read_buf(&mut head).await? == 0 || head.len() > UPGRADE_BYTES_MAX {
            return Err(malformed("no answer to the upgrade"));
        }
        if let Some(parsed) = Head::parse(&head).map_err(|_| malformed("not HTTP"))? {
            if parsed.status != 101 {
                return Err(malformed("no upgrade"));
            }
            let rest = head.split_off(parsed.bytes);
            return Ok((stream, rest));
        }
    }
}

/// Connects, upgrades, subscribes, and reads until the server has said that it is subscribed.
async fn open(agent: &Agent, crew: &Crew) -> io::Result<Line> {
    let tenant = crew.tenants.get(agent.seat.tenant).ok_or_else(|| malformed("no such workspace"))?;
    let receive_bytes = (agent.seat.role == Role::Slow).then_some(SLOW_RECEIVE_BYTES);
    let (mut stream, rest) = connect(crew.address, &crew.target.upgrade(tenant), receive_bytes).await?;
    let first = crew.target.first(tenant, agent.at.borrow().as_ref());
    for text in first {
        stream.write_all(&client_frame(1, text.as_bytes())).await?;
    }
    let mut line = Line { stream, scanner: Scanner::default(), answers: Vec::new(), subscribed: false };
    if !crew.target.confirms() {
        line.subscribed = true;
        crew.counters.subscribed.fetch_add(1, Ordering::Relaxed);
    }
    let mut end = line.take(&rest, agent, crew);
    while !line.subscribed {
        if end.is_some() {
            return Err(malformed("closed before it was subscribed"));
        }
        end = line.read_once(agent, crew).await;
    }
    match end {
        Some(_) => Err(malformed("closed as soon as it was subscribed")),
        None => Ok(line),
    }
}

/// A connection that is open.
struct Line {
    stream: TcpStream,
    scanner: Scanner,
    /// Frames to send.
    answers: Vec<u8>,
    subscribed: bool,
}

impl Line {
    async fn read_on(&mut self, agent: &Agent, crew: &Crew) -> End {
        loop {
            while agent.seat.role == Role::Slow && crew.paused.get() {
                tokio::time::sleep(PAUSED_EVERY).await;
            }
            if let Some(end) = self.read_once(agent, crew).await {
                return end;
            }
        }
    }

    /// Waits until there is something, and takes it; how the connection ended, where it has.
    async fn read_once(&mut self, agent: &Agent, crew: &Crew) -> Option<End> {
        if self.stream.readable().await.is_err() {
            return Some(End::Broken);
        }
        let end = {
            // Nothing waits while the buffer is borrowed.
            let mut buffer = crew.buffer.borrow_mut();
            match self.stream.try_read(&mut buffer) {
                Ok(0) => Some(End::Broken),
                Ok(read) => self.take(&buffer[..read], agent, crew),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
                Err(_) => Some(End::Broken),
            }
        };
        if !self.answers.is_empty() && self.stream.write_all(&self.answers).await.is_err() {
            return Some(End::Broken);
        }
        self.answers.clear();
        end
    }

    fn take(&mut self, bytes: &[u8], agent: &Agent, crew: &Crew) -> Option<End> {
        let mut tally = Tally::default();
        let mut end = None;
        let now = Instant::now();
        let Self { scanner, answers, subscribed, .. } = self;
        let mut hear = |text: &[u8], answers: &mut Vec<u8>| match crew.target.hear(text) {
            Heard::Event { offset, prev, message } => {
                tally.event(agent, offset, prev, message);
                crew.time(agent, message, text, now);
            }
            Heard::Unplaced { message } => {
                tally.unplaced(message);
                crew.time(agent, message, text, now);
            }
            Heard::Subscribed { at, resumed } => {
                *subscribed = true;
                tally.subscribed(agent, at, resumed);
            }
            Heard::Asks(which) => {
                answers.extend_from_slice(&client_frame(1, crew.target.answer(which).as_bytes()));
            }
            Heard::Other => {}
        };
        let separator = crew.target.separator();
        let fed = scanner.feed(bytes, |frame| match frame {
            Frame::Text(text) => match separator {
                None => hear(text, answers),
                Some(separator) => text
                    .split(|byte| *byte == separator)
                    .filter(|text| !text.is_empty())
                    .for_each(|text| hear(text, answers)),
            },
            Frame::Ping(payload) => answers.extend_from_slice(&client_frame(0xa, payload)),
            Frame::Close(code) => end = Some(End::Closed(code)),
            Frame::Other => {}
        });
        if let (Some(goal), Some(at)) = (agent.goal.get(), agent.at.borrow().as_ref())
            && *subscribed
            && at.offset >= goal
        {
            agent.goal.set(None);
            crew.counters.caught_up.fetch_add(1, Ordering::Relaxed);
        }
        tally.publish(&crew.counters, agent.seat.role, bytes.len());
        if fed.is_err() { Some(End::Broken) } else { end }
    }
}

impl Crew {
    fn time(&self, agent: &Agent, message: bool, text: &[u8], now: Instant) {
        if !message || !agent.seat.timed {
            return;
        }
        let marks = self.marks.borrow();
        if let Some(latency) = marks.as_ref().and_then(|marks| marks.since(marks::find(text)?, now)) {
            self.latencies.borrow_mut().add(latency);
        }
    }
}

/// What one read brought.
#[derive(Default)]
struct Tally {
    events: u64,
    messages: u64,
    gaps: u64,
    repeats: u64,
    subscribed: u64,
    not_resumed: u64,
}

impl Tally {
    fn event(&mut self, agent: &Agent, offset: u64, prev: u64, message: bool) {
        self.events += 1;
        self.messages += u64::from(message);
        if let Some(at) = agent.at.borrow_mut().as_mut() {
            self.gaps += u64::from(prev != at.offset);
            self.repeats += u64::from(offset <= at.offset);
            at.offset = offset;
        }
    }

    fn unplaced(&mut self, message: bool) {
        self.events += 1;
        self.messages += u64::from(message);
    }

    fn subscribed(&mut self, agent: &Agent, head: Position, resumed: bool) {
        self.subscribed += 1;
        let mut at = agent.at.borrow_mut();
        match at.as_mut() {
            Some(at) if resumed => at.epoch = head.epoch,
            before => {
                self.not_resumed += u64::from(before.is_some());
                *at = Some(head);
            }
        }
    }

    fn publish(&self, counters: &Counters, role: Role, bytes: usize) {
        let add = |counter: &AtomicU64, more: u64| {
            if more > 0 {
                counter.fetch_add(more, Ordering::Relaxed);
            }
        };
        add(&counters.subscribed, self.subscribed);
        add(&counters.not_resumed, self.not_resumed);
        add(&counters.events, self.events);
        add(&counters.messages, self.messages);
        add(&counters.gaps, self.gaps);
        add(&counters.repeats, self.repeats);
        add(&counters.bytes, bytes as u64);
        add(&counters.reads, 1);
        if role == Role::Steady {
            add(&counters.steady_messages, self.messages);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent(offset: u64) -> Agent {
        let seat = Seat { tenant: 0, role: Role::Steady, timed: false };
        let at = Some(Position { epoch: "e".into(), offset });
        Agent { seat, at: RefCell::new(at), goal: Cell::default(), open: Cell::default() }
    }

    #[test]
    fn a_hole_and_a_repeat_are_counted() {
        let (agent, mut tally) = (agent(5), Tally::default());
        for (offset, prev) in [(6, 5), (8, 6), (9, 8)] {
            tally.event(&agent, offset, prev, true);
        }
        assert_eq!((tally.events, tally.gaps, tally.repeats), (3, 0, 0), "roles see different events");
        tally.event(&agent, 12, 11, false);
        assert_eq!((tally.gaps, tally.repeats), (1, 0));
        tally.event(&agent, 12, 12, false);
        assert_eq!((tally.gaps, tally.repeats), (1, 1));
    }

    #[test]
    fn what_was_missed_is_expected_after_resuming_only() {
        let (agent, mut tally) = (agent(5), Tally::default());
        let head = |offset| Position { epoch: "f".into(), offset };
        tally.subscribed(&agent, head(9), true);
        assert_eq!(agent.at.borrow().as_ref().map(|at| at.offset), Some(5));
        tally.subscribed(&agent, head(9), false);
        assert_eq!(agent.at.borrow().clone(), Some(head(9)));
        assert_eq!((tally.subscribed, tally.not_resumed), (2, 1));
    }
}
