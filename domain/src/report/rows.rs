//! Which rows are behind a figure.

use std::{fmt, str::FromStr};

use switchboard_schema::{
    ChannelId, ConversationId, TeamId, Timestamp, UserId,
    record::ReportOf,
    wire::{ReportKind, ReportRow},
};

use super::{
    Fact, Kind,
    calendar::{Calendar, Span},
    sums::{is_first, of_fact},
};

/// Whose figures. What is not named may be anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Whose {
    /// On this channel.
    pub channel_id: Option<ChannelId>,
    /// With this team, or with none.
    pub team_id: Option<Option<TeamId>>,
    /// Of this person, or of nobody.
    pub user_id: Option<Option<UserId>>,
}

impl Whose {
    /// Is it theirs?
    #[must_use]
    pub fn has(&self, of: &ReportOf) -> bool {
        self.channel_id.is_none_or(|id| of.channel_id == id)
            && self.team_id.is_none_or(|id| of.team_id == id)
            && self.user_id.is_none_or(|id| of.user_id == id)
    }
}

/// Which rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What they are of.
    pub kind: ReportKind,
    /// When.
    pub span: Span,
    /// Whose.
    pub whose: Whose,
    /// That took at least so many seconds, and less than so many.
    pub seconds: (Option<u64>, Option<u64>),
    /// Rated so.
    pub score: Option<u8>,
    /// On this weekday from Monday on, in this hour of the day.
    pub hour: Option<(usize, usize)>,
    /// Only what had been resolved before.
    pub reopened: bool,
    /// Only what a program alone answered.
    pub by_bot: bool,
    /// Only with words of the customer about it.
    pub commented: bool,
}

impl Wanted {
    /// Under which kind they are kept.
    #[must_use]
    pub const fn kept_as(&self) -> Kind {
        match self.kind {
            ReportKind::Opened => Kind::Opened,
            ReportKind::Resolved => Kind::Resolved,
            ReportKind::Answered | ReportKind::FirstAnswered => Kind::Answered,
            ReportKind::Asked => Kind::Asked,
            ReportKind::Rated => Kind::Rated,
        }
    }

    /// Is this row one of them? It is where the sums count it.
    #[must_use]
    pub fn finds(&self, fact: &Fact, calendar: &Calendar) -> bool {
        let (of, sums) = of_fact(fact);
        let episode = &fact.body.episode;
        let counts = match self.kind {
            ReportKind::Opened => sums.opened > 0,
            ReportKind::Resolved => sums.resolved > 0,
            ReportKind::Answered => sums.waited.count > 0,
            ReportKind::FirstAnswered => is_first(fact),
            ReportKind::Asked => sums.asked > 0,
            ReportKind::Rated => sums.ratings.iter().any(|count| *count > 0),
        };
        let took = match self.kind {
            ReportKind::Answered | ReportKind::FirstAnswered => {
                fact.body.answer.map(|answer| answer.waited_s)
            }
            ReportKind::Resolved => episode.end.filter(|_| !episode.partial).map(|end| end.took_s),
            _ => None,
        };
        let (from, to) = self.seconds;
        counts
            && fact.kind == self.kept_as()
            && self.span.has(fact.at)
            && self.whose.has(&of)
            && from.is_none_or(|from| took.is_some_and(|took| took >= from))
            && to.is_none_or(|to| took.is_some_and(|took| took < to))
            && self.score.is_none_or(|score| episode.rating.is_some_and(|rating| rating.score == score))
            && self.hour.is_none_or(|hour| calendar.hour_of(fact.at) == hour)
            && (!self.reopened || episode.n > 1)
            && (!self.by_bot || sums.by_bot > 0)
            && (!self.commented || episode.rating.is_some_and(|rating| rating.comment_seq.is_some()))
    }
}

/// The row of a fact. What is said elsewhere is left out: the customer's name, and their words about a rating.
#[must_use]
pub fn row(fact: &Fact) -> ReportRow {
    let (of, _) = of_fact(fact);
    let episode = &fact.body.episode;
    ReportRow {
        at: fact.at,
        conversation_id: fact.conversation_id,
        seq: fact.seq,
        contact_name: String::new(),
        channel_id: of.channel_id,
        team_id: of.team_id,
        user_id: of.user_id,
        opened_at: episode.opened_at,
        reopened: episode.n > 1,
        by_us: episode.by_us,
        automatic: episode.automatic,
        waited_s: fact.body.answer.map(|answer| answer.waited_s),
        first_response_s: episode
            .first
            .filter(|_| !episode.by_us && !episode.partial)
            .map(|first| first.waited_s),
        resolved_at: episode.end.map(|end| end.at),
        resolution_s: episode.end.filter(|_| !episode.partial).map(|end| end.took_s),
        rating: episode.rating.map(|rating| rating.score),
        comment: None,
    }
}

/// A row's place among all of its kind. As text it is a page's cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub at: Timestamp,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// By which item.
    pub seq: u64,
}

impl Place {
    /// That of a fact.
    #[must_use]
    pub const fn of(fact: &Fact) -> Self {
        Self { at: fact.at, conversation_id: fact.conversation_id, seq: fact.seq }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.at.as_millis(), self.conversation_id, self.seq)
    }
}

/// It is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let read = || {
            let (at, rest) = text.split_once('.')?;
            let (conversation, seq) = rest.split_once('.')?;
            let at = Timestamp::from_millis(at.parse().ok()?);
            Some(Self { at, conversation_id: conversation.parse().ok()?, seq: seq.parse().ok()? })
        };
        read().ok_or(NoPlace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_as_it_was_written_and_nothing_else_does() {
        let place = Place {
            at: Timestamp::from_secs(1_795_000_000),
            conversation_id: ConversationId::from_bytes([7; 16]),
            seq: 12,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for wrong in ["", "1", "1.2.3", "x.y.z", "1.cnv_.3"] {
            assert_eq!(wrong.parse::<Place>(), Err(NoPlace), "{wrong}");
        }
    }
}
