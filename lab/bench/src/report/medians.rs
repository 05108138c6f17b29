//! Several runs as one: the median of every number, the sum of the audits.

use std::collections::BTreeMap;

use crate::measure::{Latency, Outcome, Ratio};

/// The results of all runs, each case once, in the order of its first appearance.
pub fn medians(runs: &[Vec<Outcome>]) -> Vec<Outcome> {
    let mut groups: Vec<Vec<&Outcome>> = Vec::new();
    for outcome in runs.iter().flatten() {
        let same = |group: &&mut Vec<&Outcome>| {
            let first = group[0];
            first.scenario == outcome.scenario && first.case == outcome.case
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(outcome),
            None => groups.push(vec![outcome]),
        }
    }
    groups.iter().map(|group| one(group)).collect()
}

fn one(group: &[&Outcome]) -> Outcome {
    let first = group[0];
    let of = |number: &dyn Fn(&Outcome) -> Option<f64>| {
        median(group.iter().filter_map(|outcome| number(outcome)))
    };
    let latency = |part: &dyn Fn(&Latency) -> f64| {
        of(&|outcome| outcome.latency.as_ref().map(part)).unwrap_or_default()
    };
    let audits = group.iter().filter_map(|outcome| outcome.audit);
    Outcome {
        scenario: first.scenario.clone(),
        case: first.case.clone(),
        unit: first.unit.clone(),
        rate: of(&|outcome| Some(outcome.rate)).unwrap_or_default(),
        latency: first.latency.map(|_| Latency {
            p50: latency(&|latency| latency.p50),
            p95: latency(&|latency| latency.p95),
            p99: latency(&|latency| latency.p99),
            max: latency(&|latency| latency.max),
        }),
        cpu: each(group, |outcome| &outcome.cpu),
        generator: of(&|outcome| Some(outcome.generator)).unwrap_or_default(),
        elsewhere: of(&|outcome| Some(outcome.elsewhere)).unwrap_or_default(),
        rows: of(&|outcome| outcome.rows),
        wal: of(&|outcome| outcome.wal),
        more: each(group, |outcome| &outcome.more),
        ratio: first.ratio.as_ref().map(|ratio| Ratio {
            to: ratio.to.clone(),
            ratio: of(&|outcome| outcome.ratio.as_ref().map(|ratio| ratio.ratio))
                .unwrap_or_default(),
            cpu: of(&|outcome| outcome.ratio.as_ref()?.cpu),
        }),
        errors: group.iter().map(|outcome| outcome.errors).sum(),
        audit: audits.reduce(|mut sum, audit| {
            sum += audit;
            sum
        }),
    }
}

fn each(
    group: &[&Outcome],
    numbers: impl Fn(&Outcome) -> &BTreeMap<String, f64>,
) -> BTreeMap<String, f64> {
    let names = group.iter().flat_map(|outcome| numbers(outcome).keys());
    let median_of = |name: &String| {
        let values = group
            .iter()
            .filter_map(|outcome| numbers(outcome).get(name));
        median(values.copied())
    };
    names
        .filter_map(|name| Some((name.clone(), median_of(name)?)))
        .collect()
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => None,
        1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditTotals;

    fn outcome(rate: f64, lost: u64) -> Outcome {
        let mut outcome = Outcome::new("write", "a case", "messages/s");
        outcome.rate = rate;
        outcome.cpu.insert("sender".to_owned(), rate / 10.0);
        outcome.audit = Some(AuditTotals {
            checked: 5,
            lost,
            ..AuditTotals::default()
        });
        outcome
    }

    #[test]
    fn one_slow_run_does_not_move_the_median() {
        let runs = [30.0, 1.0, 20.0].map(|rate| vec![outcome(rate, 0)]);
        let found = medians(&runs);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].rate, 20.0);
        assert_eq!(found[0].cpu["sender"], 2.0);
    }

    #[test]
    fn a_loss_in_one_run_is_a_loss() {
        let runs = [0, 1, 0].map(|lost| vec![outcome(1.0, lost)]);
        assert!(!medians(&runs)[0].holds());
    }
}
