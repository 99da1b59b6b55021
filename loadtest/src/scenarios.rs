//! The scenarios, one file each.

mod fairness;
mod fan_out;
mod house;
mod idle_sockets;
mod inbox_steady;
mod inbox_storm;
mod reconnect_storm;
mod restart;
mod slow_readers;
mod webhook_closed;
mod webhook_steady;

use crate::{
    audit::Taken,
    bench::Bench,
    error::Error,
    report::Row,
    requests::Requests,
    senders::{Acknowledged, Sent},
};

/// What can be run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Scenario {
    /// Webhooks at a steady rate, one agent looking on.
    WebhookSteady,
    /// Events to many sockets, at a fixed rate and at saturation.
    FanOut,
    /// As many webhooks as are taken.
    WebhookClosed,
    /// Memory of sockets that do nothing.
    IdleSockets,
    /// All sockets drop and come back.
    ReconnectStorm,
    /// Some sockets stop reading.
    SlowReaders,
    /// One workspace floods, another works.
    Fairness,
    /// The server is stopped, and killed, under load.
    Restart,
    /// A working day compressed: customers write, agents read, answer, assign and resolve.
    InboxSteady,
    /// The same, and ten times the messages all at once to one workspace.
    InboxStorm,
}

impl Scenario {
    /// All, in the order in which they are run.
    pub(crate) const ALL: [Self; 10] = [
        Self::WebhookSteady,
        Self::FanOut,
        Self::WebhookClosed,
        Self::IdleSockets,
        Self::ReconnectStorm,
        Self::SlowReaders,
        Self::Fairness,
        Self::Restart,
        Self::InboxSteady,
        Self::InboxStorm,
    ];

    /// Its name in results and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::WebhookSteady => "webhook-steady",
            Self::FanOut => "fan-out",
            Self::WebhookClosed => "webhook-closed",
            Self::IdleSockets => "idle-sockets",
            Self::ReconnectStorm => "reconnect-storm",
            Self::SlowReaders => "slow-readers",
            Self::Fairness => "fairness",
            Self::Restart => "restart",
            Self::InboxSteady => "inbox-steady",
            Self::InboxStorm => "inbox-storm",
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// When something cannot be measured; what is measured and not right is in the rows.
    pub(crate) fn run(self, bench: &Bench) -> Result<Vec<Row>, Error> {
        if let Some(why) = bench.target.lacks(self) {
            let name = bench.target.name();
            return Err(Error::Setup(format!("{} cannot be run against {name}: {why}", self.name())));
        }
        match self {
            Self::WebhookSteady => webhook_steady::run(bench),
            Self::FanOut => fan_out::run(bench),
            Self::WebhookClosed => webhook_closed::run(bench),
            Self::IdleSockets => idle_sockets::run(bench),
            Self::ReconnectStorm => reconnect_storm::run(bench),
            Self::SlowReaders => slow_readers::run(bench),
            Self::Fairness => fairness::run(bench),
            Self::Restart => restart::run(bench),
            Self::InboxSteady => inbox_steady::run(bench),
            Self::InboxStorm => inbox_storm::run(bench),
        }
    }
}

/// The messages that were acknowledged, with their times.
fn taken(requests: &Requests, sent: &Sent) -> impl Iterator<Item = Taken> {
    let of_request = |one: &Acknowledged| {
        let Acknowledged { index, left_at, answered_at } = *one;
        let first = requests.mark(index);
        let marks = first..first + requests.batch as u64;
        marks.map(move |mark| Taken { mark, left_at, answered_at })
    };
    sent.acknowledged.iter().flat_map(of_request)
}

#[cfg(test)]
mod tests {
    use clap::{Parser as _, ValueEnum as _};

    use super::*;
    use crate::{
        goals::Goal,
        options::{Command, Options},
    };

    #[test]
    fn every_goal_is_of_a_case_that_usual_options_have() {
        let all = ["loadtest", "run"];
        let Options { command: Command::Run(run) } = Options::try_parse_from(all).unwrap();
        let mut cases: Vec<(Scenario, String)> = vec![
            (Scenario::WebhookClosed, webhook_closed::name(run.connections)),
            (Scenario::IdleSockets, idle_sockets::name(run.idle_sockets)),
            (Scenario::ReconnectStorm, reconnect_storm::name(run.storm_sockets)),
            (Scenario::InboxStorm, inbox_storm::name(&run)),
        ];
        cases.extend(run.rates.iter().map(|rate| (Scenario::WebhookSteady, webhook_steady::name(*rate))));
        for (tenants, sockets, per_second) in fan_out::cases(&run) {
            for pace in [Some(per_second), None] {
                cases.push((Scenario::FanOut, fan_out::name(tenants, sockets, pace)));
            }
        }
        for goal in Goal::all().unwrap() {
            let known =
                cases.iter().any(|(scenario, case)| scenario.name() == goal.scenario && *case == goal.case);
            assert!(known, "{goal:?} is of none of {cases:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_command_line() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.to_possible_value().unwrap().get_name(), scenario.name());
        }
        assert_eq!(Scenario::value_variants(), Scenario::ALL);
    }
}
