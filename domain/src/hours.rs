//! Business hours: when people answer.
//!
//! Weekly intervals by the clock of a time zone, without the holidays. An interval begins at the first and ends at the last
//! instant at which the clock there shows its ends: where an hour is left out it is as much shorter, where one comes twice as
//! much longer. All spans of time are counted in what really passes.

use std::{collections::BTreeSet, time::Duration};

use jiff::{
    ToSpan as _,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};
use switchboard_schema::{
    Timestamp,
    wire::{BusinessHours, Weekday},
};

use crate::conversation::Rejection;

/// Intervals of a week, at most: four a day.
pub const INTERVALS_MAX: usize = 28;
/// Holidays, at most.
pub const HOLIDAYS_MAX: usize = 200;
/// Longest name of a holiday, in characters.
pub const HOLIDAY_NAME_CHARS_MAX: usize = 100;
/// How many days ahead an opening is looked for: past that there is none.
const DAYS_LOOKED_AT: u32 = 400;
/// How many days ahead a target is counted: one that is reached later is due then.
const DAYS_COUNTED: u32 = 4_000;
/// Minutes of a day by the clock.
const DAY_MINUTES: u16 = 24 * 60;

/// When people answer, as it can be reckoned with.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    zone: TimeZone,
    /// Of each weekday from Monday on, minutes of the day, in order.
    weekly: [Vec<(u16, u16)>; 7],
    holidays: BTreeSet<Date>,
}

/// An interval in which it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    from: Timestamp,
    to: Timestamp,
}

impl Hours {
    /// Reads what somebody set.
    ///
    /// # Errors
    /// The field that is wrong: `time_zone`, `weekly` or `holidays`.
    pub fn of(hours: &BusinessHours) -> Result<Self, Rejection> {
        let wrong = |field, message: String| Rejection::Invalid { field, message };
        let zone = TimeZone::get(&hours.time_zone).map_err(|_| {
            let message = "must be an IANA name of a time zone, such as Europe/Amsterdam".to_owned();
            wrong("hours.time_zone", message)
        })?;
        if hours.weekly.len() > INTERVALS_MAX {
            return Err(wrong("hours.weekly", format!("has at most {INTERVALS_MAX} intervals")));
        }
        let mut weekly: [Vec<(u16, u16)>; 7] = Default::default();
        for open in &hours.weekly {
            let ends = minute_of(&open.from).zip(minute_of(&open.to)).filter(|(from, to)| from < to);
            let ends = ends.ok_or_else(|| {
                let message = "each goes from a time such as 09:00 to a later one, at most 24:00".to_owned();
                wrong("hours.weekly", message)
            })?;
            weekly[number_of(open.day)].push(ends);
        }
        for day in &mut weekly {
            day.sort_unstable();
            if day.windows(2).any(|two| two[1].0 < two[0].1) {
                return Err(wrong("hours.weekly", "intervals of a day must not overlap".to_owned()));
            }
        }
        if hours.holidays.len() > HOLIDAYS_MAX {
            return Err(wrong("hours.holidays", format!("has at most {HOLIDAYS_MAX} days")));
        }
        let mut holidays = BTreeSet::new();
        for holiday in &hours.holidays {
            if holiday.name.chars().count() > HOLIDAY_NAME_CHARS_MAX
                || holiday.name.chars().any(char::is_control)
            {
                let message = format!("a name has at most {HOLIDAY_NAME_CHARS_MAX} characters, on one line");
                return Err(wrong("hours.holidays", message));
            }
            let date: Date = holiday
                .date
                .parse()
                .map_err(|_| wrong("hours.holidays", "a day is written as 2026-12-25".to_owned()))?;
            holidays.insert(date);
        }
        Ok(Self { zone, weekly, holidays })
    }

