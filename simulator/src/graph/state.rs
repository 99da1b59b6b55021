//! What the provider knows: numbers, people, windows, rates, templates, and what it was asked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::check::{self, Request, Send, To};
use super::error::ApiError;
use super::limits::{Pair, Throughput};
use super::media::Shelf;
use super::template::Template;
use super::{Accepted, Number, Options, Outcome, ReadMark, Requested, Sent};
use crate::dice::Dice;
use crate::faults::{Fault, When};
use crate::payload::{self, Direction, Person, Pricing};

/// Most people remembered; later ones are served, but their windows stay closed.
pub const PEOPLE_MAX: usize = 1_000_000;
/// Most scripted faults waiting.
pub const SCRIPT_MAX: usize = 1_000;
/// Most requests, and most read marks, remembered; the oldest are forgotten.
pub const REQUESTS_MAX: usize = 10_000;
/// How long a customer's message keeps the window open.
const WINDOW_MS: i64 = 24 * 60 * 60 * 1000;
/// Free service messages per number and month, since October 2026.
const FREE_SERVICE_A_MONTH: u32 = 1_000;
/// Pairs kept before idle ones are forgotten.
const PAIRS_BEFORE_SWEEP: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct State {
    numbers: HashMap<String, NumberState>,
    templates: HashMap<String, Vec<Template>>,
    people: People,
    pub(super) shelf: Shelf,
    /// Accounts whose webhooks the app is sent.
    pub(super) subscribed: HashSet<String>,
    /// Codes of sign-ups that were not exchanged yet, and the number each shared.
    pub(super) codes: HashMap<String, super::signup::Code>,
    /// How often each number was registered.
    pub(super) registered: HashMap<String, u32>,
    /// When numbers in the phone's app last signed up, in milliseconds.
    pub(super) signed_up_ms: HashMap<String, i64>,
    /// What was asked for of their phones since.
    pub(super) brought_over: HashSet<(String, super::PhonePart)>,
    pub(super) sends: VecDeque<Arc<Sent>>,
    pub(super) sends_total: u64,
    pub(super) requests: VecDeque<Requested>,
    pub(super) reads: VecDeque<ReadMark>,
    script: VecDeque<(When, Fault)>,
    pub(super) chances: u64,
    media_count: u64,
    templates_count: u64,
    /// Uploads of examples that were begun: their length.
    pub(super) samples: HashMap<String, usize>,
}

#[derive(Debug)]
struct NumberState {
    number: Arc<Number>,
    deleted: bool,
    throughput: Throughput,
    pairs: HashMap<u32, Pair>,
    /// When each person last wrote, in milliseconds.
    heard: HashMap<u32, i64>,
    blocked: HashSet<u32>,
    blocked_by: HashSet<u32>,
    accepted: u64,
    month: i64,
    service_this_month: u32,
}

#[derive(Debug, Default)]
struct People {
    by_id: HashMap<String, u32>,
    list: Vec<Person>,
}

impl People {
    /// Finds by either id, learns the other, and takes the newer name.
    fn learn(&mut self, person: &Person) -> Option<u32> {
        let ids = || [&person.wa_id, &person.user_id].into_iter().flatten();
        let known = ids().find_map(|id| self.by_id.get(id).copied());
        let index = match known {
            Some(index) => {
                let kept = &mut self.list[index as usize];
                kept.wa_id = person.wa_id.clone().or(kept.wa_id.take());
                kept.user_id = person.user_id.clone().or(kept.user_id.take());
                if !person.name.is_empty() {
                    kept.name.clone_from(&person.name);
                    kept.username.clone_from(&person.username);
                }
                index
            }
            None if self.list.len() >= PEOPLE_MAX => return None,
            None => {
                self.list.push(person.clone());
                self.list.len() as u32 - 1
            }
        };
        for id in ids() {
            self.by_id.insert(id.clone(), index);
        }
        Some(index)
    }

    fn get(&self, index: Option<u32>) -> Option<&Person> {
        self.list.get(index? as usize)
    }
}

/// What became of a request to `/messages` of the right shape.
pub(super) enum Done {
    Sent(Box<Accepted>, Value),
    Read,
}

/// What one `/messages` request is about, before it is judged: for scripts and for the record.
pub(super) struct About {
    pub(super) to: String,
    pub(super) kind: String,
    pub(super) reply_to: Option<String>,
    pub(super) is_send: bool,
}

