//! Messages that are to go at a time.
//!
//! A plan is an item that stands where it was made and never goes. When its time comes a message of its own is made at the
//! end of the thread, judged then like one that is written then: it is queued, or stands there as not sent, with the
//! reason. Which plans are still open the head alone says, as it is written last: whatever of a commit that was cut short
//! was written before it is done again.

use std::time::Duration;

use switchboard_schema::{
    MessageId, Timestamp,
    record::Plan,
    wire::{ChangeSchedule, Content, Direction, MessageError, MessageState, Schedule, SendStep, SenderKind},
};

use super::{
    super::{Decision, Effect, Rejection, State, content::check_content},
    Asked, Draft, answered, fail, reach,
};

/// Messages of one conversation that are to go at a time, at most.
pub const MAX_SCHEDULED: usize = 20;
/// How far ahead a message is planned, at most: 90 days.
pub const MAX_SCHEDULE_AHEAD: Duration = Duration::from_secs(90 * 24 * 3_600);

fn check_time(at: Timestamp, now: Timestamp) -> Result<(), Rejection> {
    let refuse = |message: &str| Err(Rejection::Invalid { field: "send_at", message: message.to_owned() });
    if at <= now {
        return refuse("is a time to come");
    }
    if at > now + MAX_SCHEDULE_AHEAD {
        return refuse("is within the next 90 days");
    }
    Ok(())
}

/// Where an open plan stands.
fn open_plan(state: &State, id: &MessageId) -> Result<u64, Rejection> {
    let open = state.head.iter().flat_map(|head| &head.scheduled);
    let found = open.copied().find(|seq| state.items.get(seq).is_some_and(|item| item.id == *id));
    found.ok_or_else(|| match state.place_of(id) {
        Some(_) => Rejection::Rule {
            code: "not_scheduled",
            message: "it is not to go at a time any more: it went, or somebody deleted it".to_owned(),
        },
        None => Rejection::NoMessage,
    })
}

pub(super) fn schedule(
    state: &State,
    asked: Asked,
    schedule: Schedule,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    check_content(&asked.content)?;
    if matches!(asked.content, Content::Reaction(_)) {
        let message = "an emoji on a message goes at once".to_owned();
        return Err(Rejection::Invalid { field: "message.type", message });
    }
    if let Some(decision) = answered(state, asked.id, asked.key, &asked.request_hash)? {
        return Ok(decision);
    }
    asked.check_conditions(state)?;
    let Asked { id, key, request_hash, content, about, conditions, sender, .. } = asked;
    check_time(schedule.send_at, now)?;
    let mut draft = Draft::of(state)?;
    if draft.head.scheduled.len() >= MAX_SCHEDULED {
        return Err(Rejection::Rule {
            code: "too_many_scheduled",
            message: format!("{MAX_SCHEDULED} messages are to go here already: delete one or send it now"),
        });
    }
    let about = about.map(|id| state.about(&id, false)).transpose()?;
    let (reply_to, quote) = about.unzip();
    let inbound_count = draft.head.inbound_count;
    let seq = draft.add(id, Direction::Out, content, MessageState::Scheduled, sender, now);
    let item = draft.item(seq)?;
    item.reply_to = reply_to;
    item.quote = quote;
    item.ownership_token = conditions.ownership_token;
    item.plan = Some(Box::new(Plan { schedule, inbound_count }));
    draft.head.scheduled.push(seq);
    draft.remember(key, id, seq, request_hash, now);
    let effects = vec![Effect::WakeAt(schedule.send_at), Effect::Announce(seq), Effect::Updated];
    Ok(draft.finish(effects, Some(seq)))
}

pub(super) fn reschedule(
    state: &State,
    id: &MessageId,
    change: ChangeSchedule,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let seq = open_plan(state, id)?;
    let mut draft = Draft::of_any(state)?;
    let inbound_count = draft.head.inbound_count;
    let item = draft.item(seq)?;
    if let Some(text) = change.text {
        if !matches!(item.content, Content::Text(_)) {
            let message = "only of what is nothing but words the words can be changed".to_owned();
            return Err(Rejection::Invalid { field: "text", message });
        }
        item.content = Content::Text(text);
        check_content(&item.content)?;
    }
    let Some(plan) = &mut item.plan else { return Err(Rejection::NoMessage) };
    if let Some(at) = change.send_at {
        check_time(at, now)?;
        plan.schedule.send_at = at;
    }
    if let Some(unless_reply) = change.unless_reply {
        // Whoever sets it has seen what came until now.
        plan.inbound_count = if unless_reply { inbound_count } else { plan.inbound_count };
        plan.schedule.unless_reply = unless_reply;
    }
    let wake_at = plan.schedule.send_at;
    Ok(draft.finish(vec![Effect::WakeAt(wake_at), Effect::Announce(seq), Effect::Updated], Some(seq)))
}

