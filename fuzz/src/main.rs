//! libFuzzer's program: `FUZZ_TARGET` names the target, the arguments are libFuzzer's own. `scripts/fuzz`
//! builds it with the coverage it needs and runs it. Built without, it tries the files it is given once.
#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use switchboard_fuzz::{TARGETS, Target, target};

/// The target that is asked for.
static ASKED: LazyLock<Option<&'static Target>> = LazyLock::new(|| {
    let (_, name) = std::env::vars().find(|(name, _)| name == "FUZZ_TARGET")?;
    target(&name)
});

fn asked() -> &'static Target {
    let names = || TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    ASKED.unwrap_or_else(|| panic!("set FUZZ_TARGET to one of {}", names()))
}

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(init: { asked(); }, |bytes: &[u8]| {
    (asked().run)(bytes);
});

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        (asked().run)(&std::fs::read(path)?);
    }
    Ok(())
}
