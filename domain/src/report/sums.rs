//! What a fact counts for, and what sums come to.

use std::collections::BTreeMap;

use switchboard_schema::{
    record::{ReportOf, ReportSpans, ReportSums},
    wire::{OpenTimes, ReportBand, ReportFigures, ReportTimes},
};

use super::{Fact, Kind};

/// From how many seconds on each length goes: to where the next begins, the last to any. Those of [`BANDS`] are among them.
const LENGTHS: [u64; 75] = [
    0, 1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120, 150, 180, 210, 240, 270, 300, 360, 420,
    480, 540, 600, 720, 840, 900, 1_080, 1_200, 1_500, 1_800, 2_100, 2_400, 2_700, 3_000, 3_600, 4_500,
    5_400, 6_300, 7_200, 9_000, 10_800, 12_600, 14_400, 18_000, 21_600, 25_200, 28_800, 36_000, 43_200,
    50_400, 57_600, 64_800, 72_000, 86_400, 108_000, 129_600, 172_800, 216_000, 259_200, 345_600, 432_000,
    518_400, 604_800, 864_000, 1_209_600, 1_814_400, 2_592_000, 3_888_000, 5_184_000, 7_776_000,
];

/// From how many seconds on the bands of first answers go: to where the next begins, the last to any.
pub const BANDS: [u64; 8] = [0, 60, 300, 900, 3_600, 14_400, 28_800, 86_400];

