//! A tenant's conversations as compact columns: what the list is filtered and sorted by.

use std::collections::{BTreeMap, HashMap};

use switchboard_schema::{ConversationId, TeamId, Timestamp, UserId, wire};

use crate::{
    Refusal,
    house::{Counts, ListCursor, ListQuery, Sort, View},
};

/// Conversations on one page, at most.
pub(crate) const MAX_PAGE: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    version: u64,
    status: wire::ConversationStatus,
    assignee_id: Option<UserId>,
    team_id: Option<TeamId>,
    inbound_count: u64,
    updated_at: Timestamp,
    waiting_since: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

/// The conversations of a tenant.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    lines: HashMap<ConversationId, Line>,
}

impl Inbox {
    /// Takes in a conversation; an older version changes nothing.
    pub(super) fn put(&mut self, conversation: &wire::Conversation) {
        let line = Line {
            version: conversation.version,
            status: conversation.status,
            assignee_id: conversation.assignee_id,
            team_id: conversation.team_id,
            inbound_count: conversation.inbound_count,
            updated_at: conversation.updated_at,
            waiting_since: conversation.waiting_since,
            expires_at: conversation.window.expires_at,
        };
        let known = self.lines.entry(conversation.id).or_insert(line);
        if known.version <= line.version {
            *known = line;
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

    /// Is it done?
    pub(super) fn is_resolved(&self, id: ConversationId) -> bool {
        self.lines.get(&id).is_some_and(|line| line.status == wire::ConversationStatus::Resolved)
    }

    /// All of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = ConversationId> + '_ {
        self.lines.keys().copied()
    }

    /// How many conversations of a status each view holds; of teams, those named and those that hold any.
    pub(super) fn counts(
        &self,
        status: wire::ConversationStatus,
        user: UserId,
        teams: impl Iterator<Item = TeamId>,
    ) -> Counts {
        let mut counts = Counts::default();
        let mut with_team: BTreeMap<TeamId, u64> = teams.map(|team| (team, 0)).collect();
        for line in self.lines.values().filter(|line| line.status == status) {
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

    /// One page of a view: its conversations, where the next page begins, and how many there are in all.
    pub(super) fn select(
        &self,
        query: &ListQuery,
        now: Timestamp,
    ) -> Result<(Vec<ConversationId>, Option<String>, u64), Refusal> {
        let after = query.cursor.as_deref().map(str::parse::<ListCursor>).transpose()?;
        let limit = query.limit.clamp(1, MAX_PAGE);
        let in_view = |line: &Line| match query.view {
            View::Mine => line.assignee_id == Some(query.user_id),
            View::Unassigned => line.assignee_id.is_none(),
            View::All => true,
            View::Team(team) => line.team_id == Some(team),
        };
        let mut total = 0;
        let mut ranked: Vec<ListCursor> = Vec::new();
        for (&id, line) in &self.lines {
            if line.status != query.status || !in_view(line) {
                continue;
            }
            total += 1;
            let rank = ListCursor { rank: rank(line, query.sort, now), id };
            if after.is_none_or(|after| rank > after) {
                ranked.push(rank);
            }
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

/// What a line is sorted by: the lowest comes first.
fn rank(line: &Line, sort: Sort, now: Timestamp) -> i64 {
    let at = line.updated_at.as_millis();
    match sort {
        Sort::Newest => -at,
        Sort::Oldest => at,
        Sort::Waiting => line.waiting_since.map_or(i64::MAX, Timestamp::as_millis),
        // Open windows, the soonest to close first; then closed ones, the last to close first.
        Sort::Window => match line.expires_at {
            Some(at) if at > now => at.as_millis(),
            Some(at) => i64::MAX / 2 - at.as_millis(),
            None => i64::MAX,
        },
    }
}