    /// Is it open?
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.intervals(at, 1).next().is_some_and(|open| open.from <= at)
    }

    /// When it opens next, or closes where it is open; nothing where that is never, or not within a year.
    #[must_use]
    pub fn changes_at(&self, at: Timestamp) -> Option<Timestamp> {
        let mut rest = self.intervals(at, DAYS_LOOKED_AT);
        let first = rest.next()?;
        if first.from > at {
            return Some(first.from);
        }
        let mut closes = first.to;
        for next in rest {
            if next.from > closes {
                return Some(closes);
            }
            closes = next.to;
        }
        // Open until as far as it was looked: then it never closes.
        (closes < at + Duration::from_secs(u64::from(DAYS_LOOKED_AT - 2) * 86_400)).then_some(closes)
    }

    /// When so much open time has passed after a time; nothing where that is never.
    #[must_use]
    pub fn after(&self, from: Timestamp, span: Duration) -> Option<Timestamp> {
        let mut left = span;
        for open in self.intervals(from, DAYS_COUNTED) {
            let begins = open.from.max(from);
            let length = open.to.since(begins);
            if left <= length {
                return Some(begins + left);
            }
            left -= length;
        }
        None
    }

    /// How much open time there is between two times.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Duration {
        self.intervals(from, DAYS_COUNTED)
            .take_while(|open| open.from < to)
            .map(|open| open.to.min(to).since(open.from.max(from)))
            .sum()
    }

    /// The intervals that end after a time, in order, of so many days from that of the time on.
    fn intervals(&self, at: Timestamp, days: u32) -> impl Iterator<Item = Open> + '_ {
        let first = self.date_of(at);
        (0..=days)
            .map_while(move |day| first.and_then(|first| first.checked_add(i64::from(day).days()).ok()))
            .flat_map(|date| self.of_day(date))
            .filter(move |open| open.to > at)
    }

    fn date_of(&self, at: Timestamp) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.zone.to_datetime(instant).date())
    }

    /// The intervals of one day, in order.
    fn of_day(&self, date: Date) -> impl Iterator<Item = Open> + '_ {
        let weekday = date.weekday().to_monday_zero_offset();
        let is_holiday = self.holidays.contains(&date);
        let day = usize::try_from(weekday).ok().filter(|_| !is_holiday).and_then(|day| self.weekly.get(day));
        let ends = move |&(from, to): &(u16, u16)| {
            let open = Open { from: self.instant(date, from, false)?, to: self.instant(date, to, true)? };
            (open.from < open.to).then_some(open)
        };
        day.into_iter().flatten().filter_map(ends)
    }

    /// The instant at which the clock shows a minute of a day: of two the first or the last, of none the end of the gap.
    fn instant(&self, date: Date, minute: u16, last: bool) -> Option<Timestamp> {
        let (date, minute) = if minute >= DAY_MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minute) };
        let clock: DateTime = date.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
        let at = self.zone.to_ambiguous_timestamp(clock);
        let instant = match at.offset() {
            AmbiguousOffset::Unambiguous { .. } => at.compatible().ok()?,
            AmbiguousOffset::Fold { .. } if last => at.later().ok()?,
            AmbiguousOffset::Fold { .. } => at.earlier().ok()?,
            AmbiguousOffset::Gap { .. } => {
                let beyond = at.later().ok()?;
                self.zone.preceding(beyond).next().map_or(beyond, |gap| gap.timestamp())
            }
        };
        Some(Timestamp::from_millis(instant.as_millisecond()))
    }
}

/// The minute of the day that a time such as `09:30` is.
pub(crate) fn minute_of(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= DAY_MINUTES).then_some(minute)
}

