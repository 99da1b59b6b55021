//! May this be sent to this person at this moment? One decision for every message, whoever writes it and however it
//! comes in, asked again at every step on its way out: when it is written, when it is queued, when its turn comes,
//! and when the request is about to be made.
//!
//! The rules, in the order in which they count:
//! 1. Nothing goes to whom we blocked.
//! 2. Nothing goes to whom does not want it. Who refused everything and writes again gets answers, and nothing else;
//!    templates go by their own purpose.
//!    Nor does marketing go to whom the provider lets none through for a while, as they had enough of everybody's.
//! 3. Without an open window only templates go (see [`crate::window`]).
//! 4. A template is approved at the provider, so far as we know.
//! 5. The channel is connected and its number works, so far as we know, the provider does not keep its account from writing to
//!    people first, or from answering them, and who is written to first is within its limit.
//! 6. A program that answers by itself still has the conversation (see [`crate::ownership`]).
//!
//! What a step does not know counts as passed there: a later step knows it, and the provider has the last word.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    wire::{
        Charge, ConsentChoice, ConsentScope, ConsentStanding, Content, MessageError, PriceCategory,
        SendCheck, SendDecision, SendPrice, SendPurpose, SendRefusal, SendRule, SendSpan, SendStep,
        TemplateCategory,
    },
};

use crate::{
    channel::{self, Trouble},
    conversation::Rejection,
    ownership::{self, Automatic},
    window::WindowFacts,
};

/// How long no marketing goes to somebody of whom the provider said that they had enough (Meta: error 131049, "wait at
/// least 24 hours").
pub const MARKETING_REST: Duration = Duration::from_secs(24 * 3_600);

/// From when on utility templates and answers past the month's free ones are charged as well: 1 October 2026, midnight
/// UTC (Meta: "Pricing on the WhatsApp Business Platform", non-template messages). Meta counts by the account's time
/// zone, so up to 14 hours about it the told price may differ from the charged one.
pub const ANSWERS_CHARGED_FROM: Timestamp = Timestamp::from_secs(1_790_812_800);

/// What the decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Circumstances<'a> {
    /// What is known of the window.
    pub window: WindowFacts,
    /// We blocked the contact.
    pub blocked: bool,
    /// What the contact said about what they want.
    pub consent: &'a [ConsentStanding],
    /// The provider lets no marketing through to them before: they had enough, from all businesses together.
    pub marketing_from: Option<Timestamp>,
    /// The template's status at the provider, where the message is one and that is known.
    pub template: Option<&'a str>,
    /// What stands against sending on the channel, where something does and that is known.
    pub trouble: Option<&'a Trouble>,
    /// What is known of the channel beyond that.
    pub channel: ChannelFacts,
    /// Of a message that a program wrote by itself: whether it still may.
    pub automatic: Option<Automatic<'a>>,
}

/// What only the channel's side knows: a step that did not ask it counts that as passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChannelFacts {
    /// The channel was disconnected.
    pub deleted: bool,
    /// There is no room for this contact among those who are written to first.
    pub full: Option<LimitFull>,
}

/// As many people were written to first as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitFull {
    /// How many may be in 24 hours.
    pub people_max: u32,
    /// When there is room for another.
    pub room_at: Timestamp,
}

/// Why something may not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Stable: `contact_blocked`, `opted_out`, `opted_out_of_marketing`, `opted_out_of_utility`,
    /// `opted_out_of_authentication`, `marketing_capped`, `window_closed`, `template_not_approved`, `channel_deleted`, `channel_unhealthy`,
    /// `account_restricted`, `messaging_limit_reached`, `ownership_lost`.
    pub code: &'static str,
    /// Why, in plain words.
    pub reason: String,
    /// What to do.
    pub what_to_do: &'static str,
}

impl Refused {
    /// The reason and what to do.
    #[must_use]
    pub fn message(&self) -> String {
        format!("{} {}", self.reason, self.what_to_do)
    }
}

