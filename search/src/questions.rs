//! What is asked, of one index.
//!
//! Which words of an index answer is looked up first, within limits, as a beginning of two letters may be that of
//! thousands; then documents are gone through, newest segments first, until time is up. So a question costs no more than its
//! deadline, whatever is asked.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet},
};

use switchboard_domain::search::{
    matching::{self, Quality},
    rank::rank,
};
use switchboard_ports::search::{Ask, Found, Kind, Mark, PAGE_MAX};
use switchboard_schema::Timestamp;
use tantivy::{
    DocSet as _, Score, Searcher, SegmentReader, TERMINATED, Term,
    query::{
        BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring, FuzzyTermQuery, Occur,
        PhraseQuery, Query, TermQuery,
    },
    schema::{Field, IndexRecordOption},
};

use crate::documents::{
    AT, FILE_TAG, Fields, ID_HIGH, ID_LOW, SEQ, author_tag, channel_tag, holder_tag, kind_tag, status_tag,
    target,
};

/// Words of the index that are looked at for one that is asked for.
const TERMS_LOOKED_AT_MAX: usize = 20_000;
/// Words of the index that answer one that is asked for: the best of them.
const ANSWERS_MAX: usize = 256;
/// Documents or words after which it is looked whether to stop.
const LOOK_EVERY: usize = 256;

/// A part of a question, and whether it must hold.
type Clause = (Occur, Box<dyn Query>);

/// A question in the index's own terms.
struct Asked {
    query: Box<dyn Query>,
    /// More words would answer.
    cut: bool,
}

/// Answers a question.
///
/// # Errors
/// What the index says of itself that does not read.
pub(crate) fn answer(
    fields: &Fields,
    searcher: &Searcher,
    ask: &Ask,
    stop: &dyn Fn() -> bool,
) -> tantivy::Result<Found> {
    let Some(Asked { query, cut }) = read(fields, searcher, ask, stop)? else {
        return Ok(Found { cut: stop(), ..Found::default() });
    };
    let conversations = if ask.kind == Kind::Messages && ask.filters.of_conversations() {
        let stand = tagged(fields, conversation_tags(ask));
        let mut all = HashSet::new();
        let whole = each(searcher, &*stand, stop, |numbers, _, doc| {
            all.insert((numbers.high(doc), numbers.low(doc)));
        })?;
        if !whole {
            return Ok(Found { cut: true, ..Found::default() });
        }
        Some(all)
    } else {
        None
    };
    let limit = ask.limit.clamp(1, PAGE_MAX);
    let mut best: BinaryHeap<Mark> = BinaryHeap::with_capacity(limit + 2);
    let whole = each(searcher, &*query, stop, |numbers, score, doc| {
        let at = Timestamp::from_millis(numbers.at(doc));
        let (high, low) = (numbers.high(doc), numbers.low(doc));
        if !ask.filters.in_time(at) || conversations.as_ref().is_some_and(|all| !all.contains(&(high, low))) {
            return;
        }
        let target = target(ask.kind, high, low, numbers.seq(doc));
        let mark = Mark { rank: rank(score, at, ask.now), at, target };
        if ask.after.is_some_and(|after| mark <= after) {
            return;
        }
        best.push(mark);
        if best.len() > limit + 1 {
            best.pop();
        }
    })?;
    let mut hits = best.into_sorted_vec();
    let more = hits.len() > limit;
    hits.truncate(limit);
    Ok(Found { hits, more, cut: cut || !whole })
}

/// The numbers of the documents of a segment.
struct Numbers {
    high: tantivy::fastfield::Column<u64>,
    low: tantivy::fastfield::Column<u64>,
    seq: tantivy::fastfield::Column<u64>,
    at: tantivy::fastfield::Column<i64>,
}

