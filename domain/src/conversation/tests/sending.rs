use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_message_waits_until_its_turn() {
    let mut it = given();
    let decision = it.when(send(1, "yes"));
    assert_eq!((decision.seq, decision.effects), (Some(2), vec![Effect::Announce(2), Effect::Send]));
    assert_eq!(
        (it.state_of(2), it.head().outbox_floor, it.head().preview_seq),
        (MessageState::Queued, Some(2), Some(2))
    );
}

#[test]
fn an_attempt_is_written_with_the_item_before_a_request_is_made() {
    let mut it = given_queued();
    let decision = it.when(begin(2));
    assert_eq!(decision.seq, Some(2));
    let attempt = decision.changes.iter().find_map(|change| match change {
        Change::Attempt(attempt) => Some((attempt.seq, attempt.number, attempt.outcome)),
        _ => None,
    });
    assert_eq!(attempt, Some((2, 1, None)));
    assert_eq!((it.state_of(2), it.item(2).attempts), (MessageState::Sending, 1));
}

#[test]
fn what_the_provider_took_is_sent() {
    let mut it = given_sending();
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!((it.state_of(2), it.item(2).provider_id.as_deref()), (MessageState::Sent, Some("out.1")));
    assert_eq!((it.head().outbox_floor, it.state.attempts.len()), (None, 0));
}

#[test]
fn messages_go_one_at_a_time_in_their_order() {
    let mut it = given_queued();
    it.when(send(2, "and"));
    assert_eq!(it.when(begin(3)), Decision { effects: vec![Effect::Send], ..Decision::default() });
    it.when(begin(2));
    assert_eq!(it.state.next_to_send().map(|item| item.seq), None);
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!(it.state.next_to_send().map(|item| item.seq), Some(3));
}

#[test]
fn an_older_message_asked_for_again_waits_for_the_request_that_runs() {
    let mut it = given_sending();
    it.when(end(2, 1, refused_as(ErrorClass::Never)));
    it.when(send(2, "and"));
    it.when(begin(3));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    assert_eq!(it.state.next_to_send().map(|item| item.seq), None);
    assert_eq!(it.when(begin(2)).seq, None);
    assert_eq!(it.head().outbox_floor, Some(2));
}

#[test]
fn what_the_provider_surely_did_not_take_is_tried_again_after_a_pause() {
    for outcome in [not_started(), refused_as(ErrorClass::Retry), refused_as(ErrorClass::BackOff)] {
        let mut it = given_sending();
        it.when(end(2, 1, outcome));
        assert_eq!(it.state_of(2), MessageState::Queued);
        assert_eq!(it.item(2).not_before, Some(START + Duration::from_secs(1)));
        assert_eq!(it.when(begin(2)).seq, Some(2));
        assert_eq!((it.item(2).attempts, it.item(2).not_before), (2, None));
    }
}

#[test]
fn each_request_that_did_not_go_well_says_why() {
    let mut it = given_sending();
    it.when(end(2, 1, refused_as(ErrorClass::BackOff)));
    it.after(HOUR / 4).when(begin(2));
    it.when(end(2, 2, not_started()));
    it.after(HOUR / 4).when(begin(2));
    it.when(end(2, 3, unknown()));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    it.after(HOUR / 4).when(begin(2));
    it.when(end(2, 4, accepted("out.1")));
    it.when(told(2, "out.1", MessageState::Failed));
    let history = it.item(2).history.iter();
    let history: Vec<_> =
        history.map(|known| (known.state, known.error.as_ref().map(|error| error.code.as_str()))).collect();
    let expected = [
        (MessageState::Queued, None),
        (MessageState::Sending, None),
        (MessageState::Queued, Some("whatsapp_1")),
        (MessageState::Sending, None),
        (MessageState::Queued, Some("provider_unreachable")),
        (MessageState::Sending, None),
        (MessageState::Unknown, Some("outcome_unknown")),
        (MessageState::Queued, None),
        (MessageState::Sending, None),
        (MessageState::Sent, None),
        (MessageState::Failed, Some("whatsapp_131026")),
    ];
    assert_eq!(history, expected);
}

#[test]
fn a_result_told_twice_counts_once() {
    for outcome in [not_started(), refused_as(ErrorClass::Never), unknown(), accepted("out.1")] {
        let mut it = given_sending();
        it.when(end(2, 1, outcome.clone()));
        let before = it.state.clone();
        it.when(end(2, 1, outcome));
        assert_eq!(it.state, before);
    }
}

#[test]
fn tries_end_with_a_reason() {
    let mut it = given_queued();
    for number in 1..=crate::retry::MAX_AUTOMATIC_ATTEMPTS {
        it.after(HOUR / 4).when(begin(2));
        it.when(end(2, number, not_started()));
    }
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Failed, Some("provider_unreachable")));
}

#[test]
fn what_can_never_succeed_fails_at_once() {
    for class in [ErrorClass::Never, ErrorClass::Account] {
        let mut it = given_sending();
        it.when(end(2, 1, refused_as(class)));
        assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Failed, Some("whatsapp_1")));
    }
}

