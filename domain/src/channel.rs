//! How a connected number stands: what the provider said of it and what we saw, as lights with words.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use switchboard_schema::{
    ChannelId, Timestamp,
    record::{AccountRestriction, ChannelStanding},
    wire::{ChannelHealth, ChannelLight, LightState, LightSubject, NumberFacts},
};

use crate::{phone_import, throughput::DEFAULT_PER_SECOND};

/// How often the provider is asked about a number: a number's management calls are limited to 200 an hour for each
/// account (Meta: graph-api/overview/rate-limiting), and one look takes four.
pub const CHECK_EVERY: Duration = Duration::from_secs(3_600);
/// By how much more than that numbers differ, so that those of many tenants are not asked about in one moment.
pub const CHECK_SPREAD: Duration = Duration::from_secs(360);
/// When it is asked again after it could not be; twice as long each time, up to [`CHECK_EVERY`].
pub const CHECK_AGAIN: Duration = Duration::from_secs(60);
/// How long it is shown that an account broke the provider's rules: nobody tells of an end of that.
pub const VIOLATION_SHOWN: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The provider's name for not being allowed to write to anybody first (Meta: account_update, restriction_info).
const NO_WRITING_FIRST: &str = "RESTRICTED_BIZ_INITIATED_MESSAGING";
/// For not being allowed to answer anybody.
const NO_ANSWERS: &str = "RESTRICTED_CUSTOMER_INITIATED_MESSAGING";
/// For not being allowed to add numbers.
const NO_NEW_NUMBERS: &str = "RESTRICTED_ADD_PHONE_NUMBER_ACTION";
/// How long before a token ends somebody is told.
pub const TOKEN_ENDS_SOON: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Webhooks that do not verify are spoken of for so long.
pub const UNSIGNED_SHOWN: Duration = Duration::from_secs(24 * 3_600);
/// Why nothing can be sent with a token that was sealed under another master key.
pub const TOKEN_CLOSED: &str = "The number’s token cannot be read with this server’s master key.";
/// What helps where something was sealed under another master key.
const OPEN_AGAIN: &str =
    "Give the server the key before it back, or enter the token and the app secret here anew.";
/// Messages a second of a number that was upgraded (Meta: throughput).
pub const HIGH_PER_SECOND: u32 = 1_000;
/// Messages a second of a number that is used in the phone's app as well (Meta: coexistence).
pub const COEXISTENCE_PER_SECOND: u32 = 20;

/// Messages a second that a number may send.
#[must_use]
pub fn per_second(facts: Option<&NumberFacts>) -> u32 {
    facts.map_or(DEFAULT_PER_SECOND, |facts| facts.throughput_per_second)
}

/// Messages a second, from the provider's level of throughput and whether the number is in the phone's app as well.
#[must_use]
pub fn throughput_of(level: Option<&str>, coexistence: bool) -> u32 {
    match level {
        _ if coexistence => COEXISTENCE_PER_SECOND,
        Some("HIGH") => HIGH_PER_SECOND,
        _ => DEFAULT_PER_SECOND,
    }
}

/// How many people may be written to outside their windows in 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessagingLimit {
    /// So many.
    People(u32),
    /// As many as one likes.
    Unlimited,
    /// The provider did not say, or in a word of a later version.
    Unknown,
}

/// Reads the provider's word for a messaging limit, such as `TIER_2K` (Meta: messaging-limits).
#[must_use]
pub fn messaging_limit(tier: Option<&str>) -> MessagingLimit {
    let Some(count) = tier.and_then(|tier| tier.strip_prefix("TIER_")) else {
        return MessagingLimit::Unknown;
    };
    if count == "UNLIMITED" {
        return MessagingLimit::Unlimited;
    }
    let (digits, factor) = count.strip_suffix('K').map_or((count, 1), |digits| (digits, 1_000));
    let people = digits.parse::<u32>().ok().and_then(|people| people.checked_mul(factor));
    people.filter(|people| *people > 0).map_or(MessagingLimit::Unknown, MessagingLimit::People)
}

/// What a webhook told of an account or of one of its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccountNews {
    /// The number it is about, as people read it; nothing where it is about all of the account.
    pub display_phone_number: Option<String>,
    /// What somebody should look at, in words; empty where an earlier one is over.
    pub problem: Option<String>,
    /// The account or the number is closed: nothing can be sent.
    pub closed: bool,
    /// Nobody tells of an end of the problem: it is shown for [`VIOLATION_SHOWN`].
    #[serde(default)]
    pub passes: bool,
    /// What the provider keeps the account from: all there is, where this is told.
    #[serde(default)]
    pub restrictions: Option<Vec<AccountRestriction>>,
    /// When the provider told it, where it says.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// How many people may be written to first, as the provider calls it.
    pub messaging_limit: Option<String>,
}

