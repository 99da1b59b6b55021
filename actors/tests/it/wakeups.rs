//! Waking at the right time: whatever the clock does, whatever cannot be woken, and at what cost.

use std::{sync::Arc, time::Duration};

use futures_util::future::{join, join_all};
use switchboard_actors::house::Connector;
use switchboard_ports::{
    clock::Clock as _,
    store::{Lane, Mutation, Scan, Scope},
};
use switchboard_schema::{
    ConversationId,
    record::{ThreadKind, ThreadRow, WakeupCursorRow, WakeupReason},
    table::CellType as _,
    wire::{ConversationStatus, IdentityKind, StatusRequest},
};
use switchboard_store::{FaultPlan, Faulty};

use crate::{
    audit::audit_soon,
    provider::{Provider, ToProvider},
    world::{Running, World, agent, eventually, hasty_arbiter, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];
const OTHER: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000002")];
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);

async fn tick(running: &Running) -> usize {
    running.house.fire_wakeups(false).await.expect("due wake-ups are fired")
}

async fn snooze(world: &World, running: &Running, id: ConversationId, span: Duration) {
    let until = Some(world.clock.now() + span);
    let request = StatusRequest { status: ConversationStatus::Snoozed, snoozed_until: until };
    let act = world.act(&format!("snooze until {until:?}"));
    running.house.set_status(world.scope, act, id, request).await.expect("it is snoozed");
}

async fn status(world: &World, running: &Running, id: ConversationId) -> ConversationStatus {
    let found = running.house.conversation(world.scope, id, agent()).await;
    found.expect("it is there").conversation.status
}

/// The first minute that is still read.
async fn cursor(running: &Running) -> i64 {
    let key = WakeupCursorRow::key(0);
    let row = running.records.get::<WakeupCursorRow>(Scope::System, key).await.expect("it is read");
    row.expect("there is one").minute
}

/// A conversation with a customer.
async fn begun(world: &World, running: &Running, from: &[(IdentityKind, &str)]) -> ConversationId {
    world.deliver(running, vec![world.message(&format!("in.{}", from[0].1), from)]).await;
    let list = world.list(running).await.expect("the list is read");
    let found = list.iter().find(|known| known.contact.identities.iter().any(|way| way.value == from[0].1));
    found.expect("it is listed").id
}

#[test]
fn after_weeks_without_a_process_everything_missed_is_fired_and_the_cursor_is_where_it_was_left() {
    run(async {
        let (mut world, running) = World::with_channel(401).await;
        let (soon, late) = (begun(&world, &running, FROM).await, begun(&world, &running, OTHER).await);
        snooze(&world, &running, soon, HOUR).await;
        snooze(&world, &running, late, DAY * 16).await;
        audit_soon(&world, &running).await;
        let left = world.minute();
        world.crash(running).await;
        world.clock.advance(DAY * 20);
        let running = world.open(None);
        assert!(
            running.house.fire_wakeups(true).await.expect("they are fired") >= 3,
            "who was active, and a snooze"
        );
        assert_eq!(status(&world, &running, soon).await, ConversationStatus::Open);
        let its_minute = left + 16 * 24 * 60..left + 16 * 24 * 60 + 3;
        assert!((left..left + 7 * 24 * 60).contains(&cursor(&running).await), "a week at a time");
        assert_eq!(world.wakeups(&running, its_minute.clone()).await.expect("they are read").len(), 1);
        for _ in 0..2 {
            tick(&running).await;
        }
        assert_eq!(world.wakeups(&running, its_minute).await.expect("they are read"), []);
        assert_eq!(status(&world, &running, late).await, ConversationStatus::Open);
        assert!(cursor(&running).await >= world.minute() - 3);
        let old = world.wakeups(&running, left - 5..left + 5).await.expect("they are read");
        assert_eq!(old, [], "nothing is left behind the cursor");
        world.crash(running).await;
    });
}

