//! Configuration from the environment.
//!
//! A service's own `Config` derives [`clap::Parser`], flattens the groups it needs and is read with [`parse`]. Every
//! variable is documented by `--help`. In tests the groups are built in code: `PostgresArgs { .. }`, `..Default::default()`.
//!
//! Secrets are [`SecretString`](secrecy::SecretString)s: they never reach a log or a `Debug` output, and they are refused on the command line,
//! where every process of the machine could read them.

mod clients;
pub(crate) mod groups;
mod parse;

pub use clients::{ProxyArgs, RateArgs};
pub use groups::{
    DrainArgs, GraphqlArgs, ListenArgs, LogArgs, LogFormat, PostgresArgs, RedisArgs, TokenArgs,
    millis, seconds,
};
pub use parse::{Refusal, parse, try_parse_from};
