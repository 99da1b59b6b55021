//! What follows from a command.

mod arriving;
mod rated;
mod scheduled;
mod sorted;

use std::{collections::BTreeSet, time::Duration};

use switchboard_schema::{
    ContactId, ConversationId, MessageId, Timestamp, UserId,
    record::{Answered, Attempt, BUCKET_ITEMS, Burst, ClientKey, Head, Item, Left},
    wire::{
        Answer, Attachment, Content, ConversationStatus, Direction, HandlerKind, MAX_NOTE_CHARS,
        MAX_NOTE_MENTIONS, MediaState, Mention, MessageError, MessageState, Note, Quote, Reaction, SendStep,
        Sender, SenderKind, StateAt, SystemEvent,
    },
};

use super::{
    AttemptOutcome, CACHED_ITEMS, Change, Command, Conditions, ContactSnapshot, Decision, Effect, Rejection,
    State,
    content::check_content,
    state::{newborn, window_of},
    system_line,
};
use crate::{
    consent, delivery,
    inbound::{InboundMessage, Origin, Status},
    outbound::SendOutcome,
    ownership::{self, Automatic},
    pair,
    permission::{self, Allowed, ChannelFacts, Circumstances, Refused},
    rating, retry, sla,
    template::Statuses,
    window,
};

pub use self::scheduled::{MAX_SCHEDULE_AHEAD, MAX_SCHEDULED};

/// People of one conversation who were mentioned and have not looked, at most: they are in its head.
const MAX_UNSEEN_MENTIONS: usize = 100;
/// By so much somebody must have written before what came first, for it to be told that a message arrived late.
const LATE: Duration = Duration::from_secs(60);
/// Longest words of a quote, in characters.
const MAX_QUOTE_CHARS: usize = 200;

/// Decides. The state is not changed; [`super::evolve`] applies the changes.
///
/// Commands about an item older than those in memory need it in `state.items` first.
///
/// # Errors
/// Why nothing is done.
pub fn decide(state: &State, command: Command, now: Timestamp) -> Result<Decision, Rejection> {
    let mut decision = judge(state, command, now)?;
    // Whatever it was, it may have changed what is due.
    let before = state.head.as_ref();
    let heads = decision.changes.iter_mut().filter_map(|change| match change {
        Change::Head(head) => Some(head),
        _ => None,
    });
    let wakes = heads.flat_map(|head| sla::settle(before, head, &state.service, now));
    decision.effects.extend(wakes.map(Effect::WakeAt));
    Ok(decision)
}

