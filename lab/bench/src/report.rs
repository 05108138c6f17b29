//! The output of a run: a line for each result, and a table at the end.

mod medians;
mod numbers;
mod plot;

use std::fmt::Write;

use super::measure::{GENERATOR, Outcome, STEP};
use numbers::short;

pub use medians::medians;
pub use numbers::thousands;
pub use plot::plots;

/// The columns of the table.
const COLUMNS: [&str; 12] = [
    "scenario",
    "case",
    "rate",
    "p50 / p95 / p99 ms",
    "CPU s per 1,000: system",
    "by process",
    "generator",
    "rows",
    "WAL bytes",
    "ratio",
    "audit",
    "more",
];

/// One result as a line of text.
pub fn line(outcome: &Outcome) -> String {
    let [
        scenario,
        case,
        rate,
        latency,
        cpu,
        by,
        generator,
        rows,
        wal,
        ratio,
        audit,
        more,
    ] = cells(outcome);
    let mut line = format!("{scenario:<8} {case:<58} {rate:>22}  {latency:>22} ms");
    for (name, cell) in [
        ("cpu", cpu),
        ("of", by),
        ("gen", generator),
        ("rows", rows),
        ("wal", wal),
        ("ratio", ratio),
        ("audit", audit),
        ("and", more),
    ] {
        if !cell.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(line, "  {name} {cell}");
        }
    }
    line
}

/// All results as a Markdown table.
pub fn markdown(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "| {} |\n|{}\n",
        COLUMNS.join(" | "),
        "---|".repeat(COLUMNS.len())
    );
    // The steps of a search are for the plots.
    for outcome in outcomes.iter().filter(|outcome| outcome.scenario != STEP) {
        let _ = writeln!(text, "| {} |", cells(outcome).join(" | "));
    }
    text
}

fn cells(outcome: &Outcome) -> [String; 12] {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or_else(String::new, |value| format!("{value:.digits$}"))
    };
    let system: f64 = outcome
        .cpu
        .iter()
        .filter(|(name, _)| *name != GENERATOR)
        .map(|(_, seconds)| seconds)
        .sum();
    let by = outcome
        .cpu
        .iter()
        .map(|(name, seconds)| format!("{name} {}", short(*seconds)));
    [
        outcome.scenario.clone(),
        outcome.case.clone(),
        format!("{} {}", thousands(outcome.rate), outcome.unit),
        outcome.latency.map_or_else(String::new, |latency| {
            format!(
                "{:.1} / {:.1} / {:.1}",
                latency.p50, latency.p95, latency.p99
            )
        }),
        match outcome.cpu.is_empty() {
            true => String::new(),
            false => short(system),
        },
        by.collect::<Vec<_>>().join(", "),
        match outcome.cpu.is_empty() {
            true => String::new(),
            false => share(outcome),
        },
        number(outcome.rows, 2),
        number(outcome.wal, 0),
        ratio(outcome),
        audit(outcome),
        more(outcome),
    ]
}

fn more(outcome: &Outcome) -> String {
    let named = |(name, value): (&String, &f64)| match *value {
        value if value >= 1_000.0 => format!("{name} {}", thousands(value)),
        value => format!("{name} {}", short(value)),
    };
    let all: Vec<String> = outcome.more.iter().map(named).collect();
    all.join(", ")
}

/// By rate, and by CPU time where both are known.
fn ratio(outcome: &Outcome) -> String {
    let Some(ratio) = &outcome.ratio else {
        return String::new();
    };
    let cpu = ratio.cpu.map(|cpu| format!(" (CPU {cpu:.2})"));
    format!("{:.2}{}", ratio.ratio, cpu.unwrap_or_default())
}

/// The generator's share of the machine, and that of unrelated programs if it is not small.
fn share(outcome: &Outcome) -> String {
    let own = format!("{:.0} %", outcome.generator * 100.0);
    match outcome.elsewhere {
        others if others >= 0.03 => format!("{own} (strangers {:.0} %)", others * 100.0),
        _ => own,
    }
}

fn audit(outcome: &Outcome) -> String {
    let errors = match outcome.errors {
        0 => String::new(),
        errors => format!(", {errors} errors"),
    };
    let Some(audit) = outcome.audit else {
        return errors.trim_start_matches(", ").to_owned();
    };
    let found = match audit.is_clean() {
        true => format!("clean ({})", thousands(audit.checked as f64)),
        false => format!(
            "BROKEN: {} lost, {} duplicated, {} out of order, {} broken",
            audit.lost, audit.duplicated, audit.disordered, audit.broken
        ),
    };
    found + &errors
}
