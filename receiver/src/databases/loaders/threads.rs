//! Threads by their roots, the replies of threads in pages, and a user's own replies above their mark. Pages of many threads
//! are read in one statement where the same range of each is asked for.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Number, UserId};

use super::grouping::{grouped, keyed};
use crate::db::{
    self,
    message_parts::MessagePart,
    threads::{ReplyRange, ThreadKey, ThreadRow},
};

/// Maximum numbers of own replies in one chat.
const MAX_OWN_REPLY_NUMBERS: i64 = 1_000;

pub(crate) struct Threads(pub(crate) Pool);

impl Loader<ThreadKey> for Threads {
    type Value = ThreadRow;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ThreadKey],
    ) -> Result<HashMap<ThreadKey, Self::Value>, Self::Error> {
        Ok(keyed(
            db::threads::by_root(&self.0, keys).await?,
            |thread| (thread.chat_id, thread.root_id),
        ))
    }
}

/// Which replies of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReplyPage {
    /// The thread.
    pub(crate) thread: ThreadKey,
    /// Where from, in what direction and how many.
    pub(crate) range: ReplyRange,
}

pub(crate) struct ReplyPages(pub(crate) Pool);

impl Loader<ReplyPage> for ReplyPages {
    type Value = MessagePart;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ReplyPage],
    ) -> Result<HashMap<ReplyPage, Self::Value>, Self::Error> {
        let keys: Vec<_> = keys.iter().map(|page| (page.range, page.thread)).collect();
        let mut pages = HashMap::new();
        for (range, threads) in grouped(&keys) {
            let parts = db::threads::replies_of(&self.0, &threads, range).await?;
            pages.extend(
                parts
                    .into_iter()
                    .map(|(thread, part)| (ReplyPage { thread, range }, part)),
            );
        }
        Ok(pages)
    }
}

pub(crate) struct OwnRepliesAboveMark(pub(crate) Pool);

impl Loader<(UserId, ChatId)> for OwnRepliesAboveMark {
    type Value = Vec<Number>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(UserId, ChatId)],
    ) -> Result<HashMap<(UserId, ChatId), Self::Value>, Self::Error> {
        let mut found = HashMap::new();
        for (user, chats) in grouped(keys) {
            let numbers =
                db::threads::own_above_mark(&self.0, user, &chats, MAX_OWN_REPLY_NUMBERS).await?;
            found.extend(
                numbers
                    .into_iter()
                    .map(|(chat, numbers)| ((user, chat), numbers)),
            );
        }
        Ok(found)
    }
}