impl About {
    pub(super) fn of(body: &Value) -> Self {
        let field = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let to = match field("to") {
            to if to.is_empty() => field("recipient"),
            to => to.trim_start_matches('+').to_owned(),
        };
        let kind = match field("type") {
            kind if kind.is_empty() => "text".to_owned(),
            kind => kind,
        };
        let reply_to = body.pointer("/context/message_id").and_then(Value::as_str).map(str::to_owned);
        Self { to, kind, reply_to, is_send: body.get("status").is_none() }
    }
}

impl State {
    pub(super) fn add_number(&mut self, number: Number) {
        let waba = self.templates.entry(number.business.waba_id.clone()).or_default();
        for template in &number.templates {
            match waba.iter_mut().find(|t| t.name == template.name && t.language == template.language) {
                Some(known) => known.clone_from(template),
                None => waba.push(template.clone()),
            }
        }
        let state = NumberState {
            throughput: Throughput::new(number.throughput_per_s),
            deleted: false,
            pairs: HashMap::new(),
            heard: HashMap::new(),
            blocked: HashSet::new(),
            blocked_by: HashSet::new(),
            accepted: 0,
            month: 0,
            service_this_month: 0,
            number: Arc::new(number),
        };
        self.numbers.insert(state.number.business.phone_number_id.clone(), state);
    }

    pub(super) fn number(&self, phone_number_id: &str) -> Option<&Arc<Number>> {
        self.numbers.get(phone_number_id).map(|state| &state.number)
    }

    pub(super) fn change_number(&mut self, phone_number_id: &str, change: impl FnOnce(&mut Number)) -> bool {
        let Some(state) = self.numbers.get_mut(phone_number_id) else {
            return false;
        };
        let mut number = (*state.number).clone();
        change(&mut number);
        if number.throughput_per_s != state.number.throughput_per_s {
            state.throughput = Throughput::new(number.throughput_per_s);
        }
        state.number = Arc::new(number);
        true
    }

    pub(super) fn numbers_of(&self, waba_id: &str) -> Vec<Arc<Number>> {
        let of_waba = |state: &&NumberState| state.number.business.waba_id == waba_id && !state.deleted;
        let mut numbers: Vec<_> =
            self.numbers.values().filter(of_waba).map(|state| state.number.clone()).collect();
        numbers.sort_by(|a, b| a.business.phone_number_id.cmp(&b.business.phone_number_id));
        numbers
    }

    pub(super) fn templates_of(&self, waba_id: &str) -> Option<&Vec<Template>> {
        self.templates.get(waba_id)
    }

    pub(super) fn templates_of_mut(&mut self, waba_id: &str) -> &mut Vec<Template> {
        self.templates.entry(waba_id.to_owned()).or_default()
    }

    /// The id of a template that is made.
    pub(super) fn next_template_id(&mut self) -> u64 {
        self.templates_count += 1;
        950_000_000_000_000 + self.templates_count
    }

    /// The account that a template is of.
    pub(super) fn account_of_template(&self, id: u64) -> Option<String> {
        let has = |list: &Vec<Template>| list.iter().any(|template| template.id == id);
        self.templates.iter().find(|(_, list)| has(list)).map(|(waba_id, _)| waba_id.clone())
    }

    pub(super) fn delete_number(&mut self, phone_number_id: &str) -> bool {
        self.numbers.get_mut(phone_number_id).is_some_and(|state| {
            state.deleted = true;
            true
        })
    }

    pub(super) fn learn(&mut self, person: &Person) {
        self.people.learn(person);
    }

    /// A customer wrote: the window opens, judged by the message's own timestamp.
    pub(super) fn heard(&mut self, phone_number_id: &str, person: &Person, at_ms: i64) {
        if let Some(index) = self.people.learn(person)
            && let Some(state) = self.numbers.get_mut(phone_number_id)
        {
            let heard = state.heard.entry(index).or_insert(at_ms);
            *heard = (*heard).max(at_ms);
        }
    }

    pub(super) fn block(&mut self, phone_number_id: &str, person: &Person, by_business: bool, on: bool) {
        if let Some(index) = self.people.learn(person)
            && let Some(state) = self.numbers.get_mut(phone_number_id)
        {
            let set = if by_business { &mut state.blocked } else { &mut state.blocked_by };
            if on {
                set.insert(index);
            } else {
                set.remove(&index);
            }
        }
    }