pub(crate) const fn number_of(day: Weekday) -> usize {
    match day {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::wire::{Holiday, OpenHours};

    use super::*;

    const DAYS: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn open(day: Weekday, from: &str, to: &str) -> OpenHours {
        OpenHours { day, from: from.to_owned(), to: to.to_owned() }
    }

    fn given(zone: &str, weekly: Vec<OpenHours>, holidays: &[&str]) -> BusinessHours {
        let holiday = |date: &&str| Holiday { date: (*date).to_owned(), name: String::new() };
        let holidays = holidays.iter().map(holiday).collect();
        BusinessHours { time_zone: zone.to_owned(), weekly, holidays }
    }

    /// Nine to five on working days in Amsterdam.
    fn office(holidays: &[&str]) -> Hours {
        let weekly = DAYS[..5].iter().map(|day| open(*day, "09:00", "17:00")).collect();
        Hours::of(&given("Europe/Amsterdam", weekly, holidays)).expect("it can be read")
    }

    fn every_day(zone: &str, from: &str, to: &str) -> Hours {
        let weekly = DAYS.iter().map(|day| open(*day, from, to)).collect();
        Hours::of(&given(zone, weekly, &[])).expect("it can be read")
    }

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn it_is_open_on_its_days_from_the_first_to_before_the_last_minute_and_on_no_holiday() {
        let office = office(&["2026-12-25"]);
        // 27 November 2026 is a Friday; in winter Amsterdam is an hour ahead.
        for (time, is_open) in [
            ("2026-11-27T07:59:59Z", false),
            ("2026-11-27T08:00:00Z", true),
            ("2026-11-27T15:59:59Z", true),
            ("2026-11-27T16:00:00Z", false),
            ("2026-11-28T10:00:00Z", false),
            ("2026-12-25T10:00:00Z", false),
            ("2026-12-24T10:00:00Z", true),
        ] {
            assert_eq!(office.is_open(at(time)), is_open, "{time}");
        }
    }

    #[test]
    fn the_next_opening_is_past_weekends_and_holidays_and_where_it_is_open_it_is_told_when_it_closes() {
        let office = office(&["2026-12-25", "2026-12-28"]);
        let changes = |time| office.changes_at(at(time)).map(|at| at.to_string());
        assert_eq!(changes("2026-11-27T10:00:00Z").as_deref(), Some("2026-11-27T16:00:00.000Z"));
        assert_eq!(changes("2026-11-27T16:00:00Z").as_deref(), Some("2026-11-30T08:00:00.000Z"));
        assert_eq!(changes("2026-12-24T18:00:00Z").as_deref(), Some("2026-12-29T08:00:00.000Z"));
        let never = Hours::of(&given("UTC", Vec::new(), &[])).expect("it can be read");
        assert_eq!(never.changes_at(at("2026-11-27T10:00:00Z")), None);
        assert_eq!(never.after(at("2026-11-27T10:00:00Z"), HOUR), None);
        let always = every_day("UTC", "00:00", "24:00");
        assert_eq!(always.changes_at(at("2026-11-27T10:00:00Z")), None);
        assert!(always.is_open(at("2026-11-27T23:59:59Z")) && always.is_open(at("2026-11-28T00:00:00Z")));
    }

    #[test]
    fn a_span_of_open_time_goes_on_with_the_next_day() {
        let office = office(&["2026-12-25"]);
        let after = |from, span| office.after(at(from), span).expect("it ends").to_string();
        assert_eq!(after("2026-11-27T10:00:00Z", HOUR), "2026-11-27T11:00:00.000Z");
        assert_eq!(after("2026-11-27T15:30:00Z", HOUR), "2026-11-30T08:30:00.000Z");
        assert_eq!(after("2026-11-27T15:00:00Z", HOUR), "2026-11-27T16:00:00.000Z", "to the last minute");
        assert_eq!(after("2026-12-24T20:00:00Z", HOUR), "2026-12-28T09:00:00.000Z");
        assert_eq!(after("2026-11-28T12:00:00Z", HOUR * 17), "2026-12-02T09:00:00.000Z");
    }

    #[test]
    fn where_an_hour_is_left_out_or_comes_twice_what_really_passes_is_counted() {
        // In Amsterdam clocks went from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
        let night = every_day("Europe/Amsterdam", "01:00", "04:00");
        let of = |from, to| night.between(at(from), at(to));
        assert_eq!(of("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), HOUR * 2);
        assert_eq!(of("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), HOUR * 4);
        assert_eq!(of("2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z"), HOUR * 3);
        // An end that no clock shows is that of the gap; one that is shown twice is the last.
        let gap = every_day("Europe/Amsterdam", "02:30", "05:00");
        assert_eq!(gap.between(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), HOUR * 2);
        assert!(!gap.is_open(at("2026-03-29T00:59:59Z")) && gap.is_open(at("2026-03-29T01:00:00Z")));
        let within = every_day("Europe/Amsterdam", "02:10", "02:50");
        assert_eq!(within.between(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), Duration::ZERO);
        let fold = every_day("Europe/Amsterdam", "00:00", "02:30");
        assert_eq!(fold.between(at("2026-10-24T22:00:00Z"), at("2026-10-25T12:00:00Z")), HOUR / 2 + HOUR * 3);
        assert_eq!(night.after(at("2026-10-25T00:30:00Z"), HOUR * 2), Some(at("2026-10-25T02:30:00Z")));
    }

    #[test]
    fn a_zone_whose_day_has_no_midnight_is_open_all_day() {
        // In Beirut clocks went from 00:00 to 01:00 on 29 March 2026.
        let all = every_day("Asia/Beirut", "00:00", "24:00");
        assert_eq!(all.between(at("2026-03-28T12:00:00Z"), at("2026-03-30T12:00:00Z")), HOUR * 48);
        assert_eq!(all.changes_at(at("2026-03-28T12:00:00Z")), None);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_its_field() {
        let field = |hours: BusinessHours| match Hours::of(&hours) {
            Err(Rejection::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(given("Amsterdam", Vec::new(), &[])), "hours.time_zone");
        assert_eq!(field(given("../../etc/passwd", Vec::new(), &[])), "hours.time_zone");
        for (from, to) in [
            ("17:00", "09:00"),
            ("9:00", "17:00"),
            ("09:00", "24:01"),
            ("09:60", "10:00"),
            ("", ""),
            ("09:00", "09:00"),
        ] {
            assert_eq!(field(given("UTC", vec![open(Weekday::Monday, from, to)], &[])), "hours.weekly");
        }
        let over = vec![open(Weekday::Monday, "09:00", "13:00"), open(Weekday::Monday, "12:00", "17:00")];
        assert_eq!(field(given("UTC", over, &[])), "hours.weekly");
        assert_eq!(field(given("UTC", Vec::new(), &["25.12.2026"])), "hours.holidays");
        assert_eq!(field(given("UTC", Vec::new(), &["2026-02-30"])), "hours.holidays");
        assert_eq!(
            field(given("UTC", vec![open(Weekday::Monday, "09:00", "17:00"); 29], &[])),
            "hours.weekly"
        );
    }

    proptest! {
        /// Whatever the zone and the time: so much open time lies between a time and the one that is that much after it, and
        /// a moment earlier it is less.
        #[test]
        fn a_span_that_is_counted_forward_is_the_same_counted_back(
            zone in proptest::sample::select(vec!["Europe/Amsterdam", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland", "Australia/Lord_Howe"]),
            from in 1_767_225_600_i64..1_830_297_600,
            minutes in 1_u64..20_000,
            ends in (0_u16..1_200, 30_u16..240),
        ) {
            let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
            let hours = every_day(zone, &clock(ends.0), &clock(ends.0 + ends.1));
            let (from, span) = (Timestamp::from_secs(from), Duration::from_secs(minutes * 60));
            let due = hours.after(from, span).expect("it is open each day");
            prop_assert_eq!(hours.between(from, due), span);
            prop_assert!(hours.between(from, due - Duration::from_secs(1)) < span);
        }
    }
}
