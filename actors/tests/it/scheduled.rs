//! Messages that are to go at a time, with the clock moved.

use std::time::Duration;

use switchboard_actors::Refusal;
use switchboard_ports::clock::Clock as _;
use switchboard_schema::{
    ConversationId,
    wire::{ChangeSchedule, IdentityKind, Message, MessageState, Schedule, ScheduleRequest, SendRequest},
};

use crate::{
    audit::audit_soon,
    world::{Running, World, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];
const HOUR: Duration = Duration::from_secs(3_600);

async fn plan(world: &World, running: &Running, id: ConversationId, words: &str, after: Duration) -> Message {
    let when = Schedule { send_at: world.clock.now() + after, unless_reply: false };
    let request = ScheduleRequest { when, message: SendRequest::text(words.to_owned()) };
    running.house.schedule(world.scope, world.act(words), id, request).await.expect("it is planned")
}

async fn fire(running: &Running) {
    running.house.fire_wakeups(false).await.expect("due wake-ups are fired");
}

async fn begun(world: &World, running: &Running) -> ConversationId {
    world.deliver(running, vec![world.message("in.1", FROM)]).await;
    world.only_conversation(running).await
}

/// What the thread says of ours, but for plans.
async fn said(world: &World, running: &Running, id: ConversationId) -> Vec<(u64, MessageState)> {
    let thread = world.thread(running, id).await.expect("the thread is read");
    let went = thread.iter().filter(|message| message.scheduled.is_none() && message.seq > 1);
    went.map(|message| (message.seq, message.state)).collect()
}

#[test]
fn it_goes_at_its_time_and_not_before_also_where_nobody_was_awake_then() {
    run(async {
        let (mut world, running) = World::with_channel(901).await;
        let id = begun(&world, &running).await;
        plan(&world, &running, id, "good morning", 3 * HOUR).await;
        plan(&world, &running, id, "good evening", 9 * HOUR).await;
        world.clock.advance(2 * HOUR);
        fire(&running).await;
        assert_eq!(said(&world, &running, id).await, []);
        assert_eq!(world.provider.requests().len(), 0);
        world.clock.advance(HOUR);
        fire(&running).await;
        world.reaches(&running, id, 4, MessageState::Sent).await;
        // Nobody is there when the second is due.
        world.crash(running).await;
        world.clock.advance(7 * HOUR);
        let running = world.open(None);
        fire(&running).await;
        world.reaches(&running, id, 5, MessageState::Sent).await;
        assert_eq!(world.provider.requests().len(), 2, "each once");
        assert_eq!(running.house.scheduled(world.scope, id).await, Ok(vec![]));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn the_window_is_judged_when_it_is_due() {
    run(async {
        let (mut world, running) = World::with_channel(902).await;
        let id = begun(&world, &running).await;
        plan(&world, &running, id, "too late", 30 * HOUR).await;
        world.clock.advance(30 * HOUR);
        fire(&running).await;
        world.reaches(&running, id, 3, MessageState::Failed).await;
        let thread = world.thread(&running, id).await.expect("the thread is read");
        let error = thread.iter().find(|one| one.seq == 3).and_then(|one| one.error.clone());
        assert_eq!(error.map(|error| error.code).as_deref(), Some("window_closed"));
        assert_eq!(world.provider.requests().len(), 0);
        world.crash(running).await;
    });
}

#[test]
fn what_was_changed_or_deleted_goes_by_its_new_time_or_never_and_each_act_is_done_once() {
    run(async {
        let (mut world, running) = World::with_channel(903).await;
        let id = begun(&world, &running).await;
        let moved = plan(&world, &running, id, "moved", HOUR).await;
        let deleted = plan(&world, &running, id, "deleted", HOUR).await;
        let sent = plan(&world, &running, id, "sent now", HOUR).await;
        let (scope, house) = (world.scope, &running.house);
        let send_at = Some(world.clock.now() + 5 * HOUR);
        let change = ChangeSchedule { send_at, ..ChangeSchedule::default() };
        house.reschedule(scope, world.act("m"), (id, moved.id), change).await.expect("it is moved");
        house.unschedule(scope, world.act("d"), (id, deleted.id)).await.expect("it is deleted");
        let went = house.send_scheduled(scope, world.act("s"), (id, sent.id)).await.expect("it goes");
        world.reaches(&running, id, went.seq, MessageState::Sent).await;
        let running = world.restart(running).await;
        let house = &running.house;
        house.unschedule(scope, world.act("d"), (id, deleted.id)).await.expect("it is answered again");
        let again = house.unschedule(scope, world.act("d2"), (id, deleted.id)).await;
        assert!(matches!(again, Err(Refusal::Rule { code: "not_scheduled", .. })), "{again:?}");
        world.clock.advance(2 * HOUR);
        fire(&running).await;
        let open = house.scheduled(scope, id).await.expect("they are read");
        assert_eq!(open.iter().map(|one| one.id).collect::<Vec<_>>(), [moved.id]);
        assert_eq!(world.provider.requests().len(), 1);
        world.clock.advance(3 * HOUR);
        fire(&running).await;
        world.reaches(&running, id, went.seq + 1, MessageState::Sent).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_plan_in_an_old_part_of_a_long_thread_is_found_and_goes_after_a_restart() {
    run(async {
        let (mut world, running) = World::with_channel(904).await;
        let id = begun(&world, &running).await;
        plan(&world, &running, id, "from long ago", HOUR).await;
        for nth in 0..1_100 {
            let note = switchboard_schema::wire::Note { body: format!("note {nth}"), mentions: Vec::new() };
            let act = world.act(&format!("note {nth}"));
            running.house.note(world.scope, act, id, note).await.expect("it is noted");
        }
        let running = world.restart(running).await;
        assert_eq!(running.house.scheduled(world.scope, id).await.map(|open| open.len()), Ok(1));
        world.clock.advance(HOUR);
        fire(&running).await;
        world.reaches(&running, id, 1_103, MessageState::Sent).await;
        assert_eq!(running.house.scheduled(world.scope, id).await, Ok(vec![]));
        let running = world.restart(running).await;
        fire(&running).await;
        assert_eq!(world.provider.requests().len(), 1);
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}
