//! Notifications that go to browsers of which no page is open: from a row that says so, until each browser has it, has ended, or
//! it is not worth it any more.
//!
//! The row is written with the notification's and goes when everything is done, so that after a crash it is done again: under
//! the same topic, by which a browser shows the later in place of the earlier. *Limits*: [`PUSHES_WAITING_MAX`] wait, one more
//! is let go of and counted; [`PUSHES_AT_A_TIME`] go out at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use switchboard_actors::Refusal;
use switchboard_channels::push::vapid;
use switchboard_ports::{
    clock::Clock,
    push::{Push, PushError, Pusher, Urgency},
    secrets::Vault,
    store::{Lane, Mutation, Records, Scope},
};
use switchboard_schema::{
    NotificationId, PushSubscriptionId, TenantScope, Timestamp, UserId,
    record::{PushJobBody, PushJobRow, PushSubscriptionRow, Sealed, SealedKeyRow},
    table::Json,
    wire::{self, NotificationClass},
};
use switchboard_store::transfer::Whole;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
};

use super::{Notifications, browsers::bytes_of, lock};
use crate::{access::Access, everywhere::Everywhere};

/// For how long a notification is worth being pushed.
pub(crate) const LIFE: Duration = Duration::from_secs(4 * 3_600);
/// Notifications that wait to be pushed or are on their way; one more is let go of.
const PUSHES_WAITING_MAX: usize = 1_000;
/// Messages that are handed over at a time.
const PUSHES_AT_A_TIME: usize = 8;
/// Pauses between attempts. After the last of them comes the last attempt.
const PAUSES: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(15), Duration::from_secs(60), Duration::from_secs(300)];
/// The longest pause that is kept where a service asks for one.
const PAUSE_MAX: Duration = Duration::from_secs(1_800);
/// Pause before what waits is read again that could not be.
const READ_AGAIN: Duration = Duration::from_secs(5);
/// The name of the key under which messages are signed.
const KEY: &str = "push";
/// Where it is kept, as the vault binds it.
const KEY_PLACE: &str = "key:push";

fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(3_600_000)
}

/// The row of a notification that is to be pushed.
pub(super) fn job(user: UserId, id: NotificationId, body: PushJobBody, now: Timestamp) -> Mutation {
    let until = body.until;
    Mutation::put_until(
        PushJobRow { hour: hour_of(now), user_id: user, notification_id: id, body: Json(body) },
        until,
    )
}

/// The key under which messages are signed, as it is kept; made where there is none yet, or none that opens.
///
/// # Errors
/// When the store does not answer or the system gives no key.
pub(crate) async fn key(records: &Records, vault: &dyn Vault, clock: &dyn Clock) -> Result<Vec<u8>, String> {
    let said = |error: switchboard_ports::store::Error| error.to_string();
    let kept = records.get::<SealedKeyRow>(Scope::System, SealedKeyRow::key(KEY.to_owned())).await;
    if let Some(row) = kept.map_err(said)? {
        let sealed = Sealed(row.sealed);
        let opened = vault.open(KEY_PLACE, &sealed).ok();
        let key = opened.and_then(|key| URL_SAFE_NO_PAD.decode(key.expose_secret()).ok());
        if let Some(key) = key {
            if let Ok(Some(Sealed(sealed))) = vault.reseal(KEY_PLACE, &sealed) {
                let row = SealedKeyRow { name: KEY.to_owned(), sealed, at: row.at };
                records.put(Scope::System, Lane::Bulk, row).await.map_err(said)?;
            }
            return Ok(key);
        }
        tracing::warn!(
            "the key for pushed messages does not open under the master key: there is a new one, and browsers ask to be reached anew when somebody opens a page"
        );
    }
    let key = vapid::new_key().map_err(|error| error.to_string())?;
    let Sealed(sealed) = vault.seal(KEY_PLACE, &SecretString::from(URL_SAFE_NO_PAD.encode(&key)));
    let row = SealedKeyRow { name: KEY.to_owned(), sealed, at: clock.now() };
    records.put(Scope::System, Lane::Interactive, row).await.map_err(said)?;
    Ok(key)
}

