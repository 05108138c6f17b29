//! What the tests of every service share: an issuer of tokens, a GraphQL client and its responses, a service that runs in
//! the test's own process, and audits that every service has to pass.
//!
//! What only one service's tests need stays with them.

pub mod conformance;
mod graphql_client;
mod graphql_response;
mod http_response;
mod key_set_server;
mod redis_subscriber;
mod running_service;
mod schema_document;
mod token_issuer;

pub use graphql_client::GraphqlClient;
pub use graphql_response::GraphqlResponse;
pub use http_response::HttpResponse;
pub use key_set_server::KeySetServer;
pub use redis_subscriber::RedisSubscriber;
pub use running_service::RunningService;
pub use schema_document::{SchemaDocument, SchemaField};
pub use token_issuer::TokenIssuer;