pub(super) fn unschedule(state: &State, id: &MessageId, now: Timestamp) -> Result<Decision, Rejection> {
    let seq = open_plan(state, id)?;
    let mut draft = Draft::of_any(state)?;
    draft.head.scheduled.retain(|open| *open != seq);
    reach(draft.item(seq)?, MessageState::Cancelled, now);
    Ok(draft.finish(vec![Effect::Announce(seq), Effect::Updated], Some(seq)))
}

/// Sends a plan before its time, whatever the customer wrote since. What may not be sent stays planned, and is refused.
pub(super) fn send_now(state: &State, id: &MessageId, now: Timestamp) -> Result<Decision, Rejection> {
    let seq = open_plan(state, id)?;
    let mut draft = Draft::of(state)?;
    let mut line = None;
    if let Some(item) = state.items.get(&seq) {
        state.may_go(item, now)?;
        if item.sent_by.kind == SenderKind::Agent {
            line = draft.step_in(&item.sent_by, now);
        }
    }
    let (made, mut effects) = release(&mut draft, seq, None, now)?;
    effects.extend(line.map(Effect::Announce));
    Ok(draft.finish(effects, made).then_send())
}

/// Is there a plan whose time came?
pub(super) fn is_due(state: &State, now: Timestamp) -> bool {
    due_of(state, now).next().is_some()
}

fn due_of(state: &State, now: Timestamp) -> impl Iterator<Item = u64> {
    let open = state.head.iter().flat_map(|head| &head.scheduled).copied();
    open.filter(move |seq| {
        let plan = state.items.get(seq).and_then(|item| item.plan.as_ref());
        plan.is_some_and(|plan| plan.schedule.send_at <= now)
    })
}

/// What follows from the plans whose time came, in the order of their times.
pub(super) fn due(draft: &mut Draft<'_>, now: Timestamp) -> Result<Vec<Effect>, Rejection> {
    let mut due: Vec<_> = due_of(draft.state, now).collect();
    due.sort_by_key(|seq| {
        let plan = draft.state.items.get(seq).and_then(|item| item.plan.as_ref());
        (plan.map(|plan| plan.schedule.send_at), *seq)
    });
    let mut effects = Vec::new();
    for seq in due {
        let Some(plan) = draft.state.items.get(&seq).and_then(|item| item.plan.as_deref().copied()) else {
            continue;
        };
        let wrote = plan.schedule.unless_reply && draft.head.inbound_count > plan.inbound_count;
        let refused = wrote.then(customer_wrote);
        effects.extend(release(draft, seq, refused, now)?.1);
    }
    Ok(effects)
}

/// Ends a plan: what was planned is queued now or, where it may not go, stands there as not sent. The place of that.
fn release(
    draft: &mut Draft<'_>,
    seq: u64,
    refused: Option<MessageError>,
    now: Timestamp,
) -> Result<(Option<u64>, Vec<Effect>), Rejection> {
    draft.head.scheduled.retain(|open| *open != seq);
    let plan = draft.item(seq)?.clone();
    if draft.head.redirect.is_some() {
        fail(draft.item(seq)?, continues_elsewhere(), now);
        return Ok((Some(seq), vec![Effect::Announce(seq), Effect::Updated]));
    }
    reach(draft.item(seq)?, MessageState::Cancelled, now);
    let mut effects = vec![Effect::Announce(seq), Effect::Updated];
    let id = MessageId::derived(&[b"scheduled", plan.id.as_bytes()]);
    if let Some(made) = draft.state.place_of(&id) {
        // Of a commit that was cut short before its head.
        effects.push(Effect::Announce(made));
        return Ok((Some(made), effects));
    }
    let by_person = plan.sent_by.kind == SenderKind::Agent;
    let made = draft.add(id, Direction::Out, plan.content, MessageState::Queued, plan.sent_by, now);
    draft.item(made)?.ownership_token = plan.ownership_token;
    let judged = match refused {
        Some(error) => Err(error),
        None => draft.permit(made, SendStep::Queued, now)?.map_err(MessageError::from),
    };
    let item = draft.item(made)?;
    item.reply_to = plan.reply_to;
    item.quote = plan.quote;
    match judged {
        Ok(()) if by_person => draft.note_answered(made),
        Ok(()) => {}
        Err(error) => fail(item, error, now),
    }
    draft.head.preview_seq = Some(made);
    draft.head.updated_at = now;
    effects.push(Effect::Announce(made));
    Ok((Some(made), effects))
}

fn customer_wrote() -> MessageError {
    MessageError {
        code: "customer_wrote".to_owned(),
        message: "The customer wrote before its time. Read it, and send it again if it still fits."
            .to_owned(),
    }
}

fn continues_elsewhere() -> MessageError {
    MessageError {
        code: "conversation_moved".to_owned(),
        message: "This conversation continues in another. Write it there.".to_owned(),
    }
}
