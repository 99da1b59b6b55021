//! What a contact wants as a signed document that is checked without us.
//!
//! The signature is over a statement that names the end of the contact's chain, so it holds for every entry. What
//! counts is worked out of the entries anew, so a statement cannot say what its chain does not.

use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use switchboard_schema::{
    hex, unhex,
    wire::{ConsentProof, ConsentRecord, ConsentStanding, ConsentStatement, ProofEntry},
};

use super::{Wish, chain, note};

/// What is signed before the statement, so that the signature says nothing else.
const PREFIX: &[u8] = b"switchboard consent 1\n";
/// Bytes of the secret that a key is made of.
pub const SEED_BYTES: usize = 32;

/// Signs proofs.
pub struct Signer(Ed25519KeyPair);

/// The secret has not [`SEED_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key to sign with is made of {SEED_BYTES} bytes")]
pub struct BadSeed;

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It is no proof.
    #[error("this is not an export of somebody's consent: {0}")]
    Shape(String),
    /// Somebody else signed it.
    #[error("it is signed with another key than the one expected")]
    Key,
    /// The statement is not what was signed.
    #[error("the signature does not hold: the statement was changed, or never signed with this key")]
    Signature,
    /// The chain is not whole, or not this statement's.
    #[error("the entries are not the ones that were signed: {0}")]
    Chain(#[from] chain::Broken),
    /// The statement says another wish than the entries.
    #[error("what counts does not follow from the entries")]
    Standing,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// What was signed.
    pub statement: ConsentStatement,
    /// The chain, oldest first.
    pub records: Vec<ConsentRecord>,
}

impl Signer {
    /// A key made of a secret, always the same of the same.
    ///
    /// # Errors
    /// When the secret is too short or too long.
    pub fn new(seed: &[u8]) -> Result<Self, BadSeed> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(|_| BadSeed)
    }

    /// The public key, hexadecimal.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(self.0.public_key().as_ref())
    }

    /// Signs what a contact wants: its entries are those of the chain that the statement names.
    ///
    /// # Errors
    /// When the statement is no JSON, which does not happen.
    pub fn sign(
        &self,
        statement: &ConsentStatement,
        entries: Vec<ProofEntry>,
    ) -> serde_json::Result<ConsentProof> {
        let statement = serde_json::to_string(statement)?;
        let signature = hex(self.0.sign(&signed(&statement)).as_ref());
        Ok(ConsentProof { statement, entries, signature, public_key: self.public_key() })
    }
}

/// Checks a proof. Without a key that is expected it is checked under the one that it names, which shows that it is
/// whole and not by whom.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(proof: &ConsentProof, expected_key: Option<&str>) -> Result<Shown, Invalid> {
    if expected_key.is_some_and(|key| !key.trim().eq_ignore_ascii_case(&proof.public_key)) {
        return Err(Invalid::Key);
    }
    let key = bytes(&proof.public_key, "public_key")?;
    let signature = bytes(&proof.signature, "signature")?;
    UnparsedPublicKey::new(&ED25519, key)
        .verify(&signed(&proof.statement), &signature)
        .map_err(|_| Invalid::Signature)?;
    let statement: ConsentStatement = serde_json::from_str(&proof.statement)
        .map_err(|error| Invalid::Shape(format!("statement: {error}")))?;
    let hashes: Result<Vec<_>, _> = proof.entries.iter().map(|entry| bytes(&entry.hash, "hash")).collect();
    let hashes = hashes?;
    let entries = proof.entries.iter().zip(&hashes).map(|(entry, hash)| (entry.record.as_str(), &**hash));
    let records = chain::verify(entries, statement.entries, &bytes(&statement.hash, "hash")?)?;
    if standings(&records) != statement.consent {
        return Err(Invalid::Standing);
    }
    Ok(Shown { statement, records })
}

/// What counts after these entries.
fn standings(records: &[ConsentRecord]) -> Vec<ConsentStanding> {
    let mut standings = Vec::new();
    for record in records {
        note(&mut standings, Wish { scope: record.scope, choice: record.choice }, record.at);
    }
    standings
}

fn signed(statement: &str) -> Vec<u8> {
    [PREFIX, statement.as_bytes()].concat()
}

fn bytes(text: &str, field: &str) -> Result<Vec<u8>, Invalid> {
    unhex(text).ok_or_else(|| Invalid::Shape(format!("{field} is not hexadecimal")))
}

