//! What every index must keep.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use switchboard_domain::search::{Author, Filters, Holder, Query};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, TenantId, TenantScope, Timestamp, UserId,
    wire::{ConversationStatus, Identity, IdentityKind},
};

use super::{Ask, Change, ContactEntry, ConversationEntry, Error, Found, Index, Kind, MessageEntry, Target};

/// An index under test, empty when the factory hands it over.
pub trait Backend: Sized {
    /// The index.
    fn index(&self) -> Arc<dyn Index>;

    /// The same after the process that held it was killed and another has started.
    fn reopen(self) -> Self;

    /// Breaks what was written of a tenant.
    fn damage(&self, scope: TenantScope);
}

/// Instantiates every behaviour as a test, for the backend that the factory opens: an `fn() -> impl Backend`.
#[macro_export]
macro_rules! index_suite {
    ($open:expr) => {
        $crate::index_tests!($open;
            a_message_is_found_by_its_words_in_any_case_and_with_a_slip,
            all_words_must_be_there_and_a_phrase_in_a_row,
            the_last_word_is_found_by_its_beginning,
            scripts_without_spaces_are_found_by_a_part,
            what_changed_is_found_as_it_is_and_not_as_it_was,
            the_same_change_twice_is_one,
            a_commit_and_its_note_are_there_after_a_restart,
            people_are_found_by_name_and_by_a_part_of_their_number,
            filters_hold_of_everything_found,
            a_filter_on_conversations_follows_them,
            pages_have_everything_once_and_in_order,
            another_tenants_words_are_never_found,
            what_is_stopped_says_so,
            what_does_not_read_says_so_and_can_be_made_anew,
            questions_are_answered_while_it_is_made_anew,
            an_index_that_rested_answers_again,
        );
    };
}

/// One test per named function of the suite.
#[doc(hidden)]
#[macro_export]
macro_rules! index_tests {
    ($open:expr; $($name:ident,)*) => {$(
        #[test]
        fn $name() {
            $crate::search::conformance::$name($open());
        }
    )*};
}

/// A tenant of the suite.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the suite acts for tenants of its own")]
pub fn scope(n: u8) -> TenantScope {
    TenantScope::assume(TenantId::from_bytes([n; 16]))
}

const NOW: i64 = 1_800_000_000;

fn conversation(n: u8) -> ConversationId {
    ConversationId::from_bytes([n; 16])
}

/// A message that says this.
#[must_use]
pub fn message(of: u8, seq: u64, text: &str) -> MessageEntry {
    MessageEntry {
        conversation: conversation(of),
        seq,
        channel: ChannelId::from_bytes([of % 2; 16]),
        at: Timestamp::from_secs(NOW - 3_600 * i64::from(of) + i64::try_from(seq).unwrap_or(0)),
        by: vec![Author::Customer],
        has_file: false,
        text: text.to_owned(),
    }
}

fn said(of: u8, seq: u64, text: &str) -> Change {
    Change::Message(Box::new(message(of, seq, text)))
}

fn stands(of: u8, status: ConversationStatus, assignee: Option<UserId>) -> Change {
    Change::Conversation(Box::new(ConversationEntry {
        id: conversation(of),
        channel: ChannelId::from_bytes([of % 2; 16]),
        status,
        assignee,
        at: Timestamp::from_secs(NOW),
        name: format!("Person {of}"),
        identities: Vec::new(),
    }))
}

/// A question of everything that was said.
#[must_use]
pub fn ask(line: &str) -> Ask {
    Ask {
        query: Query::parse(line).expect("a line of the suite"),
        filters: Filters::default(),
        kind: Kind::Messages,
        after: None,
        limit: 20,
        now: Timestamp::from_secs(NOW),
    }
}

fn find(index: &dyn Index, ask: &Ask) -> Found {
    index.find(scope(1), ask, &|| false).expect("an answer")
}

fn seqs(index: &dyn Index, ask: &Ask) -> Vec<u64> {
    let seq = |target| if let Target::Message(_, seq) = target { seq } else { 0 };
    let mut seqs: Vec<_> = find(index, ask).hits.into_iter().map(|hit| seq(hit.target)).collect();
    seqs.sort_unstable();
    seqs
}

