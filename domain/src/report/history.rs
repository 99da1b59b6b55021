//! Sums put together to what is shown of a span of time.

use std::collections::BTreeMap;

use switchboard_schema::{
    Timestamp,
    record::{ReportOf, ReportSums},
    wire::{ReportFigures, ReportGrain, ReportGroup, ReportGroupFigures, ReportHistory, ReportStep},
};

use super::{
    calendar::{Calendar, Days, Span, Step},
    rows::Whose,
    sums,
};

/// Steps, groups and the figures of each, while they are added up.
#[derive(Debug, Clone)]
pub struct Tally {
    calendar: Calendar,
    grain: ReportGrain,
    whose: Whose,
    group: Option<ReportGroup>,
    span: Span,
    before: Span,
    steps: Vec<(Step, ReportSums)>,
    total: ReportSums,
    total_before: ReportSums,
    groups: BTreeMap<Option<String>, ReportSums>,
    busy: Vec<Vec<u64>>,
}

impl Tally {
    /// Nothing yet, of these days.
    #[must_use]
    pub fn new(
        calendar: Calendar,
        days: Days,
        grain: ReportGrain,
        whose: Whose,
        group: Option<ReportGroup>,
    ) -> Self {
        let steps = calendar.steps(days, grain).into_iter().map(|step| (step, ReportSums::default()));
        Self {
            steps: steps.collect(),
            span: calendar.span(days),
            before: calendar.span(days.before()),
            calendar,
            grain,
            whose,
            group,
            total: ReportSums::default(),
            total_before: ReportSums::default(),
            groups: BTreeMap::new(),
            busy: vec![vec![0; 24]; 7],
        }
    }

    /// Of which span sums are needed: with what is compared.
    #[must_use]
    pub const fn needs(&self) -> Span {
        Span { from: self.before.from, to: self.span.to }
    }

    /// Adds the sums of a quarter of an hour that begins then.
    pub fn add(&mut self, at: Timestamp, of: &ReportOf, sums: &ReportSums) {
        if !self.whose.has(of) {
            return;
        }
        if self.before.has(at) {
            sums::add(&mut self.total_before, sums, 1);
        }
        if !self.span.has(at) {
            return;
        }
        sums::add(&mut self.total, sums, 1);
        let place = self.steps.partition_point(|(step, _)| step.span.to <= at);
        if let Some((_, step)) = self.steps.get_mut(place) {
            sums::add(step, sums, 1);
        }
        if let Some(group) = self.group {
            let id = match group {
                ReportGroup::Agent => of.user_id.map(|id| id.to_string()),
                ReportGroup::Team => of.team_id.map(|id| id.to_string()),
                ReportGroup::Channel => Some(of.channel_id.to_string()),
            };
            sums::add(self.groups.entry(id).or_default(), sums, 1);
        }
        let (day, hour) = self.calendar.hour_of(at);
        if let Some(count) = self.busy.get_mut(day).and_then(|day| day.get_mut(hour)) {
            *count += u64::try_from(sums.opened).unwrap_or(0);
        }
    }

    /// As it is shown. What groups are called, and what is not counted yet, others know.
    #[must_use]
    pub fn finish(self) -> ReportHistory {
        let steps = self.steps.into_iter().map(|(step, sums)| ReportStep {
            at: step.at,
            from: step.span.from,
            to: step.span.to,
            figures: sums::figures(&sums),
        });
        let groups = self.groups.into_iter().filter(|(_, sums)| !sums::is_nothing(sums));
        let mut groups: Vec<_> = groups
            .map(|(id, sums)| ReportGroupFigures { id, name: None, figures: sums::figures(&sums) })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(weight(&group.figures)));
        ReportHistory {
            time_zone: self.calendar.name().to_owned(),
            from: self.span.from,
            to: self.span.to,
            grain: self.grain,
            total: sums::figures(&self.total),
            before: sums::figures(&self.total_before),
            series: steps.collect(),
            groups,
            busy: self.busy,
            first_response: sums::bands(&self.total),
            lag: None,
        }
    }
}

/// Who did most comes first.
const fn weight(figures: &ReportFigures) -> (u64, u64, u64) {
    (figures.resolved, figures.waiting.count, figures.opened)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::{ChannelId, TeamId, UserId, record::REPORT_SLOT_SECONDS};

    use super::*;

    fn of(channel: u8, user: Option<u8>) -> ReportOf {
        ReportOf {
            channel_id: ChannelId::from_bytes([channel; 16]),
            team_id: None,
            user_id: user.map(|user| UserId::from_bytes([user; 16])),
        }
    }

    fn opened(count: i64) -> ReportSums {
        ReportSums { opened: count, ..ReportSums::default() }
    }

    const GRAINS: [ReportGrain; 4] =
        [ReportGrain::Hour, ReportGrain::Day, ReportGrain::Week, ReportGrain::Month];

    proptest! {
        #[test]
        fn every_quarter_of_an_hour_is_in_one_step_one_group_and_one_hour(
            slots in prop::collection::vec((0_i64..96 * 20, 1_i64..9, 1_u8..4, prop::option::of(1_u8..4)), 0..60),
            zone in prop::sample::select(vec!["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York"]),
            grain in prop::sample::select(GRAINS.to_vec()),
        ) {
            let days = Days::parse("2026-11-02", "2026-11-11").expect("days");
            let calendar = Calendar::of(Some(zone));
            let mut tally = Tally::new(calendar.clone(), days, grain, Whose::default(), Some(ReportGroup::Agent));
            let from = calendar.span(days.before()).from;
            let (mut inside, mut before) = (0, 0);
            for (slot, count, channel, user) in slots {
                let at = Timestamp::from_millis(from.as_millis() + slot * REPORT_SLOT_SECONDS * 1_000);
                tally.add(at, &of(channel, user), &opened(count));
                if calendar.span(days).has(at) {
                    inside += count as u64;
                } else {
                    before += count as u64;
                }
            }
            let history = tally.finish();
            prop_assert_eq!(history.total.opened, inside);
            prop_assert_eq!(history.before.opened, before);
            prop_assert_eq!(history.series.iter().map(|step| step.figures.opened).sum::<u64>(), inside);
            prop_assert_eq!(history.groups.iter().map(|group| group.figures.opened).sum::<u64>(), inside);
            prop_assert_eq!(history.busy.iter().flatten().sum::<u64>(), inside);
        }
    }

    #[test]
    fn only_whose_figures_were_asked_for_are_counted() {
        let days = Days::parse("2026-11-02", "2026-11-02").expect("days");
        let at = "2026-11-02T10:00:00Z".parse().expect("a time");
        let total = |whose| {
            let mut tally = Tally::new(Calendar::of(None), days, ReportGrain::Day, whose, None);
            tally.add(at, &of(1, None), &opened(1));
            tally.add(at, &of(1, Some(7)), &opened(2));
            tally.add(at, &of(2, Some(7)), &opened(4));
            tally.finish().total.opened
        };
        let nobody = Whose { user_id: Some(None), ..Whose::default() };
        let seven = Whose { user_id: Some(Some(UserId::from_bytes([7; 16]))), ..Whose::default() };
        let channel = Whose { channel_id: Some(ChannelId::from_bytes([1; 16])), ..Whose::default() };
        let team = Whose { team_id: Some(Some(TeamId::from_bytes([1; 16]))), ..Whose::default() };
        assert_eq!([Whose::default(), nobody, seven, channel, team].map(total), [7, 1, 6, 3, 0]);
    }
}
