//! What the Graph API answers.

use http::StatusCode;
use switchboard_channels::whatsapp::{client, errors, request, templates};
use switchboard_domain::outbound::SendOutcome;
use switchboard_schema::wire::TemplateParameter;

/// Statuses that mean something of their own, and one that means nothing.
const STATUSES: [u16; 8] = [200, 308, 400, 401, 408, 429, 500, 299];
/// Longest sentence that comes of an answer, in characters: WhatsApp's own words are cut.
const MAX_MESSAGE_CHARS: usize = 1_000;

/// The answer to a send: a byte for its status, then its body.
pub(crate) fn answer(bytes: &[u8]) -> bool {
    let Some((&choice, body)) = bytes.split_first() else { return false };
    let status = StatusCode::from_u16(STATUSES[usize::from(choice) % STATUSES.len()]).expect("a status");
    let error = errors::read(body);
    let outcome = client::outcome(status, Ok(body));
    match &outcome {
        SendOutcome::Accepted { provider_id, recipient } => {
            assert!(error.is_none() && status.is_success(), "an error is never taken for a yes");
            assert!(!provider_id.is_empty());
            assert!(recipient.iter().all(|identity| !identity.value.is_empty()));
        }
        SendOutcome::Refused(error) => {
            assert!(!error.message.is_empty() && error.message.chars().count() <= MAX_MESSAGE_CHARS);
        }
        SendOutcome::Unknown(_) | SendOutcome::NotStarted(_) => {}
    }
    let explained = errors::explain(error.as_ref(), None);
    assert!(!explained.message.contains('\0') && explained.message.chars().count() <= MAX_MESSAGE_CHARS);
    matches!(outcome, SendOutcome::Accepted { .. } | SendOutcome::Refused(_))
}

/// A page of templates: each can be filled in, and filled in no placeholder of it is left.
pub(crate) fn templates(body: &[u8]) -> bool {
    let Ok(page) = templates::read_page(body) else { return false };
    let next = request::templates("v25.0", "1", page.after.as_deref());
    assert!(next.path.bytes().all(|byte| byte.is_ascii_graphic()), "a cursor cannot leave its place");
    for template in &page.templates {
        // No letter of a placeholder's name, so that no value makes a new one.
        let value = |name: &String| TemplateParameter {
            name: template.named.then(|| name.clone()),
            text: "é".to_owned(),
        };
        let header: Vec<_> = template.header_parameters.iter().map(value).collect();
        let body: Vec<_> = template.body_parameters.iter().map(value).collect();
        let filled = templates::fill(template, &header, &body);
        for name in template.header_parameters.iter().chain(&template.body_parameters) {
            let left = template.footer.as_ref().is_some_and(|footer| footer.contains(name.as_str()));
            assert!(left || !filled.contains(&format!("{{{{{name}}}}}")), "{name} in {filled}");
        }
        let checked = templates::check_parameters(template, &header, &body);
        assert_eq!(checked.is_ok(), template.sendable && template.status == "APPROVED");
        drop(templates::fill(template, &[], &body));
    }
    !page.templates.is_empty()
}
