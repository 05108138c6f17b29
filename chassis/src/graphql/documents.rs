//! Documents that were parsed and measured before: clients send the same few over and over.

use std::sync::Arc;

use async_graphql::{Request, parser::types::ExecutableDocument};
use moka::sync::Cache;

use super::limits::Limits;
use crate::error::Error;

/// Bytes of the texts that are kept, at most. Parsed, a document takes some fifty times its text.
const MOST: u64 = 256 * 1024;

/// A longer document is parsed each time.
const LONGEST: usize = 16 * 1024;

/// Documents within the limits, by their texts. Cheap to clone.
#[derive(Clone)]
pub(super) struct Documents(Cache<Arc<str>, Arc<ExecutableDocument>>);

impl Default for Documents {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(MOST)
            .weigher(|text: &Arc<str>, _| u32::try_from(text.len()).unwrap_or(u32::MAX));
        Self(cache.build())
    }
}

impl Documents {
    /// Parses the request's document and holds it to the limits, unless that was done before. It stays in the request.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` when it cannot be parsed or is larger than the limits. That is not remembered.
    pub(super) fn parse(&self, request: &mut Request, limits: &Limits) -> Result<(), Error> {
        if let Some(known) = self.0.get(request.query.as_str()) {
            request.set_parsed_query(ExecutableDocument::clone(&known));
            return Ok(());
        }
        limits.check_text(&request.query)?;
        let document = request
            .parsed_query()
            .map_err(|error| Error::bad_request(error.message))?;
        limits.check_document(document)?;
        let document = Arc::new(document.clone());
        if request.query.len() <= LONGEST {
            self.0.insert(request.query.as_str().into(), document);
        }
        Ok(())
    }
}
