//! The service from its configuration to its end.

use std::time::Duration;

use chassis::{
    BoundService, EndedSessions, Limiter, ServiceBuilder, SharedLimiter, StartError, Verifier,
    config::PostgresArgs,
    graphql::Endpoint,
    health::Checks,
    metrics::Metrics,
    postgres::{self, Pool},
    publisher::Publisher,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    db::{self, SCHEMA_VERSION, probes},
    limits::{self, Limits},
    messages::batcher::MessageBatcher,
    reactions::batcher::ReactionBatcher,
    schema,
    state::State,
    transaction::runner::TransactionRunner,
};

/// Maximum connections unless the environment says otherwise. Few are enough: writes to a chat wait for its lock anyway.
const MAX_POOL_CONNECTIONS: usize = 10;

/// How long the last publications may take at shutdown.
const PUBLISHER_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// A sender that has its port.
pub struct Application(BoundService);

impl Application {
    /// Connects to Postgres and Redis and binds the port.
    ///
    /// # Errors
    /// When the configuration is invalid, the port is in use, or the database does not answer or is too old.
    pub async fn build(config: &Config) -> Result<Self, StartError> {
        let pool = connect(config).await?;
        let ended = ended_sessions(config).await?;
        let verifier = Verifier::start(&config.tokens, &ended)?;
        let mut metrics = Metrics::new("sender");
        metrics.watch_pool("main", &pool);
        ended.register(metrics.registry());
        let publisher = Publisher::start(&config.redis, metrics.registry())?;

        let batcher = MessageBatcher::new(pool.clone(), publisher.clone(), metrics.registry());

        let limiter = Limiter::new(metrics.registry());
        let shared = SharedLimiter::new(&limiter, &config.redis)?;
        let field_limits = config
            .rates
            .field_limits(&limiter, &config.proxies.proxies());

        let transactions = TransactionRunner::new(pool.clone(), publisher.clone());
        let state = State {
            batcher,
            reactions: ReactionBatcher::new(transactions.clone(), metrics.registry()),
            limits: Limits::new(shared.clone(), &config.limits),
            transactions,
            max_receipt_participants: config.receipts.max_receipt_participants,
            instance: config.listen.instance.clone(),
        };
        let endpoint = Endpoint::new(schema::schema(state), &config.graphql)
            .limits(schema::limits())
            .field_limits(limits::of_fields(field_limits, &config.limits))
            .verifier(&verifier)
            .operations(metrics.operations());
        let checks = Checks::new()
            .postgres("postgres", &pool)
            .answers("text", &pool, probes::TEXT)
            .answers_anew("writes", &pool, probes::WRITES)
            .keys(&verifier)
            .degraded("redis", move || shared.probe());

        let bound = ServiceBuilder::new("sender", &config.listen, &config.drain)
            .routes(endpoint.router())
            .checks(checks)
            .metrics(metrics)
            .on_drain("publisher", move || async move {
                publisher.flush(PUBLISHER_FLUSH_TIMEOUT).await
            })
            .bind()
            .await?;
        Ok(Self(bound))
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port()
    }

    /// Serves until `shutdown` is cancelled, then finishes requests in flight and publishes queued publications.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), StartError> {
        self.0.run(shutdown).await
    }
}

async fn connect(config: &Config) -> Result<Pool, StartError> {
    let mut args = config.postgres.clone();
    args.db_pool_max = args.db_pool_max.or(Some(MAX_POOL_CONNECTIONS));
    let application_name = format!("sender-{}", config.listen.instance);
    let pool = postgres::connect(&args, &application_name)?;
    postgres::require_schema(&pool, SCHEMA_VERSION).await?;
    Ok(pool)
}

/// Uses a connection of its own, so that the ends of sessions are noticed even when all other connections are busy.
async fn ended_sessions(config: &Config) -> Result<EndedSessions, StartError> {
    let args = PostgresArgs {
        db_pool_max: Some(1),
        ..config.postgres.clone()
    };
    let pool = postgres::connect(&args, "sender-sessions")?;
    EndedSessions::start(&config.tokens, move |after, limit| {
        let pool = pool.clone();
        async move { db::ended_sessions::ended_after(&pool, after, limit).await }
    })
    .await
}