/// What is changed by news; whether anything was.
pub fn take_news(standing: &mut ChannelStanding, news: &AccountNews, now: Timestamp) -> bool {
    let before = standing.clone();
    let is_outdated = news.at.is_some_and(|at| standing.account_told_at.is_some_and(|told| at < told));
    let is_of_account = news.problem.is_some() || news.restrictions.is_some();
    if is_of_account && !is_outdated {
        standing.account_told_at = news.at.or(standing.account_told_at);
        if let Some(problem) = &news.problem {
            standing.account_problem = Some(problem.clone()).filter(|problem| !problem.is_empty());
            standing.account_problem_until = news.passes.then(|| news.at.unwrap_or(now) + VIOLATION_SHOWN);
            standing.account_closed = news.closed;
            if problem.is_empty() {
                standing.restrictions.clear();
            }
        }
        if let Some(restrictions) = &news.restrictions {
            standing.restrictions.clone_from(restrictions);
        }
    }
    if let (Some(limit), Some(facts)) = (&news.messaging_limit, &mut standing.facts) {
        facts.messaging_limit = Some(limit.clone());
    }
    // The rest is asked for.
    standing.check_at = Some(now);
    before != *standing
}

/// What a look at the provider found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// All is well, and this is the number.
    Seen {
        /// What it said of the number.
        facts: NumberFacts,
        /// When the token ends.
        token_expires_at: Option<Timestamp>,
        /// Our app is told what happens in the account.
        subscribed: Option<bool>,
    },
    /// It refuses the token: why, in words. Nothing can be sent.
    Refused(String),
    /// Something else that was entered is not as it says: what of the channel, and why, in words. What is sent may go all
    /// the same, so that only the answer to that tells.
    Doubtful(LightSubject, String),
    /// It could not be asked.
    Unavailable(String),
}

/// Takes in what a look found, and says when the next is due.
pub fn take_look(id: ChannelId, standing: &mut ChannelStanding, look: Look, now: Timestamp) {
    standing.checked_at = Some(now);
    standing.check_at = Some(now + CHECK_EVERY + spread(id));
    let unanswered = std::mem::take(&mut standing.unanswered);
    standing.doubted = match &look {
        Look::Doubtful(subject, _) => Some(*subject),
        Look::Unavailable(_) => standing.doubted,
        Look::Seen { .. } | Look::Refused(_) => None,
    };
    match look {
        Look::Seen { facts, token_expires_at, subscribed } => {
            standing.unverified = None;
            standing.token_refused = false;
            standing.refused = closed(&facts);
            standing.token_expires_at = token_expires_at;
            standing.subscribed = subscribed.or(standing.subscribed);
            standing.facts = Some(facts);
        }
        Look::Refused(why) => {
            standing.unverified = None;
            standing.token_refused = true;
            standing.refused = Some(why);
        }
        Look::Doubtful(_, why) => standing.unverified = Some(why),
        Look::Unavailable(why) => {
            standing.unverified = Some(why);
            standing.unanswered = unanswered.saturating_add(1);
            let again = CHECK_AGAIN.saturating_mul(1 << unanswered.min(16)).min(CHECK_EVERY);
            standing.check_at =
                Some(now + again + spread(id).mul_f64(again.as_secs_f64() / CHECK_EVERY.as_secs_f64()));
        }
    }
}

/// By how much a number's looks are further apart than [`CHECK_EVERY`]: always the same for the same one.
fn spread(id: ChannelId) -> Duration {
    let [.., high, low] = *id.as_bytes();
    CHECK_SPREAD.mul_f64(f64::from(u16::from_be_bytes([high, low])) / f64::from(u16::MAX))
}

/// What stands against sending on a channel, where that is certain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trouble {
    /// Why nothing can be sent.
    pub problem: Option<String>,
    /// What the provider keeps the account from.
    pub restrictions: Vec<AccountRestriction>,
}

impl Trouble {
    /// What is known of a channel; nothing where nothing stands against it.
    #[must_use]
    pub fn of(standing: &ChannelStanding) -> Option<Self> {
        let problem = problem(standing).map(str::to_owned);
        let trouble = Self { problem, restrictions: standing.restrictions.clone() };
        (trouble != Self::default()).then_some(trouble)
    }
}