impl From<Refused> for MessageError {
    fn from(refused: Refused) -> Self {
        Self { code: refused.code.to_owned(), message: refused.message() }
    }
}

impl From<Refused> for SendRefusal {
    fn from(refused: Refused) -> Self {
        Self {
            code: refused.code.to_owned(),
            reason: refused.reason,
            what_to_do: refused.what_to_do.to_owned(),
        }
    }
}

impl From<Refused> for Rejection {
    fn from(refused: Refused) -> Self {
        Self::Rule { code: refused.code, message: refused.message() }
    }
}

/// It may be sent, and is charged as this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// What the provider charges it as.
    pub price: SendPrice,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To answer: anything but a template.
    Answer,
    /// A template's.
    Template(ConsentScope),
}

/// What a message is for. A template whose category is not known counts as marketing.
#[must_use]
pub const fn purpose_of(content: &Content) -> Purpose {
    let Content::Template(template) = content else { return Purpose::Answer };
    Purpose::Template(match template.category {
        Some(TemplateCategory::Utility) => ConsentScope::Utility,
        Some(TemplateCategory::Authentication) => ConsentScope::Authentication,
        Some(TemplateCategory::Marketing | TemplateCategory::Other) | None => ConsentScope::Marketing,
    })
}

/// Every purpose, and what it is called outside.
pub const PURPOSES: [(SendPurpose, Purpose); 4] = [
    (SendPurpose::Answer, Purpose::Answer),
    (SendPurpose::Marketing, Purpose::Template(ConsentScope::Marketing)),
    (SendPurpose::Utility, Purpose::Template(ConsentScope::Utility)),
    (SendPurpose::Authentication, Purpose::Template(ConsentScope::Authentication)),
];

/// The decision: allowed at a price, or refused with a reason.
///
/// # Errors
/// The first rule that stands against it.
pub fn may_send(of: &Circumstances<'_>, content: &Content, now: Timestamp) -> Result<Allowed, Refused> {
    may_send_for(of, purpose_of(content), now)
}

/// The same decision for whatever is of a purpose, before it is written.
///
/// # Errors
/// The first rule that stands against it.
pub fn may_send_for(of: &Circumstances<'_>, purpose: Purpose, now: Timestamp) -> Result<Allowed, Refused> {
    match judge(of, purpose, now).find_map(|(_, refused)| refused.err()) {
        Some(refused) => Err(refused),
        None => Ok(Allowed { price: price_for(purpose, &of.window, now) }),
    }
}

/// The decision for a purpose as it is now and as it will become by itself: at most one span for each time at which
/// something that is known ends, and one for now.
#[must_use]
pub fn outlook(of: &Circumstances<'_>, purpose: Purpose, now: Timestamp) -> Vec<SendSpan> {
    let mut edges: Vec<_> = [
        of.window.expires_at(),
        of.window.free_until,
        of.channel.full.map(|full| full.room_at),
        of.marketing_from,
        Some(ANSWERS_CHARGED_FROM),
    ]
    .into_iter()
    .flatten()
    .filter(|at| *at > now)
    .collect();
    edges.sort_unstable();
    let mut spans: Vec<SendSpan> = Vec::with_capacity(edges.len() + 1);
    for from in std::iter::once(now).chain(edges) {
        let price = price_for(purpose, &of.window, from);
        let refused = may_send_for(of, purpose, from).err().map(SendRefusal::from);
        if spans.last().is_none_or(|last| (&last.price, &last.refused) != (&price, &refused)) {
            spans.push(SendSpan { from, price, refused });
        }
    }
    spans
}

