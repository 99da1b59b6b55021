//! What happened in a conversation, made facts of.
//!
//! Items count in the order of their places, once each, when they are first seen; a message of ours counts when it left,
//! with the time at which it was written. What an item says is the same whenever it is told, so that a crash between a
//! commit and its telling changes no fact. Events that were taken in before change nothing.

use std::time::Duration;

use switchboard_schema::{
    ConversationId, TeamId, Timestamp, UserId,
    record::{
        Episode, ReportAnswer, ReportEnd, ReportFact, ReportItem, ReportOf, ReportRating, ReportState,
        ReportSums, ReportWait, Reported,
    },
    wire::{
        Content, Conversation, ConversationStatus, Direction, Message, MessageState, RatingPart, Sender,
        SenderKind, SystemEvent,
    },
};

use super::{Counted, Delta, Fact, Kind, sums};
use crate::delivery;

/// Items that wait for one before them, at most; with more they are counted without it.
pub const HELD_MAX: usize = 100;
/// Messages of ours that have not left, at most: the oldest are counted no more.
pub const UNSENT_MAX: usize = 100;
/// Messages of the customer that nobody answered, at most: of more the oldest are forgotten.
pub const WAITS_MAX: usize = 100;
/// Episodes that may still be rated, at most: the newest.
pub const CLOSED_MAX: usize = 3;

/// How much open time there is between two times, of a team or of the workspace; nothing where it has no hours.
pub type OpenTime<'a> = &'a dyn Fn(Option<TeamId>, Timestamp, Timestamp) -> Option<Duration>;

/// Takes in one event of a conversation. Nothing is known of it before with `None`.
///
/// `created`: the event tells that the conversation began.
pub fn take(
    state: &mut Option<ReportState>,
    created: bool,
    conversation: &Conversation,
    message: Option<&Message>,
    open_time: OpenTime<'_>,
) -> Counted {
    let began_before = state.is_none() && !created && message.is_none_or(|message| message.seq > 1);
    let known = state.get_or_insert_with(|| {
        let before = message.map_or(conversation.last_seq, |message| message.seq.saturating_sub(1));
        ReportState { seq: if began_before { before } else { 0 }, ..ReportState::default() }
    });
    let before = known.clone();
    let mut fold = Fold {
        state: known,
        id: conversation.id,
        channel: conversation.channel_id,
        partial: began_before,
        open_time,
        counted: Counted::default(),
    };
    if !fold.state.held.is_empty() && conversation.version > fold.state.held_version {
        // What was told with them is told: what is missing will not come.
        fold.go_on(true);
    }
    if conversation.version >= fold.state.version {
        fold.state.version = conversation.version;
        fold.state.team_id = conversation.team_id;
        fold.state.assignee_id = conversation.assignee_id;
        fold.own();
    }
    if began_before && conversation.status != ConversationStatus::Resolved {
        // It was opened at a time that nobody knows.
        let seq = fold.state.seq;
        fold.open(conversation.created_at, seq, false);
    }
    if let Some(message) = message {
        let item = read(conversation, message);
        if item.seq > fold.state.seq {
            fold.hold(item, conversation.version);
            let full = fold.state.held.len() > HELD_MAX;
            fold.go_on(full);
        } else {
            fold.settle(&item);
        }
    }
    let counted = std::mem::take(&mut fold.counted);
    changes(conversation.id, &before, known, counted)
}

