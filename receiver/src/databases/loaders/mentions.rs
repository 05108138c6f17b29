//! Mentions by message, and the numbers of the messages above a user's mark that mention them.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Mention, Number, UserId};

use super::grouping::grouped;
use crate::db::{self, message_mentions::NumberKey};

/// Maximum numbers of mentions in one chat: clients show no more than 99.
const MAX_MENTION_NUMBERS: i64 = 100;

pub(crate) struct Mentions(pub(crate) Pool);

impl Loader<NumberKey> for Mentions {
    type Value = Vec<Mention>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[NumberKey],
    ) -> Result<HashMap<NumberKey, Self::Value>, Self::Error> {
        let mut places: HashMap<_, Self::Value> = HashMap::new();
        for (key, place) in db::message_mentions::of_messages(&self.0, keys).await? {
            places.entry(key).or_default().push(place);
        }
        Ok(places)
    }
}

pub(crate) struct MentionsAboveMark(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for MentionsAboveMark {
    type Value = Vec<Number>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let numbers =
                db::message_mentions::above_mark(&self.0, user, &chats, MAX_MENTION_NUMBERS)
                    .await?;
            found.extend(
                numbers
                    .into_iter()
                    .map(|(chat, numbers)| ((user, chat), numbers)),
            );
        }
        Ok(found)
    }
}