/// A notification that is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Job {
    scope: TenantScope,
    user: UserId,
    id: NotificationId,
}

/// What pushes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Courier(Arc<Inner>);

struct Inner {
    records: Records,
    clock: Arc<dyn Clock>,
    access: Arc<Access>,
    pusher: Arc<dyn Pusher>,
    runtime: Handle,
    /// Before something goes: whoever sees it in time on a page needs no message.
    delay: Duration,
    places: Arc<Semaphore>,
    hands: Semaphore,
    /// What is on its way, and whether it came up again meanwhile.
    jobs: Mutex<HashMap<Job, bool>>,
}

/// A place among those that wait.
struct Place(OwnedSemaphorePermit);

impl Drop for Place {
    fn drop(&mut self) {
        debug_assert_eq!(self.0.num_permits(), 1);
        metrics::gauge!("pushes_waiting").decrement(1.0);
    }
}

/// What a browser is told. Names of customers, and what they wrote only where the person chose so.
#[derive(Serialize)]
struct Payload<'a> {
    id: NotificationId,
    class: NotificationClass,
    workspace_id: switchboard_schema::TenantId,
    conversation_id: switchboard_schema::ConversationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    contact: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missed: Option<bool>,
    at: Timestamp,
}

fn payload(scope: TenantScope, shown: &wire::Notification, show_text: bool) -> Vec<u8> {
    let payload = Payload {
        id: shown.id,
        class: shown.class,
        workspace_id: scope.tenant(),
        conversation_id: shown.conversation_id,
        seq: shown.seq,
        contact: &shown.contact,
        count: shown.count,
        by: shown.by.as_deref(),
        text: shown.text.as_deref().filter(|_| show_text),
        missed: shown.sla.map(|sla| sla.missed),
        at: shown.at,
    };
    // Texts and numbers: this cannot fail.
    serde_json::to_vec(&payload).unwrap_or_default()
}

const fn urgency(class: NotificationClass) -> Urgency {
    match class {
        NotificationClass::Mention
        | NotificationClass::Assigned
        | NotificationClass::New
        | NotificationClass::Sla => Urgency::High,
        NotificationClass::Unassigned | NotificationClass::Failed => Urgency::Normal,
    }
}

fn came_to(outcome: &'static str) {
    metrics::counter!("pushes_total", "outcome" => outcome).increment(1);
}

/// How a browser stands.
enum Standing {
    /// It is to be told.
    Good,
    /// Its sign-in is in another workspace now, and may come back.
    Elsewhere,
    /// Its sign-in ended, or it knows another key of ours.
    Ended,
}

/// What is left to do for a notification.
struct Letter {
    payload: Vec<u8>,
    class: NotificationClass,
    until: Timestamp,
    left: Vec<PushSubscriptionRow>,
}

impl Courier {
    pub(crate) fn new(
        records: Records,
        clock: Arc<dyn Clock>,
        access: Arc<Access>,
        pusher: Arc<dyn Pusher>,
        runtime: Handle,
        delay: Duration,
    ) -> Self {
        Self(Arc::new(Inner {
            records,
            clock,
            access,
            pusher,
            runtime,
            delay,
            places: Arc::new(Semaphore::new(PUSHES_WAITING_MAX)),
            hands: Semaphore::new(PUSHES_AT_A_TIME),
            jobs: Mutex::default(),
        }))
    }

    pub(super) fn public_key(&self) -> &str {
        self.0.pusher.public_key()
    }

    pub(super) fn check(&self, endpoint: &str) -> Result<(), String> {
        self.0.pusher.check(endpoint)
    }

