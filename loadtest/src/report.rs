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
    goals::{Goal, Judged},
    options::Run,
    proc::{self, Cost, OTHERS_MAX},
    stats::Summary,
};

/// What must be said with every figure.
const CAVEAT: &str = "Server and driver share the machine, and loopback charges the receiver's TCP work to the sender. \
    Do not read anything into differences below 15 %; compare latencies of counted runs only.";

/// One case of a scenario against one server.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    target: String,
    scenario: &'static str,
    case: String,
    /// Whether the run whose figures these are was counted: others used less than [`OTHERS_MAX`] of the cores.
    counted: bool,
    counted_runs: u64,
    runs: u64,
    others_share: f64,
    figures: BTreeMap<String, f64>,
    /// CPU seconds of every process involved in that run.
    cpu_s: BTreeMap<String, f64>,
    goals: Vec<Judged>,
    /// The order in which figures are shown.
    #[serde(skip)]
    shown: Vec<String>,
    /// What was not right in any of the runs.
    defects: Vec<String>,
}

/// One run of a case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attempt {
    /// What it used.
    pub(crate) cost: Cost,
    /// What decides when runs are compared: CPU for each unit of work.
    pub(crate) rank: f64,
    /// Names and values; a name ends with its unit.
    pub(crate) figures: Vec<(String, f64)>,
    /// What was not right.
    pub(crate) defects: Vec<String>,
}

impl Attempt {
    /// Adds a figure.
    pub(crate) fn figure(&mut self, name: impl Into<String>, value: f64) {
        self.figures.push((name.into(), value));
    }

    /// Adds latencies of something.
    pub(crate) fn latencies(&mut self, of: &str, Summary { p50_ms, p99_ms, p999_ms, max_ms }: Summary) {
        for (name, value) in [("p50", p50_ms), ("p99", p99_ms), ("p99.9", p999_ms), ("max", max_ms)] {
            self.figure(format!("{of}_{name}_ms"), value);
        }
    }

    /// Adds the CPU of everybody involved for each `unit` of something, called `name`; the server's least counts.
    pub(crate) fn cpu_per(&mut self, count: u64, unit: f64, name: &str) {
        let units = (count as f64 / unit).max(f64::MIN_POSITIVE);
        self.rank = self.cost.server_s / units;
        self.figure(format!("cpu_s/{name}"), self.rank);
        if self.cost.server_parts.len() > 1 {
            for (part, used_s) in self.cost.server_parts.clone() {
                self.figure(format!("{part}_s/{name}"), used_s / units);
            }
        }
        if self.cost.provider_s > 0.0 {
            self.figure(format!("provider_s/{name}"), self.cost.provider_s / units);
        }
        self.figure(format!("driver_s/{name}"), self.cost.driver_s / units);
    }

    /// The same for each thousand.
    pub(crate) fn cpu_per_thousand(&mut self, count: u64) {
        self.cpu_per(count, 1e3, "1k");
    }
}

impl Row {
    /// The best of some runs: the least CPU of the counted ones, or of all where none is counted.
    pub(crate) fn best(
        target: &str,
        scenario: &'static str,
        case: impl Into<String>,
        attempts: &[Attempt],
    ) -> Self {
        let counted_runs = attempts.iter().filter(|attempt| attempt.cost.is_counted()).count();
        let best = attempts
            .iter()
            .filter(|attempt| counted_runs == 0 || attempt.cost.is_counted())
            .min_by(|a, b| a.rank.total_cmp(&b.rank))
            .cloned()
            .unwrap_or_default();
        let mut defects: Vec<String> = attempts.iter().flat_map(|attempt| attempt.defects.clone()).collect();
        defects.dedup();
        let mut cpu_s: BTreeMap<String, f64> = best.cost.server_parts.iter().cloned().collect();
        cpu_s.insert("driver".to_owned(), best.cost.driver_s);
        if best.cost.provider_s > 0.0 {
            cpu_s.insert("provider".to_owned(), best.cost.provider_s);
        }
        Self {
            target: target.to_owned(),
            scenario,
            case: case.into(),
            counted: counted_runs > 0,
            counted_runs: counted_runs as u64,
            runs: attempts.len() as u64,
            others_share: best.cost.others,
            shown: best.figures.iter().map(|(name, _)| name.clone()).collect(),
            figures: best.figures.into_iter().collect(),
            cpu_s,
            goals: Vec::new(),
            defects,
        }
    }

