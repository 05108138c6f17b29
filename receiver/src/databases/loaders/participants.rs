//! Participants, one by one and in pages. Pages of many chats are read in one statement where the same part of each is asked
//! for.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, UserId};

use super::grouping::{grouped, keyed};
use crate::db::{
    self,
    participants::{JoiningKey, ParticipantRow},
};

pub(crate) struct Participants(pub(crate) Pool);

impl Loader<(ChatId, UserId)> for Participants {
    type Value = ParticipantRow;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, UserId)],
    ) -> Result<HashMap<(ChatId, UserId), Self::Value>, Self::Error> {
        let rows = db::participants::by_id(&self.0, keys).await?;
        Ok(keyed(rows, |row| (row.facts.chat_id, row.facts.user_id)))
    }
}

/// Which participants of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ParticipantPage {
    /// Whose.
    pub(crate) chat: ChatId,
    /// Where from, in what direction and how many.
    pub(crate) part: PagePart,
}

/// A part of a list of participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PagePart {
    /// The participants who joined after this key, earliest first.
    First(Option<JoiningKey>, i64),
    /// The participants who joined before this key, latest first.
    Last(Option<JoiningKey>, i64),
}

pub(crate) struct ParticipantPages(pub(crate) Pool);

impl Loader<ParticipantPage> for ParticipantPages {
    type Value = Vec<ParticipantRow>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ParticipantPage],
    ) -> Result<HashMap<ParticipantPage, Self::Value>, Self::Error> {
        let keys: Vec<_> = keys.iter().map(|page| (page.part, page.chat)).collect();
        let mut pages: HashMap<ParticipantPage, Vec<ParticipantRow>> = HashMap::new();
        for (part, chats) in grouped(&keys) {
            let rows = match part {
                PagePart::First(after, limit) => {
                    db::participants::first_of(&self.0, &chats, after, limit).await?
                }
                PagePart::Last(before, limit) => {
                    db::participants::last_of(&self.0, &chats, before, limit).await?
                }
            };
            for row in rows {
                pages
                    .entry(ParticipantPage {
                        chat: row.facts.chat_id,
                        part,
                    })
                    .or_default()
                    .push(row);
            }
        }
        Ok(pages)
    }
}
