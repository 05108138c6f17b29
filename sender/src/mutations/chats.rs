//! Mutations of chats.

mod create_chat;
mod remove_chat;
mod update_chat;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct ChatMutations(
    create_chat::CreateChat,
    update_chat::UpdateChat,
    remove_chat::RemoveChat,
);
