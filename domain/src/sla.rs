//! How soon customers are to be answered, and whether they are.
//!
//! The first policy that fits a conversation sets its targets. What is counted is kept with the conversation: an answer is
//! due from when the customer waits ([`Head::waiting_since`]) until a person answers, the resolution from when the matter
//! begins until it is resolved. Put aside (snoozed) nothing is counted; pending, the resolution is not. A bot's words are no
//! answer. With every commit what is due is reckoned anew, so that a target, the hours or the team may change meanwhile.

use std::{collections::HashMap, sync::Arc, time::Duration};

use switchboard_schema::{
    ChannelId, TeamId, Timestamp,
    record::{Head, SlaBody, SlaCount},
    wire::{ConversationStatus, RatingSettings, SlaPolicies, SlaPolicy, SlaStanding, SlaTarget, SlaTimer},
};

use crate::{conversation::Rejection, hours::Hours};

/// Policies of a workspace, at most.
pub const POLICIES_MAX: usize = 20;
/// Longest name of a policy, in characters.
pub const POLICY_NAME_CHARS_MAX: usize = 100;
/// Teams, or channels, of one policy, at most.
pub const CONDITIONS_MAX: usize = 100;
/// Longest target, in minutes: 60 days.
pub const TARGET_MINUTES_MAX: u32 = 60 * 24 * 60;

/// How long before a target is missed it is about to be: a part of it, in hundredths,
const WARN_PERCENT: u64 = 20;
/// and at most so many seconds.
const WARN_MAX_S: u64 = 30 * 60;

/// What a workspace promises, and when it is open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Service {
    /// In the order in which they are looked at.
    pub policies: Vec<SlaPolicy>,
    /// When it is open; at any time where nothing is set.
    pub hours: Option<Arc<Hours>>,
    /// When teams are that have hours of their own.
    pub team_hours: HashMap<TeamId, Arc<Hours>>,
    /// Whether customers are asked for a rating.
    pub ratings: Option<RatingSettings>,
    /// The same of teams that have settings of their own.
    pub team_ratings: HashMap<TeamId, RatingSettings>,
}

impl Service {
    fn policy_for(&self, team: Option<TeamId>, channel: ChannelId) -> Option<&SlaPolicy> {
        let fits = |policy: &&SlaPolicy| {
            let of_team =
                policy.team_ids.is_empty() || team.is_some_and(|team| policy.team_ids.contains(&team));
            of_team && (policy.channel_ids.is_empty() || policy.channel_ids.contains(&channel))
        };
        self.policies.iter().find(fits)
    }

    /// How much open time there is between two times, of a team or else of the workspace; nothing where it has no hours.
    #[must_use]
    pub fn open_between(&self, team: Option<TeamId>, from: Timestamp, to: Timestamp) -> Option<Duration> {
        let own = team.and_then(|team| self.team_hours.get(&team));
        own.or(self.hours.as_ref()).map(|hours| hours.between(from, to))
    }

    /// How customers are asked for a rating, where they are.
    #[must_use]
    pub fn ratings_for(&self, team: Option<TeamId>) -> Option<&RatingSettings> {
        let own = team.and_then(|team| self.team_ratings.get(&team));
        own.or(self.ratings.as_ref()).filter(|settings| settings.ask)
    }

    fn hours_for(&self, policy: &SlaPolicy, team: Option<TeamId>) -> Option<&Hours> {
        self.hours_of(team).filter(|_| policy.within_hours)
    }

    /// The business hours of a team, or the workspace's.
    fn hours_of(&self, team: Option<TeamId>) -> Option<&Hours> {
        let own = team.and_then(|team| self.team_hours.get(&team));
        own.or(self.hours.as_ref()).map(Arc::as_ref)
    }

    /// Is it open for what is with a team, or with none? Always, where no hours are set.
    #[must_use]
    pub fn is_open(&self, team: Option<TeamId>, at: Timestamp) -> bool {
        self.hours_of(team).is_none_or(|hours| hours.is_open(at))
    }
}

