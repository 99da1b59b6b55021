//! A tenant's conversations as compact columns: what the list is filtered and sorted by.

use std::collections::{BTreeMap, HashMap, hash_map::Entry};

use switchboard_domain::filter::{Facts, Filter, Viewer, rank};
use switchboard_schema::{ChannelId, ConversationId, LabelId, TeamId, Timestamp, UserId, wire};

use crate::{
    Refusal,
    house::{Counts, ListCursor, ListQuery, View, Which},
};

/// Conversations on one page, at most.
pub(crate) const MAX_PAGE: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    version: u64,
    status: wire::ConversationStatus,
    priority: wire::Priority,
    channel_id: ChannelId,
    assignee_id: Option<UserId>,
    team_id: Option<TeamId>,
    labels: Box<[LabelId]>,
    inbound_count: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    waiting_since: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    /// A bot answers.
    by_bot: bool,
    /// It is over a target.
    missed: bool,
}

impl Line {
    fn of(conversation: &wire::Conversation) -> Self {
        Self {
            version: conversation.version,
            status: conversation.status,
            priority: conversation.priority,
            channel_id: conversation.channel_id,
            assignee_id: conversation.assignee_id,
            team_id: conversation.team_id,
            labels: conversation.labels.as_slice().into(),
            inbound_count: conversation.inbound_count,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            waiting_since: conversation.waiting_since,
            expires_at: conversation.window.expires_at,
            snoozed_until: conversation.snoozed_until,
            by_bot: conversation.handled_by.kind == wire::HandlerKind::Bot,
            missed: conversation
                .sla
                .as_ref()
                .is_some_and(|sla| sla.timers.iter().any(|timer| timer.missed_at.is_some())),
        }
    }

    /// Adds it to how it stands.
    fn count(&self, figures: &mut wire::LiveFigures) {
        match self.status {
            wire::ConversationStatus::Open => {
                figures.open += 1;
                figures.unassigned += u64::from(self.assignee_id.is_none() && !self.by_bot);
            }
            wire::ConversationStatus::Pending => figures.pending += 1,
            wire::ConversationStatus::Snoozed => figures.snoozed += 1,
            wire::ConversationStatus::Resolved => return,
        }
        figures.missed += u64::from(self.missed);
        if let Some(since) = self.waits() {
            figures.waiting += 1;
            figures.waiting_since = Some(figures.waiting_since.map_or(since, |longest| longest.min(since)));
        }
    }

    /// Since when the customer waits, where somebody should answer.
    fn waits(&self) -> Option<Timestamp> {
        let answered =
            matches!(self.status, wire::ConversationStatus::Open | wire::ConversationStatus::Pending);
        self.waiting_since.filter(|_| answered)
    }

    /// What the rules of the list ask.
    fn facts(&self) -> Facts<'_> {
        Facts {
            status: self.status,
            assignee_id: self.assignee_id,
            team_id: self.team_id,
            channel_id: self.channel_id,
            labels: &self.labels,
            priority: self.priority,
            waiting_since: self.waiting_since,
            expires_at: self.expires_at,
            snoozed_until: self.snoozed_until,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// What somebody has read, by conversation: messages of the customer.
pub(super) type Marks = HashMap<ConversationId, u64>;

/// How conversations stand.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) total: wire::LiveFigures,
    pub(super) teams: BTreeMap<Option<TeamId>, wire::LiveFigures>,
    pub(super) channels: BTreeMap<ChannelId, wire::LiveFigures>,
    pub(super) agents: BTreeMap<UserId, wire::LiveFigures>,
}

/// The conversations of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    lines: HashMap<ConversationId, Line>,
}

impl Inbox {
    /// Takes in a conversation; an older version changes nothing.
    pub(super) fn put(&mut self, conversation: &wire::Conversation) {
        let line = Line::of(conversation);
        match self.lines.entry(conversation.id) {
            Entry::Vacant(place) => drop(place.insert(line)),
            Entry::Occupied(mut known) if known.get().version <= line.version => drop(known.insert(line)),
            Entry::Occupied(_) => {}
        }
    }

    /// The version seen; 0 for a conversation never seen.
    pub(super) fn version(&self, id: ConversationId) -> u64 {
        self.lines.get(&id).map_or(0, |line| line.version)
    }

    /// Messages of the customer so far.
    pub(super) fn inbound_count(&self, id: ConversationId) -> Option<u64> {
        self.lines.get(&id).map(|line| line.inbound_count)
    }

    /// Those given to somebody, whatever their status.
    pub(super) fn assigned(&self, user: UserId) -> Vec<ConversationId> {
        let theirs = self.lines.iter().filter(|(_, line)| line.assignee_id == Some(user));
        theirs.map(|(id, _)| *id).collect()
    }

    /// Those with a team, whatever their status.
    pub(super) fn with_team(&self, team: TeamId) -> Vec<ConversationId> {
        let theirs = self.lines.iter().filter(|(_, line)| line.team_id == Some(team));
        theirs.map(|(id, _)| *id).collect()
    }

    /// The team that a conversation is with.
    pub(super) fn team(&self, id: ConversationId) -> Option<TeamId> {
        self.lines.get(&id).and_then(|line| line.team_id)
    }

    /// Who has a conversation.
    pub(super) fn assignee(&self, id: ConversationId) -> Option<UserId> {
        self.lines.get(&id).and_then(|line| line.assignee_id)
    }

