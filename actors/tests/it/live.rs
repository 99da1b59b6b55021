//! Sockets on the house: what they are told is chained, also across a restart.

use std::{
    io::{self, IoSlice},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use switchboard_actors::fanout::{self, Line, Opener};
use switchboard_schema::{
    SocketId, UserId,
    wire::{IdentityKind, StreamPosition},
};

use crate::{
    audit::log,
    world::{Running, World, eventually, run_seeds},
};

/// What a client was sent.
#[derive(Clone, Default)]
pub(crate) struct Client(Arc<Mutex<Vec<u8>>>);

impl Line for Client {
    fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut got = self.0.lock().unwrap();
        let before = got.len();
        got.extend(slices.iter().flat_map(|slice| slice.iter().copied()));
        Ok(got.len() - before)
    }

    fn poll_writable(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn reset(&self) {}
}

impl Client {
    /// Opens a socket on an arbiter and subscribes it.
    pub(crate) fn connect(&self, world: &World, running: &Running, n: u8, since: Option<StreamPosition>) {
        self.open(world, running, n, since, None);
    }

    /// The same, as somebody's page.
    pub(crate) fn connect_person(&self, world: &World, running: &Running, n: u8, person: UserId) {
        self.open(world, running, n, None, Some(person));
    }

    fn open(
        &self,
        world: &World,
        running: &Running,
        n: u8,
        since: Option<StreamPosition>,
        person: Option<UserId>,
    ) {
        let (line, scope) = (self.clone(), world.scope);
        running.arbiters[usize::from(n) % running.arbiters.len()].spawn_fn(move || {
            let opener = Opener { scope, caller: [n; 16], credential: [n; 16], person };
            let local = fanout::local().expect("a fan-out on each arbiter");
            let id = SocketId::from_bytes([n; 16]);
            let Ok(socket) = local.open(id, Some(opener), Box::new(line)) else { panic!("no room") };
            socket.subscribe(1, since, false).expect("its first subscription");
            // It is held for as long as it lives.
            actix::spawn(async move { std::future::poll_fn(|cx| socket.poll_gone(cx)).await });
        });
    }

    pub(crate) fn frames(&self) -> Vec<Value> {
        let got = self.0.lock().unwrap().clone();
        let mut rest = &got[..];
        let mut frames = Vec::new();
        while let [first, short, ..] = rest {
            let (header, length) = match short {
                126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
                127 => (10, u64::from_be_bytes(rest[2..10].try_into().unwrap()) as usize),
                length => (2, usize::from(*length)),
            };
            if *first == 0x81 {
                frames.push(serde_json::from_slice(&rest[header..header + length]).expect("JSON"));
            }
            rest = &rest[header + length..];
        }
        frames
    }

    /// What it saw last; an error when something was left out or came twice.
    fn position(&self, since: Option<u64>) -> Result<(StreamPosition, Option<bool>), String> {
        let mut at: Option<StreamPosition> = None;
        let mut first = None;
        let mut seen = since;
        for frame in self.frames() {
            match frame["type"].as_str() {
                Some("subscribed") => {
                    let resumed = frame["resumed"].as_bool() == Some(true);
                    first = first.or(Some(resumed));
                    let offset = frame["offset"].as_u64().ok_or("an offset")?;
                    if !resumed {
                        seen = Some(offset);
                    }
                    let epoch = frame["epoch"].as_str().unwrap_or_default().to_owned();
                    at = Some(StreamPosition { epoch, offset: seen.unwrap_or(offset) });
                }
                Some("event") => {
                    let (offset, prev) = (frame["offset"].as_u64(), frame["prev"].as_u64());
                    if prev != seen {
                        return Err(format!("{offset:?} after {prev:?}, but {seen:?} was seen"));
                    }
                    seen = offset;
                    if let (Some(at), Some(offset)) = (&mut at, offset) {
                        at.offset = offset;
                    }
                }
                _ => {}
            }
        }
        Ok((at.ok_or("not subscribed")?, first))
    }
}

async fn write(world: &World, running: &Running, chance: &mut StdRng, name: &str) {
    for n in 0..chance.random_range(1..6) {
        let phone = format!("3161000000{}", chance.random_range(0..4));
        let from = [(IdentityKind::Phone, phone.as_str())];
        let updates = (0..chance.random_range(1..30))
            .map(|m| world.message(&format!("{name}.{n}.{m}"), &from))
            .collect();
        world.deliver(running, updates).await;
    }
}

#[test]
fn every_socket_is_told_each_event_once_and_in_order_across_a_restart() {
    run_seeds(231..234, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        let mut chance = StdRng::seed_from_u64(seed);
        let mut clients: Vec<(Client, Option<u64>)> = Vec::new();
        // Some come at the head, some go on from where another is.
        for round in 0..12_u8 {
            write(&world, &running, &mut chance, &format!("in.{round}")).await;
            let client = Client::default();
            let mut since = None;
            if let Some((earlier, from)) = clients.last()
                && chance.random_bool(0.7)
                && let Ok((at, _)) = earlier.position(*from)
            {
                since = Some(at);
            }
            client.connect(&world, &running, round, since.clone());
            clients.push((client, since.map(|since| since.offset)));
        }
        let head_of = async |running: &Running| log(&world, running).await.map(|rows| rows.len() as u64);
        eventually("everybody is at the head", async || {
            let head = head_of(&running).await?;
            for (client, since) in &clients {
                let (at, first) = client.position(*since)?;
                assert_eq!(first, Some(since.is_some()), "it goes on without a hole");
                if at.offset != head {
                    return Err(format!("{} of {head}", at.offset));
                }
            }
            Ok(())
        })
        .await;
        let positions: Vec<_> = clients
            .iter()
            .map(|(client, since)| client.position(*since).expect("it was chained").0)
            .collect();
        let running = world.restart(running).await;
        let mut clients = Vec::new();
        for (n, at) in (0_u8..).zip(positions) {
            if n % 3 == 0 {
                write(&world, &running, &mut chance, &format!("after.{n}")).await;
            }
            let client = Client::default();
            client.connect(&world, &running, n, Some(at.clone()));
            clients.push((client, at.offset));
        }
        eventually("everybody went on", async || {
            let head = log(&world, &running).await?.len() as u64;
            for (client, since) in &clients {
                let (at, first) = client.position(Some(*since))?;
                assert_eq!(first, Some(true), "the log has what it missed");
                if at.offset != head {
                    return Err(format!("{} of {head}", at.offset));
                }
            }
            Ok(())
        })
        .await;
        world.crash(running).await;
    });
}
