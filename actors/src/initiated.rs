//! Whom each account wrote to first in the last 24 hours: held in memory, and in rows that are durable before a request
//! begins.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use switchboard_domain::{
    channel::{MessagingLimit, messaging_limit},
    initiated::{COUNTED_FOR, Ledger},
    permission::{self, LimitFull},
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    ChannelId, ContactId, TenantScope, Timestamp,
    record::{ChannelBody, InitiatedRow},
};

use crate::{
    Refusal, channel,
    env::{Env, Noted},
    shell::repeat,
};

/// Seconds of an hour: what one partition holds.
const HOUR_S: i64 = 3_600;

type Account = Arc<tokio::sync::Mutex<Option<Ledger>>>;

/// The accounts that wrote to somebody first since the start: no more than there are channels.
#[derive(Default)]
pub(crate) struct Initiated {
    accounts: Mutex<HashMap<(TenantScope, String), Account>>,
    /// Until when those have no room that had none when it was last looked.
    full: Noted<(TenantScope, String), Timestamp>,
}

impl Initiated {
    /// Until when an account has no room for another, so far as it is known here.
    pub(crate) fn full_until(&self, scope: TenantScope, account: &str, now: Timestamp) -> Option<Timestamp> {
        self.full.of(&(scope, account.to_owned())).filter(|until| *until > now)
    }
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(HOUR_S * 1_000)
}

/// Those of the last 24 hours, as they are stored.
async fn load(env: &Env, scope: TenantScope, account: &str, now: Timestamp) -> Result<Ledger, Refusal> {
    let mut ledger = Ledger::default();
    let hours = i64::try_from(COUNTED_FOR.as_secs()).unwrap_or(i64::MAX) / HOUR_S;
    for hour in hour_of(now) - hours..=hour_of(now) {
        let scan = Scan::of::<InitiatedRow>(InitiatedRow::partition(account.to_owned(), hour));
        for row in env.records.all::<InitiatedRow>(scope, scan).await? {
            ledger.note(row.contact_id, row.at);
        }
    }
    Ok(ledger)
}

/// Looks into the ledger of a channel's account, where it has a limit: `act` is given how many people there may be.
async fn with_ledger<T>(
    env: &Env,
    scope: TenantScope,
    (channel_id, body): (ChannelId, &ChannelBody),
    now: Timestamp,
    act: impl FnOnce(&mut Ledger, u32) -> T,
) -> Result<Option<T>, Refusal> {
    let tier = body.standing.facts.as_ref().and_then(|facts| facts.messaging_limit.as_deref());
    let MessagingLimit::People(people_max) = messaging_limit(tier) else { return Ok(None) };
    let key = (scope, body.waba_id.clone());
    let account = {
        let mut accounts = env.initiated.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(key.clone()).or_default())
    };
    let mut ledger = account.lock().await;
    if ledger.is_none() {
        *ledger = Some(load(env, scope, &body.waba_id, now).await?);
    }
    let Some(ledger) = ledger.as_mut() else { return Ok(None) };
    let done = act(ledger, people_max);
    let was_full = env.initiated.full_until(scope, &body.waba_id, now).is_some();
    let full = ledger.full_until(people_max, now);
    env.initiated.full.set(key, full);
    if was_full != full.is_some() {
        env.channels.tell_if_there(scope, channel_id, channel::Letter::Retell);
    }
    Ok(Some(done))
}

/// Is there room for somebody, were they written to first now? Nobody is counted.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn full_for(
    env: &Env,
    scope: TenantScope,
    channel: (ChannelId, &ChannelBody),
    contact_id: ContactId,
) -> Result<Option<LimitFull>, Refusal> {
    let now = env.clock.now();
    let look = |ledger: &mut Ledger, people_max| {
        let room_at = ledger.room_for(contact_id, people_max, now).err()?;
        Some(LimitFull { people_max, room_at })
    };
    Ok(with_ledger(env, scope, channel, now, look).await?.flatten())
}

/// Somebody is about to be written to outside their window: counts them, durably, where the account has a limit.
///
/// # Errors
/// `messaging_limit_reached` where there is no room; or when it is not durable.
pub(crate) async fn begin(
    env: &Env,
    scope: TenantScope,
    channel_id: ChannelId,
    contact_id: ContactId,
) -> Result<(), Refusal> {
    let body = channel::ask(env, scope, channel_id, channel::Letter::Show).await?;
    let now = env.clock.now();
    let count = |ledger: &mut Ledger, people_max| {
        ledger
            .begin(contact_id, people_max, now)
            .map_err(|room_at| permission::limit_reached(LimitFull { people_max, room_at }))
    };
    let Some(counted) = with_ledger(env, scope, (channel_id, &body), now, count).await? else {
        return Ok(());
    };
    counted?;
    // Counted from here on, also where that cannot be stored: then it is asked again.
    let row = InitiatedRow { account: body.waba_id, hour: hour_of(now), contact_id, at: now };
    let row = Mutation::put_until(row, now + COUNTED_FOR);
    Ok(repeat(|| env.store.commit_one(scope.into(), Lane::Interactive, vec![row.clone()])).await?)
}