fn judge(state: &State, command: Command, now: Timestamp) -> Result<Decision, Rejection> {
    match command {
        Command::Ensure { contact } => ensure(state, &contact, now),
        Command::Receive { contact, message, elsewhere } => receive(state, &contact, message, elsewhere, now),
        Command::Edit { edit, seq } => {
            let mut draft = Draft::of_any(state)?;
            let item = draft.item(seq)?;
            // An older edit than the one we have changes nothing; nor does one of what was taken back. What one
            // side wrote is not the other's to change.
            let outdated = item.deleted_at.is_some() || item.edited_at.is_some_and(|at| at >= edit.at);
            if outdated || (item.direction == Direction::Out) != edit.ours {
                return Ok(draft.reannounce(seq));
            }
            match (item.content.attachment_mut(), edit.content.attachment()) {
                // Only its words can be changed.
                (Some(file), Some(edited)) => file.caption.clone_from(&edited.caption),
                _ => item.content = edit.content,
            }
            item.edited_at = Some(edit.at);
            Ok(draft.finish_item(seq))
        }
        Command::Revoke { revoke, seq } => {
            let mut draft = Draft::of_any(state)?;
            let item = draft.item(seq)?;
            if item.deleted_at.is_some() || (item.direction == Direction::Out) != revoke.ours {
                return Ok(draft.reannounce(seq));
            }
            item.deleted_at = Some(revoke.at);
            Ok(draft.finish_item(seq))
        }
        Command::React { reaction, seq } => {
            let mut draft = Draft::of_any(state)?;
            let by = if reaction.ours {
                arriving::phone_app()
            } else {
                Sender::customer(draft.head.contact.id, &draft.head.contact.name)
            };
            let item = draft.item(seq)?;
            let emoji = reaction.emoji.unwrap_or_default();
            if !react(&mut item.reactions, Reaction { emoji, by, at: reaction.at }) {
                return Ok(draft.reannounce(seq));
            }
            Ok(draft.finish_item(seq))
        }
        Command::File { file, seq } => {
            let mut draft = Draft::of_any(state)?;
            let item = draft.item(seq)?;
            let before = item.content.clone();
            let Some(attachment) =
                item.content.attachment_mut().filter(|known| known.media_id == file.media_id)
            else {
                return Ok(draft.reannounce(seq));
            };
            // What is told of the waiting may come after what became of it.
            if file.state == MediaState::Waiting && attachment.state != MediaState::Waiting {
                return Ok(draft.reannounce(seq));
            }
            attachment.state = file.state;
            attachment.mime_type = file.mime_type;
            attachment.size = file.size;
            attachment.width = file.width;
            attachment.height = file.height;
            attachment.thumbnail = file.thumbnail;
            attachment.problem = file.problem;
            if item.content == before {
                return Ok(draft.reannounce(seq));
            }
            Ok(draft.finish_item(seq))
        }
        Command::Status { status, seq } => told(state, status, seq, now),
        Command::Once { key, request_hash, act } => once(state, key, request_hash, *act, now),
        Command::Send { contact, id, key, request_hash, content, about, hold, conditions, sender } => {
            check_content(&content)?;
            // First, so that a repetition is answered by what it made, also where that continues elsewhere.
            if let Some(decision) = answered(state, id, key, &request_hash)? {
                return Ok(decision);
            }
            let draft = match (&state.head, contact) {
                (None, Some(contact)) => Draft::with(state, newborn(state.channel_id, &contact, now)),
                _ => Draft::of(state)?,
            };
            send(draft, Asked { id, key, request_hash, content, about, hold, conditions, sender }, now)
        }
        Command::Schedule { id, key, request_hash, content, about, schedule, conditions, sender } => {
            let hold = Duration::ZERO;
            let asked = Asked { id, key, request_hash, content, about, hold, conditions, sender };
            scheduled::schedule(state, asked, schedule, now)
        }
        Command::Reschedule { id, change } => scheduled::reschedule(state, &id, change, now),
        Command::Unschedule { id } => scheduled::unschedule(state, &id, now),
        Command::SendScheduled { id } => scheduled::send_now(state, &id, now),
        Command::Cancel { id } => {
            // What waits in a conversation that continues elsewhere can be taken back as well.
            let mut draft = Draft::of_any(state)?;
            let seq = state.place_of(&id).ok_or(Rejection::NoMessage)?;
            let item = draft.item(seq)?;
            match item.state {
                MessageState::Cancelled => return Ok(draft.reannounce(seq)),
                MessageState::Queued => {}
                _ => {
                    return Err(Rejection::Rule {
                        code: "not_cancellable",
                        message: "only a message that still waits can be cancelled".to_owned(),
                    });
                }
            }
            reach(item, MessageState::Cancelled, now);
            item.not_before = None;
            let effects = match item.held_until {
                Some(_) => draft.hide(seq),
                None => vec![Effect::Announce(seq)],
            };
            // It may have been the one that the others waited behind.
            Ok(draft.finish(effects, Some(seq)).then_send())
        }
        Command::Retry { id, sender } => again(state, id, sender, now),
        Command::Note { id, key, request_hash, body, mut mentions, sender } => {
            if body.trim().is_empty() {
                return Err(Rejection::Invalid { field: "body", message: "a note needs words".to_owned() });
            }
            if body.chars().count() > MAX_NOTE_CHARS {
                let message = format!("a note has at most {MAX_NOTE_CHARS} characters");
                return Err(Rejection::Invalid { field: "body", message });
            }
            if mentions.len() > MAX_NOTE_MENTIONS {
                let message = format!("a note mentions at most {MAX_NOTE_MENTIONS} people");
                return Err(Rejection::Invalid { field: "mentions", message });
            }
            mentions.sort_unstable();
            mentions.dedup();
            if let Some(decision) = answered(state, id, key, &request_hash)? {
                return Ok(decision);
            }
            let mut draft = Draft::of(state)?;
            let seq = draft.add(
                id,
                Direction::Out,
                Content::Note(Note { body, mentions: mentions.clone() }),
                MessageState::Recorded,
                sender.clone(),
                now,
            );
            draft.mention(mentions, seq, &sender)?;
            draft.remember(key, id, seq, request_hash, now);
            draft.head.preview_seq = Some(seq);
            draft.head.updated_at = now;
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::SawMentions { user_id, seq } => {
            let mut draft = Draft::of_any(state)?;
            let before = draft.head.mentions.len();
            draft.head.mentions.retain(|mention| mention.user_id != user_id || mention.seq > seq);
            if draft.head.mentions.len() == before {
                return Ok(Decision::default());
            }
            Ok(draft.finish(vec![Effect::Updated], None))
        }
        Command::Assign { assignee, sender } => {
            let mut draft = Draft::of(state)?;
            let id = assignee.as_ref().map(|(id, _)| *id);
            if draft.head.assignee_id == id {
                return Ok(Decision::default());
            }
            draft.head.assignee_id = id;
            draft.head.routed_at = None;
            // Whoever gives it back by hand means it to be nobody's: until the customer writes again.
            draft.head.queued_at = None;
            if assignee.is_some() {
                // The line says to whom.
                ownership::to_agents(&mut draft.head.handled_by);
            }
            let (event, subject) = match assignee {
                Some((_, name)) => (SystemEvent::Assigned, Some(name)),
                None => (SystemEvent::Unassigned, None),
            };
            let seq = draft.note_system(event, Some(&sender), subject, now);
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::AssignByRule { assignee: (user_id, name), queued_at, team_id, by, at } => {
            let fits = |head: &Head| {
                head.redirect.is_none() && head.queued_at == Some(queued_at) && head.team_id == team_id
            };
            if !state.head.as_ref().is_some_and(fits) {
                return Ok(Decision::default());
            }
            let mut draft = Draft::of(state)?;
            draft.head.assignee_id = Some(user_id);
            draft.head.queued_at = None;
            draft.head.routed_at = Some(at);
            let seq = draft.note_system(SystemEvent::Assigned, None, Some(name), now);
            if let Content::System(line) = &mut draft.item(seq)?.content {
                line.by_rule = Some(by);
            }
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::Release { user_id, sender } => {
            if state.head.as_ref().and_then(|head| head.assignee_id) != Some(user_id) {
                return Ok(Decision::default());
            }
            // Also where it continues elsewhere: no row names somebody who is gone.
            let mut draft = Draft::of_any(state)?;
            draft.head.assignee_id = None;
            draft.head.routed_at = None;
            queue(&mut draft.head, now);
            let seq = draft.note_system(SystemEvent::Unassigned, Some(&sender), None, now);
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::PutWithTeam { team, sender } => {
            let mut draft = Draft::of(state)?;
            let id = team.as_ref().map(|(id, _)| *id);
            if draft.head.team_id == id {
                return Ok(Decision::default());
            }
            draft.head.team_id = id;
            // It waits for the team's people; where it waited, as long as it did.
            if id.is_some() {
                queue(&mut draft.head, now);
            }
            let (event, subject) = match team {
                Some((_, name)) => (SystemEvent::TeamAssigned, Some(name)),
                None => (SystemEvent::TeamUnassigned, None),
            };
            let seq = draft.note_system(event, Some(&sender), subject, now);
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::LeaveTeam { team_id, name, sender } => {
            // Also where it continues elsewhere: no row names a team that is gone.
            if state.head.as_ref().and_then(|head| head.team_id) != Some(team_id) {
                return Ok(Decision::default());
            }
            let mut draft = Draft::of_any(state)?;
            draft.head.team_id = None;
            let seq = draft.note_system(SystemEvent::TeamUnassigned, sender.as_ref(), name, now);
            Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)))
        }
        Command::SetPriority { priority, sender } => sorted::set_priority(state, priority, &sender, now),
        Command::Label { add, remove, sender } => sorted::label(state, add, remove, &sender, now),
        Command::DropLabel { label_id } => sorted::drop_label(state, label_id),
        Command::Expecting { expected, act } => {
            if state.head.as_ref().is_some_and(|head| !expected.holds(head)) {
                let message = "it was changed by somebody else meanwhile".to_owned();
                return Err(Rejection::Rule { code: "changed_meanwhile", message });
            }
            judge(state, *act, now)
        }
        Command::Own { to, sender } => own(state, to, &sender, now),
        Command::SetStatus { status, snoozed_until, sender } => {
            set_status(state, status, snoozed_until, &sender, now)
        }
        Command::ContactChanged { contact } => {
            // A block counts as well where something still waits in a conversation that continues elsewhere.
            Ok(learn(Draft::of_any(state)?, &contact, now))
        }
        Command::Redirect { to, into, contact } => redirect(state, to, into, &contact, now),
        Command::Absorb { left, contact } => absorb(state, *left, contact.as_ref(), now),
        Command::Wake => wake(state, now),
        Command::AskRating { of, granted } => rated::ask(state, of, granted, now),
        Command::BeginAttempt { seq, consent_version } => begin(state, seq, consent_version, now),
        Command::EndAttempt { seq, number, outcome } => end(state, seq, number, outcome, now),
        Command::Refuse { seq, error } => {
            let mut draft = Draft::of_any(state)?;
            if draft.item(seq)?.state != MessageState::Queued {
                return Ok(Decision::default());
            }
            let judged = draft.permit(seq, SendStep::Turn, now)?;
            let item = draft.item(seq)?;
            withdraw(item, judged.err().map_or(error, MessageError::from), now);
            Ok(draft.finish_item(seq).then_send())
        }
        Command::Recover => recover(state, now),
        Command::Adopt => adopt(state),
    }
}

/// May a conversation with somebody nobody knows begin with this, as the channel and its templates are known?
///
/// # Errors
/// The rule that forbids it.
pub fn may_begin(
    content: &Content,
    templates: &Statuses,
    channel: ChannelFacts,
    now: Timestamp,
) -> Result<(), Rejection> {
    let of = Circumstances { template: templates.of(content), channel, ..Circumstances::default() };
    permission::may_send(&of, content, now)?;
    Ok(())
}

impl State {
    /// The message that another is about: its provider's id, and what it says. It needs to be in memory.
    pub(super) fn about(&self, id: &MessageId, is_reaction: bool) -> Result<(String, Quote), Rejection> {
        let field = if is_reaction { "reaction.message_id" } else { "reply_to" };
        let invalid = |message: &str| Rejection::Invalid { field, message: message.to_owned() };
        let item = self.place_of(id).and_then(|seq| self.items.get(&seq)).ok_or_else(|| {
            invalid("this conversation has no such message, or it is too far back to be meant")
        })?;
        let provider_id = item.provider_id.clone();
        provider_id
            .map(|provider_id| (provider_id, quote_of(item)))
            .ok_or_else(|| invalid("WhatsApp does not know this message"))
    }

    /// May this be sent at this moment? Asked when it is queued, before its turn, and at the call.
    ///
    /// # Errors
    /// Why not, in words for the agent.
    pub fn may_send(&self, content: &Content, now: Timestamp) -> Result<Allowed, Refused> {
        permission::may_send(&circumstances(self, self.head.as_ref(), Some(content)), content, now)
    }

    /// May this item be sent, now that its turn came?
    ///
    /// # Errors
    /// As of [`Self::may_send`]; or the program that wrote it has the conversation no more.
    pub fn may_go(&self, item: &Item, now: Timestamp) -> Result<Allowed, Refused> {
        let head = self.head.as_ref();
        let automatic = head.and_then(|head| automatic(head, item, SendStep::Turn));
        let of = Circumstances { automatic, ..circumstances(self, head, Some(&item.content)) };
        permission::may_send(&of, &item.content, now)
    }
}

/// What a message that a program wrote by itself is judged by.
fn automatic<'a>(head: &'a Head, item: &'a Item, step: SendStep) -> Option<Automatic<'a>> {
    let token = item.ownership_token?;
    Some(Automatic { by: &item.sent_by, token, handled_by: &head.handled_by, step })
}

/// What the permission to send depends on, as far as the conversation knows it.
/// `head` is as it is by now, `content` what it is asked for, where that is one message.
pub(super) fn circumstances<'a>(
    state: &'a State,
    head: Option<&'a Head>,
    content: Option<&Content>,
) -> Circumstances<'a> {
    let template = content.and_then(|content| state.templates.of(content));
    let unknown = Circumstances {
        trouble: state.trouble.as_deref(),
        channel: state.channel,
        template,
        ..Circumstances::default()
    };
    head.map_or(unknown, |head| Circumstances {
        window: window_of(head),
        blocked: head.contact.blocked,
        consent: &head.contact.consent,
        marketing_from: head.marketing_from,
        ..unknown
    })
}