/// The number of the length that so many seconds are.
fn length_of(seconds: u64) -> u8 {
    let number = LENGTHS.partition_point(|from| *from <= seconds) - 1;
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn put(spans: &mut ReportSpans, seconds: u64) {
    spans.count += 1;
    spans.total_s += i64::try_from(seconds).unwrap_or(i64::MAX);
    *spans.lengths.entry(length_of(seconds)).or_default() += 1;
}

fn put_some(spans: &mut ReportSpans, seconds: Option<u64>) {
    if let Some(seconds) = seconds {
        put(spans, seconds);
    }
}

/// Whose a fact is, and what it counts for.
#[must_use]
pub fn of_fact(fact: &Fact) -> (ReportOf, ReportSums) {
    let episode = &fact.body.episode;
    let (mut of, mut sums) = (episode.of, ReportSums::default());
    match fact.kind {
        Kind::Opened => {
            // One that went on elsewhere is counted there; of one that had begun before it is not known when.
            if !episode.gave_way && !episode.partial {
                sums.opened = 1;
                sums.reopened = i64::from(episode.n > 1);
                sums.by_us = i64::from(episode.by_us);
            }
        }
        Kind::Resolved => {
            if let Some(end) = &episode.end {
                sums.resolved = 1;
                sums.by_bot = i64::from(episode.automatic && episode.first.is_none() && end.by.is_none());
                if !episode.partial {
                    put(&mut sums.took, end.took_s);
                    put_some(&mut sums.took_open, end.open_s);
                }
            }
        }
        Kind::Answered => {
            if let Some(answer) = &fact.body.answer {
                of.user_id = answer.by;
                put(&mut sums.waited, answer.waited_s);
                put_some(&mut sums.waited_open, answer.open_s);
                if is_first(fact) {
                    put(&mut sums.first, answer.waited_s);
                    put_some(&mut sums.first_open, answer.open_s);
                }
            }
        }
        Kind::Asked => {
            sums.asked = 1;
            sums.asked_rated = i64::from(episode.rating.is_some());
        }
        Kind::Rated => {
            let place = episode.rating.and_then(|rating| usize::from(rating.score).checked_sub(1));
            if let Some(count) = place.and_then(|place| sums.ratings.get_mut(place)) {
                *count = 1;
            }
        }
    }
    (of, sums)
}

/// Is it the first answer of its episode? Not of one that we began, or that had begun before: nobody knows what was first.
#[must_use]
pub fn is_first(fact: &Fact) -> bool {
    let episode = &fact.body.episode;
    let first = episode.first.map(|first| first.seq);
    fact.kind == Kind::Answered
        && !episode.partial
        && !episode.by_us
        && fact.body.answer.is_some_and(|answer| Some(answer.seq) == first)
}

/// Is nothing counted by it?
#[must_use]
pub fn is_nothing(sums: &ReportSums) -> bool {
    *sums == ReportSums::default()
}

/// Adds one to another, `times` times: -1 takes it out again.
pub fn add(to: &mut ReportSums, what: &ReportSums, times: i64) {
    let ReportSums {
        opened,
        reopened,
        by_us,
        resolved,
        by_bot,
        received,
        sent,
        automatic,
        asked,
        asked_rated,
        ratings,
        first,
        first_open,
        waited,
        waited_open,
        took,
        took_open,
    } = what;
    let counts = [
        (&mut to.opened, opened),
        (&mut to.reopened, reopened),
        (&mut to.by_us, by_us),
        (&mut to.resolved, resolved),
        (&mut to.by_bot, by_bot),
        (&mut to.received, received),
        (&mut to.sent, sent),
        (&mut to.automatic, automatic),
        (&mut to.asked, asked),
        (&mut to.asked_rated, asked_rated),
    ];
    for (to, count) in counts.into_iter().chain(to.ratings.iter_mut().zip(ratings)) {
        *to += count * times;
    }
    let spans = [
        (&mut to.first, first),
        (&mut to.first_open, first_open),
        (&mut to.waited, waited),
        (&mut to.waited_open, waited_open),
        (&mut to.took, took),
        (&mut to.took_open, took_open),
    ];
    for (to, spans) in spans {
        add_spans(to, spans, times);
    }
}

fn add_spans(to: &mut ReportSpans, what: &ReportSpans, times: i64) {
    to.count += what.count * times;
    to.total_s += what.total_s * times;
    for (length, count) in &what.lengths {
        *to.lengths.entry(*length).or_default() += count * times;
    }
    to.lengths.retain(|_, count| *count != 0);
}

/// As the API shows them.
#[must_use]
pub fn figures(sums: &ReportSums) -> ReportFigures {
    ReportFigures {
        opened: shown(sums.opened),
        reopened: shown(sums.reopened),
        by_us: shown(sums.by_us),
        resolved: shown(sums.resolved),
        by_bot: shown(sums.by_bot),
        received: shown(sums.received),
        sent: shown(sums.sent),
        automatic: shown(sums.automatic),
        first_response: times(&sums.first, &sums.first_open),
        waiting: times(&sums.waited, &sums.waited_open),
        resolution: times(&sums.took, &sums.took_open),
        asked: shown(sums.asked),
        asked_rated: shown(sums.asked_rated),
        ratings: sums.ratings.map(shown),
    }
}

fn shown(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn times(all: &ReportSpans, open: &ReportSpans) -> ReportTimes {
    let open = average(open).zip(share(open, 50)).zip(share(open, 90));
    ReportTimes {
        count: shown(all.count),
        average_s: average(all),
        median_s: share(all, 50),
        p90_s: share(all, 90),
        open: open.map(|((average_s, median_s), p90_s)| OpenTimes { average_s, median_s, p90_s }),
    }
}

fn average(spans: &ReportSpans) -> Option<u64> {
    spans.total_s.checked_div(spans.count).map(shown)
}

/// The seconds that so many of a hundred took at most: the length in which the last of them is, as far into it as they fill
/// it.
fn share(spans: &ReportSpans, percent: u64) -> Option<u64> {
    let count = shown(spans.count);
    if count == 0 {
        return None;
    }
    let rank = (count * percent).div_ceil(100).max(1);
    let mut before = 0;
    for (length, many) in &spans.lengths {
        let many = shown(*many);
        if before + many >= rank {
            let from = LENGTHS.get(usize::from(*length)).copied()?;
            let to = LENGTHS.get(usize::from(*length) + 1).copied().unwrap_or(from * 2);
            return Some(from + (to - from) * (2 * (rank - before) - 1) / (2 * many));
        }
        before += many;
    }
    None
}

/// How many first answers fell into each band.
#[must_use]
pub fn bands(sums: &ReportSums) -> Vec<ReportBand> {
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for (length, count) in &sums.first.lengths {
        let from = LENGTHS.get(usize::from(*length)).copied().unwrap_or_default();
        *counts.entry(BANDS.partition_point(|band| *band <= from)).or_default() += shown(*count);
    }
    let band = |(nth, from): (usize, &u64)| ReportBand {
        from_s: *from,
        to_s: BANDS.get(nth + 1).copied(),
        count: counts.get(&(nth + 1)).copied().unwrap_or_default(),
    };
    BANDS.iter().enumerate().map(band).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(spans: &[u64]) -> ReportSpans {
        let mut sum = ReportSpans::default();
        spans.iter().for_each(|seconds| put(&mut sum, *seconds));
        sum
    }

    #[test]
    fn lengths_grow_and_every_band_begins_with_one() {
        assert!(LENGTHS.windows(2).all(|two| two[0] < two[1]));
        for band in BANDS {
            assert!(LENGTHS.contains(&band), "{band}");
        }
        assert_eq!([length_of(0), length_of(4), length_of(5), length_of(u64::MAX)], [0, 3, 4, 74]);
    }

    #[test]
    fn nothing_has_neither_an_average_nor_a_median() {
        let figures = figures(&ReportSums::default());
        assert_eq!(figures, ReportFigures::default());
        assert_eq!(bands(&ReportSums::default()).len(), BANDS.len());
    }

    #[test]
    fn an_answer_is_in_the_band_it_belongs_to_to_the_second() {
        let first = of(&[0, 59, 60, 299, 300, 86_399, 86_400, 10_000_000]);
        let counts = bands(&ReportSums { first, ..ReportSums::default() });
        let counts: Vec<_> = counts.iter().map(|band| (band.from_s, band.count)).collect();
        let expected =
            [(0, 2), (60, 2), (300, 1), (900, 0), (3_600, 0), (14_400, 0), (28_800, 1), (86_400, 2)];
        assert_eq!(counts, expected);
    }

    proptest! {
        #[test]
        fn what_is_put_in_and_taken_out_again_leaves_nothing(spans in prop::collection::vec(0_u64..9_000_000, 0..40)) {
            let sums = ReportSums { first: of(&spans), took: of(&spans), opened: 3, ..ReportSums::default() };
            let mut total = ReportSums::default();
            add(&mut total, &sums, 1);
            prop_assert_eq!(&total, &sums);
            add(&mut total, &sums, -1);
            prop_assert!(is_nothing(&total));
        }

        #[test]
        fn the_average_is_exact_and_a_median_lies_within_the_length_of_the_true_one(
            mut spans in prop::collection::vec(0_u64..5_000_000, 1..60),
        ) {
            let sums = of(&spans);
            prop_assert_eq!(average(&sums), Some(spans.iter().sum::<u64>() / spans.len() as u64));
            spans.sort_unstable();
            for percent in [50, 90] {
                let rank = (spans.len() * percent).div_ceil(100).max(1);
                let (told, exact) = (share(&sums, percent as u64).expect("there is one"), spans[rank - 1]);
                prop_assert_eq!(length_of(told), length_of(exact), "{} for {}", told, exact);
            }
        }
    }
}
