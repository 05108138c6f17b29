//! A delay that doubles: for what must be slowed down and never locked.

use std::time::Duration;

use super::{class::Class, gcra::Quota, rate::Rate};

/// The first delay.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// Doublings until the longest one: 1 s, 2 s, … 512 s, and then 15 minutes.
const MAX_DOUBLINGS: u32 = 10;

/// The longest delay.
const MAX_DELAY: Duration = Duration::from_secs(15 * 60);

/// What happens to a subject is allowed so often; beyond that, each requester has to wait before each try: 1 s, and twice as
/// long for each one more, up to 15 minutes.
///
/// Each requester has its own wait, which begins at its first attempt and cannot be extended by others. So a crowd of
/// requesters is slowed down, while one that waits as told always gets its attempt.
#[derive(Clone, Copy, Debug)]
pub struct Delay {
    pub(super) name: &'static str,
    pub(super) gate: &'static str,
    rate: Rate,
}

impl Delay {
    /// A delay of this name, which is a metric's label and part of the key; `gate` is the name for the waits of requesters.
    #[must_use]
    pub const fn new(name: &'static str, gate: &'static str, rate: Rate) -> Self {
        Self { name, gate, rate }
    }

    pub(super) fn quota(&self) -> Option<Quota> {
        self.rate.quota()
    }

    /// How long a requester waits when the TAT is so far ahead.
    pub(super) fn wait(&self, quota: Quota, ahead: Duration) -> Duration {
        let Err(over) = quota.admit(ahead, 1) else {
            return Duration::ZERO;
        };
        // The first one beyond is over by one interval or less.
        let doublings = over.as_micros().saturating_sub(1) / quota.interval.as_micros().max(1);
        match u32::try_from(doublings) {
            Ok(doublings) if doublings < MAX_DOUBLINGS => FIRST_DELAY * (1 << doublings),
            _ => MAX_DELAY,
        }
    }

    /// Each wait, and how far ahead the TAT must be with one more for it.
    pub(super) fn steps(&self, quota: Quota) -> impl Iterator<Item = (Duration, Duration)> {
        let delay = *self;
        (0..=MAX_DOUBLINGS).map(move |doublings| {
            let ahead = quota.tolerance() + quota.time(doublings);
            // Just beyond that.
            let wait = delay.wait(quota, ahead - quota.interval + Duration::from_micros(1));
            (ahead, wait)
        })
    }

    /// The class of what is counted.
    pub(super) fn class(&self) -> Class {
        Class::new(self.name, self.rate)
    }

    /// How far the TAT is ahead after one more. It stops where the delay does, so that the level falls soon.
    pub(super) fn next(&self, quota: Quota, ahead: Duration) -> Duration {
        (ahead + quota.interval).min(self.most_ahead(quota))
    }

    pub(super) fn most_ahead(&self, quota: Quota) -> Duration {
        quota.tolerance() + quota.time(MAX_DOUBLINGS + 1)
    }

    /// How long a requester's wait is remembered after it is over.
    pub(super) fn keep(&self) -> Duration {
        MAX_DELAY
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::{net::Ipv4Addr, time::Instant};

    use prometheus_client::metrics::gauge::Gauge;

    use super::{super::local::Local, *};
    use crate::{client_address::Network, rate_limit::Subject};

    const DELAY: Delay = Delay::new("guess", "wait", Rate::new(3, Duration::from_secs(270)));
    const SECOND: Duration = Duration::from_secs(1);

    struct Place {
        local: Local,
        start: Instant,
    }

    impl Place {
        fn new() -> Self {
            Self {
                local: Local::new(Gauge::default()),
                start: Instant::now(),
            }
        }

        fn comes(&self, requester: u32, after: Duration) -> Option<Duration> {
            let account = Subject::typed("ada");
            let network = Network::of(Ipv4Addr::from(requester).into());
            let quota = DELAY.quota().unwrap();
            let who = (account, account.from_network(network));
            self.local.delay(&DELAY, quota, who, self.start + after)
        }
    }

    #[test]
    fn the_delay_doubles_up_to_fifteen_minutes() {
        let quota = DELAY.quota().unwrap();
        let mut ahead = Duration::ZERO;
        let mut waits = vec![];
        for _ in 0..20 {
            waits.push(DELAY.wait(quota, ahead).as_secs());
            ahead = DELAY.next(quota, ahead);
        }
        let expected = [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900];
        assert_eq!(waits[..15], expected);
    }

    #[test]
    fn whoever_waits_as_told_gets_their_try_whatever_others_do() {
        let place = Place::new();
        for requester in 0..3 {
            assert_eq!(place.comes(requester, Duration::ZERO), None);
        }
        let owner = 1_000;
        let wait = place.comes(owner, Duration::ZERO).unwrap();
        assert_eq!(wait, SECOND);
        // A crowd goes on trying meanwhile, each requester as soon as they may.
        for requester in 0..500 {
            assert!(place.comes(requester, SECOND / 4).is_some());
            assert!(place.comes(requester, SECOND / 2).is_some());
        }
        assert_eq!(place.comes(owner, SECOND / 2), Some(SECOND / 2));
        assert_eq!(place.comes(owner, SECOND), None);
        assert!(place.comes(owner, SECOND).is_some(), "one try for one wait");
    }
}