/// Checks what somebody set.
///
/// # Errors
/// The field that is wrong.
pub fn check(policies: &SlaPolicies) -> Result<(), Rejection> {
    let wrong = |field, message: String| Err(Rejection::Invalid { field, message });
    if policies.policies.len() > POLICIES_MAX {
        return wrong("policies", format!("there are at most {POLICIES_MAX}"));
    }
    for (nth, policy) in policies.policies.iter().enumerate() {
        let name = policy.name.trim();
        let fits = !name.is_empty() && name.chars().count() <= POLICY_NAME_CHARS_MAX;
        if !fits || name.chars().any(char::is_control) {
            return wrong(
                "policies.name",
                format!("must have 1 to {POLICY_NAME_CHARS_MAX} characters, on one line"),
            );
        }
        let same = |other: &SlaPolicy| other.name.trim().to_lowercase() == name.to_lowercase();
        if policies.policies[..nth].iter().any(same) {
            return wrong("policies.name", format!("two policies are called {name}"));
        }
        if policy.team_ids.len() > CONDITIONS_MAX || policy.channel_ids.len() > CONDITIONS_MAX {
            return wrong("policies", format!("one names at most {CONDITIONS_MAX} teams and channels"));
        }
        let targets = targets_of(policy);
        if targets.iter().all(Option::is_none) {
            return wrong("policies", format!("{name} needs a target"));
        }
        if targets.iter().flatten().any(|minutes| !(1..=TARGET_MINUTES_MAX).contains(minutes)) {
            return wrong("policies", format!("a target is from 1 to {TARGET_MINUTES_MAX} minutes"));
        }
    }
    Ok(())
}

const fn targets_of(policy: &SlaPolicy) -> [Option<u32>; 3] {
    [policy.first_response_minutes, policy.next_response_minutes, policy.resolution_minutes]
}

const fn target_of(policy: &SlaPolicy, target: SlaTarget) -> Option<u32> {
    match target {
        SlaTarget::FirstResponse => policy.first_response_minutes,
        SlaTarget::NextResponse => policy.next_response_minutes,
        SlaTarget::Resolution => policy.resolution_minutes,
    }
}

/// Reckons anew what is due, after a decision changed a conversation. The times at which to look again.
pub(crate) fn settle(
    before: Option<&Head>,
    head: &mut Head,
    service: &Service,
    now: Timestamp,
) -> Vec<Timestamp> {
    let policy = service.policy_for(head.team_id, head.channel_id);
    let is_over = head.status == ConversationStatus::Resolved || head.redirect.is_some();
    let (Some(policy), false) = (policy, is_over) else {
        head.sla = None;
        return Vec::new();
    };
    let hours = service.hours_for(policy, head.team_id);
    let known = head.sla.take();
    let mut sla = known.as_deref().cloned().unwrap_or_default();
    sla.policy.clone_from(&policy.name);
    // The first who waited and was answered by a person.
    if let Some(was) = before.and_then(|before| before.waiting_since)
        && head.waiting_since.is_none()
    {
        sla.answered = sla.answered.or(Some(was));
    }
    let waits = head.waiting_since.map(|since| {
        let is_first = sla.answered.is_none_or(|answered| since <= answered);
        (if is_first { SlaTarget::FirstResponse } else { SlaTarget::NextResponse }, since)
    });
    let snoozed = head.status == ConversationStatus::Snoozed;
    let pending = head.status == ConversationStatus::Pending;
    let counting = Counting { policy, hours, now };
    sla.response = waits.and_then(|(target, since)| counting.go_on(sla.response, target, since, snoozed));
    let began = sla.resolution.as_ref().map_or(now, |known| known.since);
    sla.resolution = counting.go_on(sla.resolution, SlaTarget::Resolution, began, snoozed || pending);
    let due_before: Vec<_> = known.iter().flat_map(|sla| due_of(sla)).collect();
    let wakes = due_of(&sla).filter(|due| !due_before.contains(due)).collect();
    head.sla = Some(Box::new(sla));
    wakes
}

fn due_of(sla: &SlaBody) -> impl Iterator<Item = Timestamp> {
    let counts = [&sla.response, &sla.resolution].into_iter().flatten();
    counts.flat_map(|count| {
        let warns = count.warn_at.filter(|_| count.warned_at.is_none());
        let due = count.due_at.filter(|_| count.missed_at.is_none());
        [warns, due].into_iter().flatten()
    })
}

/// What one count goes by.
struct Counting<'a> {
    policy: &'a SlaPolicy,
    hours: Option<&'a Hours>,
    now: Timestamp,
}

