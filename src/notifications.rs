//! What people are told of: made from each workspace's log ([`follower`]), kept for each person, told to their own pages, and
//! pushed to their browsers where no page is open ([`push`]).
//!
//! *State*: of the people who were told or looked of late a book each (at most [`BOOKS_MAX`]), which is what the store has; rows
//! of notifications are the follower's alone, what was seen of them is a row of its own. *Invariants*: what is told is in the
//! store; nobody's book is changed before their rows are. *Limits*: [`KEPT_MAX`] notifications of a person, for
//! [`notification::LIFE`].

mod browsers;
mod follower;
pub(crate) mod push;

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use switchboard_actors::{House, Refusal, refusal_of};
use switchboard_domain::notification::{self, KEPT_MAX, People};
use switchboard_ports::{
    clock::Clock,
    store::{self, Lane, Mutation, Records, Scan},
};
use switchboard_schema::{
    ConversationId, NotificationId, TenantScope, Timestamp, UserId,
    record::{
        MemberRow, NotificationBody, NotificationMarkRow, NotificationRow, NotificationSettingsRow,
        PushSubscriptionRow, TeamRow,
    },
    table::Json,
    wire,
};

use self::push::Courier;
pub(crate) use self::{browsers::SignIn, follower::Teller};
use crate::diary;

/// People whose notifications are in memory, at most: those who were told or looked last.
const BOOKS_MAX: NonZeroUsize = NonZeroUsize::new(2_000).unwrap();
/// Workspaces whose people are in memory, at most.
const PEOPLE_MAX: NonZeroUsize = NonZeroUsize::new(1_000).unwrap();
/// Conversations of which it is remembered when somebody looked at them last.
const LOOKED_MAX: NonZeroUsize = NonZeroUsize::new(50).unwrap();
/// Rows of one commit.
const ROWS_AT_ONCE: usize = 90;

/// A person's notifications, as the store has them.
struct Book {
    rows: BTreeMap<NotificationId, NotificationBody>,
    /// Up to when each was seen.
    marks: HashMap<NotificationId, Timestamp>,
    settings: wire::NotificationSettings,
    /// They have browsers that can be reached while no page is open.
    has_browsers: bool,
    /// When they last looked at conversations: what is heard of later and happened before they have seen.
    looked: LruCache<ConversationId, Timestamp>,
}

impl Book {
    fn is_read(&self, id: NotificationId, body: &NotificationBody) -> bool {
        self.marks.get(&id).is_some_and(|read_to| body.shown.at <= *read_to)
    }

    fn shown(&self, id: NotificationId, body: &NotificationBody) -> wire::Notification {
        wire::Notification { read: self.is_read(id, body), ..body.shown.clone() }
    }

    /// Those that have not ended.
    fn live(&self, now: Timestamp) -> impl Iterator<Item = (NotificationId, &NotificationBody)> {
        let live = move |body: &NotificationBody| now < body.shown.at + notification::LIFE;
        self.rows.iter().filter(move |(_, body)| live(body)).map(|(id, body)| (*id, body))
    }

    fn unread(&self, now: Timestamp) -> u64 {
        self.live(now).filter(|(id, body)| !self.is_read(*id, body)).count() as u64
    }
}

/// A place in a person's list, newest first.
pub(crate) type Place = diary::Place<NotificationId>;

/// A book, locked while it is read or its rows are written; nothing in it until it was read.
type Shelved = Arc<tokio::sync::Mutex<Option<Book>>>;

/// Everybody's notifications. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Notifications(Arc<Inner>);

