//! What the provider takes for a message: a rate card, dated, as data.
//!
//! Meta publishes its rates as tables and changes them several times a year; none is built in. Prices that were shown
//! are estimates until the bill comes: taxes, discounts by volume and the number's free messages are not in them.

use std::collections::HashMap;

use switchboard_schema::{
    Timestamp,
    wire::{Amount, Charge, Identity, IdentityKind, PriceCategory, SendPrice, SendSpan},
};

use crate::permission::ANSWERS_CHARGED_FROM;

/// Longest rate card that is read, in bytes: some hundred markets, some categories, some years.
pub const MAX_CARD_BYTES: u64 = 4 * 1_024 * 1_024;
/// Rates of one card, at most.
pub const MAX_RATES: usize = 100_000;
/// Changes of a rate that are told of ahead, at most.
pub const CHANGES_TOLD: usize = 8;
/// The first line of a card.
pub const HEADER: &str = "from,country,calling_code,category,currency,amount";

/// The word for everywhere else, as country and as calling code.
const REST: &str = "*";
/// Most digits of a calling code with what follows it within a shared one, such as 1787 for Puerto Rico.
const MAX_CODE_DIGITS: usize = 7;
/// Most characters of a category.
const MAX_CATEGORY_CHARS: usize = 64;
/// Most digits of an amount, before and after its point.
const MAX_AMOUNT_CHARS: usize = 16;

/// Rates by category and market, each from a day on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RateCard {
    by_code: HashMap<Key, Vec<Rate>>,
    by_country: HashMap<Key, Vec<Rate>>,
    rest: HashMap<String, Vec<Rate>>,
}

/// Category, and calling code or country.
type Key = (String, String);

/// From when on, how much.
#[derive(Debug, Clone, PartialEq)]
struct Rate {
    from: Timestamp,
    amount: Amount,
    /// Where the card says so, from 1.
    line: usize,
}

/// A line that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BadRate {
    /// Which, from 1.
    pub line: usize,
    /// What is wrong, in words.
    pub problem: String,
}

impl RateCard {
    /// Reads a card: the line [`HEADER`], then a rate a line, such as `2026-10-01,DE,49,marketing,EUR,0.1131`; `*` is
    /// every country that has no line of its own. Empty lines, and those that begin with `#`, say nothing.
    ///
    /// # Errors
    /// The first line that is wrong.
    pub fn parse(text: &str) -> Result<Self, BadRate> {
        let mut card = Self::default();
        let mut given = HashMap::new();
        let lines = (1..).zip(text.lines().map(str::trim));
        let mut lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        if lines.next().is_none_or(|(_, line)| line != HEADER) {
            return Err(BadRate { line: 1, problem: format!("a rate card begins with the line `{HEADER}`") });
        }
        for (count, (line, text)) in lines.enumerate() {
            let bad = |problem: String| BadRate { line, problem };
            if count == MAX_RATES {
                return Err(bad(format!("a rate card has at most {MAX_RATES} rates")));
            }
            let what = card.add(line, text).map_err(bad)?;
            if let Some(before) = given.insert(what, line) {
                return Err(bad(format!(
                    "the rate of this day for this market and category is in line {before} already"
                )));
            }
        }
        let all = card.by_code.values_mut().chain(card.by_country.values_mut()).chain(card.rest.values_mut());
        let mut differs: Option<(usize, usize)> = None;
        for rates in all {
            rates.sort_by_key(|rate| rate.from);
            let of_a_day = rates.windows(2).filter(|pair| pair[0].from == pair[1].from);
            let two = of_a_day.filter(|pair| pair[0].amount != pair[1].amount);
            differs = two.map(|pair| (pair[1].line, pair[0].line)).chain(differs).min();
        }
        match differs {
            Some((line, before)) => {
                let problem = format!(
                    "line {before} has another rate of this day for this country or calling code: which counts is not clear"
                );
                Err(BadRate { line, problem })
            }
            None => Ok(card),
        }
    }