impl Counting<'_> {
    /// A count as it goes on, or begins.
    fn go_on(
        &self,
        known: Option<SlaCount>,
        target: SlaTarget,
        since: Timestamp,
        paused: bool,
    ) -> Option<SlaCount> {
        let minutes = target_of(self.policy, target)?;
        let target_s = u64::from(minutes) * 60;
        let same = known.filter(|known| known.since == since && known.target == target);
        let mut count = same.unwrap_or(SlaCount {
            target,
            since,
            target_s,
            from: Some(since),
            left_s: target_s,
            due_at: None,
            warn_at: None,
            warned_at: None,
            missed_at: None,
        });
        // The target changed: what has passed has passed.
        count.left_s = (count.left_s + target_s).saturating_sub(count.target_s);
        count.target_s = target_s;
        match (count.from, paused) {
            (Some(from), true) => {
                count.left_s = count.left_s.saturating_sub(self.between(from, self.now).as_secs());
                count.from = None;
            }
            (None, false) => count.from = Some(self.now),
            _ => {}
        }
        count.due_at = count.from.and_then(|from| self.after(from, Duration::from_secs(count.left_s)));
        let ahead = (count.target_s * WARN_PERCENT / 100).min(WARN_MAX_S);
        let until_warned = Duration::from_secs(count.left_s.saturating_sub(ahead));
        count.warn_at = count.from.and_then(|from| self.after(from, until_warned));
        let near = count.warn_at.filter(|warn| *warn <= self.now);
        count.warned_at = near.or(count.warned_at.filter(|_| count.from.is_none()));
        let over = count.due_at.filter(|due| *due <= self.now);
        // One that was missed and is not any more, as its target is another, was not.
        let stays = count.missed_at.filter(|_| count.from.is_none());
        count.missed_at = over.or(stays);
        Some(count)
    }

    fn after(&self, from: Timestamp, span: Duration) -> Option<Timestamp> {
        self.hours.map_or(Some(from + span), |hours| hours.after(from, span))
    }

    fn between(&self, from: Timestamp, to: Timestamp) -> Duration {
        self.hours.map_or_else(|| to.since(from), |hours| hours.between(from, to))
    }
}

/// As the API shows it; nothing where nothing is counted.
#[must_use]
pub fn show(sla: &SlaBody) -> Option<SlaStanding> {
    let timers: Vec<_> = [&sla.response, &sla.resolution]
        .into_iter()
        .flatten()
        .map(|count| SlaTimer {
            target: count.target,
            due_at: count.due_at,
            warned_at: count.warned_at,
            missed_at: count.missed_at,
        })
        .collect();
    (!timers.is_empty()).then(|| SlaStanding { policy: sla.policy.clone(), timers })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> SlaPolicy {
        SlaPolicy { name: "Usual".to_owned(), first_response_minutes: Some(30), ..SlaPolicy::default() }
    }

    fn of(policies: Vec<SlaPolicy>) -> SlaPolicies {
        SlaPolicies { policies }
    }

    #[test]
    fn the_first_policy_that_fits_counts() {
        let (team, channel) = (TeamId::from_bytes([1; 16]), ChannelId::from_bytes([2; 16]));
        let of_team = SlaPolicy { team_ids: vec![team], ..policy() };
        let of_channel = SlaPolicy { channel_ids: vec![channel], name: "Channel".to_owned(), ..policy() };
        let rest = SlaPolicy { name: "Rest".to_owned(), ..policy() };
        let service = Service { policies: vec![of_team, of_channel, rest], ..Service::default() };
        let other = ChannelId::from_bytes([3; 16]);
        let name = |team, channel| service.policy_for(team, channel).map(|policy| policy.name.as_str());
        assert_eq!(name(Some(team), channel), Some("Usual"));
        assert_eq!(name(None, channel), Some("Channel"));
        assert_eq!(name(None, other), Some("Rest"));
        assert_eq!(Service::default().policy_for(None, other), None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        assert!(check(&of(vec![policy()])).is_ok());
        let nameless = SlaPolicy { name: " ".to_owned(), ..policy() };
        let without = SlaPolicy { first_response_minutes: None, ..policy() };
        let at_once = SlaPolicy { first_response_minutes: Some(0), ..policy() };
        let late = SlaPolicy { resolution_minutes: Some(TARGET_MINUTES_MAX + 1), ..policy() };
        for wrong in [vec![nameless], vec![without], vec![at_once], vec![late], vec![policy(), policy()]] {
            assert!(matches!(check(&of(wrong)), Err(Rejection::Invalid { .. })));
        }
        assert!(check(&of(vec![policy(); POLICIES_MAX + 1])).is_err());
    }
}
