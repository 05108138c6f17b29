//! Percentiles of very many durations in a few kilobytes.

/// Logarithm of the steps per doubling: values are kept to within 1.6 %.
const STEP_BITS: u32 = 6;

/// Counts of durations in microseconds, in steps that grow with the duration.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: u64,
}

impl Histogram {
    /// Records one duration.
    pub fn record(&mut self, micros: u64) {
        let index = index(micros);
        if index >= self.counts.len() {
            self.counts.resize(index + 1, 0);
        }
        self.counts[index] += 1;
        self.total += 1;
        self.max = self.max.max(micros);
    }

    /// Adds all durations of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        if other.counts.len() > self.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (own, others) in self.counts.iter_mut().zip(&other.counts) {
            *own += others;
        }
        self.total += other.total;
        self.max = self.max.max(other.max);
    }

    /// The number of recorded durations.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The longest duration.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// The duration that `share` of all do not exceed: 0.99 for the 99th percentile. Zero if nothing was recorded.
    pub fn quantile(&self, share: f64) -> u64 {
        // The rank, from 1. Counts are far below the 2^52 that a float can represent.
        let rank = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return upper(index).min(self.max);
            }
        }
        self.max
    }
}

fn index(value: u64) -> usize {
    let shift = (64 - value.leading_zeros()).saturating_sub(STEP_BITS + 1);
    // Each value below 2 * 64 has its own step; above, there are 64 steps for each doubling.
    ((shift as usize) << STEP_BITS) + (value >> shift) as usize
}

/// The largest value with this index.
fn upper(index: usize) -> u64 {
    let steps = 1 << STEP_BITS;
    let shift = (index >> STEP_BITS).saturating_sub(1);
    let base = index - (shift << STEP_BITS);
    debug_assert!(base < 2 * steps);
    ((base as u64 + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_stands_between_the_bounds_of_its_step() {
        for value in (0..2_000).chain((11..63).map(|bit| (1 << bit) + 7)) {
            let index = index(value);
            assert!(upper(index) >= value, "{value}");
            assert!(index == 0 || upper(index - 1) < value, "{value}");
            assert!(upper(index) as f64 <= value as f64 * 1.016 + 1.0, "{value}");
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|value| histogram.record(value * 100));
        for (share, exact) in [(0.5, 50_000), (0.95, 95_000), (0.99, 99_000)] {
            let found = histogram.quantile(share) as f64;
            assert!((found / f64::from(exact) - 1.0).abs() < 0.02, "{found}");
        }
        assert_eq!(histogram.quantile(1.0), 100_000);
        assert_eq!(histogram.max(), 100_000);
        assert_eq!(histogram.total(), 1_000);
    }

    #[test]
    fn nothing_counted_is_zero() {
        assert_eq!(Histogram::default().quantile(0.99), 0);
    }

    #[test]
    fn one_slow_one_in_a_hundred_is_not_in_the_99th_percentile_and_two_are() {
        let mut histogram = Histogram::default();
        (0..99).for_each(|_| histogram.record(10));
        histogram.record(5_000);
        assert_eq!(histogram.quantile(0.99), 10);
        histogram.record(5_000);
        assert_eq!(histogram.quantile(0.99), 5_000);
    }
}
