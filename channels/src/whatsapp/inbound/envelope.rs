//! The envelope of a webhook, read in one pass and without a copy.
//!
//! Everything that is not on the way to an update stays an unparsed slice of the body, so that a single
//! update can be wrapped again in the words it came in. The number of things held is bounded by a budget: the
//! body may be from anybody, as it is read before its signature can be checked.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

/// Elements and members held of one envelope: twenty for each of the updates that may be in it.
const MAX_NODES: usize = 20 * super::MAX_UPDATES;

/// Members of an object, in their order: name and value.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, &'a RawValue)>;
/// An object with one member that is read further.
#[derive(Debug)]
pub(super) struct Object<'a, T> {
    /// The member that is read further.
    pub(super) inner: Option<T>,
    /// All others.
    pub(super) rest: Members<'a>,
}

/// One change of an entry: its `value` is read further.
pub(super) type Change<'a> = Object<'a, Members<'a>>;
/// One entry: its `changes` are read further.
pub(super) type Entry<'a, C> = Object<'a, Vec<C>>;
/// The body: its `entry` is read further.
pub(super) type Envelope<'a, E> = Object<'a, Vec<E>>;

/// Counts what is held.
#[derive(Debug)]
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) const fn new() -> Self {
        Self(Cell::new(MAX_NODES))
    }

    pub(super) const fn is_spent(&self) -> bool {
        self.0.get() == 0
    }

    fn spend<E: Error>(&self) -> Result<(), E> {
        let left = self.0.get().saturating_sub(1);
        self.0.set(left);
        if left == 0 { Err(E::custom("too many parts")) } else { Ok(()) }
    }
}

/// Reads a body whose entries and changes all have the expected shape.
pub(super) fn read<'a>(
    body: &'a str,
    budget: &Budget,
) -> serde_json::Result<Envelope<'a, Entry<'a, Change<'a>>>> {
    let change = object("value", MembersSeed { budget }, budget);
    let entry = object("changes", ListSeed { item: change, budget }, budget);
    run(body, object("entry", ListSeed { item: entry, budget }, budget))
}

/// Reads a body and leaves its entries as they are.
pub(super) fn read_loosely<'a>(
    body: &'a str,
    budget: &Budget,
) -> serde_json::Result<Envelope<'a, &'a RawValue>> {
    run(body, object("entry", ListSeed { item: RawSeed, budget }, budget))
}

/// Reads an entry and leaves its changes as they are.
pub(super) fn read_entry<'a>(
    entry: &'a RawValue,
    budget: &Budget,
) -> serde_json::Result<Entry<'a, &'a RawValue>> {
    read_listing(entry, "changes", budget)
}

/// Reads an object with a list in it and leaves the list's elements as they are.
pub(super) fn read_listing<'a>(
    object: &'a RawValue,
    list: &'static str,
    budget: &Budget,
) -> serde_json::Result<Object<'a, Vec<&'a RawValue>>> {
    run(object.get(), self::object(list, ListSeed { item: RawSeed, budget }, budget))
}

/// Reads a change.
pub(super) fn read_change<'a>(change: &'a RawValue, budget: &Budget) -> serde_json::Result<Change<'a>> {
    run(change.get(), object("value", MembersSeed { budget }, budget))
}

/// Reads a list and leaves its elements as they are.
pub(super) fn read_list<'a>(list: &'a RawValue, budget: &Budget) -> serde_json::Result<Vec<&'a RawValue>> {
    run(list.get(), ListSeed { item: RawSeed, budget })
}

fn run<'a, S: DeserializeSeed<'a>>(json: &'a str, seed: S) -> serde_json::Result<S::Value> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let value = seed.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct RawSeed;

impl<'de> DeserializeSeed<'de> for RawSeed {
    type Value = &'de RawValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Deserialize::deserialize(deserializer)
    }
}

#[derive(Clone, Copy)]
struct ListSeed<'b, S> {
    item: S,
    budget: &'b Budget,
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for ListSeed<'_, S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for ListSeed<'_, S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(self.item)? {
            self.budget.spend()?;
            items.push(item);
        }
        Ok(items)
    }
}

#[derive(Clone, Copy)]
struct ObjectSeed<'b, S> {
    key: &'static str,
    inner: S,
    budget: &'b Budget,
}

const fn object<'b, S>(key: &'static str, inner: S, budget: &'b Budget) -> ObjectSeed<'b, S> {
    ObjectSeed { key, inner, budget }
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for ObjectSeed<'_, S> {
    type Value = Object<'de, S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for ObjectSeed<'_, S> {
    type Value = Object<'de, S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with `{}`", self.key)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Object { inner: None, rest: Vec::new() };
        while let Some(Key(key)) = map.next_key()? {
            if key == self.key {
                if object.inner.replace(map.next_value_seed(self.inner)?).is_some() {
                    return Err(A::Error::duplicate_field(self.key));
                }
            } else {
                self.budget.spend()?;
                object.rest.push((key, map.next_value()?));
            }
        }
        Ok(object)
    }
}

#[derive(Clone, Copy)]
struct MembersSeed<'b> {
    budget: &'b Budget,
}

impl<'de> DeserializeSeed<'de> for MembersSeed<'_> {
    type Value = Members<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for MembersSeed<'_> {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            self.budget.spend()?;
            members.push((key, map.next_value()?));
        }
        Ok(members)
    }
}

/// A member's name; serde lends a `Cow` only where it is asked for as a field.
#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Writes JSON from slices of JSON.
#[derive(Debug, Default)]
pub(super) struct Writer {
    out: String,
}

impl Writer {
    pub(super) fn finish(self) -> String {
        self.out
    }

    pub(super) fn raw(&mut self, json: &str) {
        self.comma();
        self.out.push_str(json);
    }

    pub(super) fn key(&mut self, key: &str) {
        self.comma();
        self.out.push_str(&serde_json::Value::from(key).to_string());
        self.out.push(':');
    }

    pub(super) fn member(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.push_str(json);
    }

    pub(super) fn members<'a>(&mut self, members: &Members<'a>, wanted: impl Fn(&str) -> bool) {
        for (key, value) in members.iter().filter(|(key, _)| wanted(key)) {
            self.member(key, value.get());
        }
    }

    pub(super) fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.nested('{', '}', write);
    }

    pub(super) fn list(&mut self, write: impl FnOnce(&mut Self)) {
        self.nested('[', ']', write);
    }

    fn nested(&mut self, open: char, close: char, write: impl FnOnce(&mut Self)) {
        self.comma();
        self.out.push(open);
        write(self);
        self.out.push(close);
    }

    /// Separates from what stands before, unless that is the beginning of something.
    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(',');
        }
    }
}
