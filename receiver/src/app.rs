//! The service put together. `main` and the tests start the same thing.

use std::{future::ready, sync::Arc};

use chassis::{
    Bound, EndedSessions, Limiter, Service, StartError, Verifier,
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
    config::Config,
    databases::{
        read_target::Sources,
        replica::{ReplicaState, ReplicaStatus, measure},
    },
    db::{self, probes},
    live::{
        feeds::{
            hub::{FeedMetrics, Hub},
            sweep::sweep,
        },
        redis_listener::{HintMetrics, Hints},
        shared_execution::executor::{PressMetrics, Presses},
    },
    page_cache::{PageMetrics, Pages},
    schema,
    transport::{
        connection_registry::{SocketMetrics, Sockets},
        sse,
        websocket::upgrade::{self, SocketContext},
    },
};

/// The newest migration whose tables this build uses.
const SCHEMA_VERSION: u32 = 6;

/// Connections to Postgres: reads are many and short.
const POOL_MAX: usize = 30;

/// The service, bound to its port.
pub struct Application {
    bound: Bound,
    background: CancellationToken,
}

impl Application {
    /// Checks the database, begins to listen for hints and to sweep, and takes the port.
    ///
    /// # Errors
    /// One line that says what to change: a variable, or the database's schema.
    pub async fn build(mut config: Config) -> Result<Self, StartError> {
        config.postgres.db_pool_max.get_or_insert(POOL_MAX);
        let pool = postgres::connect(&config.postgres, "receiver")?;
        postgres::require_schema(&pool, SCHEMA_VERSION).await?;
        let replica = config.replica.connect(&config.postgres)?;
        let ended = ended_sessions(&config).await?;
        let verifier = Verifier::start(&config.tokens, &ended)?;

        let mut metrics = Metrics::new("receiver");
        metrics.watch_pool("main", &pool);
        if let Some(replica) = &replica {
            metrics.watch_pool("replica", replica);
        }
        let registry = metrics.registry();
        ended.register(registry);
        let (hub, interest) = Hub::new(
            pool.clone(),
            config.live.hub(),
            FeedMetrics::register(registry),
        );
        let hints = Hints::new(
            &config.redis,
            hub.clone(),
            interest,
            HintMetrics::register(registry),
        )?;
        let limiter = Limiter::new(registry);
        let proxies = config.proxies.proxies();
        let searches = Class::new("search", config.searches.searches_per_user);
        let field_limits = config
            .rates
            .field_limits(&limiter, &proxies)
            .field("publicChats", searches);
        let sockets = Sockets::new(
            config.live.sockets(),
            SocketMetrics::register(registry),
            &limiter,
        );

        let status = ReplicaStatus::register(metrics.registry(), replica.is_some());
        let sources = Sources::new(&pool, replica.as_ref().map(|pool| (pool, status.clone())));
        let counting = schema::counting_schema(&sources, &hub);
        let endpoint = Endpoint::new(schema::schema(&sources, &hub), &config.graphql)
            .counting(counting.clone())
            .limits(schema::limits())
            .field_limits(field_limits)
            .verifier(&verifier)
            .operations(metrics.operations());
        // Queries may read from a replica; subscriptions may not.
        let reading = sources.clone();
        let queries = endpoint
            .clone()
            .per_request(move |request| request.data(reading.reading()));
        let presses = Presses::new(
            counting,
            endpoint.clone(),
            config.live.ledger(),
            PressMetrics::register(metrics.registry()),
        );
        let context = Arc::new(SocketContext {
            presses,
            endpoint: endpoint.clone(),
            verifier: verifier.clone(),
            hub: hub.clone(),
            pool: pool.clone(),
            sockets: sockets.clone(),
            proxies,
            allowed_origins: config.graphql.allowed_origins.clone(),
        });
        let pages = Pages::new(
            &sources,
            queries.clone(),
            PageMetrics::register(metrics.registry()),
        );
        let streams = Arc::clone(&context);
        let http = queries
            .shared_answers(move |request, caller| pages.find(request, caller))
            .subscriptions(move |request, caller| sse::serve(Arc::clone(&streams), request, caller))
            .router();
        let routes = upgrade::router(context, http);
        let redis = hints.connected();
        let bound = Service::new("receiver", &config.listen, &config.drain)
            .routes(routes)
            .checks(checks(
                &pool,
                replica.as_ref().map(|pool| (pool, &status)),
                &verifier,
                &redis,
            ))
            .metrics(metrics)
            .on_drain("sockets", move || async move { sockets.drain().await })
            .bind()
            .await?;

        let background = CancellationToken::new();
        // Two tasks, so that whatever Redis brings cannot take the sweep down, which is the guarantee.
        tokio::spawn(background.clone().run_until_cancelled_owned(hints.run()));
        tokio::spawn(
            background
                .clone()
                .run_until_cancelled_owned(sweep(hub, redis)),
        );
        if let Some(replica) = replica {
            let measuring = measure(pool, replica, config.replica.replica_max_lag, status);
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

/// Read from the primary, because a replica may lag, and over a connection of its own: whoever was signed out stays so
/// however busy the others are.
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
/// With a replica, either database will do: from the replica come queries, from the primary everything, and what is in
/// memory needs neither.
fn checks(
    pool: &Pool,
    replica: Option<(&Pool, &ReplicaStatus)>,
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