    /// The labels of a conversation.
    pub(super) fn labels(&self, id: ConversationId) -> &[LabelId] {
        self.lines.get(&id).map_or(&[], |line| &line.labels)
    }

    /// Is it done?
    pub(super) fn is_resolved(&self, id: ConversationId) -> bool {
        self.lines.get(&id).is_some_and(|line| line.status == wire::ConversationStatus::Resolved)
    }

    /// All of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.lines.keys().copied()
    }

    /// How many conversations of a status, or of any, each view holds; of teams, those named and those that hold any.
    pub(super) fn counts(
        &self,
        status: Option<wire::ConversationStatus>,
        user: UserId,
        teams: impl Iterator<Item = TeamId>,
    ) -> Counts {
        let mut counts = Counts::default();
        let mut with_team: BTreeMap<TeamId, u64> = teams.map(|team| (team, 0)).collect();
        for line in self.lines.values().filter(|line| status.is_none_or(|status| line.status == status)) {
            counts.all += 1;
            counts.mine += u64::from(line.assignee_id == Some(user));
            counts.unassigned += u64::from(line.assignee_id.is_none());
            if let Some(team) = line.team_id {
                *with_team.entry(team).or_default() += 1;
            }
        }
        counts.teams = with_team.into_iter().collect();
        counts
    }

    /// How it stands: of all, of each team and of none, of each channel, and of each person.
    pub(super) fn live(&self) -> Live {
        let mut live = Live::default();
        for line in self.lines.values() {
            if line.status == wire::ConversationStatus::Resolved {
                continue;
            }
            line.count(&mut live.total);
            line.count(live.teams.entry(line.team_id).or_default());
            line.count(live.channels.entry(line.channel_id).or_default());
            if let Some(user) = line.assignee_id {
                line.count(live.agents.entry(user).or_default());
            }
        }
        live
    }

    /// How many conversations each filter finds, in one pass.
    pub(super) fn counts_of(&self, filters: &[Filter], viewer: &Viewer, marks: &Marks) -> Vec<u64> {
        let mut counts = vec![0; filters.len()];
        for (id, line) in &self.lines {
            let facts = line.facts();
            for (filter, count) in filters.iter().zip(&mut counts) {
                *count += u64::from(filter.finds(&facts, viewer, || is_unread(line, *id, marks)));
            }
        }
        counts
    }

    /// The conversations of a list, in no order, each with how many messages of the customer it has.
    pub(super) fn matching(&self, of: &Which, viewer: &Viewer, marks: &Marks) -> Vec<(ConversationId, u64)> {
        let found = self.lines.iter().filter(|(id, line)| is_asked(of, **id, line, viewer, marks));
        found.map(|(id, line)| (*id, line.inbound_count)).collect()
    }

    /// Those of them that are named.
    pub(super) fn matching_among(
        &self,
        among: &[ConversationId],
        of: &Which,
        viewer: &Viewer,
        marks: &Marks,
    ) -> Vec<(ConversationId, u64)> {
        let known = among.iter().filter_map(|id| Some((*id, self.lines.get(id)?)));
        let found = known.filter(|(id, line)| is_asked(of, *id, line, viewer, marks));
        found.map(|(id, line)| (id, line.inbound_count)).collect()
    }

    /// One page of a view: its conversations, where the next page begins, and how many there are in all.
    pub(super) fn select(
        &self,
        query: &ListQuery,
        now: Timestamp,
        marks: &Marks,
    ) -> Result<(Vec<ConversationId>, Option<String>, u64), Refusal> {
        let after = query.cursor.as_deref().map(str::parse::<ListCursor>).transpose()?;
        let limit = query.limit.clamp(1, MAX_PAGE);
        let viewer = Viewer { user_id: query.user_id, now };
        let mut total = 0;
        let mut ranked: Vec<ListCursor> = Vec::new();
        for (&id, line) in &self.lines {
            if !is_asked(&query.which, id, line, &viewer, marks) {
                continue;
            }
            total += 1;
            let rank = ListCursor { rank: rank(&line.facts(), query.sort, now), id };
            if after.is_none_or(|after| rank > after) {
                ranked.push(rank);
            }
        }
        if query.from >= ranked.len() {
            return Ok((Vec::new(), None, total));
        }
        if query.from > 0 {
            ranked.select_nth_unstable(query.from);
            ranked.drain(..query.from);
        }
        let more = ranked.len() > limit;
        if more {
            ranked.select_nth_unstable(limit - 1);
            ranked.truncate(limit);
        }
        ranked.sort_unstable();
        let next_cursor = ranked.last().filter(|_| more).map(ToString::to_string);
        Ok((ranked.into_iter().map(|at| at.id).collect(), next_cursor, total))
    }
}

fn is_unread(line: &Line, id: ConversationId, marks: &Marks) -> bool {
    line.inbound_count > marks.get(&id).copied().unwrap_or(0)
}

fn is_asked(of: &Which, id: ConversationId, line: &Line, viewer: &Viewer, marks: &Marks) -> bool {
    let in_view = match of.view {
        View::Mine => line.assignee_id == Some(viewer.user_id),
        View::Unassigned => line.assignee_id.is_none(),
        View::All => true,
        View::Team(team) => line.team_id == Some(team),
    };
    in_view
        && of.status.is_none_or(|status| line.status == status)
        && of.filter.finds(&line.facts(), viewer, || is_unread(line, id, marks))
}