/// What keeps an account from writing at a moment: to somebody who has not written within their window where `first`, else
/// as an answer.
#[must_use]
pub fn restricts(
    restrictions: &[AccountRestriction],
    first: bool,
    now: Timestamp,
) -> Option<&AccountRestriction> {
    let kind = if first { NO_WRITING_FIRST } else { NO_ANSWERS };
    in_force(restrictions, now).find(|restriction| restriction.kind == kind)
}

/// What a restriction keeps an account from, and until when, in words.
#[must_use]
pub fn words_of(restriction: &AccountRestriction) -> String {
    let what = match restriction.kind.as_str() {
        NO_WRITING_FIRST => "it may not write to people first".to_owned(),
        NO_ANSWERS => "it may not answer people".to_owned(),
        NO_NEW_NUMBERS => "no numbers may be added to it".to_owned(),
        other => other.to_lowercase().replace('_', " "),
    };
    match restriction.until {
        Some(until) => format!("{what}, until {until}"),
        None => what,
    }
}

fn in_force(
    restrictions: &[AccountRestriction],
    now: Timestamp,
) -> impl Iterator<Item = &AccountRestriction> {
    restrictions.iter().filter(move |restriction| is_in_force(restriction, now))
}

fn is_in_force(restriction: &AccountRestriction, now: Timestamp) -> bool {
    restriction.until.is_none_or(|until| now < until)
}

/// When something that the provider told of the account ends by itself next.
#[must_use]
pub fn next_end(standing: &ChannelStanding) -> Option<Timestamp> {
    let ends = standing.restrictions.iter().filter_map(|restriction| restriction.until);
    ends.chain(standing.account_problem_until).min()
}

/// Forgets what has ended by itself. True where something has.
pub fn let_end(standing: &mut ChannelStanding, now: Timestamp) -> bool {
    let before = standing.restrictions.len();
    standing.restrictions.retain(|restriction| is_in_force(restriction, now));
    let passed = standing.account_problem_until.is_some_and(|until| until <= now);
    if passed {
        (standing.account_problem, standing.account_problem_until) = (None, None);
        standing.account_closed = false;
    }
    passed || standing.restrictions.len() < before
}

/// When the owner of a channel is to be woken next.
#[must_use]
pub fn wake_at(standing: &ChannelStanding) -> Option<Timestamp> {
    let phone = standing.phone.as_ref().and_then(phone_import::next_at);
    [standing.check_at, next_end(standing), phone].into_iter().flatten().min()
}

/// Why a number of this state cannot send, where it cannot.
fn closed(facts: &NumberFacts) -> Option<String> {
    match facts.status.as_deref() {
        Some("BANNED") => Some("WhatsApp banned this number.".to_owned()),
        Some("DELETED") => Some("This number was deleted at WhatsApp.".to_owned()),
        Some("MIGRATED") => Some("This number was moved to another WhatsApp Business Account.".to_owned()),
        _ => None,
    }
}

/// Why nothing can be sent from a channel, where that is certain.
#[must_use]
pub fn problem(standing: &ChannelStanding) -> Option<&str> {
    let closed = standing.token_closed.then_some(TOKEN_CLOSED);
    closed
        .or(standing.refused.as_deref())
        .or(standing.account_problem.as_deref().filter(|_| standing.account_closed))
}

/// How everything about a channel stands, the gravest subjects first.
#[must_use]
pub fn lights(
    standing: &ChannelStanding,
    health: (ChannelHealth, Option<&str>),
    created_at: Timestamp,
    now: Timestamp,
) -> Vec<ChannelLight> {
    let facts = standing.facts.as_ref();
    let mut lights = vec![
        token(standing, now),
        number(standing, health, now),
        webhook(standing, created_at, now),
        messages(standing),
        quality(facts, standing.checked_at),
        limit(facts, standing.checked_at),
        name(facts, standing.checked_at),
        templates(standing),
    ];
    lights.extend(standing.phone.iter().flat_map(|phone| phone_import::lights(phone, now)));
    lights
}

fn light(
    subject: LightSubject,
    state: LightState,
    found: impl Into<String>,
    what_to_do: Option<&str>,
    at: Option<Timestamp>,
) -> ChannelLight {
    ChannelLight {
        subject,
        state,
        found: found.into(),
        what_to_do: what_to_do.map(str::to_owned),
        at,
        progress: None,
    }
}

