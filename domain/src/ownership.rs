//! Who answers in a conversation by themselves: one bot, agents, or nobody. Never two of them.
//!
//! Whoever has it is known by a token that grows with every change of hands. A program carries the token with each
//! message that it writes by itself, and the one decision about sending ([`crate::permission`]) looks at every step
//! whether it still holds. People carry none: an answer of theirs takes the conversation. A bot that hands it over by
//! itself has said its last word: what it had queued by then still goes, until somebody else changes anything.

use switchboard_schema::wire::{HandledBy, HandlerKind, SendStep, Sender, SenderKind, SystemEvent};

use crate::{conversation::Rejection, permission::Refused};

/// What a message that a program wrote by itself is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Automatic<'a> {
    /// Who wrote it.
    pub by: &'a Sender,
    /// The token it carries.
    pub token: u64,
    /// Who has the conversation now.
    pub handled_by: &'a HandledBy,
    /// The step it is about to take.
    pub step: SendStep,
}

/// Still has it who wrote this?
///
/// # Errors
/// `ownership_lost`.
pub(crate) fn may_go_on(of: Automatic<'_>) -> Result<String, Refused> {
    let HandledBy { kind, token, bot, finishing } = of.handled_by;
    let is_theirs = bot.as_ref().is_some_and(|bot| bot.is(of.by));
    if is_theirs && *kind == HandlerKind::Bot && *token == of.token {
        return Ok("The program still has the conversation.".to_owned());
    }
    let is_queued = matches!(of.step, SendStep::Turn | SendStep::Request);
    if is_theirs && is_queued && *finishing == Some(of.token) {
        return Ok("The program handed the conversation over after this.".to_owned());
    }
    let reason = match kind {
        HandlerKind::Agents => "People answer in this conversation now.",
        HandlerKind::Bot if is_theirs => "The conversation changed hands since.",
        HandlerKind::Bot => "Another program answers in this conversation.",
        HandlerKind::Nobody => "The program does not have this conversation.",
    };
    Err(Refused {
        code: "ownership_lost",
        reason: reason.to_owned(),
        what_to_do: "A program takes the conversation before it answers by itself.",
    })
}

/// Somebody asks for it to be in other hands: what it becomes, and what is told of that. Nothing where it is so already.
///
/// # Errors
/// `handled_by_agents`, `handled_by_bot`: it is not a program's to take; `not_yours`: nor to give away; `no_bot`: there
/// is none to give it back to.
pub(crate) fn change(
    of: &HandledBy,
    to: HandlerKind,
    by: &Sender,
) -> Result<Option<(HandledBy, SystemEvent)>, Rejection> {
    let rule = |code, message: &str| Err(Rejection::Rule { code, message: message.to_owned() });
    let is_person = by.kind == SenderKind::Agent;
    let has_it = of.kind == HandlerKind::Bot && of.bot.as_ref().is_some_and(|bot| bot.is(by));
    if is_person {
        return match (to, of.kind) {
            (HandlerKind::Bot, HandlerKind::Bot) => Ok(None),
            (HandlerKind::Bot, _) if of.bot.is_none() => {
                rule("no_bot", "no program ever answered here: there is none to give it back to")
            }
            (HandlerKind::Bot, _) => Ok(Some((handed(of, HandlerKind::Bot), SystemEvent::BotTook))),
            (to, is) if to == is => Ok(None),
            (HandlerKind::Agents, _) => Ok(Some((handed(of, to), SystemEvent::SteppedIn))),
            (HandlerKind::Nobody, _) => Ok(Some((handed(of, to), SystemEvent::LetGo))),
        };
    }
    match (to, of.kind) {
        (HandlerKind::Bot, HandlerKind::Bot) if has_it => Ok(None),
        (HandlerKind::Bot, HandlerKind::Nobody) => {
            let taken = HandledBy { bot: Some(by.clone()), ..handed(of, to) };
            Ok(Some((taken, SystemEvent::BotTook)))
        }
        (_, HandlerKind::Agents) if to != HandlerKind::Agents => {
            rule("handled_by_agents", "people answer in this conversation: they can give it back")
        }
        (_, HandlerKind::Bot) if !has_it => {
            rule("handled_by_bot", "another program answers in this conversation")
        }
        (to, is) if to == is => Ok(None),
        (HandlerKind::Agents, HandlerKind::Nobody) => {
            rule("not_yours", "a program hands over what it has taken")
        }
        (to, _) => {
            let event = if to == HandlerKind::Agents { SystemEvent::HandedOver } else { SystemEvent::LetGo };
            Ok(Some((HandledBy { finishing: Some(of.token), ..handed(of, to) }, event)))
        }
    }
}

/// It comes into other hands. The bot that had it last stays known.
pub(crate) fn handed(of: &HandledBy, to: HandlerKind) -> HandledBy {
    HandledBy { kind: to, token: of.token + 1, bot: of.bot.clone(), finishing: None }
}

/// People have it, whoever had it before. What is to be told of that; nothing where nobody answered by themselves.
pub(crate) fn to_agents(of: &mut HandledBy) -> Option<SystemEvent> {
    let before = of.kind;
    if before != HandlerKind::Agents {
        *of = handed(of, HandlerKind::Agents);
    }
    (before == HandlerKind::Bot).then_some(SystemEvent::SteppedIn)
}

/// Of two conversations that become one the more human hands have it; whatever a program had queued in either does not
/// go.
pub(crate) fn merged(here: &HandledBy, left: &HandledBy) -> HandledBy {
    let (kept, _) = if rank(left.kind) > rank(here.kind) { (left, here) } else { (here, left) };
    if here.is_untouched() && left.is_untouched() {
        return HandledBy::default();
    }
    let bot = kept.bot.clone().or_else(|| here.bot.clone()).or_else(|| left.bot.clone());
    HandledBy { kind: kept.kind, token: here.token.max(left.token) + 1, bot, finishing: None }
}

const fn rank(kind: HandlerKind) -> u8 {
    match kind {
        HandlerKind::Agents => 2,
        HandlerKind::Bot => 1,
        HandlerKind::Nobody => 0,
    }
}
