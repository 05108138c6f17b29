//! CPU time and memory of processes, as the kernel counts them.

use std::fs;

/// Clock ticks per second in /proc, on every Linux that Rust supports.
const TICKS_PER_SECOND: f64 = 100.0;

/// Fields of user and system time in /proc/<pid>/stat, counted after the program's name.
const OWN_TIMES: [usize; 2] = [11, 12];

/// The same for children that have ended and were waited for.
const CHILDREN_TIMES: [usize; 2] = [13, 14];

/// CPU seconds of a process so far; zero if it has ended.
pub fn cpu(pid: u32) -> f64 {
    stat(pid).map_or(0.0, |fields| seconds(&fields, OWN_TIMES))
}

/// CPU seconds of a process, its children, and its children that have ended, as for Postgres.
pub fn family_cpu(pid: u32) -> f64 {
    let own = stat(pid).map_or(0.0, |fields| {
        seconds(&fields, OWN_TIMES) + seconds(&fields, CHILDREN_TIMES)
    });
    let path = format!("/proc/{pid}/task/{pid}/children");
    let children = fs::read_to_string(path).unwrap_or_default();
    let living = children
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok());
    own + living.map(cpu).sum::<f64>()
}

/// CPU seconds of the whole machine so far.
pub fn machine() -> f64 {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let numbers = text.lines().next().unwrap_or_default().split_whitespace();
    let fields: Vec<f64> = numbers.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system; then idle and iowait, which are skipped; then interrupts.
    let used = [0, 1, 2, 5, 6]
        .iter()
        .filter_map(|index| fields.get(*index));
    used.sum::<f64>() / TICKS_PER_SECOND
}

/// Resident bytes of a process; zero if it has ended.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}

fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name is in parentheses and may contain anything.
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

fn seconds(fields: &[String], which: [usize; 2]) -> f64 {
    let ticks = which
        .iter()
        .filter_map(|index| fields.get(*index)?.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_uses_time_and_one_that_is_not_there_none() {
        let pid = std::process::id();
        let before = cpu(pid);
        let mut sum = 0_u64;
        while cpu(pid) < before + 0.05 {
            sum = (0..100_000).fold(sum, |sum, n| sum.wrapping_mul(31) ^ n);
        }
        assert!(family_cpu(pid) >= before + 0.05, "{sum}");
        assert!(resident(pid) > 1_000_000);
        assert_eq!(cpu(u32::MAX), 0.0);
    }
}
