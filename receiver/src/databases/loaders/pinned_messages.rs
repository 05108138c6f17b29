//! The pinned messages of chats, in pages. Those of many chats are read in one statement where the same range is asked for.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::ChatId;

use super::grouping::grouped;
use crate::db::{
    self,
    message_parts::MessagePart,
    pinned_messages::{PinRange, PinnedMessageRow},
};

/// Which pinned messages of which chat.
pub(crate) type PinnedPage = (PinRange, ChatId);

pub(crate) struct PinnedPages(pub(crate) Pool);

impl Loader<PinnedPage> for PinnedPages {
    type Value = MessagePart<PinnedMessageRow>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[PinnedPage],
    ) -> Result<HashMap<PinnedPage, Self::Value>, Self::Error> {
        let mut pages = HashMap::new();
        for (range, chats) in grouped(keys) {
            let parts = db::pinned_messages::of_chats(&self.0, &chats, range).await?;
            pages.extend(parts.into_iter().map(|(chat, part)| ((range, chat), part)));
        }
        Ok(pages)
    }
}