#[test]
fn a_clock_that_was_set_back_between_runs_keeps_nobody_asleep() {
    for (seed, back) in [(402, MINUTE * 3), (403, MINUTE * 40), (404, DAY * 300)] {
        run(async {
            let (mut world, running) = World::with_channel(seed).await;
            let id = begun(&world, &running, FROM).await;
            tick(&running).await;
            world.crash(running).await;
            world.clock.set_back(back);
            let running = world.open(None);
            let fired = running.house.fire_wakeups(true).await.expect("they are fired");
            assert!(fired > 0, "whoever was active is woken at once");
            audit_soon(&world, &running).await;
            snooze(&world, &running, id, MINUTE * 10).await;
            let filed =
                world.wakeups(&running, world.minute()..world.minute() + 12).await.expect("they are read");
            let snoozes = filed.iter().filter(|row| row.reason == WakeupReason::Snooze.as_str());
            assert_eq!(snoozes.count(), 1, "by this clock");
            let running = world.restart(running).await;
            world.clock.advance(MINUTE * 10 + Duration::from_secs(1));
            tick(&running).await;
            assert_eq!(status(&world, &running, id).await, ConversationStatus::Open);
            world.crash(running).await;
        });
    }
}

#[test]
fn a_clock_that_is_set_back_while_it_runs_keeps_nobody_asleep() {
    run(async {
        let (mut world, running) = World::with_channel(405).await;
        let id = begun(&world, &running, FROM).await;
        tick(&running).await;
        world.clock.set_back(HOUR);
        snooze(&world, &running, id, MINUTE * 10).await;
        let other = begun(&world, &running, OTHER).await;
        let before = cursor(&running).await;
        tick(&running).await;
        assert_eq!(cursor(&running).await, before);
        assert_eq!(status(&world, &running, id).await, ConversationStatus::Snoozed);
        world.clock.advance(MINUTE * 10 + Duration::from_secs(1));
        tick(&running).await;
        assert_eq!(status(&world, &running, id).await, ConversationStatus::Open);
        snooze(&world, &running, other, HOUR * 2).await;
        world.crash(running).await;
        let running = world.open(None);
        assert!(running.house.fire_wakeups(true).await.expect("they are fired") >= 2);
        audit_soon(&world, &running).await;
        world.clock.advance(HOUR * 2);
        tick(&running).await;
        assert_eq!(status(&world, &running, other).await, ConversationStatus::Open);
        world.crash(running).await;
    });
}

/// A wake-up from a snooze is among these.
fn is_snooze(rows: &[Mutation]) -> bool {
    let reason = WakeupReason::Snooze.as_str().to_owned().into_cell();
    rows.iter().any(|row| matches!(row, Mutation::Put { cells, .. } if cells.last() == Some(&reason)))
}

#[test]
fn a_row_that_is_written_when_its_minute_is_long_over_is_found() {
    run(async {
        let (mut world, running) = World::with_channel(406).await;
        world.crash(running).await;
        let (running, store) = world.open_holding(is_snooze);
        let id = begun(&world, &running, FROM).await;
        audit_soon(&world, &running).await;
        let (w, r) = (&world, &running);
        let minute = w.minute();
        let snoozed = async || {
            let found = w.wakeups(r, minute..minute + 2).await.expect("they are read");
            found.into_iter().filter(|row| row.reason == WakeupReason::Snooze.as_str()).collect::<Vec<_>>()
        };
        let ticks = async {
            store.until_held().await;
            w.clock.advance(MINUTE * 30);
            // Its owner is woken, too, and has to write first.
            let first = async {
                join_all([tick(r), tick(r), tick(r)]).await;
            };
            let go_on = async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                assert_eq!(snoozed().await, []);
                store.go_on();
            };
            join(first, go_on).await;
        };
        join(snooze(w, r, id, Duration::from_secs(5)), ticks).await;
        tick(r).await;
        assert_eq!(snoozed().await, [], "it was fired");
        assert_eq!(status(w, r, id).await, ConversationStatus::Open);
        tick(r).await;
        assert!(cursor(r).await >= minute + 27, "nothing is on its way any more");
        world.crash(running).await;
    });
}

