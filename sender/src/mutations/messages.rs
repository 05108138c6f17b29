//! Mutations of messages, and of read and delivered marks.

mod create_message;
mod mark_as_delivered;
mod mark_as_read;
mod mark_many_as_delivered;
mod remove_message;
mod update_message;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct MessageMutations(
    create_message::CreateMessage,
    update_message::UpdateMessage,
    remove_message::RemoveMessage,
    mark_as_read::MarkAsRead,
    mark_as_delivered::MarkAsDelivered,
    mark_many_as_delivered::MarkManyAsDelivered,
);