/// What an item is to the reports.
fn read(conversation: &Conversation, message: &Message) -> ReportItem {
    // What was written on the business' phone may be told of late.
    let on_phone = message.provider_at.filter(|_| message.sent_by.kind == SenderKind::PhoneApp);
    let (seq, at) = (message.seq, on_phone.map_or(message.at, |written| written.min(message.at)));
    let is = |what| ReportItem { seq, at, what };
    // What stands for a plan, and what a phone had kept, happened at no time of ours.
    if message.imported || message.scheduled.is_some() {
        return is(Reported::Nothing);
    }
    let taken = matches!(message.state, MessageState::Sent) || delivery::is_proof(message.state);
    is(match (&message.content, message.direction, message.rating) {
        (_, Direction::Out, Some(RatingPart::Ask { of })) => Reported::Asked { of, taken },
        (_, Direction::In, Some(RatingPart::Rating { of, score })) => Reported::Rated { of, score },
        (_, Direction::In, Some(RatingPart::Comment { of })) => Reported::Commented { of },
        (_, Direction::In, Some(RatingPart::Spare { .. })) => Reported::Nothing,
        (Content::System(line), Direction::Out, _) => match line.event {
            SystemEvent::Resolved => Reported::Resolved { by: line.by.as_deref().and_then(user_of) },
            SystemEvent::Opened | SystemEvent::Reopened | SystemEvent::Pending | SystemEvent::Snoozed => {
                Reported::Opened
            }
            SystemEvent::Merged => {
                let to = line.subject.as_deref().map(str::parse::<ConversationId>);
                if conversation.status == ConversationStatus::Resolved && matches!(to, Some(Ok(_))) {
                    Reported::GaveWay
                } else {
                    Reported::Absorbed {
                        waiting_since: conversation.waiting_since,
                        open: conversation.status != ConversationStatus::Resolved,
                    }
                }
            }
            _ => Reported::Nothing,
        },
        (Content::System(_) | Content::Note(_) | Content::Reaction(_), ..) => Reported::Nothing,
        (_, Direction::In, _) => Reported::Received,
        (_, Direction::Out, _) => match message.sent_by.kind {
            SenderKind::Agent => Reported::Wrote { by: user_of(&message.sent_by), taken },
            SenderKind::PhoneApp => Reported::Wrote { by: None, taken: true },
            _ => Reported::Automatic { taken },
        },
    })
}

/// Who of us it is.
fn user_of(sender: &Sender) -> Option<UserId> {
    sender.id.as_ref().filter(|_| sender.kind == SenderKind::Agent).and_then(|id| id.parse().ok())
}

struct Fold<'a> {
    state: &'a mut ReportState,
    id: ConversationId,
    channel: switchboard_schema::ChannelId,
    /// It had begun before anything was counted.
    partial: bool,
    open_time: OpenTime<'a>,
    counted: Counted,
}

