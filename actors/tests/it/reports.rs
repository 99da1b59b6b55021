//! Sums and rows of the reports agree, and count everything once, wherever their writing is cut.

use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::follow::{Follower, Following};
use switchboard_domain::report::{Fact, Kind, sums};
use switchboard_ports::store::Scan;
use switchboard_schema::{
    record::{REPORT_STATES, ROLLUPS, ReportFactRow, ReportSums, RollupRow},
    wire::{ConversationStatus, Direction, IdentityKind, MessageState, StatusRequest},
};
use switchboard_store::{Fault, FaultPlan};

use crate::world::{Running, World, eventually, run, run_seeds};

const KINDS: [Kind; 5] = [Kind::Opened, Kind::Resolved, Kind::Answered, Kind::Asked, Kind::Rated];

/// The sums as they are kept, and as the rows come to.
async fn books(world: &World, running: &Running) -> (ReportSums, ReportSums) {
    let (mut kept, mut counted) = (ReportSums::default(), ReportSums::default());
    for day in world.day() - 1..=world.day() + 1 {
        let scan = Scan::of::<RollupRow>(RollupRow::partition(day));
        for row in running.records.all::<RollupRow>(world.scope, scan).await.expect("sums") {
            sums::add(&mut kept, &row.body.0, 1);
        }
        for kind in KINDS {
            let scan = Scan::of::<ReportFactRow>(ReportFactRow::partition(kind.name().to_owned(), day));
            for row in running.records.all::<ReportFactRow>(world.scope, scan).await.expect("rows") {
                let ReportFactRow { at, conversation_id, seq, body, .. } = row;
                let fact = Fact { kind, at, conversation_id, seq, body: body.0 };
                sums::add(&mut counted, &sums::of_fact(&fact).1, 1);
            }
        }
    }
    (kept, counted)
}

/// Messages of customers, and those of ours that left, as the threads have them.
async fn said(world: &World, running: &Running) -> (i64, i64) {
    let (mut received, mut sent) = (0, 0);
    for conversation in world.list(running).await.expect("the list is read") {
        for message in world.thread(running, conversation.id).await.expect("the thread is read") {
            received += i64::from(message.direction == Direction::In);
            sent += i64::from(message.state == MessageState::Sent);
        }
    }
    (received, sent)
}

/// Takes in everything, and finds that it all agrees.
async fn agree(world: &World, running: &Running) -> ReportSums {
    let following = running.house.follow(running.house.reporter());
    eventually("everything is counted once", async || {
        drop(following.catch_up(world.scope).await);
        let (kept, counted) = books(world, running).await;
        let (received, sent) = said(world, running).await;
        let bare = ReportSums { received: 0, sent: 0, automatic: 0, ..kept.clone() };
        match bare == counted && (kept.received, kept.sent) == (received, sent) {
            true => Ok(()),
            false => Err(format!("{kept:?}\nrows: {counted:?}\nsaid: {received}, {sent}")),
        }
    })
    .await;
    books(world, running).await.0
}

fn customer(nth: usize) -> String {
    format!("3161{nth:07}")
}

async fn catch_up<F: Follower>(world: &World, following: &Following<F>) -> bool {
    following.catch_up(world.scope).await.is_ok()
}

#[test]
fn what_is_cut_between_two_writes_counts_once() {
    run(async {
        // The first commit of a turn begins with sums, the second with where conversations stand.
        for table in [&ROLLUPS, &REPORT_STATES] {
            let (mut world, running) = World::with_channel(7).await;
            world.crash(running).await;
            let running = world.open(Some(FaultPlan::none()));
            let faulty = running.faulty.clone().expect("faults");
            // So many that their rows do not fit one commit.
            for nth in 0..70 {
                let from = customer(nth);
                let message = world.message(&format!("in.{nth}"), &[(IdentityKind::WaId, &from)]);
                world.deliver(&running, vec![message]).await;
            }
            faulty.fail_table(table, Fault::Fail);
            let following = running.house.follow(running.house.reporter());
            eventually("a write failed", async || match catch_up(&world, &following).await {
                true => Err("all was written".to_owned()),
                false => Ok(()),
            })
            .await;
            drop(following);
            let running = world.restart(running).await;
            let sums = agree(&world, &running).await;
            assert_eq!((sums.opened, sums.received), (70, 70), "{}", table.name);
            world.crash(running).await;
        }
    });
}

#[test]
fn crashes_and_failed_writes_change_no_sum() {
    run_seeds(600..606, async |seed| {
        let (mut world, mut running) = World::with_channel(seed).await;
        let mut dice = StdRng::seed_from_u64(seed);
        for round in 0..6 {
            world.crash(running).await;
            running = world.open(Some(FaultPlan::none()));
            running.house.fire_wakeups(true).await.expect("the wake-ups are read");
            let following = running.house.follow(running.house.reporter());
            for n in 0..dice.random_range(2..7_u32) {
                let from = customer(dice.random_range(0..3));
                let message = world.message(&format!("in.{round}.{n}"), &[(IdentityKind::WaId, &from)]);
                world.deliver(&running, vec![message]).await;
                let list = world.list(&running).await.expect("the list is read");
                let id = list[dice.random_range(0..list.len())].id;
                let key = format!("{round}.{n}");
                if dice.random_bool(0.6) {
                    drop(world.send(&running, id, &key, "an answer").await);
                } else {
                    let request = StatusRequest { status: ConversationStatus::Resolved, snoozed_until: None };
                    let act = || running.house.set_status(world.scope, world.act(&key), id, request.clone());
                    world.insist(act).await.expect("the status is set");
                }
                if dice.random_bool(0.3) {
                    running.faulty.as_ref().expect("faults").fail_table(&REPORT_STATES, Fault::Fail);
                } else {
                    running.faulty.as_ref().expect("faults").fail_table(&REPORT_STATES, None);
                }
                if dice.random() {
                    drop(following.catch_up(world.scope).await);
                }
            }
            drop(following);
        }
        let running = world.restart(running).await;
        let sums = agree(&world, &running).await;
        assert!(sums.opened > 0 && sums.resolved <= sums.opened, "{sums:?}");
        world.crash(running).await;
    });
}
