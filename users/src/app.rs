//! The service put together. `main` and the tests start the same thing.

use std::time::Duration;

use chassis::{
    BoundService, EndedSessions, Limiter, ServiceBuilder, SharedLimiter, StartError, Verifier,
    config::{PostgresArgs, TokenArgs},
    graphql::Endpoint,
    health::Checks,
    metrics::Metrics,
    postgres::{self, Pool},
    publisher::Publisher,
    rate_limit::Class,
};
use jsonwebtoken::jwk::JwkSet;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, MintArgs},
    db::{self, SCHEMA_VERSION, probes},
    limits::Limits,
    passwords::hasher::Hasher,
    schema,
    sessions::{access_token::Minter, device_token::DeviceTokens, jwks, signing_key::SigningKey},
    state::State,
};

/// Maximum time for publishing the last events when the process ends.
const PUBLISHER_FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// The service, bound to its port.
pub struct Application {
    bound: BoundService,
}

impl Application {
    /// Checks the database, reads or creates the signing key, and binds the port.
    ///
    /// # Errors
    /// One line that says what to change: a variable, a file, the database's schema.
    pub async fn build(config: Config) -> Result<Self, StartError> {
        let pool = postgres::connect(&config.postgres, "users")?;
        postgres::require_schema(&pool, SCHEMA_VERSION).await?;

        let key = SigningKey::read_or_make(&config.tokens.signing_key_file)?;
        let keys = published(&key, &config.tokens)?;
        let expected = expected(&config.tokens);
        let ended = ended_sessions(&config.postgres, &expected).await?;
        let verifier = Verifier::with_keys(&expected, &keys, &ended)?;

        let mut metrics = Metrics::new("users");
        metrics.watch_pool("main", &pool);
        ended.register(metrics.registry());
        let publisher = Publisher::start(&config.redis, metrics.registry())?;
        let limiter = Limiter::new(metrics.registry());
        let shared = SharedLimiter::new(&limiter, &config.redis)?;
        let proxies = config.proxies.proxies();
        let searches = Class::new("search", config.limits.searches_per_user);
        let field_limits = config
            .rates
            .field_limits(&limiter, &proxies)
            .field("searchUsers", searches);
        let checks = checks(&pool, &shared);

        let state = State {
            pool,
            publisher: publisher.clone(),
            ended,
            limits: Limits::new(shared, &config.limits),
            hasher: Hasher::new()?,
            device_tokens: DeviceTokens::new(&keys, &config.tokens.token_issuer),
            minter: Minter::new(key, &config.tokens),
            proxies,
        };
        let endpoint = Endpoint::new(schema::schema(state), &config.graphql)
            .limits(schema::limits())
            .verifier(&verifier)
            .field_limits(field_limits)
            .operations(metrics.operations());
        let bound = ServiceBuilder::new("users", &config.listen, &config.drain)
            .routes(endpoint.router())
            .routes(jwks::router(keys))
            .checks(checks)
            .metrics(metrics)
            .on_drain("announcements", move || async move {
                publisher.flush(PUBLISHER_FLUSH_TIMEOUT).await
            })
            .bind()
            .await?;
        Ok(Self { bound })
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
        self.bound.run(stop).await
    }
}

/// The public halves of the key that signs and of those that did or will.
fn published(key: &SigningKey, args: &MintArgs) -> Result<JwkSet, StartError> {
    let mut keys = vec![key.public.clone()];
    for path in &args.published_key_files {
        keys.push(SigningKey::read(path)?.public);
    }
    Ok(JwkSet { keys })
}

/// Verifies the tokens that this service issues.
fn expected(args: &MintArgs) -> TokenArgs {
    TokenArgs {
        token_issuer: args.token_issuer.clone(),
        token_audience: args.token_audience.clone(),
        access_token_max: args.access_token_lifetime,
        ..TokenArgs::default()
    }
}

/// Uses a connection of its own, so that the ends of sessions are noticed even when all other connections are busy.
async fn ended_sessions(
    postgres: &PostgresArgs,
    tokens: &TokenArgs,
) -> Result<EndedSessions, StartError> {
    let args = PostgresArgs {
        db_pool_max: Some(1),
        ..postgres.clone()
    };
    let pool = postgres::connect(&args, "users-sessions")?;
    EndedSessions::start(tokens, move |after, limit| {
        let pool = pool.clone();
        async move { db::ended_sessions::ended_after(&pool, after, limit).await }
    })
    .await
}

/// Without Redis everything works: limits are kept by each instance, and receivers find events by themselves.
fn checks(pool: &Pool, limits: &SharedLimiter) -> Checks {
    let limits = limits.clone();
    Checks::new()
        .postgres("postgres", pool)
        .answers("text", pool, probes::TEXT)
        .answers_anew("writes", pool, probes::WRITES)
        .degraded("redis", move || limits.probe())
}