fn token(standing: &ChannelStanding, now: Timestamp) -> ChannelLight {
    let subject = LightSubject::Token;
    let at = standing.checked_at;
    if standing.token_closed {
        return light(subject, LightState::Bad, TOKEN_CLOSED, Some(OPEN_AGAIN), at);
    }
    if standing.token_refused {
        let found = standing.refused.clone().unwrap_or_else(|| "WhatsApp refuses the token.".to_owned());
        return light(subject, LightState::Bad, found, Some("Enter the new one here."), at);
    }
    if standing.doubted.is_some() && standing.facts.is_none() {
        let found = "WhatsApp answers to it, but does not confirm what was entered with it.";
        return light(subject, LightState::Unknown, found, None, at);
    }
    if let Some(why) = standing.unverified.as_ref().filter(|_| standing.doubted.is_none()) {
        let found = format!("Not confirmed: {why}");
        let to_do = "It is asked again by itself. If it stays so, check the number’s ids and the server’s connection.";
        return light(subject, LightState::Unknown, found, Some(to_do), at);
    }
    if let Some(why) = standing.phone.as_ref().and_then(phone_import::forbidden) {
        let found = format!("WhatsApp takes the token, but not for what the phone keeps: {why}");
        return light(
            subject,
            LightState::Attention,
            found,
            Some("Then check it now, or enter another token here."),
            at,
        );
    }
    match (standing.facts.is_some(), standing.token_expires_at) {
        (false, _) => light(subject, LightState::Unknown, "Not checked yet.", Some("Check it now."), at),
        (true, Some(ends)) if ends <= now + TOKEN_ENDS_SOON => light(
            subject,
            LightState::Attention,
            "WhatsApp takes the token, but it ends soon.",
            Some("Make one that does not end, for a system user at Meta, and enter it here."),
            Some(ends),
        ),
        (true, _) => light(subject, LightState::Good, "WhatsApp takes the token.", None, at),
    }
}

fn number(
    standing: &ChannelStanding,
    (health, why): (ChannelHealth, Option<&str>),
    now: Timestamp,
) -> ChannelLight {
    let subject = LightSubject::Number;
    let at = standing.checked_at;
    if standing.token_refused || standing.token_closed {
        let found = "WhatsApp tells it only to a token that it takes.";
        return light(subject, LightState::Unknown, found, None, at);
    }
    if let Some(why) = doubted(standing, subject) {
        let to_do =
            "Connect it again with the right ids. If they are right, open the number to the token at Meta.";
        return light(subject, LightState::Bad, why, Some(to_do), at);
    }
    if let Some(refused) = problem(standing) {
        return light(
            subject,
            LightState::Bad,
            refused,
            Some("See the account’s page at Meta, then check again."),
            at,
        );
    }
    if health == ChannelHealth::Broken {
        let found = why.unwrap_or("WhatsApp refused the last message.");
        return light(subject, LightState::Bad, found, Some("Mend it at Meta, then check again."), at);
    }
    let restrictions: Vec<_> = in_force(&standing.restrictions, now).collect();
    if !restrictions.is_empty() {
        let words: Vec<_> = restrictions.iter().map(|restriction| words_of(restriction)).collect();
        let stops = |first| restricts(&standing.restrictions, first, now).is_some();
        return light(
            subject,
            if stops(true) || stops(false) { LightState::Bad } else { LightState::Attention },
            format!("WhatsApp restricted this account: {}.", words.join("; ")),
            Some(
                "See why, and ask for a review, at Meta under Business Support Home. Once it is over it goes away here.",
            ),
            standing.account_told_at,
        );
    }
    if let Some(told) = &standing.account_problem {
        return light(
            subject,
            LightState::Attention,
            told.clone(),
            Some("See the account’s page at Meta."),
            at,
        );
    }
    if health == ChannelHealth::Degraded {
        let found = why.unwrap_or("WhatsApp is slow.");
        return light(subject, LightState::Attention, found, None, at);
    }
    let Some(facts) = &standing.facts else {
        return light(subject, LightState::Unknown, "Not checked yet.", None, at);
    };
    let pace = format!("{} messages a second", facts.throughput_per_second);
    let phone = if facts.coexistence { ", used in the WhatsApp Business app as well" } else { "" };
    match facts.status.as_deref() {
        None | Some("CONNECTED") => {
            light(subject, LightState::Good, format!("Connected, {pace}{phone}."), None, at)
        }
        Some("PENDING" | "UNVERIFIED") => light(
            subject,
            LightState::Attention,
            "The number is not registered yet.",
            Some("Register it at Meta, under WhatsApp, API Setup."),
            at,
        ),
        Some(other) => light(
            subject,
            LightState::Attention,
            format!("WhatsApp says of the number: {}.", other.to_lowercase().replace('_', " ")),
            Some("See the number’s page at Meta."),
            at,
        ),
    }
}

