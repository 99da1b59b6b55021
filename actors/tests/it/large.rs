//! A list of a hundred thousand conversations: any place of it, its counts and another filter in bounded work.

use std::time::{Duration, Instant};

use switchboard_actors::house::{ListQuery, View, Which};
use switchboard_domain::filter::Filter;
use switchboard_ports::{
    clock::Clock as _,
    store::{Lane, Mutation},
};
use switchboard_schema::{
    ContactId, ConversationId, LabelId,
    record::{ConversationHeadRow, LabelBody, LabelRow, projection_bucket},
    table::Json,
    wire::{
        ContactRef, Conversation, ConversationStatus, FilterCondition, HandledBy, LabelColor, ListSort,
        Priority, Window,
    },
};

use crate::world::{Running, World, agent, run};

const CONVERSATIONS: u32 = 100_000;
const REPAIR: LabelId = LabelId::from_bytes([4; 16]);
/// Rows of one commit.
const AT_ONCE: usize = 90;

/// The n-th: every third has a label, every hundredth is urgent, every fifth waits, half are the agent's.
fn nth(world: &World, n: u32) -> Conversation {
    let mut bytes = [0; 16];
    // Spread over the buckets.
    bytes[..4].copy_from_slice(&n.to_be_bytes());
    bytes[15] = n as u8;
    let at = world.clock.now() - Duration::from_secs(u64::from(n) + 10);
    Conversation {
        id: ConversationId::from_bytes(bytes),
        version: 3,
        channel_id: world.channel,
        contact: ContactRef {
            id: ContactId::from_bytes(bytes),
            name: format!("Customer {n}"),
            identities: Vec::new(),
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        },
        status: if n.is_multiple_of(2) { ConversationStatus::Open } else { ConversationStatus::Resolved },
        snoozed_until: None,
        assignee_id: n.is_multiple_of(4).then(agent),
        team_id: None,
        priority: if n.is_multiple_of(100) { Priority::Urgent } else { Priority::None },
        labels: if n.is_multiple_of(3) { vec![REPAIR] } else { Vec::new() },
        handled_by: HandledBy::default(),
        sla: None,
        queued_at: None,
        routed_at: None,
        unread_count: None,
        inbound_count: u64::from(n % 2),
        last_seq: 3,
        last_message: None,
        window: Window { expires_at: Some(at + Duration::from_secs(24 * 3_600)), ..Window::default() },
        scheduled: 0,
        mentions: Vec::new(),
        waiting_since: n.is_multiple_of(5).then_some(at),
        rating: None,
        created_at: at,
        updated_at: at,
    }
}

async fn seeded() -> (World, Running) {
    let (mut world, running) = World::with_channel(77).await;
    let body = LabelBody {
        version: 1,
        name: "Repair".to_owned(),
        color: LabelColor::Red,
        created_at: world.clock.now(),
    };
    let label = LabelRow { label_id: REPAIR, body: Json(body) };
    running.records.put(world.scope, Lane::Interactive, label).await.expect("a label");
    let store = running.records.store();
    let all: Vec<u32> = (0..CONVERSATIONS).collect();
    for some in all.chunks(AT_ONCE) {
        let rows = some.iter().map(|n| {
            let conversation = nth(&world, *n);
            Mutation::put(ConversationHeadRow {
                bucket: projection_bucket(conversation.id.as_bytes()),
                conversation_id: conversation.id,
                version: conversation.version,
                body: Json(conversation),
            })
        });
        store.commit_many(world.scope.into(), Lane::Bulk, rows.collect()).await.expect("they are written");
    }
    let running = world.restart(running).await;
    (world, running)
}

fn asked(filter: Vec<FilterCondition>, sort: ListSort, from: usize) -> ListQuery {
    ListQuery {
        which: Which { view: View::All, status: None, filter: Filter::checked(filter).expect("a filter") },
        sort,
        cursor: None,
        from,
        limit: 50,
        user_id: agent(),
    }
}

#[test]
fn any_place_of_a_hundred_thousand_conversations_and_any_filter_is_answered_by_one_page() {
    run(async {
        let (world, running) = seeded().await;
        let list = async |query: ListQuery| {
            let begun = Instant::now();
            let (page, counts) =
                running.house.conversations(world.scope, query).await.expect("the list is read");
            (page, counts, begun.elapsed())
        };
        // The first question also loads it.
        let (page, counts, loaded) = list(asked(vec![], ListSort::Newest, 0)).await;
        assert_eq!((page.total, page.conversations.len()), (u64::from(CONVERSATIONS), 50));
        assert_eq!((counts.all, counts.mine), (u64::from(CONVERSATIONS), u64::from(CONVERSATIONS / 4)));
        let name = |n: u32| format!("Customer {n}");
        let mut took = Vec::new();
        for from in [0, 49_000, 99_990] {
            let (page, _, time) = list(asked(vec![], ListSort::Newest, from)).await;
            assert_eq!(page.conversations[0].contact.name, name(from as u32));
            took.push(("from", time));
        }
        let (page, _, _) = list(asked(vec![], ListSort::Newest, CONVERSATIONS as usize)).await;
        assert!(page.conversations.is_empty() && page.total == u64::from(CONVERSATIONS));
        let label = FilterCondition::Label { not: false, any: vec![REPAIR], none: false };
        let unread = FilterCondition::Unread { not: false };
        let waiting = FilterCondition::Waiting { not: false, at_least_minutes: None };
        let cases = [
            (vec![label.clone()], ListSort::Newest, 33_334),
            (vec![label.clone(), unread.clone()], ListSort::Window, 16_667),
            (vec![label, unread, waiting], ListSort::NextUp, 3_333),
        ];
        for (filter, sort, total) in cases {
            let (page, _, time) = list(asked(filter, sort, 0)).await;
            assert_eq!((page.total, page.conversations.len()), (total, 50));
            took.push(("filter", time));
        }
        let (page, _, _) = list(asked(vec![], ListSort::NextUp, 0)).await;
        assert!(page.conversations.iter().all(|one| one.priority == Priority::Urgent));
        let filters = (1..=60).map(|hours| {
            let condition = FilterCondition::Active { not: false, within_hours: hours };
            Filter::checked(vec![condition]).expect("a filter")
        });
        let begun = Instant::now();
        let (counts, _) = running.house.count(world.scope, agent(), filters.collect()).await.expect("counts");
        assert!(counts.is_sorted() && counts[0] > 3_000 && counts[59] == u64::from(CONVERSATIONS));
        took.push(("60 views", begun.elapsed()));
        eprintln!("loading {CONVERSATIONS}: {loaded:?}; {took:?}");
    });
}
