//! When the next shared transaction may begin.
//!
//! Pure: no clock, no lock, no timer.

use std::time::{Duration, Instant};

/// While messages come in company, transactions begin this far apart. Each costs as much as ten messages, so it pays to
/// collect a few: 32 clients that send one after the other cost half as much CPU time, and get answers as soon.
pub const PACE: Duration = Duration::from_millis(4);

/// A transaction has been slow when it runs for this long: then another may begin beside it.
pub const SLOW: Duration = Duration::from_millis(20);

/// How shared transactions follow each other.
#[derive(Default)]
pub struct Pace {
    /// When the last one began, if it had several messages.
    begun: Option<Instant>,
    /// When somebody comes back who was told to wait.
    awaited: Option<Instant>,
}

impl Pace {
    /// A transaction of so many messages begins.
    pub fn begin(&mut self, messages: usize, now: Instant) {
        self.begun = (messages > 1).then_some(now);
    }

    /// Until when messages are collected while so many transactions run; none if they go at once, since few come.
    pub fn pause(&self, running: usize, now: Instant) -> Option<Instant> {
        let pause = match running {
            0 => PACE,
            _ => SLOW,
        };
        let until = self.begun? + pause;
        (now < until).then_some(until)
    }

    /// Whether somebody has to come back then, since nobody does before.
    pub fn needs_waking(&mut self, until: Instant) -> bool {
        let is_sooner = self.awaited.is_none_or(|at| until < at);
        if is_sooner {
            self.awaited = Some(until);
        }
        is_sooner
    }

    /// Whoever was told to wait until then is back.
    pub fn awake(&mut self, at: Instant) {
        self.awaited = self.awaited.filter(|&awaited| awaited != at);
    }
}
