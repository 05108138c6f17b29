//! Payloads that are encoded once and cached with their batch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::payload_budget::Reservation;

/// Maximum groups whose payloads are cached per batch. For further groups the batch is executed for each subscriber.
const MAX_GROUPS_PER_BATCH: usize = 32;

/// The result of a batch for all subscribers of a group.
#[derive(Clone)]
pub(crate) enum SharedResult {
    /// These payloads.
    Encoded(Arc<EncodedPayloads>),
    /// It has to be executed for each subscriber individually.
    NotShareable,
}

/// Payloads that all subscribers of a group receive.
pub(crate) struct EncodedPayloads {
    /// As JSON, in order; empty if the batch holds nothing that the document selects.
    pub(crate) texts: Vec<String>,
    pub(crate) _reservation: Reservation,
}

/// A result that a task of its own is computing: the subscriber that started it may be cancelled.
pub(crate) type PendingResult = Shared<BoxFuture<'static, SharedResult>>;

/// A result, or the wait for it.
enum SlotState {
    Ready(SharedResult),
    Pending(PendingResult),
}

/// The result for one group.
#[derive(Default)]
pub(crate) struct PayloadSlot(Mutex<Option<SlotState>>);

/// The results of one batch, by group.
#[derive(Default)]
pub(crate) struct PayloadCache(Mutex<Vec<(u64, Arc<PayloadSlot>)>>);

impl PayloadCache {
    /// The slot of this group; none if there are too many already.
    pub(crate) fn slot(&self, group: u64) -> Option<Arc<PayloadSlot>> {
        let mut slots = lock(&self.0);
        if let Some((_, slot)) = slots.iter().find(|(id, _)| *id == group) {
            return Some(Arc::clone(slot));
        }
        if slots.len() >= MAX_GROUPS_PER_BATCH {
            return None;
        }
        let slot = Arc::new(PayloadSlot::default());
        slots.push((group, Arc::clone(&slot)));
        Some(slot)
    }
}

impl PayloadSlot {
    /// The result, if it is there or can be computed without waiting; otherwise something to wait for. `render` is
    /// called once.
    ///
    /// The first step of `render` runs under the lock, so that other subscribers wait for it instead of doing it as
    /// well. It does not block, and mostly it is all there is to do.
    pub(crate) fn begin(
        &self,
        render: impl FnOnce() -> BoxFuture<'static, SharedResult>,
    ) -> Result<SharedResult, PendingResult> {
        let mut state = lock(&self.0);
        match &*state {
            Some(SlotState::Ready(result)) => return Ok(result.clone()),
            Some(SlotState::Pending(pending)) => return Err(pending.clone()),
            None => {}
        }
        let mut rendering = render();
        if let Some(result) = (&mut rendering).now_or_never() {
            *state = Some(SlotState::Ready(result.clone()));
            return Ok(result);
        }
        let task = tokio::spawn(rendering);
        let pending = async move { task.await.unwrap_or(SharedResult::NotShareable) };
        let pending = pending.boxed().shared();
        *state = Some(SlotState::Pending(pending.clone()));
        Err(pending)
    }
}

impl std::fmt::Debug for PayloadCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PayloadCache")
            .field(&lock(&self.0).len())
            .finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