#[cfg(test)]
mod tests {
    use switchboard_schema::{
        ContactId, TenantId, Timestamp,
        wire::{ConsentChoice, ConsentEvidence, ConsentScope, RecordedHow, Sender},
    };

    use super::*;

    fn signer(n: u8) -> Signer {
        Signer::new(&[n; SEED_BYTES]).expect("a seed")
    }

    fn entries(choices: &[ConsentChoice]) -> Vec<ProofEntry> {
        let mut entries: Vec<ProofEntry> = Vec::new();
        let mut previous = Vec::new();
        for (n, choice) in (1_u64..).zip(choices) {
            let at = Timestamp::from_secs(n as i64);
            let (by, how) = (Sender::system(), RecordedHow::Import);
            let reference = Some(format!("contacts.csv, row {n}"));
            let evidence = ConsentEvidence::Recorded { by, how, reference, remark: None };
            let record = ConsentRecord {
                n,
                scope: ConsentScope::Marketing,
                choice: *choice,
                at,
                recorded_at: at,
                evidence,
            };
            let record = serde_json::to_string(&record).expect("JSON");
            previous = chain::hash(&previous, &record);
            entries.push(ProofEntry { record, hash: hex(&previous) });
        }
        entries
    }

    fn statement(entries: &[ProofEntry], consent: Vec<ConsentStanding>) -> ConsentStatement {
        ConsentStatement {
            workspace_id: TenantId::from_bytes([1; 16]),
            contact_id: ContactId::from_bytes([2; 16]),
            name: "Marta Nowak".to_owned(),
            identities: Vec::new(),
            consent,
            entries: entries.len() as u64,
            hash: entries.last().map_or_else(String::new, |entry| entry.hash.clone()),
            at: Timestamp::from_secs(100),
        }
    }

    fn proof() -> ConsentProof {
        let entries = entries(&[ConsentChoice::Given, ConsentChoice::Withdrawn, ConsentChoice::Given]);
        let counts = ConsentStanding {
            scope: ConsentScope::Marketing,
            choice: ConsentChoice::Given,
            at: Timestamp::from_secs(3),
        };
        signer(7).sign(&statement(&entries, vec![counts]), entries).expect("JSON")
    }

    #[test]
    fn an_untouched_proof_shows_what_counts_and_everything_that_was_said() {
        let proof = proof();
        let shown = verify(&proof, Some(&signer(7).public_key())).expect("a proof");
        assert_eq!((shown.statement.name.as_str(), shown.records.len()), ("Marta Nowak", 3));
        assert!(verify(&proof, None).is_ok());
        let none = signer(7).sign(&statement(&[], Vec::new()), Vec::new()).expect("JSON");
        assert_eq!(verify(&none, None).expect("nobody said anything").records, []);
    }

    #[test]
    fn whatever_is_done_to_a_proof_shows() {
        let good = proof();
        let mut changed = good.clone();
        changed.statement = changed.statement.replace("Marta", "Maria");
        assert_eq!(verify(&changed, None), Err(Invalid::Signature));
        let mut changed = good.clone();
        changed.entries.pop();
        assert!(matches!(verify(&changed, None), Err(Invalid::Chain(_))), "removed");
        let mut changed = good.clone();
        changed.entries[1].record = changed.entries[1].record.replace("withdrawn", "given");
        assert!(matches!(verify(&changed, None), Err(Invalid::Chain(chain::Broken::Hash(2)))), "changed");
        let mut changed = good.clone();
        changed.public_key = signer(8).public_key();
        assert_eq!(verify(&changed, None), Err(Invalid::Signature), "another key's");
        for odd in ["", "zz", "0", "é"] {
            let mut changed = good.clone();
            changed.signature = odd.to_owned();
            assert!(verify(&changed, None).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_proof_that_somebody_else_signed_is_not_ours() {
        assert_eq!(verify(&proof(), Some(&signer(8).public_key())), Err(Invalid::Key));
    }

    #[test]
    fn a_statement_cannot_say_what_its_entries_do_not() {
        let entries = entries(&[ConsentChoice::Withdrawn]);
        let counts = ConsentStanding {
            scope: ConsentScope::Marketing,
            choice: ConsentChoice::Given,
            at: Timestamp::from_secs(1),
        };
        let proof = signer(7).sign(&statement(&entries, vec![counts]), entries).expect("JSON");
        assert_eq!(verify(&proof, None), Err(Invalid::Standing));
    }
}
