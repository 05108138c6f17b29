//! Mutations about what is the caller's own: what they have set for a chat, and what they have begun to write.

mod update_chat_settings;
mod update_draft;

use async_graphql::MergedObject;

/// The mutations of this folder.
#[derive(Default, MergedObject)]
pub struct SettingsMutations(
    update_chat_settings::UpdateChatSettings,
    update_draft::UpdateDraft,
);