    /// Takes up what is written down; what there is no room for is let go of.
    pub(super) async fn take(
        &self,
        notifications: &Notifications,
        scope: TenantScope,
        user: UserId,
        id: NotificationId,
    ) {
        let job = Job { scope, user, id };
        let Some(permit) = self.place(job) else { return };
        let Some(permit) = permit else {
            came_to("dropped");
            tracing::warn!("too many notifications wait to be pushed: one is not");
            return self.forget(job).await;
        };
        metrics::gauge!("pushes_waiting").increment(1.0);
        let (place, this, notifications) = (Place(permit), self.clone(), notifications.clone());
        drop(self.0.runtime.spawn(async move {
            loop {
                tokio::time::sleep(this.0.delay).await;
                this.bring(&notifications, job).await;
                let mut jobs = lock(&this.0.jobs);
                if !jobs.get_mut(&job).is_some_and(std::mem::take) {
                    jobs.remove(&job);
                    break;
                }
            }
            drop(place);
        }));
    }

    /// A place for something that is to be pushed, where there is one; nothing where it is on its way already: then it is
    /// looked at once more.
    fn place(&self, job: Job) -> Option<Option<OwnedSemaphorePermit>> {
        let mut jobs = lock(&self.0.jobs);
        if let Some(again) = jobs.get_mut(&job) {
            *again = true;
            return None;
        }
        let permit = Arc::clone(&self.0.places).try_acquire_owned().ok();
        if permit.is_some() {
            jobs.insert(job, false);
        }
        Some(permit)
    }

