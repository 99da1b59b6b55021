//! A configuration file and the environment.

use switchboard::outside;

/// What must never be repeated in a complaint.
const SECRET: &str = "hush-7f3a";

/// A file's text and, after a zero byte, environment variables, one a line. Whatever is wrong is said by key,
/// and no complaint repeats a secret.
pub(crate) fn sources(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    if text.contains(SECRET) {
        return false;
    }
    let (file, environment) = text.split_once('\0').unwrap_or((text, ""));
    let mut variables: Vec<_> = environment
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for key in ["WHATSAPP__APP_SECRET", "SECRETS__MASTER_KEY"] {
        variables.push((format!("SWITCHBOARD__{key}"), SECRET.to_owned()));
    }
    match outside::settings(file, variables) {
        Ok(()) => true,
        Err(wrong) => {
            assert!(!wrong.is_empty());
            for (key, problem) in wrong {
                assert!(!problem.is_empty() && !problem.contains(SECRET), "{key}: {problem}");
            }
            false
        }
    }
}
