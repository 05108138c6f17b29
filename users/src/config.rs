//! The variables of `users`. The groups that every service has are the chassis'.

use std::{net::IpAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, RedisArgs, seconds,
};
use clap::{Args, Parser};
use ipnet::{AddrParseError, IpNet};

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
    pub throttle: ThrottleArgs,
    /// Proxies whose `X-Forwarded-For` is believed: addresses and networks, separated by commas. Only the last entry
    /// counts; of a request from anywhere else, only the peer's address does.
    #[arg(
        long,
        env = "TRUSTED_PROXIES",
        value_delimiter = ',',
        default_value = "127.0.0.0/8,::1",
        value_parser = network
    )]
    pub trusted_proxies: Vec<IpNet>,
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

/// How often what may be tried.
#[derive(Args, Clone, Debug)]
pub struct ThrottleArgs {
    /// Attempts at the password of one account in 15 minutes.
    #[arg(long, env = "LOGINS_PER_ACCOUNT", default_value_t = times(10))]
    pub logins_per_account: NonZeroU32,
    /// Sign-ins from one address in a minute; an IPv6 address counts as its /64.
    #[arg(long, env = "LOGINS_PER_ADDRESS", default_value_t = times(20))]
    pub logins_per_address: NonZeroU32,
    /// Registrations from one address in an hour.
    #[arg(long, env = "REGISTRATIONS_PER_ADDRESS", default_value_t = times(20))]
    pub registrations_per_address: NonZeroU32,
    /// Attempts of one user to change their name in a day.
    #[arg(long, env = "USERNAME_CHANGES_PER_USER", default_value_t = times(10))]
    pub username_changes_per_user: NonZeroU32,
}

impl Default for ThrottleArgs {
    fn default() -> Self {
        Self {
            logins_per_account: times(10),
            logins_per_address: times(20),
            registrations_per_address: times(20),
            username_changes_per_user: times(10),
        }
    }
}

fn times(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// A lone address is the network of itself.
fn network(text: &str) -> Result<IpNet, AddrParseError> {
    let text = text.trim();
    text.parse()
        .or_else(|error| text.parse::<IpAddr>().map(IpNet::from).map_err(|_| error))
}
