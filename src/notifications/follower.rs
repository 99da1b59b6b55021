//! What makes notifications of a workspace's log: each once, whatever crashes.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use switchboard_actors::{Refusal, follow::Follower};
use switchboard_domain::notification::{self, ALOUD_MAX_AGE, KEPT_MAX, NEWS_MAX_AGE, News};
use switchboard_ports::store::{Lane, Mutation};
use switchboard_schema::{
    ConversationId, NotificationId, TenantScope, Timestamp, UserId,
    record::{NotificationBody, NotificationMarkRow, NotificationRow, PushJobBody},
    table::Json,
    wire::{self, EventName, NotificationClass, NotificationWays},
};

use super::{Book, Notifications, lock, mark_of, push};

/// Reads the logs, and tells people.
pub(crate) struct Teller {
    notifications: Notifications,
    /// What was made and is being written.
    pending: Mutex<HashMap<TenantScope, BTreeMap<UserId, Page>>>,
}

/// What is made of one turn for one person.
#[derive(Default)]
struct Page {
    rows: BTreeMap<NotificationId, NotificationBody>,
    marks: BTreeMap<NotificationId, Timestamp>,
    gone: BTreeSet<NotificationId>,
    /// Those to be told, and how.
    told: BTreeMap<NotificationId, NotificationWays>,
}

impl Page {
    fn row<'a>(&'a self, book: &'a Book, id: NotificationId) -> Option<&'a NotificationBody> {
        self.rows.get(&id).or_else(|| book.rows.get(&id))
    }

    fn read_to(&self, book: &Book, id: NotificationId) -> Option<Timestamp> {
        self.marks.get(&id).or_else(|| book.marks.get(&id)).copied()
    }
}

impl Teller {
    pub(crate) fn new(notifications: Notifications) -> Self {
        Self { notifications, pending: Mutex::default() }
    }

    /// Somebody is told of something.
    async fn tell(
        &self,
        scope: TenantScope,
        page: &mut Page,
        news: &News,
        place: u64,
        happened: Timestamp,
    ) -> Result<(), Refusal> {
        let (user, id, class) = (news.to, news.notification.id, news.notification.class);
        let now = self.notifications.now();
        let aloud = self
            .notifications
            .with(scope, user, async |book| {
                if book.settings.ways.of(class).is_none() {
                    return Ok(None);
                }
                let before = page.row(book, id);
                let Some(body) = notification::told(before, page.read_to(book, id), news, place) else {
                    return Ok(None);
                };
                let (is_new, is_same) = (before.is_none(), before == Some(&body));
                let aloud = body.told_at == place && now < happened + ALOUD_MAX_AGE;
                if is_same && !aloud {
                    return Ok(None);
                }
                let conversation = body.shown.conversation_id;
                let seen = book.looked.peek(&conversation).is_some_and(|looked| body.shown.at <= *looked);
                if seen {
                    page.marks.insert(id, body.shown.at);
                }
                if is_new {
                    metrics::counter!("notifications_total", "class" => class.name()).increment(1);
                }
                page.gone.remove(&id);
                page.rows.insert(id, body);
                Ok(Some((aloud && !seen).then(|| book.settings.clone())))
            })
            .await?;
        let Some(settings) = aloud else { return Ok(()) };
        let ways = match settings {
            Some(settings) => {
                let presence = self.notifications.0.house.found(scope, user).await?;
                let ways = notification::ways(&settings, class, presence, now);
                NotificationWays { push: ways.push && !presence.is_active(now), ..ways }
            }
            None => NotificationWays::NONE,
        };
        let told = page.told.entry(id).or_default();
        if !ways.is_none() {
            *told = ways;
        }
        Ok(())
    }

    /// Somebody has read so many of the customer's messages.
    async fn read(&self, scope: TenantScope, page: &mut Page, mark: wire::ReadMark) -> Result<(), Refusal> {
        let wire::ReadMark { conversation_id, user_id, inbound_count } = mark;
        let is_theirs = |body: &NotificationBody| {
            body.shown.conversation_id == conversation_id && notification::is_read_with(body, inbound_count)
        };
        self.see(scope, user_id, page, is_theirs).await
    }

    /// Somebody took a conversation: that nobody had it need not be seen any more.
    async fn taken(
        &self,
        scope: TenantScope,
        user: UserId,
        page: &mut Page,
        id: ConversationId,
    ) -> Result<(), Refusal> {
        let is_over = |body: &NotificationBody| {
            body.shown.class == NotificationClass::Unassigned && body.shown.conversation_id == id
        };
        self.see(scope, user, page, is_over).await
    }

    /// What is so of somebody's notifications they need not see any more.
    async fn see(
        &self,
        scope: TenantScope,
        user: UserId,
        page: &mut Page,
        which: impl Fn(&NotificationBody) -> bool,
    ) -> Result<(), Refusal> {
        self.notifications
            .with(scope, user, async |book| {
                let ids: BTreeSet<_> = book.rows.keys().chain(page.rows.keys()).copied().collect();
                for id in ids {
                    let Some(body) = page.row(book, id).filter(|body| which(body)) else { continue };
                    let read_to = body.shown.at;
                    if page.read_to(book, id).is_none_or(|known| known < read_to) {
                        page.marks.insert(id, read_to);
                    }
                }
                Ok(())
            })
            .await
    }

