//! The connection pool. What is in the database is the services' business.
//!
//! Invariant: every wait is bounded. A connection is waited for, a statement runs, a lock is awaited and a transaction
//! idles no longer than the configuration says, whichever query it is.

mod pool;
pub(crate) mod probe;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod, Runtime};
use secrecy::ExposeSecret;
use tokio_postgres::{Config, NoTls, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use pool::Pool;

use crate::{
    config::groups::PostgresArgs,
    error::{StartError, chain},
};

/// Connections when neither the service nor the environment says how many.
const DEFAULT_POOL_MAX: usize = 16;
/// A transaction that its service forgot must not hold locks for long.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);

/// Every statement of ours finds its rows by a key. The planner does not know that: while a table is small, or its
/// statistics are older than a flood, it would rather read all of it, with every row version that is not yet cleared away,
/// and a prepared statement stays with such a plan. It also takes short lists to be worth a plan of their own each time,
/// over all partitions, which takes longer than to run it. Compiling a statement only pays for those that run for seconds,
/// and so do parallel workers: the planner believes that a page of a long feed might be a tenth of it, and would start two
/// processes to read sixteen rows.
const PLANS: &str = "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off \
    -c max_parallel_workers_per_gather=0";

/// A pool for this database. It connects when first used, so a database that is away does not stop a start;
/// [`require_schema`] does.
///
/// # Errors
/// When the URL is missing or cannot be understood, or TLS is asked for and the system has no root certificates.
pub fn connect(args: &PostgresArgs, application_name: &str) -> Result<Pool, StartError> {
    let url = args.resolve_url()?;
    // The parser's message may quote the URL, which holds the password.
    let mut config: Config = url
        .expose_secret()
        .parse()
        .map_err(|_| StartError::new("DATABASE_URL: not a Postgres URL"))?;
    if let Some(password) = args.resolve_password()? {
        config.password(password.expose_secret());
    }
    // The URL's own options come last, so that they can overrule ours.
    let options = format!(
        "{PLANS} -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} {}",
        args.db_statement_timeout.as_millis(),
        args.db_lock_timeout.as_millis(),
        IDLE_IN_TRANSACTION_TIMEOUT.as_millis(),
        config.get_options().unwrap_or_default(),
    );
    config
        .options(options.trim_end())
        .application_name(application_name)
        .connect_timeout(args.db_statement_timeout);

    let pooled = connections(args, &config, args.db_pool_max.unwrap_or(DEFAULT_POOL_MAX))?;
    // For connections that are used once: one at a time.
    let apart = connections(args, &config, 1)?;
    Ok(Pool::new(pooled, apart))
}

fn connections(
    args: &PostgresArgs,
    config: &Config,
    most: usize,
) -> Result<deadpool_postgres::Pool, StartError> {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = if config.get_ssl_mode() == SslMode::Require {
        Manager::from_config(config.clone(), tls()?, recycling)
    } else {
        Manager::from_config(config.clone(), NoTls, recycling)
    };
    deadpool_postgres::Pool::builder(manager)
        .runtime(Runtime::Tokio1)
        .max_size(most)
        .wait_timeout(Some(args.db_acquire_timeout))
        .create_timeout(Some(args.db_statement_timeout))
        .recycle_timeout(Some(args.db_acquire_timeout))
        .build()
        .map_err(|error| StartError::new(format!("DB_POOL_MAX: {error}")))
}

fn tls() -> Result<MakeRustlsConnect, StartError> {
    let mut roots = rustls::RootCertStore::empty();
    let (trusted, _) =
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        return Err(StartError::new(
            "DATABASE_URL: asks for TLS, but the system has no root certificates",
        ));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::new(format!("TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Refuses to start on a database that is older than `version`, the number of the newest migration the code needs.
///
/// # Errors
/// When the database cannot be asked, was never migrated, or is older.
pub async fn require_schema(pool: &Pool, version: u32) -> Result<(), StartError> {
    let failed = |error: &dyn std::error::Error| {
        StartError::new(format!(
            "database: cannot read its schema version: {}",
            chain(error)
        ))
    };
    let client = pool.get().await.map_err(|error| failed(&error))?;
    let exists: bool = client
        .query_one(
            "SELECT to_regclass('refinery_schema_history') IS NOT NULL",
            &[],
        )
        .await
        .map_err(|error| failed(&error))?
        .get(0);
    let found: i32 = if exists {
        client
            .query_one(
                "SELECT coalesce(max(version), 0)::int FROM refinery_schema_history",
                &[],
            )
            .await
            .map_err(|error| failed(&error))?
            .get(0)
    } else {
        0
    };
    if i64::from(found) < i64::from(version) {
        return Err(StartError::new(format!(
            "database: schema version {found} is older than {version}, which this build needs; run the migrations"
        )));
    }
    Ok(())
}