fn put(index: &dyn Index, changes: Vec<Change>) {
    index.apply(scope(1), changes, "n").expect("a commit");
}

/// Case, accents and slips are forgiven.
pub fn a_message_is_found_by_its_words_in_any_case_and_with_a_slip(backend: impl Backend) {
    let index = backend.index();
    put(
        &*index,
        vec![said(1, 1, "Where is my Refünd?"), said(1, 2, "The delivery is late"), said(1, 3, "cat")],
    );
    for line in ["refund ", "REFUND?", "refudn ", "is refund "] {
        assert_eq!(seqs(&*index, &ask(line)), [1], "{line}");
    }
    assert_eq!(seqs(&*index, &ask("delivry ")), [2]);
    assert_eq!(seqs(&*index, &ask("car ")), Vec::<u64>::new());
}

/// Words in any order, phrases in theirs.
pub fn all_words_must_be_there_and_a_phrase_in_a_row(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "a blue bike"), said(1, 2, "the bike is blue"), said(1, 3, "a red bike")]);
    assert_eq!(seqs(&*index, &ask("bike blue ")), [1, 2]);
    assert_eq!(seqs(&*index, &ask("\"blue bike\"")), [1]);
    assert_eq!(seqs(&*index, &ask("\"bike\" red ")), [3]);
}

/// While it is typed.
pub fn the_last_word_is_found_by_its_beginning(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "an invoice"), said(1, 2, "invoices and invitations"), said(1, 3, "voice")]);
    assert_eq!(seqs(&*index, &ask("inv")), [1, 2]);
    assert_eq!(seqs(&*index, &ask("inv ")), Vec::<u64>::new());
}

/// A part of a run of letters.
pub fn scripts_without_spaces_are_found_by_a_part(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "明日は東京都庁に行く"), said(1, 2, "京東"), said(1, 3, "สวัสดีครับ")]);
    assert_eq!(seqs(&*index, &ask("東京都")), [1]);
    assert_eq!(seqs(&*index, &ask("京都")), [1]);
    assert_eq!(seqs(&*index, &ask("京")), [1, 2]);
    assert_eq!(seqs(&*index, &ask("สวัสดี")), [3]);
}

/// An edit, and a message that was taken back.
pub fn what_changed_is_found_as_it_is_and_not_as_it_was(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "apples"), said(1, 2, "apples")]);
    put(&*index, vec![said(1, 1, "oranges")]);
    assert_eq!(seqs(&*index, &ask("apples ")), [2]);
    assert_eq!(seqs(&*index, &ask("oranges ")), [1]);
    put(&*index, vec![Change::NoMessage(conversation(1), 2), said(1, 1, "pears"), said(1, 1, "plums")]);
    for (line, found) in [("apples ", vec![]), ("oranges ", vec![]), ("pears ", vec![]), ("plums ", vec![1])]
    {
        assert_eq!(seqs(&*index, &ask(line)), found, "{line}");
    }
}

/// Repeated in a commit and in the next.
pub fn the_same_change_twice_is_one(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "once"), said(1, 1, "once")]);
    put(&*index, vec![said(1, 1, "once")]);
    assert_eq!(seqs(&*index, &ask("once ")), [1]);
}

/// Durable, and whole.
pub fn a_commit_and_its_note_are_there_after_a_restart(backend: impl Backend) {
    let index = backend.index();
    assert_eq!(index.note(scope(1)), Ok(None));
    index.apply(scope(1), vec![said(1, 1, "kept")], "first").expect("a commit");
    index.apply(scope(1), Vec::new(), "second").expect("a commit");
    drop(index);
    let backend = backend.reopen();
    let index = backend.index();
    assert_eq!(index.note(scope(1)), Ok(Some("second".to_owned())));
    assert_eq!(seqs(&*index, &ask("kept ")), [1]);
    index.apply(scope(1), vec![said(1, 2, "kept too")], "third").expect("a commit after it");
    assert_eq!(seqs(&*index, &ask("kept ")), [1, 2]);
}

