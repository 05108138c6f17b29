//! When the next shared batch may start: under load it lingers for a moment, so that more messages join it.
//!
//! Pure: no clock, no lock, no timer.

use std::time::{Duration, Instant};

/// Under load, shared batches start this far apart. A transaction costs as much as ten messages, so it pays to collect a
/// few: 32 clients that send one message after another need half as much CPU time and get their answers as soon.
pub const LINGER: Duration = Duration::from_millis(4);

/// A batch that has run for this long is slow: another one may start beside it.
pub const SLOW_BATCH: Duration = Duration::from_millis(20);

/// The spacing of shared batches.
#[derive(Default)]
pub struct Linger {
    /// When the last batch started, if it had several messages.
    last_start: Option<Instant>,
    /// When the wake-up that is armed fires.
    wakeup: Option<Instant>,
}

impl Linger {
    /// A batch of so many messages starts.
    pub fn batch_started(&mut self, messages: usize, now: Instant) {
        self.last_start = (messages > 1).then_some(now);
    }

    /// How long the next batch waits for more messages while `running` batches run. None if it may start now.
    pub fn wait_until(&self, running: usize, now: Instant) -> Option<Instant> {
        let spacing = match running {
            0 => LINGER,
            _ => SLOW_BATCH,
        };
        let until = self.last_start? + spacing;
        (now < until).then_some(until)
    }

    /// Arms a wake-up for `at`. False if one is armed that fires no later.
    pub fn arm_wakeup(&mut self, at: Instant) -> bool {
        let is_sooner = self.wakeup.is_none_or(|armed| at < armed);
        if is_sooner {
            self.wakeup = Some(at);
        }
        is_sooner
    }

    /// The wake-up armed for `at` has fired.
    pub fn wakeup_fired(&mut self, at: Instant) {
        self.wakeup = self.wakeup.filter(|&armed| armed != at);
    }
}
