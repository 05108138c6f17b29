//! The service put together. `main` and the tests start the same thing.

use std::{future::ready, sync::Arc};

use axum::Router;
use chassis::{
    BoundService, EndedSessions, Limiter, ServiceBuilder, StartError, Verifier,
    config::PostgresArgs,
    graphql::Endpoint,
    health::Checks,
    metrics::Metrics,
    postgres::{self, Pool},
    rate_limit::Class,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{self, Config},
    databases::{
        database::Databases,
        read_target::ReadTarget,
        replica::{ReplicaState, ReplicaStatus, measure_lag},
    },
    db::{self, SCHEMA_VERSION, probes},
    live::{
        feeds::{
            hub::{FeedMetrics, Hub},
            sweep::sweep,
        },
        redis_listener::{RedisListener, RedisMetrics},
        shared_execution::{execution::SharedExecutionMetrics, executor::SharedExecutor},
    },
    page_cache::{PageCache, PageCacheMetrics},
    schema,
    search::metrics::SearchMetrics,
    state::State,
    transport::{
        connection_registry::{ConnectionMetrics, ConnectionRegistry},
        context::ConnectionContext,
        sse,
        websocket::upgrade,
    },
};

/// Connections to Postgres: reads are many and short.
const MAX_POOL_CONNECTIONS: usize = 30;

/// The service, bound to its port.
pub struct Application {
    bound: BoundService,
    background: CancellationToken,
}

impl Application {
    /// Checks the database, starts the Redis listener and the sweep, and takes the port.
    ///
    /// # Errors
    /// One line that says what to change: a variable, or the database's schema.
    pub async fn build(mut config: Config) -> Result<Self, StartError> {
        let pool_max = &mut config.postgres.db_pool_max;
        pool_max.get_or_insert(MAX_POOL_CONNECTIONS);
        let pools = config::pools(&config.postgres, "receiver")?;
        let pool = pools.pool.clone();
        postgres::require_schema(&pool, SCHEMA_VERSION).await?;
        let replica = config.replica.connect(&config.postgres)?;
        let ended = ended_sessions(&config).await?;
        let verifier = Verifier::start(&config.tokens, &ended)?;

        let mut metrics = Metrics::new("receiver");
        metrics.watch_pool("main", &pool);
        metrics.watch_pool("searches", &pools.searches);
        if let Some(replica) = &replica {
            metrics.watch_pool("replica", &replica.pool);
            metrics.watch_pool("replica_searches", &replica.searches);
        }
        let registry = metrics.registry();
        ended.register(registry);
        let status = ReplicaStatus::register(registry, replica.is_some());
        let replica = replica.map(|pools| (pools, status));
        let feed_metrics = FeedMetrics::register(registry);
        let (hub, channel_changes) = Hub::new(pool.clone(), config.live.hub(), feed_metrics);
        let redis_metrics = RedisMetrics::register(registry);
        let listener =
            RedisListener::new(&config.redis, hub.clone(), channel_changes, redis_metrics)?;

        let databases = Databases::new(&pools, replica.clone());
        let replica = replica.map(|(pools, status)| (pools.pool, status));
        let (routes, connections) = routes(&config, &databases, &hub, &verifier, &mut metrics);
        let redis = listener.connected();
        let bound = ServiceBuilder::new("receiver", &config.listen, &config.drain)
            .routes(routes)
            .checks(checks(&pool, replica.as_ref(), &verifier, &redis))
            .metrics(metrics)
            .on_drain("sockets", move || async move { connections.drain().await })
            .bind()
            .await?;

        let background = CancellationToken::new();
        // Two tasks, so that whatever Redis brings cannot take the sweep down, which is the guarantee.
        tokio::spawn(background.clone().run_until_cancelled_owned(listener.run()));
        tokio::spawn(
            background
                .clone()
                .run_until_cancelled_owned(sweep(hub, redis)),
        );
        if let Some((replica, status)) = replica {
            let measuring = measure_lag(pool, replica, config.replica.replica_max_lag, status);
            tokio::spawn(background.clone().run_until_cancelled_owned(measuring));
        }
        Ok(Self { bound, background })
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.bound.port()
    }

    /// Serves until `stop` is cancelled.
    ///
    /// # Errors
    /// When the listener fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StartError> {
        // Also when this future is dropped: nothing may go on in the background of a service that has ended.
        let _background = self.background.drop_guard();
        self.bound.run(stop).await
    }
}