impl Fold<'_> {
    /// Keeps an item for its turn; one that is kept already is as it is now.
    fn hold(&mut self, item: ReportItem, version: u64) {
        self.state.held_version = self.state.held_version.max(version);
        match self.state.held.binary_search_by_key(&item.seq, |held| held.seq) {
            Ok(place) => self.state.held[place] = item,
            Err(place) => self.state.held.insert(place, item),
        }
    }

    /// Counts what has its turn; with `all` also what waits for something before it.
    fn go_on(&mut self, all: bool) {
        while let Some(item) = self.state.held.first().copied() {
            if !all && item.seq != self.state.seq + 1 {
                break;
            }
            self.state.held.remove(0);
            self.state.seq = item.seq;
            self.count(item);
        }
    }

    fn count(&mut self, item: ReportItem) {
        match item.what {
            Reported::Nothing => {}
            Reported::Received => {
                if self.state.open.is_none() {
                    self.open(item.at, item.seq, false);
                }
                self.wait(ReportWait { seq: item.seq, at: item.at });
                self.episode(item.seq, |episode| episode.received += 1);
                self.add(
                    item.at,
                    self.state.assignee_id,
                    ReportSums { received: 1, ..ReportSums::default() },
                );
            }
            Reported::Wrote { taken, .. } | Reported::Automatic { taken } => {
                if self.state.open.is_none() && self.state.episodes == 0 && !self.partial {
                    self.open(item.at, item.seq, true);
                }
                self.send(item, taken);
            }
            Reported::Asked { taken, .. } => self.send(item, taken),
            Reported::Rated { of, score } => {
                let rating = ReportRating { at: item.at, seq: item.seq, score, comment_seq: None };
                self.closed(of, |episode| {
                    episode.rating.get_or_insert(rating);
                });
            }
            Reported::Commented { of } => self.closed(of, |episode| {
                if let Some(rating) = &mut episode.rating {
                    rating.comment_seq.get_or_insert(item.seq);
                }
            }),
            Reported::Opened => {
                if self.state.open.is_none() {
                    self.open(item.at, item.seq, true);
                }
            }
            Reported::Resolved { by } => self.resolve(item, by),
            Reported::GaveWay => {
                if let Some(mut episode) = self.state.open.take() {
                    episode.gave_way = true;
                    self.close(episode);
                }
                self.state.waits.clear();
            }
            Reported::Absorbed { waiting_since, open } => {
                if open && self.state.open.is_none() {
                    self.open(item.at, item.seq, false);
                }
                if let Some(at) = waiting_since.filter(|_| self.state.waits.is_empty()) {
                    self.wait(ReportWait { seq: item.seq, at });
                }
            }
        }
    }

    /// A message of ours leaves, or waits to.
    fn send(&mut self, item: ReportItem, taken: bool) {
        if taken {
            self.left(item);
            return;
        }
        if self.state.unsent.len() >= UNSENT_MAX {
            self.state.unsent.remove(0);
        }
        self.state.unsent.push(item);
    }

    /// An item that was counted is told of again: it may have left by now.
    fn settle(&mut self, item: &ReportItem) {
        let taken = match item.what {
            Reported::Wrote { taken, .. } | Reported::Automatic { taken } | Reported::Asked { taken, .. } => {
                taken
            }
            _ => false,
        };
        let place = self.state.unsent.iter().position(|unsent| unsent.seq == item.seq);
        if let (true, Some(place)) = (taken, place) {
            let item = self.state.unsent.remove(place);
            self.left(item);
        }
    }

    /// A message of ours left.
    fn left(&mut self, item: ReportItem) {
        match item.what {
            Reported::Wrote { by, .. } => {
                self.episode(item.seq, |episode| episode.sent += 1);
                self.add(item.at, by, ReportSums { sent: 1, ..ReportSums::default() });
                self.answer(item, by);
            }
            Reported::Asked { of, .. } => {
                self.add(item.at, None, ReportSums { automatic: 1, ..ReportSums::default() });
                let asked = ReportWait { seq: item.seq, at: item.at };
                self.closed(of, |episode| {
                    episode.asked.get_or_insert(asked);
                });
            }
            _ => {
                self.episode(item.seq, |episode| {
                    episode.sent += 1;
                    episode.automatic = true;
                });
                self.add(item.at, None, ReportSums { automatic: 1, ..ReportSums::default() });
            }
        }
    }

    /// A person's words left: whoever waited is answered.
    fn answer(&mut self, item: ReportItem, by: Option<UserId>) {
        // What was resolved in between nobody waits for any more.
        let over = self.state.closed.iter().filter_map(|episode| episode.end).map(|end| end.seq);
        let over = over.filter(|over| *over < item.seq).max().unwrap_or(0);
        let before = |wait: &ReportWait| over < wait.seq && wait.seq < item.seq && wait.at <= item.at;
        let since = self.state.waits.iter().filter(|wait| before(wait)).map(|wait| wait.at).min();
        self.state.waits.retain(|wait| !before(wait));
        let Some(since) = since else { return };
        let open_s = (self.open_time)(self.state.team_id, since, item.at).map(|span| span.as_secs());
        let answer =
            ReportAnswer { at: item.at, seq: item.seq, by, waited_s: item.at.since(since).as_secs(), open_s };
        let (team_id, channel_id) = (self.state.team_id, self.channel);
        let assigned = self.state.assignee_id;
        let mut fact = None;
        self.episode(item.seq, |episode| {
            episode.answers += 1;
            episode.first.get_or_insert(answer);
            if episode.end.is_none() {
                episode.of =
                    ReportOf { channel_id, team_id, user_id: assigned.or(by).or(episode.of.user_id) };
            }
            fact = Some(ReportFact { episode: episode.clone(), answer: Some(answer) });
        });
        if let Some(body) = fact {
            let (kind, conversation_id) = (Kind::Answered, self.id);
            self.counted.facts.push(Fact { kind, at: item.at, conversation_id, seq: item.seq, body });
        }
    }

    fn resolve(&mut self, item: ReportItem, by: Option<UserId>) {
        let Some(mut episode) = self.state.open.take() else { return };
        let open_s =
            (self.open_time)(self.state.team_id, episode.opened_at, item.at).map(|span| span.as_secs());
        let took_s = item.at.since(episode.opened_at).as_secs();
        episode.end = Some(ReportEnd { at: item.at, seq: item.seq, by, took_s, open_s });
        episode.of.user_id = episode.of.user_id.or(by);
        self.close(episode);
        // What was written before it and has not left may still be an answer.
        let last = self.state.unsent.last().map_or(0, |unsent| unsent.seq);
        self.state.waits.retain(|wait| wait.seq < last);
    }

    fn close(&mut self, episode: Episode) {
        if self.state.closed.len() >= CLOSED_MAX {
            self.state.closed.remove(0);
        }
        self.state.closed.push(episode);
    }

    fn open(&mut self, at: Timestamp, seq: u64, by_us: bool) {
        self.state.episodes += 1;
        self.state.open = Some(Episode {
            n: self.state.episodes,
            of: ReportOf {
                channel_id: self.channel,
                team_id: self.state.team_id,
                user_id: self.state.assignee_id,
            },
            opened_at: at,
            opened_seq: seq,
            by_us,
            partial: self.partial,
            first: None,
            answers: 0,
            received: 0,
            sent: 0,
            automatic: false,
            end: None,
            gave_way: false,
            asked: None,
            rating: None,
        });
        self.partial = false;
    }

    /// What goes on is of whoever has it.
    fn own(&mut self) {
        let (channel_id, team_id, assignee) = (self.channel, self.state.team_id, self.state.assignee_id);
        if let Some(episode) = &mut self.state.open {
            episode.of = ReportOf { channel_id, team_id, user_id: assignee.or(episode.of.user_id) };
        }
    }

    /// Somebody waits. Of too many the oldest are forgotten.
    fn wait(&mut self, wait: ReportWait) {
        if self.state.waits.len() >= WAITS_MAX {
            self.state.waits.remove(0);
        }
        self.state.waits.push(wait);
    }

    /// Changes what an item belongs to: what was opened last before it.
    fn episode(&mut self, seq: u64, change: impl FnOnce(&mut Episode)) {
        let all = self.state.open.iter_mut().chain(self.state.closed.iter_mut().rev());
        if let Some(episode) = all.into_iter().find(|episode| episode.opened_seq <= seq) {
            change(episode);
        }
    }

    /// Changes what was resolved by a line.
    fn closed(&mut self, of: u64, change: impl FnOnce(&mut Episode)) {
        let by_line = |episode: &&mut Episode| episode.end.is_some_and(|end| end.seq == of);
        if let Some(episode) = self.state.closed.iter_mut().find(by_line) {
            change(episode);
        }
    }

    /// Adds what has no row.
    fn add(&mut self, at: Timestamp, user_id: Option<UserId>, sums: ReportSums) {
        let of = ReportOf { channel_id: self.channel, team_id: self.state.team_id, user_id };
        self.counted.deltas.push(Delta { at, of, sums });
    }
}

