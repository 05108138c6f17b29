//! What is limited.

use std::time::Duration;

use super::{gcra::Quota, rate::Rate};
use crate::error::Error;

/// What is limited, and how often it may happen.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    pub(super) name: &'static str,
    rate: Rate,
    longest_wait: Option<Duration>,
}

impl Class {
    /// A class of this name, which is a metric's label and part of the key.
    #[must_use]
    pub const fn new(name: &'static str, rate: Rate) -> Self {
        Self {
            name,
            rate,
            longest_wait: None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Maximum wait that is reported to a client. After that, it may be refused again.
    #[must_use]
    pub const fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = Some(wait);
        self
    }

    /// How many may happen at once, if that is limited.
    #[must_use]
    pub fn at_once(&self) -> Option<u32> {
        self.rate.quota().map(|quota| quota.burst.get())
    }

    pub(super) fn quota(&self) -> Option<Quota> {
        self.rate.quota()
    }

    pub(super) fn refusal(&self, wait: Duration) -> Error {
        Error::rate_limited(self.longest_wait.map_or(wait, |longest| wait.min(longest)))
    }
}
