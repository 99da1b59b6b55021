//! What is told is found, as it is now, once; whatever becomes of the feeder, the index or the store.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::feeder::{CURSOR, Feeder};
use switchboard_domain::{
    inbound::{Edit, InboundMessage, Party, Revoke, Update},
    search::{Filters, Query, text},
};
use switchboard_ports::{
    clock::Clock,
    search::{Ask, Change, Error, Found, Index, Kind, Sizes, Target},
};
use switchboard_schema::{
    ConversationId, TenantScope,
    record::LogCursorRow,
    wire::{ContactPatch, Content, IdentityKind, Message, Text},
};
use switchboard_search::Shelves;

use crate::{
    audit::threads,
    world::{Running, World, eventually, party, run, run_seeds},
};

/// A word of everything that is said here.
const SPOKEN: &str = "spoken ";

fn shelves(world: &World, folder: &Path) -> Arc<dyn Index> {
    Arc::new(Shelves::open(folder.to_owned(), world.clock.clone()).expect("a folder for indexes"))
}

fn folder(world: &World) -> PathBuf {
    world.temp.path().join("search")
}

/// Begins to feed, as a server does at its start.
fn feed(world: &World, running: &Running, index: &Arc<dyn Index>) -> Feeder {
    running.house.feeding().add(world.scope);
    running.house.feeder(Arc::clone(index))
}

fn text(body: &str) -> Content {
    Content::Text(Text { body: body.to_owned() })
}

fn written(world: &World, customer: usize, id: &str, words: &str) -> Update {
    Update::Message(InboundMessage::new(from(customer), id.to_owned(), world.clock.now(), text(words)))
}

fn from(customer: usize) -> Party {
    let (user, phone) = (format!("US.{customer}"), format!("3161234567{customer}"));
    party(&[(IdentityKind::Bsuid, &user), (IdentityKind::WaId, &phone)])
}

fn look(world: &World, index: &dyn Index, kind: Kind, line: &str) -> Vec<Target> {
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let ask = Ask {
            query: Query::parse(line).expect("a line"),
            filters: Filters::default(),
            kind,
            after,
            limit: 50,
            now: world.clock.now(),
        };
        let Found { hits, more, .. } = index.find(world.scope, &ask, &|| false).expect("an answer");
        after = hits.last().copied();
        all.extend(hits.into_iter().map(|hit| hit.target));
        if !more {
            return all;
        }
    }
}

/// Everything that is said, and where; none of it twice.
fn found(world: &World, index: &dyn Index, line: &str) -> Result<Vec<(ConversationId, u64)>, String> {
    let place = |target| match target {
        Target::Message(id, seq) => Ok((id, seq)),
        other => Err(format!("{other:?} is no message")),
    };
    let mut places =
        look(world, index, Kind::Messages, line).into_iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let all = places.len();
    places.sort_unstable();
    places.dedup();
    if places.len() == all { Ok(places) } else { Err(format!("{} of {all} stand twice", all - places.len())) }
}

/// What the store has that is spoken.
async fn truth(world: &World, running: &Running) -> Result<BTreeMap<(ConversationId, u64), String>, String> {
    let said = |message: &Message| text::said(message).filter(|said| said.contains("spoken"));
    let threads = threads(world, running).await?;
    let messages = threads.into_iter().flat_map(|(id, (_, messages))| {
        messages.into_iter().filter_map(move |message| Some(((id, message.seq), said(&message)?)))
    });
    Ok(messages.collect())
}

/// Everything is found as it stands: all that is spoken, and each by its own words alone.
async fn audit(world: &World, running: &Running, feeder: &mut Feeder, index: &dyn Index) {
    let feeder = tokio::sync::Mutex::new(feeder);
    eventually("everything that is said is found", async || {
        while feeder.lock().await.round().await {}
        let truth = truth(world, running).await?;
        let all = found(world, index, SPOKEN)?;
        if all != truth.keys().copied().collect::<Vec<_>>() {
            return Err(format!("{} are found of {}", all.len(), truth.len()));
        }
        for (place, words) in &truth {
            let by_words = found(world, index, &format!("\"{words}\""))?;
            if by_words != [*place] {
                return Err(format!("{words} stands at {place:?} and is found at {by_words:?}"));
            }
        }
        Ok(())
    })
    .await;
}