/// The same decision with everything that was looked at, to be kept with the message.
pub fn explain(
    of: &Circumstances<'_>,
    content: &Content,
    step: SendStep,
    now: Timestamp,
) -> (SendDecision, Result<Allowed, Refused>) {
    let purpose = purpose_of(content);
    let mut checks = Vec::new();
    let mut first = None;
    for (rule, judged) in judge(of, purpose, now) {
        let (passed, found) = match judged {
            Ok(found) => (true, found),
            Err(refused) => {
                let found = refused.reason.clone();
                first = first.or(Some(refused));
                (false, found)
            }
        };
        checks.push(SendCheck { rule, passed, found });
    }
    let price = price_for(purpose, &of.window, now);
    let decision = SendDecision { at: now, step, allowed: first.is_none(), price: price.clone(), checks };
    (decision, first.map_or(Ok(Allowed { price }), Err))
}

/// Notes in a decision that somebody else found what stands against it: the contact's owner, the channel's.
pub fn refuse(decision: &mut SendDecision, error: &MessageError, at: Timestamp) {
    let rule = match error.code.as_str() {
        "contact_blocked" => SendRule::Contact,
        code if code.starts_with("opted_out") => SendRule::Consent,
        "window_closed" => SendRule::Window,
        code if code.starts_with("template_") => SendRule::Template,
        "ownership_lost" => SendRule::Ownership,
        _ => SendRule::Channel,
    };
    decision.at = at;
    decision.allowed = false;
    let found = error.message.clone();
    match decision.checks.iter_mut().find(|check| check.rule == rule) {
        Some(check) => *check = SendCheck { rule, passed: false, found },
        None => decision.checks.push(SendCheck { rule, passed: false, found }),
    }
}

/// May a request of this purpose be made to a contact at all? What its owner can tell without the conversation, asked
/// when it gives the permission for one request.
///
/// # Errors
/// A block, or what the contact said.
pub fn may_write_to(
    blocked: bool,
    consent: &[ConsentStanding],
    purpose: Purpose,
    last_wrote_at: Option<Timestamp>,
) -> Result<(), Refused> {
    contact(blocked).and(consented(consent, purpose, last_wrote_at)).map(drop)
}

/// May a request be made on a channel at all? What its owner can tell, asked when it gives a slot for one.
///
/// # Errors
/// What is known against its number.
pub fn may_use(channel_problem: Option<&str>) -> Result<(), Refused> {
    works(channel_problem).map(drop)
}

/// The channel is not there any more.
#[must_use]
pub fn channel_deleted() -> Refused {
    Refused {
        code: "channel_deleted",
        reason: "The channel was disconnected.".to_owned(),
        what_to_do: "Connect its number again, or write to this person from another one.",
    }
}

/// Too many people were written to first: there is room again at a time.
#[must_use]
pub fn limit_reached(LimitFull { people_max, room_at }: LimitFull) -> Refused {
    Refused {
        code: "messaging_limit_reached",
        reason: format!(
            "WhatsApp lets this account write first to {people_max} people in 24 hours, and so many were written to. \
             There is room again at {room_at}."
        ),
        what_to_do: "Send it again then, or wait until they write.",
    }
}

/// What a message is charged as.
#[must_use]
pub fn price_of(content: &Content, window: &WindowFacts, now: Timestamp) -> SendPrice {
    price_for(purpose_of(content), window, now)
}

fn price_for(purpose: Purpose, window: &WindowFacts, now: Timestamp) -> SendPrice {
    let category = match purpose {
        Purpose::Answer => PriceCategory::Service,
        Purpose::Template(ConsentScope::Utility) => PriceCategory::Utility,
        Purpose::Template(ConsentScope::Authentication) => PriceCategory::Authentication,
        Purpose::Template(_) => PriceCategory::Marketing,
    };
    let answers_charged = now >= ANSWERS_CHARGED_FROM;
    let charge = match category {
        _ if window.free_until.is_some_and(|until| now < until) => Charge::FreeEntry,
        PriceCategory::Service if answers_charged => Charge::AfterAllowance,
        PriceCategory::Service => Charge::FreeWindow,
        PriceCategory::Utility if !answers_charged && window.is_open(now) => Charge::FreeWindow,
        _ => Charge::Charged,
    };
    SendPrice { category, charge, amount: None, rate_from: None }
}

