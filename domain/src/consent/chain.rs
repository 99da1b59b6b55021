//! The chain of a contact's consent entries.
//!
//! An entry is a record, a JSON text, and its hash: SHA-256 over the hash of the entry before (32 bytes, zeros before
//! the first) and the record's bytes. Who holds the newest hash can tell whether any entry was changed, removed, put
//! in between or put elsewhere.

use ring::digest;
use switchboard_schema::wire::ConsentRecord;

/// Bytes of a hash.
pub const HASH_BYTES: usize = digest::SHA256_OUTPUT_LEN;

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A record's hash is not what the record and the entry before give.
    #[error("entry {0} was changed, or one before it was changed or removed")]
    Hash(u64),
    /// A record says another number than its place.
    #[error("entry {0} is not in its place")]
    Place(u64),
    /// A record does not read.
    #[error("entry {0} does not read")]
    Record(u64),
    /// There are more or fewer entries than the head says.
    #[error("there are {found} entries, the head says {told}")]
    Count {
        /// How many there are.
        found: u64,
        /// How many the head says.
        told: u64,
    },
    /// The newest hash is not the head's.
    #[error("the newest entry is not the one that the head names")]
    Head,
}

/// The hash of an entry. `previous` is empty for the first.
#[must_use]
pub fn hash(previous: &[u8], record: &str) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(if previous.is_empty() { &[0; HASH_BYTES] } else { previous });
    context.update(record.as_bytes());
    context.finish().as_ref().to_vec()
}

/// Checks a whole chain against its head, and reads it.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    count: u64,
    head: &[u8],
) -> Result<Vec<ConsentRecord>, Broken> {
    let mut records = Vec::new();
    let mut previous = Vec::new();
    let mut n = 0;
    for (record, told) in entries {
        n += 1;
        let hash = hash(&previous, record);
        if hash != told {
            return Err(Broken::Hash(n));
        }
        let read: ConsentRecord = serde_json::from_str(record).map_err(|_| Broken::Record(n))?;
        if read.n != n {
            return Err(Broken::Place(n));
        }
        records.push(read);
        previous = hash;
    }
    if n != count {
        return Err(Broken::Count { found: n, told: count });
    }
    if previous != head {
        return Err(Broken::Head);
    }
    Ok(records)
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{
        Timestamp,
        wire::{ConsentChoice, ConsentEvidence, ConsentScope, RecordedHow, Sender},
    };

    use super::*;

    fn chain(length: u64) -> Vec<(String, Vec<u8>)> {
        let mut entries: Vec<(String, Vec<u8>)> = Vec::new();
        for n in 1..=length {
            let record = ConsentRecord {
                n,
                scope: ConsentScope::Marketing,
                choice: if n.is_multiple_of(2) { ConsentChoice::Withdrawn } else { ConsentChoice::Given },
                at: Timestamp::from_secs(n as i64),
                recorded_at: Timestamp::from_secs(n as i64),
                evidence: ConsentEvidence::Recorded {
                    by: Sender::system(),
                    how: RecordedHow::Form,
                    reference: Some(format!("form {n}")),
                    remark: None,
                },
            };
            let record = serde_json::to_string(&record).expect("a record is JSON");
            let hash = hash(entries.last().map_or(&[], |(_, hash)| hash), &record);
            entries.push((record, hash));
        }
        entries
    }

    fn check(entries: &[(String, Vec<u8>)], count: u64, head: &[u8]) -> Result<usize, Broken> {
        let entries = entries.iter().map(|(record, hash)| (record.as_str(), hash.as_slice()));
        verify(entries, count, head).map(|records| records.len())
    }

    #[test]
    fn an_untouched_chain_is_whole_and_an_empty_one_as_well() {
        let entries = chain(5);
        assert_eq!(check(&entries, 5, &entries[4].1), Ok(5));
        assert_eq!(check(&[], 0, &[]), Ok(0));
    }

    #[test]
    fn whatever_is_done_to_a_chain_shows() {
        let entries = chain(5);
        let head = entries[4].1.clone();
        for n in 0..5 {
            let mut changed = entries.clone();
            changed[n].0 = changed[n].0.replace("form", "Form");
            assert!(check(&changed, 5, &head).is_err(), "changed");
            // With its own hash made anew, the next one does not follow any more, or the head does not.
            let previous = n.checked_sub(1).map_or(Vec::new(), |before| changed[before].1.clone());
            changed[n].1 = hash(&previous, &changed[n].0);
            assert!(check(&changed, 5, &head).is_err(), "changed and hashed anew");
            let mut removed = entries.clone();
            removed.remove(n);
            assert!(check(&removed, 5, &head).is_err() && check(&removed, 4, &head).is_err(), "removed");
            let mut doubled = entries.clone();
            doubled.insert(n, entries[n].clone());
            assert!(check(&doubled, 6, &head).is_err(), "doubled");
        }
        let mut turned = entries.clone();
        turned.swap(1, 2);
        assert!(check(&turned, 5, &head).is_err());
        assert_eq!(check(&entries[..4], 4, &head), Err(Broken::Head));
    }
}
