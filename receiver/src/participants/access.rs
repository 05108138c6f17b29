//! Authorization: who may read what of a chat.
//!
//! [`Access`] is the one rule of reading by query. Live delivery is for those who take part, and who holds a
//! [`Participation`] has proved that.

use async_graphql::Context;
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::{ChatId, ChatKind, Cursor, FeedId, Reason, Seq, UserId};

use crate::{
    db,
    live::feeds::hub::{Hub, Watch},
};

/// What someone may see of a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// They take part: everything, also live.
    Participant,
    /// They have never taken part in this public chat: its messages and its first participants, to decide whether to join.
    /// Nothing live.
    Visitor,
    /// They left this public chat, or were removed from it: that it is there, so that they can join again. Nothing of what
    /// is said in it, nor by whom.
    Former,
}

impl Access {
    /// What may be seen of a chat of this kind by someone who takes part, who used to, or who never did. None if they may
    /// not know that the chat is there, and for everyone if it was removed.
    #[must_use]
    pub(crate) fn decide(kind: ChatKind, is_removed: bool, standing: Standing) -> Option<Self> {
        match (standing, kind) {
            _ if is_removed => None,
            (Standing::TakesPart, _) => Some(Self::Participant),
            (Standing::TookPart, ChatKind::Public) => Some(Self::Former),
            (Standing::Never, ChatKind::Public) => Some(Self::Visitor),
            (_, ChatKind::Direct | ChatKind::Group) => None,
        }
    }

    /// Whether the chat's messages may be read.
    #[must_use]
    pub(crate) fn reads(self) -> bool {
        matches!(self, Self::Participant | Self::Visitor)
    }

    /// Whether this caller may read the chat's messages by query; none if there is no such chat for them.
    ///
    /// # Errors
    /// When Postgres is away.
    pub(crate) async fn of(
        pool: &Pool,
        caller: &Caller,
        chat_id: ChatId,
    ) -> Result<Option<Self>, Error> {
        let found = db::participants::accesses(pool, &[(chat_id, caller.user_id)]).await?;
        Ok(found.into_values().next().map(|(access, _)| access))
    }
}

/// What someone's row in a chat says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// There is a row, and it has not ended.
    TakesPart,
    /// There is a row, and it has ended.
    TookPart,
    /// There is no row.
    Never,
}

/// Proof that a user takes part in a chat.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Participation {
    /// The chat.
    pub(crate) chat_id: ChatId,
    /// Who takes part.
    pub(crate) user_id: UserId,
    /// The event of the chat's feed that added them.
    pub(crate) joined_seq: Seq,
}

impl Participation {
    /// The proof for this caller and chat.
    ///
    /// # Errors
    /// `NOT_FOUND` when the chat is not there or the caller does not take part: the two look alike.
    pub(crate) async fn of(pool: &Pool, caller: &Caller, chat_id: ChatId) -> Result<Self, Error> {
        let user_id = caller.user_id;
        let rows = db::participants::by_id(pool, &[(chat_id, user_id)]).await?;
        let row = rows.first().ok_or_else(|| Error::not_found("chat"))?;
        Ok(Self {
            chat_id,
            user_id,
            joined_seq: row.joined_seq,
        })
    }
}

/// What a request brings along that runs for everyone who may read a chat's messages: each of them was found to be one of
/// them ([`Access::reads`]), whether they take part or only look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Admission(pub(crate) ChatId);

impl Admission {
    /// Whether this request runs for everyone who may read this chat.
    #[must_use]
    pub(crate) fn covers(context: &Context<'_>, chat_id: ChatId) -> bool {
        context
            .data_opt::<Self>()
            .is_some_and(|admission| admission.0 == chat_id)
    }
}

/// Watches a chat's feed for someone who takes part in it.
///
/// The feed is watched before participation is checked: a removal that the check does not see yet has a later seq than
/// the watch began with, so the stream will come to it and end there.
///
/// # Errors
/// `NOT_FOUND` when the caller does not take part; `BAD_USER_INPUT` when the cursor is of another feed.
pub(crate) async fn watch_chat(
    pool: &Pool,
    hub: &Hub,
    caller: &Caller,
    chat_id: ChatId,
    after: Option<Cursor>,
) -> Result<(Watch, Participation), Error> {
    if after.is_some_and(|cursor| cursor.feed != FeedId::from(chat_id)) {
        return Err(Error::bad_input("after", Reason::NotACursor));
    }
    let watch = hub.watch_one(chat_id.into()).await?;
    let participation = Participation::of(pool, caller, chat_id).await?;
    let watch = watch.ok_or_else(|| Error::not_found("chat"))?;
    Ok((watch, participation))
}
