//! Receipts of chats, and who tells what they have read.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, UserId};

use crate::db::{self, receipts::ReceiptRow};

/// Maximum receipts of a chat: as many as participants may be configured, and one more.
const MAX_RECEIPTS: i64 = 101;

pub(crate) struct Receipts(pub(crate) Pool);

impl Loader<ChatId> for Receipts {
    type Value = Vec<ReceiptRow>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChatId]) -> Result<HashMap<ChatId, Self::Value>, Self::Error> {
        let mut found: HashMap<ChatId, Vec<ReceiptRow>> = HashMap::new();
        for row in db::receipts::of_chats(&self.0, keys, MAX_RECEIPTS).await? {
            found.entry(row.chat_id).or_default().push(row);
        }
        Ok(found)
    }
}

pub(crate) struct ReadReceipts(pub(crate) Pool);

impl Loader<UserId> for ReadReceipts {
    type Value = bool;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UserId]) -> Result<HashMap<UserId, bool>, Self::Error> {
        Ok(db::profiles::read_receipts(&self.0, keys).await?)
    }
}
