//! What is a user's own: what they have set for chats, and what they have begun to write.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, ChatSettings, Draft, UserId};

use super::grouping::grouped;
use crate::db::{self, drafts::DraftPlace};

pub(crate) struct SettingsOfChats(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for SettingsOfChats {
    type Value = ChatSettings;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            for settings in db::chat_settings::of_chats(&self.0, user, &chats).await? {
                found.insert((user, settings.chat_id), settings);
            }
        }
        Ok(found)
    }
}

pub(crate) struct Drafts(pub(crate) Pool);

impl Loader<(UserId, DraftPlace)> for Drafts {
    type Value = Draft;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, DraftPlace)],
    ) -> Result<HashMap<(UserId, DraftPlace), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, places) in grouped(keys) {
            for draft in db::drafts::at(&self.0, user, &places).await? {
                found.insert((user, (draft.chat_id, draft.thread_root_id)), draft);
            }
        }
        Ok(found)
    }
}
