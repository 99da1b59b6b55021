use proptest::prelude::*;
use switchboard_schema::{
    UserId,
    wire::{ConversationStatus, HandlerKind},
};

use super::*;

fn program(id: &str) -> Sender {
    Sender { kind: SenderKind::Api, id: Some(id.to_owned()), name: Some(format!("program {id}")) }
}

fn bot() -> Sender {
    program("key_bot")
}

fn mila() -> Sender {
    Sender { kind: SenderKind::Agent, id: Some("usr_mila".to_owned()), name: Some("Mila".to_owned()) }
}

fn own(to: HandlerKind, sender: Sender) -> Command {
    Command::Own { to, sender }
}

fn send_by(sender: Sender, key: u64, ownership_token: Option<u64>) -> Command {
    match send(key, "hello") {
        Command::Send { contact, id, key, request_hash, content, about, hold, .. } => {
            let conditions = Conditions { ownership_token, ..Conditions::default() };
            Command::Send { contact, id, key, request_hash, content, about, hold, conditions, sender }
        }
        other => other,
    }
}

fn token(it: &Fixture) -> u64 {
    it.head().handled_by.token
}

fn kind(it: &Fixture) -> HandlerKind {
    it.head().handled_by.kind
}

/// The bot has it: line 2, token 1.
fn given_bot() -> Fixture {
    let mut it = given();
    it.when(own(HandlerKind::Bot, bot()));
    it
}

#[test]
fn a_program_takes_what_nobody_has_and_writes_with_its_token() {
    let mut it = given_bot();
    assert_eq!((kind(&it), token(&it), it.line(2)), (HandlerKind::Bot, 1, Some(SystemEvent::BotTook)));
    assert_eq!(it.when(own(HandlerKind::Bot, bot())), Decision::default(), "it has it already");
    it.when(send_by(bot(), 1, Some(1)));
    it.when(begin(3));
    assert_eq!(it.state_of(3), MessageState::Sending);
    assert_eq!(it.forbidden(send_by(bot(), 2, Some(0))), "ownership_lost");
    assert_eq!(it.forbidden(send_by(program("key_other"), 2, Some(1))), "ownership_lost", "it is not theirs");
    assert_eq!(it.forbidden(own(HandlerKind::Bot, program("key_other"))), "handled_by_bot");
    // A program that does not answer by itself is nobody's rival.
    it.when(send_by(program("key_shop"), 3, None));
    assert_eq!(kind(&it), HandlerKind::Bot);
}

#[test]
fn a_persons_answer_takes_it_and_what_the_bot_had_queued_does_not_go() {
    let mut it = given_bot();
    it.when(send_by(bot(), 1, Some(1)));
    let decision = it.when(send_by(mila(), 2, None));
    assert_eq!(decision.effects, [Effect::Announce(4), Effect::Announce(5), Effect::Send]);
    assert_eq!((kind(&it), token(&it), it.line(4)), (HandlerKind::Agents, 2, Some(SystemEvent::SteppedIn)));
    let refused = it.state.may_go(it.item(3), it.now).expect_err("it is the people's now");
    assert_eq!(refused.code, "ownership_lost");
    it.when(begin(3));
    assert_eq!((it.state_of(3), it.error_of(3)), (MessageState::Failed, Some("ownership_lost")));
    let checks = &it.item(3).decision.as_ref().expect("it was decided").checks;
    assert!(checks.iter().any(|check| check.rule == SendRule::Ownership && !check.passed));
    it.when(begin(5));
    assert_eq!(it.state_of(5), MessageState::Sending);
    assert_eq!(it.forbidden(Command::Retry { id: asked(1), sender: agent() }), "ownership_lost");
    assert_eq!(it.forbidden(own(HandlerKind::Bot, bot())), "handled_by_agents");
}