fn webhook(standing: &ChannelStanding, created_at: Timestamp, now: Timestamp) -> ChannelLight {
    let subject = LightSubject::Webhook;
    if standing.secret_closed {
        let found =
            "The app secret cannot be read with this server’s master key, so that no webhook is taken.";
        return light(subject, LightState::Bad, found, Some(OPEN_AGAIN), standing.heard_at);
    }
    if let Some(why) = doubted(standing, subject) {
        return light(
            subject,
            LightState::Bad,
            why,
            Some("Enter the right app secret here."),
            standing.checked_at,
        );
    }
    let unsigned = standing.unsigned_at.filter(|at| now.since(*at) < UNSIGNED_SHOWN);
    let newer = |at: Timestamp| standing.heard_at.is_none_or(|heard| heard < at);
    if let Some(at) = unsigned.filter(|at| newer(*at)) {
        let found =
            format!("{} came whose signature does not fit the app secret.", webhooks(standing.unsigned));
        let to_do = "Enter the secret of the Meta app that sends them, under App settings, Basic.";
        return light(subject, LightState::Bad, found, Some(to_do), Some(at));
    }
    if standing.subscribed == Some(false) {
        let found = "The Meta app is not subscribed to this WhatsApp Business Account.";
        return light(
            subject,
            LightState::Bad,
            found,
            Some("Check again: it is subscribed by that."),
            standing.checked_at,
        );
    }
    match standing.heard_at {
        Some(at) => light(subject, LightState::Good, "WhatsApp tells us what happens.", None, Some(at)),
        None => light(
            subject,
            LightState::Unknown,
            "No webhook has come yet.",
            Some(
                "Enter the webhook address and the verify token at Meta, subscribe to “messages”, and write to the number \
                 from a phone.",
            ),
            Some(created_at),
        ),
    }
}

/// Why what was entered is wrong, where it is this of the channel.
fn doubted(standing: &ChannelStanding, subject: LightSubject) -> Option<&str> {
    standing.unverified.as_deref().filter(|_| standing.doubted == Some(subject))
}

fn webhooks(count: u64) -> String {
    if count == 1 { "A webhook".to_owned() } else { format!("{count} webhooks") }
}

fn messages(standing: &ChannelStanding) -> ChannelLight {
    let subject = LightSubject::Messages;
    let (received, sent) = (standing.received_at, standing.sent_at);
    let (state, found) = match (received, sent) {
        (None, None) => (LightState::Unknown, "No message has come or gone yet."),
        (Some(_), None) => (LightState::Good, "Messages come. None has gone yet."),
        (None, Some(_)) => (LightState::Good, "Messages go. None has come yet."),
        (Some(received), Some(sent)) if received >= sent => (LightState::Good, "The last message came."),
        (Some(_), Some(_)) => (LightState::Good, "The last message went."),
    };
    light(subject, state, found, None, received.max(sent))
}

fn quality(facts: Option<&NumberFacts>, at: Option<Timestamp>) -> ChannelLight {
    let (state, found, to_do) = match facts.and_then(|facts| facts.quality.as_deref()) {
        Some("GREEN") => (LightState::Good, "High.", None),
        Some("YELLOW") => (
            LightState::Attention,
            "Medium: some people blocked or reported the number.",
            Some("Send less of what was not asked for."),
        ),
        Some("RED") => (
            LightState::Bad,
            "Low: many people blocked or reported the number.",
            Some("Stop campaigns for now: WhatsApp may lower the limit."),
        ),
        _ => (LightState::Unknown, "WhatsApp has not rated the number yet.", None),
    };
    light(LightSubject::Quality, state, found, to_do, at)
}

fn limit(facts: Option<&NumberFacts>, at: Option<Timestamp>) -> ChannelLight {
    let (state, found) = match messaging_limit(facts.and_then(|facts| facts.messaging_limit.as_deref())) {
        MessagingLimit::People(people) => (
            LightState::Good,
            format!(
                "{} people may be written to first in 24 hours, from all numbers of the portfolio together.",
                grouped(people)
            ),
        ),
        MessagingLimit::Unlimited => {
            (LightState::Good, "Any number of people may be written to first.".to_owned())
        }
        MessagingLimit::Unknown => (LightState::Unknown, "WhatsApp did not say.".to_owned()),
    };
    light(LightSubject::Limit, state, found, None, at)
}

/// A number with a comma between its thousands.
fn grouped(number: u32) -> String {
    if number < 1_000 {
        return number.to_string();
    }
    format!("{},{:03}", grouped(number / 1_000), number % 1_000)
}

