//! The groups of configuration variables that services share.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, ValueEnum, builder::BoolishValueParser};
use redis::{ConnectionInfo, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};

use crate::error::StartError;

/// The address this instance listens on, its name, and bounds of its connections.
#[derive(Args, Clone, Debug)]
pub struct ListenArgs {
    /// Address to listen on.
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// Port to listen on; 0 picks a free one.
    #[arg(long, env = "PORT")]
    pub port: u16,
    /// Name that distinguishes this instance from the other instances of the service. Responses carry it in the header
    /// `x-antiphon-instance`.
    #[arg(long, env = "INSTANCE", default_value = "1")]
    pub instance: String,
    /// Maximum number of open connections, including WebSockets; further connections are closed immediately. Each one
    /// needs a file descriptor.
    #[arg(long, env = "MAX_CONNECTIONS", default_value = "12000")]
    pub max_connections: usize,
    /// Maximum time for a connection to send the head of its next request, in milliseconds.
    #[arg(long, env = "HEAD_TIMEOUT_MS", default_value = "15000", value_parser = millis)]
    pub head_timeout: Duration,
}

impl Default for ListenArgs {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".into(),
            port: 0,
            instance: "1".into(),
            max_connections: 12_000,
            head_timeout: Duration::from_secs(15),
        }
    }
}

/// The database connection, its pool, and its time-outs.
#[derive(Args, Clone, Debug)]
pub struct PostgresArgs {
    /// Postgres URL, for example `postgres://sender@127.0.0.1/antiphon`. Add `?sslmode=require` for TLS.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = secret)]
    pub database_url: Option<SecretString>,
    /// File that contains the Postgres URL; used if `DATABASE_URL` is not set.
    #[arg(long, env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// Password of the database role, as plain text. It takes precedence over a password in the URL, which would have
    /// to be percent-encoded.
    #[arg(long, env = "DATABASE_PASSWORD", hide_env_values = true, value_parser = secret)]
    pub database_password: Option<SecretString>,
    /// File that contains the password; used if `DATABASE_PASSWORD` is not set. A line break at the end is ignored.
    #[arg(long, env = "DATABASE_PASSWORD_FILE")]
    pub database_password_file: Option<PathBuf>,
    /// Maximum number of connections in the pool. The default depends on the service.
    #[arg(long, env = "DB_POOL_MAX")]
    pub db_pool_max: Option<usize>,
    /// Maximum time to wait for a free connection, in milliseconds.
    #[arg(long, env = "DB_ACQUIRE_TIMEOUT_MS", default_value = "500", value_parser = millis)]
    pub db_acquire_timeout: Duration,
    /// Maximum time that one statement may run, in milliseconds.
    #[arg(long, env = "DB_STATEMENT_TIMEOUT_MS", default_value = "2000", value_parser = millis)]
    pub db_statement_timeout: Duration,
    /// Maximum time that a statement may wait for a lock, in milliseconds.
    #[arg(long, env = "DB_LOCK_TIMEOUT_MS", default_value = "1000", value_parser = millis)]
    pub db_lock_timeout: Duration,
}

impl PostgresArgs {
    /// The defaults, with this URL.
    pub fn url(url: impl Into<String>) -> Self {
        Self {
            database_url: Some(SecretString::from(url.into())),
            ..Self::default()
        }
    }

    pub(crate) fn resolve_url(&self) -> Result<SecretString, StartError> {
        resolve(
            "DATABASE_URL",
            self.database_url.as_ref(),
            self.database_url_file.as_ref(),
        )
    }

    pub(crate) fn resolve_password(&self) -> Result<Option<SecretString>, StartError> {
        password(
            "DATABASE_PASSWORD",
            self.database_password.as_ref(),
            self.database_password_file.as_ref(),
        )
    }
}

impl Default for PostgresArgs {
    fn default() -> Self {
        Self {
            database_url: None,
            database_url_file: None,
            database_password: None,
            database_password_file: None,
            db_pool_max: None,
            db_acquire_timeout: Duration::from_millis(500),
            db_statement_timeout: Duration::from_secs(2),
            db_lock_timeout: Duration::from_secs(1),
        }
    }
}

