//! What the provider tells of an account's templates (Meta: webhooks/reference/message_template_status_update and its
//! neighbours).

use switchboard_domain::inbound::{TemplateNews, TemplateUpdate, Update};
use switchboard_schema::Timestamp;

use super::{Members, member, member_json, text::Seconds};

/// The field of a template's status.
const STATUS_FIELD: &str = "message_template_status_update";
/// The field of a template's quality.
const QUALITY_FIELD: &str = "message_template_quality_update";
/// The field of a template's category.
const CATEGORY_FIELD: &str = "template_category_update";
/// The field of a template's words and buttons.
const COMPONENTS_FIELD: &str = "message_template_components_update";

/// Longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 1_000;

/// What a change under this field tells of a template; nothing where it is about something else, or lacks what such a
/// change has: then it is kept as it came.
pub(super) fn news(field: &str, entry: &Members<'_>, value: &Members<'_>) -> Option<Update> {
    let word = |name: &str| member(value, name).filter(|word| !word.is_empty()).map(|word| word.into_owned());
    let news = match field {
        STATUS_FIELD => TemplateNews::Status { event: word("event")?, reason: reason(value) },
        QUALITY_FIELD => TemplateNews::Quality { score: word("new_quality_score")? },
        // The form that comes a day before names the category that will be as the correct one, and from when on.
        CATEGORY_FIELD => match (word("correct_category"), word("new_category")) {
            (Some(category), _) => {
                TemplateNews::NextCategory { category, from: seconds(value, "category_update_timestamp") }
            }
            (None, category) => TemplateNews::Category { category: category? },
        },
        COMPONENTS_FIELD => TemplateNews::Components,
        _ => return None,
    };
    let (name, language) = (word("message_template_name")?, word("message_template_language")?);
    let at = seconds(entry, "time")?;
    Some(Update::Template(TemplateUpdate { name, language, at: since(at), news }))
}

/// A time.
fn seconds(of: &Members<'_>, name: &str) -> Option<Timestamp> {
    member_json(of, name)
        .and_then(|raw| serde_json::from_str::<Seconds>(raw.get()).ok())
        .map(|seconds| seconds.0)
}

/// Meta's time counts whole seconds: what happened within one is later than its beginning.
fn since(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add(999))
}

/// The reason, and what the provider recommends to do about it.
fn reason(value: &Members<'_>) -> Option<String> {
    let told = member(value, "reason").filter(|reason| !reason.is_empty() && reason != "NONE");
    let words = |of: &str, names: &[&str]| {
        let info: serde_json::Value = serde_json::from_str(member_json(value, of)?.get()).ok()?;
        let said = |name: &&str| {
            let words = info.get(*name).and_then(serde_json::Value::as_str).map(str::trim);
            words.filter(|words| !words.is_empty()).map(str::to_owned)
        };
        let all: Vec<_> = names.iter().filter_map(said).collect();
        (!all.is_empty()).then(|| all.join(" "))
    };
    let more = words("rejection_info", &["reason", "recommendation"]);
    // Such as until when it is paused.
    let more = more.or_else(|| words("other_info", &["description"]));
    let reason = more.or_else(|| told.map(|told| told.into_owned()))?;
    Some(super::text::cut(&reason, MAX_REASON_CHARS).0.to_owned())
}
