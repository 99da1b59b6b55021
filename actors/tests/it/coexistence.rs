//! The business writes on its own phone as well, and that phone tells what was written before.

use std::time::Duration;

use switchboard_domain::inbound::{Edit, Origin, Party, Revoke, Status, Update};
use switchboard_schema::wire::{
    Call, CallOutcome, ContactPatch, Content, Direction, IdentityKind, MessageState, SenderKind, Text,
    WindowKind,
};

use crate::{
    audit::audit_soon,
    world::{Running, World, eventually, party, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];
const OTHER: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000002")];
const HOUR: Duration = Duration::from_secs(3_600);

fn echo(world: &World, id: &str) -> Update {
    Update::Message(switchboard_domain::inbound::InboundMessage {
        origin: Origin::PhoneApp,
        ..world.inbound(id, FROM)
    })
}

fn old(
    world: &World,
    id: &str,
    from: &[(IdentityKind, &str)],
    ago: Duration,
    ours: Option<MessageState>,
) -> Update {
    let mut message = world.inbound(id, from);
    message.at = message.at - ago;
    message.origin = Origin::History { ours };
    Update::Message(message)
}

fn status(world: &World, id: &str, state: MessageState) -> Update {
    let (at, provider_id) = (switchboard_ports::clock::Clock::now(&*world.clock), id.to_owned());
    Update::Status(Status {
        provider_id,
        state,
        at,
        callback: None,
        error: None,
        recipient: Vec::new(),
        charged: None,
        class: None,
    })
}

async fn shown(world: &World, running: &Running) -> switchboard_schema::wire::Conversation {
    world.list(running).await.expect("the list is read").remove(0)
}

#[test]
fn what_is_written_on_the_phone_stands_here_once_with_its_ticks_whatever_comes_first() {
    run(async {
        let (mut world, running) = World::with_channel(91).await;
        let from = party(FROM);
        let at = switchboard_ports::clock::Clock::now(&*world.clock);
        let content = Content::Text(Text { body: "better words".to_owned() });
        let edit = Edit {
            from: from.clone(),
            ours: true,
            original_id: "out.1".to_owned(),
            at,
            content: content.clone(),
        };
        let revoke = Revoke { from, ours: true, original_id: "out.2".to_owned(), at };
        let early =
            vec![status(&world, "out.1", MessageState::Read), Update::Edit(edit), Update::Revoke(revoke)];
        world.deliver(&running, early).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        assert!(shown(&world, &running).await.waiting_since.is_some());
        let echoes = vec![echo(&world, "out.1"), echo(&world, "out.2")];
        world.deliver(&running, echoes.clone()).await;
        let running = world.restart(running).await;
        world.deliver(&running, echoes).await;
        let id = world.only_conversation(&running).await;
        world.reaches(&running, id, 2, MessageState::Read).await;
        eventually("the edit finds it", async || {
            let thread = world.thread(&running, id).await.map_err(|refusal| refusal.to_string())?;
            if thread[1].content == content { Ok(()) } else { Err(format!("{:?}", thread[1])) }
        })
        .await;
        let threads = audit_soon(&world, &running).await;
        let items = &threads.values().next().expect("a thread").1;
        assert_eq!(items.len(), 3, "each once");
        assert_eq!((items[1].direction, items[1].sent_by.kind), (Direction::Out, SenderKind::PhoneApp));
        assert!(items[2].deleted_at.is_some());
        let conversation = shown(&world, &running).await;
        assert_eq!((conversation.waiting_since, conversation.inbound_count), (None, 1));
    });
}

#[test]
fn a_long_history_comes_in_its_own_order_once_and_is_nobodys_new_mail() {
    run(async {
        let (mut world, running) = World::with_channel(92).await;
        // Newest first, of two people, more than is taken in at once, and more than a bucket.
        let mut updates = Vec::new();
        for n in 0..260_u32 {
            let ago = HOUR * (30 + n);
            let ours = (n % 3 == 0).then_some(MessageState::Read);
            updates.push(old(&world, &format!("h.{n}"), if n % 2 == 0 { FROM } else { OTHER }, ago, ours));
        }
        world.deliver(&running, updates.clone()).await;
        let running = world.restart(running).await;
        world.deliver(&running, updates).await;
        let list = world.list(&running).await.expect("the list is read");
        assert_eq!(list.len(), 2);
        for conversation in &list {
            assert_eq!((conversation.inbound_count, conversation.waiting_since), (0, None));
            assert_eq!(conversation.window.kind, WindowKind::Closed);
            let thread = world.thread(&running, conversation.id).await.expect("the thread is read");
            assert_eq!(thread.len(), 130);
            assert!(thread.iter().all(|message| message.imported));
            assert!(thread.is_sorted_by_key(|message| message.provider_at), "as it was written");
        }
        audit_soon(&world, &running).await;
    });
}

#[test]
fn what_is_new_does_not_wait_for_a_history() {
    run(async {
        let (world, running) = World::with_channel(93).await;
        let history: Vec<_> =
            (0..2_000_u32).map(|n| old(&world, &format!("h.{n}"), FROM, HOUR * n, None)).collect();
        let correlation = world.act("").correlation;
        let import = running.house.deliver(world.scope, world.channel, history, correlation);
        let fresh = async {
            for n in 0..20 {
                world.deliver(&running, vec![world.message(&format!("in.{n}"), OTHER)]).await;
            }
        };
        futures_util::pin_mut!(import, fresh);
        let first = futures_util::future::select(import, fresh).await;
        assert!(
            matches!(first, futures_util::future::Either::Right(_)),
            "twenty new messages in a row were faster"
        );
        if let futures_util::future::Either::Right(((), import)) = first {
            assert_eq!(import.await, Ok(Vec::new()));
        }
    });
}

#[test]
fn a_call_is_one_item_across_a_restart_and_opens_the_window() {
    run(async {
        let (mut world, running) = World::with_channel(94).await;
        let call = |world: &World, outcome, seconds| {
            let content = Content::Call(Call { outcome, seconds });
            Update::Message(switchboard_domain::inbound::InboundMessage {
                content,
                ..world.inbound("wacid.1", FROM)
            })
        };
        world.deliver(&running, vec![call(&world, CallOutcome::Ringing, None)]).await;
        assert_eq!(shown(&world, &running).await.window.kind, WindowKind::Open);
        let running = world.restart(running).await;
        world.deliver(&running, vec![call(&world, CallOutcome::Completed, Some(65))]).await;
        let running = world.restart(running).await;
        world.deliver(&running, vec![call(&world, CallOutcome::Ringing, None)]).await;
        let threads = audit_soon(&world, &running).await;
        let items = &threads.values().next().expect("a thread").1;
        assert_eq!(items.len(), 1);
        assert_eq!(
            items[0].content,
            Content::Call(Call { outcome: CallOutcome::Completed, seconds: Some(65) })
        );
    });
}

#[test]
fn a_name_of_the_phone_is_shown_where_nobody_here_gave_one() {
    run(async {
        let (world, running) = World::with_channel(95).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let named = |name: &str| Update::Named(Party { profile_name: Some(name.to_owned()), ..party(FROM) });
        world.deliver(&running, vec![named("Pablo")]).await;
        let contact = shown(&world, &running).await.contact;
        let show =
            async || running.house.contact(world.scope, contact.id).await.expect("it is there").contact.name;
        assert_eq!(show().await, "Pablo");
        let patch = ContactPatch { name: Some("Señor Morales".to_owned()), about: None, blocked: None };
        running
            .house
            .patch_contact(world.scope, world.act("name"), contact.id, None, patch)
            .await
            .expect("it is named");
        world.deliver(&running, vec![named("Pablito")]).await;
        assert_eq!(show().await, "Señor Morales");
    });
}
