//! The variables of `users`. The groups that every service has are the chassis'.

use std::{path::PathBuf, time::Duration};

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
        seconds,
    },
    rate_limit::Rate,
};
use clap::{Args, Parser};

/// Accounts, sessions and profiles of Antiphon, and the only minter of its tokens.
#[derive(Parser, Clone, Debug)]
#[command(
    name = "users",
    after_help = "`users sdl` prints the GraphQL schema and needs no configuration."
)]
pub struct Config {
    /// Where to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// Carries hints and shared limits.
    #[command(flatten)]
    pub redis: RedisArgs,
    /// Which tokens to make.
    #[command(flatten)]
    pub tokens: MintArgs,
    /// How often what may be tried.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// How often everything else.
    #[command(flatten)]
    pub rates: RateArgs,
    /// Whom to believe about addresses.
    #[command(flatten)]
    pub proxies: ProxyArgs,
    /// The GraphQL endpoint.
    #[command(flatten)]
    pub graphql: GraphqlArgs,
    /// What to log.
    #[command(flatten)]
    pub log: LogArgs,
    /// How to leave.
    #[command(flatten)]
    pub drain: DrainArgs,
}

/// Which access tokens to make.
#[derive(Args, Clone, Debug)]
pub struct MintArgs {
    /// File with the Ed25519 key (PKCS#8, PEM or DER) that signs access tokens. Made on the first start when it is
    /// missing. All instances must have the same one.
    #[arg(long, env = "SIGNING_KEY_FILE")]
    pub signing_key_file: PathBuf,
    /// Further key files whose public halves are published, separated by commas: the next key some time before it
    /// signs, the previous one until its last token has expired.
    #[arg(long, env = "PUBLISHED_KEY_FILES", value_delimiter = ',')]
    pub published_key_files: Vec<PathBuf>,
    /// The `iss` of access tokens.
    #[arg(long, env = "TOKEN_ISSUER", default_value = "antiphon")]
    pub token_issuer: String,
    /// The `aud` of access tokens.
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

/// How often what may be tried. These hold across instances; 0 turns one off.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Wrong passwords for one account in 15 minutes: from one address, on one device that has signed in to it before, and
    /// in confirmations of one user. When so many came from all addresses together, every other address has to wait before
    /// each try, 1 s and then twice as long each time, up to 15 minutes. 0 is no limit.
    #[arg(long, env = "LOGINS_PER_ACCOUNT", default_value_t = 10)]
    pub logins_per_account: u32,
    /// Failed sign-ins from one address in a minute; an IPv6 address counts as its /64. 0 is no limit.
    #[arg(long, env = "LOGINS_PER_ADDRESS", default_value_t = 20)]
    pub logins_per_address: u32,
    /// Registrations from one address in an hour. 0 is no limit.
    #[arg(long, env = "REGISTRATIONS_PER_ADDRESS", default_value_t = 20)]
    pub registrations_per_address: u32,
    /// Attempts of one user to change their name in a day. 0 is no limit.
    #[arg(long, env = "USERNAME_CHANGES_PER_USER", default_value_t = 10)]
    pub username_changes_per_user: u32,
    /// Searches of one user for others, such as `10/10s`: ten at once, then one per second. `off` is no limit. Counted by
    /// each instance for itself.
    #[arg(long, env = "SEARCHES_PER_USER", default_value_t = SEARCH_LIMIT)]
    pub searches_per_user: Rate,
}

/// Whoever types a name letter by letter searches some ten times.
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