    /// A token must belong to a number that `fits`; an unknown one is 190, a foreign one sees no object.
    pub(super) fn authenticate(
        &self,
        token: Option<&str>,
        object: &str,
        method: &str,
        fits: impl Fn(&Number) -> bool,
    ) -> Result<(), ApiError> {
        let Some(token) = token else {
            return Err(ApiError::new(104, "no access token"));
        };
        let mut known = false;
        for state in self.numbers.values().filter(|state| state.number.access_token == token) {
            known = true;
            if fits(&state.number) {
                return if state.deleted {
                    Err(ApiError::new(33, "The business phone number has been deleted."))
                } else {
                    Ok(())
                };
            }
        }
        Err(if known { ApiError::no_object(object, method) } else { ApiError::new(190, "unknown token") })
    }

    /// The number whose token this is.
    pub(super) fn of_token(&self, token: &str) -> Option<&Arc<Number>> {
        self.numbers.values().map(|state| &state.number).find(|number| number.access_token == token)
    }

    /// The secrets of the apps whose token this is; none for a number of the world's own app.
    pub(super) fn secrets_of<'a>(&'a self, token: &'a str) -> impl Iterator<Item = Option<&'a str>> {
        let numbers = self.numbers.values().map(|state| &state.number);
        numbers.filter(move |number| number.access_token == token).map(|number| number.app_secret.as_deref())
    }

    /// Any number there is, by id: the one a sign-up shares.
    pub(super) fn any_number(&self) -> Option<&Arc<Number>> {
        let first = self.numbers.iter().filter(|(_, state)| !state.deleted).min_by_key(|(id, _)| *id);
        first.map(|(_, state)| &state.number)
    }

    pub(super) fn script(&mut self, when: When, fault: Fault) -> bool {
        let room = self.script.len() < SCRIPT_MAX;
        if room {
            self.script.push_back((when, fault));
        }
        room
    }

    pub(super) fn script_len(&self) -> usize {
        self.script.len()
    }

    /// The first scripted fault that waited for this request; it is used up.
    pub(super) fn scripted(&mut self, send: Option<(&About, &[u8])>, path: &str) -> Option<Fault> {
        let fits = |when: &When| match (when, send) {
            (When::AnyRequest, _) => true,
            (When::Path(text), None) => !text.is_empty() && path.contains(text.as_str()),
            (When::Path(_), Some(_)) => false,
            (_, None) => false,
            (When::NextSend, Some((about, _))) => about.is_send,
            (When::To(id), Some((about, _))) => about.is_send && about.to == id.trim_start_matches('+'),
            (When::Contains(text), Some((_, body))) => {
                !text.is_empty() && body.windows(text.len()).any(|window| window == text.as_bytes())
            }
        };
        let index = self.script.iter().position(|(when, _)| fits(when))?;
        self.script.remove(index).map(|(_, fault)| fault)
    }

    pub(super) fn next_media_id(&mut self, seed: u64) -> String {
        self.media_count += 1;
        let bits = Dice::of(seed, "media", &self.media_count.to_string()).bits();
        (1_000_000_000_000_000 + bits % 8_000_000_000_000_000).to_string()
    }

    /// Judges a request to `/messages` and, where it is a good send, accepts it.
    pub(super) fn messages(
        &mut self,
        options: &Options,
        now_ms: i64,
        phone_number_id: &str,
        body: &Value,
        fail_later: Option<i64>,
    ) -> Result<Done, ApiError> {
        match check::request(body)? {
            Request::MarkRead { message_id, typing } => {
                if !message_id.starts_with("wamid.") {
                    return Err(ApiError::value("message_id", "is no message id"));
                }
                push_bounded(
                    &mut self.reads,
                    ReadMark {
                        at_ms: now_ms,
                        phone_number_id: phone_number_id.to_owned(),
                        message_id: message_id.to_owned(),
                        typing,
                    },
                    REQUESTS_MAX,
                );
                Ok(Done::Read)
            }
            Request::Send(send) => self.accept(options, now_ms, phone_number_id, &send, fail_later),
        }
    }

