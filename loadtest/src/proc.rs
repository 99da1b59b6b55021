//! What the system says about processes: CPU, memory, how busy the machine was with others.

use std::{fs, process, time::Instant};

use crate::error::Error;

/// Clock ticks a second, as Linux tells them to programs on every machine we know of (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;
/// The share of the cores that others may use in a run that counts.
pub(crate) const OTHERS_MAX: f64 = 0.10;

/// CPU seconds taken by a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    at: Instant,
    server_s: f64,
    driver_s: f64,
    machine_s: f64,
}

impl Moment {
    /// Now. The server's children count as the server.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub(crate) fn now(server: u32) -> Result<Self, Error> {
        let mut server_s = cpu_s(server)?;
        for child in children(server) {
            // A child may end meanwhile; then its parent's figures have it.
            server_s += cpu_s(child).unwrap_or(0.0);
        }
        let machine = busy_ticks(&read("/proc/stat")?).ok_or_else(|| unreadable("/proc/stat"))?;
        Ok(Self {
            at: Instant::now(),
            server_s,
            driver_s: cpu_s(process::id())?,
            machine_s: machine as f64 / TICKS_PER_SECOND,
        })
    }

    /// What was used between two moments.
    pub(crate) fn until(self, end: Self, cores: usize) -> Cost {
        let wall_s = end.at.saturating_duration_since(self.at).as_secs_f64();
        let server_s = end.server_s - self.server_s;
        let driver_s = end.driver_s - self.driver_s;
        let others = others_share(end.machine_s - self.machine_s, server_s + driver_s, wall_s, cores);
        Cost { wall_s, server_s, driver_s, others }
    }
}

/// What a run used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Seconds it took.
    pub(crate) wall_s: f64,
    /// CPU seconds of the server and its children.
    pub(crate) server_s: f64,
    /// CPU seconds of the driver.
    pub(crate) driver_s: f64,
    /// The share of all cores that others used.
    pub(crate) others: f64,
}

impl Cost {
    /// Others left the machine alone.
    pub(crate) fn is_clean(&self) -> bool {
        self.others < OTHERS_MAX
    }
}

/// The share of all cores that neither the server nor the driver used, of what was busy.
fn others_share(busy_s: f64, own_s: f64, wall_s: f64, cores: usize) -> f64 {
    if wall_s <= 0.0 || cores == 0 {
        return 0.0;
    }
    ((busy_s - own_s) / (wall_s * cores as f64)).max(0.0)
}

/// Bytes of a process that are in memory.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64, Error> {
    let path = format!("/proc/{pid}/status");
    kib_of(&read(&path)?, "VmRSS:").map(|kib| kib * 1024).ok_or_else(|| unreadable(&path))
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

fn cpu_s(pid: u32) -> Result<f64, Error> {
    let path = format!("/proc/{pid}/stat");
    let stat = Stat::parse(&read(&path)?).ok_or_else(|| unreadable(&path))?;
    Ok(stat.ticks as f64 / TICKS_PER_SECOND)
}

/// Processes that this one started and that still run.
fn children(pid: u32) -> Vec<u32> {
    let Ok(folder) = fs::read_dir("/proc") else { return Vec::new() };
    folder
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok())
        .filter(|child| {
            let stat = fs::read_to_string(format!("/proc/{child}/stat")).ok();
            stat.and_then(|text| Stat::parse(&text)).is_some_and(|stat| stat.parent == pid)
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
    /// User and system time of the process and of its children that ended and were waited for.
    ticks: u64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name stands in parentheses and may hold anything, parentheses too.
        let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
        let ticks = fields.get(11..15)?.iter().map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()?;
        Some(Self { parent: fields.get(1)?.parse().ok()?, ticks })
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
        assert_eq!(Stat::parse(text), Some(Stat { parent: 7, ticks: 110 }));
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
    fn a_run_counts_when_others_used_little() {
        for (busy, own, clean) in
            [(20.0, 20.0, true), (12.9, 11.0, true), (13.1, 11.0, false), (19.0, 20.0, true)]
        {
            let cost = Cost { others: others_share(busy, own, 10.0, 2), ..Cost::default() };
            assert_eq!(cost.is_clean(), clean, "{busy} {own}: {}", cost.others);
        }
        assert!(others_share(1.0, 0.0, 0.0, 2).abs() < f64::EPSILON);
    }

    #[test]
    fn this_process_can_be_read() {
        assert!(resident_bytes(process::id()).unwrap() > 0);
        assert!(open_files_max().unwrap() > 0);
        Moment::now(process::id()).unwrap();
    }
}
