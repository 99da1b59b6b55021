//! The bytes of a webhook, as updates (Meta: webhooks/reference/messages and its neighbours).
//!
//! There are two steps, because on the address that all tenants share the number in the body decides under
//! which secret the body must verify. [`parse`] reads the envelope alone: where every update belongs, without
//! looking into one. [`Part::read`] reads one update, once its part is verified.
//!
//! * One bad update never spoils the others: it comes out as [`Unreadable`], with its raw JSON.
//! * [`Part::to_webhook`] makes of any part a whole webhook with that one update, in the words it came in.
//!   Parsed again it gives one part, and that part the same update. It is what is kept, shown and replayed.
//! * Kept raw JSON is inline whatever its size; the edge moves large ones to blobs ([`crate::raws`]).
//! * Nothing here trusts a length, a type or an order. Text above WhatsApp's own limits is taken all the same.

mod account;
mod content;
mod envelope;
mod read;
mod template;
mod text;

use std::{borrow::Cow, collections::BTreeMap, fmt, sync::Arc};

use serde_json::value::RawValue;
use switchboard_domain::{
    inbound::{Other, Update},
    phone_import::{PhoneData, PhoneNews},
};
use switchboard_schema::record::Kept;

use self::{
    envelope::{Budget, Change, Envelope, Members, Writer},
    read::Contact,
    text::Words,
};

/// Updates that one webhook may carry. Meta's own figure is 1,000.
pub const MAX_UPDATES: usize = 5_000;
/// Old messages that one webhook with a phone's history may carry: as many as fit into its bytes.
pub const MAX_OLD_MESSAGES: usize = 20_000;
/// What the updates of one webhook may repeat of what stands around them when each is wrapped on its own, in
/// bytes, all together. A full webhook of Meta's comes to less than 3 MiB.
pub const MAX_REPEATED_BYTES: usize = 16 * 1_024 * 1_024;
/// Longest id or address that is taken, in bytes. Meta's longest have about 140.
pub const MAX_ID_BYTES: usize = 1_024;
/// Longest name that is shown, in characters; of a longer one the beginning is.
pub const MAX_NAME_CHARS: usize = 256;
/// Longest name of a field or of a kind of message, in characters; of a longer one the beginning is told.
const MAX_FIELD_CHARS: usize = 64;

/// Longest emoji that is taken, in characters: with all its joiners and shades.
const MAX_EMOJI_CHARS: usize = 32;
/// Longest detail of a preference that is kept, in characters.
const MAX_DETAIL_CHARS: usize = 200;

/// The field of customers' messages and of statuses.
const MESSAGES_FIELD: &str = "messages";
/// The field of what WhatsApp's app on the business' phone kept (Meta: webhooks/reference/history), and of its list.
const HISTORY_FIELD: &str = "history";
/// The member of a part of a history that says how far the whole is.
const PROGRESS_MEMBER: &str = "metadata";

/// A field whose value holds a list of updates.
#[derive(Debug)]
struct Listed {
    field: &'static str,
    list: &'static str,
    /// What one of them is called where it cannot be read.
    category: &'static str,
    read: fn(&Part<'_>, &str) -> Result<Update, String>,
}

/// Those fields, but for that of messages, which has two lists, and that of history, whose list has lists in it.
static LISTED: &[Listed] = &[
    Listed {
        field: "user_id_update",
        list: "user_id_update",
        category: "user_id",
        read: |_, json| read::user_id_update(json),
    },
    Listed {
        field: "user_preferences",
        list: "user_preferences",
        category: "preference",
        read: |_, json| read::preference(json),
    },
    Listed { field: "smb_message_echoes", list: "message_echoes", category: "echo", read: read::echo },
    Listed {
        field: "smb_app_state_sync",
        list: "state_sync",
        category: "phone_contact",
        read: read::phone_contact,
    },
    Listed { field: "calls", list: "calls", category: "call", read: read::call },
];

/// A body that cannot be taken apart into updates. Sent again it would be as bad.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// It is not JSON, or not an object with a list called `entry`.
    #[error("not a webhook of WhatsApp: {0}")]
    NotAnEnvelope(String),
    /// It carries more than [`MAX_UPDATES`], or an envelope out of all proportion.
    #[error("more than {MAX_UPDATES} updates in one webhook, or too much around each of them")]
    TooMany,
}