struct Inner {
    records: Records,
    clock: Arc<dyn Clock>,
    house: House,
    books: Mutex<LruCache<(TenantScope, UserId), Shelved>>,
    people: Mutex<LruCache<TenantScope, Arc<People>>>,
    /// What pushes; nothing where it is turned off.
    courier: Option<Courier>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Notifications {
    pub(crate) fn new(
        records: Records,
        clock: Arc<dyn Clock>,
        house: House,
        courier: Option<Courier>,
    ) -> Self {
        let (books, people) = (LruCache::new(BOOKS_MAX), LruCache::new(PEOPLE_MAX));
        let (books, people) = (Mutex::new(books), Mutex::new(people));
        Self(Arc::new(Inner { records, clock, house, books, people, courier }))
    }

    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    fn shelved(&self, scope: TenantScope, user: UserId) -> Shelved {
        Arc::clone(lock(&self.0.books).get_or_insert((scope, user), Shelved::default))
    }

    async fn read(&self, scope: TenantScope, user: UserId) -> Result<Book, store::Error> {
        let records = &self.0.records;
        let rows = Scan::of::<NotificationRow>(NotificationRow::partition(user));
        let marks = Scan::of::<NotificationMarkRow>(NotificationMarkRow::partition(user));
        let browsers = Scan::of::<PushSubscriptionRow>(PushSubscriptionRow::partition(user)).limit(1);
        let (rows, marks, settings, browsers) = tokio::try_join!(
            records.all::<NotificationRow>(scope, rows),
            records.all::<NotificationMarkRow>(scope, marks),
            records.get::<NotificationSettingsRow>(scope, NotificationSettingsRow::key(user)),
            records.scan::<PushSubscriptionRow>(scope, browsers),
        )?;
        Ok(Book {
            rows: rows.into_iter().map(|row| (row.notification_id, row.body.0)).collect(),
            marks: marks.into_iter().map(|row| (row.notification_id, row.read_to)).collect(),
            settings: settings.map(|row| row.body.0).unwrap_or_default(),
            has_browsers: !browsers.is_empty(),
            looked: LruCache::new(LOOKED_MAX),
        })
    }

    /// Does something with somebody's book, and lets nobody else meanwhile.
    async fn with<T>(
        &self,
        scope: TenantScope,
        user: UserId,
        work: impl AsyncFnOnce(&mut Book) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let shelved = self.shelved(scope, user);
        let mut place = shelved.lock().await;
        if place.is_none() {
            *place = Some(self.read(scope, user).await?);
        }
        let Some(book) = place.as_mut() else { return Err(Refusal::Overloaded) };
        let done = work(book).await;
        if matches!(done, Err(Refusal::Unavailable(_))) {
            // Nobody knows what the store has now.
            *place = None;
        }
        done
    }

    /// The people of a workspace, as they are until somebody tells that they changed.
    async fn people(&self, scope: TenantScope) -> Result<Arc<People>, store::Error> {
        if let Some(people) = lock(&self.0.people).get(&scope) {
            return Ok(Arc::clone(people));
        }
        let records = &self.0.records;
        let (members, teams) = tokio::try_join!(
            records.all::<MemberRow>(scope, Scan::of::<MemberRow>(MemberRow::partition())),
            records.all::<TeamRow>(scope, Scan::of::<TeamRow>(TeamRow::partition())),
        )?;
        let people = Arc::new(People {
            members: members.into_iter().map(|row| (row.user_id, row.body.0.role)).collect(),
            teams: teams
                .into_iter()
                .map(|row| (row.team_id, row.body.0.members.into_iter().collect()))
                .collect(),
        });
        lock(&self.0.people).put(scope, Arc::clone(&people));
        Ok(people)
    }

    /// A page of somebody's notifications, newest first; with `unread` alone those that are not read.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn page(
        &self,
        scope: TenantScope,
        user: UserId,
        unread: bool,
        after: Option<Place>,
        limit: usize,
    ) -> Result<wire::NotificationPage, Refusal> {
        let now = self.now();
        self.with(scope, user, async |book| {
            let mut places: Vec<_> = book
                .live(now)
                .filter(|(id, body)| !unread || !book.is_read(*id, body))
                .map(|(id, body)| Place { at: body.shown.at, id })
                .filter(|place| after.is_none_or(|after| *place < after))
                .collect();
            places.sort_unstable_by(|a, b| b.cmp(a));
            let more = places.len() > limit;
            places.truncate(limit);
            let shown = |place: &Place| book.rows.get(&place.id).map(|body| book.shown(place.id, body));
            Ok(wire::NotificationPage {
                notifications: places.iter().filter_map(shown).collect(),
                unread_count: book.unread(now),
                next_cursor: places.last().filter(|_| more).map(ToString::to_string),
            })
        })
        .await
    }

    /// Somebody says of notifications that they are read, or that they are not. Their pages are told.
    ///
    /// # Errors
    /// When too many are named, or one that is not there; when the store does not answer.
    pub(crate) async fn mark(
        &self,
        scope: TenantScope,
        user: UserId,
        request: wire::MarkNotifications,
    ) -> Result<wire::NotificationsMarked, Refusal> {
        let wire::MarkNotifications { read, ids } = request;
        if ids.as_ref().is_some_and(|ids| ids.len() > wire::MAX_NOTIFICATIONS_NAMED) {
            let message = format!("names at most {}", wire::MAX_NOTIFICATIONS_NAMED);
            return Err(Refusal::Invalid { field: "ids", message });
        }
        let now = self.now();
        self.with(scope, user, async |book| {
            let named: Vec<NotificationId> = match ids {
                Some(ids) if ids.iter().any(|id| !book.rows.contains_key(id)) => {
                    return Err(Refusal::NotFound("notification"));
                }
                Some(ids) => ids,
                None => book.live(now).map(|(id, _)| id).collect(),
            };
            let differs =
                |id: &NotificationId| book.rows.get(id).is_some_and(|body| book.is_read(*id, body) != read);
            let ids: Vec<_> = named.into_iter().filter(differs).collect();
            self.set(scope, user, book, &ids, read).await?;
            Ok(wire::NotificationsMarked { ids, unread_count: book.unread(now) })
        })
        .await
    }

