//! A service process from bind to exit.
//!
//! The end is a sequence: `/readyz` answers 503; the load balancer gets its time to notice; the port closes; requests
//! in flight finish; the drain hooks run, in the order in which they were registered; the process ends. Everything after
//! the wait is bounded. Nothing here touches signals or globals, so several services can live in one process.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, middleware::from_fn_with_state, routing::get};
use futures_util::future::BoxFuture;
use http::HeaderValue;
use tokio::{net::TcpListener, time::Instant};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    config::groups::{DrainArgs, ListenArgs},
    connections::{self, Bounds},
    error::StartError,
    health::{Checks, Health},
    metrics::Metrics,
    telemetry::{self, Served},
};

/// Requests in flight get this share of the shutdown time; the drain hooks get the rest.
const IN_FLIGHT_SHARE: u32 = 3;

struct Hook {
    name: &'static str,
    run: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>,
}

/// A service that is being put together.
pub struct ServiceBuilder {
    name: &'static str,
    listen: ListenArgs,
    drain: DrainArgs,
    routes: Router,
    checks: Checks,
    metrics: Metrics,
    hooks: Vec<Hook>,
}

impl ServiceBuilder {
    /// A service with no routes of its own yet.
    #[must_use]
    pub fn new(name: &'static str, listen: &ListenArgs, drain: &DrainArgs) -> Self {
        Self {
            name,
            listen: listen.clone(),
            drain: drain.clone(),
            routes: Router::new(),
            checks: Checks::new(),
            metrics: Metrics::new(name),
            hooks: Vec::new(),
        }
    }

    /// Adds routes. May be called several times.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// What `/readyz` asks.
    #[must_use]
    pub fn checks(mut self, checks: Checks) -> Self {
        self.checks = checks;
        self
    }

    /// What `/metrics` shows.
    #[must_use]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Work for the end, after requests in flight are finished: close sockets, flush a publisher.
    #[must_use]
    pub fn on_drain<F>(
        mut self,
        name: &'static str,
        hook: impl FnOnce() -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let run = Box::new(move || Box::pin(hook()) as BoxFuture<'static, ()>);
        self.hooks.push(Hook { name, run });
        self
    }

    /// Binds the port. Connections queue from now on and are served by [`BoundService::run`].
    ///
    /// # Errors
    /// When the address is not free, or the instance's name cannot stand in a header.
    pub async fn bind(self) -> Result<BoundService, StartError> {
        let address = format!("{}:{}", self.listen.host, self.listen.port);
        let failed =
            |error: std::io::Error| StartError::new(format!("HOST, PORT: {address}: {error}"));
        let listener = TcpListener::bind(&address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let instance = HeaderValue::from_str(&self.listen.instance)
            .map_err(|_| StartError::new("INSTANCE: must be printable ASCII"))?;

        let bounds = Bounds {
            connections: self.listen.max_connections,
            head: self.listen.head_timeout,
        };
        let health = Health::new(self.name, self.checks);
        let metrics = Arc::new(self.metrics);
        let scraped = Arc::clone(&metrics);
        let served = Served { instance, metrics };
        let router = self
            .routes
            .merge(health.clone().router())
            .route("/metrics", get(move || async move { scraped.scrape() }))
            .layer(CatchPanicLayer::new())
            .layer(from_fn_with_state(served, telemetry::serve));
        Ok(BoundService {
            name: self.name,
            address,
            listener,
            router,
            bounds,
            health,
            drain: self.drain,
            hooks: self.hooks,
        })
    }
}

/// A service that has its port.
pub struct BoundService {
    name: &'static str,
    address: SocketAddr,
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    health: Health,
    drain: DrainArgs,
    hooks: Vec<Hook>,
}

impl BoundService {
    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is cancelled, then leaves in order.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), StartError> {
        tracing::info!(service = self.name, address = %self.address, "listening");
        let closing = CancellationToken::new();
        let serving = connections::serve(self.listener, self.router, self.bounds, closing.clone());
        let mut serving = tokio::spawn(serving);

        tokio::select! {
            () = shutdown.cancelled() => {}
            ended = &mut serving => return Err(StartError::new(format!("the listener ended: {ended:?}"))),
        }
        self.health.drain();
        tracing::info!(
            service = self.name,
            "not ready any more; waiting for the load balancer to notice"
        );
        tokio::time::sleep(self.drain.drain_wait).await;

        let deadline = Instant::now() + self.drain.shutdown_timeout;
        closing.cancel();
        let in_flight = self.drain.shutdown_timeout / IN_FLIGHT_SHARE;
        if tokio::time::timeout(in_flight, &mut serving).await.is_err() {
            tracing::warn!("requests were still in flight; closing their connections");
            serving.abort();
        }
        for hook in self.hooks {
            let left = deadline.saturating_duration_since(Instant::now());
            run_hook(hook, left).await;
        }
        tracing::info!(service = self.name, "stopped");
        Ok(())
    }
}

async fn run_hook(hook: Hook, left: Duration) {
    if tokio::time::timeout(left, (hook.run)()).await.is_err() {
        tracing::warn!(
            hook = hook.name,
            "a drain hook took too long; continuing without it"
        );
    }
}