#[test]
fn an_unknown_outcome_is_repeated_only_when_asked_for() {
    let mut it = given_sending();
    it.when(end(2, 1, unknown()));
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Unknown, Some("outcome_unknown")));
    assert_eq!(it.state.next_to_send(), None);
    assert_eq!(it.when(begin(2)).changes, []);
    it.when(Command::Retry { id: asked(1), sender: agent() });
    assert_eq!(it.when(begin(2)).seq, Some(2));
}

#[test]
fn what_waits_can_be_taken_back_and_lets_the_next_go() {
    let mut it = given_queued();
    it.when(send(2, "and"));
    let decision = it.when(Command::Cancel { id: asked(1) });
    assert_eq!(decision.effects, [Effect::Announce(2), Effect::Send]);
    assert_eq!((it.state_of(2), it.head().outbox_floor), (MessageState::Cancelled, Some(3)));
    assert_eq!(it.when(Command::Cancel { id: asked(1) }).changes, []);
    assert_eq!(it.when(begin(2)).changes, [], "it is not sent any more");
    assert_eq!(it.state.next_to_send().map(|item| item.seq), Some(3));
}

#[test]
fn what_does_not_wait_cannot_be_taken_back() {
    let mut it = given_sending();
    assert_eq!(it.forbidden(Command::Cancel { id: asked(1) }), "not_cancellable");
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!(it.forbidden(Command::Cancel { id: asked(1) }), "not_cancellable");
    let received = it.item(1).id;
    assert_eq!(it.forbidden(Command::Cancel { id: received }), "not_cancellable");
    assert_eq!(it.refused(Command::Cancel { id: asked(9) }), Rejection::NoMessage);
}

#[test]
fn only_what_failed_or_is_unknown_can_be_asked_for_again() {
    let mut it = given_sending();
    assert_eq!(it.when(Command::Retry { id: asked(1), sender: agent() }).changes, []);
    it.when(end(2, 1, accepted("out.1")));
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "not_retryable");
    it.when(told(2, "out.1", MessageState::Failed));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    let item = it.item(2);
    assert_eq!((item.state, &item.provider_id, &item.error), (MessageState::Queued, &None, &None));
    assert_eq!(item.retired_ids, ["out.1"]);
}

#[test]
fn a_message_is_tried_at_most_as_often_as_its_attempts_have_names() {
    let mut it = given_queued();
    for number in 1..=crate::retry::MAX_ATTEMPTS {
        it.when(begin(2));
        it.when(end(2, number, refused_as(ErrorClass::Never)));
        if number < crate::retry::MAX_ATTEMPTS {
            it.when(Command::Retry { id: asked(1), sender: agent() });
        }
    }
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "too_many_attempts");
}

#[test]
fn who_is_blocked_gets_nothing() {
    let mut it = given_queued();
    assert_eq!(it.when(changed(2, true)).effects, [Effect::Announce(3)]);
    assert_eq!(it.line(3), Some(SystemEvent::Blocked));
    assert_eq!(it.forbidden(send_content(2, template())), "contact_blocked");
    let decision = it.when(begin(2));
    assert_eq!(
        (decision.seq, it.state_of(2), it.error_of(2)),
        (None, MessageState::Failed, Some("contact_blocked"))
    );
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "contact_blocked");
    it.when(changed(3, false));
    assert_eq!(it.line(4), Some(SystemEvent::Unblocked));
    it.when(Command::Retry { id: asked(1), sender: agent() });
    assert_eq!(it.when(begin(2)).seq, Some(2));
}

#[test]
fn an_older_telling_of_a_contact_and_one_of_somebody_else_change_nothing() {
    let mut it = given();
    it.when(changed(3, true));
    assert_eq!(it.when(changed(2, false)), Decision::default());
    let mut other = contact(9, false);
    other.contact.id = ContactId::from_bytes([7; 16]);
    assert_eq!(it.when(Command::ContactChanged { contact: other }), Decision::default());
    assert!(it.head().contact.blocked);
}

#[test]
fn a_permission_withdrawn_before_the_call_fails_the_message() {
    let mut it = given_sending();
    let error = MessageError { code: "contact_blocked".to_owned(), message: "blocked".to_owned() };
    it.when(Command::EndAttempt { seq: 2, number: 1, outcome: AttemptOutcome::Withdrawn(error) });
    assert_eq!((it.state_of(2), it.error_of(2)), (MessageState::Failed, Some("contact_blocked")));
    assert_eq!(it.state.attempts.len(), 0);
}

#[test]
fn what_is_refused_before_its_turn_lets_the_next_go() {
    let mut it = given_queued();
    let error = MessageError { code: "channel_deleted".to_owned(), message: "gone".to_owned() };
    let decision = it.when(Command::Refuse { seq: 2, error: error.clone() });
    assert_eq!(decision.effects, [Effect::Announce(2), Effect::Send]);
    assert_eq!(it.when(Command::Refuse { seq: 2, error }), Decision::default());
    assert_eq!(it.state_of(2), MessageState::Failed);
}

