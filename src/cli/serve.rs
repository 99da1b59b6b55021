//! `switchboard serve`

use std::path::Path;

use super::{Failure, failed};
use crate::{boot, config::Config, shutdown};

/// Runs the server until it is asked to stop.
pub(crate) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    boot::start_telemetry(&config).map_err(failed)?;
    actix::System::new().block_on(async {
        let server = boot::start(&config).await.map_err(failed)?;
        shutdown::asked().await.map_err(failed)?;
        server.down.run().await;
        Ok(())
    })
}