fn name(facts: Option<&NumberFacts>, at: Option<Timestamp>) -> ChannelLight {
    let subject = LightSubject::Name;
    let shown = facts.and_then(|facts| facts.verified_name.as_deref());
    let Some(shown) = shown else { return light(subject, LightState::Unknown, "Not known yet.", None, at) };
    match facts.and_then(|facts| facts.name_status.as_deref()) {
        None | Some("APPROVED" | "AVAILABLE_WITHOUT_REVIEW" | "NONE") => {
            light(subject, LightState::Good, format!("Customers see “{shown}”."), None, at)
        }
        Some("PENDING_REVIEW") => light(
            subject,
            LightState::Attention,
            format!("“{shown}” is being reviewed by WhatsApp."),
            None,
            at,
        ),
        Some(_) => light(
            subject,
            LightState::Attention,
            format!("WhatsApp did not accept the name “{shown}”."),
            Some("Choose another in WhatsApp Manager."),
            at,
        ),
    }
}

fn templates(standing: &ChannelStanding) -> ChannelLight {
    let subject = LightSubject::Templates;
    match (&standing.templates_problem, standing.templates_at) {
        (Some(why), at) => light(
            subject,
            LightState::Attention,
            format!("The templates could not be read: {why}"),
            Some("Open the templates again in a while."),
            at,
        ),
        (None, Some(at)) if standing.templates_unseen > 0 => {
            let found = match standing.templates_unseen {
                1 => "One template is not as it was last seen.".to_owned(),
                count => format!("{count} templates are not as they were last seen."),
            };
            light(subject, LightState::Attention, found, Some("Look at what changed in Templates."), Some(at))
        }
        (None, Some(at)) => {
            let found = match standing.templates {
                0 => "There are no templates.".to_owned(),
                1 => "One template, as WhatsApp has it.".to_owned(),
                count => format!("{count} templates, as WhatsApp has them."),
            };
            light(subject, LightState::Good, found, None, Some(at))
        }
        (None, None) => light(subject, LightState::Unknown, "Not read yet.", None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    const ID: ChannelId = ChannelId::from_bytes([0; 16]);

    fn facts() -> NumberFacts {
        NumberFacts {
            verified_name: Some("Spoke & Chain".to_owned()),
            status: Some("CONNECTED".to_owned()),
            quality: Some("GREEN".to_owned()),
            throughput_per_second: 80,
            ..NumberFacts::default()
        }
    }

    fn seen(facts: NumberFacts) -> Look {
        Look::Seen { facts, token_expires_at: None, subscribed: Some(true) }
    }

    fn shown(standing: &ChannelStanding, subject: LightSubject) -> ChannelLight {
        let lights = lights(standing, (ChannelHealth::Working, None), NOW, NOW);
        lights.into_iter().find(|light| light.subject == subject).expect("every subject has its light")
    }

    #[test]
    fn limits_are_read_as_the_provider_writes_them() {
        for (tier, limit) in [
            (Some("TIER_250"), MessagingLimit::People(250)),
            (Some("TIER_2K"), MessagingLimit::People(2_000)),
            (Some("TIER_100K"), MessagingLimit::People(100_000)),
            (Some("TIER_UNLIMITED"), MessagingLimit::Unlimited),
            (Some("TIER_NOT_SET"), MessagingLimit::Unknown),
            (Some("TIER_"), MessagingLimit::Unknown),
            (Some("TIER_9999999K"), MessagingLimit::Unknown),
            (None, MessagingLimit::Unknown),
        ] {
            assert_eq!(messaging_limit(tier), limit, "{tier:?}");
        }
    }

    #[test]
    fn a_number_in_the_phones_app_is_slow_whatever_its_level() {
        assert_eq!(throughput_of(Some("HIGH"), true), 20);
        assert_eq!(throughput_of(Some("HIGH"), false), 1_000);
        assert_eq!(throughput_of(Some("STANDARD"), false), 80);
        assert_eq!(throughput_of(None, false), 80);
    }

    #[test]
    fn a_refused_token_stops_sending_until_a_look_goes_well() {
        let mut standing = ChannelStanding::default();
        take_look(ID, &mut standing, seen(facts()), NOW);
        assert_eq!(problem(&standing), None);
        assert_eq!(shown(&standing, LightSubject::Token).state, LightState::Good);
        let why = "WhatsApp refused our token.".to_owned();
        take_look(ID, &mut standing, Look::Refused(why.clone()), NOW);
        assert_eq!(problem(&standing), Some(why.as_str()));
        let light = shown(&standing, LightSubject::Token);
        assert_eq!((light.state, light.what_to_do.is_some()), (LightState::Bad, true));
        take_look(ID, &mut standing, seen(facts()), NOW);
        assert_eq!(problem(&standing), None);
    }

    #[test]
    fn what_no_key_opens_stops_sending_and_says_what_helps_whatever_the_provider_said_before() {
        let mut standing = ChannelStanding::default();
        take_look(ID, &mut standing, seen(facts()), NOW);
        (standing.token_closed, standing.secret_closed) = (true, true);
        take_look(ID, &mut standing, Look::Unavailable("it was not asked".to_owned()), NOW);
        assert_eq!(problem(&standing), Some(TOKEN_CLOSED));
        for subject in [LightSubject::Token, LightSubject::Webhook] {
            let light = shown(&standing, subject);
            assert_eq!((light.state, light.what_to_do.as_deref()), (LightState::Bad, Some(OPEN_AGAIN)));
        }
        assert_eq!(shown(&standing, LightSubject::Number).state, LightState::Unknown);
    }

    #[test]
    fn a_provider_that_cannot_be_asked_proves_nothing_and_is_asked_again_soon() {
        let mut standing = ChannelStanding::default();
        take_look(ID, &mut standing, seen(facts()), NOW);
        assert_eq!(standing.check_at, Some(NOW + CHECK_EVERY));
        take_look(ID, &mut standing, Look::Unavailable("no answer in time".to_owned()), NOW);
        assert_eq!((problem(&standing), standing.check_at), (None, Some(NOW + CHECK_AGAIN)));
        assert!(standing.facts.is_some(), "what was known stays known");
        assert_eq!(shown(&standing, LightSubject::Token).state, LightState::Unknown);
    }

    #[test]
    fn who_does_not_answer_is_asked_ever_less_often_and_numbers_not_all_at_once() {
        let mut standing = ChannelStanding::default();
        let mut pauses = Vec::new();
        for _ in 0..9 {
            take_look(ID, &mut standing, Look::Unavailable("no answer in time".to_owned()), NOW);
            pauses.push(standing.check_at.expect("a time").since(NOW).as_secs() / 60);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        take_look(ID, &mut standing, seen(facts()), NOW);
        take_look(ID, &mut standing, Look::Unavailable("no answer in time".to_owned()), NOW);
        assert_eq!(standing.check_at, Some(NOW + CHECK_AGAIN), "it begins anew");
        let next = |last: u8| {
            let mut standing = ChannelStanding::default();
            take_look(ChannelId::from_bytes([last; 16]), &mut standing, seen(facts()), NOW);
            standing.check_at.expect("a time").since(NOW)
        };
        assert_eq!(next(0), CHECK_EVERY);
        assert_eq!(next(255), CHECK_EVERY + CHECK_SPREAD);
        assert!(next(100) < next(200) && next(200) < next(255));
    }

    fn restricted(kind: &str, until: Option<Timestamp>, at: Timestamp) -> AccountNews {
        let restriction = AccountRestriction { kind: kind.to_owned(), until };
        AccountNews { restrictions: Some(vec![restriction]), at: Some(at), ..AccountNews::default() }
    }

    #[test]
    fn a_restriction_is_shown_and_counts_until_it_ends_by_itself() {
        let mut standing = ChannelStanding::default();
        take_look(ID, &mut standing, seen(facts()), NOW);
        let until = NOW + Duration::from_secs(3_600);
        assert!(take_news(&mut standing, &restricted(NO_WRITING_FIRST, Some(until), NOW), NOW));
        let light = shown(&standing, LightSubject::Number);
        assert_eq!(light.state, LightState::Bad);
        assert_eq!(
            light.found,
            "WhatsApp restricted this account: it may not write to people first, until 2026-11-18T12:06:40.000Z."
        );
        let trouble = Trouble::of(&standing).expect("something stands against it");
        assert_eq!(trouble.problem, None, "answers go");
        assert!(restricts(&trouble.restrictions, true, NOW).is_some());
        assert!(restricts(&trouble.restrictions, false, NOW).is_none());
        assert!(restricts(&trouble.restrictions, true, until).is_none(), "it is over by the clock alone");
        assert_eq!(next_end(&standing), Some(until));
        assert!(!let_end(&mut standing, NOW));
        assert!(let_end(&mut standing, until));
        assert_eq!(
            (Trouble::of(&standing), shown(&standing, LightSubject::Number).state),
            (None, LightState::Good)
        );
    }

    #[test]
    fn a_reinstated_account_is_free_of_everything_and_older_news_do_not_bring_it_back() {
        let mut standing = ChannelStanding::default();
        let later = NOW + Duration::from_secs(60);
        let free = AccountNews { problem: Some(String::new()), at: Some(later), ..AccountNews::default() };
        take_news(&mut standing, &restricted(NO_ANSWERS, None, NOW), NOW);
        take_news(&mut standing, &free, later);
        assert_eq!(Trouble::of(&standing), None);
        take_news(&mut standing, &restricted(NO_ANSWERS, None, NOW), later);
        assert_eq!(Trouble::of(&standing), None, "it was told late");
    }

    #[test]
    fn a_broken_rule_is_shown_for_a_month() {
        let mut standing = ChannelStanding::default();
        let broke = AccountNews {
            problem: Some("WhatsApp says that this account broke its policies: scam.".to_owned()),
            passes: true,
            at: Some(NOW),
            ..AccountNews::default()
        };
        take_news(&mut standing, &broke, NOW);
        assert_eq!(shown(&standing, LightSubject::Number).state, LightState::Attention);
        assert!(let_end(&mut standing, NOW + VIOLATION_SHOWN));
        assert_eq!(standing.account_problem, None);
    }

    #[test]
    fn webhooks_that_do_not_verify_are_told_until_one_does() {
        let mut standing =
            ChannelStanding { unsigned: 2, unsigned_at: Some(NOW), ..ChannelStanding::default() };
        assert_eq!(shown(&standing, LightSubject::Webhook).state, LightState::Bad);
        standing.heard_at = Some(NOW);
        assert_eq!(shown(&standing, LightSubject::Webhook).state, LightState::Good);
    }

    #[test]
    fn a_closed_account_stops_sending_and_an_opened_one_does_not() {
        let mut standing = ChannelStanding::default();
        take_look(ID, &mut standing, seen(facts()), NOW);
        let problem_of = |words: &str| Some(words.to_owned());
        let closed = AccountNews {
            problem: problem_of("WhatsApp disabled this account."),
            closed: true,
            ..AccountNews::default()
        };
        assert!(take_news(&mut standing, &closed, NOW));
        assert_eq!(problem(&standing), Some("WhatsApp disabled this account."));
        assert!(take_news(
            &mut standing,
            &AccountNews { problem: problem_of(""), ..AccountNews::default() },
            NOW
        ));
        assert_eq!((problem(&standing), standing.account_problem.as_deref()), (None, None));
    }

    #[test]
    fn what_was_entered_wrongly_is_told_where_it_is_mended_until_a_look_finds_it_right() {
        use LightState::{Bad, Good, Unknown};
        let states = |standing: &ChannelStanding| {
            [LightSubject::Token, LightSubject::Number, LightSubject::Webhook]
                .map(|of| shown(standing, of).state)
        };
        let mut standing = ChannelStanding::default();
        let doubt = |of| Look::Doubtful(of, "WhatsApp knows no such thing.".to_owned());
        take_look(ID, &mut standing, doubt(LightSubject::Number), NOW);
        assert_eq!(states(&standing), [Unknown, Bad, Unknown]);
        take_look(ID, &mut standing, Look::Unavailable("no answer in time".to_owned()), NOW);
        assert_eq!(states(&standing)[1], Bad, "no answer is no better one");
        take_look(ID, &mut standing, doubt(LightSubject::Webhook), NOW);
        assert_eq!(states(&standing), [Unknown, Unknown, Bad]);
        take_look(ID, &mut standing, seen(facts()), NOW);
        assert_eq!(states(&standing), [Good, Good, Unknown]);
    }

    #[test]
    fn every_light_that_is_bad_says_what_to_do() {
        let mut standings = vec![ChannelStanding::default()];
        for (status, quality) in [("BANNED", "RED"), ("PENDING", "YELLOW"), ("FLAGGED", "UNKNOWN")] {
            let facts =
                NumberFacts { status: Some(status.to_owned()), quality: Some(quality.to_owned()), ..facts() };
            let mut standing = ChannelStanding::default();
            take_look(ID, &mut standing, seen(facts), NOW);
            standings.push(standing);
        }
        for standing in standings {
            for health in [ChannelHealth::Working, ChannelHealth::Broken, ChannelHealth::Degraded] {
                for light in lights(&standing, (health, None), NOW, NOW) {
                    assert!(light.state != LightState::Bad || light.what_to_do.is_some(), "{light:?}");
                    assert!(light.found.ends_with('.'), "{light:?}");
                }
            }
        }
    }
}
