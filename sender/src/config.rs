//! What the environment says.

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, RedisArgs, TokenArgs,
};
use clap::Parser;

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
