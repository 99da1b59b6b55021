//! Asking customers what they thought of it, once a conversation is resolved.
//!
//! Whether and how is asked a workspace sets, and teams may otherwise. A resolution plans the question; what opens the
//! conversation again takes it back. When its time comes, the contact's owner says whether this person was asked lately,
//! and the one permission whether it may go: never outside the window, never to somebody who stopped. The answer is a tap
//! whose id names what is rated, so that it is known whatever happens in between; it counts once, for a week. It opens
//! nothing again, and nobody waits because of it. A text within the hour after it says why.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    record::{Head, RatingBody},
    wire::{
        Answer, ConsentChoice, ConsentScope, Content, ConversationStatus, Interactive, InteractiveAction,
        LastRating, ListRow, ListSection, RatingPart, RatingSettings,
    },
};

use crate::conversation::Rejection;

/// Minutes after the resolution that can be waited, at most: half the window.
pub const DELAY_MINUTES_MAX: u32 = 12 * 60;
/// Days within which a person is asked once, at most.
pub const EVERY_DAYS_MAX: u32 = 365;
/// Longest question, in characters.
pub const QUESTION_CHARS_MAX: usize = 1_024;
/// Longest words of the button, in characters (Meta: interactive list messages).
pub const BUTTON_CHARS_MAX: usize = 20;
/// How long after the question a rating counts.
pub const COUNTS_FOR: Duration = Duration::from_secs(7 * 24 * 3_600);
/// How long after a rating a text says why.
pub const COMMENT_WITHIN: Duration = Duration::from_secs(3_600);
/// Pause before it is looked again whether somebody may be asked, where that could not be found out.
pub const LOOK_AGAIN: Duration = Duration::from_secs(120);
/// Resolutions of one conversation that may be rated, at most: the newest.
pub const KEPT_MAX: usize = 3;
/// What the id of a tap begins with.
const PREFIX: &str = "rating";
/// What a tap shows: no language needs to be known for it.
const STARS: [&str; 5] = ["1 ★", "2 ★★", "3 ★★★", "4 ★★★★", "5 ★★★★★"];

/// Checks what somebody set.
///
/// # Errors
/// The field that is wrong.
pub fn check(settings: &RatingSettings) -> Result<(), Rejection> {
    let wrong = |field, message: String| Err(Rejection::Invalid { field, message });
    let fits = |words: &str, most: usize| {
        let count = words.trim().chars().count();
        count <= most && (count > 0 || !settings.ask)
    };
    if settings.delay_minutes > DELAY_MINUTES_MAX {
        return wrong(
            "delay_minutes",
            format!("is at most {DELAY_MINUTES_MAX}: the window closes after a day"),
        );
    }
    if !(1..=EVERY_DAYS_MAX).contains(&settings.every_days) {
        return wrong("every_days", format!("is from 1 to {EVERY_DAYS_MAX}"));
    }
    if !fits(&settings.question, QUESTION_CHARS_MAX) {
        return wrong("question", format!("has 1 to {QUESTION_CHARS_MAX} characters"));
    }
    if !fits(&settings.button, BUTTON_CHARS_MAX) || settings.button.contains(char::is_control) {
        return wrong("button", format!("has 1 to {BUTTON_CHARS_MAX} characters, on one line"));
    }
    Ok(())
}

/// The question about what was resolved by a line.
#[must_use]
pub fn question(settings: &RatingSettings, of: u64) -> Content {
    let row = |(nth, stars): (usize, &&str)| ListRow {
        id: format!("{PREFIX}:{of}:{}", nth + 1),
        title: (*stars).to_owned(),
        description: None,
    };
    // The best first, as it is the one that is tapped most.
    let rows = STARS.iter().enumerate().map(row).rev().collect();
    Content::Interactive(Interactive {
        header: None,
        body: settings.question.trim().to_owned(),
        footer: None,
        action: InteractiveAction::List {
            button: settings.button.trim().to_owned(),
            sections: vec![ListSection { title: None, rows }],
        },
    })
}

/// What is rated, and how, as the id of a tap says it.
fn read(id: &str) -> Option<(u64, u8)> {
    let (of, score) = id.strip_prefix(PREFIX)?.strip_prefix(':')?.split_once(':')?;
    let score = score.parse().ok().filter(|score| (1..=5).contains(score))?;
    Some((of.parse().ok()?, score))
}

