//! The load test against the real server, in a shortened form. What is counted must be right; nothing is timed.

use std::{collections::BTreeMap, fs};

use clap::Parser as _;
use serde_json::Value;

/// What a run of the load test wrote into its file.
struct Results(Value);

impl Results {
    /// Runs it once, however noisy the machine is, with these arguments besides.
    fn of(arguments: &[&str]) -> Self {
        let out = tempfile::tempdir().expect("a folder");
        let folder = out.path().display().to_string();
        let own = ["loadtest", "run", "--accept-noise", "--repeats", "1", "--out", &folder];
        let server = ["--server", env!("CARGO_BIN_EXE_switchboard")];
        let options =
            switchboard_loadtest::Options::try_parse_from(own.iter().chain(&server).chain(arguments));
        let mut table = Vec::new();
        let right = switchboard_loadtest::run(options.expect("it has these options"), &mut table);
        let table = String::from_utf8_lossy(&table).into_owned();
        assert!(right.expect("it can be run"), "{table}");
        let files: Vec<fs::DirEntry> = fs::read_dir(out.path())
            .expect("the folder")
            .collect::<Result<_, _>>()
            .expect("it can be listed");
        let [file] = &*files else { panic!("one file of results, not {files:?}") };
        Self(serde_json::from_slice(&fs::read(file.path()).expect("it can be read")).expect("it is JSON"))
    }

    fn rows(&self) -> impl Iterator<Item = &Value> {
        self.0["rows"].as_array().expect("rows").iter()
    }

    /// The only row.
    fn row(&self) -> &Value {
        let rows: Vec<_> = self.rows().collect();
        let [row] = &*rows else { panic!("one row, not {rows:?}") };
        row
    }

    /// Some figures of one server, by scenario and case; those that a case has.
    fn figures(&self, target: &str, names: &[&str]) -> BTreeMap<String, Value> {
        let own = self.rows().filter(|row| row["target"] == target);
        own.flat_map(|row| {
            names.iter().filter_map(|name| {
                let value = row["figures"].get(name)?.clone();
                Some((format!("{} {} {name}", row["scenario"], row["case"]), value))
            })
        })
        .collect()
    }
}

fn figure(row: &Value, name: &str) -> f64 {
    row["figures"][name].as_f64().unwrap_or_else(|| panic!("{name} of {row}"))
}

#[test]
fn at_an_inbox_at_work_nothing_is_lost_doubled_or_out_of_order() {
    let results = Results::of(&[
        "--scenario=inbox-steady",
        "--seconds=2",
        "--workspaces=2",
        "--agents=2",
        "--inbox-rate=30",
        "--conversations=100",
        "--pace=0.1",
    ]);
    let row = results.row();
    assert_eq!(figure(row, "received"), 60.0);
    assert!(figure(row, "answered") > 0.0 && figure(row, "commands") > figure(row, "answered"), "{row}");
    for who in ["switchboard", "provider", "driver"] {
        assert!(row["cpu_s"][who].is_f64(), "{who} of {row}");
    }
}

#[test]
fn a_storm_and_cut_connections_lose_and_double_nothing_either() {
    let results = Results::of(&[
        "--scenario=inbox-storm",
        "--seconds=2",
        "--workspaces=2",
        "--agents=2",
        "--inbox-rate=2",
        "--conversations=100",
        "--pace=0.1",
    ]);
    let row = results.row();
    assert_eq!(figure(row, "received"), 2.0 * 6.0 + 20.0 * 2.0);
    assert_eq!(figure(row, "came_back"), 2.0, "one agent of each workspace was cut");
    assert!(figure(row, "answered") > 0.0, "{row}");
}

#[test]
fn a_server_that_a_file_describes_is_counted_as_the_built_in_one_is() {
    let description = concat!(env!("CARGO_MANIFEST_DIR"), "/loadtest/targets/switchboard.toml");
    let results = Results::of(&[
        "--target=switchboard",
        "--target",
        description,
        "--scenario=webhook-steady,fan-out,idle-sockets",
        "--seconds=1",
        "--rates=40",
        "--conversations=10",
        "--fan-sockets=10",
        "--fan-tenants=3",
        "--idle-sockets=30",
        "--connections=4",
    ]);
    let same = ["gaps", "repeats", "missing"];
    let counts = |target: &str| {
        let mut counts = results.figures(target, &same);
        // At saturation each takes what it can.
        let fixed = results.figures(target, &["messages", "events", "deliveries"]);
        counts.extend(fixed.into_iter().filter(|(name, _)| !name.contains("saturated")));
        counts
    };
    let built_in = counts("switchboard");
    assert_eq!(built_in, counts("switchboard-described"));
    assert_eq!(built_in[r#""webhook-steady" "40/s, 1 agent" events"#], 40.0);
    assert_eq!(built_in[r#""fan-out" "1 x 10, 50 messages/s" deliveries"#], 500.0);
    assert_eq!(built_in[r#""fan-out" "3 x 10, 75 messages/s" deliveries"#], 750.0);
    assert_eq!(results.rows().filter(|row| row["scenario"] == "idle-sockets").count(), 2);
}
