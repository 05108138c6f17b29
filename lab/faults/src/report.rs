//! The report of a run: one table, as text, as Markdown and as JUnit XML.

use std::fmt::Write;

use super::matrix::SkippedRow;
use super::run::{Outcome, Plan};

const COLUMNS: [&str; 10] = [
    "fault",
    "what",
    "injections",
    "messages",
    "deliveries",
    "lost",
    "duplicated",
    "out of order",
    "worst delay / bound",
    "verdict",
];

/// Maximum number of violations that are listed for one row.
const MAX_LISTED_VIOLATIONS: usize = 12;

fn cells(outcome: &Outcome) -> [String; 10] {
    let findings = &outcome.findings;
    let bound = outcome.row.bound_ms;
    [
        outcome.row.id.to_owned(),
        format!("{} ({})", outcome.row.title, outcome.row.how),
        outcome.injections.to_string(),
        findings.messages.to_string(),
        findings.deliveries.to_string(),
        match findings.lost_in_failover {
            0 => findings.lost().to_string(),
            lost_in_failover => format!("{} (+{lost_in_failover} reported)", findings.lost()),
        },
        findings.duplicated().to_string(),
        findings.out_of_order().to_string(),
        format!("{} / {bound} ms", findings.delays.worst),
        result(outcome).to_owned(),
    ]
}

fn result(outcome: &Outcome) -> &'static str {
    match (
        outcome.passed(),
        outcome.findings.delays.worst > outcome.row.bound_ms,
    ) {
        (true, false) => "held",
        (true, true) => "held, late",
        (false, _) => "BROKEN",
    }
}

fn skipped_cells(skipped: &SkippedRow) -> [String; 10] {
    let mut cells = [const { String::new() }; 10];
    cells[0] = skipped.id.to_owned();
    cells[1] = format!("{} (not injected: {})", skipped.title, skipped.why);
    cells[9] = "not injected".to_owned();
    cells
}

fn totals(outcomes: &[Outcome]) -> [String; 10] {
    let sum = |part: fn(&Outcome) -> u64| outcomes.iter().map(part).sum::<u64>().to_string();
    let broken = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    [
        "all".to_owned(),
        format!("{} rows", outcomes.len()),
        sum(|outcome| u64::from(outcome.injections)),
        sum(|outcome| outcome.findings.messages),
        sum(|outcome| outcome.findings.deliveries),
        sum(|outcome| outcome.findings.lost() as u64),
        sum(|outcome| outcome.findings.duplicated() as u64),
        sum(|outcome| outcome.findings.out_of_order() as u64),
        String::new(),
        match broken {
            0 => "held".to_owned(),
            broken => format!("{broken} BROKEN"),
        },
    ]
}

/// The table for a terminal, without the longest column.
pub fn text(outcomes: &[Outcome], skipped: &[SkippedRow]) -> String {
    let head = COLUMNS.map(str::to_owned);
    let mut rows: Vec<[String; 10]> = vec![head];
    rows.extend(outcomes.iter().map(cells));
    rows.extend(skipped.iter().map(skipped_cells));
    rows.push(totals(outcomes));
    for row in &mut rows {
        row[1] = row[1].split(" (").next().unwrap_or_default().to_owned();
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..10).map(|column| width(column).unwrap_or(0)).collect();
    let mut table = String::new();
    for row in &rows {
        let line: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(table, "{}", line.join("  ").trim_end());
    }
    table
}

/// The table for a document.
pub fn markdown(outcomes: &[Outcome], skipped: &[SkippedRow]) -> String {
    let mut table = String::new();
    let mut line = |cells: &[String]| {
        let _ = writeln!(table, "| {} |", cells.join(" | "));
    };
    line(&COLUMNS.map(str::to_owned));
    line(&COLUMNS.map(|_| "---".to_owned()));
    outcomes.iter().for_each(|outcome| line(&cells(outcome)));
    skipped
        .iter()
        .for_each(|skipped| line(&skipped_cells(skipped)));
    line(&totals(outcomes));
    table
}

/// The results as JUnit XML.
pub fn junit(outcomes: &[Outcome]) -> String {
    let failures = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let mut xml = format!(
        "<?xml version=\"1.0\"?>\n<testsuite name=\"faults\" tests=\"{}\" failures=\"{failures}\">\n",
        outcomes.len()
    );
    for outcome in outcomes {
        let name = escaped(&format!("{} {}", outcome.row.id, outcome.row.title));
        let seconds = outcome.took.as_secs_f64();
        let _ = write!(xml, "  <testcase name=\"{name}\" time=\"{seconds:.1}\"");
        if outcome.passed() {
            xml.push_str("/>\n");
        } else {
            let violations = escaped(&violation_lines(outcome));
            let _ = writeln!(xml, "><failure>{violations}</failure></testcase>");
        }
    }
    xml.push_str("</testsuite>\n");
    xml
}

/// One line about a completed row, and more lines if it failed.
pub fn row(outcome: &Outcome, plan: &Plan) -> String {
    let findings = &outcome.findings;
    let converged = match outcome.converged {
        Some(span) => format!("{} ms", span.as_millis()),
        None => "never".to_owned(),
    };
    let mut text = format!(
        "{:<4} {:<10} {} injections, {} messages, {} deliveries; delay p50 {} p99 {} worst {} ms \
         (stable p99 {}); slowest send {} ms, {} attempts; at rest after {converged}; {} s",
        outcome.row.id,
        result(outcome),
        outcome.injections,
        findings.messages,
        findings.deliveries,
        findings.delays.p50,
        findings.delays.p99,
        findings.delays.worst,
        findings.delays.stable_p99,
        findings.max_send_ms,
        findings.max_attempts,
        outcome.took.as_secs(),
    );
    if !findings.resets.is_empty() {
        let _ = write!(text, "; resets {:?}", findings.resets);
    }
    if !outcome.passed() {
        let _ = write!(text, "\n{}", violation_lines(outcome));
        let _ = write!(text, "\n     replay: {}", replay(outcome, plan));
        if let Some(history) = &outcome.history {
            let _ = write!(text, "\n     history: {}", history.display());
        }
    }
    text
}

fn violation_lines(outcome: &Outcome) -> String {
    let mut lines: Vec<String> = outcome.error.iter().map(|e| format!("     {e}")).collect();
    let violations = &outcome.findings.violations;
    lines.extend(
        violations
            .iter()
            .take(MAX_LISTED_VIOLATIONS)
            .map(|v| format!("     {v}")),
    );
    if violations.len() > MAX_LISTED_VIOLATIONS {
        lines.push(format!(
            "     and {} more",
            violations.len() - MAX_LISTED_VIOLATIONS
        ));
    }
    lines.join("\n")
}

fn replay(outcome: &Outcome, plan: &Plan) -> String {
    let smoke = if plan.smoke { " --smoke" } else { "" };
    let redis = if plan.environment_settings.with_redis {
        ""
    } else {
        " --without-redis"
    };
    let times = plan
        .injections
        .map(|times| format!(" --injections {times}"));
    let times = times.unwrap_or_default();
    format!(
        "lab faults run --only {} --seed {}{smoke}{redis}{times}",
        outcome.row.id, plan.seed
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
