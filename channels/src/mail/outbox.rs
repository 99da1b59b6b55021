//! An outbox that keeps what it is given: for trying things out. Whoever can look into it can sign in as anybody, so it
//! belongs on a machine of one's own.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use switchboard_ports::{
    Future,
    clock::Clock,
    mail::{Mail, MailError, Mailer},
    ready,
};
use switchboard_schema::Timestamp;

/// Mails kept; beyond, the oldest is gone.
pub const OUTBOX_MAILS_MAX: usize = 100;

/// The outbox. Cheap to clone; what one is given, all show.
#[derive(Clone)]
pub struct Outbox {
    clock: Arc<dyn Clock>,
    kept: Arc<Mutex<VecDeque<(Timestamp, Mail)>>>,
}

impl Outbox {
    /// An empty one.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, kept: Arc::default() }
    }

    /// What it was given and when, newest first.
    #[must_use]
    pub fn mails(&self) -> Vec<(Timestamp, Mail)> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }
}

impl Mailer for Outbox {
    fn send(&self, mail: Mail) -> Future<Result<(), MailError>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= OUTBOX_MAILS_MAX {
            kept.pop_front();
        }
        kept.push_back((self.clock.now(), mail));
        ready(Ok(()))
    }

    fn look(&self) -> Future<Result<(), MailError>> {
        ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Midnight;

    impl Clock for Midnight {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(0)
        }
    }

    #[tokio::test]
    async fn the_newest_mails_are_kept_and_shown_first() {
        let outbox = Outbox::new(Arc::new(Midnight));
        for nth in 0..=OUTBOX_MAILS_MAX {
            let text = nth.to_string();
            let mail = Mail { id: [0; 16], to: "ana@example.com".into(), subject: "A code".into(), text };
            outbox.send(mail).await.unwrap();
        }
        let mails = outbox.mails();
        assert_eq!(mails.len(), OUTBOX_MAILS_MAX);
        assert_eq!(mails[0].1.text, OUTBOX_MAILS_MAX.to_string());
        assert_eq!(mails[OUTBOX_MAILS_MAX - 1].1.text, "1");
    }
}
