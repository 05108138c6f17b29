//! Answers, encoded once and kept with the batch that they were made of.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::payload_budget::Reservation;

/// Documents whose answers are kept per batch. For more of them the batch is executed more than once.
const MAX_GROUPS_PER_BATCH: usize = 32;

/// What a document and a batch give for everyone.
#[derive(Clone)]
pub(crate) enum SharedResult {
    /// These answers.
    Encoded(Arc<EncodedPayloads>),
    /// Every subscriber has to be answered apart.
    NotShareable,
}

/// The payloads of answers that everyone gets.
pub(crate) struct EncodedPayloads {
    /// As JSON, in order; none if the batch holds nothing that the document asks for.
    pub(crate) texts: Vec<String>,
    pub(crate) _reservation: Reservation,
}

/// A print that is being made, by a task of its own: whoever began it may stop waiting.
pub(crate) type PendingResult = Shared<BoxFuture<'static, SharedResult>>;

/// A print, or the wait for it.
enum SlotState {
    Ready(SharedResult),
    Pending(PendingResult),
}

/// The print of one document.
#[derive(Default)]
pub(crate) struct PayloadSlot(Mutex<Option<SlotState>>);

/// The prints of one batch, by document.
#[derive(Default)]
pub(crate) struct PayloadCache(Mutex<Vec<(u64, Arc<PayloadSlot>)>>);

impl PayloadCache {
    /// Where the print of this document belongs; none if there are too many already.
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
    /// The print, if it is there or can be made without waiting; otherwise something to wait for. `render` is called once.
    ///
    /// The first step of making it runs under the lock, so that others wait for it instead of doing it as well: it does
    /// not block, and mostly it is all that there is to do.
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
        f.debug_tuple("Prints").field(&lock(&self.0).len()).finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
