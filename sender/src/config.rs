//! What the environment says.

use std::time::Duration;

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
        TokenArgs,
    },
    rate_limit::Rate,
};
use clap::{Args, Parser};

/// The write side of Antiphon: GraphQL mutations of chats and messages.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    version,
    after_help = "`sender sdl` prints the GraphQL schema and ends."
)]
pub struct Config {
    /// Where to listen.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// The hints.
    #[command(flatten)]
    pub redis: RedisArgs,
    /// Whom to believe.
    #[command(flatten)]
    pub tokens: TokenArgs,
    /// How often what may be written.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// How often everything else.
    #[command(flatten)]
    pub rates: RateArgs,
    /// Whom to believe about addresses.
    #[command(flatten)]
    pub proxies: ProxyArgs,
    /// The endpoint.
    #[command(flatten)]
    pub graphql: GraphqlArgs,
    /// The log.
    #[command(flatten)]
    pub log: LogArgs,
    /// The end.
    #[command(flatten)]
    pub drain: DrainArgs,
}

/// How often what may be written. A rate is written `10/10s`: ten at once, then one per second; the units are s, m, h and
/// d, and `off` is no limit.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Messages that one user may send. `off` is no limit. Counted by each instance for itself.
    #[arg(long, env = "SENDS_PER_USER", default_value_t = SEND_LIMIT)]
    pub sends_per_user: Rate,
    /// Messages that one chat takes from all its participants together. `off` is no limit. Counted by each instance for
    /// itself.
    #[arg(long, env = "SENDS_PER_CHAT", default_value_t = CHAT_SEND_LIMIT)]
    pub sends_per_chat: Rate,
    /// Messages that one user may edit or remove. `off` is no limit. Counted by each instance for itself.
    #[arg(long, env = "EDITS_PER_USER", default_value_t = EDIT_LIMIT)]
    pub edits_per_user: Rate,
    /// How often one user may say that they type, or have stopped. `off` is no limit. Counted by each instance for itself.
    #[arg(long, env = "TYPING_PER_USER", default_value_t = TYPING_LIMIT)]
    pub typing_per_user: Rate,
    /// Chats that one user may create. `off` is no limit. Holds across instances.
    #[arg(long, env = "CHATS_PER_USER", default_value_t = CHAT_LIMIT)]
    pub chats_per_user: Rate,
    /// People whom one user may bring into chats, new or not. It is also the most that one request may bring in. `off` is no
    /// limit. Holds across instances.
    #[arg(long, env = "PEOPLE_PER_USER", default_value_t = PEOPLE_LIMIT)]
    pub people_per_user: Rate,
}

/// Faster than anyone types, apart from a few lines in a row.
const SEND_LIMIT: Rate = Rate::new(10, Duration::from_secs(10));
const CHAT_SEND_LIMIT: Rate = Rate::new(50, Duration::from_secs(1));
/// Whoever tidies up removes many in a row.
const EDIT_LIMIT: Rate = Rate::new(30, Duration::from_secs(30));
/// A client says it every three seconds, and once more with each message.
const TYPING_LIMIT: Rate = Rate::new(20, Duration::from_secs(60));
const CHAT_LIMIT: Rate = Rate::new(20, Duration::from_secs(60 * 60));
/// As many as one request may name, and then as many a day.
const PEOPLE_LIMIT: Rate = Rate::new(1_000, Duration::from_secs(24 * 60 * 60));

impl LimitArgs {
    /// No limits.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            sends_per_user: Rate::OFF,
            sends_per_chat: Rate::OFF,
            edits_per_user: Rate::OFF,
            typing_per_user: Rate::OFF,
            chats_per_user: Rate::OFF,
            people_per_user: Rate::OFF,
        }
    }
}

impl Default for LimitArgs {
    fn default() -> Self {
        Self {
            sends_per_user: SEND_LIMIT,
            sends_per_chat: CHAT_SEND_LIMIT,
            edits_per_user: EDIT_LIMIT,
            typing_per_user: TYPING_LIMIT,
            chats_per_user: CHAT_LIMIT,
            people_per_user: PEOPLE_LIMIT,
        }
    }
}