type Judged = Result<String, Refused>;

fn judge(
    of: &Circumstances<'_>,
    purpose: Purpose,
    now: Timestamp,
) -> impl Iterator<Item = (SendRule, Judged)> {
    let wanted = consented(of.consent, purpose, of.window.last_inbound_at);
    let always = [
        (SendRule::Contact, contact(of.blocked)),
        (SendRule::Consent, wanted.and_then(|found| gets_through(of, purpose, now).map(|()| found))),
        (SendRule::Window, within_window(&of.window, purpose, now)),
        (SendRule::Template, approved(of.template, purpose)),
        (SendRule::Channel, carries(of, now)),
    ];
    let ownership = of.automatic.map(|automatic| (SendRule::Ownership, ownership::may_go_on(automatic)));
    always.into_iter().chain(ownership)
}

/// The channel is there, works, and has room for who is written to first.
fn carries(of: &Circumstances<'_>, now: Timestamp) -> Judged {
    if of.channel.deleted {
        return Err(channel_deleted());
    }
    let found = works_for(of.trouble, &of.window, now)?;
    match of.channel.full {
        Some(full) if now < full.room_at && !of.window.is_open(now) => Err(limit_reached(full)),
        _ => Ok(found),
    }
}

fn contact(blocked: bool) -> Judged {
    if blocked {
        return Err(Refused {
            code: "contact_blocked",
            reason: "This contact is blocked.".to_owned(),
            what_to_do: "Lift the block in the contact's details to write again.",
        });
    }
    Ok("The contact is not blocked.".to_owned())
}

fn consented(consent: &[ConsentStanding], purpose: Purpose, last_wrote_at: Option<Timestamp>) -> Judged {
    let (scope, word) = match purpose {
        Purpose::Answer => (ConsentScope::Everything, "messages"),
        Purpose::Template(scope) => (scope, word_of(scope)),
    };
    let Some(standing) = crate::consent::counts(consent, scope) else {
        return Ok(format!("The contact did not say that they want no {word}."));
    };
    if standing.choice == ConsentChoice::Given {
        return Ok(format!("The contact agreed to {word}."));
    }
    if purpose == Purpose::Answer && last_wrote_at.is_some_and(|wrote| wrote > standing.at) {
        return Ok("The contact wanted no more messages, but wrote again: this answers them.".to_owned());
    }
    let (code, reason) = match standing.scope {
        ConsentScope::Everything => ("opted_out", "This contact asked us to stop writing.".to_owned()),
        ConsentScope::Marketing => ("opted_out_of_marketing", "This contact wants no marketing.".to_owned()),
        ConsentScope::Utility => {
            ("opted_out_of_utility", format!("This contact wants no {}.", word_of(ConsentScope::Utility)))
        }
        ConsentScope::Authentication => (
            "opted_out_of_authentication",
            format!("This contact wants no {}.", word_of(ConsentScope::Authentication)),
        ),
    };
    Err(Refused {
        code,
        reason,
        what_to_do: match purpose {
            Purpose::Answer => {
                "You can answer when they write again, or record in their details that they want messages."
            }
            Purpose::Template(_) => "If they told you otherwise, record it in the contact's details.",
        },
    })
}

/// The provider lets marketing through to them, as far as it said.
fn gets_through(of: &Circumstances<'_>, purpose: Purpose, now: Timestamp) -> Result<(), Refused> {
    match of.marketing_from {
        Some(from) if now < from && purpose == Purpose::Template(ConsentScope::Marketing) => Err(Refused {
            code: "marketing_capped",
            reason: format!(
                "This person got enough marketing for now, from all businesses together: WhatsApp lets none through \
                 before {from}."
            ),
            what_to_do: "Send it then, or answer when they write.",
        }),
        _ => Ok(()),
    }
}