impl Numbers {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let fast = segment.fast_fields();
        Ok(Self { high: fast.u64(ID_HIGH)?, low: fast.u64(ID_LOW)?, seq: fast.u64(SEQ)?, at: fast.i64(AT)? })
    }

    fn high(&self, doc: u32) -> u64 {
        self.high.first(doc).unwrap_or_default()
    }

    fn low(&self, doc: u32) -> u64 {
        self.low.first(doc).unwrap_or_default()
    }

    fn seq(&self, doc: u32) -> u64 {
        self.seq.first(doc).unwrap_or_default()
    }

    fn at(&self, doc: u32) -> i64 {
        self.at.first(doc).unwrap_or_default()
    }
}

/// Goes through what answers, segments with the newest first; false where it was told to stop.
fn each(
    searcher: &Searcher,
    query: &dyn Query,
    stop: &dyn Fn() -> bool,
    mut take: impl FnMut(&Numbers, Score, u32),
) -> tantivy::Result<bool> {
    let weight = query.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let mut segments = Vec::with_capacity(searcher.segment_readers().len());
    for segment in searcher.segment_readers() {
        segments.push((Numbers::of(segment)?, segment));
    }
    segments.sort_by_key(|(numbers, _)| Reverse(numbers.at.max_value()));
    for (numbers, segment) in segments {
        if stop() {
            return Ok(false);
        }
        let mut scorer = weight.scorer(segment, 1.0)?;
        let alive = segment.alive_bitset();
        let mut doc = scorer.doc();
        let mut looked_at = 0;
        while doc != TERMINATED {
            looked_at += 1;
            if looked_at % LOOK_EVERY == 0 && stop() {
                return Ok(false);
            }
            if alive.is_none_or(|alive| alive.is_alive(doc)) {
                take(&numbers, scorer.score(), doc);
            }
            doc = scorer.advance();
        }
    }
    Ok(true)
}

/// Everything with these tags.
fn tagged(fields: &Fields, tags: Vec<String>) -> Box<dyn Query> {
    Box::new(BooleanQuery::new(tags.iter().map(|tag| (Occur::Must, holds(fields, tag))).collect()))
}

/// With this tag, which adds nothing to how well it answers.
fn holds(fields: &Fields, tag: &str) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(exactly(fields.tag, tag), 0.0))
}

fn exactly(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::Basic))
}

/// A word, by how often it is said and among how many words.
fn spoken(field: Field, text: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs))
}

