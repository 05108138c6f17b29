//! How batches get into a running execution, and out of one.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use async_graphql::{Context, Result};
use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream},
    task::AtomicWaker,
};

use crate::live::feeds::batch::EventBatch;

type Batches = BoxStream<'static, Arc<EventBatch>>;

/// Brings batches to an execution one by one, and knows when it is done with them.
#[derive(Clone, Default)]
pub(crate) struct BatchInput(Arc<InputSlot>);

#[derive(Default)]
struct InputSlot {
    batch: Mutex<Option<Arc<EventBatch>>>,
    /// The execution has asked for another batch, so everything that the last one led to was answered.
    wants_next: AtomicBool,
    waker: AtomicWaker,
}

impl BatchInput {
    /// Hands in a batch.
    pub(crate) fn put(&self, batch: Arc<EventBatch>) {
        *lock(&self.0.batch) = Some(batch);
        self.0.wants_next.store(false, Ordering::Release);
        self.0.waker.wake();
    }

    /// Whether the execution waits for another batch.
    pub(crate) fn is_done(&self) -> bool {
        self.0.wants_next.load(Ordering::Acquire)
    }

    fn batches(&self) -> impl Stream<Item = Arc<EventBatch>> + Send + 'static + use<> {
        let slot = Arc::clone(&self.0);
        stream::poll_fn(move |context| {
            slot.waker.register(context.waker());
            if let Some(batch) = lock(&slot.batch).take() {
                return Poll::Ready(Some(batch));
            }
            slot.wants_next.store(true, Ordering::Release);
            Poll::Pending
        })
    }
}

/// Takes the stream of batches out of a resolver, for a subscriber whose group renders them.
#[derive(Clone, Default)]
pub(crate) struct StreamHandoff(Arc<Mutex<Option<Batches>>>);

impl StreamHandoff {
    /// What the resolver has opened, if it is one whose answers can be shared.
    pub(crate) fn take(&self) -> Option<Batches> {
        lock(&self.0).take()
    }
}

/// The batches that a resolver turns into results: those of its shared execution, or those that it opens for its
/// caller. If the subscriber's group renders them, the resolver hands the stream off and yields nothing itself.
///
/// # Errors
/// When they cannot be opened.
pub(crate) async fn subscription_batches<S>(
    context: &Context<'_>,
    open: impl Future<Output = Result<S>>,
) -> Result<Pin<Box<dyn Stream<Item = Arc<EventBatch>> + Send>>>
where
    S: Stream<Item = Arc<EventBatch>> + Send + 'static,
{
    if let Some(input) = context.data_opt::<BatchInput>() {
        return Ok(input.batches().boxed());
    }
    let opened = open.await?.boxed();
    match context.data_opt::<StreamHandoff>() {
        None => Ok(opened),
        Some(handoff) => {
            *lock(&handoff.0) = Some(opened);
            Ok(stream::empty().boxed())
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
