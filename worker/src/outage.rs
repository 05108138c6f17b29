//! Tells the log when something that is done again and again begins to fail, and when it works again, and not each time.

use chassis::{Error, error::chain};

/// Whether something fails at the moment.
pub(crate) struct Outage {
    what: &'static str,
    is_on: bool,
}

impl Outage {
    /// No outage so far; `what` is its log message.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, is_on: false }
    }

    /// Reports the result of an attempt, and logs when an outage begins and when it ends.
    pub(crate) fn tell(&mut self, error: Option<&Error>) {
        match error {
            Some(error) if !self.is_on => {
                tracing::warn!(
                    error = chain(error),
                    "{}; trying again until it works",
                    self.what
                );
            }
            None if self.is_on => tracing::info!("over: {}", self.what),
            _ => {}
        }
        self.is_on = error.is_some();
    }
}
