//! One file per query.

pub(crate) mod chat;
pub(crate) mod chats;
pub(crate) mod feed;
pub(crate) mod message;
pub(crate) mod messages;
pub(crate) mod public_chats;
pub(crate) mod unread_counts;

use async_graphql::Context;
use chassis::Error;

use crate::live::feeds::hub::Hub;

pub(crate) fn hub<'a>(context: &Context<'a>) -> Result<&'a Hub, Error> {
    context
        .data::<Hub>()
        .map_err(|error| Error::internal(error.message))
}