const fn word_of(scope: ConsentScope) -> &'static str {
    match scope {
        ConsentScope::Everything => "messages",
        ConsentScope::Marketing => "marketing",
        ConsentScope::Utility => "notices about orders and appointments",
        ConsentScope::Authentication => "codes",
    }
}

fn within_window(window: &WindowFacts, purpose: Purpose, now: Timestamp) -> Judged {
    if purpose != Purpose::Answer {
        return Ok("A template needs no open window.".to_owned());
    }
    match window.expires_at() {
        Some(at) if now < at => Ok(format!("The window is open until {at}.")),
        Some(at) => Err(Refused {
            code: "window_closed",
            reason: format!("The 24-hour window closed at {at}."),
            what_to_do: "Send a template; it opens again when the customer answers.",
        }),
        None => Err(Refused {
            code: "window_closed",
            reason: "The customer has not written yet.".to_owned(),
            what_to_do: "Begin with a template; the window opens when they answer.",
        }),
    }
}

fn approved(status: Option<&str>, purpose: Purpose) -> Judged {
    match status {
        None if purpose != Purpose::Answer => {
            Ok("WhatsApp did not say that the template may not be sent.".to_owned())
        }
        None => Ok("It is no template.".to_owned()),
        Some("APPROVED") => Ok("The template is approved.".to_owned()),
        Some(status) => Err(Refused {
            code: "template_not_approved",
            reason: format!(
                "This template is {} at WhatsApp, not approved.",
                status.to_lowercase().replace('_', " ")
            ),
            what_to_do: "Choose another one, or mend it in the templates' settings.",
        }),
    }
}

fn works_for(trouble: Option<&Trouble>, window: &WindowFacts, now: Timestamp) -> Judged {
    let Some(trouble) = trouble else { return works(None) };
    let first = !window.is_open(now);
    if let (None, Some(restriction)) =
        (&trouble.problem, channel::restricts(&trouble.restrictions, first, now))
    {
        return Err(Refused {
            code: "account_restricted",
            reason: format!("WhatsApp restricted this account: {}.", channel::words_of(restriction)),
            what_to_do: if first {
                "You can answer people once they write."
            } else {
                "See the number's page in the settings, and the account at Meta."
            },
        });
    }
    works(trouble.problem.as_deref())
}

