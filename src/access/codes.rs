//! One-time codes: six digits by mail, which prove once that somebody reads an address.
//!
//! Six digits can be guessed, so each code may be tried a few times, ends soon, and is kept as an HMAC under the
//! installation's key. A code is kept for an address whether it has an account or not, so that nothing tells the two apart.

use std::{sync::Arc, time::Duration};

use ring::hmac;
use secrecy::ExposeSecret as _;
use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::{Clock, Entropy},
    secrets::Vault,
    store::{Lane, Records, Scope},
};
use switchboard_schema::{
    record::{CodeBody, CodeRow},
    table::Json,
};
use tokio::sync::Mutex;

use super::secrets::hash_of;

/// How long a code is good for.
pub(crate) const CODE_LIFETIME: Duration = Duration::from_secs(900);
/// How often one may be tried.
const CODE_TRIES_MAX: u8 = 5;
/// Digits of a code.
const CODE_DIGITS: usize = 6;
/// As many codes as there are.
const CODES: u32 = 1_000_000;
/// Codes drawn from numbers at or above this would be drawn more seldom than others.
const EVEN_BELOW: u32 = u32::MAX - u32::MAX % CODES;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Making an account.
    SignUp,
    /// Setting a forgotten password anew.
    PasswordReset,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::PasswordReset => "password_reset",
        }
    }
}

/// Makes codes and knows them again.
pub(crate) struct Codes {
    records: Records,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    /// The present key, and behind it the one before.
    keys: Vec<hmac::Key>,
    /// One is looked at at a time, so that no try goes uncounted. No other process writes to the store.
    turn: Mutex<()>,
}

/// A code that was right, and is used up by that; it can be given back where what it was for could not be done.
pub(crate) struct Spent(CodeRow);

impl Codes {
    /// Codes kept in this store.
    pub(crate) fn new(
        records: Records,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        vault: &dyn Vault,
    ) -> Self {
        let keys = vault.derive_all("one-time codes");
        let keys = keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose_secret())).collect();
        Self { records, clock, entropy, keys, turn: Mutex::default() }
    }

    /// A new code for an address in lower case; an earlier one is good no more.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn make(&self, purpose: Purpose, email: &str) -> Result<String, Refusal> {
        let code = self.draw();
        let Some(key) = self.keys.first() else { return Err(Refusal::Broken("no key for codes".to_owned())) };
        let tag = hmac::sign(key, &signed(purpose, email, &code)).as_ref().to_vec();
        let expires_at = self.clock.now() + CODE_LIFETIME;
        let body = CodeBody { tag, tries_left: CODE_TRIES_MAX, expires_at };
        let _turn = self.turn.lock().await;
        self.put(CodeRow { hash: place(purpose, email), body: Json(body) }).await?;
        Ok(code)
    }

    /// Uses a code up; nothing where it is wrong, has ended or was tried too often. A wrong one counts as tried.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn spend(
        &self,
        purpose: Purpose,
        email: &str,
        code: &str,
    ) -> Result<Option<Spent>, Refusal> {
        let hash = place(purpose, email);
        let _turn = self.turn.lock().await;
        let row = self.records.get::<CodeRow>(Scope::System, CodeRow::key(hash.clone())).await?;
        let Some(mut row) = row else { return Ok(None) };
        let body = &mut row.body.0;
        if body.tries_left == 0 || body.expires_at <= self.clock.now() {
            return Ok(None);
        }
        let signed = signed(purpose, email, code);
        // In constant time, as HMACs are compared.
        if self.keys.iter().any(|key| hmac::verify(key, &signed, &body.tag).is_ok()) {
            self.records.delete::<CodeRow>(Scope::System, Lane::Interactive, CodeRow::key(hash)).await?;
            return Ok(Some(Spent(row)));
        }
        body.tries_left -= 1;
        self.put(row).await?;
        Ok(None)
    }

    /// What a code was for could not be done: it may be tried again, as often as before.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn give_back(&self, spent: Spent) -> Result<(), Refusal> {
        let _turn = self.turn.lock().await;
        self.put(spent.0).await
    }

    async fn put(&self, row: CodeRow) -> Result<(), Refusal> {
        let expires_at = row.body.0.expires_at;
        Ok(self.records.put_until(Scope::System, Lane::Interactive, row, expires_at).await?)
    }

    /// Each code as likely as any other.
    fn draw(&self) -> String {
        loop {
            let mut bytes = [0; 4];
            self.entropy.fill(&mut bytes);
            let number = u32::from_be_bytes(bytes);
            if number < EVEN_BELOW {
                return format!("{:0CODE_DIGITS$}", number % CODES);
            }
        }
    }
}

/// Reads a code as somebody typed it, with or without spaces.
///
/// # Errors
/// When it has not six digits; that is no try.
pub(crate) fn checked_code(text: &str) -> Result<String, Refusal> {
    let code: String = text.chars().filter(|letter| !letter.is_whitespace()).take(CODE_DIGITS + 1).collect();
    if code.len() == CODE_DIGITS && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(code);
    }
    let message = format!("must have the {CODE_DIGITS} digits that the mail names");
    Err(Refusal::Invalid { field: "code", message })
}

