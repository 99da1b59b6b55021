//! How what is found stands in the index.
//!
//! Words are kept and texts are not: what is shown of something is read from the store, as it is then.

use switchboard_domain::search::{
    Author, Holder,
    text::{endings, names_of, numbers_in, numbers_of},
    words::words,
};
use switchboard_ports::search::{Change, Kind, Target};
use switchboard_schema::{ChannelId, ContactId, ConversationId, wire::ConversationStatus};
use tantivy::{
    TantivyDocument, Term,
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{PreTokenizedString, Token},
};

/// The fields of every document.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    /// What it is: by this it is replaced.
    key: Field,
    /// What holds of it: its kind, and what filters ask.
    pub(crate) tag: Field,
    /// Its words.
    pub(crate) words: Field,
    /// Every ending of every number of it.
    pub(crate) digits: Field,
    id_high: Field,
    id_low: Field,
    seq: Field,
    at: Field,
}

/// The name of the fast field with the upper half of an id.
pub(crate) const ID_HIGH: &str = "id_high";
/// The lower half.
pub(crate) const ID_LOW: &str = "id_low";
/// The place in a conversation.
pub(crate) const SEQ: &str = "seq";
/// The time, in milliseconds since 1970.
pub(crate) const AT: &str = "at";

impl Default for Fields {
    fn default() -> Self {
        let mut schema = Schema::builder();
        // The tokens are made by our rules: no tokenizer of the index's own ever runs.
        let text = |option| TextOptions::default().set_indexing_options(option);
        let exact = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let spoken = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let key = schema.add_bytes_field("key", INDEXED);
        let tag = schema.add_text_field("tag", text(exact.clone()));
        let words = schema.add_text_field("words", text(spoken));
        let digits = schema.add_text_field("digits", text(exact));
        let id_high = schema.add_u64_field(ID_HIGH, FAST);
        let id_low = schema.add_u64_field(ID_LOW, FAST);
        let seq = schema.add_u64_field(SEQ, FAST);
        let at = schema.add_i64_field(AT, FAST);
        Self { schema: schema.build(), key, tag, words, digits, id_high, id_low, seq, at }
    }
}

/// An id as two numbers.
fn halves(id: &[u8; 16]) -> (u64, u64) {
    let whole = u128::from_be_bytes(*id);
    #[expect(clippy::cast_possible_truncation, reason = "each is a half of it")]
    let halves = ((whole >> 64) as u64, whole as u64);
    halves
}

/// What a document is about, by its numbers.
pub(crate) fn target(kind: Kind, high: u64, low: u64, seq: u64) -> Target {
    let id = ((u128::from(high) << 64) | u128::from(low)).to_be_bytes();
    match kind {
        Kind::Messages => Target::Message(ConversationId::from_bytes(id), seq),
        Kind::Conversations => Target::Conversation(ConversationId::from_bytes(id)),
        Kind::Contacts => Target::Contact(ContactId::from_bytes(id)),
    }
}

/// The tag of a kind.
pub(crate) const fn kind_tag(kind: Kind) -> &'static str {
    match kind {
        Kind::Messages => "kind message",
        Kind::Conversations => "kind conversation",
        Kind::Contacts => "kind contact",
    }
}

/// The tag of what is on a channel.
pub(crate) fn channel_tag(channel: ChannelId) -> String {
    format!("on {channel}")
}

/// The tag of who wrote something.
pub(crate) fn author_tag(author: Author) -> String {
    match author {
        Author::Customer => "by customer".to_owned(),
        Author::Business => "by business".to_owned(),
        Author::User(user) => format!("by {user}"),
    }
}

/// The tag of what comes with a file.
pub(crate) const FILE_TAG: &str = "file";

/// The tag of a conversation that stands so.
pub(crate) const fn status_tag(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Open => "is open",
        ConversationStatus::Pending => "is pending",
        ConversationStatus::Snoozed => "is snoozed",
        ConversationStatus::Resolved => "is resolved",
    }
}