#[test]
fn what_cannot_be_sent_is_refused_with_the_field_that_is_wrong() {
    let it = given();
    let field = |content| match it.refused(send_content(1, content)) {
        Rejection::Invalid { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!(field(text("  ")), "text.body");
    assert_eq!(field(text(&"x".repeat(4_097))), "text.body");
}

/// An answer that the provider refuses as too fast.
fn too_fast() -> SendOutcome {
    let code = crate::pair::TOO_FAST.to_owned();
    SendOutcome::Refused(ProviderError { code, message: "too fast".to_owned(), class: ErrorClass::BackOff })
}

#[test]
fn what_comes_after_messages_that_went_together_waits_until_they_are_paid_for() {
    let mut it = given();
    for key in 1..=3 {
        let seq = it.when(send(key, "news")).seq.expect("it is queued");
        it.when(begin(seq));
        it.after(SECOND).when(end(seq, 1, accepted(&format!("out.{key}"))));
    }
    let first = START;
    it.now = first + Duration::from_secs(9);
    let seq = it.when(send(4, "one more")).seq.expect("it is queued");
    it.when(begin(seq));
    assert_eq!(it.state_of(seq), MessageState::Queued, "no request is made");
    let until = it.item(seq).not_before.expect("it says until when");
    assert_eq!(until, first + SECOND + 3 * crate::pair::EACH, "counted from when the first surely was there");
    it.now = until;
    it.when(begin(seq));
    assert_eq!(it.state_of(seq), MessageState::Sending);
}

#[test]
fn after_too_fast_nothing_goes_to_that_person_before_the_pause_is_over() {
    let mut it = given_sending();
    it.when(end(2, 1, too_fast()));
    let pause = it.item(2).not_before.expect("it is tried again");
    assert_eq!(pause, it.now + SECOND);
    it.when(Command::Cancel { id: it.item(2).id });
    let seq = it.when(send(2, "another")).seq.expect("it is queued");
    it.when(begin(seq));
    assert_eq!(it.item(seq).not_before, Some(pause), "whichever it is");
    it.now = pause;
    it.when(begin(seq));
    assert_eq!(it.state_of(seq), MessageState::Sending);
}

#[test]
fn what_never_reached_the_provider_uses_up_nothing() {
    let mut it = given_sending();
    it.when(end(2, 1, not_started()));
    assert_eq!(it.head().burst, None);
}

#[test]
fn a_reply_quotes_what_it_answers_and_an_emoji_stands_on_its_message_once_it_was_taken() {
    let mut it = given();
    let theirs = it.item(1).id;
    let about = |command, about| match command {
        Command::Send { contact, id, key, request_hash, content, sender, .. } => Command::Send {
            contact,
            id,
            key,
            request_hash,
            content,
            about: Some(about),
            hold: Duration::ZERO,
            conditions: Conditions::default(),
            sender,
        },
        other => other,
    };
    it.when(about(send(1, "yes"), theirs));
    assert_eq!(it.item(2).reply_to.as_deref(), Some("in.1"));
    assert_eq!(it.item(2).quote.as_ref().and_then(|quote| quote.text.as_deref()), Some("in.1"));
    it.when(begin(2));
    it.when(end(2, 1, accepted("out.1")));
    let emoji = |emoji: &str| {
        Content::Reaction(ReactionRequest { provider_id: String::new(), emoji: emoji.to_owned() })
    };
    for (key, seq, wanted) in [(2, 3, "👍"), (3, 4, "")] {
        it.after(HOUR).when(about(send_content(key, emoji(wanted)), theirs));
        assert_eq!(it.head().preview_seq, Some(2), "an emoji is no message");
        it.when(begin(seq));
        it.when(end(seq, 1, accepted(&format!("out.{key}"))));
        assert_eq!(it.item(1).reactions.iter().map(|one| one.emoji.as_str()).collect::<Vec<_>>(), [wanted]);
    }
    let shown = crate::conversation::show_item(it.state.id, it.item(1));
    assert!(shown.reactions.is_empty(), "it was taken back");
    let unknown = it.refused(about(send(9, "?"), asked(99)));
    assert!(matches!(unknown, Rejection::Invalid { field: "reply_to", .. }));
}

#[test]
fn who_had_enough_marketing_gets_none_for_a_day_and_answers_all_the_same() {
    let mut it = given();
    it.when(send_content(1, template()));
    it.when(begin(2));
    let refused = refused_with("whatsapp_131049", ErrorClass::Never);
    it.when(end(2, 1, refused));
    assert_eq!(it.forbidden(send_content(2, template())), "marketing_capped");
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "marketing_capped");
    it.when(send(3, "hello"));
    it.after(crate::permission::MARKETING_REST).when(Command::Retry { id: asked(1), sender: agent() });
}

#[test]
fn whoever_stopped_marketing_at_the_provider_is_told_to_their_contact() {
    let mut it = given();
    it.when(send_content(1, template()));
    it.when(begin(2));
    let refused = refused_with("whatsapp_131050", ErrorClass::Never);
    let decision = it.when(end(2, 1, refused));
    assert!(decision.effects.contains(&Effect::NoMarketing(it.now)), "{:?}", decision.effects);
}
