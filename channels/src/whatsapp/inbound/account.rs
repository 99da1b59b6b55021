//! What WhatsApp tells of an account and its numbers (Meta: webhooks/reference, account-level fields).

use serde::Deserialize;
use serde_json::value::RawValue;
use switchboard_domain::channel::AccountNews;
use switchboard_schema::record::AccountRestriction;

use super::{
    Members, member_json,
    text::{self, Seconds},
};

/// Longest words of WhatsApp's own that are shown, in characters.
const MAX_WORDS_CHARS: usize = 200;
/// Restrictions of one account, at most.
const MAX_RESTRICTIONS: usize = 16;

/// Reads what a change of this field tells; nothing for a field that tells nothing of how a number stands. What is
/// not shaped as documented is left out: the provider is asked in any case.
pub(super) fn news<'a>(
    field: &str,
    entry: &Members<'_>,
    value: impl Iterator<Item = (&'a str, &'a RawValue)>,
) -> Option<AccountNews> {
    let known = matches!(
        field,
        "account_update"
            | "account_review_update"
            | "account_alerts"
            | "phone_number_quality_update"
            | "phone_number_name_update"
            | "business_capability_update"
    );
    if !known {
        return None;
    }
    let time = member_json(entry, "time").and_then(|raw| serde_json::from_str::<Seconds>(raw.get()).ok());
    let mut news = AccountNews { at: time.map(|time| time.0), ..AccountNews::default() };
    let (mut event, mut ban, mut restrictions, mut violation) = (None, None, Vec::new(), None);
    for (key, raw) in value {
        let words = || serde_json::from_str::<String>(raw.get()).ok();
        match key {
            "display_phone_number" => news.display_phone_number = words(),
            "event" | "decision" => event = words(),
            "current_limit" => news.messaging_limit = news.messaging_limit.take().or_else(words),
            "max_daily_conversations_per_business" => {
                news.messaging_limit = limit(raw).or(news.messaging_limit.take());
            }
            "ban_info" => ban = serde_json::from_str::<Ban>(raw.get()).ok(),
            "restriction_info" => {
                restrictions = serde_json::from_str::<Vec<Restriction>>(raw.get()).unwrap_or_default();
            }
            "violation_info" => violation = serde_json::from_str::<Violation>(raw.get()).ok(),
            _ => {}
        }
    }
    let event = event.unwrap_or_default();
    (news.problem, news.closed) = match (field, event.as_str()) {
        ("account_update", "DISABLED_UPDATE") => match ban.and_then(|ban| ban.waba_ban_state).as_deref() {
            Some("REINSTATE") => (Some(String::new()), false),
            Some("SCHEDULE_FOR_DISABLE") => (words("WhatsApp is about to disable this account."), false),
            _ => (words("WhatsApp disabled this account."), true),
        },
        ("account_update", "ACCOUNT_RESTRICTION") => {
            let restrictions = restrictions.into_iter().take(MAX_RESTRICTIONS).map(Restriction::read);
            news.restrictions = Some(restrictions.collect());
            (None, false)
        }
        ("account_update", "ACCOUNT_VIOLATION") => {
            let kind = plain(&violation.map(|violation| violation.violation_type).unwrap_or_default());
            news.passes = true;
            (words(&format!("WhatsApp says that this account broke its policies: {kind}.")), false)
        }
        ("account_update", "ACCOUNT_DELETED") => (words("This WhatsApp Business Account was deleted."), true),
        ("account_update", "PARTNER_REMOVED" | "PARTNER_APP_UNINSTALLED" | "ACCOUNT_OFFBOARDED") => {
            (words("The business took its account away from our Meta app."), false)
        }
        (
            "account_update",
            "ACCOUNT_RECONNECTED" | "PARTNER_ADDED" | "PARTNER_APP_INSTALLED" | "VERIFIED_ACCOUNT",
        )
        | ("account_review_update", "APPROVED") => (Some(String::new()), false),
        ("account_review_update", "REJECTED") => (words("WhatsApp’s review rejected this account."), false),
        _ => (None, false),
    };
    Some(news)
}

fn words(words: &str) -> Option<String> {
    Some(text::cut(words, MAX_WORDS_CHARS).0.to_owned())
}

/// A name of the API's as words.
fn plain(name: &str) -> String {
    if name.is_empty() { "it does not say how".to_owned() } else { name.to_lowercase().replace('_', " ") }
}