/// What an episode is told of as.
fn facts(id: ConversationId, episode: &Episode) -> impl Iterator<Item = Fact> + '_ {
    let fact = move |kind, at, seq| {
        let body = ReportFact { episode: episode.clone(), answer: None };
        Fact { kind, at, conversation_id: id, seq, body }
    };
    let opened = Some(fact(Kind::Opened, episode.opened_at, episode.opened_seq));
    let resolved = episode.end.map(|end| fact(Kind::Resolved, end.at, end.seq));
    let asked = episode.asked.map(|asked| fact(Kind::Asked, asked.at, asked.seq));
    let rated = episode.rating.map(|rating| fact(Kind::Rated, rating.at, rating.seq));
    [opened, resolved, asked, rated].into_iter().flatten()
}

/// Is it the same but for how many messages there were? Those are written with whatever else changes.
fn is_alike(one: &Episode, other: &Episode) -> bool {
    let Episode { received, sent, answers, .. } = *other;
    Episode { received, sent, answers, ..one.clone() } == *other
}

/// The facts that are others than before, and what that changes in the sums.
fn changes(id: ConversationId, before: &ReportState, after: &ReportState, mut counted: Counted) -> Counted {
    let all = |state: &ReportState| state.closed.iter().chain(&state.open).cloned().collect::<Vec<_>>();
    let was = all(before);
    for fact in &counted.facts {
        let (of, sums) = sums::of_fact(fact);
        counted.deltas.push(Delta { at: fact.at, of, sums });
    }
    for episode in all(after) {
        let old = was.iter().find(|old| old.n == episode.n);
        if old.is_some_and(|old| is_alike(old, &episode)) {
            continue;
        }
        for fact in facts(id, &episode) {
            let old = old.and_then(|old| facts(id, old).find(|old| old.kind == fact.kind));
            let (old, new) = (old.as_ref().map(sums::of_fact), sums::of_fact(&fact));
            if old.as_ref() != Some(&new) {
                if let Some((of, sums)) = old {
                    let mut less = ReportSums::default();
                    sums::add(&mut less, &sums, -1);
                    counted.deltas.push(Delta { at: fact.at, of, sums: less });
                }
                let (of, sums) = new;
                counted.deltas.push(Delta { at: fact.at, of, sums });
            }
            counted.facts.push(fact);
        }
    }
    counted.deltas.retain(|delta| !sums::is_nothing(&delta.sums));
    counted
}

#[cfg(test)]
mod tests;
