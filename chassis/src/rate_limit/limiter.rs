//! Limits that hold in this process.

use std::{sync::Arc, time::Duration, time::Instant};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{class::Class, local::Local, subject::Subject};
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    class: &'static str,
}

/// Limits of this process. Cheap to clone; its clones count together.
#[derive(Clone)]
pub struct Limiter(Arc<Inner>);

struct Inner {
    local: Local,
    refused: Family<Refused, Counter>,
}

impl Limiter {
    /// A limiter that shows under `/metrics` how often it refuses, by class, and how many keys it holds.
    pub fn new(registry: &mut Registry) -> Self {
        let refused = Family::<Refused, Counter>::default();
        let keys = Gauge::default();
        registry.register(
            "rate_limited",
            "Requests refused by a rate limit, by class of limit",
            refused.clone(),
        );
        registry.register(
            "rate_limit_keys",
            "Keys for which this process keeps the state of a rate limit",
            keys.clone(),
        );
        let local = Local::new(keys);
        Self(Arc::new(Inner { local, refused }))
    }

    /// Counts `cost` more of `class` for `subject`.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait; `BAD_USER_INPUT` when so many are never allowed at once. Nothing is counted
    /// then.
    pub fn charge(&self, class: &Class, subject: Subject, cost: u32) -> Result<(), Error> {
        let Some(quota) = class.quota() else {
            return Ok(());
        };
        let cost = quota.checked(cost)?;
        match self
            .0
            .local
            .charge(class.name, subject, quota, cost, Instant::now())
        {
            None => Ok(()),
            Some(wait) => Err(self.refuse(class, wait)),
        }
    }

    /// Takes back what was counted: it did not happen, or should not count.
    pub fn refund(&self, class: &Class, subject: Subject, cost: u32) {
        if let Some(quota) = class.quota() {
            self.0
                .local
                .refund(class.name, subject, quota, cost, Instant::now());
        }
    }

    /// What is counted in this process.
    pub(super) fn local(&self) -> &Local {
        &self.0.local
    }

    pub(super) fn refuse(&self, class: &Class, wait: Duration) -> Error {
        self.0
            .refused
            .get_or_create(&Refused { class: class.name })
            .inc();
        class.refusal(wait)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use shared_schema::{ErrorCode, UserId};

    use super::*;
    use crate::rate_limit::Rate;

    const SEND: Class = Class::new("send", Rate::new(10, Duration::from_secs(10)))
        .longest_wait(Duration::from_secs(5));

    fn limiter() -> Limiter {
        Limiter::new(&mut Registry::default())
    }

    #[test]
    fn a_class_that_is_off_refuses_nothing() {
        let class = Class::new("send", Rate::OFF);
        let (limiter, user) = (limiter(), Subject::user(UserId::new()));
        for _ in 0..10_000 {
            limiter.charge(&class, user, 1_000).unwrap();
        }
    }

    #[test]
    fn more_than_may_ever_happen_at_once_is_not_told_to_wait() {
        let refused = limiter().charge(&SEND, Subject::user(UserId::new()), 11);
        assert_eq!(refused.unwrap_err().code(), ErrorCode::BadUserInput);
    }

    #[test]
    fn nobody_waits_for_longer_than_the_class_says() {
        let class = Class::new("send", Rate::new(1, Duration::from_secs(3600)))
            .longest_wait(Duration::from_secs(60));
        let (limiter, user) = (limiter(), Subject::user(UserId::new()));
        limiter.charge(&class, user, 1).unwrap();
        let refused = limiter.charge(&class, user, 1).unwrap_err();
        assert_eq!(refused.retry_after(), Some(Duration::from_secs(60)));
    }

    /// S3: the same text as a name that is typed and as a user id are two subjects.
    #[test]
    fn subjects_of_different_types_share_nothing() {
        let limiter = limiter();
        let user = UserId::new();
        for _ in 0..10 {
            let typed = Subject::typed(&user.to_string());
            limiter.charge(&SEND, typed, 1).unwrap();
        }
        limiter.charge(&SEND, Subject::user(user), 10).unwrap();
        limiter
            .charge(&SEND, Subject::of("room", user.0), 10)
            .unwrap();
    }

    #[test]
    fn classes_share_nothing() {
        let (limiter, user) = (limiter(), Subject::user(UserId::new()));
        let edit = Class::new("edit", Rate::new(10, Duration::from_secs(10)));
        limiter.charge(&SEND, user, 10).unwrap();
        limiter.charge(&edit, user, 10).unwrap();
        assert!(limiter.charge(&SEND, user, 1).is_err());
    }

    #[test]
    fn what_is_taken_back_may_be_used_again() {
        let (limiter, user) = (limiter(), Subject::user(UserId::new()));
        limiter.charge(&SEND, user, 10).unwrap();
        limiter.refund(&SEND, user, 4);
        limiter.charge(&SEND, user, 4).unwrap();
        assert!(limiter.charge(&SEND, user, 1).is_err());
    }
}
