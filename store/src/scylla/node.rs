//! Which node this is: an id in its data folder, good as long as the folder is locked.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use switchboard_ports::clock::Entropy;
use switchboard_schema::{IdBytes, hex, unhex};

use crate::{
    OpenError,
    files::{lock_folder, sync},
};

/// The file of the id, in hexadecimal digits.
const NODE_FILE: &str = "node";
/// The file while it is being made.
const NEW_FILE: &str = "node.new";

/// A node.
///
/// The same one takes over from itself at once, as its folder's lock says that its earlier process is dead. So do not
/// copy a data folder with its id to a second machine; were it done, the earlier process stops writing.
#[derive(Debug)]
pub struct Node {
    id: IdBytes,
    /// Held as long as the store is open.
    _lock: Option<File>,
}

impl Node {
    /// The node of a data folder; it gets its id when it is first used.
    ///
    /// # Errors
    /// When the folder cannot be used, or is in use.
    pub fn of_folder(dir: &Path, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        let lock = lock_folder(dir)?;
        Ok(Self { _lock: Some(lock), ..Self::in_locked_folder(dir, entropy)? })
    }

    /// The node of a data folder whose lock the caller holds, and holds as long as the store is open.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn in_locked_folder(dir: &Path, entropy: &dyn Entropy) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Folder { folder: dir.to_path_buf(), source };
        let file = dir.join(NODE_FILE);
        let known = fs::read_to_string(&file).ok().and_then(|text| unhex(text.trim()));
        if let Some(id) = known.and_then(|id| IdBytes::try_from(id).ok()) {
            return Ok(Self::named(id));
        }
        let id = entropy.id();
        let new = dir.join(NEW_FILE);
        let mut options = OpenOptions::new();
        let write = options.create(true).truncate(true).write(true).mode(0o600).open(&new);
        write
            .and_then(|mut file| {
                writeln!(file, "{}", hex(&id))?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&new, &file))
            .and_then(|()| sync(dir))
            .map_err(unusable)?;
        Ok(Self::named(id))
    }

    /// A node without a folder. Nothing but its caller keeps two of one id from running at a time.
    #[must_use]
    pub const fn named(id: IdBytes) -> Self {
        Self { id, _lock: None }
    }

    pub(super) const fn id(&self) -> IdBytes {
        self.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemEntropy;

    #[test]
    fn a_folder_keeps_its_id_and_is_used_by_one_process_at_a_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Node::of_folder(dir.path(), &SystemEntropy::new()).expect("it is made");
        assert!(matches!(Node::of_folder(dir.path(), &SystemEntropy::new()), Err(OpenError::InUse { .. })));
        let id = first.id();
        drop(first);
        assert_eq!(Node::of_folder(dir.path(), &SystemEntropy::new()).expect("it opens").id(), id);
        let other = tempfile::tempdir().expect("a folder");
        assert_ne!(Node::of_folder(other.path(), &SystemEntropy::new()).expect("it is made").id(), id);
    }

    #[test]
    fn an_id_cut_short_is_made_anew() {
        let dir = tempfile::tempdir().expect("a folder");
        for text in ["", "abc", &"é".repeat(16), &"g".repeat(32)] {
            fs::write(dir.path().join(NODE_FILE), text).expect("a file");
            let id = Node::of_folder(dir.path(), &SystemEntropy::new()).expect("it opens").id();
            assert_eq!(Node::of_folder(dir.path(), &SystemEntropy::new()).expect("it opens").id(), id);
        }
    }
}
