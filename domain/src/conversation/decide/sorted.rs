//! What people sort conversations by: how urgent they are, and labels.

use switchboard_schema::{
    LabelId, Timestamp,
    wire::{MAX_CONVERSATION_LABELS, Priority, Sender, SystemEvent},
};

use super::{Decision, Draft, Effect, Rejection, State};

/// Says how urgent it is.
pub(super) fn set_priority(
    state: &State,
    priority: Priority,
    sender: &Sender,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let mut draft = Draft::of(state)?;
    if draft.head.priority == priority {
        return Ok(Decision::default());
    }
    draft.head.priority = priority;
    let subject = Some(priority.name().to_owned());
    let seq = draft.note_system(SystemEvent::PrioritySet, Some(sender), subject, now);
    Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
}

/// Puts labels on and takes others off, each with its name for the line that tells of it.
pub(super) fn label(
    state: &State,
    add: Vec<(LabelId, String)>,
    remove: Vec<(LabelId, String)>,
    sender: &Sender,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    for (field, labels) in [("add", &add), ("remove", &remove)] {
        if labels.len() > MAX_CONVERSATION_LABELS {
            let message = format!("names at most {MAX_CONVERSATION_LABELS} labels at once");
            return Err(Rejection::Invalid { field, message });
        }
    }
    let mut draft = Draft::of(state)?;
    let labels = &mut draft.head.labels;
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for (id, name) in remove {
        let before = labels.len();
        labels.retain(|known| *known != id);
        if labels.len() < before {
            off.push(name);
        }
    }
    for (id, name) in add {
        if !labels.contains(&id) {
            labels.push(id);
            on.push(name);
        }
    }
    if labels.len() > MAX_CONVERSATION_LABELS {
        let message =
            format!("a conversation has at most {MAX_CONVERSATION_LABELS} labels: take one off first");
        return Err(Rejection::Rule { code: "too_many_labels", message });
    }
    if on.is_empty() && off.is_empty() {
        return Ok(Decision::default());
    }
    let lines = [(SystemEvent::Unlabelled, off), (SystemEvent::Labelled, on)];
    let mut seq = None;
    let mut effects = Vec::new();
    for (event, names) in lines.into_iter().filter(|(_, names)| !names.is_empty()) {
        let line = draft.note_system(event, Some(sender), Some(names.join(", ")), now);
        effects.push(Effect::Announce(line));
        seq = Some(line);
    }
    Ok(draft.finish(effects, seq))
}

/// Takes off a label that is gone, quietly: whoever deleted it did not mean each conversation.
pub(super) fn drop_label(state: &State, id: LabelId) -> Result<Decision, Rejection> {
    if !state.head.as_ref().is_some_and(|head| head.labels.contains(&id)) {
        return Ok(Decision::default());
    }
    // Also where it continues elsewhere: no row names a label that is gone.
    let mut draft = Draft::of_any(state)?;
    draft.head.labels.retain(|known| *known != id);
    Ok(draft.finish(vec![Effect::Updated], None))
}

/// Of two conversations that become one: the labels of both, as many as there may be.
pub(super) fn joined(mut ours: Vec<LabelId>, theirs: &[LabelId]) -> Vec<LabelId> {
    for id in theirs {
        if ours.len() < MAX_CONVERSATION_LABELS && !ours.contains(id) {
            ours.push(*id);
        }
    }
    ours
}