/// `/graphql` over HTTP, WebSocket and server-sent events, and the open connections.
fn routes(
    config: &Config,
    databases: &Databases,
    hub: &Hub,
    verifier: &Verifier,
    metrics: &mut Metrics,
) -> (Router, ConnectionRegistry) {
    let limiter = Limiter::new(metrics.registry());
    let proxies = config.proxies.proxies();
    let searches = Class::new("search", config.searches.searches_per_user);
    let message_searches = Class::new("message_search", config.searches.message_searches_per_user);
    let field_limits = config
        .rates
        .field_limits(&limiter, &proxies)
        .field("publicChats", searches)
        .field("searchMessages", message_searches)
        .field("myMessages", message_searches);
    let connection_metrics = ConnectionMetrics::register(metrics.registry());
    let connections =
        ConnectionRegistry::new(config.live.connections(), connection_metrics, &limiter);

    let search_metrics = SearchMetrics::register(metrics.registry());
    let state = || State {
        databases: databases.clone(),
        hub: hub.clone(),
        searches: search_metrics.clone(),
        max_receipt_participants: config.receipts.max_receipt_participants,
    };
    let endpoint = Endpoint::new(schema::schema(state()), &config.graphql)
        .counting(schema::counting_schema(state()))
        .limits(schema::limits())
        .field_limits(field_limits)
        .verifier(verifier)
        .operations(metrics.operations());
    // Queries may read from a replica; subscriptions may not.
    let read_from = databases.clone();
    let queries = endpoint
        .clone()
        .per_request(move |request| request.data(ReadTarget::new(&read_from)));
    let execution_metrics = SharedExecutionMetrics::register(metrics.registry());
    let context = Arc::new(ConnectionContext {
        executor: SharedExecutor::new(endpoint.clone(), config.live.quota(), execution_metrics),
        endpoint,
        verifier: verifier.clone(),
        hub: hub.clone(),
        pool: databases.primary().pool.clone(),
        connections: connections.clone(),
        proxies,
        allowed_origins: config.graphql.allowed_origins.clone(),
    });
    let page_metrics = PageCacheMetrics::register(metrics.registry());
    let page_cache = PageCache::new(databases, queries.clone(), page_metrics);
    let streams = Arc::clone(&context);
    let http = queries
        .response_cache(move |request, caller| page_cache.get(request, caller))
        .subscriptions(move |request, caller| sse::serve(Arc::clone(&streams), request, caller))
        .router();
    (upgrade::router(context, http), connections)
}

/// Read from the primary, because a replica may lag, and over a connection of its own: ended sessions are found however
/// busy the other connections are.
async fn ended_sessions(config: &Config) -> Result<EndedSessions, StartError> {
    let args = PostgresArgs {
        db_pool_max: Some(1),
        ..config.postgres.clone()
    };
    let pool = postgres::connect(&args, "receiver-sessions")?;
    EndedSessions::start(&config.tokens, move |after, limit| {
        let pool = pool.clone();
        async move { db::ended_sessions::ended_after(&pool, after, limit).await }
    })
    .await
}

/// Without Redis everything works, only slower.
///
/// With a replica, one of the two databases is enough to be ready: queries can be answered by the replica, everything
/// by the primary, and cached results by neither.
fn checks(
    pool: &Pool,
    replica: Option<&(Pool, ReplicaStatus)>,
    verifier: &Verifier,
    redis: &watch::Receiver<bool>,
) -> Checks {
    let redis = redis.clone();
    let checks = Checks::new();
    let checks = match replica {
        None => checks
            .postgres("postgres", pool)
            .answers("text", pool, probes::TEXT),
        Some((replica, status)) => {
            let (primary, replica, status) = (pool.clone(), replica.clone(), status.clone());
            let either = checks.with("postgres or replica", move || {
                let (primary, replica) = (primary.clone(), replica.clone());
                async move {
                    match primary.get().await {
                        Ok(_) => Ok(()),
                        Err(_) => replica.get().await.map(drop),
                    }
                }
            });
            either.degraded("replica", move || {
                ready(match status.state() {
                    ReplicaState::Usable => Ok(()),
                    ReplicaState::Lagging => Err("too far behind; queries read the primary"),
                    ReplicaState::Away => Err("no answer; queries read the primary"),
                })
            })
        }
    };
    checks.keys(verifier).degraded("redis", move || {
        let connected = *redis.borrow();
        async move {
            if connected {
                Ok(())
            } else {
                Err("no connection")
            }
        }
    })
}