/// Contacts.
pub fn people_are_found_by_name_and_by_a_part_of_their_number(backend: impl Backend) {
    let index = backend.index();
    let somebody = |n: u8, name: &str, number: &str| {
        Change::Contact(Box::new(ContactEntry {
            id: ContactId::from_bytes([n; 16]),
            at: Timestamp::from_secs(NOW),
            name: name.to_owned(),
            identities: vec![Identity { kind: IdentityKind::Phone, value: number.to_owned() }],
        }))
    };
    put(&*index, vec![somebody(1, "Élif van der Berg", "31612345678"), somebody(2, "Ana", "5511987654321")]);
    let found = |line: &str| {
        let hits = find(&*index, &Ask { kind: Kind::Contacts, ..ask(line) }).hits;
        hits.into_iter().map(|hit| hit.target).collect::<Vec<_>>()
    };
    let target = |n| vec![Target::Contact(ContactId::from_bytes([n; 16]))];
    for line in ["elif", "berg elif", "+31 6 1234", "06-1234 5678", "5678"] {
        assert_eq!(found(line), target(1), "{line}");
    }
    assert_eq!(found("98765"), target(2));
    assert_eq!(found("999"), []);
    assert_eq!(seqs(&*index, &ask("elif")), Vec::<u64>::new(), "nobody said it");
}

/// One by one.
pub fn filters_hold_of_everything_found(backend: impl Backend) {
    let index = backend.index();
    let ann = UserId::from_bytes([5; 16]);
    let with_file = MessageEntry {
        has_file: true,
        by: vec![Author::User(ann), Author::Business],
        ..message(2, 3, "hello there")
    };
    put(
        &*index,
        vec![
            said(1, 1, "hello"),
            said(2, 2, "hello"),
            Change::Message(Box::new(with_file)),
            said(9, 4, "hello"),
        ],
    );
    let found = |filters| seqs(&*index, &Ask { filters, ..ask("hello ") });
    let channel = Some(ChannelId::from_bytes([0; 16]));
    assert_eq!(found(Filters { channel, ..Filters::default() }), [2, 3]);
    assert_eq!(found(Filters { attachment: true, ..Filters::default() }), [3]);
    assert_eq!(found(Filters { by: Some(Author::User(ann)), ..Filters::default() }), [3]);
    assert_eq!(found(Filters { by: Some(Author::Business), ..Filters::default() }), [3]);
    assert_eq!(found(Filters { by: Some(Author::Customer), ..Filters::default() }), [1, 2, 4]);
    let since = Some(Timestamp::from_secs(NOW - 3 * 3_600));
    assert_eq!(found(Filters { since, ..Filters::default() }), [1, 2, 3]);
    assert_eq!(found(Filters { until: since, ..Filters::default() }), [4]);
    assert_eq!(found(Filters { since, channel, by: Some(Author::Customer), ..Filters::default() }), [2]);
}

/// Where a conversation stands counts when it is asked, not when something was said.
pub fn a_filter_on_conversations_follows_them(backend: impl Backend) {
    let index = backend.index();
    let ann = UserId::from_bytes([5; 16]);
    let (open, resolved) = (ConversationStatus::Open, ConversationStatus::Resolved);
    put(
        &*index,
        vec![said(1, 1, "hello"), said(2, 2, "hello"), stands(1, open, Some(ann)), stands(2, open, None)],
    );
    let found = |filters| seqs(&*index, &Ask { filters, ..ask("hello ") });
    let of = |holder| Filters { assignee: Some(holder), ..Filters::default() };
    assert_eq!(found(of(Holder::User(ann))), [1]);
    assert_eq!(found(of(Holder::Nobody)), [2]);
    put(&*index, vec![stands(1, resolved, None)]);
    assert_eq!(found(Filters { status: Some(open), ..Filters::default() }), [2]);
    assert_eq!(found(Filters { status: Some(resolved), ..Filters::default() }), [1]);
    assert_eq!(found(of(Holder::User(ann))), Vec::<u64>::new());
    let people = Ask { kind: Kind::Conversations, ..ask("person") };
    assert_eq!(find(&*index, &people).hits.len(), 2);
    let filters = Filters { status: Some(resolved), ..Filters::default() };
    let targets: Vec<_> =
        find(&*index, &Ask { filters, ..people }).hits.iter().map(|hit| hit.target).collect();
    assert_eq!(targets, [Target::Conversation(conversation(1))]);
}

