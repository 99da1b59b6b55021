//! What comes over from the business' phone after a sign-up: when its address book and its messages are asked for, what
//! the answers mean, and how far they are.
//!
//! Each can be asked for once, and only within a day of the sign-up (Meta: embedded-signup,
//! onboarding-business-app-users). So a request whose answer is lost is made again, and being told then that it was made
//! before counts as its success.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use switchboard_schema::{
    Timestamp,
    record::{PhoneImport, PhonePart, PhonePartState as State},
    wire::{ChannelLight, LightState, LightSubject},
};

/// How long after a sign-up it can be asked for (Meta: error 2593108 after that).
pub const ASKED_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// When it is asked again after it could not be; twice as long each time.
pub const ASK_AGAIN: Duration = Duration::from_secs(30);
/// The longest of these pauses.
pub const ASK_AGAIN_MAX: Duration = Duration::from_secs(1_800);
/// How long nothing may come of what was asked for before somebody is told to look.
pub const STALLED_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// A part of what a phone keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhoneData {
    /// Its address book.
    Contacts,
    /// Its messages.
    History,
}

/// How the provider took being asked for a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneAnswer {
    /// It will come.
    Taken,
    /// It was asked for before (error 2593107).
    AskedBefore,
    /// The day is over (error 2593108).
    TooLate,
    /// The business does not share it (error 2593109).
    Declined,
    /// The token may not ask for it: in words.
    Forbidden(String),
    /// It could not be asked, or refuses for another reason: in words.
    NotNow(String),
}

/// What a webhook told of what comes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneNews {
    /// Of which part.
    pub data: PhoneData,
    /// How much of it has come, in hundredths, where that is told.
    pub progress: Option<u8>,
    /// The business does not share it.
    pub declined: bool,
}

/// What is to be asked for a number that signed up just now.
#[must_use]
pub fn begin(now: Timestamp) -> PhoneImport {
    let waiting =
        || PhonePart { state: State::Waiting, ask_at: Some(now), at: Some(now), ..PhonePart::default() };
    PhoneImport { until: Some(now + ASKED_WITHIN), contacts: waiting(), history: waiting() }
}

/// When something of it is to be asked for.
#[must_use]
pub fn next_at(import: &PhoneImport) -> Option<Timestamp> {
    [&import.contacts, &import.history].into_iter().filter_map(|part| part.ask_at).min()
}

/// What is to be asked for now, the address book first, so that the messages find their names. Notes that it is asked:
/// whatever becomes of this process, it is known afterwards that a request may have been made.
pub fn ask(import: &mut PhoneImport, now: Timestamp) -> Option<PhoneData> {
    let data = [PhoneData::Contacts, PhoneData::History]
        .into_iter()
        .find(|data| part(import, *data).ask_at.is_some_and(|at| at <= now))?;
    let until = import.until;
    let part = part_mut(import, data);
    if until.is_none_or(|until| now >= until) && !part.unsure {
        let why = part.problem.take().map(|why| format!(" The last answer: {why}")).unwrap_or_default();
        let over = format!("They could not be asked for within 24 hours of the sign-up.{why}");
        end(part, State::Failed, Some(over), now);
        return ask(import, now);
    }
    part.tries = part.tries.saturating_add(1);
    part.ask_at = Some(now + pause(part.tries));
    Some(data)
}

/// Somebody wants what could not be asked for to be asked for now, without waiting for its turn. True where there is such.
pub fn ask_now(import: &mut PhoneImport, now: Timestamp) -> bool {
    let waits = |part: &&mut PhonePart| part.state == State::Waiting && part.problem.is_some();
    let parts = [&mut import.contacts, &mut import.history].into_iter().filter(waits);
    parts.map(|part| part.ask_at = Some(now)).count() > 0
}

/// Why the token may not ask for what the phone keeps, while it could be asked for with one that may.
#[must_use]
pub fn forbidden(import: &PhoneImport) -> Option<&str> {
    let parts = [&import.contacts, &import.history].into_iter();
    parts.filter(|part| part.forbidden).find_map(|part| part.problem.as_deref())
}

/// Notes that the request for a part is about to be made.
pub fn requested(import: &mut PhoneImport, data: PhoneData) -> bool {
    std::mem::replace(&mut part_mut(import, data).unsure, true)
}

