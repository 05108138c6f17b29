//! What the environment says.

use std::time::Duration;

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
        TokenArgs,
    },
    rate_limit::Rate,
};
use clap::{Args, Parser, value_parser};
use shared_schema::MAX_RECEIPT_PARTICIPANTS;

/// The sender service of Antiphon: the mutations of chats and messages.
#[derive(Clone, Debug, Default, Parser)]
#[command(
    version,
    after_help = "`sender sdl` prints the GraphQL schema and needs no configuration."
)]
pub struct Config {
    /// Address, port and bounds of connections.
    #[command(flatten)]
    pub listen: ListenArgs,
    /// The database, as the role `antiphon_sender`.
    #[command(flatten)]
    pub postgres: PostgresArgs,
    /// The Redis that carries publications and shared rate limits.
    #[command(flatten)]
    pub redis: RedisArgs,
    /// Verification of access tokens.
    #[command(flatten)]
    pub tokens: TokenArgs,
    /// Rate limits of the mutations of this service.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// Receipts of messages.
    #[command(flatten)]
    pub receipts: ReceiptArgs,
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

/// Receipts of messages.
#[derive(Args, Clone, Debug)]
pub struct ReceiptArgs {
    /// Maximum participants of a chat in which messages are shown as delivered and read. In larger chats nothing is written
    /// for a delivered message. 0 switches receipts off, and 100 is the maximum. Must be the same for senders and receivers.
    #[arg(long, env = "MAX_RECEIPT_PARTICIPANTS", default_value_t = MAX_RECEIPT_PARTICIPANTS, value_parser = value_parser!(i32).range(0..=100))]
    pub max_receipt_participants: i32,
}

impl Default for ReceiptArgs {
    fn default() -> Self {
        Self {
            max_receipt_participants: MAX_RECEIPT_PARTICIPANTS,
        }
    }
}

/// Rate limits of the mutations of this service. A rate is written `10/10s`: a burst of ten, then one per second; the
/// units are s, m, h and d. `off` disables a limit.
#[derive(Args, Clone, Debug)]
pub struct LimitArgs {
    /// Rate limit of messages that one user sends. `off` disables the limit. Each instance counts for itself.
    #[arg(long, env = "SENDS_PER_USER", default_value_t = SEND_LIMIT)]
    pub sends_per_user: Rate,
    /// Rate limit of messages sent to one chat by all of its participants together. `off` disables the limit. Each
    /// instance counts for itself.
    #[arg(long, env = "SENDS_PER_CHAT", default_value_t = CHAT_SEND_LIMIT)]
    pub sends_per_chat: Rate,
    /// Rate limit of messages that one user edits or removes. `off` disables the limit. Each instance counts for
    /// itself.
    #[arg(long, env = "EDITS_PER_USER", default_value_t = EDIT_LIMIT)]
    pub edits_per_user: Rate,
    /// Rate limit of reactions that one user adds or removes. `off` disables the limit. Each instance counts for itself.
    #[arg(long, env = "REACTIONS_PER_USER", default_value_t = REACTION_LIMIT)]
    pub reactions_per_user: Rate,
    /// Rate limit of typing reports of one user (`setTyping`). `off` disables the limit. Each instance counts for
    /// itself.
    #[arg(long, env = "TYPING_PER_USER", default_value_t = TYPING_LIMIT)]
    pub typing_per_user: Rate,
    /// Rate limit of requests of one user that mark messages as delivered. `off` disables the limit. Each instance counts for
    /// itself.
    #[arg(long, env = "DELIVERED_PER_USER", default_value_t = DELIVERED_LIMIT)]
    pub delivered_per_user: Rate,
    /// Rate limit of chats that one user creates. `off` disables the limit. Shared by all instances.
    #[arg(long, env = "CHATS_PER_USER", default_value_t = CHAT_LIMIT)]
    pub chats_per_user: Rate,
    /// Rate limit of users that one user adds to chats, including new chats. The burst is also the maximum of a single
    /// request. `off` disables the limit. Shared by all instances.
    #[arg(long, env = "PEOPLE_PER_USER", default_value_t = PEOPLE_LIMIT)]
    pub people_per_user: Rate,
}

/// Faster than anyone types, except for a few short lines in a row.
const SEND_LIMIT: Rate = Rate::new(10, Duration::from_secs(10));
const CHAT_SEND_LIMIT: Rate = Rate::new(50, Duration::from_secs(1));
/// Cleaning up a chat can mean removing many messages in a row.
const EDIT_LIMIT: Rate = Rate::new(30, Duration::from_secs(30));
/// Reacting is one tap, and so is changing one's mind.
const REACTION_LIMIT: Rate = Rate::new(20, Duration::from_secs(2));
/// A client reports typing every three seconds, and once more with each message.
const TYPING_LIMIT: Rate = Rate::new(20, Duration::from_secs(60));
/// A client marks once a second at most, and a user has a few clients.
const DELIVERED_LIMIT: Rate = Rate::new(180, Duration::from_secs(60));
const CHAT_LIMIT: Rate = Rate::new(20, Duration::from_secs(60 * 60));
/// The maximum of one request at once, and then as many again per day.
const PEOPLE_LIMIT: Rate = Rate::new(1_000, Duration::from_secs(24 * 60 * 60));

impl LimitArgs {
    /// No limits.
    #[must_use]
    pub const fn off() -> Self {
        Self {
            sends_per_user: Rate::OFF,
            sends_per_chat: Rate::OFF,
            edits_per_user: Rate::OFF,
            reactions_per_user: Rate::OFF,
            typing_per_user: Rate::OFF,
            delivered_per_user: Rate::OFF,
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
            reactions_per_user: REACTION_LIMIT,
            typing_per_user: TYPING_LIMIT,
            delivered_per_user: DELIVERED_LIMIT,
            chats_per_user: CHAT_LIMIT,
            people_per_user: PEOPLE_LIMIT,
        }
    }
}
