//! Messages, by their ids and as the newest ones of chats.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, MessageId};

use super::grouping::keyed;
use crate::db;

pub(crate) struct Messages(pub(crate) Pool);

impl Loader<(ChatId, MessageId)> for Messages {
    type Value = shared_schema::Message;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, MessageId)],
    ) -> Result<HashMap<(ChatId, MessageId), Self::Value>, Self::Error> {
        Ok(keyed(
            db::messages::by_id(&self.0, keys).await?,
            |message| (message.chat_id, message.id),
        ))
    }
}

pub(crate) struct NewestMessages(pub(crate) Pool);

impl Loader<ChatId> for NewestMessages {
    type Value = shared_schema::Message;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChatId]) -> Result<HashMap<ChatId, Self::Value>, Self::Error> {
        Ok(keyed(
            db::messages::newest_of(&self.0, keys).await?,
            |message| message.chat_id,
        ))
    }
}