#[test]
fn what_is_said_edited_and_taken_back_is_found_as_it_is() {
    run(async {
        let (world, running) = World::with_channel(1).await;
        let index = shelves(&world, &folder(&world));
        let mut feeder = feed(&world, &running, &index);
        let updates =
            (0..5).map(|n| written(&world, n % 2, &format!("in.{n}"), &format!("spoken words{n}xx")));
        world.deliver(&running, updates.collect()).await;
        audit(&world, &running, &mut feeder, &*index).await;

        let (at, original_id) = (world.clock.now(), "in.0".to_owned());
        let content = text("spoken otherwise");
        let edit = Edit { from: from(0), ours: false, original_id, at, content };
        let revoke = Revoke { from: from(1), ours: false, original_id: "in.1".to_owned(), at };
        world.deliver(&running, vec![Update::Edit(edit), Update::Revoke(revoke)]).await;
        audit(&world, &running, &mut feeder, &*index).await;
        assert_eq!(found(&world, &*index, "words0xx ").unwrap(), []);
        assert_eq!(found(&world, &*index, "words1xx ").unwrap(), []);
        assert_eq!(found(&world, &*index, "otherwise ").unwrap().len(), 1);
    });
}

#[test]
fn people_are_found_from_their_first_word_on_and_by_their_new_name() {
    run(async {
        let (world, running) = World::with_channel(2).await;
        let index = shelves(&world, &folder(&world));
        let mut feeder = feed(&world, &running, &index);
        world.deliver(&running, vec![written(&world, 3, "in.1", "spoken hello")]).await;
        let named = Party { profile_name: Some("Zoë Quist".to_owned()), ..from(4) };
        world.deliver(&running, vec![Update::Named(named)]).await;
        audit(&world, &running, &mut feeder, &*index).await;
        let people = |line: &str| look(&world, &*index, Kind::Contacts, line);
        eventually("somebody who never wrote is found, too", async || match people("zoe").len() {
            1 => Ok(()),
            n => Err(format!("{n} are found")),
        })
        .await;
        let [Target::Contact(id)] = people("06-1234 5673")[..] else { panic!("found by their number") };

        let patch = ContactPatch { name: Some("Marta".to_owned()), about: None, blocked: None };
        running.house.patch_contact(world.scope, world.act("name"), id, None, patch).await.expect("named");
        let feeder = tokio::sync::Mutex::new(feeder);
        eventually("the new name finds them, and their conversation", async || {
            while feeder.lock().await.round().await {}
            let conversations = look(&world, &*index, Kind::Conversations, "marta").len();
            match (people("marta").len(), conversations) {
                (1, 1) => Ok(()),
                found => Err(format!("{found:?}")),
            }
        })
        .await;
        assert_eq!(people("06-1234 5673"), [Target::Contact(id)], "as one person");
    });
}

/// An index that counts how often it was made anew, and with dice one whose commits fail, before they are done or after: as
/// when the process ends there.
struct Watched {
    inner: Arc<dyn Index>,
    dice: Option<Mutex<StdRng>>,
    resets: Mutex<u32>,
}

impl Watched {
    fn new(inner: Arc<dyn Index>, dice: Option<StdRng>) -> Arc<Self> {
        Arc::new(Self { inner, dice: dice.map(Mutex::new), resets: Mutex::new(0) })
    }
}

impl Index for Watched {
    fn note(&self, scope: TenantScope) -> Result<Option<String>, Error> {
        self.inner.note(scope)
    }

    fn apply(&self, scope: TenantScope, changes: Vec<Change>, note: &str) -> Result<(), Error> {
        let Some(dice) = &self.dice else { return self.inner.apply(scope, changes, note) };
        let thrown = dice.lock().unwrap().random_range(0..10);
        if thrown == 0 {
            return Err(Error::Unavailable("no room".to_owned()));
        }
        self.inner.apply(scope, changes, note)?;
        match thrown {
            1 => Err(Error::Unavailable("it is written, and nobody hears of it".to_owned())),
            2 => Err(Error::Damaged("it does not read".to_owned())),
            _ => Ok(()),
        }
    }

    fn reset(&self, scope: TenantScope) -> Result<(), Error> {
        *self.resets.lock().unwrap() += 1;
        self.inner.reset(scope)
    }

    fn find(&self, scope: TenantScope, ask: &Ask, stop: &dyn Fn() -> bool) -> Result<Found, Error> {
        self.inner.find(scope, ask, stop)
    }

    fn rest(&self) {
        self.inner.rest();
    }

    fn sizes(&self) -> Sizes {
        self.inner.sizes()
    }
}