    /// Somebody looks at a conversation: what they were told of it they have seen.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn looked(
        &self,
        scope: TenantScope,
        user: UserId,
        at: ConversationId,
    ) -> Result<(), Refusal> {
        let now = self.now();
        self.with(scope, user, async |book| {
            book.looked.put(at, now);
            let here = |(id, body): &(NotificationId, &NotificationBody)| {
                body.shown.conversation_id == at && !book.is_read(*id, body)
            };
            let ids: Vec<_> = book.live(now).filter(here).map(|(id, _)| id).collect();
            self.set(scope, user, book, &ids, true).await
        })
        .await
    }

    /// Writes down what is read, and tells the person's pages.
    async fn set(
        &self,
        scope: TenantScope,
        user: UserId,
        book: &mut Book,
        ids: &[NotificationId],
        read: bool,
    ) -> Result<(), Refusal> {
        if ids.is_empty() {
            return Ok(());
        }
        let row = |id: &NotificationId| match book.rows.get(id) {
            Some(body) if read => mark_of(user, *id, body),
            _ => Mutation::delete::<NotificationMarkRow>(NotificationMarkRow::key(user, *id)),
        };
        let rows: Vec<_> = ids.iter().map(row).collect();
        for some in rows.chunks(ROWS_AT_ONCE) {
            self.0.records.store().commit_one(scope.into(), Lane::Interactive, some.to_vec()).await?;
        }
        for id in ids {
            match book.rows.get(id) {
                Some(body) if read => book.marks.insert(*id, body.shown.at),
                _ => book.marks.remove(id),
            };
        }
        self.tell(scope, user, book, None, wire::NotificationWays::NONE);
        Ok(())
    }

    fn tell(
        &self,
        scope: TenantScope,
        user: UserId,
        book: &Book,
        notification: Option<wire::Notification>,
        ways: wire::NotificationWays,
    ) {
        let unread_count = book.unread(self.now());
        let changed = wire::NotificationsChanged { notification, ways, unread_count };
        self.0.house.tell_of_notifications(scope, user, changed);
    }

    /// How somebody wants to be told of things.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn settings(
        &self,
        scope: TenantScope,
        user: UserId,
    ) -> Result<wire::NotificationSettings, Refusal> {
        self.with(scope, user, async |book| Ok(book.settings.clone())).await
    }

    /// Somebody says how they want to be told of things. Their pages are told that it changed.
    ///
    /// # Errors
    /// A field is wrong; or the store does not answer.
    pub(crate) async fn set_settings(
        &self,
        scope: TenantScope,
        user: UserId,
        settings: wire::NotificationSettings,
    ) -> Result<wire::NotificationSettings, Refusal> {
        notification::check(&settings, self.now()).map_err(refusal_of)?;
        self.with(scope, user, async |book| {
            let row = NotificationSettingsRow { user_id: user, body: Json(settings.clone()) };
            self.0.records.put(scope, Lane::Interactive, row).await?;
            book.settings = settings.clone();
            self.tell(scope, user, book, None, wire::NotificationWays::NONE);
            Ok(settings)
        })
        .await
    }

    /// Deletes what somebody who goes was told, chose, and the browsers they had.
    ///
    /// # Errors
    /// When the store does not answer; asked again, it deletes the rest.
    pub(crate) async fn clear(&self, scope: TenantScope, user: UserId) -> Result<(), Refusal> {
        let shelved = self.shelved(scope, user);
        let mut place = shelved.lock().await;
        *place = None;
        lock(&self.0.people).pop(&scope);
        let book = self.read(scope, user).await?;
        let browsers = self.browser_rows(scope, user).await?;
        let mut rows = vec![Mutation::delete::<NotificationSettingsRow>(NotificationSettingsRow::key(user))];
        rows.extend(
            book.rows.keys().map(|id| Mutation::delete::<NotificationRow>(NotificationRow::key(user, *id))),
        );
        rows.extend(
            book.marks
                .keys()
                .map(|id| Mutation::delete::<NotificationMarkRow>(NotificationMarkRow::key(user, *id))),
        );
        rows.extend(browsers.iter().map(|row| {
            Mutation::delete::<PushSubscriptionRow>(PushSubscriptionRow::key(user, row.subscription_id))
        }));
        for some in rows.chunks(ROWS_AT_ONCE) {
            self.0.records.store().commit_many(scope.into(), Lane::Bulk, some.to_vec()).await?;
        }
        Ok(())
    }
}

/// What says that somebody has seen a notification as it is.
fn mark_of(user: UserId, id: NotificationId, body: &NotificationBody) -> Mutation {
    let row = NotificationMarkRow { user_id: user, notification_id: id, read_to: body.shown.at };
    Mutation::put_until(row, body.shown.at + notification::LIFE)
}

const _: () = assert!(KEPT_MAX <= wire::MAX_NOTIFICATIONS_NAMED, "all of them can be named at once");