    fn accept(
        &mut self,
        options: &Options,
        now_ms: i64,
        phone_number_id: &str,
        send: &Send<'_>,
        fail_later: Option<i64>,
    ) -> Result<Done, ApiError> {
        let recipient = match send.to {
            To::Phone(_) => Person::phone(send.to.id(), ""),
            To::UserId(id) => Person { user_id: Some(id.to_owned()), ..Person::default() },
            To::Group(_) => {
                return Err(ApiError::value("recipient_type", "groups are not simulated"));
            }
        };
        let index = self.people.learn(&recipient);
        let recipient = self.people.get(index).cloned().unwrap_or(recipient);
        let by_phone = matches!(send.to, To::Phone(_));
        let Some(state) = self.numbers.get_mut(phone_number_id) else {
            return Err(ApiError::no_object(phone_number_id, "post"));
        };
        let number = state.number.clone();
        if by_phone && send.to.id() == number.business.digits() {
            return Err(ApiError::new(131021, "Recipient phone number cannot be the sender's"));
        }
        let in_set = |set: &HashSet<u32>| index.is_some_and(|index| set.contains(&index));
        if in_set(&state.blocked) {
            return Err(ApiError::new(130403, "The user is blocked by this business"));
        }
        if let Some(id) = send.media_id
            && self.shelf.get(id).is_none()
        {
            return Err(ApiError::parameter(format!(
                "Param {}['id'] is not a valid whatsapp business account media attachment ID",
                send.kind
            )));
        }
        let (text, category) = match &send.template {
            None => (send.text.clone(), None),
            Some(wanted) => {
                let templates = self.templates.get(&number.business.waba_id).map(Vec::as_slice);
                let template = approved(templates.unwrap_or_default(), wanted.name, wanted.language)?;
                if template.category == "AUTHENTICATION" && !by_phone {
                    return Err(ApiError::new(
                        131062,
                        "Authentication templates cannot be sent to a business-scoped user ID",
                    ));
                }
                if let Some(id) =
                    Template::media_of(&wanted.components).into_iter().find(|id| self.shelf.get(id).is_none())
                {
                    return Err(ApiError::new(
                        131053,
                        format!(
                            "header: '{id}' is not a valid whatsapp business account media attachment ID"
                        ),
                    ));
                }
                (template.fill(&wanted.components, now_ms)?, Some(template.category.to_ascii_lowercase()))
            }
        };
        if options.enforce_rates {
            if !state.throughput.take(now_ms) {
                return Err(ApiError::new(
                    130429,
                    "Message failed to send because there were too many messages sent from this phone number in \
                     a short period of time",
                ));
            }
            if let Some(index) = index
                && !state.pairs.entry(index).or_default().take(now_ms)
            {
                return Err(ApiError::new(
                    131056,
                    "Message failed to send because there were too many messages sent from this phone number to \
                     the same phone number in a short period of time.",
                ));
            }
            if state.pairs.len() > PAIRS_BEFORE_SWEEP {
                state.pairs.retain(|_, pair| !pair.is_idle(now_ms));
            }
        }
        let open = index
            .and_then(|index| state.heard.get(&index))
            .is_some_and(|heard_ms| now_ms < heard_ms + WINDOW_MS);
        let failure = fail_later.or(if in_set(&state.blocked_by) {
            Some(131026)
        } else if category.is_none() && options.enforce_window && !open {
            Some(131047)
        } else {
            None
        });
        state.accepted += 1;
        let subject = format!("{phone_number_id} {}", state.accepted);
        let unique = Dice::of(options.seed, "wamid", &subject).bits();
        let wamid = payload::wamid(recipient.address(), Direction::Out, unique);
        let pricing = state.price(now_ms, category.as_deref(), failure.is_some());
        let answer = answer(&recipient, send.to, &wamid, category.is_some());
        let accepted = Accepted {
            number,
            wamid,
            recipient,
            by_phone,
            kind: send.kind.to_owned(),
            text,
            rows: send.rows.clone(),
            callback_data: send.callback_data.map(str::to_owned),
            pricing,
            at_ms: now_ms,
            failure,
            status_first: false,
        };
        Ok(Done::Sent(Box::new(accepted), answer))
    }

    pub(super) fn record(&mut self, sent: Sent, sends_max: usize) {
        self.sends_total += 1;
        push_bounded(&mut self.sends, Arc::new(Sent { seq: self.sends_total, ..sent }), sends_max);
    }
}

