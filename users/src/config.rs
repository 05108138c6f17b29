//! The configuration of `users`: the groups of variables that all services share, and its own.

use std::{path::PathBuf, time::Duration};

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
        seconds,
    },
    rate_limit::Rate,
};
use clap::{Args, Parser};

/// The users service of Antiphon: accounts, sessions and profiles. It is the only issuer of access tokens.
#[derive(Parser, Clone, Debug)]
#[command(
    name = "users",
    after_help = "`users sdl` prints the GraphQL schema and needs no configuration."
)]
pub struct Config {
    /// Address, port and bounds of connections.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database, as the role `antiphon_users`.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// The Redis that carries publications and shared rate limits.
    #[command(flatten)]
    pub redis: RedisArgs,
    /// The access tokens to issue.
    #[command(flatten)]
    pub tokens: MintArgs,
    /// Rate limits of the operations of this service.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Rate limits of all root fields.
    #[command(flatten)]
    pub rates: RateArgs,
    /// The proxies that are trusted about client addresses.
    #[command(flatten)]
    pub proxies: ProxyArgs,
    /// The GraphQL endpoint.
    #[command(flatten)]
    pub graphql: GraphqlArgs,
    /// Logging.
    #[command(flatten)]
    pub log: LogArgs,
    /// Shutdown.
    #[command(flatten)]
    pub drain: DrainArgs,
}

/// The access tokens to issue, and the key that signs them.
#[derive(Args, Clone, Debug)]
pub struct MintArgs {
    /// File with the Ed25519 key (PKCS#8, as PEM or DER) that signs access tokens. It is created at the first start if
    /// it does not exist. All instances must use the same key.
    #[arg(long, env = "SIGNING_KEY_FILE")]
    pub signing_key_file: PathBuf,
    /// Files of further keys whose public halves are published, separated by commas. To rotate the key, list the next
    /// key some time before it signs, and the previous one until its last token has expired.
    #[arg(long, env = "PUBLISHED_KEY_FILES", value_delimiter = ',')]
    pub published_key_files: Vec<PathBuf>,
    /// Issuer of access tokens (`iss`).
    #[arg(long, env = "TOKEN_ISSUER", default_value = "antiphon")]
    pub token_issuer: String,
    /// Audience of access tokens (`aud`).
    #[arg(long, env = "TOKEN_AUDIENCE", default_value = "antiphon")]
    pub token_audience: String,
    /// Lifetime of an access token, in seconds.
    #[arg(long, env = "ACCESS_TOKEN_SECONDS", default_value = "600", value_parser = seconds)]
    pub access_token_lifetime: Duration,
}

impl MintArgs {
    /// The defaults, with this key file.
    pub fn key_file(path: impl Into<PathBuf>) -> Self {
        Self {
            signing_key_file: path.into(),
            published_key_files: Vec::new(),
            token_issuer: "antiphon".into(),
            token_audience: "antiphon".into(),
            access_token_lifetime: Duration::from_secs(600),
        }
    }
}

/// Rate limits of the operations of this service. They are shared by all instances; 0 disables a limit.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Wrong passwords allowed for one account in 15 minutes. Counted separately for each address, for each device that
    /// has signed in to the account before, and for confirmations by the signed-in user. When an account has had this
    /// many from all addresses together, every other address must wait before each attempt: first 1 s, then twice as
    /// long each time, up to 15 minutes. 0 disables the limit.
    #[arg(long, env = "LOGINS_PER_ACCOUNT", default_value_t = 10)]
    pub logins_per_account: u32,
    /// Failed sign-ins allowed from one address per minute; an IPv6 address counts as its /64 network. 0 disables the
    /// limit.
    #[arg(long, env = "LOGINS_PER_ADDRESS", default_value_t = 20)]
    pub logins_per_address: u32,
    /// Registrations allowed from one address per hour. 0 disables the limit.
    #[arg(long, env = "REGISTRATIONS_PER_ADDRESS", default_value_t = 20)]
    pub registrations_per_address: u32,
    /// Attempts to change the username allowed to one user per day. 0 disables the limit.
    #[arg(long, env = "USERNAME_CHANGES_PER_USER", default_value_t = 10)]
    pub username_changes_per_user: u32,
    /// Rate limit of each user's searches for other users, such as `10/10s`: a burst of ten, then one per second. `off`
    /// disables the limit. Each instance counts for itself.
    #[arg(long, env = "SEARCHES_PER_USER", default_value_t = SEARCH_LIMIT)]
    pub searches_per_user: Rate,
}

/// Typing a name letter by letter takes about ten searches.
const SEARCH_LIMIT: Rate = Rate::new(10, Duration::from_secs(10));

impl Default for LimitArgs {
    fn default() -> Self {
        Self {
            logins_per_account: 10,
            logins_per_address: 20,
            registrations_per_address: 20,
            username_changes_per_user: 10,
            searches_per_user: SEARCH_LIMIT,
        }
    }
}
