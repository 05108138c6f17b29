//! DocumentCache that were parsed and measured before: clients send the same few over and over.

use std::sync::Arc;

use async_graphql::parser::{parse_query, types::ExecutableDocument};
use moka::sync::Cache;

use super::{document_cost::check_document, limits::Limits, literals::readable};
use crate::error::Error;

/// Bytes of the texts that are kept, at most. Parsed, a document takes some fifty times its text.
const MAX_CACHED_BYTES: u64 = 256 * 1024;

/// A longer document is parsed each time.
const MAX_CACHED_DOCUMENT_BYTES: usize = 16 * 1024;

/// A document within the limits.
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// Whether any of its operations has aliases.
    pub(super) has_aliases: bool,
}

/// DocumentCache within the limits, by their texts. Cheap to clone.
#[derive(Clone)]
pub(super) struct DocumentCache(Cache<Arc<str>, Arc<Document>>);

impl Default for DocumentCache {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(MAX_CACHED_BYTES)
            .weigher(|text: &Arc<str>, _| u32::try_from(text.len()).unwrap_or(u32::MAX));
        Self(cache.build())
    }
}

impl DocumentCache {
    /// Parses a document and holds it to the limits, unless that was done before.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it cannot be parsed or is larger than the limits. That is not remembered.
    pub(super) fn parse(&self, text: &str, limits: &Limits) -> Result<Arc<Document>, Error> {
        if let Some(known) = self.0.get(text) {
            return Ok(known);
        }
        let tokens = limits.check_text(text)?;
        let parsed = parse_query(&*readable(text)?)
            .map_err(|error| Error::bad_request(error.to_string()))?;
        let has_aliases = check_document(limits, &parsed, tokens)?;
        let document = Arc::new(Document {
            parsed,
            has_aliases,
        });
        if text.len() <= MAX_CACHED_DOCUMENT_BYTES {
            self.0.insert(text.into(), Arc::clone(&document));
        }
        Ok(document)
    }
}
