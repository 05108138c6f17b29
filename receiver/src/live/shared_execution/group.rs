//! Groups of subscribers that share executions.

use std::{
    collections::HashMap,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
};

use async_graphql::{Request, Response, Variables};
use chassis::{
    Caller,
    graphql::{encode, error_response},
};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};

use super::{
    execution::Runner,
    group_key::{GroupKey, SubscriptionQuery},
    resolver_input::BatchInput,
};
use crate::live::feeds::{
    batch::EventBatch,
    payload_cache::{EncodedPayloads, PendingResult, SharedResult},
};

/// Executions that a group keeps for its next batch: no more than ever run at once for long.
const MAX_IDLE_EXECUTIONS: usize = 4;

/// Maximum bytes of a shared result. A larger one is executed for each subscriber separately, who then gets the error.
const MAX_SHARED_PAYLOAD_BYTES: usize = 1024 * 1024;

/// The result of a batch for one subscriber.
pub(crate) enum Rendered {
    /// The bytes that others get as well.
    Shared(Arc<EncodedPayloads>),
    /// Any number of responses, executed for this subscriber.
    Individual(Vec<Response>),
}

/// A running execution that takes batches.
struct Execution {
    input: BatchInput,
    responses: BoxStream<'static, Response>,
}

/// Subscribers whose documents and variables agree.
pub(crate) struct SubscriptionGroup {
    groups: SubscriptionGroups,
    id: u64,
    key: GroupKey,
    /// The variables of the first subscriber, which were valid for opening its stream. Variables that differ between
    /// the members only select batches.
    variables: Variables,
    idle: Mutex<Vec<Execution>>,
}

/// All groups that have subscribers. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SubscriptionGroups(Arc<Inner>);

struct Inner {
    groups: Mutex<HashMap<GroupKey, Weak<SubscriptionGroup>>>,
    next_id: AtomicU64,
    runner: Runner,
}

impl SubscriptionGroups {
    /// No groups yet.
    pub(crate) fn new(runner: Runner) -> Self {
        Self(Arc::new(Inner {
            groups: Mutex::default(),
            next_id: AtomicU64::new(0),
            runner,
        }))
    }

    /// The group of all subscribers with the same query.
    pub(crate) fn join(&self, query: SubscriptionQuery) -> Arc<SubscriptionGroup> {
        let SubscriptionQuery { key, variables } = query;
        let mut groups = self.groups();
        if let Some(known) = groups.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        let group = Arc::new(SubscriptionGroup {
            groups: self.clone(),
            id: self.0.next_id.fetch_add(1, Ordering::Relaxed),
            key: key.clone(),
            variables,
            idle: Mutex::default(),
        });
        groups.insert(key, Arc::downgrade(&group));
        group
    }

    /// What executes for them.
    pub(crate) fn runner(&self) -> &Runner {
        &self.0.runner
    }

    fn groups(&self) -> MutexGuard<'_, HashMap<GroupKey, Weak<SubscriptionGroup>>> {
        self.0.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes a group that has no subscriber any more; a new one may have taken its place already.
    fn remove(&self, key: &GroupKey) {
        let mut groups = self.groups();
        if groups
            .get(key)
            .is_some_and(|group| group.strong_count() == 0)
        {
            groups.remove(key);
        }
    }
}

impl SubscriptionGroup {
    /// The result of this batch for `caller`, who is authorized to read it.
    pub(crate) async fn render(
        self: &Arc<Self>,
        batch: &Arc<EventBatch>,
        caller: &Caller,
    ) -> Rendered {
        let result = match self.begin(batch) {
            Ok(result) => result,
            Err(pending) => pending.await,
        };
        match result {
            SharedResult::Encoded(payloads) => Rendered::Shared(payloads),
            SharedResult::NotShareable => {
                Rendered::Individual(Box::pin(self.render_for(batch, caller)).await)
            }
        }
    }

    fn begin(self: &Arc<Self>, batch: &Arc<EventBatch>) -> Result<SharedResult, PendingResult> {
        match batch.payloads.slot(self.id) {
            Some(slot) => slot.begin(|| {
                let (group, batch) = (Arc::clone(self), Arc::clone(batch));
                async move { group.render_shared(&batch).await }.boxed()
            }),
            None => Ok(SharedResult::NotShareable),
        }
    }

    /// Executes the document without a caller, for all members.
    async fn render_shared(&self, batch: &Arc<EventBatch>) -> SharedResult {
        self.groups.runner().metrics.shared.inc();
        let idle = self.idle().pop();
        let mut execution = idle.unwrap_or_else(|| self.open(None));
        let (responses, reusable) = execution.render(batch).await;
        if reusable {
            let mut idle = self.idle();
            if idle.len() < MAX_IDLE_EXECUTIONS {
                idle.push(execution);
            }
        }
        self.encode(&responses)
            .unwrap_or(SharedResult::NotShareable)
    }

    /// The responses as they can be given to everyone; none if there is anything about them that cannot be shared.
    fn encode(&self, responses: &[Response]) -> Option<SharedResult> {
        let mut texts = Vec::with_capacity(responses.len());
        for response in responses {
            if !response.errors.is_empty() {
                return None;
            }
            texts.push(encode(response, MAX_SHARED_PAYLOAD_BYTES)?);
        }
        let bytes = texts.iter().map(String::len).sum();
        if bytes > MAX_SHARED_PAYLOAD_BYTES {
            return None;
        }
        let _reservation = self.groups.runner().budget.reserve(bytes)?;
        Some(SharedResult::Encoded(Arc::new(EncodedPayloads {
            texts,
            _reservation,
        })))
    }

    /// Executes the document without a caller, for all members.
    async fn render_for(&self, batch: &Arc<EventBatch>, caller: &Caller) -> Vec<Response> {
        self.groups.runner().metrics.individual.inc();
        self.open(Some(caller.clone())).render(batch).await.0
    }

    fn open(&self, caller: Option<Caller>) -> Execution {
        let input = BatchInput::default();
        let mut request = Request::new(&*self.key.query)
            .variables(self.variables.clone())
            .data(input.clone());
        request.operation_name.clone_from(&self.key.operation);
        // It passed when its first subscriber came, and has been in the cache of documents since then.
        let runner = self.groups.runner();
        let responses = match runner.endpoint.check(&mut request) {
            Ok(_) => runner.run(request, caller),
            Err(error) => stream::iter([error_response(&error)]).boxed(),
        };
        Execution { input, responses }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Execution>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SubscriptionGroup {
    fn drop(&mut self) {
        self.groups.remove(&self.key);
    }
}

impl Execution {
    /// The responses to the batch, and whether the execution can take another one.
    async fn render(&mut self, batch: &Arc<EventBatch>) -> (Vec<Response>, bool) {
        self.input.put(Arc::clone(batch));
        let mut responses = Vec::new();
        let reusable = poll_fn(|context| {
            loop {
                match self.responses.poll_next_unpin(context) {
                    Poll::Ready(Some(response)) => responses.push(response),
                    Poll::Ready(None) => return Poll::Ready(false),
                    Poll::Pending if self.input.is_done() => return Poll::Ready(true),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
        (responses, reusable)
    }
}
