//! What people want to hear from us, and what shows it.

use super::{Identity, Sender, wire};
use crate::{ChannelId, ContactId, ConversationId, MessageId, TenantId, Timestamp};

wire! {
    /// What a contact said last about one purpose, or about everything.
    #[derive(Copy, Eq)]
    pub struct ConsentStanding {
        /// About what.
        pub scope: ConsentScope,
        /// Yes or no.
        pub choice: ConsentChoice,
        /// When they said it, by the provider's clock where it came through one.
        pub at: Timestamp,
    }

    /// What a wish is about.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum ConsentScope {
        /// Every message that is not an answer to one of theirs.
        Everything,
        /// Marketing.
        Marketing,
        /// What belongs to something they bought or asked for: orders, appointments, bills.
        Utility,
        /// Codes to sign in with.
        Authentication,
    }

    /// Yes or no.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ConsentChoice {
        /// They want it.
        Given,
        /// They want none of it.
        Withdrawn,
    }

    /// What shows that somebody said so.
    #[derive(Eq)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum ConsentEvidence {
        /// A message of theirs.
        Message {
            /// The conversation.
            conversation_id: ConversationId,
            /// The message.
            message_id: MessageId,
            /// The provider's id of it.
            provider_id: String,
            /// What it says, at most 200 characters.
            words: String,
            /// It is out of the history of WhatsApp's app on the business' phone: it was said before we could hear it.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            imported: bool,
        },
        /// A setting of theirs at the provider.
        Provider {
            /// The channel that told it.
            channel_id: ChannelId,
            /// The provider's words for it, at most 200 characters.
            detail: String,
        },
        /// Something outside of Switchboard, recorded by one of us.
        Recorded {
            /// By whom.
            by: Sender,
            /// How they said it.
            how: RecordedHow,
            /// What finds it: a form's address, a file and its row, a ticket, at most 500 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reference: Option<String>,
            /// A remark, at most 500 characters.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            remark: Option<String>,
        },
        /// The same person's other contact, which this one took in.
        Joined {
            /// That contact: its own chain says what.
            contact_id: ContactId,
        },
    }

    /// How somebody said outside of Switchboard what they want.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum RecordedHow {
        /// On a form: needs a `reference` that finds it.
        Form,
        /// In a file that was imported: needs a `reference` that finds the file and its row.
        Import,
        /// Face to face: shown by whoever records it.
        InPerson,
        /// On the phone: shown by whoever records it.
        Phone,
        /// In writing, elsewhere: shown by whoever records it, and better by a `reference` as well.
        Written,
        /// To a program of ours: shown by its API key.
        Program,
    }

    /// An entry as it is hashed and kept.
    #[derive(Eq)]
    pub struct ConsentRecord {
        /// Its place in the contact's chain, from 1.
        pub n: u64,
        /// About what.
        pub scope: ConsentScope,
        /// Yes or no.
        pub choice: ConsentChoice,
        /// When they said it.
        pub at: Timestamp,
        /// When it was recorded.
        pub recorded_at: Timestamp,
        /// What shows it.
        pub evidence: ConsentEvidence,
    }

    /// An entry of a contact's chain.
    #[derive(Eq)]
    pub struct ConsentEntry {
        /// What was said, for reading.
        #[serde(flatten)]
        pub said: ConsentRecord,
        /// The same as the text that is hashed, byte by byte.
        pub record: String,
        /// SHA-256 over the hash before (32 zero bytes before the first) and the bytes of `record`; hexadecimal.
        pub hash: String,
    }

    /// What a contact wants, with everything that shows it.
    #[derive(Eq)]
    pub struct ContactConsent {
        /// Whose.
        pub contact_id: ContactId,
        /// What counts.
        pub consent: Vec<ConsentStanding>,
        /// The chain, oldest first.
        pub entries: Vec<ConsentEntry>,
        /// The newest hash; empty where there is no entry.
        pub hash: String,
    }

    /// What a contact wants, signed: whoever has it and the installation's key checks it without us, by
    /// `switchboard consent verify`.
    #[derive(Eq)]
    pub struct ConsentProof {
        /// The text that is signed, JSON: a `ConsentStatement`.
        pub statement: String,
        /// The chain, oldest first; the statement names its end.
        pub entries: Vec<ProofEntry>,
        /// Ed25519 over the line `switchboard consent 1`, a line feed, and the bytes of `statement`; hexadecimal.
        pub signature: String,
        /// The installation's public key; hexadecimal. Who checks compares it with the one they got another way.
        pub public_key: String,
    }

    /// An entry of a chain in a proof.
    #[derive(Eq)]
    pub struct ProofEntry {
        /// The text that is hashed, JSON: a `ConsentRecord`.
        pub record: String,
        /// SHA-256 over the hash before (32 zero bytes before the first) and the bytes of `record`; hexadecimal.
        pub hash: String,
    }

    /// What is signed of a contact's consent.
    #[derive(Eq)]
    pub struct ConsentStatement {
        /// The workspace.
        pub workspace_id: TenantId,
        /// Whose consent it is.
        pub contact_id: ContactId,
        /// What they are called.
        pub name: String,
        /// Their addresses.
        pub identities: Vec<Identity>,
        /// What counts.
        pub consent: Vec<ConsentStanding>,
        /// How many entries the chain has.
        pub entries: u64,
        /// The newest hash; empty where there is no entry.
        pub hash: String,
        /// When it was signed.
        pub at: Timestamp,
    }

    /// The key under which this installation signs what contacts want.
    #[derive(Eq)]
    pub struct ConsentKey {
        /// Ed25519; hexadecimal.
        pub public_key: String,
    }

    /// Record what somebody said outside of Switchboard.
    #[derive(Eq)]
    pub struct RecordConsent {
        /// About what.
        pub scope: ConsentScope,
        /// Yes or no.
        pub choice: ConsentChoice,
        /// How they said it.
        pub how: RecordedHow,
        /// When; now where it is left out. Not in the future.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<Timestamp>,
        /// What finds it: a form's address, a file and its row, a ticket, at most 500 characters. Needed of a form and of an
        /// import, which nobody of us can vouch for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reference: Option<String>,
        /// A remark, at most 500 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remark: Option<String>,
    }
}
