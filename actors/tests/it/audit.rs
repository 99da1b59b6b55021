//! What must always be true of what is kept: the list, the threads and the log tell the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use switchboard_ports::store::Scan;
use switchboard_schema::{
    ConversationId,
    record::{LOG_CHUNK_EVENTS, TenantLogRow},
    wire::{Conversation, Message, ServerFrame},
};

use crate::world::{Running, World, agent};

/// Everything as the API shows it.
pub(crate) type Threads = BTreeMap<ConversationId, (Conversation, Vec<Message>)>;

/// What depends on when and by whom it is looked at is taken off.
fn plain(mut conversation: Conversation) -> Value {
    conversation.unread_count = None;
    conversation.window.kind = Default::default();
    serde_json::to_value(conversation).unwrap()
}

fn bare(mut conversation: Conversation) -> Value {
    conversation.last_message = None;
    plain(conversation)
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

/// Every thread there is.
pub(crate) async fn threads(world: &World, running: &Running) -> Result<Threads, String> {
    let contacts = world.contacts(running).await.map_err(text)?;
    let mut threads = Threads::new();
    for contact in contacts {
        let id = ConversationId::between(&world.channel, &contact.contact_id);
        match running.house.conversation(world.scope, id, agent()).await {
            Ok(detail) => {
                let messages = world.thread(running, id).await.map_err(text)?;
                threads.insert(id, (detail.conversation, messages));
            }
            Err(switchboard_actors::Refusal::NotFound(_)) => {}
            Err(refusal) => return Err(text(refusal)),
        }
    }
    Ok(threads)
}

/// The log, in order.
pub(crate) async fn log(world: &World, running: &Running) -> Result<Vec<TenantLogRow>, String> {
    let mut log = Vec::new();
    for chunk in 0.. {
        let scan = Scan::of::<TenantLogRow>(TenantLogRow::partition(chunk));
        let rows = running.records.all::<TenantLogRow>(world.scope, scan).await.map_err(text)?;
        if rows.is_empty() && chunk > 0 {
            break;
        }
        log.extend(rows);
    }
    for (row, offset) in log.iter().zip(1..) {
        if row.offset != offset || row.chunk != offset / LOG_CHUNK_EVENTS {
            return Err(format!("offset {} stands where {offset} belongs", row.offset));
        }
    }
    Ok(log)
}

/// The list, the threads and the log tell the same; answers with the threads.
pub(crate) async fn audit(world: &World, running: &Running) -> Result<Threads, String> {
    let threads = threads(world, running).await?;
    let mut provider_ids = HashSet::new();
    for (id, (conversation, messages)) in &threads {
        for (message, seq) in messages.iter().zip(1..) {
            if message.seq != seq {
                return Err(format!("{id}: seq {} stands where {seq} belongs", message.seq));
            }
            if let Some(provider_id) = &message.provider_id
                && !provider_ids.insert(provider_id.clone())
            {
                return Err(format!("{id}: {provider_id} stands twice"));
            }
        }
        if conversation.last_seq != messages.len() as u64 {
            return Err(format!("{id}: {} items of {}", messages.len(), conversation.last_seq));
        }
    }
    let list = world.list(running).await.map_err(text)?;
    if list.len() != threads.len() {
        return Err(format!("{} in the list, {} threads", list.len(), threads.len()));
    }
    for listed in list {
        let id = listed.id;
        let Some((shown, _)) = threads.get(&id) else { return Err(format!("{id} is listed only")) };
        let (listed, shown) = (plain(listed), plain(shown.clone()));
        if listed != shown {
            return Err(format!("{id} is listed as {listed}, and is {shown}"));
        }
    }
    compare_log(world, running, &threads).await?;
    Ok(threads)
}

async fn compare_log(world: &World, running: &Running, threads: &Threads) -> Result<(), String> {
    let mut conversations: HashMap<ConversationId, Conversation> = HashMap::new();
    let mut messages: HashMap<ConversationId, BTreeMap<u64, Message>> = HashMap::new();
    for row in log(world, running).await? {
        let frame = serde_json::from_slice(&row.body).map_err(text)?;
        let ServerFrame::Event(event) = frame else { return Err("no event in the log".to_owned()) };
        if event.offset != row.offset || event.prev + 1 != event.offset {
            return Err(format!("event {} at offset {}", event.offset, row.offset));
        }
        if let Some(told) = event.data.conversation {
            let known = conversations.entry(told.id).or_insert_with(|| told.clone());
            if told.version >= known.version {
                *known = told;
            }
        }
        if let Some(told) = event.data.message {
            let thread = messages.entry(told.conversation_id).or_default();
            if thread.get(&told.seq).is_some_and(|known| known.version >= told.version) {
                return Err(format!("{} of version {} was told twice", told.id, told.version));
            }
            thread.insert(told.seq, told);
        }
    }
    for (id, (shown, items)) in threads {
        let Some(told) = conversations.remove(id) else { return Err(format!("{id} was never told")) };
        let (told, shown) = (bare(told), bare(shown.clone()));
        if told != shown {
            return Err(format!("{id} was told as {told}, and is {shown}"));
        }
        let thread: Vec<Message> = messages.remove(id).unwrap_or_default().into_values().collect();
        if thread.len() != items.len() {
            let seqs = |items: &[Message]| items.iter().map(|item| item.seq).collect::<HashSet<_>>();
            let (told, there) = (seqs(&thread), seqs(items));
            let mut missing: Vec<_> = there.difference(&told).collect();
            missing.sort_unstable();
            return Err(format!("{id}: of {} items these were not told: {missing:?}", items.len()));
        }
        for (told, shown) in thread.iter().zip(items) {
            if told != shown {
                return Err(format!("{id}: told {told:?}, is {shown:?}"));
            }
        }
    }
    if !conversations.is_empty() || !messages.is_empty() {
        return Err("the log tells of a thread that is not there".to_owned());
    }
    Ok(())
}

/// Comes to tell the same, soon; answers with the threads.
pub(crate) async fn audit_soon(world: &World, running: &Running) -> Threads {
    let found = std::cell::RefCell::new(Threads::new());
    let found = &found;
    crate::world::eventually("list, threads and log tell the same", || async move {
        *found.borrow_mut() = audit(world, running).await?;
        Ok(())
    })
    .await;
    found.take()
}

/// How often each provider id stands somewhere.
pub(crate) fn count_by_provider_id(threads: &Threads) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for id in threads.values().flat_map(|(_, messages)| messages).filter_map(|item| item.provider_id.clone())
    {
        *counts.entry(id).or_default() += 1;
    }
    counts
}