/// A decision being put together: a copy of the head, and the changes.
struct Draft<'a> {
    state: &'a State,
    head: Head,
    version: u64,
    items: Vec<Item>,
    rest: Vec<Change>,
}

impl<'a> Draft<'a> {
    /// Of a conversation that exists and goes on here.
    fn of(state: &'a State) -> Result<Self, Rejection> {
        let draft = Self::of_any(state)?;
        match draft.head.redirect {
            Some(to) => Err(Rejection::Redirected(to)),
            None => Ok(draft),
        }
    }

    /// Of a conversation that exists.
    fn of_any(state: &'a State) -> Result<Self, Rejection> {
        let head = state.head.clone().ok_or(Rejection::NoConversation)?;
        Ok(Self::with(state, head))
    }

    fn with(state: &'a State, head: Head) -> Self {
        Self { state, version: state.next_version(), head, items: Vec::new(), rest: Vec::new() }
    }

    /// The item to change.
    fn item(&mut self, seq: u64) -> Result<&mut Item, Rejection> {
        if let Some(index) = self.items.iter().position(|item| item.seq == seq) {
            return Ok(&mut self.items[index]);
        }
        let item = self.state.items.get(&seq).ok_or(Rejection::NoMessage)?.clone();
        self.items.push(item);
        let last = self.items.len() - 1;
        Ok(&mut self.items[last])
    }

    /// Decides whether an item may go a step further, and keeps the decision with it.
    fn permit(&mut self, seq: u64, step: SendStep, now: Timestamp) -> Result<Result<(), Refused>, Rejection> {
        self.item(seq)?;
        let Some(item) = self.items.iter_mut().find(|item| item.seq == seq) else {
            return Err(Rejection::NoMessage);
        };
        let automatic = automatic(&self.head, item, step);
        let of =
            Circumstances { automatic, ..circumstances(self.state, Some(&self.head), Some(&item.content)) };
        let (decision, judged) = permission::explain(&of, &item.content, step, now);
        item.decision = Some(Box::new(decision));
        Ok(judged.map(drop))
    }

    /// A new item at the end.
    fn add(
        &mut self,
        id: MessageId,
        direction: Direction,
        content: Content,
        state: MessageState,
        sent_by: Sender,
        now: Timestamp,
    ) -> u64 {
        let seq = self.head.last_seq + 1;
        if seq.is_multiple_of(BUCKET_ITEMS) {
            self.head.dedupe_floor =
                self.head.dedupe_floor.max(self.state.floor_when_opening(seq / BUCKET_ITEMS));
        }
        self.head.last_seq = seq;
        self.items.push(Item {
            id,
            seq,
            version: 0,
            direction,
            content,
            state,
            provider_id: None,
            error: None,
            sent_by,
            at: now,
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
            history: vec![StateAt { state, at: now, error: None, by: None }],
            attempts: 0,
            charged: None,
            decision: None,
            not_before: None,
            held_until: None,
            rating: None,
            ownership_token: None,
            plan: None,
            retired_ids: Vec::new(),
            raw: None,
            correlation_id: None,
        });
        seq
    }

    /// A system line at the end.
    fn note_system(
        &mut self,
        event: SystemEvent,
        by: Option<&Sender>,
        subject: Option<String>,
        now: Timestamp,
    ) -> u64 {
        let seq = self.head.last_seq + 1;
        let id = MessageId::derived(&[b"system", self.state.id.as_bytes(), &seq.to_be_bytes()]);
        let content = system_line(event, by, subject);
        self.add(id, Direction::Out, content, MessageState::Recorded, Sender::system(), now)
    }

    /// Takes in a contact; true when that changed something.
    fn meet(&mut self, contact: &ContactSnapshot) -> bool {
        if contact.version <= self.head.contact_version || contact.contact.id != self.head.contact.id {
            return false;
        }
        self.head.contact_version = contact.version;
        if self.head.contact == contact.contact {
            return false;
        }
        self.head.contact = contact.contact.clone();
        true
    }

    /// Takes in a contact. True, and what is to be told of that: its block, what they want to hear.
    fn meet_and_note(&mut self, contact: &ContactSnapshot) -> (bool, Vec<SystemEvent>) {
        let (blocked, consent) = (self.head.contact.blocked, self.head.contact.consent.clone());
        let changed = self.meet(contact);
        let mut events = Vec::new();
        if blocked != self.head.contact.blocked {
            events.push(if blocked { SystemEvent::Unblocked } else { SystemEvent::Blocked });
        }
        events.extend(consent::told(&consent, &self.head.contact.consent));
        (changed, events)
    }

    /// Lines that tell what happened; the effects that tell everybody of them.
    fn note_events(&mut self, events: Vec<SystemEvent>, now: Timestamp) -> Vec<Effect> {
        let lines = events.into_iter().map(|event| self.note_system(event, None, None, now));
        lines.map(Effect::Announce).collect()
    }

    /// Puts an emoji of ours that the provider took on its message, where that is in memory. Its place.
    fn put_reaction(&mut self, seq: u64, now: Timestamp) -> Option<u64> {
        let item = item_of(&self.items, seq).ok().filter(|item| was_taken(item))?;
        let Content::Reaction(asked) = &item.content else { return None };
        let (emoji, by) = (asked.emoji.clone(), item.sent_by.clone());
        let target = self.state.by_provider_id(&asked.provider_id)?.seq;
        let target = self.item(target).ok()?;
        react(&mut target.reactions, Reaction { emoji, by, at: now }).then_some(target.seq)
    }

    fn remember(&mut self, key: u64, message_id: MessageId, seq: u64, request_hash: Vec<u8>, at: Timestamp) {
        self.rest.push(Change::Key(key, ClientKey { message_id, seq, request_hash, at }));
    }

    /// A person writes: it is theirs. The line that says so, where a bot had it.
    fn step_in(&mut self, by: &Sender, now: Timestamp) -> Option<u64> {
        let event = ownership::to_agents(&mut self.head.handled_by)?;
        Some(self.note_system(event, Some(by), None, now))
    }

    /// Nobody waits any more, once somebody of us wrote.
    fn note_answered(&mut self, seq: u64) {
        let Some(since) = self.head.waiting_since.take() else { return };
        // An earlier answer that has not gone yet is one to the same question.
        self.head.answered = match self.head.answered {
            Some(earlier) if !self.answers(earlier.from).any(was_taken) => {
                Some(Answered { since: earlier.since.min(since), ..earlier })
            }
            _ => Some(Answered { since, from: seq }),
        };
    }

    /// What was taken back while it was held is shown to nobody: the list shows what was there before it.
    fn hide(&mut self, seq: u64) -> Vec<Effect> {
        if self.head.preview_seq == Some(seq) {
            let shown = |item: &&Item| {
                item.seq < seq
                    && item.plan.is_none()
                    && !matches!(item.content, Content::System(_) | Content::Reaction(_))
                    && !(item.held_until.is_some() && item.state == MessageState::Cancelled)
            };
            let before = self.state.items.values().rev().find(shown).map(|item| item.seq);
            self.head.preview_seq = before.or(self.head.preview_seq);
        }
        vec![Effect::Announce(seq), Effect::Updated]
    }

