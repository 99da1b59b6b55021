//! Everything a workspace shows over HTTP.

use std::collections::BTreeMap;

use serde_json::Value;

use super::api::Api;

/// The statuses a conversation may have.
const STATUSES: [&str; 4] = ["open", "pending", "snoozed", "resolved"];

/// Conversations and their messages; the same shape for the server and for a client's model.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Snapshot {
    /// By id, without what differs between events and answers.
    pub(crate) conversations: BTreeMap<String, Value>,
    /// By conversation and `seq`.
    pub(crate) messages: BTreeMap<String, BTreeMap<u64, Value>>,
}

/// A place in a stream.
pub(crate) type Position = (String, u64);

/// The text of a field.
#[track_caller]
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("`{name}` is a text: {value}")).to_owned()
}

/// The number of a field.
#[track_caller]
pub(crate) fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_else(|| panic!("`{name}` is a number: {value}"))
}

/// `as_of` or `since`.
pub(crate) fn position(value: &Value) -> Position {
    (text(value, "epoch"), number(value, "offset"))
}

/// All conversations, and where the stream was before the first of them was read. The order is such that one
/// that moves meanwhile is met later, not never.
pub(crate) async fn conversations(api: &Api) -> (Vec<Value>, Position) {
    let (mut all, mut as_of) = (Vec::new(), None);
    for status in STATUSES {
        let mut cursor = None::<String>;
        loop {
            let more = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let path = format!("/api/v1/conversations?view=all&status={status}&sort=oldest&limit=100{more}");
            let page = api.get(&path).await.of(200);
            as_of.get_or_insert_with(|| position(&page["as_of"]));
            all.extend(page["conversations"].as_array().expect("a list").iter().cloned());
            cursor = page["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
    }
    (all, as_of.expect("there was a page"))
}

/// All messages of a conversation, from the newest page to the oldest.
pub(crate) async fn messages(api: &Api, conversation: &str, limit: u64) -> BTreeMap<u64, Value> {
    let (mut all, mut before) = (BTreeMap::new(), String::new());
    loop {
        let path = format!("/api/v1/conversations/{conversation}/messages?limit={limit}{before}");
        let page = api.get(&path).await.of(200);
        let list = page["messages"].as_array().expect("a list");
        let seqs: Vec<u64> = list.iter().map(|message| number(message, "seq")).collect();
        assert!(seqs.windows(2).all(|pair| pair[0] < pair[1]), "a page ascends: {seqs:?}");
        for message in list {
            let earlier = all.insert(number(message, "seq"), message.clone());
            assert!(earlier.is_none(), "no two messages have one seq: {message}");
        }
        if page["has_more"] != true {
            return all;
        }
        before = format!("&before_seq={}", seqs.first().expect("a page that has more is not empty"));
    }
}

/// A conversation without what events leave out.
pub(crate) fn bare(conversation: &Value) -> Value {
    let mut bare = conversation.clone();
    let fields = bare.as_object_mut().expect("a conversation is an object");
    for name in ["last_message", "unread_count", "as_of"] {
        fields.remove(name);
    }
    bare
}

impl Snapshot {
    /// Reads everything.
    pub(crate) async fn of(api: &Api) -> (Self, Position) {
        let (conversations, as_of) = conversations(api).await;
        let mut all = Self::default();
        for conversation in &conversations {
            let id = text(conversation, "id");
            all.messages.insert(id.clone(), messages(api, &id, 200).await);
            all.conversations.insert(id, bare(conversation));
        }
        (all, as_of)
    }

    /// Every message, whatever its conversation.
    pub(crate) fn all_messages(&self) -> impl Iterator<Item = &Value> {
        self.messages.values().flat_map(BTreeMap::values)
    }

    /// `seq` without a hole, in the order in which things were taken.
    pub(crate) fn check_order(&self) {
        for (id, messages) in &self.messages {
            let last_seq = number(&self.conversations[id], "last_seq");
            let seqs: Vec<u64> = messages.keys().copied().collect();
            assert_eq!(seqs, (1..=last_seq).collect::<Vec<_>>(), "seq of {id} is gapless");
            let times: Vec<String> = messages.values().map(|message| text(message, "at")).collect();
            assert!(times.is_sorted(), "seq of {id} is the order of commits: {times:?}");
        }
    }

    /// Where the two differ, in words.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        fn differ<'v>(what: &str, ours: Option<&'v Value>, theirs: Option<&'v Value>) -> Option<String> {
            (ours != theirs).then(|| {
                let show = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
                format!("{what}\n  one: {}\n  other: {}", show(ours), show(theirs))
            })
        }
        for id in self.conversations.keys().chain(other.conversations.keys()) {
            let (ours, theirs) = (self.conversations.get(id), other.conversations.get(id));
            if let Some(difference) = differ("a conversation", ours, theirs) {
                return Some(difference);
            }
            let none = BTreeMap::new();
            let ours = self.messages.get(id).unwrap_or(&none);
            let theirs = other.messages.get(id).unwrap_or(&none);
            for seq in ours.keys().chain(theirs.keys()) {
                let found = differ("a message", ours.get(seq), theirs.get(seq));
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
}
