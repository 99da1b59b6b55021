//! What WhatsApp's errors mean and what to do about them (Meta: support/error-codes).
//!
//! The same table serves the answer to a request and the errors of a `failed` status: many of them come only
//! after a request was accepted.

use serde::{Deserialize, Deserializer};
use switchboard_domain::outbound::{ErrorClass, ProviderError};

/// Longest part of WhatsApp's own words that is repeated, in characters.
const MAX_DETAILS_CHARS: usize = 300;

/// An error as the Graph API and webhooks write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GraphError<'a> {
    /// Its number.
    #[serde(deserialize_with = "number")]
    pub code: Option<i64>,
    #[serde(borrow, deserialize_with = "lenient")]
    title: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow, deserialize_with = "lenient")]
    message: Option<std::borrow::Cow<'a, str>>,
    #[serde(deserialize_with = "lenient")]
    error_data: Option<ErrorData>,
    #[serde(deserialize_with = "lenient")]
    is_transient: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct ErrorData {
    details: Option<String>,
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: GraphError<'a>,
}

/// Reads the body of an answer that says what went wrong; nothing when it is no such body.
#[must_use]
pub fn read(body: &[u8]) -> Option<GraphError<'_>> {
    serde_json::from_slice::<ErrorBody<'_>>(body)
        .ok()
        .map(|body| body.error)
        .filter(|error| error.code.is_some())
}

/// The provider's own words for people, where it has some: about templates it says them well.
#[must_use]
pub fn words(body: &[u8]) -> Option<String> {
    let error = serde_json::from_slice::<UserBody>(body).ok()?.error;
    let words = error.error_user_msg.filter(|words| !words.trim().is_empty())?;
    Some(format!("WhatsApp says: {}", words.chars().take(MAX_DETAILS_CHARS).collect::<String>()))
}

#[derive(Deserialize)]
struct UserBody {
    error: UserWords,
}

#[derive(Deserialize)]
struct UserWords {
    error_user_msg: Option<String>,
}

/// Puts an error in plain words. `http_status` decides where the number is not known; a status webhook has
/// none, and nothing is tried again there.
#[must_use]
pub fn explain(error: Option<&GraphError<'_>>, http_status: Option<u16>) -> ProviderError {
    let Some((error, code)) = error.and_then(|error| error.code.map(|code| (error, code))) else {
        return unexplained(http_status);
    };
    let details = error.details();
    let (class, words) = known(code).unwrap_or_else(|| {
        let class =
            if error.is_transient == Some(true) { ErrorClass::Retry } else { class_of_status(http_status) };
        (class, Words::WithDetails("WhatsApp refused this."))
    });
    let message = match (words, details) {
        (Words::Enough(words), _) | (Words::WithDetails(words), None) => words.to_owned(),
        (Words::WithDetails(words), Some(details)) => format!("{words} WhatsApp says: {details}"),
    };
    ProviderError { code: format!("whatsapp_{code}"), message, class }
}

/// An answer that refuses without a number: something between us and WhatsApp gave it, or the status webhook
/// left it out.
fn unexplained(http_status: Option<u16>) -> ProviderError {
    let class = class_of_status(http_status);
    let message = match http_status {
        Some(401 | 403) => "WhatsApp refused our token. Reconnect the channel.".to_owned(),
        Some(429) => "Too many requests at once. Wait a minute, then try again.".to_owned(),
        Some(301 | 307 | 308) => {
            "The address set for WhatsApp points elsewhere. Correct whatsapp.graph_url.".to_owned()
        }
        Some(status @ 500..=599) => {
            format!(
                "WhatsApp has trouble of its own at the moment (HTTP {status}). Try again in a few minutes."
            )
        }
        Some(status) => format!("WhatsApp refused this without a reason (HTTP {status})."),
        None => "Not delivered, and WhatsApp gave no reason. Try again later.".to_owned(),
    };
    let code =
        http_status.map_or("whatsapp_unspecified".to_owned(), |status| format!("whatsapp_http_{status}"));
    ProviderError { code, message, class }
}