/// An update that cannot be read.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("an update of the kind {category} cannot be read")]
pub struct Unreadable {
    /// What it was to be, such as `message`: one of our own words and nothing out of the webhook, for logs.
    pub category: &'static str,
    /// Why. It may quote customers' words and numbers, so it goes nowhere but beside `raw`.
    pub reason: String,
    /// A whole webhook with this one update in it.
    pub raw: String,
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreadable").field("category", &self.category).finish_non_exhaustive()
    }
}

/// What one webhook carries.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// One part for each update, in their order.
    pub parts: Vec<Part<'a>>,
}

/// To whom an update belongs, as the envelope says. Not to be trusted before the body is verified.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Route<'a> {
    /// To the number with this `phone_number_id`.
    Number(Cow<'a, str>),
    /// To all of the WhatsApp Business Account with this id.
    Account(Cow<'a, str>),
    /// The envelope does not say. On a channel's own address it is the channel's; elsewhere it is nobody's.
    Unnamed,
}

/// One update within its envelope.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// To whom it belongs.
    pub route: Route<'a>,
    /// The field it came under, such as `messages`; empty where the envelope names none.
    pub field: Cow<'a, str>,
    frame: Arc<Frame<'a>>,
    subject: Subject<'a>,
}

/// What stands around the updates of one change.
#[derive(Debug, Default)]
struct Frame<'a> {
    envelope: Arc<Members<'a>>,
    entry: Arc<Members<'a>>,
    change: Members<'a>,
    value: Members<'a>,
    /// Those members of the value that belong to all of its updates.
    heads: Members<'a>,
    contacts: Contacts<'a>,
    /// Of a history, the threads.
    threads: Vec<Thread<'a>>,
    /// Updates in the value.
    items: usize,
}

/// What stands around the messages of one thread of a history.
#[derive(Debug, Default)]
struct Thread<'a> {
    chunk: Arc<Members<'a>>,
    thread: Members<'a>,
}

impl Frame<'_> {
    /// Bytes of this that may stand around each of its updates.
    fn repeated_bytes(&self) -> usize {
        let members = self.envelope.iter().chain(&*self.entry).chain(&self.change).chain(&self.heads);
        let contact = self.contacts.all.iter().map(|(json, _)| json.len()).max().unwrap_or_default();
        // A name is written with escapes, at most six bytes for one.
        let bytes = |(key, value): &(Cow<'_, str>, &RawValue)| 6 * key.len() + value.get().len();
        let around = |one: &Thread<'_>| one.chunk.iter().chain(&one.thread).map(bytes).sum::<usize>();
        let thread = self.threads.iter().map(around).max().unwrap_or_default();
        contact + thread + members.map(bytes).sum::<usize>()
    }
}