/// The tag of a conversation that somebody has.
pub(crate) fn holder_tag(holder: Holder) -> String {
    match holder {
        Holder::Nobody => "of nobody".to_owned(),
        Holder::User(user) => format!("of {user}"),
    }
}

impl Fields {
    /// What replaces, or takes away, what the index has: the term of it, and the new document.
    pub(crate) fn read(&self, change: Change) -> (Term, Option<TantivyDocument>) {
        match change {
            Change::Message(entry) => {
                let mut document = self.about(entry.conversation.as_bytes(), entry.seq, entry.at.as_millis());
                self.tags(&mut document, [kind_tag(Kind::Messages), &channel_tag(entry.channel)]);
                let authors: Vec<_> = entry.by.into_iter().map(author_tag).collect();
                self.tags(&mut document, authors.iter().map(String::as_str));
                self.tags(&mut document, entry.has_file.then_some(FILE_TAG));
                self.words(&mut document, &entry.text);
                let numbers = numbers_in(&entry.text);
                self.numbers(&mut document, numbers.iter().map(String::as_str));
                (self.key(b'm', entry.conversation.as_bytes(), entry.seq), Some(document))
            }
            Change::NoMessage(conversation, seq) => (self.key(b'm', conversation.as_bytes(), seq), None),
            Change::Conversation(entry) => {
                let mut document = self.about(entry.id.as_bytes(), 0, entry.at.as_millis());
                let holder = entry.assignee.map_or(Holder::Nobody, Holder::User);
                let tags = [kind_tag(Kind::Conversations), status_tag(entry.status)];
                self.tags(&mut document, tags);
                self.tags(&mut document, [&*channel_tag(entry.channel), &*holder_tag(holder)]);
                self.words(&mut document, &names_of(&entry.name, &entry.identities));
                self.numbers(&mut document, numbers_of(&entry.identities));
                (self.key(b'c', entry.id.as_bytes(), 0), Some(document))
            }
            Change::Contact(entry) => {
                let mut document = self.about(entry.id.as_bytes(), 0, entry.at.as_millis());
                self.tags(&mut document, [kind_tag(Kind::Contacts)]);
                self.words(&mut document, &names_of(&entry.name, &entry.identities));
                self.numbers(&mut document, numbers_of(&entry.identities));
                (self.key(b'p', entry.id.as_bytes(), 0), Some(document))
            }
        }
    }

    fn key(&self, kind: u8, id: &[u8; 16], seq: u64) -> Term {
        let mut key = Vec::with_capacity(25);
        key.push(kind);
        key.extend(id);
        key.extend(seq.to_be_bytes());
        Term::from_field_bytes(self.key, &key)
    }

    fn about(&self, id: &[u8; 16], seq: u64, at: i64) -> TantivyDocument {
        let (high, low) = halves(id);
        let mut document = TantivyDocument::default();
        document.add_u64(self.id_high, high);
        document.add_u64(self.id_low, low);
        document.add_u64(self.seq, seq);
        document.add_i64(self.at, at);
        document
    }

    fn tags<'a>(&self, document: &mut TantivyDocument, tags: impl IntoIterator<Item = &'a str>) {
        for tag in tags {
            document.add_text(self.tag, tag);
        }
    }

    fn words(&self, document: &mut TantivyDocument, text: &str) {
        let tokens = words(text).into_iter().map(|term| token(term.place, term.text)).collect();
        document.add_pre_tokenized_text(self.words, PreTokenizedString { text: String::new(), tokens });
    }

    fn numbers<'a>(&self, document: &mut TantivyDocument, numbers: impl Iterator<Item = &'a str>) {
        for ending in numbers.flat_map(endings) {
            document.add_text(self.digits, ending);
        }
    }

    /// A document with the key it is replaced by.
    pub(crate) fn keyed(&self, key: &Term, mut document: TantivyDocument) -> TantivyDocument {
        document.add_bytes(self.key, key.serialized_value_bytes());
        document
    }
}

fn token(place: usize, text: String) -> Token {
    Token { offset_from: 0, offset_to: 0, position: place, text, position_length: 1 }
}
