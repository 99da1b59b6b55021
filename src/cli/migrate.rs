//! `switchboard migrate`

use std::path::Path;

use switchboard_store::scylla;

use super::{Failure, block_on, failed, print};
use crate::{
    boot::{self, Backends, admin},
    config::{Config, StoreKind},
};

/// Brings the store's tables up to date. A running server has done so when it started.
pub(crate) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    if admin::ask(&config.store.path, &admin::Request::Ping).map_err(failed)?.is_some() {
        return print("the running server has brought the tables up to date\n");
    }
    block_on(async {
        match config.store.kind {
            StoreKind::Embedded => Backends::open(&config).await.map_err(failed)?.close().await,
            // Also while servers run elsewhere.
            StoreKind::Scylla => scylla::migrate(&boot::cluster(&config)).await.map_err(failed)?,
        }
        print("the tables are up to date\n")
    })?
}
