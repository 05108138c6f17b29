//! References to feeds: those of chats and those of users.

use std::{borrow::Cow, fmt};

use async_graphql::{
    ContextSelectionSet, ID, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use uuid::Uuid;

use crate::ids::{ChatId, UserId};

/// What the feeds' Redis channels are named, before the id.
const CHANNEL_PREFIX: &str = "feed:";

/// A feed: the numbered list of the durable changes of one chat or of one user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedRef {
    /// The feed of a chat.
    Chat(ChatId),
    /// A user's own feed.
    User(UserId),
}

impl FeedRef {
    /// The feed's id, which is the id of its chat or its user. No two feeds have the same id, whatever their kind.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Chat(chat) => chat.0,
            Self::User(user) => user.0,
        }
    }

    /// The feed with this id, as far as `user` may know it: their own feed, or that of a chat. For clients and cursors
    /// of version 1, which name a feed by its id alone.
    #[must_use]
    pub fn known_to(user: UserId, id: Uuid) -> Self {
        if id == user.0 {
            Self::User(user)
        } else {
            Self::Chat(ChatId(id))
        }
    }

    /// The chat, if the feed is that of a chat.
    #[must_use]
    pub fn chat(self) -> Option<ChatId> {
        match self {
            Self::Chat(chat) => Some(chat),
            Self::User(_) => None,
        }
    }

    /// The Redis Pub/Sub channel of the feed.
    #[must_use]
    pub fn channel(self) -> String {
        format!("{CHANNEL_PREFIX}{}", self.id())
    }

    /// The id of the feed whose channel has this name; none if it is the channel of no feed. Names of channels do not say
    /// what the feed is of: builds of every age meet on them.
    #[must_use]
    pub fn id_of_channel(name: &str) -> Option<Uuid> {
        Uuid::try_parse(name.strip_prefix(CHANNEL_PREFIX)?).ok()
    }
}

impl From<ChatId> for FeedRef {
    fn from(chat: ChatId) -> Self {
        Self::Chat(chat)
    }
}

impl From<UserId> for FeedRef {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

impl fmt::Display for FeedRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id().fmt(f)
    }
}

// To clients a feed is the id of its chat or of its user.
impl OutputType for FeedRef {
    fn type_name() -> Cow<'static, str> {
        <ID as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_names_its_feed_and_nothing_else_does() {
        let feed = FeedRef::from(ChatId::new());
        assert_eq!(FeedRef::id_of_channel(&feed.channel()), Some(feed.id()));
        assert_eq!(
            FeedRef::id_of_channel("feed:01890a5d-ac96-774b-bcce-b302099a8057"),
            Some(Uuid::from_u128(0x0189_0a5d_ac96_774b_bcce_b302_099a_8057))
        );
        for name in [
            "",
            "feed:",
            "feed:x",
            "01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert_eq!(FeedRef::id_of_channel(name), None, "{name}");
        }
    }

    #[test]
    fn an_id_alone_is_the_users_own_feed_or_that_of_a_chat() {
        let (me, other) = (UserId::new(), Uuid::now_v7());
        assert_eq!(FeedRef::known_to(me, me.0), FeedRef::User(me));
        assert_eq!(FeedRef::known_to(me, other), FeedRef::Chat(ChatId(other)));
    }
}
