//! What contacts want to hear from us, as agents and programs ask for it and record it.

use secrecy::ExposeSecret as _;
use switchboard_domain::{
    consent::{
        MAX_REMARK_CHARS, Wish, chain, needed_reference,
        proof::{BadSeed, Signer},
    },
    contact as contact_rules,
};
use switchboard_ports::{secrets::Vault, store::Scan};
use switchboard_schema::{
    ContactId, TenantScope, hex,
    record::ConsentRow,
    wire::{self, ConsentEvidence},
};

use super::{Act, House};
use crate::{
    Refusal,
    contact::{self, Shown, TakeIn},
};

/// What the key that signs proofs is derived for.
const SIGNING: &str = "consent proofs";

/// Who signs proofs for the installation of this vault.
///
/// # Errors
/// When the vault derives keys of another length.
pub fn signer(vault: &dyn Vault) -> Result<Signer, BadSeed> {
    Signer::new(vault.derive(SIGNING).expose_secret())
}

impl House {
    /// What a contact wants, with everything that shows it, oldest first.
    ///
    /// # Errors
    /// [`Refusal::NotFound`]; the store cannot be read; or the chain is not whole, which is told in the log.
    pub async fn consent(&self, scope: TenantScope, id: ContactId) -> Result<wire::ContactConsent, Refusal> {
        let shown = contact::current(&self.env, scope, id).await?;
        self.consent_of(scope, shown).await
    }

    /// Records what somebody said outside of Switchboard about what they want. Once it is answered it is durable, and
    /// no request against it begins.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], a field is wrong, the contact has too many entries, or it is not durable.
    pub async fn record_consent(
        &self,
        scope: TenantScope,
        act: Act,
        id: ContactId,
        record: wire::RecordConsent,
    ) -> Result<wire::ContactConsent, Refusal> {
        self.admit(scope)?;
        let now = self.env.clock.now();
        if record.at.is_some_and(|at| at > now) {
            let message = "nobody can have said it in the future".to_owned();
            return Err(Refusal::Invalid { field: "at", message });
        }
        let reference = kept("reference", record.reference)?;
        if let (None, Some(message)) = (&reference, needed_reference(record.how)) {
            return Err(Refusal::Invalid { field: "reference", message: message.to_owned() });
        }
        let evidence = ConsentEvidence::Recorded {
            by: act.principal.sender.clone(),
            how: record.how,
            reference,
            remark: kept("remark", record.remark)?,
        };
        let wish = Wish { scope: record.scope, choice: record.choice };
        let said =
            TakeIn { by: Some(act.by()), wish, at: record.at.unwrap_or(now), evidence, heard_by: None };
        tracing::info!(correlation = %act.correlation, contact = %id, "what a contact wants was recorded");
        let shown = contact::take_in(&self.env, scope, id, said).await?;
        self.consent_of(scope, shown).await
    }

    /// What a contact wants as a document that is checked without us (`domain/src/consent/proof.rs`).
    ///
    /// # Errors
    /// As of [`Self::consent`].
    pub async fn consent_proof(
        &self,
        scope: TenantScope,
        id: ContactId,
    ) -> Result<wire::ConsentProof, Refusal> {
        let shown = contact::current(&self.env, scope, id).await?;
        let contact = shown.snapshot().contact;
        let consent = self.consent_of(scope, shown).await?;
        let statement = wire::ConsentStatement {
            workspace_id: scope.tenant(),
            contact_id: consent.contact_id,
            name: contact.name,
            identities: contact_rules::found_by(&contact.identities, &contact.former),
            consent: consent.consent,
            entries: consent.entries.len() as u64,
            hash: consent.hash,
            at: self.env.clock.now(),
        };
        let entries = consent.entries.into_iter();
        let entries =
            entries.map(|wire::ConsentEntry { record, hash, .. }| wire::ProofEntry { record, hash });
        self.signer()?.sign(&statement, entries.collect()).map_err(|error| Refusal::Broken(error.to_string()))
    }

    /// The key under which this installation signs what contacts want.
    ///
    /// # Errors
    /// When the vault derives none.
    pub fn consent_key(&self) -> Result<wire::ConsentKey, Refusal> {
        Ok(wire::ConsentKey { public_key: self.signer()?.public_key() })
    }

    fn signer(&self) -> Result<Signer, Refusal> {
        signer(&*self.env.vault).map_err(|error| Refusal::Broken(error.to_string()))
    }

    async fn consent_of(&self, scope: TenantScope, shown: Shown) -> Result<wire::ContactConsent, Refusal> {
        let scan = Scan::of::<ConsentRow>(ConsentRow::partition(shown.id));
        let mut rows = self.env.records.all::<ConsentRow>(scope, scan).await?;
        // One beyond is of a commit that was cut short.
        rows.retain(|row| row.n <= shown.body.consent_entries);
        let texts: Vec<(String, Vec<u8>)> = rows
            .into_iter()
            .map(|row| (String::from_utf8_lossy(&row.record).into_owned(), row.hash))
            .collect();
        let chained = texts.iter().map(|(record, hash)| (record.as_str(), hash.as_slice()));
        let records = chain::verify(chained, shown.body.consent_entries, &shown.body.consent_hash)
            .map_err(|broken| Refusal::Broken(format!("the consent's chain is not whole: {broken}")))?;
        let entries = records
            .into_iter()
            .zip(texts)
            .map(|(said, (record, hash))| wire::ConsentEntry { said, record, hash: hex(&hash) })
            .collect();
        Ok(wire::ContactConsent {
            contact_id: shown.id,
            consent: shown.body.consent,
            entries,
            hash: hex(&shown.body.consent_hash),
        })
    }
}

/// A reference or a remark, trimmed.
fn kept(field: &'static str, text: Option<String>) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > MAX_REMARK_CHARS {
        let message = format!("this has at most {MAX_REMARK_CHARS} characters");
        return Err(Refusal::Invalid { field, message });
    }
    Ok(Some(text))
}
