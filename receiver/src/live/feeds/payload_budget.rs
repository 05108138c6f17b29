//! How many bytes of answers are kept for whoever comes next.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Bytes of all kept answers. Beyond that they are made anew for each subscriber.
const MOST: usize = 64 * 1024 * 1024;

/// The bytes that are kept by one process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget(Arc<AtomicUsize>);

/// A part of the budget; given back when dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    bytes: usize,
}

impl Budget {
    /// So many bytes, if there is room for them.
    pub(crate) fn take(&self, bytes: usize) -> Option<Share> {
        let fits = |kept: usize| kept.checked_add(bytes).filter(|&kept| kept <= MOST);
        let taken = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, fits);
        taken.is_ok().then(|| Share {
            budget: self.clone(),
            bytes,
        })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}
