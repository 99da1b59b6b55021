//! What is asked twice is done once, and what concerns nobody is kept.

use switchboard_domain::{
    inbound::{Other, Update},
    outbound::{ErrorClass, SendOutcome},
};
use switchboard_ports::store::Scan;
use switchboard_schema::{
    record::{Kept, OtherUpdateRow},
    wire::{ConversationStatus, IdentityKind, MessageState, StatusRequest},
};

use crate::{
    audit::audit_soon,
    provider::refused,
    world::{World, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

#[test]
fn a_retry_repeated_under_its_key_makes_one_request_also_after_a_restart() {
    run(async {
        let (mut world, running) = World::with_channel(101).await;
        world.provider.answer_by(|_, earlier| match earlier {
            0 => refused(ErrorClass::Never),
            _ => SendOutcome::Unknown("no answer".to_owned()),
        });
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let id = world.only_conversation(&running).await;
        let sent = world.send(&running, id, "key", "hello").await.expect("it is queued");
        world.reaches(&running, id, sent.seq, MessageState::Failed).await;
        running.house.retry(world.scope, world.act("again"), id, sent.id).await.expect("it is queued");
        world.reaches(&running, id, sent.seq, MessageState::Unknown).await;
        let repeated = running.house.retry(world.scope, world.act("again"), id, sent.id).await;
        assert_eq!(repeated.expect("it is answered").state, MessageState::Unknown);
        audit_soon(&world, &running).await;
        let running = world.restart(running).await;
        let repeated = running.house.retry(world.scope, world.act("again"), id, sent.id).await;
        assert_eq!(repeated.expect("it is answered").state, MessageState::Unknown);
        assert_eq!(world.provider.requests().len(), 2);
        world.crash(running).await;
    });
}

#[test]
fn a_status_repeated_under_its_key_after_a_restart_does_not_hide_what_came_since() {
    run(async {
        let (mut world, running) = World::with_channel(102).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let id = world.only_conversation(&running).await;
        let resolve = || StatusRequest { status: ConversationStatus::Resolved, snoozed_until: None };
        running
            .house
            .set_status(world.scope, world.act("done"), id, resolve())
            .await
            .expect("it is resolved");
        world.deliver(&running, vec![world.message("in.2", FROM)]).await;
        let running = world.restart(running).await;
        let answer = running.house.set_status(world.scope, world.act("done"), id, resolve()).await;
        assert_eq!(answer.expect("it is answered").status, ConversationStatus::Open);
        world.crash(running).await;
    });
}

#[test]
fn an_update_that_concerns_no_conversation_is_kept_once_as_it_came() {
    run(async {
        let (mut world, running) = World::with_channel(103).await;
        let update = |raw: &str| {
            Update::Other(Other {
                field: "account_update".to_owned(),
                raw: Kept::Inline(raw.to_owned()),
                news: None,
            })
        };
        for _ in 0..2 {
            world.deliver(&running, vec![update("{\"event\":1}"), update("{\"event\":2}")]).await;
        }
        let scan = Scan::of::<OtherUpdateRow>(OtherUpdateRow::partition(world.day()));
        let rows = running.records.all::<OtherUpdateRow>(world.scope, scan).await.expect("they are read");
        let mut raws: Vec<_> = rows
            .iter()
            .map(|row| match &row.body.0.raw {
                Kept::Inline(raw) => raw.as_str(),
                Kept::Blob(_) => panic!("a small one is kept in its row"),
            })
            .collect();
        raws.sort_unstable();
        assert_eq!(raws, ["{\"event\":1}", "{\"event\":2}"]);
        assert!(rows.iter().all(|row| row.body.0.channel_id == world.channel));
        world.crash(running).await;
    });
}