#[test]
fn people_step_in_without_a_word_and_give_it_back_to_the_bot_that_had_it() {
    let mut it = given();
    assert_eq!(it.forbidden(own(HandlerKind::Bot, mila())), "no_bot");
    it.when(own(HandlerKind::Bot, bot()));
    it.when(own(HandlerKind::Agents, mila()));
    assert_eq!(it.when(own(HandlerKind::Agents, mila())), Decision::default());
    it.when(own(HandlerKind::Bot, mila()));
    let Content::System(line) = &it.item(4).content else { panic!("a line") };
    assert_eq!((line.event, line.subject.as_deref()), (SystemEvent::BotTook, Some("program key_bot")));
    assert_eq!(it.forbidden(send_by(bot(), 1, Some(1))), "ownership_lost", "that was before");
    it.when(send_by(bot(), 2, Some(3)));
    // Given to somebody by hand, it is theirs.
    let assignee = Some((UserId::from_bytes([1; 16]), "Ana".to_owned()));
    it.when(Command::Assign { assignee, sender: mila() });
    assert_eq!(kind(&it), HandlerKind::Agents);
}

#[test]
fn what_a_bot_said_before_it_handed_over_by_itself_still_goes_and_nothing_after() {
    let mut it = given_bot();
    it.when(send_by(bot(), 1, Some(1)));
    it.when(own(HandlerKind::Agents, bot()));
    assert_eq!(it.line(4), Some(SystemEvent::HandedOver));
    assert_eq!(it.forbidden(send_by(bot(), 2, Some(1))), "ownership_lost");
    it.when(send_by(mila(), 3, None));
    it.when(begin(3));
    assert_eq!(it.state_of(3), MessageState::Sending, "its last word goes before theirs");
    // Not once somebody took it from it meanwhile.
    let mut it = given_bot();
    it.when(send_by(bot(), 1, Some(1)));
    it.when(own(HandlerKind::Nobody, bot()));
    it.when(own(HandlerKind::Agents, mila()));
    it.when(begin(3));
    assert_eq!(it.error_of(3), Some("ownership_lost"));
}

#[test]
fn while_a_bot_answers_it_waits_for_no_person_and_then_it_does() {
    let mut it = given();
    assert_eq!(it.head().queued_at, Some(START));
    it.when(own(HandlerKind::Bot, bot()));
    it.after(HOUR).when(receive("in.2", START + HOUR));
    assert_eq!(it.head().queued_at, None);
    it.after(HOUR).when(own(HandlerKind::Agents, bot()));
    assert_eq!(it.head().queued_at, Some(START + HOUR * 2));
}

#[test]
fn what_is_done_is_nobodys_again_unless_the_bot_did_it() {
    let done =
        |sender| Command::SetStatus { status: ConversationStatus::Resolved, snoozed_until: None, sender };
    let mut it = given();
    it.when(send_by(mila(), 1, None));
    it.when(done(mila()));
    assert_eq!((kind(&it), token(&it)), (HandlerKind::Nobody, 2));
    let mut it = given_bot();
    it.when(send_by(bot(), 1, Some(1)));
    it.when(done(bot()));
    it.when(begin(3));
    assert_eq!(it.state_of(3), MessageState::Sending, "its goodbye goes");
}

#[test]
fn people_carry_no_token() {
    let it = given_bot();
    let refused = it.refused(send_by(mila(), 1, Some(1)));
    assert!(matches!(refused, Rejection::Invalid { field: "ownership_token", .. }));
}

#[test]
fn of_two_conversations_that_become_one_the_more_human_hands_have_it() {
    use crate::ownership::{handed, merged};
    let of = |kind| handed(&Default::default(), kind);
    let [nobody, bot, agents] = [HandlerKind::Nobody, HandlerKind::Bot, HandlerKind::Agents].map(of);
    for (here, left, wanted) in
        [(&bot, &agents, 2), (&agents, &bot, 2), (&nobody, &bot, 1), (&bot, &nobody, 1)]
    {
        let became = merged(here, left);
        let kinds = [HandlerKind::Nobody, HandlerKind::Bot, HandlerKind::Agents];
        assert_eq!((became.kind, became.token), (kinds[wanted], 2), "no earlier token holds");
    }
    assert!(merged(&Default::default(), &Default::default()).is_untouched());
}