    /// Lets go of the oldest where somebody has more than are kept.
    async fn trim(&self, scope: TenantScope, user: UserId, page: &mut Page) -> Result<bool, Refusal> {
        self.notifications
            .with(scope, user, async |book| {
                let ids: BTreeSet<_> = book.rows.keys().chain(page.rows.keys()).copied().collect();
                let mut all: Vec<_> =
                    ids.into_iter().filter_map(|id| Some((page.row(book, id)?.shown.at, id))).collect();
                all.sort_unstable();
                let more = all.len().saturating_sub(KEPT_MAX);
                for (_, id) in all.into_iter().take(more) {
                    page.rows.remove(&id);
                    page.marks.remove(&id);
                    page.told.remove(&id);
                    if book.rows.contains_key(&id) {
                        page.gone.insert(id);
                    }
                }
                Ok(book.has_browsers)
            })
            .await
    }
}

impl Follower for Teller {
    const NAME: &'static str = "notifications";

    async fn take(
        &self,
        scope: TenantScope,
        events: &[Arc<wire::Event>],
    ) -> Result<Option<Vec<Mutation>>, Refusal> {
        let now = self.notifications.now();
        let mut pages: BTreeMap<UserId, Page> = BTreeMap::new();
        for event in events {
            if matches!(event.name, EventName::UsersChanged | EventName::TeamsChanged) {
                lock(&self.notifications.0.people).pop(&scope);
            }
            if event.at + NEWS_MAX_AGE <= now {
                continue;
            }
            if let Some(mark) = event.data.read {
                self.read(scope, pages.entry(mark.user_id).or_default(), mark).await?;
                continue;
            }
            if event.data.conversation.is_none() {
                continue;
            }
            let people = self.notifications.people(scope).await?;
            if let Some(id) = notification::taken(event) {
                for &user in people.members.keys() {
                    self.taken(scope, user, pages.entry(user).or_default(), id).await?;
                }
            }
            for news in notification::news(event, &people) {
                self.tell(scope, pages.entry(news.to).or_default(), &news, event.offset, event.at).await?;
            }
        }
        let mut rows = Vec::new();
        for (&user, page) in &mut pages {
            let has_browsers = self.trim(scope, user, page).await?;
            for (id, body) in &page.rows {
                let row = NotificationRow { user_id: user, notification_id: *id, body: Json(body.clone()) };
                rows.push(Mutation::put_until(row, body.shown.at + notification::LIFE));
            }
            for (id, read_to) in &page.marks {
                let row = NotificationMarkRow { user_id: user, notification_id: *id, read_to: *read_to };
                rows.push(Mutation::put_until(row, *read_to + notification::LIFE));
            }
            for id in &page.gone {
                rows.push(Mutation::delete::<NotificationRow>(NotificationRow::key(user, *id)));
                rows.push(Mutation::delete::<NotificationMarkRow>(NotificationMarkRow::key(user, *id)));
            }
            let reached = has_browsers && self.notifications.0.courier.is_some();
            for (id, ways) in &mut page.told {
                ways.push &= reached;
                if ways.push {
                    rows.push(push::job(user, *id, PushJobBody { until: now + push::LIFE }, now));
                }
            }
        }
        pages.retain(|_, page| {
            !(page.rows.is_empty() && page.marks.is_empty() && page.gone.is_empty() && page.told.is_empty())
        });
        lock(&self.pending).insert(scope, pages);
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }

    async fn written(&self, scope: TenantScope) {
        let Some(pages) = lock(&self.pending).remove(&scope) else { return };
        for (user, page) in pages {
            let Page { rows, marks, gone, told } = page;
            let notifications = &self.notifications;
            let applied = notifications.with(scope, user, async |book| {
                let only_read = told.is_empty() && !marks.is_empty();
                for (id, body) in rows {
                    book.rows.insert(id, body);
                }
                for (id, read_to) in marks {
                    let mark = book.marks.entry(id).or_insert(read_to);
                    *mark = read_to.max(*mark);
                }
                for id in gone {
                    book.rows.remove(&id);
                    book.marks.remove(&id);
                }
                for id in told.keys() {
                    let Some(body) = book.rows.get(id).cloned() else { continue };
                    // Looked at meanwhile.
                    let looked = book.looked.peek(&body.shown.conversation_id);
                    if looked.is_some_and(|looked| body.shown.at <= *looked) && !book.is_read(*id, &body) {
                        let row = mark_of(user, *id, &body);
                        let store = notifications.0.records.store();
                        store.commit_one(scope.into(), Lane::Interactive, vec![row]).await?;
                        book.marks.insert(*id, body.shown.at);
                    }
                }
                for (id, ways) in &told {
                    let Some(body) = book.rows.get(id) else { continue };
                    let shown = book.shown(*id, body);
                    let ways = if shown.read { NotificationWays::NONE } else { *ways };
                    notifications.tell(scope, user, book, Some(shown), ways);
                }
                if only_read {
                    notifications.tell(scope, user, book, None, NotificationWays::NONE);
                }
                Ok(())
            });
            if let Err(refusal) = applied.await {
                // It is in the store; who looks finds it.
                tracing::warn!(tenant = %scope.tenant(), %refusal, "somebody's pages are not told of a notification");
            }
            if let Some(courier) = &notifications.0.courier {
                for (id, _) in told.iter().filter(|(_, ways)| ways.push) {
                    courier.take(notifications, scope, user, *id).await;
                }
            }
        }
    }
}
