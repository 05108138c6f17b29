//! What resolvers work with.

use async_graphql::Context;
use chassis::Error;

use crate::{
    limits::Limits, messages::batcher::MessageBatcher, reactions::batcher::ReactionBatcher,
    transaction::runner::TransactionRunner,
};

/// What resolvers work with.
pub struct State {
    pub batcher: MessageBatcher,
    pub reactions: ReactionBatcher,
    pub limits: Limits,
    pub transactions: TransactionRunner,
    /// In chats of more participants, no delivered marks are kept.
    pub max_receipt_participants: i32,
    /// The name of this instance among its siblings.
    pub instance: String,
}

/// How a resolver gets the [`State`].
pub trait RequestContext<'a> {
    /// The state of the service that executes this request.
    ///
    /// # Errors
    /// `INTERNAL` when the schema was built without it.
    fn state(&self) -> Result<&'a State, Error>;
}

impl<'a> RequestContext<'a> for Context<'a> {
    fn state(&self) -> Result<&'a State, Error> {
        self.data_opt()
            .ok_or_else(|| Error::internal("the schema has no state"))
    }
}
