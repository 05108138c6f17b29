//! How many bytes of encoded payloads stay in memory for further subscribers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Maximum bytes of all encoded payloads. Beyond that, results are executed for each subscriber.
const MAX_PAYLOAD_BYTES: usize = 64 * 1024 * 1024;

/// The payload bytes of one process.
#[derive(Clone, Debug, Default)]
pub(crate) struct PayloadBudget(Arc<AtomicUsize>);

/// A part of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    budget: PayloadBudget,
    bytes: usize,
}

impl PayloadBudget {
    /// Reserves so many bytes, if there is room for them.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<Reservation> {
        let fits = |kept: usize| {
            kept.checked_add(bytes)
                .filter(|&kept| kept <= MAX_PAYLOAD_BYTES)
        };
        let taken = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, fits);
        taken.is_ok().then(|| Reservation {
            budget: self.clone(),
            bytes,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}