fn works(problem: Option<&str>) -> Judged {
    match problem {
        None => Ok("Nothing is known against the number.".to_owned()),
        Some(problem) => Err(Refused {
            code: "channel_unhealthy",
            reason: problem.to_owned(),
            what_to_do: "Look at the channel's settings.",
        }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::strategy::{Just, Strategy};
    use switchboard_schema::{
        record::AccountRestriction,
        wire::{TemplateContent, Text},
    };

    use super::*;
    use crate::window::{FREE_ENTRY, WINDOW};

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn text() -> Content {
        Content::Text(Text { body: "hello".to_owned() })
    }

    fn template(category: Option<TemplateCategory>) -> Content {
        Content::Template(TemplateContent {
            name: "offer".to_owned(),
            language: "en".to_owned(),
            category,
            ..TemplateContent::default()
        })
    }

    fn wrote(ago: Duration) -> WindowFacts {
        WindowFacts {
            last_inbound_at: Some(Timestamp::from_millis(NOW.as_millis() - ago.as_millis() as i64)),
            ..WindowFacts::default()
        }
    }

    fn said(scope: ConsentScope, choice: ConsentChoice, secs_ago: i64) -> ConsentStanding {
        ConsentStanding { scope, choice, at: Timestamp::from_millis(NOW.as_millis() - secs_ago * 1_000) }
    }

    fn code(of: Circumstances<'_>, content: &Content) -> Option<&'static str> {
        may_send(&of, content, NOW).err().map(|refused| refused.code)
    }

    const OPEN: Duration = Duration::from_secs(60);
    const CLOSED: Duration = Duration::from_secs(25 * 3_600);

    #[test]
    fn an_answer_needs_the_window_and_a_template_does_not() {
        let open = Circumstances { window: wrote(OPEN), ..Circumstances::default() };
        let closed = Circumstances { window: wrote(CLOSED), ..Circumstances::default() };
        assert_eq!(code(open, &text()), None);
        assert_eq!(code(closed, &text()), Some("window_closed"));
        assert_eq!(code(Circumstances::default(), &text()), Some("window_closed"));
        assert_eq!(code(closed, &template(None)), None);
    }

    #[test]
    fn who_stopped_everything_gets_nothing_until_they_write_and_then_answers_only() {
        let stopped = [said(ConsentScope::Everything, ConsentChoice::Withdrawn, 60)];
        let by_the_stop =
            Circumstances { window: wrote(OPEN), consent: &stopped, ..Circumstances::default() };
        assert_eq!(code(by_the_stop, &text()), Some("opted_out"), "the stop itself is no new question");
        let since = Circumstances { window: wrote(Duration::from_secs(59)), ..by_the_stop };
        assert_eq!(code(since, &text()), None);
        for category in [None, Some(TemplateCategory::Utility), Some(TemplateCategory::Authentication)] {
            assert_eq!(code(since, &template(category)), Some("opted_out"));
        }
    }

    #[test]
    fn who_wants_no_marketing_gets_everything_else() {
        let consent = [said(ConsentScope::Marketing, ConsentChoice::Withdrawn, 60)];
        let of = Circumstances { window: wrote(OPEN), consent: &consent, ..Circumstances::default() };
        assert_eq!(code(of, &template(Some(TemplateCategory::Marketing))), Some("opted_out_of_marketing"));
        assert_eq!(code(of, &template(None)), Some("opted_out_of_marketing"), "unknown counts as marketing");
        assert_eq!(code(of, &template(Some(TemplateCategory::Utility))), None);
        assert_eq!(code(of, &text()), None);
    }

    #[test]
    fn the_first_rule_that_stands_against_it_is_the_reason_and_all_of_them_are_told() {
        let consent = [said(ConsentScope::Everything, ConsentChoice::Withdrawn, 60)];
        let problem = Some("The token has expired.".to_owned());
        let broken = Trouble { problem, ..Trouble::default() };
        let of = Circumstances {
            window: wrote(CLOSED),
            blocked: true,
            consent: &consent,
            marketing_from: None,
            template: None,
            trouble: Some(&broken),
            channel: ChannelFacts::default(),
            automatic: None,
        };
        assert_eq!(code(of, &text()), Some("contact_blocked"));
        let (decision, refused) = explain(&of, &text(), SendStep::Queued, NOW);
        assert_eq!(refused.map_err(|refused| refused.code), Err("contact_blocked"));
        assert!(!decision.allowed);
        let failed: Vec<_> =
            decision.checks.iter().filter(|check| !check.passed).map(|check| check.rule).collect();
        assert_eq!(failed, [SendRule::Contact, SendRule::Consent, SendRule::Window, SendRule::Channel]);
    }

    #[test]
    fn an_account_that_may_not_write_first_answers_and_one_that_may_not_answer_writes_first() {
        let until = NOW + Duration::from_secs(3_600);
        let restricted = |kind: &str| Trouble {
            problem: None,
            restrictions: vec![AccountRestriction { kind: kind.to_owned(), until: Some(until) }],
        };
        let first = restricted("RESTRICTED_BIZ_INITIATED_MESSAGING");
        let answers = restricted("RESTRICTED_CUSTOMER_INITIATED_MESSAGING");
        let of =
            |channel, window| Circumstances { window, trouble: Some(channel), ..Circumstances::default() };
        assert_eq!(code(of(&first, wrote(CLOSED)), &template(None)), Some("account_restricted"));
        assert_eq!(code(of(&first, wrote(OPEN)), &template(None)), None);
        assert_eq!(code(of(&first, wrote(OPEN)), &text()), None);
        assert_eq!(code(of(&answers, wrote(OPEN)), &text()), Some("account_restricted"));
        assert_eq!(code(of(&answers, wrote(CLOSED)), &template(None)), None);
        let over = may_send(&of(&first, wrote(CLOSED)), &template(None), until);
        assert!(over.is_ok(), "it ends by the clock alone");
    }

    #[test]
    fn a_full_limit_stands_against_writing_first_until_there_is_room_and_against_nothing_else() {
        let room_at = NOW + Duration::from_secs(3_600);
        let full = Some(LimitFull { people_max: 250, room_at });
        let of = Circumstances {
            window: wrote(CLOSED),
            channel: ChannelFacts { full, deleted: false },
            ..Circumstances::default()
        };
        assert_eq!(code(of, &template(None)), Some("messaging_limit_reached"));
        assert!(may_send(&of, &template(None), room_at).is_ok());
        let answering = Circumstances { window: wrote(OPEN), ..of };
        assert_eq!(code(answering, &template(None)), None, "who wrote is not written to first");
        let gone = Circumstances { channel: ChannelFacts { deleted: true, full: None }, ..answering };
        assert_eq!(code(gone, &text()), Some("channel_deleted"));
    }

    #[test]
    fn a_template_that_is_paused_is_refused_by_name_of_its_state() {
        let of = Circumstances { template: Some("PAUSED"), ..Circumstances::default() };
        let refused = may_send(&of, &template(None), NOW).expect_err("it is paused");
        assert_eq!((refused.code, refused.reason.contains("paused")), ("template_not_approved", true));
    }

    #[test]
    fn what_a_message_is_charged_as_changes_in_october_2026() {
        let before = Timestamp::from_millis(ANSWERS_CHARGED_FROM.as_millis() - 60_000);
        let window = WindowFacts { last_inbound_at: Some(before), ..WindowFacts::default() };
        let utility = template(Some(TemplateCategory::Utility));
        let charge = |content: &Content, now| price_of(content, &window, now).charge;
        assert_eq!(charge(&text(), before), Charge::FreeWindow);
        assert_eq!(charge(&utility, before), Charge::FreeWindow);
        assert_eq!(charge(&utility, before + WINDOW), Charge::Charged);
        assert_eq!(charge(&text(), ANSWERS_CHARGED_FROM), Charge::AfterAllowance);
        assert_eq!(charge(&utility, ANSWERS_CHARGED_FROM), Charge::Charged);
        let free = WindowFacts { free_until: Some(ANSWERS_CHARGED_FROM + FREE_ENTRY), ..window };
        assert_eq!(price_of(&utility, &free, ANSWERS_CHARGED_FROM).charge, Charge::FreeEntry);
        assert_eq!(price_of(&template(None), &window, before).category, PriceCategory::Marketing);
    }

    #[test]
    fn whom_the_provider_keeps_marketing_from_gets_everything_else_and_marketing_after_a_day() {
        let from = NOW + MARKETING_REST;
        let of =
            Circumstances { window: wrote(OPEN), marketing_from: Some(from), ..Circumstances::default() };
        assert_eq!(code(of, &template(None)), Some("marketing_capped"));
        assert_eq!(code(of, &template(Some(TemplateCategory::Utility))), None);
        assert_eq!(code(of, &text()), None);
        assert!(may_send(&of, &template(None), from).is_ok());
    }

    fn a_standing() -> impl Strategy<Value = ConsentStanding> {
        let scope = proptest::sample::select(vec![
            ConsentScope::Everything,
            ConsentScope::Marketing,
            ConsentScope::Utility,
            ConsentScope::Authentication,
        ]);
        let choice = proptest::sample::select(vec![ConsentChoice::Given, ConsentChoice::Withdrawn]);
        (scope, choice, 0_i64..100_000).prop_map(|(scope, choice, ago)| said(scope, choice, ago))
    }

    proptest::proptest! {
        #[test]
        fn what_is_allowed_is_never_free_form_outside_of_the_window_nor_against_the_newest_word(
            blocked in proptest::arbitrary::any::<bool>(),
            consent in proptest::collection::vec(a_standing(), 0..5),
            wrote_ago in proptest::option::of(0_u64..200_000),
            content in proptest::prop_oneof![
                Just(text()),
                Just(template(None)),
                Just(template(Some(TemplateCategory::Utility))),
            ],
        ) {
            let window = wrote_ago.map_or(WindowFacts::default(), |secs| wrote(Duration::from_secs(secs)));
            let of = Circumstances { window, blocked, consent: &consent, ..Circumstances::default() };
            let judged = may_send(&of, &content, NOW);
            let (decision, explained) = explain(&of, &content, SendStep::Turn, NOW);
            assert_eq!((decision.allowed, &explained), (judged.is_ok(), &judged), "one decision");
            assert_eq!(
                may_write_to(blocked, &consent, purpose_of(&content), window.last_inbound_at).is_ok(),
                decision.checks[..2].iter().all(|check| check.passed),
            );
            if judged.is_ok() {
                assert!(!blocked);
                assert!(matches!(content, Content::Template(_)) || window.is_open(NOW));
                let newest = consent.iter().filter(|word| word.scope == ConsentScope::Everything).map(|word| word.at).max();
                let refused_at_newest = consent.iter().any(|word| {
                    word.scope == ConsentScope::Everything && Some(word.at) == newest && word.choice == ConsentChoice::Withdrawn
                });
                if refused_at_newest && matches!(content, Content::Text(_)) {
                    assert!(window.last_inbound_at > newest, "they wrote since");
                }
            }
        }

        #[test]
        fn what_is_told_ahead_is_what_is_decided_when_the_time_comes(
            blocked in proptest::arbitrary::any::<bool>(),
            consent in proptest::collection::vec(a_standing(), 0..3),
            wrote_ago in proptest::option::of(0_u64..200_000),
            free_for in proptest::option::of(0_u64..300_000),
            room_in in proptest::option::of(0_u64..90_000),
            rests_for in proptest::option::of(0_u64..90_000),
            before_charging in proptest::arbitrary::any::<bool>(),
            later in proptest::collection::vec(0_u64..400_000, 1..20),
        ) {
            // Across the day on which prices change as well.
            let now = if before_charging {
                Timestamp::from_millis(ANSWERS_CHARGED_FROM.as_millis() - 100_000_000)
            } else {
                NOW
            };
            let ago = |secs: u64| Timestamp::from_millis(now.as_millis() - secs as i64 * 1_000);
            let window = WindowFacts {
                last_inbound_at: wrote_ago.map(ago),
                free_until: free_for.map(|secs| now + Duration::from_secs(secs)),
                opened_by: None,
            };
            let full =
                room_in.map(|secs| LimitFull { people_max: 250, room_at: now + Duration::from_secs(secs) });
            let of = Circumstances {
                window,
                blocked,
                consent: &consent,
                marketing_from: rests_for.map(|secs| now + Duration::from_secs(secs)),
                channel: ChannelFacts { full, deleted: false },
                ..Circumstances::default()
            };
            for (_, purpose) in PURPOSES {
                let spans = outlook(&of, purpose, now);
                assert_eq!(spans[0].from, now);
                assert!(spans.windows(2).all(|two| two[0].from < two[1].from));
                for at in later.iter().map(|secs| now + Duration::from_secs(*secs)) {
                    let span = spans.iter().rev().find(|span| span.from <= at).expect("one holds");
                    match may_send_for(&of, purpose, at) {
                        Ok(allowed) => assert_eq!((allowed.price, None), (span.price.clone(), span.refused.clone())),
                        Err(refused) => assert_eq!(Some(SendRefusal::from(refused)), span.refused),
                    }
                }
            }
        }
    }
}