    /// Keeps whom a note is for until they have looked at it. Nobody mentions themselves.
    fn mention(&mut self, whom: Vec<UserId>, seq: u64, by: &Sender) -> Result<(), Rejection> {
        let others = whom.into_iter().filter(|user| by.id.as_deref() != Some(&*user.to_string()));
        for user_id in others {
            self.head.mentions.retain(|mention| mention.user_id != user_id);
            self.head.mentions.push(Mention { user_id, seq });
        }
        if self.head.mentions.len() > MAX_UNSEEN_MENTIONS {
            return Err(Rejection::Rule {
                code: "too_many_mentions",
                message: format!(
                    "{MAX_UNSEEN_MENTIONS} people were mentioned here and have not looked: tell them otherwise"
                ),
            });
        }
        Ok(())
    }

    /// Nothing changes, but everybody is told again: an earlier telling may have been lost in a crash.
    fn reannounce(mut self, seq: u64) -> Decision {
        if self.state.items.get(&seq).is_some_and(|item| item.version > self.head.version) {
            // Of a commit that was cut short before its head: it becomes part of this one.
            self.items.retain(|item| item.seq != seq);
            self.items.extend(self.state.items.get(&seq).cloned());
            return self.finish_item(seq);
        }
        Decision { changes: Vec::new(), effects: vec![Effect::Announce(seq)], seq: Some(seq) }
    }

    fn finish_item(self, seq: u64) -> Decision {
        self.finish(vec![Effect::Announce(seq)], Some(seq))
    }

    /// What people of ours wrote from a place on, as it is now.
    fn answers(&self, from: u64) -> impl Iterator<Item = &Item> {
        let before = self.state.items.range(from..).map(|(_, item)| item);
        let unchanged = before.filter(|item| self.items.iter().all(|changed| changed.seq != item.seq));
        let changed = self.items.iter().filter(move |item| item.seq >= from);
        unchanged.chain(changed).filter(|item| is_answer(item))
    }

    /// The customer waits again when none of our answers goes, and no longer when one does after all. Only
    /// answers among the newest items count: a conversation that has gone on since is not about them.
    fn count_waiting(&mut self) {
        let newest = self.head.last_seq.saturating_sub(CACHED_ITEMS as u64);
        let Some(Answered { since, from }) = self.head.answered.filter(|answered| answered.from > newest)
        else {
            return;
        };
        if !self.items.iter().any(is_answer) {
            return;
        }
        let lost = |item: &Item| matches!(item.state, MessageState::Failed | MessageState::Cancelled);
        if self.answers(from).all(lost) {
            self.head.waiting_since = self.head.waiting_since.into_iter().chain([since]).min();
        } else if self.head.waiting_since == Some(since) {
            self.head.waiting_since = None;
        }
    }

    fn finish(mut self, mut effects: Vec<Effect>, seq: Option<u64>) -> Decision {
        effects.extend(self.items.iter().filter_map(no_marketing));
        let enough = self.items.iter().filter_map(enough_marketing);
        self.head.marketing_from = self.head.marketing_from.into_iter().chain(enough).max();
        self.head.version = self.version;
        self.count_waiting();
        let unsettled = |item: &Item| !delivery::is_settled(item.state);
        let changed = |seq: u64| self.items.iter().any(|item| item.seq == seq);
        self.head.outbox_floor = self
            .state
            .outbox()
            .filter(|item| !changed(item.seq))
            .chain(self.items.iter().filter(|item| unsettled(item)))
            .map(|item| item.seq)
            .min();
        let mut changes = vec![Change::Head(Box::new(self.head))];
        for mut item in self.items {
            item.version = self.version;
            changes.push(Change::Item(Box::new(item)));
        }
        changes.append(&mut self.rest);
        Decision { changes, effects, seq }
    }
}

impl Decision {
    /// Besides, look whether something can be sent.
    fn then_send(mut self) -> Self {
        self.effects.push(Effect::Send);
        self
    }
}

/// The decision already made under this key. Everybody is told of it again, as an earlier telling may have
/// been lost.
fn answered(
    state: &State,
    id: MessageId,
    key: u64,
    request_hash: &[u8],
) -> Result<Option<Decision>, Rejection> {
    let seq = match state.keys.get(&key) {
        Some(known) if known.request_hash != request_hash => return Err(Rejection::KeyReused),
        Some(known) => Some(known.seq),
        // The key is forgotten, the message it gave its id to is not.
        None => state.known.get(&id).map(|known| known.seq),
    };
    Ok(seq.map(|seq| Decision {
        effects: vec![Effect::Announce(seq)],
        seq: Some(seq),
        ..Decision::default()
    }))
}

/// What follows from a message that failed because its recipient stopped marketing at the provider (Meta: error
/// 131050). Told again it changes nothing.
fn no_marketing(item: &Item) -> Option<Effect> {
    failed_with(item, "whatsapp_131050").map(Effect::NoMarketing)
}

/// From when on marketing may be tried again after a message that failed because its recipient had enough of it, from all
/// businesses together (Meta: error 131049).
fn enough_marketing(item: &Item) -> Option<Timestamp> {
    failed_with(item, "whatsapp_131049").map(|at| at + permission::MARKETING_REST)
}

/// When a message failed, where it failed with this error.
fn failed_with(item: &Item, code: &str) -> Option<Timestamp> {
    let failed =
        item.state == MessageState::Failed && item.error.as_ref().is_some_and(|error| error.code == code);
    item.history.last().filter(|_| failed).map(|step| step.at)
}

/// Takes in what the contact's owner tells.
fn learn(mut draft: Draft<'_>, contact: &ContactSnapshot, now: Timestamp) -> Decision {
    match draft.meet_and_note(contact) {
        (false, _) => Decision::default(),
        (true, events) if events.is_empty() => draft.finish(vec![Effect::Updated], None),
        (true, events) => {
            let effects = draft.note_events(events, now);
            draft.finish(effects, None)
        }
    }
}

/// A message as one that answers it shows it.
fn quote_of(item: &Item) -> Quote {
    let (kind, text) = match &item.content {
        Content::Text(text) => ("text", Some(text.body.as_str())),
        Content::Template(template) => ("template", template.text.as_deref()),
        Content::Interactive(interactive) => ("interactive", Some(interactive.body.as_str())),
        Content::Location(place) => ("location", place.name.as_deref()),
        Content::Contacts(contacts) => ("contacts", contacts.cards.first().map(|card| card.name.as_str())),
        Content::Answer(
            Answer::Button { title, .. } | Answer::Row { title, .. } | Answer::QuickReply { title, .. },
        ) => ("answer", Some(title.as_str())),
        Content::Order(order) => ("order", order.text.as_deref()),
        Content::Image(file) => ("image", words_of(file)),
        Content::Video(file) => ("video", words_of(file)),
        Content::Audio(file) => ("audio", words_of(file)),
        Content::Document(file) => ("document", words_of(file)),
        Content::Sticker(file) => ("sticker", words_of(file)),
        Content::Call(_) => ("call", None),
        _ => ("unsupported", None),
    };
    let (seq, author) = (Some(item.seq), item.sent_by.name.clone());
    Quote { seq, kind: kind.to_owned(), text: text.map(shortened), author }
}

/// What a file says of itself.
fn words_of(file: &Attachment) -> Option<&str> {
    file.caption.as_deref().or(file.filename.as_deref())
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_QUOTE_CHARS).collect()
}

/// Puts an emoji on an item in place of the same person's one before; an empty one takes it away. False where
/// it is no newer than what is there.
fn react(reactions: &mut Vec<Reaction>, reaction: Reaction) -> bool {
    let same = |known: &Reaction| known.by.kind == reaction.by.kind && known.by.id == reaction.by.id;
    if reactions.iter().any(|known| same(known) && known.at >= reaction.at) {
        return false;
    }
    reactions.retain(|known| !same(known));
    reactions.push(reaction);
    true
}

/// Notes that an item reached a state.
fn reach(item: &mut Item, state: MessageState, at: Timestamp) {
    reach_by(item, state, None, at);
}

/// As [`reach`], and what led there where that was not wanted.
fn reach_by(item: &mut Item, state: MessageState, error: Option<MessageError>, at: Timestamp) {
    item.state = state;
    item.history.push(StateAt { state, at, error, by: None });
}

/// What happened to an item since it was queued last.
fn round(item: &Item) -> &[StateAt] {
    let queued = item.history.iter().rposition(|known| known.state == MessageState::Queued);
    &item.history[queued.unwrap_or(0)..]
}

