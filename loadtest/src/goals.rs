//! What figures are to be: the goals of `goals.toml`, compared with what was measured.

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The goals, checked in beside the code.
const GOALS: &str = include_str!("../goals.toml");

/// One figure of one case, and what it is to be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Goal {
    /// The scenario's name.
    pub(crate) scenario: String,
    /// The row's name.
    pub(crate) case: String,
    /// The figure's name.
    pub(crate) figure: String,
    /// It is to be no more than this.
    at_most: Option<f64>,
    /// It is to be no less than this.
    at_least: Option<f64>,
    /// The peer that was measured.
    peer: Option<String>,
    /// Its figure.
    peer_value: Option<f64>,
}

/// A goal and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Judged {
    figure: String,
    value: f64,
    /// `at most` or `at least`.
    bound: &'static str,
    goal: f64,
    /// The value by the goal: under 1 is better where the goal is an upper bound, over 1 where it is a lower one.
    ratio: f64,
    /// None: the run is not counted, so nothing can be said.
    meets: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer_value: Option<f64>,
}

impl Goal {
    /// All goals.
    ///
    /// # Errors
    /// When the file is not right; a test reads it.
    pub(crate) fn all() -> Result<Vec<Self>, Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            goal: Vec<Goal>,
        }
        let file: File =
            toml::from_str(GOALS).map_err(|error| Error::Setup(format!("goals.toml: {error}")))?;
        match file.goal.iter().find(|goal| goal.at_most.is_some() == goal.at_least.is_some()) {
            None => Ok(file.goal),
            Some(goal) => Err(Error::Setup(format!(
                "goals.toml: {}, {}: a goal has either at_most or at_least",
                goal.scenario, goal.figure
            ))),
        }
    }

    /// Compares a figure with it.
    pub(crate) fn judge(&self, value: f64, counted: bool) -> Judged {
        let (bound, goal, meets) = match (self.at_most, self.at_least) {
            (_, Some(goal)) => ("at least", goal, value >= goal),
            (goal, None) => {
                let goal = goal.unwrap_or(f64::INFINITY);
                ("at most", goal, value <= goal)
            }
        };
        Judged {
            figure: self.figure.clone(),
            value,
            bound,
            goal,
            ratio: value / goal,
            meets: counted.then_some(meets),
            peer: self.peer.clone(),
            peer_value: self.peer_value,
        }
    }
}

impl Judged {
    /// One line for people; `number` writes a figure.
    pub(crate) fn text(&self, number: impl Fn(f64) -> String) -> String {
        let word = match self.meets {
            Some(true) => "meets     ",
            Some(false) => "MISSES    ",
            None => "uncounted ",
        };
        let peer = match (&self.peer, self.peer_value) {
            (Some(peer), Some(value)) => format!("; {peer} {}", number(value)),
            _ => String::new(),
        };
        let Self { figure, bound, .. } = self;
        let (value, goal, ratio) = (number(self.value), number(self.goal), number(self.ratio));
        format!("{word}{figure} {value}, goal {bound} {goal}, {ratio} of it{peer}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(at_most: Option<f64>, at_least: Option<f64>) -> Goal {
        let name = || "x".to_owned();
        Goal {
            scenario: name(),
            case: name(),
            figure: name(),
            at_most,
            at_least,
            peer: None,
            peer_value: None,
        }
    }

    #[test]
    fn an_upper_and_a_lower_bound_are_met_from_their_own_sides() {
        for (goal, value, meets, ratio) in [
            (goal(Some(2.0), None), 1.0, true, 0.5),
            (goal(Some(2.0), None), 2.0, true, 1.0),
            (goal(Some(2.0), None), 3.0, false, 1.5),
            (goal(None, Some(2.0)), 3.0, true, 1.5),
            (goal(None, Some(2.0)), 1.0, false, 0.5),
        ] {
            let judged = goal.judge(value, true);
            assert_eq!(judged.meets, Some(meets), "{goal:?} {value}");
            assert!((judged.ratio - ratio).abs() < 1e-9);
        }
    }

    #[test]
    fn an_uncounted_run_neither_meets_nor_misses() {
        let judged = goal(Some(2.0), None).judge(1.0, false);
        assert_eq!(judged.meets, None);
        assert_eq!(judged.text(|value| value.to_string()), "uncounted x 1, goal at most 2, 0.5 of it");
    }
}
