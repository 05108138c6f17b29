//! Mutations of messages, and of read and delivered marks.

mod create_message;
mod mark_as_delivered;
mod mark_as_read;
mod mark_many_as_delivered;
mod pin_message;
mod remove_message;
mod unpin_message;
mod update_message;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct MessageMutations(
    create_message::CreateMessage,
    update_message::UpdateMessage,
    remove_message::RemoveMessage,
    pin_message::PinMessage,
    unpin_message::UnpinMessage,
    mark_as_read::MarkAsRead,
    mark_as_delivered::MarkAsDelivered,
    mark_many_as_delivered::MarkManyAsDelivered,
);
