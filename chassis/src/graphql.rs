//! The GraphQL endpoint: async-graphql executes, everything in front of it is here.
//!
//! Invariants: a document is measured before it is validated and validated before it is executed; a mutation never runs
//! over GET, nor from a request that a browser sends without asking first; an error leaves only through [`into_client_response`], so
//! that a client never reads an internal message.

mod answer_budget;
mod document_cache;
mod document_cost;
mod encode;
pub(crate) mod endpoint;
mod errors;
pub(crate) mod field_limits;
mod http;
mod ide;
mod introspection;
mod lexical_limits;
mod limits;
mod literals;
mod normalize;
mod null_propagation;
mod operation;
mod request;
mod sdl;
pub mod sse;
mod subscription_root;
mod used_names;
mod variables;

pub use answer_budget::AnswerBudget;
pub use encode::encode;
pub use endpoint::Endpoint;
pub use errors::{error_response, into_client_response, too_large};
pub use field_limits::FieldLimits;
pub use limits::Limits;
pub use operation::selected;
pub use sdl::sdl;
pub use used_names::UsedNames;
