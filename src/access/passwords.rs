//! Password hashing on a small pool of threads of its own, so that a wave of sign-ins takes neither the
//! arbiters nor all cores.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Instant,
};

use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _, password_hash::SaltString};
use secrecy::{ExposeSecret as _, SecretString};
use switchboard_actors::Refusal;
use tokio::sync::oneshot;

/// Threads that hash.
const HASHING_THREADS: usize = 2;
/// Hashes that may wait; one more is refused with 429.
const HASHING_QUEUE_MAX: usize = 64;
/// Shortest password, in characters.
pub(crate) const PASSWORD_CHARS_MIN: usize = 8;
/// Longest password, in bytes.
pub(crate) const PASSWORD_BYTES_MAX: usize = 1_024;

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Cheap to clone; its threads end with the last clone.
#[derive(Clone)]
pub(crate) struct Passwords {
    jobs: mpsc::SyncSender<Job>,
    /// What a password is compared with when there is no account: the answer takes as long as for one.
    nobody: Arc<str>,
}

impl Passwords {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::sync_channel::<Job>(HASHING_QUEUE_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for index in 0..HASHING_THREADS {
            let queue = Arc::clone(&queue);
            std::thread::Builder::new().name(format!("passwords-{index}")).spawn(move || {
                loop {
                    let job = queue.lock().map(|queue| queue.recv());
                    let Ok(Ok(job)) = job else { return };
                    job();
                }
            })?;
        }
        let nobody =
            hash(&SecretString::from("the password of nobody"), b"salt of no account").unwrap_or_default();
        Ok(Self { jobs, nobody: nobody.into() })
    }

    /// The PHC string of a password.
    ///
    /// # Errors
    /// When too many wait.
    pub(crate) async fn hash(&self, password: SecretString, salt: [u8; 16]) -> Result<String, Refusal> {
        self.run(move || hash(&password, &salt)).await?.ok_or_else(failed)
    }

    /// Is this the password of that hash? With no hash: no, after as long.
    ///
    /// # Errors
    /// When too many wait.
    pub(crate) async fn verify(
        &self,
        password: SecretString,
        stored: Option<String>,
    ) -> Result<bool, Refusal> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.to_string());
        let matches = self
            .run(move || {
                PasswordHash::new(&stored).is_ok_and(|stored| {
                    Argon2::default().verify_password(password.expose_secret().as_bytes(), &stored).is_ok()
                })
            })
            .await?;
        Ok(matches && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting::begin();
        let job = Box::new(move || {
            drop(waiting);
            let begun = Instant::now();
            let done = work();
            metrics::histogram!("passwords_hash_seconds").record(begun.elapsed().as_secs_f64());
            // Nobody waits any more where the caller was dropped.
            drop(reply.send(done));
        });
        self.jobs.try_send(job).map_err(|_| Refusal::Overloaded)?;
        answer.await.map_err(|_| failed())
    }
}

/// A password in the queue, as long as no thread has taken it.
struct Waiting;

impl Waiting {
    fn begin() -> Self {
        metrics::gauge!("passwords_waiting").increment(1.0);
        Self
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        metrics::gauge!("passwords_waiting").decrement(1.0);
    }
}

/// Checks that a password may be one.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn check_password(password: &str) -> Result<(), Refusal> {
    if password.chars().count() < PASSWORD_CHARS_MIN || password.len() > PASSWORD_BYTES_MAX {
        let message = format!(
            "must have at least {PASSWORD_CHARS_MIN} characters and at most {PASSWORD_BYTES_MAX} bytes"
        );
        return Err(Refusal::Invalid { field: "password", message });
    }
    Ok(())
}

fn hash(password: &SecretString, salt: &[u8]) -> Option<String> {
    let salt = SaltString::encode_b64(salt).ok()?;
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

fn failed() -> Refusal {
    Refusal::Unavailable("passwords cannot be hashed now".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::start().unwrap();
        let hash = passwords.hash("correct horse".into(), [1; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("battery staple".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("the password of nobody".into(), None).await.unwrap());
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check_password("seven77").is_err());
        assert!(check_password("eight888").is_ok());
        assert!(check_password(&"x".repeat(1_025)).is_err());
    }
}
