//! The raw parts of an update, which may be too large for their row.
//!
//! A parser keeps whatever it keeps in full and inline, whatever its size, because it has no blob store. The
//! webhook's edge walks the update with [`large_raws`] before it hands it on, stores each text as a blob and
//! puts the blob's id in its place.

use switchboard_domain::inbound::{InboundMessage, Update};
use switchboard_ports::blob::Life;
use switchboard_schema::{
    BlobId,
    record::{Kept, MAX_INLINE_RAW_BYTES},
    wire::{Content, Unsupported},
};

/// A raw part of an update that is larger than a row may hold.
#[derive(Debug)]
pub struct LargeRaw<'u> {
    place: Place<'u>,
    life: Life,
}

#[derive(Debug)]
enum Place<'u> {
    Kept(&'u mut Kept),
    Unsupported(&'u mut Unsupported),
}

impl LargeRaw<'_> {
    /// How long it is to be kept: for as long as the message, or as the row of an update that ends by itself.
    #[must_use]
    pub const fn life(&self) -> Life {
        self.life
    }

    /// What is to be stored as a blob.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.place {
            Place::Kept(Kept::Inline(text)) => text,
            Place::Unsupported(Unsupported { raw: Some(raw), .. }) => raw,
            Place::Kept(Kept::Blob(_)) | Place::Unsupported(_) => "",
        }
    }

    /// Puts the blob in the text's place, once the blob is durable.
    pub fn replace(self, blob: BlobId) {
        match self.place {
            Place::Kept(kept) => *kept = Kept::Blob(blob),
            Place::Unsupported(unsupported) => {
                unsupported.raw = None;
                unsupported.blob = Some(blob);
            }
        }
    }
}

/// The raw parts of an update above [`MAX_INLINE_RAW_BYTES`]: at most two.
#[must_use]
pub fn large_raws(update: &mut Update) -> Vec<LargeRaw<'_>> {
    let mut found = Vec::new();
    match update {
        Update::Message(InboundMessage { content, raw, .. }) => {
            found.extend(large_content(content));
            found.extend(raw.as_mut().and_then(|raw| large_kept(raw, Life::Lasting)));
        }
        Update::Edit(edit) => found.extend(large_content(&mut edit.content)),
        Update::Other(other) => found.extend(large_kept(&mut other.raw, Life::Ending)),
        Update::Revoke(_)
        | Update::Reaction(_)
        | Update::Status(_)
        | Update::IdentityChange(_)
        | Update::Preference(_)
        | Update::Named(_)
        | Update::Phone(_)
        | Update::Template(_) => {}
    }
    found
}

fn large_kept(kept: &mut Kept, life: Life) -> Option<LargeRaw<'_>> {
    matches!(kept, Kept::Inline(text) if text.len() > MAX_INLINE_RAW_BYTES)
        .then_some(LargeRaw { place: Place::Kept(kept), life })
}

fn large_content(content: &mut Content) -> Option<LargeRaw<'_>> {
    match content {
        Content::Unsupported(unsupported)
            if unsupported.raw.as_ref().is_some_and(|raw| raw.len() > MAX_INLINE_RAW_BYTES) =>
        {
            Some(LargeRaw { place: Place::Unsupported(unsupported), life: Life::Lasting })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use switchboard_domain::inbound::Other;

    use super::*;

    #[test]
    fn a_raw_at_the_limit_stays_in_its_row() {
        let raw = Kept::Inline("x".repeat(MAX_INLINE_RAW_BYTES));
        assert!(large_raws(&mut Update::Other(Other { field: "f".into(), raw, news: None })).is_empty());
    }

    #[test]
    fn a_raw_over_the_limit_gives_way_to_its_blob() {
        let blob = BlobId::from_bytes([1; 16]);
        let raw = Kept::Inline("x".repeat(MAX_INLINE_RAW_BYTES + 1));
        let mut update = Update::Other(Other { field: "f".into(), raw, news: None });
        for large in large_raws(&mut update) {
            assert_eq!(large.text().len(), MAX_INLINE_RAW_BYTES + 1);
            assert_eq!(large.life(), Life::Ending, "the row that names it ends");
            large.replace(blob);
        }
        assert_eq!(update, Update::Other(Other { field: "f".into(), raw: Kept::Blob(blob), news: None }));
    }
}
