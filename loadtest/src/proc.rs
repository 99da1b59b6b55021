//! What the system says about processes: CPU, memory, how busy the machine was with others.

use std::{fs, time::Instant};

use crate::error::Error;

/// Clock ticks a second, as Linux tells them to programs on every machine we know of (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;
/// The share of the cores that others may use in a run that counts.
pub(crate) const OTHERS_MAX: f64 = 0.10;

/// Whose CPU is counted under a name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Involved {
    /// What it is called in results.
    pub(crate) name: String,
    /// What it does in a run.
    pub(crate) part: Part,
}

/// What somebody does in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A process of the server under test: the server itself, its database. Its children count with it.
    Server(u32),
    /// A thread of the driver that plays the provider.
    Provider(u32),
}

/// CPU seconds taken by a moment.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    at: Instant,
    involved: Vec<(Involved, f64)>,
    driver_s: f64,
    machine_s: f64,
}

impl Moment {
    /// Now.
    ///
    /// # Errors
    /// When `/proc` cannot be read, or one of the processes has ended.
    pub(crate) fn now(involved: &[Involved]) -> Result<Self, Error> {
        let cpu = |one: &Involved| match one.part {
            Part::Server(pid) => with_children_s(pid),
            Part::Provider(thread) => cpu_s(&format!("/proc/self/task/{thread}/stat"), Whose::Own),
        };
        let involved =
            involved.iter().map(|one| Ok((one.clone(), cpu(one)?))).collect::<Result<Vec<_>, Error>>()?;
        let machine = busy_ticks(&read("/proc/stat")?).ok_or_else(|| unreadable("/proc/stat"))?;
        Ok(Self {
            at: Instant::now(),
            involved,
            driver_s: cpu_s("/proc/self/stat", Whose::WithEnded)?,
            machine_s: machine as f64 / TICKS_PER_SECOND,
        })
    }

    /// What was used between two moments of the same.
    pub(crate) fn until(self, end: &Self, cores: usize) -> Cost {
        let mut cost = Cost {
            wall_s: end.at.saturating_duration_since(self.at).as_secs_f64(),
            driver_s: end.driver_s - self.driver_s,
            ..Cost::default()
        };
        for ((one, before_s), (_, after_s)) in self.involved.into_iter().zip(&end.involved) {
            let used_s = after_s - before_s;
            match one.part {
                Part::Server(_) => {
                    cost.server_s += used_s;
                    cost.server_parts.push((one.name, used_s));
                }
                // The driver's own figure has its threads in it.
                Part::Provider(_) => {
                    cost.provider_s += used_s;
                    cost.driver_s -= used_s;
                }
            }
        }
        let own_s = cost.server_s + cost.provider_s + cost.driver_s;
        cost.others = others_share(end.machine_s - self.machine_s, own_s, cost.wall_s, cores);
        cost
    }
}

/// What a run used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    /// Seconds it took.
    pub(crate) wall_s: f64,
    /// CPU seconds of the server under test, all its processes together.
    pub(crate) server_s: f64,
    /// The same, process by process.
    pub(crate) server_parts: Vec<(String, f64)>,
    /// CPU seconds of the provider, where the driver plays one.
    pub(crate) provider_s: f64,
    /// CPU seconds of the driver without the provider.
    pub(crate) driver_s: f64,
    /// The share of all cores that others used.
    pub(crate) others: f64,
}

impl Cost {
    /// Whether the run is counted: others left the machine alone.
    pub(crate) fn is_counted(&self) -> bool {
        self.others < OTHERS_MAX
    }
}

/// The share of all cores that was busy with something else than what is involved.
fn others_share(busy_s: f64, own_s: f64, wall_s: f64, cores: usize) -> f64 {
    if wall_s <= 0.0 || cores == 0 {
        return 0.0;
    }
    ((busy_s - own_s) / (wall_s * cores as f64)).max(0.0)
}

/// The thread that asks, as the system numbers it.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn this_thread() -> Result<u32, Error> {
    let path = "/proc/thread-self";
    let link = fs::read_link(path).map_err(Error::io(path))?;
    let number = link.file_name().and_then(|name| name.to_str()?.parse().ok());
    number.ok_or_else(|| unreadable(path))
}

/// Bytes of the server's processes that are in memory, without their children.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn resident_bytes(involved: &[Involved]) -> Result<u64, Error> {
    let of = |one: &Involved| match one.part {
        Part::Server(pid) => {
            let path = format!("/proc/{pid}/status");
            kib_of(&read(&path)?, "VmRSS:").map(|kib| kib * 1024).ok_or_else(|| unreadable(&path))
        }
        Part::Provider(_) => Ok(0),
    };
    involved.iter().map(of).sum()
}

/// Files that this process may have open; its children inherit it.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn open_files_max() -> Result<u64, Error> {
    let path = "/proc/self/limits";
    files_of(&read(path)?).ok_or_else(|| unreadable(path))
}

/// Cores of this machine that we may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Whether ended children are counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// Only what runs.
    Own,
    /// Also children that ended and were waited for.
    WithEnded,
}

fn cpu_s(path: &str, whose: Whose) -> Result<f64, Error> {
    let stat = Stat::parse(&read(path)?).ok_or_else(|| unreadable(path))?;
    let ticks = stat.ticks + if whose == Whose::WithEnded { stat.ended_ticks } else { 0 };
    Ok(ticks as f64 / TICKS_PER_SECOND)
}

