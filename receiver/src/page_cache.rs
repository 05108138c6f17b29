//! Pages of messages, executed and encoded once for everyone who may read them.
//!
//! What a page of `messages` answers depends on the document, its variables and the chat as it stands, and every change of
//! a chat's messages is an event of its feed. So a page that was made when a certain event was the newest one is the
//! answer for as long as it is. Whether it is, and whether the caller may read the chat, Postgres says before every answer:
//! in one small statement for all who ask at that time, instead of fifty messages for each. Those who only look at a public
//! chat get the pages of those who take part: a page holds nothing else than what both may read.
//!
//! Invariant: what is shared was executed without a caller, so it cannot hold anything that is somebody's. A selection that
//! asks for the caller fails then, and what fails is executed for each caller apart.

pub(crate) mod page_query;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::Request;
use axum::body::Bytes;
use chassis::{
    Caller,
    graphql::{Endpoint, encode},
};
use moka::{Expiry, future::Cache};
use prometheus_client::{metrics::counter::Counter, registry::Registry};
use shared_schema::{ChatId, Cursor};

use crate::{databases::read_target::Sources, db, participants::access::Admission};
use page_query::Wish;

/// How long a page is kept of which nothing can become stale while its chat's head stands: long enough for the next
/// reader of a quiet chat.
const LIFETIME: Duration = Duration::from_secs(60);

/// Bytes of one page: as many as any answer may have.
const LARGEST: usize = 1024 * 1024;

/// Bytes of all pages, with their questions.
const MOST: u64 = 32 * 1024 * 1024;

/// What the pages count.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageMetrics {
    executed: Counter,
}

impl PageMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "pages_executed",
            "Pages of messages executed for everyone who asks the same",
            metrics.executed.clone(),
        );
        metrics
    }
}

/// Equal for requests that have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    head: Cursor,
    wish: Wish,
}

/// An answer.
#[derive(Clone)]
struct Page {
    json: Bytes,
    /// How long it may be kept: less where it shows what is no message, such as a person's name.
    lifetime: Duration,
    /// Something happened in the chat while it was made. It is good for those who waited for it and for nobody else: what
    /// it shows may be newer than its key says, and what is newer may yet be lost with a database that fails.
    has_moved: bool,
}

/// Each page has a lifetime of its own.
struct OwnLifetime;

impl Expiry<Key, Page> for OwnLifetime {
    fn expire_after_create(&self, _: &Key, page: &Page, _: Instant) -> Option<Duration> {
        Some(page.lifetime)
    }
}

/// The pages of this process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Pages(Arc<Inner>);

struct Inner {
    sources: Sources,
    endpoint: Endpoint,
    kept: Cache<Key, Page>,
    metrics: PageMetrics,
}

impl Pages {
    /// Pages that are executed by `endpoint`, which reads from `sources`.
    #[must_use]
    pub(crate) fn new(sources: &Sources, endpoint: Endpoint, metrics: PageMetrics) -> Self {
        let bytes = |key: &Key, page: &Page| {
            u32::try_from(key.wish.bytes() + page.json.len()).unwrap_or(u32::MAX)
        };
        Self(Arc::new(Inner {
            sources: sources.clone(),
            endpoint,
            kept: Cache::builder()
                .max_capacity(MOST)
                .weigher(bytes)
                .expire_after(OwnLifetime)
                .build(),
            metrics,
        }))
    }

    /// The answer to a checked request, if it asks for a page of messages and nothing else. None where it has to be
    /// executed for this caller, which also tells them what is wrong.
    pub(crate) fn find(
        &self,
        request: &mut Request,
        caller: &Caller,
    ) -> Option<impl Future<Output = Option<Bytes>> + Send + 'static + use<>> {
        let (chat, wish) = Wish::of(request)?;
        let (pages, user) = (Arc::clone(&self.0), caller.user_id);
        Some(async move {
            let loaders = &pages.sources.first().loaders;
            let head = loaders.head(chat, user).await.ok()??;
            let key = Key { head, wish };
            let page = pages
                .kept
                .optionally_get_with_by_ref(&key, pages.make(chat, &key))
                .await?;
            if page.has_moved {
                pages.kept.invalidate(&key).await;
            }
            Some(page.json)
        })
    }
}

impl Inner {
    /// Executes a page for everyone, that is, for nobody in particular.
    async fn make(&self, chat: ChatId, key: &Key) -> Option<Page> {
        self.metrics.executed.inc();
        let mut request = key.wish.request()?.data(Admission(chat));
        self.endpoint.check(&mut request).ok()?;
        let request = self.endpoint.prepare(request, None);
        let answer = self.endpoint.execute(request).await;
        if !answer.errors.is_empty() {
            return None;
        }
        let lifetime = match answer.cache_control.max_age {
            0 => LIFETIME,
            seconds => Duration::from_secs(seconds.try_into().ok()?),
        };
        let json = encode(&answer, LARGEST)?.into();
        let heads = db::feeds::heads(&self.sources.first().pool, &[chat.into()]).await;
        let head = heads.ok()?.remove(&chat.into());
        Some(Page {
            json,
            lifetime,
            has_moved: head != Some(key.head),
        })
    }
}