/// Notes what the provider told, unless that is noted already since the item was queued last. The order of
/// the notes does not depend on the order of the telling. True when it is news.
fn note_told(item: &mut Item, state: MessageState, error: Option<MessageError>, at: Timestamp) -> bool {
    if round(item).iter().any(|known| known.state == state) {
        return false;
    }
    let further = |known: &StateAt| {
        delivery::is_told(known.state) && delivery::rank(known.state) > delivery::rank(state)
    };
    let place = item.history.len() - round(item).iter().rev().take_while(|known| further(known)).count();
    item.history.insert(place, StateAt { state, at, error, by: None });
    true
}

/// Notes that the provider took an item: it may be what answers a free entry. The first answer counts, by the
/// time its request was made, in whatever order we hear of them.
fn note_answer(head: &mut Head, item: &Item) {
    let taken =
        round(item).iter().any(|known| known.state == MessageState::Sent || delivery::is_proof(known.state));
    let request =
        round(item).iter().rfind(|known| known.state == MessageState::Sending).map(|known| known.at);
    let (true, Some(entry), Some(request)) = (taken, head.free_entry_at, request) else { return };
    if request < entry {
        return;
    }
    let Some(until) = window::free_until(Some(entry), request) else { return };
    // A free entry answered before this one began ends before any answer to this one can.
    let answered = head.free_until.filter(|&until| until >= entry + window::FREE_ENTRY);
    head.free_until = Some(answered.map_or(until, |earlier| earlier.min(until)));
}

/// What one of us writes to the customer.
fn is_answer(item: &Item) -> bool {
    item.direction == Direction::Out
        && item.plan.is_none()
        && item.sent_by.kind == SenderKind::Agent
        && !matches!(item.content, Content::Note(_) | Content::System(_) | Content::Reaction(_))
}

/// The provider took it, so far as we know.
fn was_taken(item: &Item) -> bool {
    item.state == MessageState::Sent || delivery::is_proof(item.state)
}

fn fail(item: &mut Item, error: MessageError, at: Timestamp) {
    item.error = Some(error.clone());
    item.not_before = None;
    reach_by(item, MessageState::Failed, Some(error), at);
}

/// Somebody else than the conversation found that an item may not be sent: the decision kept with it says so.
fn withdraw(item: &mut Item, error: MessageError, at: Timestamp) {
    if let Some(decision) = &mut item.decision {
        permission::refuse(decision, &error, at);
    }
    fail(item, error, at);
}

/// A time came that the conversation asked to be woken at, or it is woken for nothing any more.
fn wake(state: &State, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let mut effects = scheduled::due(&mut draft, now)?;
    if let Some(effect) = leave(&draft.head) {
        // What follows from giving way may have been lost with a crash.
        effects.push(effect);
    } else if draft.head.status == ConversationStatus::Snoozed
        && draft.head.snoozed_until.is_some_and(|at| at <= now)
    {
        draft.head.status = ConversationStatus::Open;
        draft.head.snoozed_until = None;
        draft.head.updated_at = now;
        queue(&mut draft.head, now);
        effects.push(Effect::Announce(draft.note_system(SystemEvent::Reopened, None, None, now)));
    }
    let asking = draft.look_at_question(now);
    let asks = !asking.is_empty();
    effects.extend(asking);
    // Something is over its target, or is due at another time than before.
    let mut reckoned = draft.head.clone();
    sla::settle(state.head.as_ref(), &mut reckoned, &state.service, now);
    if reckoned.sla != draft.head.sla {
        effects.push(Effect::Updated);
    } else if draft.items.is_empty() && !asks {
        return Ok(Decision { effects, ..Decision::default() }.then_send());
    }
    Ok(draft.finish(effects, None).then_send())
}

fn ensure(state: &State, contact: &ContactSnapshot, now: Timestamp) -> Result<Decision, Rejection> {
    if let Some(head) = &state.head {
        return match head.redirect {
            Some(to) => Err(Rejection::Redirected(to)),
            None => Ok(learn(Draft::of(state)?, contact, now)),
        };
    }
    let draft = Draft::with(state, newborn(state.channel_id, contact, now));
    Ok(draft.finish(vec![Effect::Created], None))
}

fn redirect(
    state: &State,
    to: ConversationId,
    into: ContactId,
    contact: &ContactSnapshot,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    if to == state.id {
        return Ok(Decision::default());
    }
    let mut effects = Vec::new();
    let mut draft = match &state.head {
        Some(head) => Draft::with(state, head.clone()),
        None => {
            // Nothing was written yet. What is on its way here must find that it goes on elsewhere.
            effects.push(Effect::Created);
            Draft::with(state, newborn(state.channel_id, contact, now))
        }
    };
    let head = &mut draft.head;
    if head.redirect.is_some() {
        return Ok(Decision { effects: leave(head).into_iter().collect(), ..Decision::default() });
    }
    head.redirect = Some(to);
    if state.head.is_some() {
        head.left = Some(Box::new(Left {
            from: state.id,
            name: head.contact.name.clone(),
            into,
            status: head.status,
            snoozed_until: head.snoozed_until,
            assignee_id: head.assignee_id,
            team_id: head.team_id,
            priority: head.priority,
            labels: head.labels.clone(),
            handled_by: head.handled_by.clone(),
            waiting_since: head.waiting_since,
            last_inbound_at: head.last_inbound_at,
            opened_by: head.opened_by,
            free_entry_at: head.free_entry_at,
            free_until: head.free_until,
        }));
    }
    effects.extend(leave(head));
    rating::take_back(head);
    head.status = ConversationStatus::Resolved;
    head.snoozed_until = None;
    head.waiting_since = None;
    head.queued_at = None;
    head.answered = None;
    // Who steps in does so where it continues: what a program has queued here does not go.
    if !head.handled_by.is_untouched() {
        head.handled_by = ownership::handed(&head.handled_by, HandlerKind::Nobody);
    }
    let seq = draft.note_system(SystemEvent::Merged, None, Some(to.to_string()), now);
    effects.push(Effect::Announce(seq));
    Ok(draft.finish(effects, None))
}

/// What follows from a conversation's having given way.
fn leave(head: &Head) -> Option<Effect> {
    head.redirect.zip(head.left.clone()).map(|(to, left)| Effect::Leave(to, left))
}

/// Takes over what another conversation with the same person left: whoever waits there waits here, and the
/// window that was open there is open here.
fn absorb(
    state: &State,
    left: Left,
    contact: Option<&ContactSnapshot>,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let mut effects = Vec::new();
    let mut draft = match (&state.head, contact) {
        (Some(Head { redirect: Some(to), .. }), _) => {
            let effects = vec![Effect::Leave(*to, Box::new(left))];
            return Ok(Decision { effects, ..Decision::default() });
        }
        (Some(head), _) => Draft::with(state, head.clone()),
        (None, Some(contact)) => {
            effects.push(Effect::Created);
            let newborn = newborn(state.channel_id, contact, now);
            Draft::with(state, Head { status: ConversationStatus::Resolved, ..newborn })
        }
        (None, None) => return Err(Rejection::NoConversation),
    };
    if draft.head.absorbed.contains(&left.from) {
        return Ok(Decision::default());
    }
    let head = &mut draft.head;
    head.absorbed.push(left.from);
    if wakefulness(left.status) > wakefulness(head.status) {
        rating::take_back(head);
        head.status = left.status;
        head.snoozed_until = left.snoozed_until;
        effects.extend(left.snoozed_until.map(Effect::WakeAt));
    } else if left.status == head.status && left.snoozed_until < head.snoozed_until {
        head.snoozed_until = left.snoozed_until;
        effects.extend(left.snoozed_until.map(Effect::WakeAt));
    }
    head.assignee_id = head.assignee_id.or(left.assignee_id);
    head.team_id = head.team_id.or(left.team_id);
    head.priority = head.priority.max(left.priority);
    head.labels = sorted::joined(std::mem::take(&mut head.labels), &left.labels);
    head.handled_by = ownership::merged(&head.handled_by, &left.handled_by);
    head.waiting_since = head.waiting_since.into_iter().chain(left.waiting_since).min();
    if head.waiting_since.is_some() {
        queue(head, now);
    }
    let goes_to_people = head.assignee_id.is_none() && head.handled_by.kind != HandlerKind::Bot;
    head.queued_at = head.queued_at.filter(|_| goes_to_people);
    if left.last_inbound_at > head.last_inbound_at {
        head.last_inbound_at = left.last_inbound_at;
        head.opened_by = left.opened_by;
    }
    head.free_entry_at = head.free_entry_at.max(left.free_entry_at);
    head.free_until = head.free_until.max(left.free_until);
    head.updated_at = now;
    let seq = draft.note_system(SystemEvent::Merged, None, Some(left.name), now);
    effects.push(Effect::Announce(seq));
    Ok(draft.finish(effects, None).then_send())
}

