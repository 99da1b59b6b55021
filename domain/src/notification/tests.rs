use proptest::prelude::*;
use switchboard_schema::{
    ChannelId, ContactId, MessageId,
    wire::{
        AssignedBy, AssignmentRule, ContactRef, ConversationStatus, EventData, HandledBy, Note, Priority,
        Sender, SlaStanding, SlaTarget, SlaTimer, StateAt, Text, Weekday, Window,
    },
};

use super::*;

const START: Timestamp = Timestamp::from_millis(1_760_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn user(n: u8) -> UserId {
    UserId::from_bytes([n; 16])
}

fn team(n: u8) -> TeamId {
    TeamId::from_bytes([n; 16])
}

/// Four who answer, of whom the first two are in a team, and one who only reads and is in it as well.
fn people() -> People {
    let members = (1..=4).map(|n| (user(n), Role::Agent)).chain([(user(5), Role::Analyst)]).collect();
    People { members, teams: [(team(1), [user(1), user(2), user(5)].into())].into() }
}

fn agent(n: u8) -> Sender {
    Sender { kind: SenderKind::Agent, id: Some(user(n).to_string()), name: Some(format!("Agent {n}")) }
}

fn conversation(assignee: Option<UserId>, team_id: Option<TeamId>) -> Conversation {
    Conversation {
        id: ConversationId::from_bytes([7; 16]),
        version: 3,
        channel_id: ChannelId::from_bytes([1; 16]),
        contact: ContactRef {
            id: ContactId::from_bytes([1; 16]),
            name: "Ana".to_owned(),
            identities: Vec::new(),
            former: Vec::new(),
            blocked: false,
            consent: Vec::new(),
        },
        status: ConversationStatus::Open,
        snoozed_until: None,
        assignee_id: assignee,
        handled_by: HandledBy::default(),
        sla: None,
        team_id,
        priority: Priority::None,
        labels: Vec::new(),
        queued_at: None,
        routed_at: None,
        unread_count: None,
        inbound_count: 4,
        last_seq: 9,
        last_message: None,
        window: Window::default(),
        scheduled: 0,
        mentions: Vec::new(),
        rating: None,
        waiting_since: Some(START),
        created_at: START,
        updated_at: START,
    }
}

fn message(seq: u64, direction: Direction, content: Content, sent_by: Sender) -> Message {
    let state = if direction == Direction::In { MessageState::Received } else { MessageState::Recorded };
    Message {
        id: MessageId::from_bytes([seq as u8; 16]),
        version: seq,
        conversation_id: ConversationId::from_bytes([7; 16]),
        seq,
        direction,
        content,
        state,
        provider_id: None,
        error: None,
        sent_by,
        at: START + MINUTE * seq as u32,
        provider_at: None,
        late: false,
        imported: false,
        reply_to: None,
        quote: None,
        reactions: Vec::new(),
        referral: None,
        forwarded: None,
        product: None,
        edited_at: None,
        deleted_at: None,
        history: Vec::new(),
        attempts: 0,
        not_before: None,
        held_until: None,
        scheduled: None,
        rating: None,
        charged: None,
        decision: None,
        correlation_id: None,
    }
}

fn event(name: EventName, conversation: Conversation, message: Option<Message>) -> Event {
    let data = EventData { conversation: Some(conversation), message, ..EventData::default() };
    Event { offset: 1, prev: 0, name, at: START + MINUTE * 60, data }
}

fn customer() -> Sender {
    Sender::customer(ContactId::from_bytes([1; 16]), "Ana")
}

fn words(body: &str) -> Content {
    Content::Text(Text { body: body.to_owned() })
}

fn received(seq: u64, body: &str, conversation: Conversation) -> Event {
    let message = message(seq, Direction::In, words(body), customer());
    event(EventName::MessageReceived, conversation, Some(message))
}

fn noted(by: u8, mentions: Vec<UserId>) -> Event {
    let note = Content::Note(Note { body: "look\nat this".to_owned(), mentions });
    let message = message(9, Direction::Out, note, agent(by));
    event(EventName::NoteAdded, conversation(None, None), Some(message))
}

fn assigned(to: u8, by: Option<Sender>, by_rule: Option<AssignedBy>) -> Event {
    let line = SystemLine {
        event: SystemEvent::Assigned,
        actor: None,
        by: by.map(Box::new),
        subject: Some(format!("Agent {to}")),
        by_rule,
    };
    let message = message(9, Direction::Out, Content::System(line), Sender::system());
    event(EventName::SystemAdded, conversation(Some(user(to)), None), Some(message))
}

fn sent(state: MessageState, by: Sender) -> Event {
    let mut message = message(9, Direction::Out, words("hello"), by);
    (message.state, message.attempts) = (state, 2);
    message.history = vec![StateAt { state, at: START + MINUTE * 11, error: None, by: None }];
    event(EventName::MessageUpdated, conversation(Some(user(1)), None), Some(message))
}

fn due(
    assignee: Option<UserId>,
    team: Option<TeamId>,
    warned: Option<Timestamp>,
    missed: Option<Timestamp>,
) -> Event {
    let timer = SlaTimer {
        target: SlaTarget::FirstResponse,
        due_at: Some(START),
        warned_at: warned,
        missed_at: missed,
    };
    let sla = Some(SlaStanding { policy: "Usual".to_owned(), timers: vec![timer] });
    event(EventName::ConversationUpdated, Conversation { sla, ..conversation(assignee, team) }, None)
}

/// Who is told, and of what.
fn whom(event: &Event) -> Vec<(UserId, NotificationClass)> {
    news(event, &people()).iter().map(|news| (news.to, news.notification.class)).collect()
}

use NotificationClass::{Assigned, Failed, Mention, New, Sla, Unassigned};

#[test]
fn whoever_is_mentioned_is_told_by_whom_and_of_the_beginning_of_the_note() {
    let event = noted(1, vec![user(2), user(1), user(2), user(9)]);
    assert_eq!(whom(&event), [(user(2), Mention)], "not the author, nobody twice, and no stranger");
    let told = &news(&event, &people())[0].notification;
    assert_eq!(
        (told.by.as_deref(), told.text.as_deref(), told.seq),
        (Some("Agent 1"), Some("look at this"), Some(9))
    );
}

#[test]
fn whoever_is_given_a_conversation_is_told_unless_they_took_it() {
    assert_eq!(whom(&assigned(2, Some(agent(1)), None)), [(user(2), Assigned)]);
    assert_eq!(whom(&assigned(2, Some(agent(2)), None)), []);
    assert_eq!(taken(&assigned(2, Some(agent(2)), None)), Some(ConversationId::from_bytes([7; 16])));
    assert_eq!(taken(&noted(1, vec![user(2)])), None);
    let rule = AssignedBy { rule: AssignmentRule::ByLoad, team: None };
    let event = assigned(2, None, Some(rule.clone()));
    assert_eq!(news(&event, &people())[0].notification.by_rule, Some(rule));
}

#[test]
fn a_customers_message_is_for_who_has_it_or_for_those_who_may_take_it() {
    let told = |conversation| whom(&received(9, "hi", conversation));
    assert_eq!(told(conversation(Some(user(3)), Some(team(1)))), [(user(3), New)]);
    assert_eq!(told(conversation(None, Some(team(1)))), [(user(1), Unassigned), (user(2), Unassigned)]);
    let all: Vec<_> = (1..=4).map(|n| (user(n), Unassigned)).collect();
    assert_eq!(told(conversation(None, None)), all, "whoever only reads takes nothing");
    assert_eq!(told(conversation(None, Some(team(9)))), [], "a team that is gone");
}

#[test]
fn nobody_is_told_of_what_is_a_bots_blocked_or_old() {
    let mut bots = conversation(Some(user(1)), None);
    bots.handled_by.kind = HandlerKind::Bot;
    assert_eq!(whom(&received(9, "hi", bots)), []);
    let mut blocked = conversation(Some(user(1)), None);
    blocked.contact.blocked = true;
    assert_eq!(whom(&received(9, "hi", blocked)), []);
    let mut imported = received(9, "hi", conversation(Some(user(1)), None));
    imported.data.message.as_mut().unwrap().imported = true;
    assert_eq!(whom(&imported), []);
}

#[test]
fn what_a_bot_hands_over_is_told_as_if_the_customer_had_just_written() {
    let line =
        SystemLine { event: SystemEvent::HandedOver, actor: None, by: None, subject: None, by_rule: None };
    let message = message(9, Direction::Out, Content::System(line), Sender::system());
    let told = |assignee| {
        whom(&event(EventName::SystemAdded, conversation(assignee, Some(team(1))), Some(message.clone())))
    };
    assert_eq!(told(Some(user(2))), [(user(2), New)]);
    assert_eq!(told(None), [(user(1), Unassigned), (user(2), Unassigned)]);
}

#[test]
fn whose_message_fails_or_may_have_gone_is_told() {
    assert_eq!(whom(&sent(MessageState::Failed, agent(2))), [(user(2), Failed)]);
    assert_eq!(whom(&sent(MessageState::Unknown, agent(2))), [(user(2), Failed)]);
    assert_eq!(whom(&sent(MessageState::Delivered, agent(2))), []);
    let program = Sender { kind: SenderKind::Api, ..agent(2) };
    assert_eq!(whom(&sent(MessageState::Failed, program)), []);
}

#[test]
fn a_target_is_told_before_it_is_missed_and_when_it_is_and_neither_for_ever() {
    let minutes = |n| Some(START + MINUTE * n);
    let (warned, missed) =
        (due(Some(user(3)), None, minutes(50), None), due(Some(user(3)), None, minutes(50), minutes(55)));
    assert_eq!(whom(&warned), [(user(3), Sla)]);
    let id = |event: &Event| news(event, &people())[0].notification.id;
    assert_eq!(whom(&missed), [(user(3), Sla)]);
    assert_ne!(id(&warned), id(&missed));
    let mut later = missed.clone();
    later.at = START + MINUTE * 70;
    assert_eq!(id(&missed), id(&later), "the same, however often it is told");
    later.at = START + NEWS_MAX_AGE + MINUTE * 55;
    assert_eq!(whom(&later), []);
    assert_eq!(whom(&due(None, Some(team(1)), minutes(50), None)), [(user(1), Sla), (user(2), Sla)]);
    assert_eq!(whom(&due(None, None, minutes(50), None)), []);
}

#[test]
fn a_burst_is_one_that_counts_and_what_comes_after_it_was_seen_is_told_anew() {
    let news_of =
        |seq, body: &str| news(&received(seq, body, conversation(Some(user(1)), None)), &people()).remove(0);
    let first = told(None, None, &news_of(5, "one"), 100).unwrap();
    let second = told(Some(&first), None, &news_of(6, "two"), 101).unwrap();
    let shown = &second.shown;
    assert_eq!((shown.count, shown.seq, shown.text.as_deref()), (2, Some(5), Some("two")));
    assert_eq!((second.told_at, shown.id), (100, first.shown.id), "aloud once");
    assert_eq!(told(Some(&second), None, &news_of(6, "two"), 101), None, "told before");
    assert_eq!(told(Some(&second), None, &news_of(5, "one"), 100), Some(second.clone()), "after a crash");
    let seen = second.shown.at;
    let third = told(Some(&second), Some(seen), &news_of(7, "three"), 102).unwrap();
    assert_eq!((third.shown.count, third.shown.seq, third.told_at), (1, Some(7), 102));
}

#[test]
fn only_what_is_about_messages_is_read_with_them() {
    let body =
        told(None, None, &news(&received(5, "one", conversation(Some(user(1)), None)), &people())[0], 1)
            .unwrap();
    assert!(is_read_with(&body, 4) && !is_read_with(&body, 3));
    let mention = told(None, None, &news(&noted(1, vec![user(2)]), &people())[0], 1).unwrap();
    assert!(!is_read_with(&mention, 99));
}

fn settings() -> NotificationSettings {
    NotificationSettings::default()
}

fn quiet(days: &[Weekday], from: &str, to: &str) -> NotificationSettings {
    NotificationSettings {
        quiet_hours: Some(QuietHours { days: days.to_vec(), from: from.to_owned(), to: to.to_owned() }),
        time_zone: "Europe/Amsterdam".to_owned(),
        ..settings()
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

#[test]
fn quiet_hours_go_past_midnight_and_by_the_clock_of_the_person() {
    // 27 November 2026 is a Friday; in winter Amsterdam is an hour ahead.
    let night = quiet(&[Weekday::Friday], "22:00", "07:00");
    for (time, expected) in [
        ("2026-11-27T20:59:59Z", false),
        ("2026-11-27T21:00:00Z", true),
        ("2026-11-28T05:59:59Z", true),
        ("2026-11-28T06:00:00Z", false),
        ("2026-11-28T22:00:00Z", false),
        ("2026-11-27T05:00:00Z", false),
    ] {
        assert_eq!(is_quiet(&night, at(time)), expected, "{time}");
    }
    let lunch = quiet(&[Weekday::Friday], "12:00", "13:00");
    assert!(is_quiet(&lunch, at("2026-11-27T11:30:00Z")) && !is_quiet(&lunch, at("2026-11-27T12:00:00Z")));
    let day = quiet(&[Weekday::Friday], "00:00", "00:00");
    assert!(is_quiet(&day, at("2026-11-27T10:00:00Z")) && !is_quiet(&day, at("2026-11-28T10:00:00Z")));
}

const THERE: Presence =
    Presence { availability: Availability::Online, state: PresenceState::Online, active_at: None };

#[test]
fn while_it_is_quiet_or_somebody_is_away_only_the_list_tells_unless_a_mention_may() {
    let now = at("2026-11-27T22:00:00Z");
    let night = quiet(&[Weekday::Friday], "22:00", "07:00");
    assert!(ways(&night, New, THERE, now).is_none());
    assert!(ways(&night, Mention, THERE, now).is_none());
    let through = NotificationSettings { mentions_always: true, ..night };
    assert_eq!(ways(&through, Mention, THERE, now), through.ways.mention);
    assert!(ways(&through, New, THERE, now).is_none());
    let away = Presence { availability: Availability::Away, ..THERE };
    assert!(ways(&settings(), New, away, now).is_none());
    let choice = NotificationSettings { while_away: true, ..settings() };
    assert_eq!(ways(&choice, New, away, now), choice.ways.new);
    let gone = Presence { state: PresenceState::Offline, ..THERE };
    assert!(ways(&settings(), New, gone, now).push);
    let choice = NotificationSettings { while_offline: false, ..settings() };
    assert!(!ways(&choice, New, gone, now).push);
    let paused = NotificationSettings { paused_until: Some(now + MINUTE), ..settings() };
    assert!(ways(&paused, New, THERE, now).is_none() && !ways(&paused, New, THERE, now + MINUTE).is_none());
}

#[test]
fn whoever_is_at_work_in_a_page_is_not_sought_elsewhere() {
    let present = Presence { active_at: Some(START), ..THERE };
    assert!(present.is_active(START + ACTIVE / 2) && !present.is_active(START + ACTIVE));
    assert!(!Presence { state: PresenceState::Offline, ..present }.is_active(START));
}

#[test]
fn what_cannot_be_meant_is_refused_by_its_field() {
    let now = START;
    let field = |settings: &NotificationSettings| match check(settings, now) {
        Ok(()) => "",
        Err(Rejection::Invalid { field, .. }) => field,
        Err(_) => "?",
    };
    assert_eq!(field(&settings()), "");
    assert_eq!(field(&NotificationSettings { time_zone: "Mars/Base".to_owned(), ..settings() }), "time_zone");
    assert_eq!(field(&quiet(&[], "25:00", "07:00")), "quiet_hours.from");
    assert_eq!(field(&quiet(&[], "22:00", "7")), "quiet_hours.to");
    assert_eq!(field(&quiet(&[Weekday::Monday; 2], "22:00", "07:00")), "quiet_hours.days");
    assert_eq!(field(&NotificationSettings { volume: 101, ..settings() }), "volume");
    let long = NotificationSettings { paused_until: Some(now + PAUSE_MAX + MINUTE), ..settings() };
    assert_eq!(field(&long), "paused_until");
}

#[test]
fn words_are_cut_at_their_limit_and_stand_on_one_line() {
    let long = "ä".repeat(MAX_NOTIFICATION_CHARS);
    assert_eq!(beginning(&long).as_deref(), Some(&*long), "it fits");
    let cut = beginning(&format!("{long}x")).unwrap();
    assert_eq!((cut.chars().count(), cut.chars().last()), (MAX_NOTIFICATION_CHARS, Some('…')));
    assert_eq!(beginning(" \n\t"), None);
    assert_eq!(beginning("one\r\ntwo"), Some("one two".to_owned()));
}

/// Somebody's act or a customer's, with who did it.
fn acts() -> impl Strategy<Value = (Event, Option<UserId>)> {
    let who = || 1..=6_u8;
    let place = (proptest::option::of(who()), proptest::option::of(1..=2_u8));
    prop_oneof![
        (who(), proptest::collection::vec(who(), 0..5))
            .prop_map(|(by, whom)| (noted(by, whom.into_iter().map(user).collect()), Some(user(by)))),
        (who(), who()).prop_map(|(to, by)| (assigned(to, Some(agent(by)), None), Some(user(by)))),
        (place, 1..20_u64).prop_map(|((assignee, of), seq)| {
            (received(seq, "hi", conversation(assignee.map(user), of.map(team))), None)
        }),
    ]
}

proptest! {
    #[test]
    fn nobody_hears_of_their_own_act_nobody_twice_and_nobody_who_is_no_member((event, by) in acts()) {
        let told = news(&event, &people());
        let mut ids: Vec<_> = told.iter().map(|news| news.to).collect();
        prop_assert!(ids.iter().all(|to| Some(*to) != by && people().members.contains_key(to)));
        ids.dedup();
        prop_assert_eq!(ids.len(), told.len());
        prop_assert_eq!(news(&event, &people()), told, "the same, asked again");
    }

    /// However often a log is read again from an earlier place, a burst counts each message once and is told aloud as often as
    /// it was seen in between.
    #[test]
    fn reading_again_from_an_earlier_place_changes_nothing(
        messages in 1..12_usize,
        reread in proptest::collection::vec(0..12_usize, 0..4),
        seen_after in proptest::option::of(0..12_usize),
    ) {
        let all: Vec<_> = (0..messages)
            .map(|n| news(&received(n as u64 + 1, "hi", conversation(Some(user(1)), None)), &people()).remove(0))
            .collect();
        let read = |from: usize, mut body: Option<NotificationBody>, read_to: &mut Option<Timestamp>| {
            let mut aloud = 0;
            for (n, news) in all.iter().enumerate().skip(from) {
                if let Some(next) = told(body.as_ref(), *read_to, news, n as u64 + 1) {
                    aloud += usize::from(next.told_at == n as u64 + 1 && body.as_ref().is_none_or(|body| body.told_at != next.told_at));
                    body = Some(next);
                }
                if seen_after == Some(n) && from == 0 {
                    *read_to = body.as_ref().map(|body| body.shown.at);
                }
            }
            (body, aloud)
        };
        let mut read_to = None;
        let (body, aloud) = read(0, None, &mut read_to);
        let seen_amid = seen_after.is_some_and(|n| n + 1 < messages);
        prop_assert_eq!(aloud, 1 + usize::from(seen_amid));
        let unseen = if seen_amid { messages - seen_after.unwrap_or(0) - 1 } else { messages };
        prop_assert_eq!(body.as_ref().map(|body| body.shown.count), Some(unseen as u64));
        for from in reread {
            let (again, aloud) = read(from.min(messages).max(1), body.clone(), &mut read_to);
            prop_assert_eq!(&again, &body);
            prop_assert_eq!(aloud, 0);
        }
    }

    #[test]
    fn what_is_chosen_is_never_exceeded(hour in 0..24_u32, minute in 0..60_u32, from in 0..24_u32, to in 0..24_u32) {
        let settings = quiet(&[Weekday::Monday, Weekday::Friday], &format!("{from:02}:00"), &format!("{to:02}:00"));
        let now = at(&format!("2026-11-27T{hour:02}:{minute:02}:00Z"));
        for class in NotificationClass::ALL {
            let (chosen, told) = (settings.ways.of(class), ways(&settings, class, THERE, now));
            prop_assert!(told == chosen || told.is_none());
            prop_assert_eq!(told.is_none(), chosen.is_none() || is_quiet(&settings, now));
        }
    }
}
