//! Publishes keys over HTTP as `users` does.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use tokio::net::TcpListener;

use super::token_issuer::TokenIssuer;

/// An HTTP server on a free port that serves a key set, or an error while it is down.
#[derive(Clone)]
pub struct KeySetServer {
    url: String,
    published: Published,
}

#[derive(Clone, Default)]
struct Published {
    set: Arc<Mutex<Option<JwkSet>>>,
    fetches: Arc<AtomicUsize>,
}

impl Published {
    fn replace(&self, set: Option<JwkSet>) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = set;
    }

    fn fetch(&self) -> Option<JwkSet> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.clone()
    }
}

impl KeySetServer {
    /// A server that publishes the keys of these issuers.
    ///
    /// # Panics
    /// When no port is free.
    pub async fn start(issuers: &[&TokenIssuer]) -> Self {
        let published = Published::default();
        published.replace(Some(Self::key_set(issuers)));
        let served = published.clone();
        let answer = get(move || async move {
            served
                .fetch()
                .map(Json)
                .ok_or(StatusCode::SERVICE_UNAVAILABLE)
        });
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("the port");
        let router = Router::new().route("/jwks.json", answer);
        tokio::spawn(axum::serve(listener, router).into_future());
        Self {
            url: format!("http://{address}/jwks.json"),
            published,
        }
    }

    /// The public keys of these issuers.
    pub fn key_set(issuers: &[&TokenIssuer]) -> JwkSet {
        let keys = issuers.iter().map(|issuer| issuer.jwk()).collect();
        JwkSet { keys }
    }

    /// The value of a service's `JWKS_URL`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Publishes these keys from now on, also after [`KeySetServer::go_down`].
    pub fn publish(&self, issuers: &[&TokenIssuer]) {
        self.published.replace(Some(Self::key_set(issuers)));
    }

    /// Answers with an error from now on.
    pub fn go_down(&self) {
        self.published.replace(None);
    }

    /// How often it was asked.
    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }
}
