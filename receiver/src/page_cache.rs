//! Pages of messages, executed and encoded once for everyone who may read them.
//!
//! A page of `messages` depends on the document, its variables and the state of the chat, and every change of a chat's
//! messages is an event of its feed. So a page that was made at a certain head of the feed is valid while that is the
//! head. Before every answer, Postgres is asked whether the head is still the same and whether the caller may read the
//! chat, with one small statement for all concurrent requests, instead of reading fifty messages for each. Visitors of
//! a public chat share the pages of participants: a page contains nothing that only participants may read.
//!
//! Invariant: a cached page was executed without a caller, so it cannot hold anything personal. A selection that needs
//! the caller fails then, and is executed for each caller individually.

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

use crate::{databases::database::Databases, db, participants::access::PreauthorizedChat};
use page_query::PageQuery;

/// Maximum lifetime of a cached page. A page does not become stale while its chat's head stays; this is long enough for
/// the next reader of a quiet chat.
const MAX_TTL: Duration = Duration::from_secs(60);

/// Maximum bytes of a page: as many as any answer may have.
const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Maximum bytes of all pages with their keys.
const MAX_CACHE_BYTES: u64 = 32 * 1024 * 1024;

/// What the page cache counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct PageCacheMetrics {
    executed: Counter,
}

impl PageCacheMetrics {
    /// Shows them under the service's `/metrics`.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register(
            "pages_executed",
            "Pages of messages executed once for all callers that may read them",
            metrics.executed.clone(),
        );
        metrics
    }
}

/// Equal for requests that have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PageKey {
    head: Cursor,
    query: PageQuery,
}

/// An answer.
#[derive(Clone)]
struct CachedPage {
    json: Bytes,
    /// How long it may stay: shorter where it shows something that is not part of the chat's history, such as a
    /// person's name.
    ttl: Duration,
    /// The chat changed while the page was made. The page is used for the requests that waited for it, but not cached:
    /// it may show a newer state than its key says, and that newer state may still be lost with a failing database.
    is_stale: bool,
}

/// Each page has its own time to live.
struct PerEntryTtl;

impl Expiry<PageKey, CachedPage> for PerEntryTtl {
    fn expire_after_create(&self, _: &PageKey, page: &CachedPage, _: Instant) -> Option<Duration> {
        Some(page.ttl)
    }
}

/// The cached pages of this process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PageCache(Arc<Inner>);

struct Inner {
    databases: Databases,
    endpoint: Endpoint,
    entries: Cache<PageKey, CachedPage>,
    metrics: PageCacheMetrics,
}

impl PageCache {
    /// Pages that are executed by `endpoint`, which reads from `databases`.
    #[must_use]
    pub(crate) fn new(
        databases: &Databases,
        endpoint: Endpoint,
        metrics: PageCacheMetrics,
    ) -> Self {
        let bytes = |key: &PageKey, page: &CachedPage| {
            u32::try_from(key.query.bytes() + page.json.len()).unwrap_or(u32::MAX)
        };
        Self(Arc::new(Inner {
            databases: databases.clone(),
            endpoint,
            entries: Cache::builder()
                .max_capacity(MAX_CACHE_BYTES)
                .weigher(bytes)
                .expire_after(PerEntryTtl)
                .build(),
            metrics,
        }))
    }

    /// The answer to a checked request that selects a page of messages and nothing else. None if the request has to be
    /// executed for this caller, which then also reports errors.
    pub(crate) fn get(
        &self,
        request: &mut Request,
        caller: &Caller,
    ) -> Option<impl Future<Output = Option<Bytes>> + Send + 'static + use<>> {
        let (chat, query) = PageQuery::of(request)?;
        let (pages, user) = (Arc::clone(&self.0), caller.user_id);
        Some(async move {
            let loaders = &pages.databases.preferred().loaders;
            let head = loaders.head(chat, user).await.ok()??;
            let key = PageKey { head, query };
            let page = pages
                .entries
                .optionally_get_with_by_ref(&key, pages.execute(chat, &key))
                .await?;
            if page.is_stale {
                pages.entries.invalidate(&key).await;
            }
            Some(page.json)
        })
    }
}

impl Inner {
    /// Executes a page without a caller, for all readers.
    async fn execute(&self, chat: ChatId, key: &PageKey) -> Option<CachedPage> {
        self.metrics.executed.inc();
        let mut request = key.query.request()?.data(PreauthorizedChat(chat));
        self.endpoint.check(&mut request).ok()?;
        let request = self.endpoint.prepare(request, None);
        let answer = self.endpoint.execute(request).await;
        if !answer.errors.is_empty() {
            return None;
        }
        let ttl = match answer.cache_control.max_age {
            0 => MAX_TTL,
            seconds => Duration::from_secs(seconds.try_into().ok()?),
        };
        let json = encode(&answer, MAX_PAGE_BYTES)?.into();
        let heads = db::feeds::heads(&self.databases.preferred().pool, &[chat.into()]).await;
        let head = heads.ok()?.remove(&chat.into());
        Some(CachedPage {
            json,
            ttl,
            is_stale: head != Some(key.head),
        })
    }
}