#[test]
fn nothing_is_lost_or_doubled_whatever_ends_in_between() {
    run_seeds(0..6, async |seed| {
        let (mut world, mut running) = World::with_channel(seed).await;
        let mut dice = StdRng::seed_from_u64(seed);
        let open = |world: &World, dice: &mut StdRng| -> Arc<dyn Index> {
            Watched::new(shelves(world, &folder(world)), Some(StdRng::seed_from_u64(dice.random())))
        };
        let mut index = open(&world, &mut dice);
        let mut feeder = feed(&world, &running, &index);
        let mut count = 0;
        for _ in 0..14 {
            let mut updates = Vec::new();
            for _ in 0..dice.random_range(1..6) {
                let customer = dice.random_range(0..3_usize);
                let (at, original) = (world.clock.now(), dice.random_range(0..count.max(1)));
                let original_id = format!("in.{original}.{}", original % 3);
                let whose = from(original % 3);
                updates.push(match dice.random_range(0..10) {
                    0 if count > 0 => Update::Revoke(Revoke { from: whose, ours: false, original_id, at }),
                    1 | 2 if count > 0 => {
                        let content = text(&format!("spoken edit{original}x{}y", dice.random_range(0..9)));
                        Update::Edit(Edit { from: whose, ours: false, original_id, at, content })
                    }
                    _ => {
                        let customer = if customer == count % 3 { customer } else { count % 3 };
                        count += 1;
                        let (n, id) = (count - 1, format!("in.{}.{customer}", count - 1));
                        written(&world, customer, &id, &format!("spoken first{n}z"))
                    }
                });
            }
            world.deliver(&running, updates).await;
            for _ in 0..dice.random_range(0..4) {
                feeder.round().await;
            }
            match dice.random_range(0..8) {
                0 => {
                    // The process ends, with whatever was begun.
                    drop((feeder, index));
                    running = world.restart(running).await;
                    index = open(&world, &mut dice);
                    feeder = feed(&world, &running, &index);
                }
                1 => {
                    // Only the feeder does, and the index is gone.
                    drop((feeder, index));
                    drop(std::fs::remove_dir_all(folder(&world)));
                    index = open(&world, &mut dice);
                    feeder = feed(&world, &running, &index);
                }
                2 => running.house.feeding().damaged(world.scope),
                _ => {}
            }
            world.clock.advance(Duration::from_secs(6));
        }
        let feeder = &mut feeder;
        let clock = Arc::clone(&world.clock);
        let passing = tokio::task::spawn_local(async move {
            loop {
                // What failed is tried again after a pause.
                clock.advance(Duration::from_secs(1));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        audit(&world, &running, feeder, &*index).await;
        passing.abort();
    });
}

#[test]
fn an_index_that_knows_what_the_store_does_not_is_made_anew() {
    run(async {
        let (ahead, running) = World::with_channel(4).await;
        let index = shelves(&ahead, &folder(&ahead));
        let mut feeder = feed(&ahead, &running, &index);
        let updates =
            (0..40).map(|n| written(&ahead, n % 3, &format!("in.{n}"), &format!("spoken lost{n}xx")));
        ahead.deliver(&running, updates.collect()).await;
        audit(&ahead, &running, &mut feeder, &*index).await;
        drop(feeder);

        // Another store of the same workspace, as after a restore: beside the index of the one before.
        let (world, running) = World::with_channel(5).await;
        let updates =
            (0..9).map(|n| written(&world, n % 3, &format!("in.{n}"), &format!("spoken kept{n}xx")));
        world.deliver(&running, updates.collect()).await;
        let mut feeder = feed(&world, &running, &index);
        audit(&world, &running, &mut feeder, &*index).await;
        assert_eq!(found(&world, &*index, "lost").unwrap(), []);
    });
}

#[test]
fn an_index_that_was_away_for_longer_than_the_log_remembers_is_made_anew() {
    run(async {
        let (mut world, running) = World::with_channel(6).await;
        let index = shelves(&world, &folder(&world));
        let mut feeder = feed(&world, &running, &index);
        world.deliver(&running, vec![written(&world, 0, "in.1", "spoken early words")]).await;
        audit(&world, &running, &mut feeder, &*index).await;
        drop(feeder);
        world.deliver(&running, vec![written(&world, 1, "in.2", "spoken meanwhile")]).await;
        let running = world.restart(running).await;
        world.clock.advance(Duration::from_secs(9 * 24 * 3_600));
        let mut feeder = feed(&world, &running, &index);
        audit(&world, &running, &mut feeder, &*index).await;
    });
}

#[test]
fn a_workspace_in_which_nothing_happens_is_not_read_again_at_every_start() {
    run(async {
        let (world, running) = World::with_channel(7).await;
        let counted = Watched::new(shelves(&world, &folder(&world)), None);
        let index: Arc<dyn Index> = counted.clone();
        let mut feeder = feed(&world, &running, &index);
        world.deliver(&running, vec![written(&world, 0, "in.1", "spoken once")]).await;
        audit(&world, &running, &mut feeder, &*index).await;
        for _ in 0..10 {
            // As a server that runs all the while does.
            world.clock.advance(Duration::from_secs(25 * 3_600));
            feeder.tidy().await;
            while feeder.round().await {}
        }
        let noted =
            running.records.get::<LogCursorRow>(world.scope, LogCursorRow::key(CURSOR.to_owned())).await;
        assert!(noted.unwrap().is_some_and(|row| row.offset > 0), "how far it is is noted in the store");
        let before = *counted.resets.lock().unwrap();
        let mut feeder = feed(&world, &running, &index);
        audit(&world, &running, &mut feeder, &*index).await;
        assert_eq!(*counted.resets.lock().unwrap(), before);
    });
}
