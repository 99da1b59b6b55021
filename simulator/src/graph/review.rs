//! Who decides about templates that are submitted, where a world has somebody who does.
//!
//! A template is decided upon a while after it was submitted (see [`crate::WorldOptions::review`]), by rules that
//! stand for Meta's policies:
//! - words that ask for a password, a PIN or a card's number are rejected: `SCAM`;
//! - a template of the category `UTILITY` that advertises is rejected: `INCORRECT_CATEGORY`;
//! - a button that opens a shortened address is rejected: `INVALID_FORMAT`;
//! - every other is approved.
//!
//! The webhook `message_template_status_update` tells of it.

use std::sync::Weak;
use std::time::Duration;

use super::Graph;
use super::Shared;
use super::template::{Button, Template};
use crate::guard::lock;

/// Words that ask for what nobody should tell.
const SECRETS: [&str; 5] = ["password", "pin code", "card number", "cvv", "security code"];
/// Words that advertise.
const ADVERTISING: [&str; 6] = ["discount", "% off", "sale", "special offer", "promo", "voucher"];
/// Hosts that hide where an address leads.
const SHORTENERS: [&str; 4] = ["bit.ly", "tinyurl.com", "goo.gl", "wa.me"];

/// Why a template is rejected; nothing where it is approved.
pub fn objection(template: &Template) -> Option<&'static str> {
    let cards = template.cards.iter().filter_map(|card| card.body.as_deref());
    let words: Vec<String> = [template.body.as_str(), template.footer.as_deref().unwrap_or_default()]
        .into_iter()
        .chain(cards)
        .map(str::to_lowercase)
        .collect();
    let says = |list: &[&str]| words.iter().any(|text| list.iter().any(|word| text.contains(word)));
    let buttons = template.buttons.iter().chain(template.cards.iter().flat_map(|card| &card.buttons));
    let hides = |button: &Button| match button {
        Button::Url { url, .. } => {
            let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
            SHORTENERS.contains(&host)
        }
        _ => false,
    };
    if template.category != "AUTHENTICATION" && says(&SECRETS) {
        Some("SCAM")
    } else if template.category == "UTILITY" && says(&ADVERTISING) {
        Some("INCORRECT_CATEGORY")
    } else if buttons.into_iter().any(hides) {
        Some("INVALID_FORMAT")
    } else {
        None
    }
}

/// Decides about a template after a while, unless it was changed, decided or deleted meanwhile.
pub(super) async fn decide_after(world: Weak<Shared>, waba_id: String, submitted: Template, after: Duration) {
    tokio::time::sleep(after).await;
    let Some(graph) = Graph::upgrade(&world) else { return };
    let still = lock(&graph.0.state).templates_of(&waba_id).is_some_and(|all| all.contains(&submitted));
    if !still {
        return;
    }
    let reason = objection(&submitted);
    let event = if reason.is_some() { "REJECTED" } else { "APPROVED" };
    let told = graph.decide_template(
        &waba_id,
        &submitted.name,
        &submitted.language,
        event,
        reason.unwrap_or("NONE"),
    );
    if let Some(told) = told {
        graph.0.outlet.told(&waba_id, told);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(category: &str, body: &str) -> Option<&'static str> {
        objection(&Template::approved(1, "t", "en_US", category, body))
    }

    #[test]
    fn a_reviewer_rejects_what_asks_for_secrets_what_is_in_the_wrong_category_and_what_hides_its_address() {
        assert_eq!(of("UTILITY", "Your order {{1}} is on its way."), None);
        assert_eq!(of("UTILITY", "Tell us your Password, {{1}}, please."), Some("SCAM"));
        assert_eq!(of("UTILITY", "Today 20% off for you, {{1}}, in our shop."), Some("INCORRECT_CATEGORY"));
        assert_eq!(of("MARKETING", "Today 20% off for you, {{1}}, in our shop."), None);
        assert_eq!(of("AUTHENTICATION", "{{1}} is your security code."), None);
        let mut short = Template::approved(1, "t", "en_US", "UTILITY", "See it here, {{1}}, today.");
        short.buttons = vec![Button::Url { text: "See".to_owned(), url: "https://bit.ly/x".to_owned() }];
        assert_eq!(objection(&short), Some("INVALID_FORMAT"));
    }
}