/// It waits to be given to somebody, where it is open and nobody has it: from now on, or as long as it has.
fn queue(head: &mut Head, now: Timestamp) {
    let by_bot = head.handled_by.kind == HandlerKind::Bot;
    if head.status == ConversationStatus::Open
        && head.assignee_id.is_none()
        && head.redirect.is_none()
        && !by_bot
    {
        head.queued_at.get_or_insert(now);
    }
}

/// Of two conversations that become one the more wakeful status counts.
const fn wakefulness(status: ConversationStatus) -> u8 {
    match status {
        ConversationStatus::Open => 3,
        ConversationStatus::Pending => 2,
        ConversationStatus::Snoozed => 1,
        ConversationStatus::Resolved => 0,
    }
}

fn receive(
    state: &State,
    contact: &ContactSnapshot,
    message: InboundMessage,
    elsewhere: Option<u64>,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let id = MessageId::of_provider(&state.channel_id, &message.provider_id);
    // What we sent ourselves has another id, and the business' phone may tell of it, too.
    let sent_here =
        || message.origin.ours().and_then(|_| state.kept_as(&message.provider_id)).map(|item| item.seq);
    if let Some(seq) = state.known.get(&id).map(|known| known.seq).or(elsewhere).or_else(sent_here) {
        return arriving::repeated(state, message, seq);
    }
    let origin = message.origin;
    let mut effects = Vec::new();
    let mut draft = match &state.head {
        Some(_) => Draft::of(state)?,
        None => {
            effects.push(Effect::Created);
            Draft::with(state, arriving::begun_by(&message, newborn(state.channel_id, contact, now)))
        }
    };
    let (_, mut events) = draft.meet_and_note(contact);
    if state.head.is_none() && origin == Origin::Customer {
        // Their wish was taken in before there was a thread to tell it.
        events.extend(consent::told_at_first(&contact.contact.consent, &message.content));
    }
    let (direction, sender) = match origin.ours() {
        Some(_) => (Direction::Out, arriving::phone_app()),
        None => (Direction::In, Sender::customer(draft.head.contact.id, &draft.head.contact.name)),
    };
    let rated = (origin == Origin::Customer && !message.notice)
        .then(|| rating::part_of(&draft.head, &message.content, now))
        .flatten();
    let content = arriving::with_media_id(state, &message.provider_id, message.content);
    let reached = origin.ours().unwrap_or(MessageState::Received);
    let seq = draft.add(id, direction, content, reached, sender, now);
    let newest_before = draft.head.last_inbound_at;
    let item = draft.item(seq)?;
    item.provider_id = Some(message.provider_id);
    item.provider_at = Some(message.at);
    item.quote = message.reply_to.as_deref().and_then(|id| state.by_provider_id(id)).map(quote_of);
    item.reply_to = message.reply_to;
    item.raw = message.raw;
    item.referral = message.referral;
    item.forwarded = message.forwarded;
    item.product = message.product;
    item.imported = origin.is_history();
    item.rating = rated;
    item.late = !item.imported && newest_before.is_some_and(|newest| message.at + LATE < newest);
    if origin.ours().is_some() {
        item.error = (reached == MessageState::Failed).then(failed_without_reason);
        item.history = vec![StateAt { state: reached, at: message.at, error: item.error.clone(), by: None }];
    }
    if !origin.is_history() || arriving::is_newest(state, &draft.head, message.at) {
        draft.head.preview_seq = Some(seq);
    }
    effects.push(Effect::Announce(seq));
    effects.extend(draft.note_events(events, now));
    if origin == Origin::PhoneApp
        && let Some(event) = ownership::to_agents(&mut draft.head.handled_by)
    {
        let line = draft.note_system(event, Some(&arriving::phone_app()), None, now);
        effects.push(Effect::Announce(line));
    }
    if origin != Origin::Customer {
        arriving::follow(&mut draft.head, origin, (id, message.at), message.notice, now);
    } else if let Some(part) = rated {
        // It opens nothing again, and nobody waits because of it.
        arriving::open_window(&mut draft.head, id, message.at, now);
        effects.extend(draft.take_rating(part, seq, now));
    } else if !message.notice {
        draft.head.inbound_count += 1;
        draft.head.updated_at = now;
        draft.head.waiting_since = draft.head.waiting_since.or(Some(now));
        arriving::open_window(&mut draft.head, id, message.at, now);
        if message.free_entry {
            let counted = window::counted_from(message.at, now);
            draft.head.free_entry_at = draft.head.free_entry_at.max(Some(counted));
        }
        if matches!(draft.head.status, ConversationStatus::Resolved | ConversationStatus::Snoozed) {
            draft.head.status = ConversationStatus::Open;
            draft.head.snoozed_until = None;
            let line = draft.note_system(SystemEvent::Reopened, None, None, now);
            effects.push(Effect::Announce(line));
            effects.extend(draft.take_question_back(now));
        } else if draft.head.status == ConversationStatus::Pending {
            draft.head.status = ConversationStatus::Open;
        }
        queue(&mut draft.head, now);
    }
    Ok(draft.finish(effects, Some(seq)))
}

fn told(state: &State, status: Status, seq: u64, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let item = draft.item(seq)?;
    // Nothing to tell of: no request was made for it, or it was made anew since.
    let never_asked_for = item.attempts == 0 && item.sent_by.kind != SenderKind::PhoneApp;
    let beside_the_point = item.direction == Direction::In
        || never_asked_for
        || item.retired_ids.contains(&status.provider_id)
        || !delivery::is_told(status.state);
    if beside_the_point {
        return Ok(draft.reannounce(seq));
    }
    // Another request for the same item, whose answer never came: of it only counts that it arrived.
    let of_another_request = item.provider_id.as_ref().is_some_and(|known| *known != status.provider_id);
    if of_another_request && !delivery::is_proof(status.state) {
        return Ok(draft.reannounce(seq));
    }
    let waits = matches!(item.state, MessageState::Queued | MessageState::Cancelled);
    if waits && status.state == MessageState::Failed {
        // An earlier request whose outcome was unknown has failed: the one asked for since goes on.
        return Ok(draft.reannounce(seq));
    }
    // Taken back after a request whose outcome was unknown, and it did arrive: better the truth.
    let from = if item.state == MessageState::Cancelled { MessageState::Unknown } else { item.state };
    let joined = delivery::join(from, status.state);
    let identified = item.provider_id.is_none();
    // Whichever status brings it; it is charged once.
    let priced = item.charged.is_none() && status.charged.is_some();
    if priced {
        item.charged = status.charged;
    }
    let problem =
        (status.state == MessageState::Failed).then(|| status.error.unwrap_or_else(failed_without_reason));
    let news = note_told(item, status.state, problem.clone(), status.at) || priced;
    if joined == item.state && !news && !identified {
        return Ok(draft.reannounce(seq));
    }
    item.error = match (joined, status.state) {
        (MessageState::Failed, MessageState::Failed) => {
            let before = item.error.take().filter(|_| item.state == MessageState::Failed);
            before.or(problem)
        }
        (MessageState::Failed, _) => item.error.take(),
        _ => None,
    };
    item.provider_id.get_or_insert(status.provider_id);
    item.state = joined;
    item.not_before = None;
    note_answer(&mut draft.head, item_of(&draft.items, seq)?);
    if let Some(attempt) = state.attempts.get(&seq) {
        draft.rest.push(Change::Attempt(Attempt { outcome: Some(joined), ..attempt.clone() }));
        draft.head.burst = draft.head.burst.map(|burst| pair::reached(burst, now));
    }
    Ok(draft.finish_item(seq).then_send())
}

