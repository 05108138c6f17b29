//! Searches for the highest rate that a system sustains.

use crate::measure::{Outcome, STEP};
use crate::scenarios::bench::Bench;
use lab_stack::Error;

/// Above this 99th percentile, a rate is too high.
const MAX_P99_MS: f64 = 1_000.0;

/// A 99th percentile that people do not notice.
const UNNOTICED_P99_MS: f64 = 250.0;

/// Deliveries per second with which the search starts.
const FIRST_RATE: f64 = 80_000.0;

/// Number of bisection steps between the last sustainable rate and the first that was too high.
const BISECTION_STEPS: usize = 3;

/// A system whose fan-out can be measured at a given rate.
pub(super) trait FanoutTarget {
    /// Measures with this many deliveries per second to each subscriber.
    async fn measure_at(&self, bench: &Bench, rate: f64) -> Result<Outcome, Error>;
}

/// The highest rates that stayed below the two bounds of latency.
#[derive(Clone, Default)]
pub(super) struct BestRates {
    pub(super) below_1_s: Option<Outcome>,
    below_250_ms: Option<Outcome>,
}

impl BestRates {
    /// Both as rows of the table.
    pub(super) fn as_outcomes(&self) -> [Option<Outcome>; 2] {
        let with_bound = |outcome: &Option<Outcome>, bound: &str| {
            let mut outcome = outcome.clone()?;
            outcome.case = format!("{}, p99 below {bound}", outcome.case);
            Some(outcome)
        };
        [
            with_bound(&self.below_1_s, "1 s"),
            with_bound(&self.below_250_ms, "250 ms"),
        ]
    }

    fn consider(&mut self, outcome: Outcome) -> bool {
        let p99 = outcome.latency.map_or(f64::INFINITY, |latency| latency.p99);
        let offered = outcome.more.get("offered/s").copied().unwrap_or_default();
        let clean = outcome.audit.is_none_or(|audit| audit.is_clean());
        let whole = clean && outcome.errors == 0;
        let keeps_up = whole && outcome.rate >= offered * 0.95 && p99 <= MAX_P99_MS;
        let faster =
            |best: &Option<Outcome>| best.as_ref().is_none_or(|best| best.rate < outcome.rate);
        if p99 <= UNNOTICED_P99_MS && keeps_up && faster(&self.below_250_ms) {
            self.below_250_ms = Some(outcome.clone());
        }
        if keeps_up && faster(&self.below_1_s) {
            self.below_1_s = Some(outcome.clone());
        }
        keeps_up
    }
}

/// Doubles the rate until it is too high, then bisects between the last two. If the plan has rates, measures only these.
pub(super) async fn search(
    bench: &mut Bench,
    target: &impl FanoutTarget,
    subscribers: usize,
) -> Result<BestRates, Error> {
    let rates = bench.plan.rates.clone();
    let mut best = BestRates::default();
    let mut sustained = 0.0;
    let mut deliveries = FIRST_RATE;
    let mut measure_at = async |best: &mut BestRates, deliveries: f64| {
        let outcome = target
            .measure_at(bench, deliveries / subscribers as f64)
            .await?;
        let outcome = outcome
            .with("offered/s", deliveries)
            .with("subscribers", subscribers as f64);
        let mut step = outcome.clone();
        step.scenario = STEP.to_owned();
        step.case = format!("{} at {deliveries:.0}", step.case);
        bench.add(step);
        Ok::<bool, Error>(best.consider(outcome))
    };
    if !rates.is_empty() {
        for deliveries in rates {
            measure_at(&mut best, deliveries).await?;
        }
        return Ok(best);
    }
    while measure_at(&mut best, deliveries).await? {
        sustained = deliveries;
        deliveries *= 2.0;
    }
    let mut overloaded = deliveries;
    for _ in 0..BISECTION_STEPS {
        let middle = (sustained + overloaded) / 2.0;
        match measure_at(&mut best, middle).await? {
            true => sustained = middle,
            false => overloaded = middle,
        }
    }
    Ok(best)
}