impl NumberState {
    /// Service messages are free up to a number a month; templates cost by category.
    fn price(&mut self, now_ms: i64, category: Option<&str>, failed: bool) -> Pricing {
        let month = month_of(now_ms);
        if self.month != month {
            self.month = month;
            self.service_this_month = 0;
        }
        let category = category.unwrap_or("service");
        if category == "service" && !failed {
            self.service_this_month = self.service_this_month.saturating_add(1);
        }
        let free = category == "service" && self.service_this_month <= FREE_SERVICE_A_MONTH;
        Pricing {
            billable: !free,
            kind: if free { "free_customer_service" } else { "regular" },
            category: category.to_owned(),
        }
    }
}

fn approved<'a>(templates: &'a [Template], name: &str, language: &str) -> Result<&'a Template, ApiError> {
    let found = templates.iter().find(|template| template.name == name && template.language == language);
    match found.map(|template| (template, template.status.as_str())) {
        Some((template, "APPROVED")) => Ok(template),
        Some((_, "PAUSED")) => Err(ApiError::new(132015, format!("template '{name}' is paused"))),
        Some((_, "DISABLED")) => Err(ApiError::new(132016, format!("template '{name}' is disabled"))),
        _ => Err(ApiError::new(132001, format!("template name ({name}) does not exist in {language}"))),
    }
}

fn answer(recipient: &Person, to: To<'_>, wamid: &str, is_template: bool) -> Value {
    let mut contact = json!({"input": to.written()});
    let mut message = json!({"id": wamid});
    if let Some(fields) = contact.as_object_mut() {
        // A send to a user id does not give the phone number away.
        if let (To::Phone(_), Some(wa_id)) = (to, &recipient.wa_id) {
            fields.insert("wa_id".to_owned(), wa_id.as_str().into());
        }
        if let Some(user_id) = &recipient.user_id {
            fields.insert("user_id".to_owned(), user_id.as_str().into());
        }
    }
    if let (true, Some(fields)) = (is_template, message.as_object_mut()) {
        fields.insert("message_status".to_owned(), "accepted".into());
    }
    json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})
}

/// Months since the year 0, of a time in UTC (days to civil date, proleptic Gregorian).
fn month_of(unix_ms: i64) -> i64 {
    let days = unix_ms.div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    (year_of_era + era * 400) * 12 + march_month + 2
}

pub(super) fn push_bounded<T>(list: &mut VecDeque<T>, item: T, max: usize) {
    if list.len() >= max {
        list.pop_front();
    }
    if max > 0 {
        list.push_back(item);
    }
}

/// A send as it is recorded; the number in the sequence is given by [`State::record`].
pub(super) fn sent(
    at_ms: i64,
    phone_number_id: &str,
    about: &About,
    body: &Bytes,
    fault: Option<Fault>,
    outcome: Outcome,
) -> Sent {
    Sent {
        seq: 0,
        at_ms,
        judged_at: std::time::Instant::now(),
        phone_number_id: phone_number_id.to_owned(),
        to: about.to.clone(),
        kind: about.kind.clone(),
        text: String::new(),
        callback_data: None,
        reply_to: about.reply_to.clone(),
        body: body.clone(),
        fault,
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_change_at_midnight_of_the_first() {
        // 2026-10-31T23:59:59Z and 2026-11-01T00:00:00Z; 2026-12-31 and 2027-01-01.
        assert_eq!(month_of(1_793_491_199_000) + 1, month_of(1_793_491_200_000));
        assert_eq!(month_of(1_798_761_599_000) + 1, month_of(1_798_761_600_000));
        assert_eq!(month_of(1_793_491_200_000), month_of(1_793_491_200_000 + 29 * 86_400_000));
    }

    #[test]
    fn a_person_is_one_under_both_ids() {
        let mut people = People::default();
        let hidden = Person::hidden("GB.1", "Ada", "ada");
        let first = people.learn(&hidden);
        let second = people.learn(&hidden.clone().with_phone("447700900001"));
        assert_eq!(first, second);
        assert_eq!(people.learn(&Person::phone("447700900001", "")), first);
        assert_eq!(people.get(first).map(|person| person.name.as_str()), Some("Ada"));
    }
}
