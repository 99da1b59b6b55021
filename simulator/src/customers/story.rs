//! How a story goes: steps, answers waited for, branches by what was answered. Pure.

use std::time::Duration;

use super::Thing;
use crate::dice::Dice;

/// A dialogue from the customer's side.
#[derive(Debug)]
pub struct Story {
    /// Its name.
    pub id: &'static str,
    /// `en`, `es`, `tr`, `nl`, `pt`.
    pub language: &'static str,
    /// What happens, in order.
    pub steps: &'static [Step],
}

/// One step. Texts may name `{bike}`, `{day}`, `{time}`, `{order}` and `{part}`.
#[derive(Debug)]
pub enum Step {
    /// Writes a message.
    Say(&'static str),
    /// Writes several messages without waiting in between.
    Burst(&'static [&'static str]),
    /// Sends a photo with a caption, or none where it is empty.
    Photo(&'static str),
    /// Sends a voice note.
    Voice,
    /// Sends where they are.
    Place(&'static str),
    /// Sends something else.
    Send(Thing),
    /// Corrects the last text.
    Edit(&'static str),
    /// Deletes the last message for everyone.
    Delete,
    /// Reacts to the business' last message.
    React(&'static str),
    /// Waits for an answer, whatever it is.
    Await,
    /// Waits for an answer and goes on by what it says.
    Branch {
        /// The first arm one of whose words is in the answer (case ignored) is taken.
        arms: &'static [Arm],
        /// What happens where none is.
        otherwise: &'static [Step],
    },
    /// Goes on in one of several ways, by chance.
    Either(&'static [&'static [Step]]),
}

/// A way on.
#[derive(Debug)]
pub struct Arm {
    /// Words to listen for, in lower case.
    pub words: &'static [&'static str],
    /// What happens then.
    pub steps: &'static [Step],
}

/// Something the customer does, `after` a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The pause before it, after the act before; typing takes as long as the text.
    pub after: Duration,
    /// What.
    pub deed: Deed,
}

/// What a customer does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Writes a message.
    Say(String),
    /// Sends a photo with a caption.
    Photo(String),
    /// Sends a voice note.
    Voice,
    /// Sends a place by name.
    Place(String),
    /// Sends something else.
    Send(Thing),
    /// Corrects the last text.
    Edit(String),
    /// Deletes the last message.
    Delete,
    /// Reacts to the business' last message.
    React(String),
    /// Chooses a row of a list.
    Tap {
        /// The row's id.
        id: String,
        /// Its words.
        title: String,
    },
}

/// Where a customer is in a story.
#[derive(Clone, Debug)]
pub struct Reader {
    facts: [(&'static str, String); 5],
    /// What is left, innermost last.
    stack: Vec<&'static [Step]>,
    dice: Dice,
}

impl Reader {
    /// At the beginning of a story, with its facts thrown.
    pub fn open(story: &'static Story, mut dice: Dice) -> Self {
        let mut one = |items: &[&str]| dice.pick(items).copied().unwrap_or_default().to_owned();
        let days: &[&str] = match story.language {
            "es" => &["el martes", "el jueves", "el sábado"],
            "tr" => &["salı günü", "perşembe günü", "cumartesi günü"],
            "nl" => &["dinsdag", "donderdag", "zaterdag"],
            "pt" => &["na terça", "na quinta", "no sábado"],
            _ => &["Tuesday", "Thursday", "Saturday"],
        };
        let parts: &[&str] = match story.language {
            "es" => &["el cambio", "el freno trasero", "la cadena"],
            "tr" => &["arka vites", "arka fren", "zincir"],
            "nl" => &["de derailleur", "de achterrem", "de ketting"],
            "pt" => &["o câmbio", "o freio traseiro", "a corrente"],
            _ => &["rear derailleur", "rear brake", "chain"],
        };
        let facts = [
            ("{bike}", one(&["Vela 7", "Nordlys 3", "Pico 20", "Cargo Duo", "Alba Gravel", "Harbor One"])),
            ("{day}", one(days)),
            ("{time}", one(&["10:00", "11:30", "14:00", "16:30"])),
            ("{part}", one(parts)),
            ("{order}", format!("SC-{}", 10_000 + dice.below(90_000))),
        ];
        Self { facts, stack: vec![story.steps], dice }
    }

    /// What the customer does next, up to the next answer waited for. `heard` is what was answered; at
    /// the beginning it is `None`. Empty, and [`Reader::is_over`], where the story has ended.
    pub fn go_on(&mut self, heard: Option<&str>) -> Vec<Act> {
        let mut acts = Vec::new();
        let mut answer = heard.map(str::to_lowercase);
        while let Some(steps) = self.stack.pop() {
            let Some((step, rest)) = steps.split_first() else {
                continue;
            };
            match step {
                Step::Await | Step::Branch { .. } if answer.is_none() => {
                    self.stack.push(steps);
                    return acts;
                }
                Step::Await => {
                    answer = None;
                    self.stack.push(rest);
                }
                Step::Branch { arms, otherwise } => {
                    let answer = answer.take().unwrap_or_default();
                    let arm = arms.iter().find(|arm| arm.words.iter().any(|word| answer.contains(word)));
                    self.stack.push(rest);
                    self.stack.push(arm.map_or(*otherwise, |arm| arm.steps));
                }
                Step::Either(ways) => {
                    self.stack.push(rest);
                    self.stack.push(self.dice.pick(ways).copied().unwrap_or_default());
                }
                deed => {
                    self.stack.push(rest);
                    self.act(deed, &mut acts);
                }
            }
        }
        acts
    }

    /// Whether nothing is left.
    pub fn is_over(&self) -> bool {
        self.stack.iter().all(|steps| steps.is_empty())
    }

    fn act(&mut self, step: &Step, acts: &mut Vec<Act>) {
        let (pause_ms, deed) = match step {
            Step::Say(text) => (1_500, Deed::Say(self.fill(text))),
            Step::Burst(texts) => {
                for text in *texts {
                    let deed = Deed::Say(self.fill(text));
                    self.push(300, deed, acts);
                }
                return;
            }
            Step::Photo(caption) => (6_000, Deed::Photo(self.fill(caption))),
            Step::Voice => (5_000, Deed::Voice),
            Step::Place(name) => (3_000, Deed::Place(self.fill(name))),
            Step::Send(thing) => (4_000, Deed::Send(*thing)),
            Step::Edit(text) => (4_000, Deed::Edit(self.fill(text))),
            Step::Delete => (5_000, Deed::Delete),
            Step::React(emoji) => (1_200, Deed::React((*emoji).to_owned())),
            Step::Await | Step::Branch { .. } | Step::Either(_) => return,
        };
        self.push(pause_ms, deed, acts);
    }

    fn push(&mut self, pause_ms: u64, deed: Deed, acts: &mut Vec<Act>) {
        // About five keys a second on a phone, a little off each time.
        let chars = match &deed {
            Deed::Say(text) | Deed::Edit(text) | Deed::Photo(text) => text.chars().count() as u64,
            Deed::Voice
            | Deed::Place(_)
            | Deed::Send(_)
            | Deed::Delete
            | Deed::React(_)
            | Deed::Tap { .. } => 0,
        };
        let typing_ms = (chars * 190).min(20_000);
        let off = self.dice.between(&(Duration::ZERO..Duration::from_millis(pause_ms)));
        acts.push(Act { after: Duration::from_millis(pause_ms + typing_ms) + off, deed });
    }

    fn fill(&self, text: &str) -> String {
        self.facts.iter().fold(text.to_owned(), |text, (name, fact)| text.replace(name, fact))
    }
}
