//! What this process has counted.
//!
//! The crate `governor` is not used: it cannot take back what was counted, and its keys are not bounded.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use prometheus_client::metrics::gauge::Gauge;

use super::{delay::Delay, gcra::Quota, subject::Subject};

/// Parts of the map, each with a lock of its own.
const SHARDS: usize = 16;

/// Most keys that are held in a shard. With some hundred bytes each that is less than 20 MiB in all.
const MAX_KEYS_PER_SHARD: usize = 8_192;

type Key = (&'static str, Subject);

/// The theoretical arrival time (TAT) of each key's next request. A key whose time has come matters no more.
pub(super) struct Local {
    shards: Vec<Mutex<HashMap<Key, Instant>>>,
    hasher: RandomState,
    keys: Gauge,
}

impl Local {
    pub(super) fn new(keys: Gauge) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            keys,
        }
    }

    /// The time to wait, or `None` when the request is admitted and counted.
    pub(super) fn charge(
        &self,
        class: &'static str,
        subject: Subject,
        quota: Quota,
        cost: u32,
        now: Instant,
    ) -> Option<Duration> {
        let mut shard = self.shard(&(class, subject));
        let ahead = ahead(&shard, &(class, subject), now);
        match quota.admit(ahead, cost) {
            Ok(next) => {
                self.put(&mut shard, (class, subject), now + next, now);
                None
            }
            Err(wait) => Some(wait),
        }
    }

    pub(super) fn refund(
        &self,
        class: &'static str,
        subject: Subject,
        quota: Quota,
        cost: u32,
        now: Instant,
    ) {
        let mut shard = self.shard(&(class, subject));
        let ahead = ahead(&shard, &(class, subject), now).saturating_sub(quota.time(cost));
        if ahead.is_zero() {
            self.forget(&mut shard, &(class, subject));
        } else {
            shard.insert((class, subject), now + ahead);
        }
    }

    /// [`Delay`], within this process.
    pub(super) fn delay(
        &self,
        delay: &Delay,
        quota: Quota,
        (subject, requester): (Subject, Subject),
        now: Instant,
    ) -> Option<Duration> {
        let (level_key, gate_key) = ((delay.name, subject), (delay.gate, requester));
        let level = ahead(&self.shard(&level_key), &level_key, now);
        let wait = delay.wait(quota, level);
        {
            let mut gates = self.shard(&gate_key);
            // A gate is kept for as long again after it has opened.
            let opens = gates
                .get(&gate_key)
                .filter(|until| **until > now)
                .map(|until| *until - delay.keep());
            match opens {
                Some(opens) if opens > now => return Some(opens - now),
                Some(_) => self.forget(&mut gates, &gate_key),
                None if wait.is_zero() => {}
                None => {
                    self.put(&mut gates, gate_key, now + wait + delay.keep(), now);
                    return Some(wait);
                }
            }
        }
        let mut levels = self.shard(&level_key);
        let next = delay.next(quota, ahead(&levels, &level_key, now));
        self.put(&mut levels, level_key, now + next, now);
        None
    }

    fn put(&self, shard: &mut HashMap<Key, Instant>, key: Key, until: Instant, now: Instant) {
        if shard.len() >= MAX_KEYS_PER_SHARD && !shard.contains_key(&key) {
            let before = shard.len();
            make_room(shard, now);
            let dropped = i64::try_from(before - shard.len()).unwrap_or(i64::MAX);
            self.keys.dec_by(dropped);
        }
        if shard.insert(key, until).is_none() {
            self.keys.inc();
        }
    }

    fn forget(&self, shard: &mut HashMap<Key, Instant>, key: &Key) {
        if shard.remove(key).is_some() {
            self.keys.dec();
        }
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, HashMap<Key, Instant>> {
        let hash = self.hasher.hash_one(key);
        let index = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        self.shards[index]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far a key's TAT is ahead of now.
fn ahead<K: Eq + Hash>(shard: &HashMap<K, Instant>, key: &K, now: Instant) -> Duration {
    shard
        .get(key)
        .map_or(Duration::ZERO, |tat| tat.saturating_duration_since(now))
}

/// Drops the keys that no longer matter. If that is not enough, also drops the half that is closest to it: a client
/// that invents endless keys thus drops its own keys, and not those of limited clients.
fn make_room<K: Eq + Hash>(shard: &mut HashMap<K, Instant>, now: Instant) {
    shard.retain(|_, until| *until > now);
    if shard.len() < MAX_KEYS_PER_SHARD / 4 * 3 {
        return;
    }
    let mut times: Vec<Instant> = shard.values().copied().collect();
    let middle = times.len() / 2;
    let (_, median, _) = times.select_nth_unstable(middle);
    let median = *median;
    let most = times.len() / 2;
    let mut kept = 0;
    shard.retain(|_, until| {
        let keep = *until > median || (*until == median && kept < most);
        kept += usize::from(keep);
        keep
    });
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::{client_address::Network, rate_limit::Rate};

    const SECOND: Duration = Duration::from_secs(1);

    fn quota(times: u32, seconds: u64) -> Quota {
        Rate::new(times, Duration::from_secs(seconds))
            .quota()
            .unwrap()
    }

    fn network(number: u32) -> Subject {
        Subject::network(Network::of(Ipv4Addr::from(number).into()))
    }

    #[test]
    fn so_many_pass_at_once_and_then_one_after_each_interval() {
        let (local, start) = (Local::new(Gauge::default()), Instant::now());
        let charge =
            |after: Duration| local.charge("send", network(1), quota(10, 10), 1, start + after);
        for _ in 0..10 {
            assert_eq!(charge(Duration::ZERO), None);
        }
        assert_eq!(charge(Duration::ZERO), Some(SECOND));
        assert_eq!(charge(SECOND / 2), Some(SECOND / 2));
        assert_eq!(charge(SECOND), None);
        assert_eq!(charge(SECOND), Some(SECOND));
        for _ in 0..10 {
            assert_eq!(charge(60 * SECOND), None);
        }
        assert_eq!(charge(60 * SECOND), Some(SECOND));
    }

    #[test]
    fn keys_are_bounded_and_those_who_are_limited_stay_limited() {
        let keys = Gauge::default();
        let (local, now) = (Local::new(keys.clone()), Instant::now());
        let quota = quota(10, 600);
        let limited = || local.charge("send", network(0), quota, 1, now).is_some();
        for _ in 0..10 {
            assert!(!limited());
        }
        for number in 1..=400_000 {
            local.charge("send", network(number), quota, 1, now);
        }
        let most = i64::try_from(SHARDS * MAX_KEYS_PER_SHARD).unwrap();
        assert!(keys.get() <= most, "{}", keys.get());
        let held: usize = local
            .shards
            .iter()
            .map(|shard| shard.lock().unwrap().len())
            .sum();
        assert_eq!(keys.get(), i64::try_from(held).unwrap());
        assert!(limited(), "strangers have pushed out whoever is limited");
    }

    #[test]
    fn keys_whose_time_has_come_are_dropped_first() {
        let keys = Gauge::default();
        let (local, now) = (Local::new(keys.clone()), Instant::now());
        for number in 0..400_000 {
            let at = now + SECOND * (number / 1_000);
            local.charge("send", network(number), quota(1, 1), 1, at);
        }
        assert!(keys.get() < 140_000, "{}", keys.get());
    }
}