/// The connection to Redis, which carries publications and shared rate limits.
#[derive(Args, Clone, Debug, Default)]
pub struct RedisArgs {
    /// Redis URL, for example `redis://127.0.0.1:6379`.
    #[arg(long, env = "REDIS_URL", hide_env_values = true, value_parser = secret)]
    pub redis_url: Option<SecretString>,
    /// File that contains the Redis URL; used if `REDIS_URL` is not set.
    #[arg(long, env = "REDIS_URL_FILE")]
    pub redis_url_file: Option<PathBuf>,
    /// Name of the Redis user. It takes precedence over a name in the URL.
    #[arg(long, env = "REDIS_USERNAME")]
    pub redis_username: Option<String>,
    /// Password of the Redis user, as plain text. It takes precedence over a password in the URL, which would have to
    /// be percent-encoded.
    #[arg(long, env = "REDIS_PASSWORD", hide_env_values = true, value_parser = secret)]
    pub redis_password: Option<SecretString>,
    /// File that contains the password; used if `REDIS_PASSWORD` is not set. A line break at the end is ignored.
    #[arg(long, env = "REDIS_PASSWORD_FILE")]
    pub redis_password_file: Option<PathBuf>,
}

impl RedisArgs {
    /// This URL.
    pub fn url(url: impl Into<String>) -> Self {
        Self {
            redis_url: Some(SecretString::from(url.into())),
            ..Self::default()
        }
    }

    /// The URL, from the variable or from the file.
    ///
    /// # Errors
    /// When neither is set, or the file cannot be read.
    pub fn resolve_url(&self) -> Result<SecretString, StartError> {
        resolve(
            "REDIS_URL",
            self.redis_url.as_ref(),
            self.redis_url_file.as_ref(),
        )
    }

    /// How to connect: the URL, with the name and the password that are given beside it.
    ///
    /// # Errors
    /// When there is no URL, it cannot be understood, or a file cannot be read.
    pub fn connection_info(&self) -> Result<ConnectionInfo, StartError> {
        let url = self.resolve_url()?;
        // The parser's message may quote the URL, which may hold a password.
        let info = url
            .expose_secret()
            .into_connection_info()
            .map_err(|_| StartError::new("REDIS_URL: not a Redis URL"))?;
        let mut settings = info.redis_settings().clone();
        if let Some(name) = &self.redis_username {
            settings = settings.set_username(name);
        }
        let password = password(
            "REDIS_PASSWORD",
            self.redis_password.as_ref(),
            self.redis_password_file.as_ref(),
        )?;
        if let Some(password) = password {
            settings = settings.set_password(password.expose_secret());
        }
        Ok(info.set_redis_settings(settings))
    }

    /// A client for [`Self::connection_info`]. It connects when it is first used.
    ///
    /// # Errors
    /// As [`Self::connection_info`].
    pub fn client(&self) -> Result<redis::Client, StartError> {
        redis::Client::open(self.connection_info()?)
            .map_err(|_| StartError::new("REDIS_URL: not a Redis URL"))
    }
}

/// How access tokens are verified.
#[derive(Args, Clone, Debug)]
pub struct TokenArgs {
    /// URL at which the users service publishes its public keys, as a JSON Web Key Set.
    #[arg(long, env = "JWKS_URL")]
    pub jwks_url: String,
    /// Issuer that access tokens must have (`iss`).
    #[arg(long, env = "TOKEN_ISSUER", default_value = "antiphon")]
    pub token_issuer: String,
    /// Audience that access tokens must have (`aud`).
    #[arg(long, env = "TOKEN_AUDIENCE", default_value = "antiphon")]
    pub token_audience: String,
    /// Maximum lifetime of an access token, in seconds. Tokens issued for longer are refused even if their signature is
    /// valid. Ended sessions are remembered for the same time.
    #[arg(long, env = "ACCESS_TOKEN_MAX_SECONDS", default_value = "3600", value_parser = seconds)]
    pub access_token_max: Duration,
}

impl Default for TokenArgs {
    fn default() -> Self {
        Self {
            jwks_url: String::new(),
            token_issuer: "antiphon".into(),
            token_audience: "antiphon".into(),
            access_token_max: Duration::from_secs(3600),
        }
    }
}

