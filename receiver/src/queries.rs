//! One file per query.

pub mod chat;
pub mod chats;
pub mod feed;
pub mod message;
pub mod messages;
pub mod public_chats;
pub mod unread_counts;

use async_graphql::Context;
use chassis::Error;

use crate::feeds::Hub;

pub(crate) fn hub<'a>(context: &Context<'a>) -> Result<&'a Hub, Error> {
    context
        .data::<Hub>()
        .map_err(|error| Error::internal(error.message))
}
