//! `switchboard salvage`: what still reads of a damaged database.

use std::path::Path;

use super::{Failure, failed, needs_embedded, print};
use crate::config::Config;

/// Saves it into a new database and says, table by table, what was saved.
pub(crate) fn run(config: Option<&Path>) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    needs_embedded(&config)?;
    let salvage = switchboard_store::salvage(&config.store.path).map_err(failed)?;
    for table in &salvage.tables {
        let lost = match table.lost {
            Some(lost) => lost.to_string(),
            None => format!("some, in {} places", table.gaps),
        };
        print(&format!("{}: {} rows saved, {lost} lost\n", table.table, table.rows))?;
    }
    print(&format!(
        "the server can be started again; the damaged files are kept in {}\n",
        salvage.aside.display()
    ))
}