/// What a message of the customer has to do with a rating; nothing where it is like any other.
#[must_use]
pub(crate) fn part_of(head: &Head, content: &Content, now: Timestamp) -> Option<RatingPart> {
    match content {
        Content::Answer(Answer::Row { id, .. } | Answer::Button { id, .. }) => {
            let (of, score) = read(id)?;
            let known = head.ratings.iter().find(|known| known.of == of)?;
            let asked_at = known.asked_at?;
            // Given already, or too late: it stands there and says nothing.
            let counts = known.score.is_none() && now <= asked_at + COUNTS_FOR;
            Some(if counts { RatingPart::Rating { of, score } } else { RatingPart::Spare { of } })
        }
        Content::Text(text) if head.status == ConversationStatus::Resolved => {
            let newest = head.ratings.last()?;
            match (newest.asked_at, newest.rated_at) {
                // Some write the number.
                (Some(asked_at), None) => {
                    let score = text.body.trim().parse().ok().filter(|score| (1..=5).contains(score))?;
                    (now <= asked_at + COUNTS_FOR).then_some(RatingPart::Rating { of: newest.of, score })
                }
                (_, Some(rated_at)) => {
                    let says_why = newest.comment_seq.is_none() && now <= rated_at + COMMENT_WITHIN;
                    says_why.then_some(RatingPart::Comment { of: newest.of })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Plans the question about what a line resolved. When it is to go, where it is to.
pub(crate) fn plan(
    head: &mut Head,
    of: u64,
    settings: Option<&RatingSettings>,
    now: Timestamp,
) -> Option<Timestamp> {
    let stopped = head
        .contact
        .consent
        .iter()
        .any(|said| said.scope == ConsentScope::Everything && said.choice == ConsentChoice::Withdrawn);
    let settings = settings.filter(|_| head.inbound_count > 0 && !stopped && !head.contact.blocked)?;
    let ask_at = now + Duration::from_secs(u64::from(settings.delay_minutes) * 60);
    if head.ratings.len() >= KEPT_MAX {
        head.ratings.remove(0);
    }
    head.ratings.push(RatingBody { of, ask_at: Some(ask_at), ..RatingBody::default() });
    Some(ask_at)
}

/// What was not asked yet is not asked any more.
pub(crate) fn take_back(head: &mut Head) {
    head.ratings.retain(|rating| rating.ask_at.is_none());
}

/// What is to be asked about now.
pub(crate) fn due(head: &Head, now: Timestamp) -> Option<u64> {
    let resolved = head.status == ConversationStatus::Resolved && head.redirect.is_none();
    let due = |rating: &&RatingBody| resolved && rating.ask_at.is_some_and(|at| at <= now);
    head.ratings.iter().find(due).map(|rating| rating.of)
}

/// The newest rating, as the API shows it.
#[must_use]
pub(crate) fn show(head: &Head) -> Option<LastRating> {
    let rated = head.ratings.iter().rev().find_map(|rating| Some((rating.score?, rating.rated_at?)))?;
    Some(LastRating { score: rated.0, at: rated.1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> RatingSettings {
        RatingSettings {
            ask: true,
            delay_minutes: 5,
            every_days: 30,
            question: "How was it?".to_owned(),
            button: "Rate".to_owned(),
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_by_its_field() {
        assert_eq!(check(&settings()), Ok(()));
        assert_eq!(check(&RatingSettings::default()), Ok(()), "switched off it needs no words");
        let field = |settings: RatingSettings| match check(&settings) {
            Err(Rejection::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(RatingSettings { question: " ".to_owned(), ..settings() }), "question");
        assert_eq!(field(RatingSettings { button: "x".repeat(21), ..settings() }), "button");
        assert_eq!(field(RatingSettings { delay_minutes: 721, ..settings() }), "delay_minutes");
        assert_eq!(field(RatingSettings { every_days: 0, ..settings() }), "every_days");
    }

    #[test]
    fn a_tap_names_what_is_rated_and_nothing_else_is_read_as_one() {
        let Content::Interactive(asked) = question(&settings(), 42) else { panic!("a list") };
        let InteractiveAction::List { sections, .. } = asked.action else { panic!("a list") };
        let read_back: Vec<_> = sections[0].rows.iter().map(|row| read(&row.id)).collect();
        assert_eq!(read_back, [5, 4, 3, 2, 1].map(|score| Some((42, score))));
        for wrong in
            ["rating:42:0", "rating:42:6", "rating:42", "rating::5", "ratings:42:5", "full", "rating:-1:5"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
