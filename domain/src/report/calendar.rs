//! Days, and what is made of them, by the clock of a time zone.

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use switchboard_schema::{Timestamp, wire::ReportGrain};

use crate::conversation::Rejection;

/// Days that a report spans, at most: a year and a month.
pub const DAYS_MAX: u32 = 400;
/// Days that a report by the hour spans, at most.
pub const HOURLY_DAYS_MAX: u32 = 31;
/// The time zone where none is set.
pub const UTC: &str = "UTC";

/// The clock of a time zone.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    name: String,
}

/// From an instant until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first instant.
    pub from: Timestamp,
    /// The first after it.
    pub to: Timestamp,
}

impl Span {
    /// Is it in it?
    #[must_use]
    pub fn has(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Days of a calendar, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    from: Date,
    to: Date,
}

/// A step of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is called: its first day, or its hour.
    pub at: String,
    /// What it spans.
    pub span: Span,
}

impl Days {
    /// Reads days as `2026-11-27`.
    ///
    /// # Errors
    /// The field that is wrong.
    pub fn parse(from: &str, to: &str) -> Result<Self, Rejection> {
        let date = |field, text: &str| {
            let message = "a day is written as 2026-11-27".to_owned();
            let date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-27".len());
            let within = date.filter(|date| (1971..9999).contains(&date.year()));
            within.ok_or(Rejection::Invalid { field, message })
        };
        let days = Self { from: date("from", from)?, to: date("to", to)? };
        if days.to < days.from {
            let message = "must not be before from".to_owned();
            return Err(Rejection::Invalid { field: "to", message });
        }
        if days.count() > DAYS_MAX {
            let message = format!("at most {DAYS_MAX} days are shown at once");
            return Err(Rejection::Invalid { field: "to", message });
        }
        Ok(days)
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u32 {
        let days = self.from.until(self.to).map_or(0, |span| span.get_days());
        u32::try_from(days).unwrap_or(0) + 1
    }

    /// As many right before them.
    #[must_use]
    pub fn before(&self) -> Self {
        let back = |date: Date, days: u32| date.saturating_sub(i64::from(days).days());
        Self { from: back(self.from, self.count()), to: back(self.from, 1) }
    }

    /// May they be shown in such steps?
    ///
    /// # Errors
    /// They are too many.
    pub fn check(&self, grain: ReportGrain) -> Result<(), Rejection> {
        if grain == ReportGrain::Hour && self.count() > HOURLY_DAYS_MAX {
            let message = format!("by the hour at most {HOURLY_DAYS_MAX} days are shown at once");
            return Err(Rejection::Invalid { field: "grain", message });
        }
        Ok(())
    }
}

impl Calendar {
    /// That of a time zone by its IANA name; UTC where it is not known.
    #[must_use]
    pub fn of(name: Option<&str>) -> Self {
        let zone = name.and_then(|name| Some((TimeZone::get(name).ok()?, name.to_owned())));
        let (zone, name) = zone.unwrap_or_else(|| (TimeZone::UTC, UTC.to_owned()));
        Self { zone, name }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What days span.
    #[must_use]
    pub fn span(&self, days: Days) -> Span {
        Span { from: self.start(days.from), to: self.start(days.to.saturating_add(1.day())) }
    }

    /// The steps of days. The first and the last week and month are as far as the days go.
    #[must_use]
    pub fn steps(&self, days: Days, grain: ReportGrain) -> Vec<Step> {
        let all = self.span(days);
        if grain == ReportGrain::Hour {
            let hour = std::time::Duration::from_secs(3_600);
            let next = |from: &Timestamp| Some(*from + hour).filter(|next| *next < all.to);
            return std::iter::successors(Some(all.from), next)
                .map(|from| Step {
                    at: self.clock(from).strftime("%Y-%m-%dT%H:%M").to_string(),
                    span: Span { from, to: (from + hour).min(all.to) },
                })
                .collect();
        }
        let next = |date: Date| match grain {
            ReportGrain::Week => {
                let monday = i64::from(date.weekday().to_monday_zero_offset());
                date.saturating_add((7 - monday).days())
            }
            ReportGrain::Month => date.last_of_month().saturating_add(1.day()),
            _ => date.saturating_add(1.day()),
        };
        std::iter::successors(Some(days.from), |date| Some(next(*date)).filter(|next| *next <= days.to))
            .map(|date| Step {
                at: date.to_string(),
                span: Span { from: self.start(date), to: self.start(next(date)).min(all.to) },
            })
            .collect()
    }

    /// The weekday from Monday on, and the hour of the day.
    #[must_use]
    pub fn hour_of(&self, at: Timestamp) -> (usize, usize) {
        let clock = self.clock(at);
        let weekday = usize::try_from(clock.weekday().to_monday_zero_offset()).unwrap_or(0);
        (weekday, usize::try_from(clock.hour()).unwrap_or(0))
    }

    /// As its clock shows it, such as `2026-11-27 14:05:09`.
    #[must_use]
    pub fn written(&self, at: Timestamp) -> String {
        self.clock(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn clock(&self, at: Timestamp) -> DateTime {
        jiff::Timestamp::from_millisecond(at.as_millis())
            .map_or(DateTime::ZERO, |at| self.zone.to_datetime(at))
    }

    /// The first instant of a day.
    fn start(&self, date: Date) -> Timestamp {
        let first = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0)).compatible();
        Timestamp::from_millis(first.map_or(0, |first| first.as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(from: &str, to: &str) -> Days {
        Days::parse(from, to).expect("days")
    }

    fn names(zone: &str, days: Days, grain: ReportGrain) -> Vec<String> {
        Calendar::of(Some(zone)).steps(days, grain).into_iter().map(|step| step.at).collect()
    }

    #[test]
    fn steps_follow_one_another_without_a_gap_over_a_change_of_the_clock() {
        for zone in ["Europe/Amsterdam", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC"]
        {
            let (calendar, october) = (Calendar::of(Some(zone)), days("2026-10-05", "2026-11-03"));
            for grain in [ReportGrain::Hour, ReportGrain::Day, ReportGrain::Week, ReportGrain::Month] {
                let steps = calendar.steps(october, grain);
                let ends = (steps[0].span.from, steps[steps.len() - 1].span.to);
                let all = calendar.span(october);
                assert_eq!(ends, (all.from, all.to), "{zone} {grain:?}");
                assert!(steps.windows(2).all(|two| two[0].span.to == two[1].span.from), "{zone} {grain:?}");
            }
        }
    }

    #[test]
    fn a_day_in_amsterdam_has_25_hours_when_summer_ends_and_weeks_begin_on_monday() {
        let sunday = days("2026-10-25", "2026-10-25");
        assert_eq!(names("Europe/Amsterdam", sunday, ReportGrain::Hour).len(), 25);
        let weeks = names("Europe/Amsterdam", days("2026-11-04", "2026-11-18"), ReportGrain::Week);
        assert_eq!(weeks, ["2026-11-04", "2026-11-09", "2026-11-16"]);
        let months = names("UTC", days("2026-10-30", "2026-12-01"), ReportGrain::Month);
        assert_eq!(months, ["2026-10-30", "2026-11-01", "2026-12-01"]);
    }

    #[test]
    fn a_day_begins_at_its_own_midnight() {
        let nepal = Calendar::of(Some("Asia/Kathmandu"));
        let span = nepal.span(days("2026-11-27", "2026-11-27"));
        assert_eq!(span.from.to_string(), "2026-11-26T18:15:00.000Z");
        assert_eq!(nepal.hour_of(span.from), (4, 0), "a Friday");
        assert_eq!(nepal.written(span.from), "2026-11-27 00:00:00");
    }

    #[test]
    fn what_is_compared_is_as_long_and_right_before() {
        assert_eq!(days("2026-11-21", "2026-11-27").before(), days("2026-11-14", "2026-11-20"));
        assert_eq!(days("2026-11-27", "2026-11-27").before(), days("2026-11-26", "2026-11-26"));
    }

    #[test]
    fn what_are_no_days_is_refused_with_the_field() {
        let field = |from, to| match Days::parse(from, to) {
            Err(Rejection::Invalid { field, .. }) => Some(field),
            _ => None,
        };
        for (from, to, wrong) in [
            ("2026-11-27", "2026-11-26", Some("to")),
            ("2026-11-31", "2026-12-02", Some("from")),
            ("yesterday", "2026-12-02", Some("from")),
            ("0001-01-01", "2026-12-02", Some("from")),
            ("2025-01-01", "2026-12-02", Some("to")),
            ("2026-11-27", "2026-11-27T10:00", Some("to")),
            ("2025-11-27", "2026-11-27", None),
        ] {
            assert_eq!(field(from, to), wrong, "{from} {to}");
        }
        let long = days("2026-01-01", "2026-03-01");
        assert!(long.check(ReportGrain::Hour).is_err() && long.check(ReportGrain::Day).is_ok());
        assert_eq!(Calendar::of(Some("Mars/Olympus")).name(), UTC);
    }
}