fn conversation_tags(ask: &Ask) -> Vec<String> {
    let filters = &ask.filters;
    [
        Some(kind_tag(Kind::Conversations).to_owned()),
        filters.channel.map(channel_tag),
        filters.status.map(|status| status_tag(status).to_owned()),
        filters.assignee.map(holder_tag),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What everything that is found has.
fn tags(ask: &Ask) -> Vec<String> {
    let filters = &ask.filters;
    let mut tags = vec![kind_tag(ask.kind).to_owned()];
    if ask.kind == Kind::Messages {
        tags.extend(filters.channel.map(channel_tag));
    } else {
        tags = conversation_tags(ask);
        tags[0] = kind_tag(ask.kind).to_owned();
    }
    tags.extend(filters.by.map(author_tag));
    tags.extend(filters.attachment.then(|| FILE_TAG.to_owned()));
    tags
}

/// The question in terms of this index; nothing where no word of it answers.
fn read(
    fields: &Fields,
    searcher: &Searcher,
    ask: &Ask,
    stop: &dyn Fn() -> bool,
) -> tantivy::Result<Option<Asked>> {
    let mut cut = false;
    let mut either: Vec<Clause> = Vec::new();
    if let Some(all) = said(fields, searcher, ask, stop, &mut cut)? {
        either.push((Occur::Should, Box::new(BooleanQuery::new(all))));
    }
    if let Some(digits) = &ask.query.digits {
        let begins = |term: &str| term.starts_with(digits.as_str()).then_some(matching::SAME);
        let prefix = FuzzyTermQuery::new_prefix(Term::from_field_text(fields.digits, digits), 0, false);
        let numbers = answers(searcher, fields.digits, &[prefix], &begins, stop, &mut cut)?;
        if !numbers.is_empty() {
            let any = numbers.into_iter().map(|(term, _)| exactly(fields.digits, &term)).collect();
            // As much as a rare word.
            either.push((
                Occur::Should,
                Box::new(ConstScoreQuery::new(Box::new(DisjunctionMaxQuery::new(any)), 8.0)),
            ));
        }
    }
    if either.is_empty() {
        return Ok(None);
    }
    let mut all: Vec<Clause> = tags(ask).iter().map(|tag| (Occur::Must, holds(fields, tag))).collect();
    all.push((Occur::Must, Box::new(BooleanQuery::new(either))));
    Ok(Some(Asked { query: Box::new(BooleanQuery::new(all)), cut }))
}

/// Every word and row that is asked for; nothing where one of them answers nowhere.
fn said(
    fields: &Fields,
    searcher: &Searcher,
    ask: &Ask,
    stop: &dyn Fn() -> bool,
    cut: &mut bool,
) -> tantivy::Result<Option<Vec<Clause>>> {
    let mut all: Vec<Clause> = Vec::new();
    let words = &ask.query.words;
    for (at, word) in words.iter().enumerate() {
        let unfinished = ask.query.unfinished && at + 1 == words.len();
        let term = || Term::from_field_text(fields.words, word);
        let mut ways = vec![FuzzyTermQuery::new(term(), matching::slips(word), true)];
        if unfinished && word.chars().count() >= matching::PREFIX_FROM {
            ways.push(FuzzyTermQuery::new_prefix(term(), matching::slips_in_prefix(word), true));
        }
        let quality = |term: &str| matching::quality(word, term, unfinished);
        let terms = answers(searcher, fields.words, &ways, &quality, stop, cut)?;
        if terms.is_empty() {
            return Ok(None);
        }
        let any = terms.into_iter().map(|(term, quality)| -> Box<dyn Query> {
            Box::new(BoostQuery::new(spoken(fields.words, &term), quality))
        });
        all.push((Occur::Must, Box::new(DisjunctionMaxQuery::new(any.collect()))));
    }
    for row in &ask.query.rows {
        let one: Box<dyn Query> = match &row[..] {
            [only] => spoken(fields.words, &only.text),
            _ => {
                let term = |text: &str| Term::from_field_text(fields.words, text);
                let row = row.iter().map(|one| (one.place, term(&one.text))).collect();
                Box::new(PhraseQuery::new_with_offset(row))
            }
        };
        all.push((Occur::Must, one));
    }
    Ok((!all.is_empty()).then_some(all))
}

/// The words of the index that answer, the best and then the most frequent of them.
fn answers(
    searcher: &Searcher,
    field: Field,
    ways: &[FuzzyTermQuery],
    quality: &dyn Fn(&str) -> Option<Quality>,
    stop: &dyn Fn() -> bool,
    cut: &mut bool,
) -> tantivy::Result<Vec<(String, Quality)>> {
    let mut found: HashMap<String, (Quality, u64)> = HashMap::new();
    let mut looked_at = 0;
    'all: for segment in searcher.segment_readers() {
        let index = segment.inverted_index(field)?;
        let mut seen = HashSet::new();
        for way in ways {
            let mut terms = index.terms().search(way.automaton()?).into_stream()?;
            while terms.advance() {
                looked_at += 1;
                if looked_at > TERMS_LOOKED_AT_MAX || (looked_at % LOOK_EVERY == 0 && stop()) {
                    *cut = true;
                    break 'all;
                }
                let Ok(term) = str::from_utf8(terms.key()) else { continue };
                let Some(quality) = quality(term).filter(|_| !seen.contains(term)) else { continue };
                seen.insert(term.to_owned());
                found.entry(term.to_owned()).or_insert((quality, 0)).1 += u64::from(terms.value().doc_freq);
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(one, (quality, often)), (other, (than, as_often))| {
        than.total_cmp(quality).then(as_often.cmp(often)).then(one.cmp(other))
    });
    if found.len() > ANSWERS_MAX {
        *cut = true;
        found.truncate(ANSWERS_MAX);
    }
    Ok(found.into_iter().map(|(term, (quality, _))| (term, quality)).collect())
}