/// Takes in how the provider answered; `unsure` whether a request before this one may have reached it.
pub fn answered(
    import: &mut PhoneImport,
    data: PhoneData,
    unsure: bool,
    answer: PhoneAnswer,
    now: Timestamp,
) {
    let until = import.until;
    let part = part_mut(import, data);
    if part.state != State::Waiting {
        // It began to come meanwhile, which says more.
        part.ask_at = None;
        return;
    }
    match answer {
        PhoneAnswer::Taken => end(part, State::Asked, None, now),
        PhoneAnswer::AskedBefore if unsure => end(part, State::Asked, None, now),
        PhoneAnswer::AskedBefore => end(
            part,
            State::Failed,
            Some("They were asked for before this sign-up, and WhatsApp gives them once.".to_owned()),
            now,
        ),
        PhoneAnswer::TooLate => end(
            part,
            State::Failed,
            Some("WhatsApp gives them within 24 hours of the sign-up, and that time is over.".to_owned()),
            now,
        ),
        PhoneAnswer::Declined => end(part, State::Declined, None, now),
        PhoneAnswer::Forbidden(ref why) | PhoneAnswer::NotNow(ref why) => {
            part.forbidden = matches!(answer, PhoneAnswer::Forbidden(_));
            part.problem = Some(why.clone());
            part.at = Some(now);
            // After the day only to learn what became of the last request.
            if until.is_none_or(|until| now >= until) {
                let why = part.problem.take();
                end(part, State::Failed, why, now);
            }
        }
    }
}

/// Takes in what a webhook told. True when it is something to be shown at once.
pub fn arrived(import: &mut PhoneImport, news: PhoneNews, now: Timestamp) -> bool {
    let part = part_mut(import, news.data);
    let before = (part.state, part.progress);
    part.at = Some(now);
    if news.declined {
        // What has come is here, whatever they share from now on.
        if part.state == State::Done {
            return false;
        }
        end(part, State::Declined, None, now);
    } else {
        part.progress = part.progress.max(news.progress.unwrap_or(0).min(100));
        let state = if part.progress == 100 { State::Done } else { State::Coming };
        // What has ended may go on: files come after the messages they belong to.
        if part.state != State::Done {
            end(part, state, None, now);
        }
    }
    before != (part.state, part.progress)
}

fn end(part: &mut PhonePart, state: State, problem: Option<String>, now: Timestamp) {
    part.state = state;
    part.ask_at = None;
    part.unsure = false;
    part.forbidden = false;
    part.problem = problem;
    part.at = Some(now);
}

fn pause(tries: u32) -> Duration {
    ASK_AGAIN.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(ASK_AGAIN_MAX)
}

fn part(import: &PhoneImport, data: PhoneData) -> &PhonePart {
    match data {
        PhoneData::Contacts => &import.contacts,
        PhoneData::History => &import.history,
    }
}

fn part_mut(import: &mut PhoneImport, data: PhoneData) -> &mut PhonePart {
    match data {
        PhoneData::Contacts => &mut import.contacts,
        PhoneData::History => &mut import.history,
    }
}

/// How it stands, as lights.
#[must_use]
pub fn lights(import: &PhoneImport, now: Timestamp) -> Vec<ChannelLight> {
    let shown = |data| {
        let part = part(import, data);
        (part.state != State::Unasked).then(|| light(part, data, now))
    };
    [PhoneData::Contacts, PhoneData::History].into_iter().filter_map(shown).collect()
}