const fn class_of_status(http_status: Option<u16>) -> ErrorClass {
    match http_status {
        Some(301 | 307 | 308 | 401 | 403) => ErrorClass::Account,
        Some(429) => ErrorClass::BackOff,
        Some(500..=599) => ErrorClass::Retry,
        _ => ErrorClass::Never,
    }
}

enum Words {
    /// All there is to say.
    Enough(&'static str),
    /// WhatsApp's own words say which part is wrong.
    WithDetails(&'static str),
}

/// The table. Its words hold for a request that was refused and for a message that failed after it was
/// accepted, so they promise nothing about what happens next. Classes are those of the sheet, but for two that ask for a day or more (131049, 131064): nobody
/// repeats those by itself, so here they are final.
#[rustfmt::skip]
fn known(code: i64) -> Option<(ErrorClass, Words)> {
    use ErrorClass::{Account, BackOff, Never, Retry};
    use Words::{Enough, WithDetails};
    Some(match code {
        0 | 104 | 190 => {
            (Account, Enough("WhatsApp refused our token. Nothing is lost: incoming messages wait at Meta. Reconnect the channel."))
        }
        3 | 10 | 200..=299 | 131_005 => {
            (Account, WithDetails("The token may not do this. Give it the WhatsApp permissions at Meta and reconnect the channel."))
        }
        1 | 2 | 131_000 | 131_016 => (Retry, Enough("WhatsApp had a fault of its own. Try again in a moment.")),
        4 => (BackOff, Enough("The Meta app made too many requests this hour. Wait a while, then try again.")),
        80_007 => (BackOff, Enough("This WhatsApp account made too many requests. Wait a while, then try again.")),
        33 => (Account, Enough("WhatsApp no longer knows our number. Reconnect the channel with a number that exists.")),
        100 | 131_008 | 131_009 => (Never, WithDetails("WhatsApp did not understand part of this request.")),
        368 => (Account, Enough("WhatsApp restricted this account for breaking its policies. See the account’s quality page at Meta.")),
        131_031 => (Account, WithDetails("WhatsApp locked this account. See the account’s quality page at Meta.")),
        130_403 => (Never, Enough("Not sent: this person is blocked on our number at WhatsApp. Unblock them there first.")),
        130_429 => (BackOff, Enough("Our number sends faster than WhatsApp takes. Wait a minute, then try again.")),
        130_472 => (Never, Enough("Not sent: WhatsApp keeps marketing from this person as part of an experiment. Wait until they write.")),
        130_497 => (Never, Enough("Not sent: WhatsApp does not let this account write to people in that country.")),
        130_501 => (Never, Enough("Not sent: WhatsApp does not take this kind of message in groups.")),
        131_021 => (Never, Enough("Not sent: this is our own number. Choose another recipient.")),
        131_026 => (Never, Enough("Not delivered: the number is not on WhatsApp, or its app is too old or has not accepted the terms. Check the number.")),
        131_030 => (Never, Enough("Not sent: a test number writes only to numbers on its list. Add the recipient to the list at Meta.")),
        131_037 => (Account, Enough("WhatsApp has not approved the display name of our number. Ask for it at Meta.")),
        131_042 => (Account, Enough("WhatsApp cannot charge this account. Mend the payment method at Meta.")),
        131_044 => (Account, Enough("WhatsApp has no payment method for this account. Add one at Meta.")),
        131_045 => (Account, Enough("Our number is not properly registered with WhatsApp. Register it again at Meta.")),
        133_010 => (Account, Enough("Our number is not registered with WhatsApp. Register it at Meta.")),
        133_016 => (Account, Enough("Our number was registered too often. Wait 72 hours, then register it again.")),
        133_000..=133_999 => (Account, WithDetails("Registering our number with WhatsApp failed.")),
        131_047 => (Never, Enough("Not sent: the 24-hour window had closed. Use a template.")),
        131_048 => (BackOff, Enough("WhatsApp slows our number down because people blocked or reported it. See its quality at Meta before sending more.")),
        131_049 => (Never, Enough("Not delivered: this person got enough marketing for now, from all businesses together. Wait at least 24 hours.")),
        131_050 => (Never, Enough("Not sent: this person stopped marketing messages from us. Service messages are still fine.")),
        131_051 => (Never, Enough("WhatsApp does not carry this kind of message. Send it as text.")),
        131_052 => (Never, Enough("The customer’s file could not be fetched from WhatsApp. Ask them to send it again.")),
        131_053 => (Never, WithDetails("WhatsApp did not take the file. Check its type and size, or send a link.")),
        131_056 => (BackOff, Enough("Too many messages to this person in a short time. Wait a few minutes, then try again.")),
        131_057 => (Retry, Enough("WhatsApp is working on our number. Try again in a minute.")),
        131_062 => (Never, Enough("Not sent: this template needs the person’s phone number, and we know only their user name. Ask them for the number.")),
        131_063 => (Never, Enough("Not sent: marketing templates are switched off for this account at Meta.")),
        131_064 => (Never, Enough("Not sent: WhatsApp limits this account because templates were filed under the wrong category. Correct their categories at Meta.")),
        132_000 => (Never, WithDetails("Not sent: the template has another number of values. Fill in every one.")),
        132_001 => (Never, Enough("Not sent: the template does not exist in this language or is not approved. Choose another.")),
        132_005 => (Never, WithDetails("Not sent: with its values the template is too long. Shorten them.")),
        132_007 => (Never, Enough("Not sent: the template’s words break WhatsApp’s policies. Choose another.")),
        132_008 | 132_012 => (Never, WithDetails("Not sent: a value of the template has the wrong form.")),
        132_015 => (Never, Enough("Not sent: WhatsApp paused this template for its low quality. Choose another, or edit this one.")),
        132_016 => (Never, Enough("Not sent: WhatsApp disabled this template for good. Choose another.")),
        132_068 => (Never, Enough("Not sent: the form in this message is blocked. Mend it at Meta.")),
        132_069 => (Never, Enough("Not sent: the form in this message is slowed down by WhatsApp. Wait an hour, or mend it at Meta.")),
        135_000 => (Never, WithDetails("WhatsApp refused this message.")),
        137_000 => (Never, Enough("Not sent: the person’s identity changed. Read their chat, then send it again.")),
        2_388_019 | 2_388_039 | 2_388_040 | 2_388_047 | 2_388_072 | 2_388_073 | 2_388_293 | 2_388_299 => {
            (Never, WithDetails("WhatsApp did not take the template as it is."))
        }
        2_593_107..=2_593_109 => (Never, WithDetails("The history of the phone app could not be brought over.")),
        _ => return None,
    })
}

impl GraphError<'_> {
    /// WhatsApp's own words, the most exact there are.
    fn details(&self) -> Option<String> {
        let details = self.error_data.as_ref().and_then(|data| data.details.as_deref());
        let words = [details, self.message.as_deref(), self.title.as_deref()];
        let words = words.into_iter().flatten().map(str::trim).find(|words| !words.is_empty())?;
        Some(words.replace('\0', "\u{FFFD}").chars().take(MAX_DETAILS_CHARS).collect())
    }
}

/// A number, also where it is written as text; nothing where it is neither.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Code {
        Number(i64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Code::deserialize(deserializer)? {
        Code::Number(code) => Some(code),
        Code::Text(text) => text.trim().parse().ok(),
        Code::Other(_) => None,
    })
}