#[test]
fn who_cannot_be_woken_holds_up_nobody_is_tried_ever_less_often_and_wakes_when_it_is_mended() {
    run(async {
        let (mut world, running) = World::with_channel(407).await;
        let (sick, well) = (begun(&world, &running, FROM).await, begun(&world, &running, OTHER).await);
        snooze(&world, &running, sick, MINUTE).await;
        snooze(&world, &running, well, HOUR * 3).await;
        audit_soon(&world, &running).await;
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(sick, 0));
        let rows = running.records.all::<ThreadRow>(world.scope, scan).await.expect("the rows are read");
        let head = rows.into_iter().find(|row| row.kind == ThreadKind::Head.as_i64()).expect("a head");
        let scope = world.scope;
        let put = async |running: &Running, row: ThreadRow| {
            running.records.put(scope, Lane::Interactive, row).await.expect("it is written");
        };
        put(&running, ThreadRow { body: b"rubbish".to_vec(), ..head.clone() }).await;
        let mut running = world.restart(running).await;
        for _ in 0..3 * 60 {
            world.clock.advance(MINUTE);
            tick(&running).await;
        }
        assert_eq!(status(&world, &running, well).await, ConversationStatus::Open);
        assert!(cursor(&running).await >= world.minute() - 3, "it is passed");
        let behind = world.minute() - 3 * 60 - 10..world.minute();
        assert_eq!(
            world.wakeups(&running, behind).await.expect("they are read"),
            [],
            "filed again, and away there"
        );
        let ahead = world.minute()..world.minute() + 61;
        let filed = world.wakeups(&running, ahead.clone()).await.expect("they are read");
        let waiting = filed.iter().filter(|row| row.due + HOUR < world.clock.now());
        assert_eq!(waiting.count(), 2, "its alarm, and what makes it repair itself: {filed:?}");

        put(&running, head).await;
        running = world.restart(running).await;
        for _ in ahead {
            world.clock.advance(MINUTE);
            tick(&running).await;
        }
        assert_eq!(status(&world, &running, sick).await, ConversationStatus::Open);
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn ticks_at_the_same_time_fire_everything_once() {
    run(async {
        let (mut world, running) = World::with_channel(408).await;
        let ids = [begun(&world, &running, FROM).await, begun(&world, &running, OTHER).await];
        for id in ids {
            snooze(&world, &running, id, MINUTE).await;
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
        world.clock.advance(MINUTE * 2);
        let running = world.open(None);
        let fired = join_all((0..8).map(|n| running.house.fire_wakeups(n % 2 == 0))).await;
        let fired: Vec<_> = fired.into_iter().map(|fired| fired.expect("they are fired")).collect();
        assert!(fired[0] >= 4 && fired[1..].iter().all(|more| *more == 0), "{fired:?}");
        for id in ids {
            assert_eq!(status(&world, &running, id).await, ConversationStatus::Open);
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_tick_reads_a_few_minutes_however_much_was_fired_before() {
    run(async {
        let (mut world, running) = World::with_channel(409).await;
        world.crash(running).await;
        let faulty = Faulty::new(world.temp.store(), 409, FaultPlan::none());
        let provider: Arc<Provider> = Arc::clone(&world.provider);
        let connector: Arc<dyn Connector> = Arc::new(ToProvider(provider));
        let running = world.open_over(Arc::<Faulty>::clone(&faulty), connector, vec![hasty_arbiter()]);
        let id = begun(&world, &running, FROM).await;
        let begun_at = world.minute();
        for _ in 0..100 {
            snooze(&world, &running, id, MINUTE).await;
            world.clock.advance(MINUTE + Duration::from_secs(1));
            assert!(tick(&running).await > 0);
            assert_eq!(status(&world, &running, id).await, ConversationStatus::Open);
        }
        eventually("everybody has gone", async || {
            // What was left standing fires once for nothing.
            world.clock.advance(MINUTE);
            tick(&running).await;
            let left = world.wakeups(&running, begun_at - 5..world.minute() + 60).await;
            if left.is_ok_and(|left| left.is_empty()) { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
        tick(&running).await;
        let before = faulty.operations();
        tick(&running).await;
        let operations = faulty.operations() - before;
        assert!((3..=5).contains(&operations), "{operations} reads for what has not been over for long");
        world.crash(running).await;
    });
}

#[test]
fn who_is_here_has_a_wakeup_that_stands_with_whatever_it_commits() {
    run(async {
        let (mut world, running) = World::with_channel(410).await;
        begun(&world, &running, FROM).await;
        audit_soon(&world, &running).await;
        let standing = async || {
            let minutes = world.minute() - 5..world.minute() + 5;
            let rows = world.wakeups(&running, minutes).await.expect("they are read");
            rows.into_iter().filter(|row| row.due > world.clock.now() && row.target[0] == b'v').count()
        };
        assert_eq!(standing().await, 1);
        let fired = running.house.fire_wakeups(true).await.expect("they are fired");
        assert_eq!((fired, standing().await), (0, 1), "it is awake, and this one is its own");
        // As after a sleep of the whole machine: all that stood is due.
        world.clock.advance(MINUTE * 5);
        assert!(tick(&running).await > 0);
        world.deliver(&running, vec![world.message("in.more", FROM)]).await;
        assert_eq!(standing().await, 1, "before the commit");
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}