/// What bots and people do, in any order.
#[derive(Debug, Clone, Copy)]
enum Act {
    Take(u8),
    HandOver(u8),
    /// With the token that it was last answered.
    BotSends(u8),
    PersonSends,
    StepIn,
    GiveBack,
    Resolve,
    /// The next that waits makes its request, and it ends.
    Turn,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        (0..2_u8).prop_map(Act::Take),
        (0..2_u8).prop_map(Act::HandOver),
        (0..2_u8).prop_map(Act::BotSends),
        Just(Act::PersonSends),
        Just(Act::StepIn),
        Just(Act::GiveBack),
        Just(Act::Resolve),
        Just(Act::Turn),
        Just(Act::Turn),
    ];
    proptest::collection::vec(act, 1..60)
}

proptest! {
    /// Whatever the order, a program's request begins only while it has the conversation, or to say what it had said before
    /// it handed it over by itself; never after a person took it, until it is given back.
    #[test]
    fn a_bot_and_people_never_answer_at_the_same_time(acts in acts()) {
        let mut it = given();
        let bots = [bot(), program("key_other")];
        let mut tokens = [0_u64; 2];
        let mut key = 0;
        // From which place on people have it, as long as they do.
        let mut taken_at: Option<u64> = None;
        for act in acts {
            key += 1;
            it.after(Duration::from_secs(10));
            let command = match act {
                Act::Take(which) => own(HandlerKind::Bot, bots[which as usize].clone()),
                Act::HandOver(which) => own(HandlerKind::Agents, bots[which as usize].clone()),
                Act::BotSends(which) => send_by(bots[which as usize].clone(), key, Some(tokens[which as usize])),
                Act::PersonSends => send_by(mila(), key, None),
                Act::StepIn => own(HandlerKind::Agents, mila()),
                Act::GiveBack => own(HandlerKind::Bot, mila()),
                Act::Resolve => Command::SetStatus {
                    status: ConversationStatus::Resolved,
                    snoozed_until: None,
                    sender: mila(),
                },
                Act::Turn => match it.state.next_to_send().map(|item| item.seq) {
                    Some(seq) => begin(seq),
                    None => continue,
                },
            };
            let before = it.head().handled_by.clone();
            let turn = match &command {
                Command::BeginAttempt { seq, .. } => Some(*seq),
                _ => None,
            };
            let Ok(decision) = decide(&it.state, command, it.now) else { continue };
            decision.changes.iter().cloned().for_each(|change| evolve(&mut it.state, change));
            it.commit();
            let now = it.head().handled_by.clone();
            prop_assert!(now.token >= before.token, "it never goes back");
            if now.kind != before.kind || now.bot != before.bot {
                prop_assert!(now.token > before.token, "every change of hands has a token of its own");
            }
            match act {
                Act::Take(which) if now.kind == HandlerKind::Bot => tokens[which as usize] = now.token,
                Act::StepIn | Act::PersonSends => taken_at = Some(it.head().last_seq),
                _ => {}
            }
            if now.kind != HandlerKind::Agents {
                taken_at = None;
            }
            let Some(seq) = turn else { continue };
            if it.state_of(seq) != MessageState::Sending {
                continue;
            }
            let item = it.item(seq).clone();
            if let Some(carried) = item.ownership_token {
                let has_it = before.kind == HandlerKind::Bot
                    && before.token == carried
                    && before.bot.as_ref() == Some(&item.sent_by);
                let said_before = before.finishing == Some(carried);
                prop_assert!(has_it || said_before, "{before:?} {item:?}");
                prop_assert!(taken_at.is_none_or(|at| seq < at), "people had it when that was written");
                if before.kind == HandlerKind::Agents {
                    prop_assert!(said_before, "people have it: nothing but a last word");
                }
            }
            it.when(end(seq, 1, accepted(&format!("out.{seq}"))));
        }
    }
}
