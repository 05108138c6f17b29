//! The generic cell rate algorithm (GCRA), as arithmetic on the theoretical arrival time (TAT) of the next request.

use std::{num::NonZeroU32, time::Duration};

use crate::error::Error;

/// One more is allowed after each interval; `burst` at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quota {
    pub(super) interval: Duration,
    pub(super) burst: NonZeroU32,
}

impl Quota {
    /// What `cost` adds to the TAT.
    pub(super) fn time(self, cost: u32) -> Duration {
        self.interval.saturating_mul(cost)
    }

    /// How far ahead of now the TAT may be.
    pub(super) fn tolerance(self) -> Duration {
        self.time(self.burst.get())
    }

    /// The cost, unless it could never be paid.
    pub(super) fn checked(self, cost: u32) -> Result<u32, Error> {
        let most = self.burst.get();
        if cost > most {
            return Err(Error::bad_request(format!("at most {most} at a time")));
        }
        Ok(cost)
    }

    /// How far the TAT is ahead once `cost` more were admitted, or else the time to wait for that.
    pub(super) fn admit(self, ahead: Duration, cost: u32) -> Result<Duration, Duration> {
        let next = ahead.saturating_add(self.time(cost));
        match next.checked_sub(self.tolerance()) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => Ok(next),
        }
    }
}
