//! Limits of this instance alone: all there is while Redis is away.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::Limit;

/// Keys that may be held before those that no longer matter are dropped.
const TIDY_ABOVE: usize = 10_000;

type Limiter = DefaultKeyedRateLimiter<String>;

/// One limiter for each distinct limit.
#[derive(Default)]
pub(super) struct Local {
    limiters: Mutex<HashMap<(u32, Duration), Arc<Limiter>>>,
}

impl Local {
    /// The time to wait, or `None` when the request is admitted.
    pub(super) fn admit(&self, key: String, limit: Limit) -> Option<Duration> {
        let limiter = self.limiter(limit);
        if limiter.len() > TIDY_ABOVE {
            limiter.retain_recent();
        }
        let refused = limiter.check_key(&key).err()?;
        Some(refused.wait_time_from(DefaultClock::default().now()))
    }

    fn limiter(&self, limit: Limit) -> Arc<Limiter> {
        let quota = Quota::with_period(limit.interval())
            .unwrap_or(Quota::per_second(limit.times))
            .allow_burst(limit.times);
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let limiter = limiters
            .entry((limit.times.get(), limit.per))
            .or_insert_with(|| Arc::new(RateLimiter::keyed(quota)));
        Arc::clone(limiter)
    }
}
