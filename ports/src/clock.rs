//! Time and chance, given from outside so that tests can give their own.

use switchboard_schema::{IdBytes, Timestamp};

/// The time of day.
pub trait Clock: Send + Sync + 'static {
    /// Now. May stand still or go back a little; nobody may rely on its growing.
    fn now(&self) -> Timestamp;
}

/// Chance.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the slice with bytes nobody can guess.
    fn fill(&self, bytes: &mut [u8]);

    /// Sixteen of them: a new id.
    fn id(&self) -> IdBytes {
        let mut bytes = IdBytes::default();
        self.fill(&mut bytes);
        bytes
    }
}
