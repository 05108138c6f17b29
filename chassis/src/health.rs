//! `/livez`, `/readyz`, `/startupz` and `/healthz`.
//!
//! Alive means that the process answers: restarting helps if not. Ready means that requests sent here can succeed: the
//! load balancer asks. A dependency that the service can do without is [`Checks::degraded`]: it shows in `/healthz` and
//! never takes the instance out of rotation.

use std::{
    fmt::Display,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use serde_json::{Value, json};

use crate::{
    auth::Verifier,
    postgres::{Pool, probe::Probe},
};

/// A check that takes longer has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

type Run = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

#[derive(Clone)]
struct Check {
    name: &'static str,
    required: bool,
    run: Run,
}

/// What a service depends on.
#[derive(Clone, Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// No dependencies.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A dependency without which requests fail. The check is called on every probe and bounded by one second.
    #[must_use]
    pub fn with<F, E>(
        self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.add(name, true, check)
    }

    /// A dependency that the service can do without, at a loss that `/healthz` shows.
    #[must_use]
    pub fn degraded<F, E>(
        self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.add(name, false, check)
    }

    /// The pool hands out a connection and the database answers on it.
    #[must_use]
    pub fn postgres(self, name: &'static str, pool: &Pool) -> Self {
        let pool = pool.clone();
        self.with(name, move || {
            let pool = pool.clone();
            async move {
                let client = pool.get().await.map_err(|error| error.to_string())?;
                client
                    .simple_query("SELECT 1")
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
        })
    }

    /// A statement that answers `true` when the database can do something that requests need. A good answer counts for
    /// five seconds.
    #[must_use]
    pub fn answers(self, name: &'static str, pool: &Pool, sql: &'static str) -> Self {
        let (pool, probe) = (pool.clone(), Arc::new(Probe::default()));
        self.with(name, move || {
            let (pool, probe) = (pool.clone(), Arc::clone(&probe));
            async move { probe.ask(&pool, sql).await }
        })
    }

    /// The same, but asked on a new connection: what the database has loaded into those of the pool may be gone for all that
    /// come later, as after an upgrade of its package. Any answer counts for five seconds.
    #[must_use]
    pub fn answers_anew(self, name: &'static str, pool: &Pool, sql: &'static str) -> Self {
        let (pool, probe) = (pool.clone(), Arc::new(Probe::default()));
        self.with(name, move || {
            let (pool, probe) = (pool.clone(), Arc::clone(&probe));
            async move { probe.ask_anew(&pool, sql).await }
        })
    }

    /// The verifier has a key: without one no caller can be identified.
    #[must_use]
    pub fn keys(self, verifier: &Verifier) -> Self {
        let verifier = verifier.clone();
        self.with("keys", move || {
            ready(verifier.ready().then_some(()).ok_or("no token keys yet"))
        })
    }

    fn add<F, E>(
        mut self,
        name: &'static str,
        required: bool,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        let run: Run = Arc::new(move || {
            check()
                .map(|outcome| outcome.map_err(|error| error.to_string()))
                .boxed()
        });
        self.0.push(Check {
            name,
            required,
            run,
        });
        self
    }

    async fn probe(&self) -> Vec<(&Check, Result<(), String>)> {
        join_all(self.0.iter().map(|check| async move {
            let outcome = tokio::time::timeout(CHECK_TIMEOUT, (check.run)())
                .await
                .unwrap_or_else(|_| Err("no answer within 1 s".into()));
            (check, outcome)
        }))
        .await
    }
}

/// The state of an instance that its probes see.
#[derive(Clone)]
pub(crate) struct Health {
    service: &'static str,
    checks: Checks,
    draining: Arc<AtomicBool>,
    started: Arc<AtomicBool>,
}

impl Health {
    pub(crate) fn new(service: &'static str, checks: Checks) -> Self {
        Self {
            service,
            checks,
            draining: Arc::default(),
            started: Arc::default(),
        }
    }

    /// From here on `/readyz` answers 503.
    pub(crate) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(crate) fn router(self) -> Router {
        Router::new()
            .route("/livez", get(|| async { "ok" }))
            .route("/readyz", get(readiness))
            .route("/startupz", get(started))
            .route("/healthz", get(detail))
            .with_state(self)
    }

    /// The names of required checks that fail now.
    async fn failing(&self) -> Vec<&'static str> {
        let failing: Vec<_> = self
            .checks
            .probe()
            .await
            .into_iter()
            .filter_map(|(check, outcome)| {
                let error = outcome.err()?;
                tracing::warn!(check = check.name, error, "a health check failed");
                check.required.then_some(check.name)
            })
            .collect();
        if failing.is_empty() {
            self.started.store(true, Ordering::Release);
        }
        failing
    }
}

async fn readiness(State(health): State<Health>) -> (StatusCode, String) {
    if health.draining.load(Ordering::Acquire) {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining".into());
    }
    verdict(&health.failing().await)
}

/// Stays 200 after the first success: what happens later is the matter of `/readyz`.
async fn started(State(health): State<Health>) -> (StatusCode, String) {
    if health.started.load(Ordering::Acquire) {
        return verdict(&[]);
    }
    verdict(&health.failing().await)
}

fn verdict(failing: &[&str]) -> (StatusCode, String) {
    if failing.is_empty() {
        (StatusCode::OK, "ok".into())
    } else {
        let names = failing.join(", ");
        (StatusCode::SERVICE_UNAVAILABLE, format!("failing: {names}"))
    }
}

/// Names and verdicts only: the reasons are in the log, since they may quote addresses.
async fn detail(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let outcomes = health.checks.probe().await;
    let failed = |required: bool| {
        outcomes
            .iter()
            .any(|(check, outcome)| check.required == required && outcome.is_err())
    };
    let draining = health.draining.load(Ordering::Acquire);
    let status = match (draining, failed(true), failed(false)) {
        (true, _, _) => "draining",
        (_, true, _) => "failing",
        (_, _, true) => "degraded",
        _ => "ok",
    };
    let checks: serde_json::Map<_, _> = outcomes
        .iter()
        .map(|(check, outcome)| {
            let status = if outcome.is_ok() { "ok" } else { "failing" };
            (
                check.name.to_owned(),
                json!({ "status": status, "required": check.required }),
            )
        })
        .collect();
    let code = if draining || failed(true) {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let body = json!({ "service": health.service, "status": status, "checks": checks });
    (code, Json(body))
}