/// What an error says beside its number is never a reason not to read it.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Maybe<T> {
        Good(T),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Maybe::deserialize(deserializer)? {
        Maybe::Good(value) => Some(value),
        Maybe::Other(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use ErrorClass::{Account, BackOff, Never, Retry};

    use super::*;

    fn explained(body: &str, http_status: Option<u16>) -> ProviderError {
        explain(read(body.as_bytes()).as_ref(), http_status)
    }

    fn of_code(code: i64) -> ProviderError {
        explained(&format!(r#"{{"error":{{"code":{code}}}}}"#), Some(400))
    }

    /// Every number of the sheet.
    const CODES: &[(ErrorClass, &[i64])] = &[
        (
            Account,
            &[
                0, 3, 10, 33, 104, 190, 200, 299, 368, 131_005, 131_031, 131_037, 131_042, 131_044, 131_045,
                133_000, 133_010, 133_016,
            ],
        ),
        (Retry, &[1, 2, 131_000, 131_016, 131_057]),
        (BackOff, &[4, 80_007, 130_429, 131_048, 131_056]),
        (
            Never,
            &[
                100, 131_008, 131_009, 130_403, 130_472, 130_497, 130_501, 131_021, 131_026, 131_030,
                131_047, 131_049, 131_050, 131_051, 131_052, 131_053, 131_062, 131_063, 131_064, 132_000,
                132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_068, 132_069, 135_000,
                137_000, 2_388_019, 2_388_039, 2_388_040, 2_388_047, 2_388_072, 2_388_073, 2_388_293,
                2_388_299, 2_593_107, 2_593_108, 2_593_109,
            ],
        ),
    ];

    #[test]
    fn every_number_of_the_sheet_has_its_class_and_its_words() {
        for (class, codes) in CODES {
            for &code in *codes {
                let error = of_code(code);
                assert_eq!(error.class, *class, "{code}");
                assert_eq!(error.code, format!("whatsapp_{code}"));
                assert_ne!(error.message, "WhatsApp refused this.", "{code}");
            }
        }
    }

    /// What follows from an error, and the test of the whole server that provokes it.
    fn follows(class: ErrorClass, code: i64) -> (&'static str, &'static str) {
        const ENDS: &str = "errors::each_error_that_ends_a_message_is_told_in_words_under_its_number";
        const PASSES: &str = "errors::each_passing_error_is_waited_out_and_the_message_goes";
        match (class, code) {
            (_, 2_388_000..=2_388_999) => (
                "the template is not submitted; whoever submits it reads this",
                "errors::each_error_about_a_template_is_told_to_who_submits_it",
            ),
            (_, 2_593_107) => (
                "counts as asked for",
                "channels::a_request_whose_answer_is_lost_is_made_again_and_counts_once",
            ),
            (_, 2_593_108 | 2_593_109) => (
                "shown with the number, in words of its own",
                "channels::what_a_business_does_not_share_and_what_comes_too_late_is_said_in_plain_words",
            ),
            (Retry, _) => ("tried again by itself, five times at most", PASSES),
            (BackOff, _) => (
                "the number, or the messages to this person, go slower; tried again after 1, 4, 16, 64 s",
                PASSES,
            ),
            (_, 131_049) => (
                "the message has failed, and no marketing goes to this person for 24 hours",
                "errors::who_had_enough_marketing_gets_none_for_a_day",
            ),
            (Never, _) => ("the message has failed", ENDS),
            (Account, _) => {
                ("the message has failed, and the channel is shown as broken until it is mended", ENDS)
            }
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever runs the test, not a setting")]
    fn the_page_of_errors_says_what_each_means_what_follows_and_which_test_provokes_it() {
        let mut page = String::from(
            "# WhatsApp's errors\n\nWhat somebody reads for each number that WhatsApp documents, what follows, and the test in `tests/it` that provokes it. `UPDATE_GENERATED=1 cargo test -p switchboard-channels page_of_errors` writes this page anew.\n\n| number | words | what follows | test |\n|---|---|---|---|\n",
        );
        let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/it");
        let source = |module: &str| {
            std::fs::read_to_string(format!("{tests}/{module}.rs")).expect("the tests of the whole server")
        };
        let (of_errors, of_channels) = (source("errors"), source("channels"));
        let mut rows: Vec<(i64, ErrorClass)> =
            CODES.iter().flat_map(|(class, codes)| codes.iter().map(|code| (*code, *class))).collect();
        rows.sort_by_key(|(code, _)| *code);
        for (code, class) in rows {
            let (follows, test) = follows(class, code);
            let (module, name) = test.split_once("::").expect("a test in a file");
            let is_of_errors = module == "errors";
            let source = if is_of_errors { &of_errors } else { &of_channels };
            assert!(source.contains(&format!("async fn {name}(")), "there is no test {test}");
            let provoked = source.split(|letter: char| !letter.is_ascii_digit() && letter != '_');
            let is_provoked = provoked.map(|word| word.replace('_', "")).any(|word| word == code.to_string());
            assert!(!is_of_errors || is_provoked, "{test} does not provoke {code}");
            page.push_str(&format!("| {code} | {} | {follows} | `{test}` |\n", of_code(code).message));
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/whatsapp-errors.md");
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(path, &page).expect("the page is written");
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(checked_in == page, "write docs/whatsapp-errors.md anew with UPDATE_GENERATED=1");
    }

    #[test]
    fn words_are_sentences_without_noise() {
        for &code in CODES.iter().flat_map(|(_, codes)| *codes) {
            let words = of_code(code).message;
            assert!(words.starts_with(|first: char| first.is_uppercase()) && words.ends_with('.'), "{words}");
            assert!(!words.contains(['!', '\'', '"']) && !words.contains("successfully"), "{words}");
            assert!(words.chars().count() <= 150, "{words}");
        }
    }

    #[test]
    fn whatsapps_own_words_follow_where_they_say_more() {
        let body = r#"{"error":{"message":"(#132000) Number of parameters does not match","type":"OAuthException","code":132000,"error_data":{"messaging_product":"whatsapp","details":"body: number of localizable_params (1) does not match the expected number of params (2)"},"fbtrace_id":"A"}}"#;
        assert_eq!(
            explained(body, Some(400)).message,
            "Not sent: the template has another number of values. Fill in every one. WhatsApp says: body: number of localizable_params (1) does not match the expected number of params (2)"
        );
        assert_eq!(
            explained(&body.replace("132000", "131047"), Some(400)).message,
            "Not sent: the 24-hour window had closed. Use a template."
        );
    }

    #[test]
    fn an_unknown_number_goes_by_its_status_and_its_own_hint() {
        for (hint, status, class) in [
            ("false", Some(400), Never),
            ("true", Some(400), Retry),
            ("null", Some(429), BackOff),
            ("null", Some(401), Account),
            ("null", Some(403), Account),
            ("null", Some(503), Retry),
            ("null", None, Never),
            ("\"maybe\"", None, Never),
        ] {
            let error = explained(
                &format!(r#"{{"error":{{"code":"424242","title":"New","is_transient":{hint}}}}}"#),
                status,
            );
            assert_eq!((error.code.as_str(), error.class), ("whatsapp_424242", class));
            assert_eq!(error.message, "WhatsApp refused this. WhatsApp says: New");
        }
    }

    #[test]
    fn an_odd_error_is_read_as_far_as_it_goes() {
        let odd = r#"{"error":{"code":131047,"title":7,"message":[],"error_data":"none","new":{}}}"#;
        assert_eq!(explained(odd, Some(400)).code, "whatsapp_131047");
        for body in [
            "",
            "[]",
            "{}",
            r#"{"error":"no"}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"code":{}}}"#,
            r#"{"error":{"code":"x"}}"#,
        ] {
            assert!(read(body.as_bytes()).is_none(), "{body}");
        }
        assert_eq!(explained("", None).code, "whatsapp_unspecified");
        assert_eq!(explained("", Some(404)).code, "whatsapp_http_404");
    }

    #[test]
    fn long_words_are_cut_and_nul_is_replaced() {
        let body = format!(r#"{{"error":{{"code":100,"message":"a\u0000{}"}}}}"#, "é".repeat(1_000));
        let message = explained(&body, Some(400)).message;
        assert!(message.contains("a\u{FFFD}é") && message.chars().count() < 400, "{message}");
    }
}