    /// Takes in a line; answers with what it is the rate of.
    fn add(&mut self, line: usize, text: &str) -> Result<[String; 4], String> {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let [from, country, code, category, currency, amount] = *fields else {
            return Err(format!("it has {} fields instead of the header's 6", fields.len()));
        };
        let what = [from, country, code, category].map(str::to_owned);
        let from = format!("{from}T00:00:00Z").parse().map_err(|_| "`from` is a day such as 2026-10-01")?;
        let is_category = !category.is_empty()
            && category.len() <= MAX_CATEGORY_CHARS
            && category.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !is_category {
            return Err("`category` is a word of WhatsApp's, such as marketing".to_owned());
        }
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err("`currency` has three capital letters, such as EUR".to_owned());
        }
        if !is_amount(amount) {
            return Err("`amount` is a number such as 0.1131".to_owned());
        }
        let amount = Amount { value: amount.to_owned(), currency: currency.to_owned() };
        let rate = Rate { from, amount, line };
        match (country, code) {
            (REST, REST) => self.rest.entry(category.to_owned()).or_default().push(rate),
            (country, code) if is_country(country) && is_code(code) => {
                let key = |market: &str| (category.to_owned(), market.to_owned());
                self.by_country.entry(key(country)).or_default().push(rate.clone());
                self.by_code.entry(key(code)).or_default().push(rate);
            }
            _ => {
                return Err("`country` has two capital letters and `calling_code` digits, such as DE,49; both are * for \
                            the rest of the world"
                    .to_owned());
            }
        }
        Ok(what)
    }

    /// What a message of this category to somebody with these addresses costs; nothing where the card does not say.
    ///
    /// From [`ANSWERS_CHARGED_FROM`] on answers cost what a utility message does, unless the card has a rate for
    /// `service` of its own (Meta: "Pricing on the WhatsApp Business Platform", non-template messages).
    #[must_use]
    pub fn amount(&self, category: &str, recipient: &[Identity], at: Timestamp) -> Option<Amount> {
        self.rate(category, recipient, at).map(|rate| rate.amount.clone())
    }

    /// What it is told to cost before it is sent: the price, with how much that is about.
    #[must_use]
    pub fn priced(&self, price: SendPrice, recipient: &[Identity], at: Timestamp) -> SendPrice {
        let costs = matches!(price.charge, Charge::Charged | Charge::AfterAllowance);
        let rate = costs.then(|| self.rate(word_of(price.category), recipient, at)).flatten();
        SendPrice {
            amount: rate.map(|rate| rate.amount.clone()),
            rate_from: rate.map(|rate| rate.from),
            ..price
        }
    }

    /// The same for spans of an outlook: one more begins where a rate changes within one, [`CHANGES_TOLD`] at most.
    #[must_use]
    pub fn priced_spans(&self, spans: Vec<SendSpan>, recipient: &[Identity]) -> Vec<SendSpan> {
        let ends: Vec<_> = spans.iter().skip(1).map(|next| Some(next.from)).chain([None]).collect();
        let mut told: Vec<SendSpan> = Vec::with_capacity(spans.len());
        for (span, end) in spans.into_iter().zip(ends) {
            let changes = std::iter::successors(Some(span.from), |at| {
                let next = self.next_change(word_of(span.price.category), recipient, *at)?;
                end.is_none_or(|end| next < end).then_some(next)
            });
            let mut newest = None;
            for from in changes.take(CHANGES_TOLD + 1) {
                let price = self.priced(span.price.clone(), recipient, from);
                if newest.as_ref() != Some(&price) {
                    newest = Some(price.clone());
                    told.push(SendSpan { from, price, ..span.clone() });
                }
            }
        }
        told
    }

    fn rate(&self, category: &str, recipient: &[Identity], at: Timestamp) -> Option<&Rate> {
        let of = |category| self.markets(category, recipient).into_iter().find_map(|rates| newest(rates, at));
        let as_utility = category == "service" && at >= ANSWERS_CHARGED_FROM;
        of(category).or_else(|| as_utility.then(|| of("utility")).flatten())
    }

    /// When a rate begins that may be another for them.
    fn next_change(&self, category: &str, recipient: &[Identity], after: Timestamp) -> Option<Timestamp> {
        let of = |category| {
            let rates = self.markets(category, recipient).into_iter().flatten();
            rates.map(|rate| rate.from).filter(|from| *from > after).min()
        };
        let as_utility = (category == "service").then(|| of("utility")).flatten();
        of(category).into_iter().chain(as_utility).min()
    }

    /// The rates of the markets that somebody may be of, the closest first.
    fn markets(&self, category: &str, recipient: &[Identity]) -> Vec<&[Rate]> {
        let key = |market: &str| (category.to_owned(), market.to_owned());
        let (by_id, by_number): (Vec<_>, Vec<_>) =
            recipient.iter().partition(|one| one.kind == IdentityKind::Bsuid);
        let codes = by_number
            .into_iter()
            .flat_map(|one| (1..=MAX_CODE_DIGITS).rev().filter_map(|length| one.value.get(..length)));
        let countries = by_id.into_iter().filter_map(|one| one.value.split_once('.'));
        let by_code = codes.filter_map(|code| self.by_code.get(&key(code)));
        let by_country = countries.filter_map(|(country, _)| self.by_country.get(&key(country)));
        by_code.chain(by_country).chain(self.rest.get(category)).map(Vec::as_slice).collect()
    }
}