/// The limit, told as a tier or as a number of people; less than none means any number.
fn limit(raw: &RawValue) -> Option<String> {
    if let Ok(people) = serde_json::from_str::<i64>(raw.get()) {
        return Some(if people < 0 { "TIER_UNLIMITED".to_owned() } else { format!("TIER_{people}") });
    }
    serde_json::from_str(raw.get()).ok()
}

#[derive(Deserialize)]
struct Ban {
    waba_ban_state: Option<String>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Restriction {
    restriction_type: String,
    expiration: Option<Box<RawValue>>,
}

impl Restriction {
    fn read(self) -> AccountRestriction {
        let until = self.expiration.and_then(|raw| serde_json::from_str::<Seconds>(raw.get()).ok());
        let kind = match self.restriction_type.as_str() {
            "" => "IT_DOES_NOT_SAY_WHAT",
            kind => text::cut(kind, MAX_WORDS_CHARS).0,
        };
        AccountRestriction { kind: kind.to_owned(), until: until.map(|until| until.0) }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Violation {
    violation_type: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use switchboard_schema::Timestamp;

    use super::*;

    fn told(field: &str, value: &str) -> Option<AccountNews> {
        let value: BTreeMap<String, Box<RawValue>> = serde_json::from_str(value).expect("an object");
        let entry: Box<RawValue> = serde_json::from_str("1795000000").expect("a number");
        news(field, &vec![("time".into(), &*entry)], value.iter().map(|(key, raw)| (key.as_str(), &**raw)))
    }

    #[test]
    fn a_limit_is_read_as_a_tier_and_as_a_number_of_people() {
        let tier = told(
            "phone_number_quality_update",
            r#"{"display_phone_number":"16505551111","event":"ONBOARDING","current_limit":"TIER_250"}"#,
        );
        let tier = tier.expect("news");
        assert_eq!(tier.messaging_limit.as_deref(), Some("TIER_250"));
        assert_eq!(tier.display_phone_number.as_deref(), Some("16505551111"));
        for (people, limit) in [("2000", "TIER_2000"), ("-1", "TIER_UNLIMITED"), ("\"TIER_10K\"", "TIER_10K")]
        {
            let value = format!(r#"{{"max_daily_conversations_per_business":{people}}}"#);
            let news = told("business_capability_update", &value).expect("news");
            assert_eq!(news.messaging_limit.as_deref(), Some(limit));
        }
    }

    #[test]
    fn a_disabled_account_is_closed_until_it_is_reinstated() {
        let of = |state: &str| {
            let value = format!(r#"{{"event":"DISABLED_UPDATE","ban_info":{{"waba_ban_state":"{state}"}}}}"#);
            told("account_update", &value).expect("news")
        };
        assert!(of("DISABLE").closed);
        assert!(!of("SCHEDULE_FOR_DISABLE").closed);
        assert_eq!(of("REINSTATE").problem.as_deref(), Some(""));
    }

    #[test]
    fn a_restriction_is_read_with_its_end() {
        let value = r#"{"event":"ACCOUNT_RESTRICTION","restriction_info":[
            {"restriction_type":"RESTRICTED_BIZ_INITIATED_MESSAGING","expiration":1795003600},
            {"restriction_type":"RESTRICTED_ADD_PHONE_NUMBER_ACTION","expiration":"soon"}]}"#;
        let news = told("account_update", value).expect("news");
        assert_eq!((news.problem, news.at), (None, Some(Timestamp::from_secs(1_795_000_000))));
        let restrictions = news.restrictions.expect("a list");
        assert_eq!(restrictions[0].until, Some(Timestamp::from_secs(1_795_003_600)));
        assert_eq!(
            (restrictions[1].kind.as_str(), restrictions[1].until),
            ("RESTRICTED_ADD_PHONE_NUMBER_ACTION", None)
        );
    }

    #[test]
    fn what_is_odd_is_left_out_and_other_fields_tell_nothing() {
        let odd =
            r#"{"event":7,"ban_info":[],"restriction_info":{},"max_daily_conversations_per_business":{}}"#;
        let nothing = AccountNews { at: Some(Timestamp::from_secs(1_795_000_000)), ..AccountNews::default() };
        assert_eq!(told("account_update", odd), Some(nothing));
        assert_eq!(told("message_template_status_update", "{}"), None);
    }
}
