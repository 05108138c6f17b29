//! The published keys: fetched, kept, and refreshed.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jsonwebtoken::{
    DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, JwkSet},
};
use tokio::{sync::Mutex, time::Instant};

use crate::error::{StartError, chain};

/// How long one fetch may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// A published key set is small; whatever is larger is not one.
const MAX_SET_BYTES: usize = 64 * 1024;

/// Keys by their ids.
pub(super) type Set = HashMap<String, DecodingKey>;

/// The last good key set, and where to get the next one.
pub(super) struct Keys {
    /// None for the service that has the keys itself.
    url: Option<reqwest::Url>,
    http: reqwest::Client,
    set: RwLock<Arc<Set>>,
    /// When an unknown key id last caused a fetch. Held during that fetch, so that others wait for its result.
    refetched: Mutex<Option<Instant>>,
}

impl Keys {
    /// No keys yet. They are fetched from `url` or, if it is empty, only set by [`Keys::replace`].
    pub(super) fn new(url: &str) -> Result<Self, StartError> {
        let http = reqwest::Client::builder()
            .timeout(FETCH_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| StartError::new(format!("JWKS_URL: {}", chain(&error))))?;
        let url = (!url.is_empty())
            .then(|| reqwest::Url::parse(url))
            .transpose()
            .map_err(|error| StartError::new(format!("JWKS_URL: {error}")))?;
        Ok(Self {
            url,
            http,
            set: RwLock::default(),
            refetched: Mutex::default(),
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.set().is_empty()
    }

    /// The set as it is now. Another one is another `Arc`.
    pub(super) fn set(&self) -> Arc<Set> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn replace(&self, published: &JwkSet) {
        let set = usable(published);
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(set);
    }

    /// Fetches the published set. A failure, or a set without a usable key, leaves the last good one in place.
    /// Nothing happens without a publisher.
    pub(super) async fn fetch(&self) -> Result<(), String> {
        let Some(url) = &self.url else {
            return Ok(());
        };
        let mut answer = self
            .http
            .get(url.clone())
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|error| chain(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| chain(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_SET_BYTES {
                return Err("the key set is too large".into());
            }
        }
        let published: JwkSet =
            serde_json::from_slice(&body).map_err(|error| format!("not a key set: {error}"))?;
        if usable(&published).is_empty() {
            return Err("the key set holds no Ed25519 key".into());
        }
        self.replace(&published);
        Ok(())
    }

    /// The key with this id. An unknown id may mean that the keys were rotated, so they are fetched again, but at most
    /// once per `interval`: otherwise anyone could flood the publisher with requests.
    pub(super) async fn find(&self, kid: &str, interval: Duration) -> Option<DecodingKey> {
        if let Some(key) = self.set().get(kid) {
            return Some(key.clone());
        }
        let mut refetched = self.refetched.lock().await;
        // Another task may have fetched the keys while it held the lock.
        if let Some(key) = self.set().get(kid) {
            return Some(key.clone());
        }
        if refetched.is_some_and(|at| at.elapsed() < interval) {
            return None;
        }
        *refetched = Some(Instant::now());
        if let Err(error) = self.fetch().await {
            tracing::warn!(
                error,
                "cannot fetch the public keys of tokens; keeping the last good set"
            );
        }
        self.set().get(kid).cloned()
    }
}

/// The Ed25519 keys of a set by their ids. Others are not ours to use.
fn usable(published: &JwkSet) -> Set {
    published
        .keys
        .iter()
        .filter_map(|jwk| {
            let kid = jwk.common.key_id.clone()?;
            let AlgorithmParameters::OctetKeyPair(parameters) = &jwk.algorithm else {
                return None;
            };
            if parameters.curve != EllipticCurve::Ed25519 {
                return None;
            }
            let key = DecodingKey::from_ed_components(&parameters.x).ok()?;
            Some((kid, key))
        })
        .collect()
}