/// The last rate that holds at a time; they are sorted by when they begin.
fn newest(rates: &[Rate], at: Timestamp) -> Option<&Rate> {
    rates.iter().rev().find(|rate| rate.from <= at)
}

/// A category as the card and WhatsApp's statuses call it.
const fn word_of(category: PriceCategory) -> &'static str {
    match category {
        PriceCategory::Service => "service",
        PriceCategory::Utility => "utility",
        PriceCategory::Authentication => "authentication",
        PriceCategory::Marketing => "marketing",
    }
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_code(text: &str) -> bool {
    (1..=MAX_CODE_DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_amount(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= MAX_AMOUNT_CHARS && digits(whole) && digits(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: &str = "from,country,calling_code,category,currency,amount
# What it was, and what it is.
2026-07-01,DE,49,marketing,EUR,0.1131
2026-10-01,DE,49,marketing,EUR,0.1200
2026-07-01,DE,49,utility,EUR,0.0456

2026-07-01,US,1,marketing,USD,0.0250
2026-07-01,PR,1787,marketing,USD,0.0740
2026-07-01,*,*,marketing,USD,0.0604
";

    fn card() -> RateCard {
        RateCard::parse(CARD).expect("a card")
    }

    fn day(day: &str) -> Timestamp {
        format!("{day}T12:00:00Z").parse().expect("a day")
    }

    fn phone(digits: &str) -> Vec<Identity> {
        vec![Identity { kind: IdentityKind::Phone, value: digits.to_owned() }]
    }

    fn value(category: &str, to: &[Identity], at: &str) -> Option<String> {
        card().amount(category, to, day(at)).map(|amount| format!("{} {}", amount.value, amount.currency))
    }

    #[test]
    fn two_rates_for_one_day_and_market_are_refused_with_both_lines() {
        let wrong = |again: &str| RateCard::parse(&format!("{CARD}{again}\n")).expect_err(again).to_string();
        let line = CARD.lines().count() + 1;
        for (again, before) in [
            ("2026-10-01,DE,49,marketing,EUR,0.1300", 4),
            ("2026-10-01,DE,49,marketing,EUR,0.1200", 4),
            ("2026-07-01,*,*,marketing,USD,0.0700", 9),
            // Another country's, of the same calling code, and a country's other calling code.
            ("2026-07-01,CA,1,marketing,USD,0.0300", 7),
            ("2026-07-01,PR,1939,marketing,USD,0.0300", 8),
        ] {
            let error = wrong(again);
            assert!(error.starts_with(&format!("line {line}: ")), "{error}");
            assert!(error.contains(&format!("line {before} ")), "{error}");
        }
        for shared in ["2026-07-01,CA,1,marketing,USD,0.0250", "2026-07-01,PR,1939,marketing,USD,0.0740"] {
            assert!(RateCard::parse(&format!("{CARD}{shared}\n")).is_ok(), "{shared}");
        }
    }

    #[test]
    fn the_rate_of_the_day_counts() {
        let german = phone("4915112345678");
        assert_eq!(value("marketing", &german, "2026-06-30"), None, "before the card begins");
        assert_eq!(value("marketing", &german, "2026-09-30").as_deref(), Some("0.1131 EUR"));
        assert_eq!(value("marketing", &german, "2026-10-01").as_deref(), Some("0.1200 EUR"));
    }

    #[test]
    fn the_closest_market_counts_and_the_rest_of_the_world_where_there_is_none() {
        assert_eq!(value("marketing", &phone("12125550100"), "2026-11-01").as_deref(), Some("0.0250 USD"));
        assert_eq!(value("marketing", &phone("17875550100"), "2026-11-01").as_deref(), Some("0.0740 USD"));
        assert_eq!(value("marketing", &phone("31610000001"), "2026-11-01").as_deref(), Some("0.0604 USD"));
        let unnumbered =
            [Identity { kind: IdentityKind::Bsuid, value: "DE.13491208655302741918".to_owned() }];
        assert_eq!(value("marketing", &unnumbered, "2026-11-01").as_deref(), Some("0.1200 EUR"));
        assert_eq!(value("authentication", &phone("31610000001"), "2026-11-01"), None);
    }

    #[test]
    fn answers_cost_what_a_utility_message_does_from_october_2026_on() {
        let german = phone("4915112345678");
        assert_eq!(value("service", &german, "2026-09-30"), None);
        assert_eq!(value("service", &german, "2026-10-01").as_deref(), Some("0.0456 EUR"));
        let own = RateCard::parse(&format!("{CARD}2026-10-01,DE,49,service,EUR,0.0300\n")).expect("a card");
        let amount = own.amount("service", &german, day("2026-10-02")).expect("its own");
        assert_eq!(amount.value, "0.0300");
    }

    fn span(from: &str, category: PriceCategory, charge: Charge) -> SendSpan {
        let price = SendPrice { category, charge, amount: None, rate_from: None };
        SendSpan { from: day(from), price, refused: None }
    }

    fn told(spans: Vec<SendSpan>) -> Vec<(String, Option<String>)> {
        let told = card().priced_spans(spans, &phone("4915112345678"));
        let day = |at: Timestamp| at.to_string().chars().take(10).collect();
        told.into_iter().map(|span| (day(span.from), span.price.amount.map(|amount| amount.value))).collect()
    }

    #[test]
    fn what_a_message_will_cost_is_told_for_the_day_on_which_it_is_sent() {
        let of = |day: &str, amount: Option<&str>| (day.to_owned(), amount.map(str::to_owned));
        let marketing = told(vec![span("2026-09-20", PriceCategory::Marketing, Charge::Charged)]);
        assert_eq!(marketing, [of("2026-09-20", Some("0.1131")), of("2026-10-01", Some("0.1200"))]);
        let until = vec![
            span("2026-09-20", PriceCategory::Marketing, Charge::FreeEntry),
            span("2026-09-22", PriceCategory::Marketing, Charge::Charged),
        ];
        let (free, charged) = (of("2026-09-20", None), of("2026-09-22", Some("0.1131")));
        assert_eq!(
            told(until),
            [free, charged, of("2026-10-01", Some("0.1200"))],
            "what is free has no amount"
        );
        let answers = vec![span("2026-10-02", PriceCategory::Service, Charge::AfterAllowance)];
        assert_eq!(told(answers), [of("2026-10-02", Some("0.0456"))]);
        assert_eq!(
            told(vec![span("2026-10-02", PriceCategory::Authentication, Charge::Charged)]),
            [of("2026-10-02", None)]
        );
        let price = span("2026-10-02", PriceCategory::Marketing, Charge::Charged).price;
        let priced = card().priced(price, &phone("4915112345678"), day("2026-10-02"));
        assert_eq!(
            priced.rate_from.map(|from| from.to_string()).as_deref(),
            Some("2026-10-01T00:00:00.000Z")
        );
    }

    #[test]
    fn a_line_that_is_no_rate_is_named_with_what_is_wrong() {
        for (line, word) in [
            ("2026-13-01,DE,49,marketing,EUR,0.1", "from"),
            ("2026-07-01,Germany,49,marketing,EUR,0.1", "country"),
            ("2026-07-01,DE,+49,marketing,EUR,0.1", "calling_code"),
            ("2026-07-01,*,49,marketing,EUR,0.1", "both"),
            ("2026-07-01,DE,49,,EUR,0.1", "category"),
            ("2026-07-01,DE,49,marketing,eur,0.1", "currency"),
            ("2026-07-01,DE,49,marketing,EUR,-1", "amount"),
            ("2026-07-01,DE,49,marketing,EUR,1.", "amount"),
            ("2026-07-01,DE,49,marketing,EUR,1e3", "amount"),
            ("2026-07-01,DE,49,marketing", "4 fields"),
        ] {
            let error = RateCard::parse(&format!("{HEADER}\n\n{line}\n")).expect_err(line);
            assert_eq!(error.line, 3, "{line}");
            assert!(error.problem.contains(word), "{line}: {error}");
        }
        assert_eq!(RateCard::parse("").expect_err("no header").line, 1);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_card_or_refused(text in "[0-9A-Z,*.\\-a-z\n]{0,200}") {
            drop(RateCard::parse(&text));
            drop(RateCard::parse(&format!("{HEADER}\n{text}")));
        }
    }
}
