//! Results: a table for people, a file for comparisons.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;
use switchboard_simulator::Clock;

use crate::{
    error::Error,
    options::Run,
    proc::{self, Cost, OTHERS_MAX},
    stats::Summary,
    target::Target,
};

/// What must be said with every figure.
const CAVEAT: &str = "Server and driver share the machine, and loopback charges the receiver's TCP work to the sender. \
    Do not read anything into differences below 15 %; compare latencies of clean runs only.";

/// One case of a scenario.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    scenario: &'static str,
    case: String,
    /// Whether the run whose figures these are was clean.
    clean: bool,
    clean_runs: u64,
    runs: u64,
    others_share: f64,
    figures: BTreeMap<&'static str, f64>,
    /// The order in which figures are shown.
    #[serde(skip)]
    shown: Vec<&'static str>,
    /// What was not right in any of the runs.
    defects: Vec<String>,
}

/// One run of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    /// What it used.
    pub(crate) cost: Cost,
    /// What counts when runs are compared: CPU for each unit of work.
    pub(crate) rank: f64,
    /// Names and values; a name ends with its unit.
    pub(crate) figures: Vec<(&'static str, f64)>,
    /// What was not right.
    pub(crate) defects: Vec<String>,
}

impl Attempt {
    /// Adds a figure.
    pub(crate) fn figure(&mut self, name: &'static str, value: f64) {
        self.figures.push((name, value));
    }

    /// Adds latencies; the names are those of median, 99th percentile and maximum.
    pub(crate) fn latencies(&mut self, names: [&'static str; 3], of: Summary) {
        self.figures.extend(names.into_iter().zip([of.p50_ms, of.p99_ms, of.max_ms]));
    }

    /// Adds CPU for each thousand of something; the least of it counts.
    pub(crate) fn cpu_per_thousand(&mut self, count: u64) {
        let thousands = (count as f64 / 1e3).max(f64::MIN_POSITIVE);
        self.rank = self.cost.server_s / thousands;
        self.figure("cpu_s/1k", self.rank);
        self.figure("driver_s/1k", self.cost.driver_s / thousands);
    }
}

impl Row {
    /// The best of some runs: the least CPU of the clean ones, or of all where none was clean.
    pub(crate) fn best(scenario: &'static str, case: impl Into<String>, attempts: &[Attempt]) -> Self {
        let clean_runs = attempts.iter().filter(|attempt| attempt.cost.is_clean()).count();
        let best = attempts
            .iter()
            .filter(|attempt| clean_runs == 0 || attempt.cost.is_clean())
            .min_by(|a, b| a.rank.total_cmp(&b.rank))
            .cloned()
            .unwrap_or_default();
        let mut defects: Vec<String> = attempts.iter().flat_map(|attempt| attempt.defects.clone()).collect();
        defects.dedup();
        Self {
            scenario,
            case: case.into(),
            clean: clean_runs > 0,
            clean_runs: clean_runs as u64,
            runs: attempts.len() as u64,
            others_share: best.cost.others,
            shown: best.figures.iter().map(|(name, _)| *name).collect(),
            figures: best.figures.into_iter().collect(),
            defects,
        }
    }

    /// A scenario that could not be run.
    pub(crate) fn failed(scenario: &'static str, error: &Error) -> Self {
        let mut row = Self::best(scenario, "not run", &[]);
        row.defects.push(error.to_string());
        row
    }

