//! The scenarios, one file each.

mod fairness;
mod fan_out;
mod idle_sockets;
mod reconnect_storm;
mod restart;
mod slow_readers;
mod webhook_closed;
mod webhook_steady;

use crate::{bench::Bench, error::Error, report::Row};

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
}

impl Scenario {
    /// All, in the order in which they are run.
    pub(crate) const ALL: [Self; 8] = [
        Self::WebhookSteady,
        Self::FanOut,
        Self::WebhookClosed,
        Self::IdleSockets,
        Self::ReconnectStorm,
        Self::SlowReaders,
        Self::Fairness,
        Self::Restart,
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
        }
    }

    /// Runs it.
    ///
    /// # Errors
    /// When something cannot be measured; what is measured and not right is in the rows.
    pub(crate) fn run(self, bench: &Bench) -> Result<Vec<Row>, Error> {
        match self {
            Self::WebhookSteady => webhook_steady::run(bench),
            Self::FanOut => fan_out::run(bench),
            Self::WebhookClosed => webhook_closed::run(bench),
            Self::IdleSockets => idle_sockets::run(bench),
            Self::ReconnectStorm => reconnect_storm::run(bench),
            Self::SlowReaders => slow_readers::run(bench),
            Self::Fairness => fairness::run(bench),
            Self::Restart => restart::run(bench),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum as _;

    use super::*;

    #[test]
    fn names_are_those_of_the_command_line() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.to_possible_value().unwrap().get_name(), scenario.name());
        }
        assert_eq!(Scenario::value_variants(), Scenario::ALL);
    }
}