/// Does what has no object of its own once: repeated, it is answered by how it went.
fn once(
    state: &State,
    key: u64,
    request_hash: Vec<u8>,
    act: Command,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    if let Some(known) = state.keys.get(&key) {
        if known.request_hash != request_hash {
            return Err(Rejection::KeyReused);
        }
        let effects = vec![Effect::Announce(known.seq)];
        return Ok(Decision { effects, seq: Some(known.seq), ..Decision::default() });
    }
    let mut decision = judge(state, act, now)?;
    // What changed nothing may be done again: it changes nothing.
    let changed = decision.changes.iter().find_map(|change| match change {
        Change::Item(item) if Some(item.seq) == decision.seq => Some((item.id, item.seq)),
        _ => None,
    });
    if let Some((message_id, seq)) = changed {
        decision.changes.push(Change::Key(key, ClientKey { message_id, seq, request_hash, at: now }));
    }
    Ok(decision)
}

/// A message as it was asked for.
struct Asked {
    id: MessageId,
    key: u64,
    request_hash: Vec<u8>,
    content: Content,
    about: Option<MessageId>,
    hold: Duration,
    conditions: Conditions,
    sender: Sender,
}

impl Asked {
    /// What its writer made a condition, as far as that can be judged before it is an item.
    fn check_conditions(&self, state: &State) -> Result<(), Rejection> {
        if self.conditions.ownership_token.is_some() && self.sender.kind == SenderKind::Agent {
            let message = "people need no token: what they write takes the conversation".to_owned();
            return Err(Rejection::Invalid { field: "ownership_token", message });
        }
        match self.conditions.seen_seq {
            Some(seen) if !matches!(self.content, Content::Reaction(_)) => {
                state.not_replied_since(seen, &self.sender)
            }
            _ => Ok(()),
        }
    }
}

fn send(mut draft: Draft<'_>, asked: Asked, now: Timestamp) -> Result<Decision, Rejection> {
    asked.check_conditions(draft.state)?;
    let Asked { id, key, request_hash, mut content, about, hold, conditions, sender } = asked;
    let is_new = draft.state.head.is_none();
    let is_reaction = matches!(content, Content::Reaction(_));
    let about = about.map(|id| draft.state.about(&id, is_reaction)).transpose()?;
    let (mut reply_to, mut quoted) = (None, None);
    match (&mut content, about) {
        (Content::Reaction(reaction), Some((provider_id, _))) => reaction.provider_id = provider_id,
        (_, Some((provider_id, quote))) => (reply_to, quoted) = (Some(provider_id), Some(quote)),
        (_, None) => {}
    }
    let by_person = sender.kind == SenderKind::Agent;
    let stepped_in = if by_person && !is_reaction { draft.step_in(&sender, now) } else { None };
    let seq = draft.add(id, Direction::Out, content, MessageState::Queued, sender, now);
    draft.item(seq)?.ownership_token = conditions.ownership_token;
    draft.permit(seq, SendStep::Queued, now)??;
    let item = draft.item(seq)?;
    item.reply_to = reply_to;
    item.quote = quoted;
    if !hold.is_zero() {
        item.held_until = Some(now + hold);
        item.not_before = item.held_until;
    }
    draft.remember(key, id, seq, request_hash, now);
    draft.head.updated_at = now;
    if !is_reaction {
        draft.head.preview_seq = Some(seq);
    }
    if by_person && !is_reaction {
        draft.note_answered(seq);
    }
    let created = is_new.then_some(Effect::Created);
    let line = stepped_in.map(Effect::Announce);
    let effects = created.into_iter().chain(line).chain([Effect::Announce(seq), Effect::Send]);
    Ok(draft.finish(effects.collect(), Some(seq)))
}

/// Somebody asks for it to be in other hands.
fn own(state: &State, to: HandlerKind, sender: &Sender, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of(state)?;
    let Some((handled_by, event)) = ownership::change(&draft.head.handled_by, to, sender)? else {
        return Ok(Decision::default());
    };
    // Whom it was given back to.
    let bot = handled_by.bot.as_ref().filter(|bot| !bot.is(sender)).and_then(|bot| bot.name.clone());
    let subject = bot.filter(|_| event == SystemEvent::BotTook);
    draft.head.handled_by = handled_by;
    if to == HandlerKind::Bot {
        draft.head.queued_at = None;
    } else {
        queue(&mut draft.head, now);
    }
    let seq = draft.note_system(event, Some(sender), subject, now);
    Ok(draft.finish(vec![Effect::Announce(seq)], Some(seq)).then_send())
}

fn again(state: &State, id: MessageId, sender: Sender, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of(state)?;
    let seq = state.place_of(&id).ok_or(Rejection::NoMessage)?;
    let item = draft.item(seq)?;
    match item.state {
        MessageState::Queued | MessageState::Sending => return Ok(draft.reannounce(seq).then_send()),
        MessageState::Failed | MessageState::Unknown if item.sent_by.kind != SenderKind::PhoneApp => {}
        _ => {
            return Err(Rejection::Rule {
                code: "not_retryable",
                message: "only a message that failed, or whose outcome is unknown, can be sent again"
                    .to_owned(),
            });
        }
    }
    if item.attempts >= retry::MAX_ATTEMPTS {
        return Err(Rejection::Rule {
            code: "too_many_attempts",
            message: format!("this message was tried {} times; write it anew", retry::MAX_ATTEMPTS),
        });
    }
    draft.permit(seq, SendStep::Queued, now)??;
    let item = draft.item(seq)?;
    item.retired_ids.extend(item.provider_id.take());
    item.error = None;
    item.not_before = None;
    item.state = MessageState::Queued;
    item.history.push(StateAt { state: item.state, at: now, error: None, by: Some(sender) });
    Ok(draft.finish_item(seq).then_send())
}

fn set_status(
    state: &State,
    status: ConversationStatus,
    snoozed_until: Option<Timestamp>,
    sender: &Sender,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let until = if status == ConversationStatus::Snoozed {
        match snoozed_until {
            Some(until) if until > now => Some(until),
            _ => {
                return Err(Rejection::Invalid {
                    field: "snoozed_until",
                    message: "say until when, a time to come".to_owned(),
                });
            }
        }
    } else {
        None
    };
    let mut draft = Draft::of(state)?;
    if draft.head.status == status && draft.head.snoozed_until == until {
        return Ok(Decision::default());
    }
    draft.head.status = status;
    draft.head.snoozed_until = until;
    draft.head.queued_at = None;
    queue(&mut draft.head, now);
    if status == ConversationStatus::Resolved {
        draft.head.waiting_since = None;
        draft.head.answered = None;
        // What comes next is a new matter: a bot may begin. One that has it goes on having it.
        if draft.head.handled_by.kind == HandlerKind::Agents {
            draft.head.handled_by = ownership::handed(&draft.head.handled_by, HandlerKind::Nobody);
        }
    }
    let (event, subject) = match status {
        ConversationStatus::Open => (SystemEvent::Opened, None),
        ConversationStatus::Pending => (SystemEvent::Pending, None),
        ConversationStatus::Snoozed => (SystemEvent::Snoozed, until.map(|until| until.to_string())),
        ConversationStatus::Resolved => (SystemEvent::Resolved, None),
    };
    let seq = draft.note_system(event, Some(sender), subject, now);
    let mut effects = vec![Effect::Announce(seq)];
    effects.extend(until.map(Effect::WakeAt));
    if status == ConversationStatus::Resolved {
        let settings = state.service.ratings_for(draft.head.team_id);
        effects.extend(rating::plan(&mut draft.head, seq, settings, now).map(Effect::WakeAt));
    } else {
        effects.extend(draft.take_question_back(now));
    }
    Ok(draft.finish(effects, Some(seq)))
}

fn begin(state: &State, seq: u64, consent_version: u64, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    if draft.item(seq)?.state != MessageState::Queued {
        return Ok(Decision::default());
    }
    if state.next_to_send().is_none_or(|next| next.seq != seq) {
        // Another request runs, or an older message was asked for again meanwhile.
        return Ok(Decision::default().then_send());
    }
    if let Err(refused) = draft.permit(seq, SendStep::Request, now)? {
        fail(draft.item(seq)?, refused.into(), now);
        return Ok(Decision { seq: None, ..draft.finish_item(seq).then_send() });
    }
    let next_at = pair::next_at(draft.head.burst, now);
    if next_at > now {
        draft.item(seq)?.not_before = Some(next_at);
        return Ok(Decision { seq: None, ..draft.finish_item(seq).then_send() });
    }
    draft.head.burst = Some(pair::begun(draft.head.burst, now));
    let item = draft.item(seq)?;
    item.attempts += 1;
    item.not_before = None;
    let number = item.attempts;
    reach(item, MessageState::Sending, now);
    draft.rest.push(Change::Attempt(Attempt {
        seq,
        number,
        started_at: now,
        consent_version,
        outcome: None,
    }));
    Ok(draft.finish_item(seq))
}

