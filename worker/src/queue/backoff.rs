//! How long to wait before a job is tried again.

use std::time::Duration;

/// Attempts without progress after which a job is dead: with these pauses, most of a day after the first one.
pub(super) const MAX_ATTEMPTS: i32 = 30;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// The pause after this many attempts, at least one. `random` is from 0 to 1 and spreads the retries of jobs that
/// failed together.
pub(super) fn pause(attempts: i32, random: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).clamp(0, 16).unsigned_abs();
    let pause = FIRST_PAUSE
        .saturating_mul(1 << doublings)
        .min(LONGEST_PAUSE);
    pause.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_differ_by_half() {
        assert_eq!(pause(1, 1.0), Duration::from_secs(1));
        assert_eq!(pause(2, 1.0), Duration::from_secs(2));
        assert_eq!(pause(5, 1.0), Duration::from_secs(16));
        assert_eq!(pause(5, 0.0), Duration::from_secs(8));
        assert_eq!(pause(i32::MAX, 1.0), LONGEST_PAUSE);
    }

    #[test]
    fn a_job_dies_within_a_day_of_its_first_attempt() {
        let longest: Duration = (1..MAX_ATTEMPTS).map(|attempts| pause(attempts, 1.0)).sum();
        assert!(longest < Duration::from_secs(24 * 60 * 60), "{longest:?}");
        assert!(longest > Duration::from_secs(12 * 60 * 60), "{longest:?}");
    }
}
