//! Why the house did not do what was asked, in words for the asker.

/// A refusal. Each has a stable code; nothing was done, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// No such object in this workspace. Another workspace's object is answered the same.
    #[error("there is no such {0} in this workspace")]
    NotFound(&'static str),
    /// The request makes no sense; the field says where.
    #[error("{message}")]
    Invalid {
        /// The part of the request that is wrong.
        field: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A rule forbids it now: `window_closed`, `contact_blocked`, `not_cancellable`, ….
    #[error("{message}")]
    Rule {
        /// Stable.
        code: &'static str,
        /// What the rule is and what to do.
        message: String,
    },
    /// Somebody else of us answered since its writer looked.
    #[error("{by} answered meanwhile: read it before you send")]
    Replied {
        /// Who.
        by: String,
        /// What they wrote, oldest first.
        messages: Vec<switchboard_schema::wire::Message>,
    },
    /// Whoever asks may not.
    #[error("{0}")]
    NotAllowed(String),
    /// The same idempotency key came with another request.
    #[error("this idempotency key was used for a different request; use a new key for a new act")]
    KeyReused,
    /// The conversation continues in another: its contact proved to be somebody known already.
    #[error("this conversation continues in {0}")]
    Moved(switchboard_schema::ConversationId),
    /// Somebody changed it since the caller read it.
    #[error("it was changed by somebody else meanwhile; read it again")]
    Changed,
    /// The name is taken: a number connected elsewhere, an address with an account.
    #[error("{0}")]
    Taken(String),
    /// Too much waits already; try again in a moment.
    #[error("too much is waiting; try again in a moment")]
    Overloaded,
    /// It could not be made durable. Where it is ambiguous whether it was, the same idempotency key tells.
    #[error("it could not be stored: {0}")]
    Unavailable(String),
    /// A defect of ours, or something stored that does not read: asking again does not help by itself.
    #[error("it cannot be applied: {0}")]
    Broken(String),
    /// The provider did not answer or refused.
    #[error("{message}")]
    Provider {
        /// `whatsapp_` and the provider's number, or `provider_unavailable`.
        code: String,
        /// In plain words.
        message: String,
    },
    /// The server is stopping.
    #[error("the server restarts; try again in a moment")]
    Stopping,
}

impl Refusal {
    /// May the same work a moment later?
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Overloaded | Self::Stopping)
    }

    /// What whoever asked is told: why a store cannot be reached is for the log alone, as that names places and quotes
    /// others' words.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Unavailable(_) => {
                "what is stored cannot be written or read just now; try again in a moment".to_owned()
            }
            other => other.to_string(),
        }
    }

    /// What is for the log alone.
    #[must_use]
    pub fn untold(&self) -> Option<&str> {
        match self {
            Self::Unavailable(why) => Some(why),
            _ => None,
        }
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Invalid { .. } => "invalid",
            Self::Rule { code, .. } => code,
            Self::Replied { .. } => "teammate_replied",
            Self::NotAllowed(_) => "not_allowed",
            Self::KeyReused => "idempotency_key_reused",
            Self::Moved(_) => "conversation_moved",
            Self::Changed => "changed",
            Self::Taken(_) => "taken",
            Self::Overloaded => "overloaded",
            Self::Unavailable(_) => "unavailable",
            Self::Broken(_) => "broken",
            Self::Provider { code, .. } => code,
            Self::Stopping => "stopping",
        }
    }
}

impl From<switchboard_ports::store::Error> for Refusal {
    fn from(error: switchboard_ports::store::Error) -> Self {
        match error {
            switchboard_ports::store::Error::Overloaded => Self::Overloaded,
            switchboard_ports::store::Error::Corrupt(row) => Self::Broken(row.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<switchboard_domain::permission::Refused> for Refusal {
    fn from(refused: switchboard_domain::permission::Refused) -> Self {
        Self::Rule { code: refused.code, message: refused.message() }
    }
}