/// What the update is.
#[derive(Debug, Clone, Copy)]
enum Subject<'a> {
    /// One message.
    Message(&'a str),
    /// One status.
    Status(&'a str),
    /// One message of a history, and its thread among the frame's.
    Old(usize, &'a str),
    /// A part of a history in which there are no messages.
    Chunk(&'a str),
    /// How far a history is, as a part of it says.
    Progress(&'a str),
    /// One of a field's list.
    Item(&'static Listed, &'a str),
    /// What a value of messages holds beside them: errors, and what this version does not know.
    Beside,
    /// The whole change.
    Change,
    /// A member of the value that should be a list and is none.
    NotAList(&'static str, &'a str),
    /// A change that is not an object with an object in it.
    NotAChange(&'a str),
    /// An entry that is not an object with a list of changes.
    NotAnEntry(&'a str),
}

impl Subject<'_> {
    const fn category(self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Status(_) => "status",
            Self::Old(..) => "old_message",
            Self::Item(listed, _) => listed.category,
            Self::Beside | Self::Change | Self::Chunk(_) | Self::Progress(_) => "other",
            Self::NotAList(..) => "list",
            Self::NotAChange(_) => "change",
            Self::NotAnEntry(_) => "entry",
        }
    }
}

/// The contacts of a value, found by address.
#[derive(Debug, Default)]
struct Contacts<'a> {
    all: Vec<(&'a str, Contact)>,
    by_address: BTreeMap<String, usize>,
}

/// Takes a body apart into updates.
///
/// # Errors
/// When it is not JSON, has no list of entries or carries too many updates. Everything else is found out by
/// [`Part::read`], update by update.
pub fn parse(body: &[u8]) -> Result<Delivery<'_>, Malformed> {
    let body = std::str::from_utf8(body).map_err(|error| Malformed::NotAnEnvelope(error.to_string()))?;
    let mut parts = Parts { budget: Budget::new(), repeated_bytes: 0, list: Vec::new() };
    match envelope::read(body, &parts.budget) {
        Ok(Envelope { inner: Some(entries), rest }) if entries.iter().all(|entry| entry.inner.is_some()) => {
            let rest = Arc::new(rest);
            for entry in entries {
                let head = Arc::new(entry.rest);
                for change in entry.inner.into_iter().flatten() {
                    parts.change(&rest, &head, change)?;
                }
            }
        }
        _ => parts.read_loosely(body)?,
    }
    Ok(Delivery { parts: parts.list })
}

impl<'a> Part<'a> {
    /// Reads the update.
    ///
    /// # Errors
    /// When it lacks what every update of its kind has, such as an id, a time or a sender.
    pub fn read(&self) -> Result<Update, Unreadable> {
        let update = match self.subject {
            Subject::Message(json) => read::message(self, json),
            Subject::Status(json) => read::status(self, json),
            Subject::Old(thread, json) => read::old(self, &self.frame.threads[thread].thread, json),
            Subject::Item(listed, json) => (listed.read)(self, json),
            Subject::Chunk(json) => Ok(self.other(read::field_of_chunk(json))),
            Subject::Progress(json) => Ok(Update::Phone(PhoneNews {
                data: PhoneData::History,
                progress: read::progress(json),
                declined: false,
            })),
            Subject::Change => Ok(template::news(&self.field, &self.frame.entry, &self.frame.value)
                .unwrap_or_else(|| self.other(&self.field))),
            Subject::Beside => Ok(self.other(&self.field)),
            Subject::NotAList(key, _) => Err(format!("`{key}` is not a list")),
            Subject::NotAChange(_) => Err("the change is not an object with a value".to_owned()),
            Subject::NotAnEntry(_) => Err("the entry is not an object with changes".to_owned()),
        };
        update.map_err(|reason| Unreadable {
            category: self.subject.category(),
            reason,
            raw: self.to_webhook(),
        })
    }

    /// A whole webhook with this one update in it.
    #[must_use]
    pub fn to_webhook(&self) -> String {
        let frame = &*self.frame;
        let mut out = Writer::default();
        out.object(|out| {
            out.members(&frame.envelope, |_| true);
            out.key("entry");
            out.list(|out| match self.subject {
                Subject::NotAnEntry(entry) => out.raw(entry),
                _ => out.object(|out| {
                    out.members(&frame.entry, |_| true);
                    out.key("changes");
                    out.list(|out| match self.subject {
                        Subject::NotAChange(change) => out.raw(change),
                        _ => out.object(|out| {
                            out.members(&frame.change, |_| true);
                            out.key("value");
                            out.object(|out| self.write_value(out));
                        }),
                    });
                }),
            });
        });
        out.finish()
    }

    fn write_value(&self, out: &mut Writer) {
        let frame @ Frame { value, heads, .. } = &*self.frame;
        let one = |out: &mut Writer, list: &str, json: &str| {
            out.key(list);
            out.list(|out| out.raw(json));
        };
        match self.subject {
            Subject::Message(json) => {
                out.members(heads, |_| true);
                self.write_contact(out, read::addresses_of_message(json));
                one(out, "messages", json);
            }
            Subject::Status(json) => {
                out.members(heads, |_| true);
                self.write_contact(out, read::addresses_of_status(json));
                one(out, "statuses", json);
            }
            Subject::Item(listed, json) => {
                out.members(heads, |_| true);
                one(out, listed.list, json);
            }
            Subject::Old(thread, json) => {
                let Thread { chunk, thread } = &frame.threads[thread];
                out.members(heads, |_| true);
                out.key(HISTORY_FIELD);
                out.list(|out| {
                    out.object(|out| {
                        // How far the whole is, another update says.
                        let told = progress_in(chunk).is_some();
                        out.members(chunk, |key| key != PROGRESS_MEMBER || !told);
                        out.key("threads");
                        out.list(|out| {
                            out.object(|out| {
                                out.members(thread, |_| true);
                                one(out, "messages", json);
                            });
                        });
                    });
                });
            }
            Subject::Chunk(json) => {
                out.members(heads, |_| true);
                one(out, HISTORY_FIELD, json);
            }
            Subject::Progress(json) => {
                out.members(heads, |_| true);
                out.key(HISTORY_FIELD);
                out.list(|out| out.object(|out| out.member(PROGRESS_MEMBER, json)));
            }
            Subject::NotAList(key, json) => {
                out.members(heads, |_| true);
                out.member(key, json);
            }
            Subject::Beside if self.frame.items > 0 => out.members(value, |key| !is_list(key)),
            Subject::Beside | Subject::Change | Subject::NotAChange(_) | Subject::NotAnEntry(_) => {
                out.members(value, |_| true);
            }
        }
    }

    fn write_contact(&self, out: &mut Writer, addresses: Vec<String>) {
        if let Some((json, _)) = self.contact(addresses.iter().map(String::as_str)) {
            out.key("contacts");
            out.list(|out| out.raw(json));
        }
    }

    /// The contact that a message or status is about: by its addresses or, where they find none, the only
    /// contact there is, if there is one item or the item names nobody.
    fn contact<'s>(&self, addresses: impl Iterator<Item = &'s str>) -> Option<&(&'a str, Contact)> {
        let contacts = &self.frame.contacts;
        let mut names_somebody = false;
        for address in addresses {
            names_somebody = true;
            if let Some(&index) = contacts.by_address.get(address) {
                return contacts.all.get(index);
            }
        }
        match contacts.all.as_slice() {
            [only] if self.frame.items == 1 || !names_somebody => Some(only),
            _ => None,
        }
    }

    fn other(&self, field: &str) -> Update {
        let field = text::cut(field, MAX_FIELD_CHARS).0.to_owned();
        let value = self.frame.value.iter().map(|(key, raw)| (&**key, *raw));
        let news = account::news(&field, &self.frame.entry, value);
        Update::Other(Other { field, raw: Kept::Inline(self.to_webhook()), news })
    }
}

/// Parts as they are found.
struct Parts<'a> {
    budget: Budget,
    /// See [`MAX_REPEATED_BYTES`].
    repeated_bytes: usize,
    list: Vec<Part<'a>>,
}

impl<'a> Parts<'a> {
    /// Takes apart a body in which something has not the expected shape: slower, and stumbles over nothing
    /// but that.
    fn read_loosely(&mut self, body: &'a str) -> Result<(), Malformed> {
        if self.budget.is_spent() {
            return Err(Malformed::TooMany);
        }
        self.budget = Budget::new();
        let envelope = envelope::read_loosely(body, &self.budget).map_err(|error| self.malformed(&error))?;
        let rest = Arc::new(envelope.rest);
        let entries =
            envelope.inner.ok_or_else(|| Malformed::NotAnEnvelope("there is no `entry`".to_owned()))?;
        for raw in entries {
            let Some((entry, changes)) = self.entry(raw)? else {
                let frame = Frame { envelope: Arc::clone(&rest), ..Frame::default() };
                self.push(Route::Unnamed, Cow::Borrowed(""), frame, vec![Subject::NotAnEntry(raw.get())])?;
                continue;
            };
            let entry = Arc::new(entry);
            for raw in changes {
                match envelope::read_change(raw, &self.budget) {
                    Ok(change) => self.change(&rest, &entry, change)?,
                    Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                    Err(_) => {
                        let (envelope, entry) = (Arc::clone(&rest), Arc::clone(&entry));
                        let route = route(None, &entry);
                        let frame = Frame { envelope, entry, ..Frame::default() };
                        self.push(route, Cow::Borrowed(""), frame, vec![Subject::NotAChange(raw.get())])?;
                    }
                }
            }
        }
        Ok(())
    }

    fn entry(&self, raw: &'a RawValue) -> Result<Option<(Members<'a>, Vec<&'a RawValue>)>, Malformed> {
        match envelope::read_entry(raw, &self.budget) {
            Ok(entry) => Ok(entry.inner.map(|changes| (entry.rest, changes))),
            Err(error) if self.budget.is_spent() => Err(self.malformed(&error)),
            Err(_) => Ok(None),
        }
    }

    fn malformed(&self, error: &serde_json::Error) -> Malformed {
        if self.budget.is_spent() { Malformed::TooMany } else { Malformed::NotAnEnvelope(error.to_string()) }
    }

    /// Takes one change apart.
    fn change(
        &mut self,
        envelope: &Arc<Members<'a>>,
        entry: &Arc<Members<'a>>,
        change: Change<'a>,
    ) -> Result<(), Malformed> {
        let value = change.inner.unwrap_or_default();
        let field = member(&change.rest, "field").unwrap_or_default();
        let route = route(member_json(&value, "metadata"), entry);
        let listed = LISTED.iter().find(|listed| listed.field == field);
        let mut subjects = Vec::new();
        if field == MESSAGES_FIELD {
            self.items(&value, "messages", Subject::Message, &mut subjects)?;
            self.items(&value, "statuses", Subject::Status, &mut subjects)?;
        } else if let Some(listed) = listed {
            self.items(&value, listed.list, |json| Subject::Item(listed, json), &mut subjects)?;
        }
        let mut threads = Vec::new();
        if field == HISTORY_FIELD {
            self.history(&value, &mut threads, &mut subjects)?;
        }
        let items = subjects.len();
        let has_contacts = field == MESSAGES_FIELD || listed.is_some();
        let contacts = if has_contacts { self.contacts(&value)? } else { Contacts::default() };
        if field == MESSAGES_FIELD
            && (items == 0 || value.iter().any(|(key, _)| !is_head(key) && !is_list(key)))
        {
            subjects.push(Subject::Beside);
        } else if items == 0 {
            subjects.push(Subject::Change);
        }
        let (envelope, entry) = (Arc::clone(envelope), Arc::clone(entry));
        let belongs_to_all = |key: &str| match listed {
            Some(listed) => key != listed.list,
            None if field == HISTORY_FIELD => key != HISTORY_FIELD,
            None => field == MESSAGES_FIELD && is_head(key),
        };
        let heads = value.iter().filter(|(key, _)| belongs_to_all(key)).cloned().collect();
        let frame = Frame { envelope, entry, change: change.rest, value, heads, contacts, threads, items };
        self.push(route, field, frame, subjects)
    }

    /// The messages of a history, thread by thread. What is not shaped like one stays as it is.
    fn history(
        &self,
        value: &Members<'a>,
        threads: &mut Vec<Thread<'a>>,
        subjects: &mut Vec<Subject<'a>>,
    ) -> Result<(), Malformed> {
        let mut chunks = Vec::new();
        for (_, raw) in value.iter().filter(|(key, raw)| key == HISTORY_FIELD && raw.get() != "null") {
            match envelope::read_list(raw, &self.budget) {
                Ok(items) => chunks.extend(items),
                Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                Err(_) => subjects.push(Subject::NotAList(HISTORY_FIELD, raw.get())),
            }
        }
        for raw in chunks {
            let before = subjects.len();
            let listing = match envelope::read_listing(raw, "threads", &self.budget) {
                Ok(listing) => listing,
                Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                Err(_) => {
                    subjects.push(Subject::Chunk(raw.get()));
                    continue;
                }
            };
            let chunk = Arc::new(listing.rest);
            let says_no_more = chunk.len() == 1 && listing.inner.as_ref().is_none_or(Vec::is_empty);
            for raw in listing.inner.into_iter().flatten() {
                match envelope::read_listing(raw, "messages", &self.budget) {
                    Ok(thread) => {
                        let messages = thread.inner.unwrap_or_default();
                        subjects.extend(messages.iter().map(|json| Subject::Old(threads.len(), json.get())));
                        threads.push(Thread { chunk: Arc::clone(&chunk), thread: thread.rest });
                    }
                    Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                    // It becomes one that cannot be read, with its words.
                    Err(_) => {
                        subjects.push(Subject::Old(threads.len(), raw.get()));
                        threads.push(Thread { chunk: Arc::clone(&chunk), thread: Vec::new() });
                    }
                }
            }
            // After its messages: then they are here.
            match progress_in(&chunk) {
                Some(progress) if subjects.len() > before || says_no_more => {
                    subjects.push(Subject::Progress(progress));
                }
                _ if subjects.len() == before => subjects.push(Subject::Chunk(raw.get())),
                _ => {}
            }
        }
        Ok(())
    }

    /// The elements of the value's lists of this name.
    fn items(
        &self,
        value: &Members<'a>,
        list: &'static str,
        subject: impl Fn(&'a str) -> Subject<'a>,
        subjects: &mut Vec<Subject<'a>>,
    ) -> Result<(), Malformed> {
        for (_, raw) in value.iter().filter(|(key, raw)| key == list && raw.get() != "null") {
            match envelope::read_list(raw, &self.budget) {
                Ok(items) => subjects.extend(items.into_iter().map(|item| subject(item.get()))),
                Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                Err(_) => subjects.push(Subject::NotAList(list, raw.get())),
            }
        }
        Ok(())
    }

    fn contacts(&self, value: &Members<'a>) -> Result<Contacts<'a>, Malformed> {
        let mut contacts = Contacts::default();
        for (_, raw) in value.iter().filter(|(key, _)| key == "contacts") {
            match envelope::read_list(raw, &self.budget) {
                Ok(list) => {
                    contacts.all.extend(list.into_iter().map(|raw| (raw.get(), Contact::read(raw.get()))))
                }
                Err(error) if self.budget.is_spent() => return Err(self.malformed(&error)),
                // A contact is never worth a message.
                Err(_) => {}
            }
        }
        for (index, (_, contact)) in contacts.all.iter().enumerate() {
            for address in [&contact.user_id, &contact.wa_id].into_iter().flatten() {
                contacts.by_address.entry(address.clone()).or_insert(index);
            }
        }
        Ok(contacts)
    }

    fn push(
        &mut self,
        route: Route<'a>,
        field: Cow<'a, str>,
        frame: Frame<'a>,
        subjects: Vec<Subject<'a>>,
    ) -> Result<(), Malformed> {
        self.repeated_bytes =
            self.repeated_bytes.saturating_add(frame.repeated_bytes().saturating_mul(subjects.len()));
        let most = if field == HISTORY_FIELD { MAX_OLD_MESSAGES } else { MAX_UPDATES };
        if self.repeated_bytes > MAX_REPEATED_BYTES || self.list.len() + subjects.len() > most {
            return Err(Malformed::TooMany);
        }
        let frame = Arc::new(frame);
        self.list.extend(subjects.into_iter().map(|subject| Part {
            route: route.clone(),
            field: field.clone(),
            frame: Arc::clone(&frame),
            subject,
        }));
        Ok(())
    }
}

/// Members of a value of messages that belong to all of its items.
fn is_head(key: &str) -> bool {
    matches!(key, "messaging_product" | "metadata")
}

/// Members of a value of messages that are taken apart.
fn is_list(key: &str) -> bool {
    matches!(key, "contacts" | "messages" | "statuses")
}

fn route<'a>(metadata: Option<&'a RawValue>, entry: &Members<'a>) -> Route<'a> {
    let number = metadata.and_then(|metadata| {
        let metadata: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(metadata.get()).ok()?;
        words(metadata.get("phone_number_id")?)
    });
    match (number, member(entry, "id")) {
        (Some(number), _) if !number.is_empty() => Route::Number(number),
        (_, Some(account)) if !account.is_empty() => Route::Account(account),
        _ => Route::Unnamed,
    }
}

/// What a part of a history says of how far the whole is, where it says that, once.
fn progress_in<'a>(chunk: &Members<'a>) -> Option<&'a str> {
    let mut told = chunk.iter().filter(|(key, _)| key == PROGRESS_MEMBER);
    let (Some((_, told)), None) = (told.next(), told.next()) else { return None };
    read::progress(told.get()).map(|_| told.get())
}

fn member_json<'a>(members: &Members<'a>, name: &str) -> Option<&'a RawValue> {
    members.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
}

fn member<'a>(members: &Members<'a>, name: &str) -> Option<Cow<'a, str>> {
    words(member_json(members, name)?)
}

fn words(value: &RawValue) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Words<'_>>(value.get()).ok().map(|words| words.0)
}
