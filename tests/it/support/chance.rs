//! Chance, thrown with a seed.

use rand::{SeedableRng as _, rngs::StdRng};

/// The seeds of a test: those given, or the one in `IT_SEED`.
pub(crate) fn seeds<const N: usize>(usual: [u64; N]) -> Vec<u64> {
    match std::env::vars().find(|(name, _)| name == "IT_SEED") {
        Some((_, seed)) => vec![seed.parse().expect("IT_SEED is a number")],
        None => usual.to_vec(),
    }
}

/// The dice of one part of a test.
pub(crate) fn dice(seed: u64, part: u64) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ part)
}

/// Says which seed a test fails with.
pub(crate) struct Told(pub(crate) u64);

impl Drop for Told {
    #[expect(clippy::print_stderr, reason = "this is how a failed test says what it was thrown with")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the seed was {seed}: replay it with IT_SEED={seed}", seed = self.0);
        }
    }
}
