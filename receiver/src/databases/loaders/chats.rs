//! Chats, how much of them is unread, and the heads of their feeds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, Number, UserId};
use tokio::time::timeout;

use super::grouping::grouped;
use crate::db::{self, chats::VisibleChat};

/// Maximum numbers of removed messages of one chat.
const MAX_REMOVED_NUMBERS: i64 = 1_000;

/// How long the statement for heads may take: others wait behind it.
const HEADS_TIMEOUT: Duration = Duration::from_secs(1);

pub(crate) struct Chats(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for Chats {
    type Value = VisibleChat;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            for chat in db::chats::visible_to(&self.0, user, &chats).await? {
                found.insert((user, chat.chat.facts.id), chat);
            }
        }
        Ok(found)
    }
}

pub(crate) struct Unread(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for Unread {
    type Value = Number;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let limit = i64::try_from(chats.len()).unwrap_or(i64::MAX);
            for row in db::chats::unread(&self.0, user, Some(&chats), limit).await? {
                found.insert((user, row.chat_id), row.unread_count.max(0));
            }
        }
        Ok(found)
    }
}

pub(crate) struct RemovedAboveMark(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for RemovedAboveMark {
    type Value = Vec<Number>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let numbers =
                db::chats::removed_above_mark(&self.0, user, &chats, MAX_REMOVED_NUMBERS).await?;
            found.extend(
                numbers
                    .into_iter()
                    .map(|(chat, numbers)| ((user, chat), numbers)),
            );
        }
        Ok(found)
    }
}

pub(crate) struct Heads(pub(crate) Pool);

impl Loader<(ChatId, UserId)> for Heads {
    type Value = Cursor;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, UserId)],
    ) -> Result<HashMap<(ChatId, UserId), Self::Value>, Self::Error> {
        match timeout(HEADS_TIMEOUT, db::participants::accesses(&self.0, keys)).await {
            Ok(found) => Ok(found?
                .into_iter()
                .filter(|(_, (access, _))| access.reads())
                .map(|(key, (_, head))| (key, head))
                .collect()),
            Err(_) => Err(Arc::new(Error::unavailable(
                "reading the newest messages of chats took too long",
            ))),
        }
    }
}
