//! Whom each account wrote to first in the last 24 hours: held in memory, and in rows that are durable before a request
//! begins.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use switchboard_domain::{
    channel::{MessagingLimit, messaging_limit},
    initiated::{COUNTED_FOR, Ledger},
    permission,
};
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{ChannelId, ContactId, TenantScope, Timestamp, record::InitiatedRow};

use crate::{Refusal, channel, env::Env, shell::repeat};

/// Seconds of an hour: what one partition holds.
const HOUR_S: i64 = 3_600;

type Account = Arc<tokio::sync::Mutex<Option<Ledger>>>;

/// The accounts that wrote to somebody first since the start: no more than there are channels.
#[derive(Default)]
pub(crate) struct Initiated(Mutex<HashMap<(TenantScope, String), Account>>);

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
    let tier = body.standing.facts.as_ref().and_then(|facts| facts.messaging_limit.as_deref());
    let MessagingLimit::People(people_max) = messaging_limit(tier) else { return Ok(()) };
    let account = {
        let mut accounts = env.initiated.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry((scope, body.waba_id.clone())).or_default())
    };
    let now = env.clock.now();
    {
        let mut ledger = account.lock().await;
        if ledger.is_none() {
            *ledger = Some(load(env, scope, &body.waba_id, now).await?);
        }
        let Some(ledger) = ledger.as_mut() else { return Ok(()) };
        ledger
            .begin(contact_id, people_max, now)
            .map_err(|room| permission::limit_reached(people_max, room))?;
    }
    // Counted from here on, also where that cannot be stored: then it is asked again.
    let row = InitiatedRow { account: body.waba_id, hour: hour_of(now), contact_id, at: now };
    let row = Mutation::put_until(row, now + COUNTED_FOR);
    Ok(repeat(|| env.store.commit_one(scope.into(), Lane::Interactive, vec![row.clone()])).await?)
}