fn end(
    state: &State,
    seq: u64,
    number: u32,
    outcome: AttemptOutcome,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let attempt = state.attempts.get(&seq).filter(|attempt| attempt.number == number).cloned();
    let Some(attempt) = attempt else { return end_late(draft, seq, number, outcome, now) };
    draft.head.burst = draft.head.burst.and_then(|burst| paid(burst, &outcome, number, now));
    let item = draft.item(seq)?;
    match outcome {
        AttemptOutcome::Ended(ended) => match retry::pause_after(&ended, item.attempts) {
            Some(pause) => {
                item.not_before = Some(now + pause);
                reach_by(item, MessageState::Queued, problem_of(ended), now);
            }
            None => settle(item, ended, now),
        },
        AttemptOutcome::Withdrawn(error) => withdraw(item, error, now),
    }
    let after = item.state;
    note_answer(&mut draft.head, item_of(&draft.items, seq)?);
    draft.rest.push(Change::Attempt(Attempt { outcome: Some(after), ..attempt }));
    let mut effects = vec![Effect::Announce(seq)];
    effects.extend(draft.put_reaction(seq, now).map(Effect::Announce));
    Ok(draft.finish(effects, Some(seq)).then_send())
}

/// What went to a person, once the newest request for a message to them ended.
fn paid(burst: Burst, outcome: &AttemptOutcome, attempts: u32, now: Timestamp) -> Option<Burst> {
    match outcome {
        AttemptOutcome::Withdrawn(_) | AttemptOutcome::Ended(SendOutcome::NotStarted(_)) => {
            pair::given_back(burst)
        }
        AttemptOutcome::Ended(SendOutcome::Refused(error)) if error.code == pair::TOO_FAST => {
            Some(pair::refused(burst, retry::back_off(attempts), now))
        }
        AttemptOutcome::Ended(_) => Some(pair::reached(burst, now)),
    }
}

/// What came of a request whose attempt is closed already: by a status that was faster, by a recovery that
/// took the request for lost, or by this very outcome, told twice.
fn end_late(
    mut draft: Draft<'_>,
    seq: u64,
    number: u32,
    outcome: AttemptOutcome,
    now: Timestamp,
) -> Result<Decision, Rejection> {
    let item = draft.item(seq)?;
    let nothing = Decision { seq: Some(seq), ..Decision::default() }.then_send();
    if number != item.attempts {
        return Ok(nothing);
    }
    match outcome {
        AttemptOutcome::Ended(SendOutcome::Accepted { ref provider_id, .. }) => {
            if item.provider_id.as_ref() == Some(provider_id) || item.retired_ids.contains(provider_id) {
                return Ok(nothing);
            }
            // A status of an earlier request, whose own answer never came, was taken for this one's.
            let mistaken = item.provider_id.take().is_some();
            match item.state {
                MessageState::Failed if !mistaken => item.provider_id = Some(provider_id.clone()),
                MessageState::Failed | MessageState::Cancelled => {
                    item.state = MessageState::Unknown;
                    settle_late(item, outcome, now);
                }
                _ => settle_late(item, outcome, now),
            }
        }
        AttemptOutcome::Ended(SendOutcome::Unknown(_)) => return Ok(nothing),
        _ if item.state == MessageState::Unknown => settle_late(item, outcome, now),
        _ => return Ok(nothing),
    }
    note_answer(&mut draft.head, item_of(&draft.items, seq)?);
    Ok(draft.finish_item(seq).then_send())
}

fn settle_late(item: &mut Item, outcome: AttemptOutcome, now: Timestamp) {
    match outcome {
        AttemptOutcome::Ended(ended) => settle(item, ended, now),
        AttemptOutcome::Withdrawn(error) => withdraw(item, error, now),
    }
}

/// Notes how the last request of an item ended.
fn settle(item: &mut Item, outcome: SendOutcome, now: Timestamp) {
    match outcome {
        SendOutcome::Accepted { provider_id, .. } => {
            item.provider_id = Some(provider_id);
            item.state = delivery::join(item.state, MessageState::Sent);
            item.error = None;
            item.not_before = None;
            note_told(item, MessageState::Sent, None, now);
        }
        SendOutcome::Unknown(_) => {
            if item.state == MessageState::Sending {
                lose_sight(item, now);
            }
        }
        outcome => {
            if let Some(problem) = problem_of(outcome) {
                fail(item, problem, now);
            }
        }
    }
}

/// It may have arrived, or not.
fn lose_sight(item: &mut Item, now: Timestamp) {
    item.error = Some(unknown_outcome());
    reach_by(item, MessageState::Unknown, Some(unknown_outcome()), now);
}

/// What an outcome is called that is not what was wanted.
fn problem_of(outcome: SendOutcome) -> Option<MessageError> {
    match outcome {
        SendOutcome::Accepted { .. } => None,
        SendOutcome::Refused(error) => Some(MessageError { code: error.code, message: error.message }),
        SendOutcome::NotStarted(_) => Some(MessageError {
            code: "provider_unreachable".to_owned(),
            message: "WhatsApp could not be reached. Nothing was sent; try again later.".to_owned(),
        }),
        SendOutcome::Unknown(_) => Some(unknown_outcome()),
    }
}

/// The changed item.
fn item_of(items: &[Item], seq: u64) -> Result<&Item, Rejection> {
    items.iter().find(|item| item.seq == seq).ok_or(Rejection::NoMessage)
}

fn failed_without_reason() -> MessageError {
    MessageError {
        code: "provider_failed".to_owned(),
        message: "WhatsApp could not deliver this and did not say why. Try again later.".to_owned(),
    }
}

fn unknown_outcome() -> MessageError {
    MessageError {
        code: "outcome_unknown".to_owned(),
        message: "No answer from WhatsApp. It may have arrived, so it is never sent twice by itself."
            .to_owned(),
    }
}

/// Gives items that are newer than the head a version of their own: until then nobody was told of them.
fn adopt(state: &State) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let version = draft.head.version;
    let newer = state.items.values().filter(|item| item.version > version).map(|item| item.seq);
    let newer: Vec<_> = newer.collect();
    for seq in &newer {
        draft.item(*seq)?;
    }
    match newer.len() {
        0 => Ok(Decision::default()),
        _ => Ok(draft.finish(newer.into_iter().map(Effect::Announce).collect(), None)),
    }
}

fn recover(state: &State, now: Timestamp) -> Result<Decision, Rejection> {
    let mut draft = Draft::of_any(state)?;
    let mut effects = Vec::new();
    let requests: BTreeSet<u64> = state
        .outbox()
        .filter(|item| item.state == MessageState::Sending)
        .map(|item| item.seq)
        .chain(state.attempts.keys().copied())
        .collect();
    for seq in requests {
        let Ok(item) = draft.item(seq) else { continue };
        if item.state == MessageState::Sending {
            lose_sight(item, now);
        }
        let outcome = Some(item.state);
        if let Some(attempt) = state.attempts.get(&seq) {
            draft.rest.push(Change::Attempt(Attempt { outcome, ..attempt.clone() }));
        }
        effects.push(Effect::Announce(seq));
    }
    // What was to go while nobody was here goes now.
    let question = state.head.as_ref().and_then(|head| rating::due(head, now));
    let overdue = (scheduled::is_due(state, now) || question.is_some()).then_some(Effect::WakeAt(now));
    if effects.is_empty() {
        return Ok(Decision { effects: overdue.into_iter().collect(), ..Decision::default() }.then_send());
    }
    effects.extend(overdue);
    draft.head.burst = draft.head.burst.map(|burst| pair::reached(burst, now));
    Ok(draft.finish(effects, None).then_send())
}