    fn clean_text(&self) -> String {
        let word = if self.clean { "yes" } else { "no" };
        format!("{word} ({} of {}, others {:.0} %)", self.clean_runs, self.runs, self.others_share * 100.0)
    }
}

/// A scenario's rows as text, columns aligned; what was not right stands below.
pub(crate) fn table(scenario: &str, rows: &[Row]) -> String {
    let mut columns: Vec<&str> = Vec::new();
    for name in rows.iter().flat_map(|row| &row.shown) {
        if !columns.contains(name) {
            columns.push(name);
        }
    }
    let mut lines = vec![Vec::from([scenario.to_owned()])];
    lines[0].extend(columns.iter().map(|name| (*name).to_owned()));
    lines[0].push("clean".to_owned());
    for row in rows {
        let mut line = vec![row.case.clone()];
        line.extend(
            columns.iter().map(|name| row.figures.get(name).map_or_else(String::new, |value| number(*value))),
        );
        line.push(row.clean_text());
        lines.push(line);
    }
    let mut out = aligned(&lines);
    for row in rows {
        for defect in &row.defects {
            out.push_str(&format!("  NOT RIGHT  {}: {defect}\n", row.case));
        }
    }
    out.push('\n');
    out
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        for (index, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let padded = if index == 0 || index + 1 == line.len() {
                format!("{cell:<width$}  ")
            } else {
                format!("{cell:>width$}  ")
            };
            out.push_str(&padded);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

/// A number with about three digits that matter.
fn number(value: f64) -> String {
    match value.abs() {
        whole if whole >= 100.0 || (whole - whole.round()).abs() < 1e-9 => format!("{value:.0}"),
        tens if tens >= 10.0 => format!("{value:.1}"),
        ones if ones >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// Everything that was measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    target: String,
    at_s: i64,
    cores: usize,
    seconds: u64,
    repeats: u64,
    prefill: u64,
    conversations: u64,
    others_share_max: f64,
    caveat: &'static str,
    rows: Vec<Row>,
}

impl Report {
    /// Nothing yet.
    pub(crate) fn new(run: &Run, target: &dyn Target) -> Self {
        Self {
            target: target.name(),
            at_s: Clock::system().now_s(),
            cores: proc::cores(),
            seconds: run.seconds,
            repeats: run.repeats,
            prefill: run.prefill,
            conversations: run.conversations,
            others_share_max: OTHERS_MAX,
            caveat: CAVEAT,
            rows: Vec::new(),
        }
    }

    /// Adds a scenario's rows.
    pub(crate) fn add(&mut self, rows: Vec<Row>) {
        self.rows.extend(rows);
    }

    /// Nothing was lost, repeated or refused that should not be.
    pub(crate) fn is_right(&self) -> bool {
        self.rows.iter().all(|row| row.defects.is_empty())
    }

    /// Writes the file; its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let path = folder.join(format!("{}-{}.json", self.target, self.at_s));
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::Setup(error.to_string()))?;
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, text + "\n"))
            .map_err(Error::io(path.display().to_string()))?;
        Ok(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(rank: f64, others: f64) -> Attempt {
        Attempt {
            rank,
            cost: Cost { others, ..Cost::default() },
            figures: vec![("cpu", rank)],
            defects: vec![],
        }
    }

    #[test]
    fn the_least_cpu_of_the_clean_runs_counts() {
        let row = Row::best("s", "c", &[attempt(1.0, 0.5), attempt(3.0, 0.01), attempt(2.0, 0.09)]);
        assert_eq!((row.figures["cpu"], row.clean, row.clean_runs, row.runs), (2.0, true, 2, 3));
        let noisy = Row::best("s", "c", &[attempt(1.0, 0.5), attempt(3.0, 0.4)]);
        assert_eq!((noisy.figures["cpu"], noisy.clean, noisy.clean_runs), (1.0, false, 0));
    }

    #[test]
    fn a_table_has_a_column_for_each_figure_and_says_what_is_not_right() {
        let mut other = attempt(0.5, 0.0);
        other.figures.push(("more", 12_345.6));
        other.defects.push("1 gap".to_owned());
        let rows = [Row::best("s", "one", &[attempt(2.0, 0.0)]), Row::best("s", "two", &[other])];
        let text = table("s", &rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "s       cpu   more  clean");
        assert_eq!(lines[1], "one       2         yes (1 of 1, others 0 %)");
        assert_eq!(lines[2], "two  0.5000  12346  yes (1 of 1, others 0 %)");
        assert_eq!(lines[3], "  NOT RIGHT  two: 1 gap");
    }

    #[test]
    fn numbers_are_short() {
        for (value, text) in
            [(0.0, "0"), (0.03456, "0.0346"), (5.678, "5.68"), (12.34, "12.3"), (1234.5, "1234"), (3.0, "3")]
        {
            assert_eq!(number(value), text);
        }
    }
}