/// Page after page.
pub fn pages_have_everything_once_and_in_order(backend: impl Backend) {
    let index = backend.index();
    for part in 0..5 {
        put(&*index, (0..20).map(|n| said(part, u64::from(part) * 100 + n, "the same words")).collect());
    }
    let (mut after, mut all) = (None, Vec::new());
    loop {
        let page = find(&*index, &Ask { after, limit: 7, ..ask("words ") });
        assert!(page.hits.len() == 7 || !page.more, "only the last page is short");
        all.extend(page.hits.iter().copied());
        after = page.hits.last().copied();
        if !page.more {
            break;
        }
    }
    assert_eq!(all.len(), 100);
    assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "in order, none twice");
}

/// Whoever asks.
pub fn another_tenants_words_are_never_found(backend: impl Backend) {
    let index = backend.index();
    index.apply(scope(2), vec![said(1, 1, "secret")], "n").expect("a commit");
    put(&*index, vec![said(1, 2, "open")]);
    assert_eq!(seqs(&*index, &ask("secret ")), Vec::<u64>::new());
    let theirs = index.find(scope(2), &ask("secret "), &|| false).expect("an answer");
    assert_eq!(theirs.hits.len(), 1);
    index.reset(scope(1)).expect("a reset");
    assert_eq!(index.note(scope(2)), Ok(Some("n".to_owned())), "another's reset is not theirs");
}

/// With what it has.
pub fn what_is_stopped_says_so(backend: impl Backend) {
    let index = backend.index();
    put(&*index, (0..1_000).map(|n| said(1, n, "many")).collect());
    let stopped = index.find(scope(1), &ask("many "), &|| true).expect("an answer");
    assert!(stopped.cut && stopped.hits.len() < 20);
    assert!(!find(&*index, &ask("many ")).cut);
}

/// And the rest goes on.
pub fn what_does_not_read_says_so_and_can_be_made_anew(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "broken")]);
    index.apply(scope(2), vec![said(1, 1, "whole")], "n").expect("a commit");
    drop(index);
    let backend = backend.reopen();
    backend.damage(scope(1));
    let index = backend.index();
    assert!(matches!(index.note(scope(1)), Err(Error::Damaged(_))));
    assert!(matches!(index.find(scope(1), &ask("broken "), &|| false), Err(Error::Damaged(_))));
    assert_eq!(index.find(scope(2), &ask("whole "), &|| false).expect("an answer").hits.len(), 1);
    index.reset(scope(1)).expect("a reset");
    assert_eq!(index.note(scope(1)), Ok(None));
    put(&*index, vec![said(1, 1, "mended")]);
    assert_eq!(seqs(&*index, &ask("mended ")), [1]);
}

/// With what there is, and what is committed afterwards is found.
pub fn questions_are_answered_while_it_is_made_anew(backend: impl Backend) {
    let index = backend.index();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    find(&*index, &ask("anew "));
                }
            });
        }
        threads.spawn(|| {
            // Also where this fails: the others wait for it.
            let _over = Over(&is_over);
            for n in 1..=100 {
                index.reset(scope(1)).expect("a reset");
                put(&*index, vec![said(1, n, "made anew")]);
                assert_eq!(seqs(&*index, &ask("anew ")), [n], "what was committed last is what is found");
            }
        });
    });
    drop(index);
    assert_eq!(seqs(&*backend.reopen().index(), &ask("anew ")), [100]);
}

/// Ends a loop of other threads, whatever becomes of this one.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Closed and opened.
pub fn an_index_that_rested_answers_again(backend: impl Backend) {
    let index = backend.index();
    put(&*index, vec![said(1, 1, "still here")]);
    index.rest();
    assert_eq!(seqs(&*index, &ask("still ")), [1]);
    put(&*index, vec![said(1, 2, "still here")]);
    assert_eq!(seqs(&*index, &ask("still ")), [1, 2]);
}
