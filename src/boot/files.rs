//! Files of a running server in its data folder, beside the store's own.

use std::{
    fs,
    io::{self, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The address a running server listens on, as text.
const LISTEN_FILE: &str = "listen";

/// Tells scripts where the server listens; whole or not at all.
///
/// # Errors
/// When the folder cannot be written.
pub(crate) fn write_listen(data: &Path, address: SocketAddr) -> io::Result<()> {
    let new = data.join("listen.new");
    writeln!(fs::File::create(&new)?, "{address}")?;
    fs::rename(new, listen_path(data))
}

/// Takes it back.
pub(crate) fn remove_listen(data: &Path) {
    if let Err(error) = fs::remove_file(listen_path(data)) {
        tracing::debug!(%error, "the file with the listen address cannot be removed");
    }
}

fn listen_path(data: &Path) -> PathBuf {
    data.join(LISTEN_FILE)
}
