use super::*;
use crate::window::{FREE_ENTRY, WINDOW};

const MILLI: Duration = Duration::from_millis(1);

fn ad(provider_id: &str, at: Timestamp) -> Command {
    received(InboundMessage { free_entry: true, ..message(provider_id, at) })
}

/// The item at the end is sent and taken by the provider.
fn goes(it: &mut Fixture, seq: u64) {
    it.when(begin(seq));
    it.when(end(seq, 1, accepted(&format!("out.{seq}"))));
}

#[test]
fn free_form_is_allowed_until_24_hours_after_the_customer_wrote() {
    let mut it = given();
    it.after(WINDOW - MILLI).when(send(1, "just in time"));
    it.after(MILLI);
    assert_eq!(it.forbidden(send(2, "too late")), "window_closed");
    assert_eq!(it.when(send_content(3, template())).seq, Some(3));
}

#[test]
fn the_window_is_judged_again_when_the_request_would_be_made() {
    let mut it = given_queued();
    it.after(WINDOW);
    let decision = it.when(begin(2));
    assert_eq!(
        (decision.seq, it.state_of(2), it.error_of(2)),
        (None, MessageState::Failed, Some("window_closed"))
    );
    assert_eq!(it.state.attempts.len(), 0);
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "window_closed");
    it.when(receive("in.2", it.now));
    assert_eq!(it.when(Command::Retry { id: asked(1), sender: agent() }).seq, Some(2));
}

#[test]
fn what_became_of_a_template_counts_when_it_is_queued_at_its_turn_and_right_before_its_request() {
    let is = |it: &mut Fixture, status: &str| {
        let mut known = crate::template::Statuses::default();
        known.set("hello", "en_US", Some(status));
        it.state.templates = std::sync::Arc::new(known);
    };
    let mut it = given();
    is(&mut it, "PAUSED");
    assert_eq!(it.forbidden(send_content(1, template())), "template_not_approved");
    is(&mut it, "APPROVED");
    it.when(send_content(1, template()));
    let checks = &it.item(2).decision.as_ref().expect("it was decided").checks;
    let of_template = checks.iter().find(|check| check.rule == SendRule::Template).expect("it was looked at");
    assert_eq!(of_template.found, "The template is approved.");
    is(&mut it, "DISABLED");
    let refused = it.state.may_send(&it.item(2).content, it.now).expect_err("its turn came too late");
    assert_eq!(refused.code, "template_not_approved");
    it.when(begin(2));
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Failed, Some("template_not_approved")));
    assert_eq!(it.item(2).attempts, 0, "no request was made");
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "template_not_approved");
}

#[test]
fn who_never_wrote_gets_templates_only() {
    let mut it = given_nothing();
    assert_eq!(it.refused(send(1, "hello")), Rejection::NoConversation);
    assert_eq!(it.when(Command::Ensure { contact: contact(1, false) }).effects, [Effect::Created]);
    assert_eq!(it.when(Command::Ensure { contact: contact(1, false) }), Decision::default());
    assert_eq!(it.forbidden(send(1, "hello")), "window_closed");
    assert_eq!(it.when(send_content(1, template())).seq, Some(1));
}

#[test]
fn a_message_that_came_late_does_not_shorten_the_window() {
    let mut it = given();
    it.when(receive("in.2", START - HOUR));
    assert_eq!(it.head().opened_by, Some(it.item(1).id));
    assert!(it.state.window().is_open(START + WINDOW - MILLI));
}

#[test]
fn a_clock_ahead_of_ours_gives_no_more_than_24_hours() {
    let mut it = given_nothing();
    it.when(receive("in.1", START + HOUR));
    assert_eq!(it.state.window().expires_at(), Some(START + WINDOW));
    assert_eq!(it.item(1).provider_at, Some(START + HOUR), "as the provider told it");
}

#[test]
fn a_free_entry_is_free_for_72_hours_from_its_first_answer() {
    let mut it = given_nothing();
    it.when(ad("in.1", START));
    assert_eq!(it.head().free_until, None);
    it.after(HOUR).when(send(1, "welcome"));
    goes(&mut it, 2);
    assert_eq!(it.head().free_until, Some(START + HOUR + FREE_ENTRY));
    it.after(HOUR).when(send(2, "anything else?"));
    goes(&mut it, 3);
    assert_eq!(it.head().free_until, Some(START + HOUR + FREE_ENTRY), "the first answer counts");
}

#[test]
fn a_second_free_entry_is_free_anew_once_answered() {
    let mut it = given_nothing();
    it.when(ad("in.1", START));
    it.when(send(1, "welcome"));
    goes(&mut it, 2);
    let again = START + 100 * HOUR;
    it.after(100 * HOUR).when(ad("in.2", again));
    assert_eq!(it.head().free_until, Some(START + FREE_ENTRY), "not before it is answered");
    it.when(send(2, "welcome back"));
    goes(&mut it, 4);
    assert_eq!(it.head().free_until, Some(again + FREE_ENTRY));
}

#[test]
fn a_receipt_for_what_was_sent_before_the_free_entry_is_no_answer_to_it() {
    let mut it = given_queued();
    goes(&mut it, 2);
    it.after(HOUR).when(ad("in.2", START + HOUR));
    it.when(told(2, "out.2", MessageState::Read));
    assert_eq!(it.head().free_until, None);
}

#[test]
fn an_answer_counts_from_its_request_however_late_we_hear_of_it() {
    let mut it = given_nothing();
    it.when(ad("in.1", START));
    it.when(send(1, "welcome"));
    it.when(begin(2));
    it.when(end(2, 1, unknown()));
    assert_eq!(it.head().free_until, None);
    it.after(30 * HOUR).when(told(2, "out.2", MessageState::Played));
    assert_eq!(it.head().free_until, Some(START + FREE_ENTRY));
}

#[test]
fn an_answer_after_24_hours_is_not_free() {
    let mut it = given_nothing();
    it.when(ad("in.1", START));
    it.after(WINDOW).when(send_content(1, template()));
    goes(&mut it, 2);
    assert_eq!(it.head().free_until, None);
}

#[test]
fn an_older_free_entry_that_comes_late_does_not_replace_the_newer() {
    let mut it = given_nothing();
    it.when(ad("in.2", START));
    it.when(ad("in.1", START - 20 * HOUR));
    assert_eq!(it.head().free_entry_at, Some(START));
}
