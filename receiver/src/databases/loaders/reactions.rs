//! Reaction groups by message, and the reactions of groups in pages. Pages of many groups are read in one statement where the
//! same range of each is asked for.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, MessageId, ReactionGroup};

use crate::db::{
    self,
    reactions::{GroupKey, ReactionRange, ReactionRow},
};

pub(crate) struct ReactionGroups(pub(crate) Pool);

impl Loader<(ChatId, MessageId)> for ReactionGroups {
    type Value = Vec<ReactionGroup>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[(ChatId, MessageId)],
    ) -> Result<HashMap<(ChatId, MessageId), Self::Value>, Self::Error> {
        let mut groups: HashMap<_, Self::Value> = HashMap::new();
        for row in db::reactions::groups_of(&self.0, keys).await? {
            let of_message = groups.entry((row.chat_id, row.message_id)).or_default();
            of_message.push(row.group);
        }
        Ok(groups)
    }
}

/// Which reactions of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReactionPage {
    /// The group.
    pub(crate) group: GroupKey,
    /// Where from, in what direction and how many.
    pub(crate) range: ReactionRange,
}

pub(crate) struct ReactionPages(pub(crate) Pool);

impl Loader<ReactionPage> for ReactionPages {
    type Value = Vec<ReactionRow>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[ReactionPage],
    ) -> Result<HashMap<ReactionPage, Self::Value>, Self::Error> {
        let mut ranges: HashMap<ReactionRange, Vec<&GroupKey>> = HashMap::new();
        for page in keys {
            ranges.entry(page.range).or_default().push(&page.group);
        }
        let mut pages: HashMap<ReactionPage, Self::Value> = HashMap::new();
        for (range, groups) in ranges {
            for (group, reaction) in db::reactions::of_groups(&self.0, &groups, range).await? {
                let page = ReactionPage { group, range };
                pages.entry(page).or_default().push(reaction);
            }
        }
        Ok(pages)
    }
}