    /// A scenario that could not be run.
    pub(crate) fn failed(target: &str, scenario: &'static str, error: &Error) -> Self {
        let mut row = Self::best(target, scenario, "not run", &[]);
        row.defects.push(error.to_string());
        row
    }

    /// A figure by its name.
    pub(crate) fn value(&self, name: &str) -> Option<f64> {
        self.figures.get(name).copied()
    }

    /// Compares it with the goals that are of its case.
    pub(crate) fn judge(&mut self, goals: &[Goal]) {
        let own = goals.iter().filter(|goal| goal.scenario == self.scenario && goal.case == self.case);
        self.goals =
            own.filter_map(|goal| Some(goal.judge(*self.figures.get(&goal.figure)?, self.counted))).collect();
    }

    fn counted_text(&self) -> String {
        let others = format!("others {:.0} %", self.others_share * 100.0);
        match (self.counted, self.runs) {
            (_, 0) => "no run".to_owned(),
            (true, runs) => format!("{} of {runs}, {others}", self.counted_runs),
            (false, runs) => format!("NOT, {runs} runs, {others}"),
        }
    }
}

/// A scenario's rows as text: a line for each figure, a column for each case. Several servers stand side by side, case
/// by case, each further one with its ratio to the first. Below stand goals and what was not right.
pub(crate) fn table(scenario: &str, rows: &[Row]) -> String {
    let several = rows.iter().any(|row| row.target != rows[0].target);
    let mut out = String::new();
    if several {
        let mut cases: Vec<&str> = Vec::new();
        for row in rows {
            if !cases.contains(&row.case.as_str()) {
                cases.push(&row.case);
            }
        }
        for case in cases {
            let of_case: Vec<&Row> = rows.iter().filter(|row| row.case == case).collect();
            out.push_str(&format!("{scenario}: {case}\n"));
            out.push_str(&block("", &of_case, true));
        }
    } else {
        out.push_str(&block(scenario, &rows.iter().collect::<Vec<_>>(), false));
    }
    for row in rows {
        let who = if several { format!("{}, {}", row.target, row.case) } else { row.case.clone() };
        for goal in &row.goals {
            out.push_str(&format!("  {}  ({who})\n", goal.text(number)));
        }
        for defect in &row.defects {
            out.push_str(&format!("  NOT RIGHT  {who}: {defect}\n"));
        }
    }
    out.push('\n');
    out
}

/// Rows side by side: under their cases, or under their servers, with ratios to the first.
fn block(title: &str, rows: &[&Row], by_server: bool) -> String {
    let mut figures: Vec<&str> = Vec::new();
    let mut columns = Vec::new();
    for (nth, row) in rows.iter().enumerate() {
        for name in &row.shown {
            if !figures.contains(&name.as_str()) {
                figures.push(name);
            }
        }
        columns.push(Column { of: row, to: None });
        if by_server && nth > 0 {
            columns.push(Column { of: row, to: rows.first().copied() });
        }
    }
    let line = |name: &str, cell: &dyn Fn(&Column<'_>) -> String| {
        std::iter::once(name.to_owned()).chain(columns.iter().map(cell)).collect::<Vec<_>>()
    };
    let mut lines = vec![line(title, &|column| match (column.to, by_server) {
        (Some(_), _) => "ratio".to_owned(),
        (None, true) => column.of.target.clone(),
        (None, false) => column.of.case.clone(),
    })];
    lines.extend(figures.into_iter().map(|name| line(name, &|column| column.figure(name))));
    lines.push(line("counted", &|column| match column.to {
        None => column.of.counted_text(),
        Some(_) => String::new(),
    }));
    aligned(&lines)
}

/// A row's figures, or their ratios to another's.
struct Column<'a> {
    of: &'a Row,
    to: Option<&'a Row>,
}

impl Column<'_> {
    fn figure(&self, name: &str) -> String {
        let Some(value) = self.of.figures.get(name) else { return String::new() };
        match self.to {
            None => number(*value),
            Some(first) => match first.figures.get(name) {
                Some(base) if *base > 0.0 => format!("x{}", number(value / base)),
                _ => String::new(),
            },
        }
    }
}

fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0))
        .collect();
    let mut out = String::new();
    for line in lines {
        for (index, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let padded = if index == 0 { format!("{cell:<width$}  ") } else { format!("{cell:>width$}  ") };
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
    targets: Vec<String>,
    at_s: i64,
    cores: usize,
    seconds: u64,
    repeats: u64,
    tries: u64,
    accept_noise: bool,
    prefill: u64,
    conversations: u64,
    others_share_max: f64,
    caveat: &'static str,
    rows: Vec<Row>,
}

impl Report {
    /// Nothing yet.
    pub(crate) fn new(run: &Run, targets: Vec<String>) -> Self {
        Self {
            targets,
            at_s: Clock::system().now_s(),
            cores: proc::cores(),
            seconds: run.seconds,
            repeats: run.repeats,
            tries: run.tries,
            accept_noise: run.accept_noise,
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
        let path = folder.join(format!("{}-{}.json", self.targets.join("+"), self.at_s));
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
            figures: vec![("cpu".to_owned(), rank)],
            defects: vec![],
        }
    }

    fn row(case: &str, attempts: &[Attempt]) -> Row {
        Row::best("t", "s", case, attempts)
    }

    #[test]
    fn the_least_cpu_of_the_counted_runs_is_taken() {
        let row = row("c", &[attempt(1.0, 0.5), attempt(3.0, 0.01), attempt(2.0, 0.09)]);
        assert_eq!((row.figures["cpu"], row.counted, row.counted_runs, row.runs), (2.0, true, 2, 3));
    }

    #[test]
    fn where_no_run_is_counted_the_row_says_so_with_the_figure() {
        let noisy = row("c", &[attempt(1.0, 0.5), attempt(3.0, 0.4)]);
        assert_eq!((noisy.figures["cpu"], noisy.counted, noisy.counted_runs), (1.0, false, 0));
        assert!(table("s", std::slice::from_ref(&noisy)).contains("counted  NOT, 2 runs, others 50 %"));
        let file = serde_json::to_value(&noisy).unwrap();
        assert_eq!((&file["counted"], &file["others_share"]), (&false.into(), &0.5.into()));
    }

    #[test]
    fn a_table_has_a_line_for_each_figure_and_says_what_is_not_right() {
        let mut other = attempt(0.5, 0.0);
        other.figures.push(("more".to_owned(), 12_345.6));
        other.defects.push("1 gap".to_owned());
        let text = table("s", &[row("one", &[attempt(2.0, 0.0)]), row("two", &[other])]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "s                       one                 two");
        assert_eq!(lines[1], "cpu                       2              0.5000");
        assert_eq!(lines[2], "more                                      12346");
        assert_eq!(lines[3], "counted  1 of 1, others 0 %  1 of 1, others 0 %");
        assert_eq!(lines[4], "  NOT RIGHT  two: 1 gap");
    }

    #[test]
    fn several_servers_stand_side_by_side_with_ratios_to_the_first() {
        let rows = [
            row("one", &[attempt(2.0, 0.0)]),
            Row::best("peer", "s", "one", &[attempt(5.0, 0.0)]),
            row("two", &[attempt(1.0, 0.0)]),
        ];
        let text = table("s", &rows);
        let words: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words[0], ["s:", "one"]);
        assert_eq!(words[1], ["t", "peer", "ratio"]);
        assert_eq!(words[2], ["cpu", "2", "5", "x2.50"]);
        assert_eq!(words[4], ["s:", "two"]);
        assert_eq!(words[6], ["cpu", "1"]);
    }

    #[test]
    fn everybodys_cpu_is_told_for_each_thousand() {
        let cost = Cost {
            server_s: 3.0,
            server_parts: vec![("server".to_owned(), 2.0), ("store".to_owned(), 1.0)],
            provider_s: 0.5,
            driver_s: 4.0,
            ..Cost::default()
        };
        let mut attempt = Attempt { cost, ..Attempt::default() };
        attempt.cpu_per_thousand(2_000);
        let expected = [
            ("cpu_s/1k", 1.5),
            ("server_s/1k", 1.0),
            ("store_s/1k", 0.5),
            ("provider_s/1k", 0.25),
            ("driver_s/1k", 2.0),
        ];
        assert_eq!(attempt.figures, expected.map(|(name, value)| (name.to_owned(), value)));
        let row = row("c", &[attempt]);
        let names: Vec<&String> = row.cpu_s.keys().collect();
        assert_eq!(names, ["driver", "provider", "server", "store"]);
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