fn place(purpose: Purpose, email: &str) -> Vec<u8> {
    hash_of(format!("{}:{email}", purpose.as_str()).as_bytes()).as_ref().to_vec()
}

fn signed(purpose: Purpose, email: &str, code: &str) -> Vec<u8> {
    format!("{}:{code}:{email}", purpose.as_str()).into_bytes()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use switchboard_schema::Timestamp;
    use switchboard_store::{MasterKey, SealingVault, SystemEntropy};

    use super::*;
    use crate::{boot::Backends, config::Config};

    /// A clock that the test sets.
    #[derive(Default)]
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    async fn begin() -> (tempfile::TempDir, Arc<Codes>, Arc<Hand>) {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[store]\npath = {:?}", folder.path());
        let config = Config::from_sources("", &text, std::iter::empty()).unwrap();
        let Backends { records, entropy, clock, .. } = Backends::open(&config).await.unwrap();
        let (key, _) = MasterKey::load_or_create(&folder.path().join("key"), &*entropy).unwrap();
        let hand = Arc::new(Hand(AtomicI64::new(clock.now().as_millis() / 1_000)));
        let vault = SealingVault::new(&key, Arc::new(SystemEntropy::new()));
        let codes = Codes::new(records, Arc::clone(&hand) as Arc<dyn Clock>, entropy, &vault);
        (folder, Arc::new(codes), hand)
    }

    fn another(code: &str) -> String {
        format!("{:06}", (code.parse::<u32>().unwrap() + 1) % CODES)
    }

    const ANA: &str = "ana@example.com";

    #[tokio::test]
    async fn a_code_is_good_once_for_its_address_and_purpose() {
        let (_folder, codes, _) = begin().await;
        let code = codes.make(Purpose::SignUp, ANA).await.unwrap();
        assert_eq!(checked_code(&code).unwrap(), code);
        for (purpose, email) in [(Purpose::PasswordReset, ANA), (Purpose::SignUp, "ben@example.com")] {
            assert!(codes.spend(purpose, email, &code).await.unwrap().is_none(), "{purpose:?} {email}");
        }
        let spent = codes.spend(Purpose::SignUp, ANA, &code).await.unwrap().expect("it is right");
        assert!(codes.spend(Purpose::SignUp, ANA, &code).await.unwrap().is_none(), "it was used up");
        codes.give_back(spent).await.unwrap();
        assert!(codes.spend(Purpose::SignUp, ANA, &code).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn five_wrong_tries_end_a_code_also_when_they_come_at_once() {
        let (_folder, codes, _) = begin().await;
        let code = codes.make(Purpose::SignUp, ANA).await.unwrap();
        let wrong = another(&code);
        let tries = (0..CODE_TRIES_MAX).map(|_| codes.spend(Purpose::SignUp, ANA, &wrong));
        let found = futures_util::future::join_all(tries).await;
        assert!(found.into_iter().all(|found| found.unwrap().is_none()));
        assert!(codes.spend(Purpose::SignUp, ANA, &code).await.unwrap().is_none(), "though it is right");
        let next = codes.make(Purpose::SignUp, ANA).await.unwrap();
        for _ in 1..CODE_TRIES_MAX {
            codes.spend(Purpose::SignUp, ANA, &another(&next)).await.unwrap();
        }
        assert!(codes.spend(Purpose::SignUp, ANA, &next).await.unwrap().is_some(), "the last try");
    }

    #[tokio::test]
    async fn a_code_ends_with_its_time_and_with_the_next_one() {
        let (_folder, codes, hand) = begin().await;
        let first = codes.make(Purpose::SignUp, ANA).await.unwrap();
        let second = loop {
            let second = codes.make(Purpose::SignUp, ANA).await.unwrap();
            if second != first {
                break second;
            }
        };
        assert!(codes.spend(Purpose::SignUp, ANA, &first).await.unwrap().is_none());
        let lifetime = i64::try_from(CODE_LIFETIME.as_secs()).unwrap();
        hand.0.fetch_add(lifetime - 1, Ordering::Relaxed);
        let spent = codes.spend(Purpose::SignUp, ANA, &second).await.unwrap().expect("a second before");
        codes.give_back(spent).await.unwrap();
        hand.0.fetch_add(1, Ordering::Relaxed);
        assert!(codes.spend(Purpose::SignUp, ANA, &second).await.unwrap().is_none());
    }

    #[test]
    fn a_code_may_be_typed_with_spaces_and_nothing_else() {
        assert_eq!(checked_code(" 012 345 ").unwrap(), "012345");
        for wrong in ["", "12345", "1234567", "12345a", "１２３４５６", &"1".repeat(10_000)] {
            assert!(checked_code(wrong).is_err(), "{wrong}");
        }
    }
}