/// What is logged, and in which format.
#[derive(Args, Clone, Debug)]
pub struct LogArgs {
    /// Log level, or filter directives such as `info,sender=debug`.
    #[arg(long, env = "LOG", default_value = "info")]
    pub log: String,
    /// Format of log lines.
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,
}

impl Default for LogArgs {
    fn default() -> Self {
        Self {
            log: "info".into(),
            log_format: LogFormat::Json,
        }
    }
}

/// The format of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// Text for human readers.
    Text,
}

/// Options of the GraphQL endpoint.
#[derive(Args, Clone, Debug, Default)]
pub struct GraphqlArgs {
    /// Serve a GraphQL IDE to browsers that open `/graphql`. Meant for development.
    #[arg(long, env = "IDE", default_value = "off", value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub ide: bool,
    /// Allow introspection queries. Meant for development: the schemas are published as files.
    #[arg(long, env = "INTROSPECTION", default_value = "off", value_parser = BoolishValueParser::new(), action = clap::ArgAction::Set)]
    pub introspection: bool,
    /// Origins whose pages may call this service from a browser, separated by commas. Leave it empty if all clients use
    /// the load balancer's own origin.
    #[arg(long, env = "ALLOWED_ORIGINS", value_delimiter = ',')]
    pub allowed_origins: Vec<String>,
}

impl GraphqlArgs {
    /// With the IDE and introspection.
    #[must_use]
    pub fn development() -> Self {
        Self {
            ide: true,
            introspection: true,
            ..Self::default()
        }
    }
}

/// How an instance shuts down.
#[derive(Args, Clone, Debug)]
pub struct DrainArgs {
    /// Time between reporting "not ready" and closing the port, in milliseconds: it lets the load balancer notice.
    #[arg(long, env = "DRAIN_WAIT_MS", default_value = "3000", value_parser = millis)]
    pub drain_wait: Duration,
    /// Maximum time for the rest of the shutdown after that wait, in milliseconds.
    #[arg(long, env = "SHUTDOWN_TIMEOUT_MS", default_value = "30000", value_parser = millis)]
    pub shutdown_timeout: Duration,
}

impl DrainArgs {
    /// Shuts down without waiting for a load balancer; for tests.
    #[must_use]
    pub fn immediate() -> Self {
        Self {
            drain_wait: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

impl Default for DrainArgs {
    fn default() -> Self {
        Self {
            drain_wait: Duration::from_secs(3),
            shutdown_timeout: Duration::from_secs(30),
        }
    }
}

fn resolve(
    variable: &str,
    value: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> Result<SecretString, StartError> {
    match (value, file) {
        (Some(value), _) => Ok(value.clone()),
        (None, Some(path)) => read(variable, path).map(|text| SecretString::from(text.trim())),
        (None, None) => Err(StartError::new(format!(
            "{variable}: not set, and neither is {variable}_FILE"
        ))),
    }
}

/// A password from the variable or from its file; none if neither is set, for servers that require none.
fn password(
    variable: &str,
    value: Option<&SecretString>,
    file: Option<&PathBuf>,
) -> Result<Option<SecretString>, StartError> {
    // Empty is what Compose makes of a variable that is not set.
    let value = value.filter(|value| !value.expose_secret().is_empty());
    match (value, file) {
        (Some(value), _) => Ok(Some(value.clone())),
        // Blanks may be part of it; the line break that editors and `echo` leave is not.
        (None, Some(path)) => read(variable, path)
            .map(|text| Some(SecretString::from(text.trim_end_matches(['\n', '\r'])))),
        (None, None) => Ok(None),
    }
}

fn read(variable: &str, path: &Path) -> Result<String, StartError> {
    fs::read_to_string(path)
        .map_err(|error| StartError::new(format!("{variable}_FILE: {}: {error}", path.display())))
}

fn secret(text: &str) -> Result<SecretString, std::convert::Infallible> {
    Ok(SecretString::from(text))
}

/// A value parser for durations in milliseconds; services use it for their own variables.
///
/// # Errors
/// When the text is not a whole number.
pub fn millis(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}

/// A value parser for durations in seconds.
///
/// # Errors
/// When the text is not a whole number.
pub fn seconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_secs)
}
