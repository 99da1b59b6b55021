//! What comes before that which it is about.

use switchboard_domain::inbound::{Edit, Revoke, Status, Update};
use switchboard_ports::{clock::Clock, store::Scan};
use switchboard_schema::{
    record::OrphanRow,
    wire::{Content, IdentityKind, MessageState, Text},
};

use crate::{
    audit::audit_soon,
    provider::accepted,
    world::{Running, World, eventually, party, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

async fn nothing_waits(world: &World, running: &Running) {
    eventually("no update waits for its message", async || {
        let scan = Scan::of::<OrphanRow>(OrphanRow::partition(world.channel));
        let rows = running.records.all::<OrphanRow>(world.scope, scan).await.map_err(|e| e.to_string())?;
        if rows.is_empty() { Ok(()) } else { Err(format!("{} wait", rows.len())) }
    })
    .await;
}

#[test]
fn a_status_that_comes_before_its_message_finds_it_across_a_restart() {
    run(async {
        let (mut world, running) = World::with_channel(51).await;
        world.provider.answer_by(|_, _| accepted("out.1"));
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let status = |state| {
            Update::Status(Status {
                provider_id: "out.1".to_owned(),
                state,
                at: world.clock.now(),
                callback: None,
                error: None,
                recipient: Vec::new(),
                charged: None,
                class: None,
            })
        };
        let early = vec![status(MessageState::Delivered), status(MessageState::Sent)];
        world.deliver(&running, early).await;
        let running = world.restart(running).await;
        let id = world.only_conversation(&running).await;
        let sent = world.send(&running, id, "key", "hello").await.expect("it is queued");
        nothing_waits(&world, &running).await;
        let running = world.restart(running).await;
        let threads = audit_soon(&world, &running).await;
        let item = threads[&id].1.iter().find(|item| item.id == sent.id).expect("it is there");
        assert_eq!(item.state, MessageState::Delivered);
        let history: Vec<_> = item.history.iter().map(|known| known.state).collect();
        assert_eq!(
            history,
            [MessageState::Queued, MessageState::Sending, MessageState::Sent, MessageState::Delivered]
        );
    });
}

#[test]
fn an_edit_or_revoke_that_comes_before_its_original_finds_it_across_a_restart() {
    run(async {
        let (mut world, running) = World::with_channel(52).await;
        let (one, two) = (world.message("in.1", FROM), world.message("in.2", FROM));
        let edit = Edit {
            ours: false,
            from: party(FROM),
            original_id: "in.1".to_owned(),
            at: world.clock.now(),
            content: Content::Text(Text { body: "better words".to_owned() }),
        };
        let revoke =
            Revoke { from: party(FROM), ours: false, original_id: "in.2".to_owned(), at: world.clock.now() };
        let early = vec![Update::Edit(edit), Update::Revoke(revoke)];
        world.deliver(&running, early.clone()).await;
        let running = world.restart(running).await;
        world.deliver(&running, early.clone()).await;
        world.deliver(&running, vec![one, two]).await;
        nothing_waits(&world, &running).await;
        let running = world.restart(running).await;
        world.deliver(&running, early).await;
        let threads = audit_soon(&world, &running).await;
        let items = &threads.values().next().expect("a thread").1;
        assert_eq!(items.len(), 2);
        assert_eq!(items[0].content, Content::Text(Text { body: "better words".to_owned() }));
        assert!(items[0].edited_at.is_some() && items[0].deleted_at.is_none());
        assert!(items[1].deleted_at.is_some());
        nothing_waits(&world, &running).await;
    });
}