    /// The row that says that something is to be pushed, where it still does.
    async fn row(&self, job: Job) -> Result<Option<PushJobRow>, Refusal> {
        let now = self.0.clock.now();
        for hour in hour_of(now - LIFE)..=hour_of(now) {
            let key = PushJobRow::key(hour, job.user, job.id);
            if let Some(row) = self.0.records.get::<PushJobRow>(job.scope, key).await?
                && now < row.body.0.until
            {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// It is done, or not worth it any more.
    async fn forget(&self, job: Job) {
        let now = self.0.clock.now();
        let key = |hour| PushJobRow::key(hour, job.user, job.id);
        let hours = hour_of(now - LIFE)..=hour_of(now);
        let rows: Vec<_> = hours.map(|hour| Mutation::delete::<PushJobRow>(key(hour))).collect();
        if let Err(error) = self.0.records.store().commit_many(job.scope.into(), Lane::Bulk, rows).await {
            tracing::warn!(%error, "that something was pushed could not be noted: after a start it is again");
        }
    }

    async fn bring(&self, notifications: &Notifications, job: Job) {
        let mut pauses = PAUSES.into_iter();
        let mut letter = None;
        loop {
            let pause = match self.attempt(notifications, job, &mut letter).await {
                Ok(None) => return self.forget(job).await,
                Ok(Some(after)) => after,
                Err(refusal) => {
                    tracing::warn!(tenant = %job.scope.tenant(), %refusal, "what is to be pushed cannot be read now; it is tried again");
                    Duration::ZERO
                }
            };
            let Some(usual) = pauses.next() else { break };
            let pause = usual.max(pause.min(PAUSE_MAX));
            if letter.as_ref().is_some_and(|letter| self.0.clock.now() + pause >= letter.until) {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        came_to("given_up");
        self.forget(job).await;
    }

    /// One attempt for each browser that is left; nothing where all is done, or how long a service asks to wait.
    async fn attempt(
        &self,
        notifications: &Notifications,
        job: Job,
        letter: &mut Option<Letter>,
    ) -> Result<Option<Duration>, Refusal> {
        let Job { scope, user, id } = job;
        let now = self.0.clock.now();
        let Some(row) = self.row(job).await? else { return Ok(None) };
        // Whoever has seen it meanwhile, or is at work in a page, needs no message.
        let found = notifications.with(scope, user, async |book| {
            let body = book.rows.get(&id).filter(|body| !book.is_read(id, body));
            Ok(body.map(|body| (body.shown.clone(), book.settings.show_text)))
        });
        let Some((shown, show_text)) = found.await? else {
            came_to("seen");
            return Ok(None);
        };
        if notifications.0.house.found(scope, user).await?.is_active(now) {
            came_to("seen");
            return Ok(None);
        }
        let letter = match letter {
            Some(letter) => letter,
            None => letter.insert(Letter {
                payload: payload(scope, &shown, show_text),
                class: shown.class,
                until: row.body.0.until,
                left: notifications.browser_rows(scope, user).await?,
            }),
        };
        let mut asked = None;
        for browser in std::mem::take(&mut letter.left) {
            match self.standing(job, &browser).await? {
                Standing::Good => {}
                Standing::Elsewhere => continue,
                Standing::Ended => {
                    self.ended(notifications, job, browser.subscription_id).await?;
                    continue;
                }
            }
            let Some(push) = push_of(job, &browser, letter, now) else {
                came_to("refused");
                continue;
            };
            match self.hand_over(push).await {
                Ok(()) => came_to("sent"),
                Err(PushError::Gone) => self.ended(notifications, job, browser.subscription_id).await?,
                Err(PushError::Refused(why)) => {
                    tracing::warn!(why, "a service does not take a pushed message");
                    came_to("refused");
                }
                Err(PushError::Passing { reason, after }) => {
                    tracing::info!(reason, "a pushed message is not taken now");
                    came_to("retried");
                    asked = asked.max(Some(after.unwrap_or_default()));
                    letter.left.push(browser);
                }
            }
        }
        Ok(asked)
    }

    async fn hand_over(&self, push: Push) -> Result<(), PushError> {
        // Never closed, so it is given in the end.
        let _hand = self.0.hands.acquire().await;
        let begun = Instant::now();
        let sent = self.0.pusher.send(push).await;
        metrics::histogram!("pushes_send_seconds").record(begun.elapsed().as_secs_f64());
        sent
    }

    async fn ended(
        &self,
        notifications: &Notifications,
        job: Job,
        id: PushSubscriptionId,
    ) -> Result<(), Refusal> {
        came_to("gone");
        notifications.forget_browser(job.scope, job.user, id).await
    }

    /// Is the sign-in good under which the browser said how it is reached, and does the browser know our key?
    async fn standing(&self, job: Job, browser: &PushSubscriptionRow) -> Result<Standing, Refusal> {
        let body = &browser.body.0;
        if body.public_key != self.public_key() {
            return Ok(Standing::Ended);
        }
        Ok(match self.0.access.whose(body.session_id).await? {
            Some((user, tenant)) if user == job.user && tenant == job.scope.tenant() => Standing::Good,
            Some((user, _)) if user == job.user => Standing::Elsewhere,
            _ => Standing::Ended,
        })
    }

    /// Takes up what was left when the process before this one ended.
    pub(crate) async fn resume(self, notifications: Notifications, store: Arc<dyn Whole>) {
        while let Err(why) = self.take_up(&notifications, &*store).await {
            tracing::warn!(why, "what is to be pushed could not be read; it is tried again");
            tokio::time::sleep(READ_AGAIN).await;
        }
    }

    async fn take_up(&self, notifications: &Notifications, store: &dyn Whole) -> Result<(), String> {
        let now = self.0.clock.now();
        let mut jobs = Everywhere::<PushJobRow>::of(store);
        while let Some(page) = jobs.page().await? {
            for (scope, job) in page {
                let job = job.map_err(|error| error.to_string())?;
                if now < job.body.0.until {
                    self.take(notifications, scope, job.user_id, job.notification_id).await;
                }
            }
        }
        Ok(())
    }
}

/// The message for one browser; nothing where its keys do not read.
fn push_of(job: Job, browser: &PushSubscriptionRow, letter: &Letter, now: Timestamp) -> Option<Push> {
    let body = &browser.body.0;
    Some(Push {
        endpoint: body.endpoint.clone(),
        p256dh: bytes_of(&body.p256dh, 65)?,
        auth: bytes_of(&body.auth, 16)?,
        payload: letter.payload.clone(),
        ttl: letter.until.since(now),
        urgency: urgency(letter.class),
        topic: URL_SAFE_NO_PAD.encode(job.id.as_bytes()),
    })
}
