//! From the settings to what pushes notifications to browsers.

use std::{sync::Arc, time::Duration};

use switchboard_channels::push::{WebPush, vapid::Vapid};
use switchboard_ports::{clock::Clock, secrets::Vault, store::Records};
use tokio::runtime::Handle;
use url::Url;

use super::Error;
use crate::{
    access::Access,
    config::Config,
    notifications::push::{Courier, key},
};

/// What pushes, as the settings say; nothing where it is turned off. Its key is made where there is none.
///
/// # Errors
/// When there is no key, or no client can be made.
pub(crate) async fn courier(
    config: &Config,
    records: &Records,
    vault: &dyn Vault,
    access: &Arc<Access>,
    clock: &Arc<dyn Clock>,
    io: &Handle,
    public_url: &Url,
) -> Result<Option<Courier>, Error> {
    let push = &config.push;
    if !push.enabled {
        return Ok(None);
    }
    if push.allow_loopback {
        tracing::warn!(
            "notifications are pushed to services on this machine as well: this is for trying things out"
        );
    }
    let own = || (public_url.scheme() == "https").then(|| public_url.origin().ascii_serialization());
    let contact = push.contact.clone().or_else(own);
    let key = key(records, vault, &**clock).await.map_err(Error::PushKey)?;
    let vapid = Vapid::new(&key, contact).map_err(|error| Error::PushKey(error.to_string()))?;
    let pusher = WebPush::new(vapid, Arc::clone(clock), io.clone(), push.allow_loopback)?;
    let delay = Duration::from_secs(push.delay_s);
    Ok(Some(Courier::new(
        records.clone(),
        Arc::clone(clock),
        Arc::clone(access),
        Arc::new(pusher),
        io.clone(),
        delay,
    )))
}