/// A process with its children and theirs, as far as they run or were waited for.
fn with_children_s(pid: u32) -> Result<f64, Error> {
    let mut sum_s = cpu_s(&format!("/proc/{pid}/stat"), Whose::WithEnded)?;
    let mut parents = vec![pid];
    let parent_of = parents_of_all();
    while let Some(parent) = parents.pop() {
        for child in parent_of.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child) {
            // A child may end meanwhile; then its parent's figures have it.
            sum_s += cpu_s(&format!("/proc/{child}/stat"), Whose::WithEnded).unwrap_or(0.0);
            parents.push(child);
        }
    }
    Ok(sum_s)
}

/// All processes that run, each with its parent.
fn parents_of_all() -> Vec<(u32, u32)> {
    let Ok(folder) = fs::read_dir("/proc") else { return Vec::new() };
    folder
        .filter_map(|entry| {
            let pid = entry.ok()?.file_name().to_str()?.parse::<u32>().ok()?;
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            Some((pid, Stat::parse(&stat)?.parent))
        })
        .collect()
}

fn read(path: &str) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(path))
}

fn unreadable(path: &str) -> Error {
    Error::Setup(format!("{path} does not look as expected"))
}

/// What we read of `/proc/<pid>/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// User and system time.
    ticks: u64,
    /// The same of its children that ended and were waited for.
    ended_ticks: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name stands in parentheses and may hold anything, parentheses too.
        let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
        let sum = |fields: &[&str]| fields.iter().map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>();
        let parent = fields.get(1)?.parse().ok()?;
        Some(Self { parent, ticks: sum(fields.get(11..13)?)?, ended_ticks: sum(fields.get(13..15)?)? })
    }
}

/// Ticks of all cores that were not idle: `/proc/stat`'s first line without `idle`, `iowait` and the guests' (those
/// are within `user` already). What the hypervisor took counts: nobody here could use it.
fn busy_ticks(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let ticks: Vec<u64> =
        line.split_ascii_whitespace().map(|field| field.parse().ok()).collect::<Option<_>>()?;
    let all: u64 = ticks.get(..8)?.iter().sum();
    Some(all - ticks.get(3)? - ticks.get(4)?)
}

fn kib_of(status: &str, name: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(name))?.split_ascii_whitespace().next()?.parse().ok()
}

fn files_of(limits: &str) -> Option<u64> {
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    let soft = soft.split_ascii_whitespace().next()?;
    if soft == "unlimited" { Some(u64::MAX) } else { soft.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        let text = "42 (a) b (c)) S 7 42 42 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 9 0 1 2 3";
        assert_eq!(Stat::parse(text), Some(Stat { parent: 7, ticks: 33, ended_ticks: 77 }));
        assert_eq!(Stat::parse("42 (x) S 7"), None);
        assert_eq!(Stat::parse(""), None);
    }

    #[test]
    fn what_is_idle_is_not_busy() {
        let text = "cpu  10 1 20 1000 500 2 3 4 9 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n";
        assert_eq!(busy_ticks(text), Some(40));
        assert_eq!(busy_ticks("cpu  1 2 3"), None);
    }

    #[test]
    fn memory_and_files_are_read() {
        assert_eq!(kib_of("Name:\tx\nVmRSS:\t  1234 kB\n", "VmRSS:"), Some(1234));
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            20000                20000                files     \n";
        assert_eq!(files_of(limits), Some(20_000));
        assert_eq!(files_of("Max open files unlimited unlimited files"), Some(u64::MAX));
        assert_eq!(files_of(""), None);
    }

    #[test]
    fn a_run_is_counted_when_others_used_under_a_tenth_of_the_cores() {
        for (busy, own, counted) in [
            (20.0, 20.0, true),
            (12.9, 11.0, true),
            (13.0, 11.0, false),
            (13.1, 11.0, false),
            (19.0, 20.0, true),
        ] {
            let cost = Cost { others: others_share(busy, own, 10.0, 2), ..Cost::default() };
            assert_eq!(cost.is_counted(), counted, "{busy} {own}: {}", cost.others);
        }
        assert!(others_share(1.0, 0.0, 0.0, 2).abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_can_be_read() {
        let of = |part| Involved { name: "it".to_owned(), part };
        let involved = [of(Part::Server(std::process::id())), of(Part::Provider(this_thread().unwrap()))];
        assert!(resident_bytes(&involved).unwrap() > 0);
        assert!(open_files_max().unwrap() > 0);
        Moment::now(&involved).unwrap();
    }

    #[test]
    fn everybody_involved_has_a_figure_and_is_nobody_else() {
        let moment = |at, server_s, store_s, provider_s, driver_s, machine_s| Moment {
            at,
            involved: [
                ("server", Part::Server(1), server_s),
                ("store", Part::Server(2), store_s),
                ("provider", Part::Provider(3), provider_s),
            ]
            .map(|(name, part, used_s)| (Involved { name: name.to_owned(), part }, used_s))
            .into(),
            driver_s,
            machine_s,
        };
        let begin = Instant::now();
        let end = begin + std::time::Duration::from_secs(10);
        let cost = moment(begin, 1.0, 2.0, 0.5, 1.0, 100.0).until(&moment(end, 4.0, 4.0, 1.5, 5.0, 110.0), 2);
        let near = |figure: f64, expected: f64| (figure - expected).abs() < 1e-9;
        assert!(
            near(cost.server_s, 5.0) && near(cost.provider_s, 1.0) && near(cost.driver_s, 3.0),
            "{cost:?}"
        );
        assert_eq!(cost.server_parts, [("server".to_owned(), 3.0), ("store".to_owned(), 2.0)]);
        assert!(near(cost.others, 1.0 / 20.0), "{cost:?}");
    }
}