fn light(part: &PhonePart, data: PhoneData, now: Timestamp) -> ChannelLight {
    let (subject, what) = match data {
        PhoneData::Contacts => (LightSubject::PhoneContacts, "contacts"),
        PhoneData::History => (LightSubject::PhoneHistory, "messages"),
    };
    let stalled = part.at.is_some_and(|at| now.since(at) >= STALLED_AFTER);
    let again = "Messages go on as they are. To try again all the same, remove the number from this app in the phone’s WhatsApp Business app, under Settings, \
                 Account, Business Platform, and sign up again.";
    let (state, found, to_do) = match part.state {
        State::Unasked | State::Waiting => match &part.problem {
            Some(why) => (
                LightState::Attention,
                format!("The phone’s {what} could not be asked for: {why}"),
                Some(
                    "They are asked for again by themselves within 24 hours of the sign-up. “Check now” asks at once.",
                ),
            ),
            None => (LightState::Unknown, format!("The phone’s {what} are being asked for."), None),
        },
        State::Asked if stalled => (
            LightState::Attention,
            format!("None of the phone’s {what} have come."),
            Some("Open the WhatsApp Business app on the phone, and leave it open for a while."),
        ),
        State::Asked => (LightState::Unknown, format!("WhatsApp was asked for the phone’s {what}."), None),
        State::Coming if data == PhoneData::History && stalled => (
            LightState::Attention,
            format!("{} % of the phone’s messages are here, and no more have come.", part.progress),
            Some("Open the WhatsApp Business app on the phone, and leave it open for a while."),
        ),
        State::Coming if data == PhoneData::History => (
            LightState::Good,
            format!("{} % of the phone’s messages are here. The rest follows by itself.", part.progress),
            None,
        ),
        State::Coming | State::Done if data == PhoneData::Contacts => (
            LightState::Good,
            "The phone’s contacts are here. New ones follow by themselves.".to_owned(),
            None,
        ),
        State::Coming | State::Done => {
            (LightState::Good, "All of the phone’s messages are here.".to_owned(), None)
        }
        State::Declined => (
            LightState::Past,
            format!("The business does not share the phone’s {what}. What is written from now on is here."),
            None,
        ),
        // WhatsApp gives it once, within a day of a sign-up: after that nothing of this one can be mended.
        State::Failed => (
            LightState::Past,
            format!(
                "The phone’s {what} cannot be brought over. {}",
                part.problem.as_deref().unwrap_or("WhatsApp did not say why.")
            ),
            Some(again),
        ),
    };
    let progress = (data == PhoneData::History && part.state == State::Coming).then_some(part.progress);
    ChannelLight { subject, state, found, what_to_do: to_do.map(str::to_owned), at: part.at, progress }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_795_000_000);

    fn asked(import: &mut PhoneImport, now: Timestamp) -> (PhoneData, bool) {
        let data = ask(import, now).expect("something is due");
        (data, requested(import, data))
    }

    #[test]
    fn both_are_asked_for_at_once_and_only_once() {
        let mut import = begin(NOW);
        for expected in [PhoneData::Contacts, PhoneData::History] {
            let (data, unsure) = asked(&mut import, NOW);
            assert_eq!((data, unsure), (expected, false));
            answered(&mut import, data, unsure, PhoneAnswer::Taken, NOW);
        }
        assert_eq!((ask(&mut import, NOW + ASKED_WITHIN), next_at(&import)), (None, None));
        assert_eq!((import.contacts.state, import.history.state), (State::Asked, State::Asked));
    }

    #[test]
    fn a_request_whose_answer_was_lost_is_made_again_and_counts_when_it_was_taken_the_first_time() {
        let mut import = begin(NOW);
        let (data, _) = asked(&mut import, NOW);
        // Nothing was heard: the process ended. The next one finds what was noted.
        let later = NOW + ASK_AGAIN;
        assert_eq!(next_at(&import), Some(NOW), "the messages are still to be asked for");
        let (again, unsure) = asked(&mut import, later);
        assert_eq!((again, unsure), (data, true));
        answered(&mut import, data, unsure, PhoneAnswer::AskedBefore, later);
        assert_eq!(import.contacts.state, State::Asked);
    }

    #[test]
    fn what_was_asked_for_by_somebody_else_cannot_be_had() {
        let mut import = begin(NOW);
        let (data, unsure) = asked(&mut import, NOW);
        answered(&mut import, data, unsure, PhoneAnswer::AskedBefore, NOW);
        assert_eq!(import.contacts.state, State::Failed);
        let light = &lights(&import, NOW)[0];
        assert_eq!((light.state, light.what_to_do.is_some()), (LightState::Past, true), "nobody has to act");
        assert!(
            light.found.ends_with("They were asked for before this sign-up, and WhatsApp gives them once.")
        );
    }

    #[test]
    fn it_is_tried_less_and_less_often_and_given_up_when_the_day_is_over() {
        let mut import = begin(NOW);
        import.history = PhonePart::default();
        let (mut now, mut tries) = (NOW, 0);
        while let Some(at) = next_at(&import) {
            now = at;
            if let Some(data) = ask(&mut import, now) {
                // Refused before it was made: nothing may have arrived.
                answered(&mut import, data, false, PhoneAnswer::NotNow("no answer in time.".into()), now);
                tries += 1;
            }
        }
        assert_eq!(import.contacts.state, State::Failed);
        assert!(import.contacts.problem.as_deref().is_some_and(|why| why.contains("no answer in time")));
        assert!(now >= NOW + ASKED_WITHIN && now < NOW + ASKED_WITHIN + ASK_AGAIN_MAX, "{now}");
        assert!((48..60).contains(&tries), "{tries}");
    }

    #[test]
    fn progress_never_goes_back_and_the_end_is_told() {
        let news = |progress| PhoneNews { data: PhoneData::History, progress, declined: false };
        let mut import = PhoneImport::default();
        assert!(arrived(&mut import, news(Some(40)), NOW));
        assert!(!arrived(&mut import, news(Some(20)), NOW), "chunks come in any order");
        assert_eq!(lights(&import, NOW)[0].progress, Some(40));
        assert!(arrived(&mut import, news(Some(100)), NOW));
        assert_eq!(import.history.state, State::Done);
        assert!(!arrived(&mut import, news(None), NOW), "files follow");
        assert_eq!(lights(&import, NOW)[0].state, LightState::Good);
        assert_eq!(lights(&import, NOW).len(), 1, "nobody asked for the contacts here");
    }

    #[test]
    fn what_the_business_does_not_share_is_said_and_nobody_is_to_act() {
        let mut import = begin(NOW);
        let declined = PhoneNews { data: PhoneData::History, progress: None, declined: true };
        assert!(arrived(&mut import, declined, NOW));
        let light = &lights(&import, NOW)[1];
        assert_eq!((light.state, light.what_to_do.as_deref()), (LightState::Past, None));
        let all = PhoneNews { data: PhoneData::Contacts, progress: Some(100), declined: false };
        assert!(arrived(&mut import, all, NOW));
        let declined = PhoneNews { data: PhoneData::Contacts, progress: None, declined: true };
        assert!(!arrived(&mut import, declined, NOW), "it has all come already");
        assert_eq!(import.contacts.state, State::Done);
    }

    #[test]
    fn what_could_not_be_asked_for_is_asked_for_at_once_when_somebody_wants_it() {
        let mut import = begin(NOW);
        for _ in 0..2 {
            let (data, unsure) = asked(&mut import, NOW);
            let why = PhoneAnswer::Forbidden("This token may not.".to_owned());
            answered(
                &mut import,
                data,
                unsure,
                if data == PhoneData::History { why } else { PhoneAnswer::Taken },
                NOW,
            );
        }
        assert_eq!(forbidden(&import), Some("This token may not."));
        let soon = NOW + Duration::from_secs(1);
        assert_eq!(ask(&mut import, soon), None, "not yet");
        assert!(ask_now(&mut import, soon));
        assert_eq!(ask(&mut import, soon), Some(PhoneData::History));
        answered(&mut import, PhoneData::History, true, PhoneAnswer::Taken, soon);
        assert_eq!(forbidden(&import), None);
        assert!(!ask_now(&mut import, soon), "nothing waits any more");
    }

    #[test]
    fn once_the_day_is_over_nothing_is_wrong_with_the_token() {
        let mut import = begin(NOW);
        import.history = PhonePart::default();
        let (data, unsure) = asked(&mut import, NOW);
        answered(&mut import, data, unsure, PhoneAnswer::Forbidden("This token may not.".to_owned()), NOW);
        assert_eq!(lights(&import, NOW)[0].state, LightState::Attention);
        answered(
            &mut import,
            data,
            true,
            PhoneAnswer::Forbidden("This token may not.".to_owned()),
            NOW + ASKED_WITHIN,
        );
        assert_eq!((forbidden(&import), lights(&import, NOW)[0].state), (None, LightState::Past));
    }

    #[test]
    fn what_was_asked_for_and_does_not_come_is_told_after_a_day() {
        let mut import = begin(NOW);
        let (data, unsure) = asked(&mut import, NOW);
        answered(&mut import, data, unsure, PhoneAnswer::Taken, NOW);
        assert_eq!(lights(&import, NOW)[0].state, LightState::Unknown);
        assert_eq!(lights(&import, NOW + STALLED_AFTER)[0].state, LightState::Attention);
    }
}
