//! Execute once, send many: what a batch of a feed becomes for everyone who asked the same of it.
//!
//! Subscriptions whose answers depend on nothing but the document, the variables of its selection and the batch share a
//! [`Document`]. The first subscriber that comes to a batch has the document printed from it; the others are given the
//! same bytes. Who may read a batch was decided before it gets here, for each subscriber by its own follower.
//!
//! Invariant: what is shared was executed without a caller, so it cannot hold anything that is somebody's. A selection
//! that asks for the caller fails then, and is executed for each subscriber apart; so is everything else that fails, and
//! no failure is ever given to a second subscriber.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use async_graphql::{Request, Response};
use chassis::{
    Caller, Error,
    graphql::{Endpoint, finish},
};
use futures_util::{Stream, StreamExt};
use prometheus_client::{metrics::counter::Counter, registry::Registry};

use super::{
    group::Document,
    group_key::{Key, Wish},
    subscription_quota::{Entry, Ledger, LedgerArgs},
};
use crate::{live::feeds::payload_budget::Budget, schema::ReceiverSchema};

/// What presses count.
#[derive(Clone, Debug, Default)]
pub(crate) struct PressMetrics {
    pub(crate) shared: Counter,
    pub(crate) apart: Counter,
}

impl PressMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "batches_executed",
            "Batches executed for everyone who asked the same of them",
            metrics.shared.clone(),
        );
        registry.register(
            "batches_executed_apart",
            "Batches executed for one subscriber alone",
            metrics.apart.clone(),
        );
        metrics
    }
}

/// All documents in use. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Presses(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    schema: ReceiverSchema,
    pub(crate) endpoint: Endpoint,
    documents: Mutex<HashMap<Key, Weak<Document>>>,
    next: AtomicU64,
    pub(crate) budget: Budget,
    ledger: Ledger,
    pub(crate) metrics: PressMetrics,
}

impl Presses {
    /// Presses that execute on `schema`, prepared like every request of `endpoint`.
    #[must_use]
    pub(crate) fn new(
        schema: ReceiverSchema,
        endpoint: Endpoint,
        ledger: LedgerArgs,
        metrics: PressMetrics,
    ) -> Self {
        Self(Arc::new(Inner {
            schema,
            endpoint,
            documents: Mutex::default(),
            next: AtomicU64::new(0),
            budget: Budget::default(),
            ledger: Ledger::new(ledger),
            metrics,
        }))
    }

    /// Charges `caller` for what this subscription has us keep, for as long as the entry lives.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it is too much for one user, `UNAVAILABLE` when it is for the process.
    pub(crate) fn enter(&self, caller: &Caller, wish: &Wish) -> Result<Entry, Error> {
        self.0.ledger.enter(caller.user_id, wish)
    }

    /// What this asks of every batch, together with all others that ask the same.
    pub(crate) fn document(&self, wish: Wish) -> Arc<Document> {
        let Wish { key, variables } = wish;
        let mut documents = self.documents();
        if let Some(known) = documents.get(&key).and_then(Weak::upgrade) {
            return known;
        }
        let id = self.0.next.fetch_add(1, Ordering::Relaxed);
        let document = Arc::new(Document::new(self, id, key.clone(), variables));
        documents.insert(key, Arc::downgrade(&document));
        document
    }

    /// Runs a request on behalf of `caller`, or of nobody.
    pub(crate) fn run(
        &self,
        request: Request,
        caller: Option<Caller>,
    ) -> impl Stream<Item = Response> + Send + 'static + use<> {
        let request = self.0.endpoint.prepare(request, caller);
        self.0.schema.execute_stream(request).map(finish)
    }

    fn documents(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Weak<Document>>> {
        self.0
            .documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a document that nobody uses any more; another may have taken its place already.
    pub(crate) fn forget(&self, key: &Key) {
        let mut documents = self.documents();
        if documents
            .get(key)
            .is_some_and(|document| document.strong_count() == 0)
        {
            documents.remove(key);
        }
    }
}
