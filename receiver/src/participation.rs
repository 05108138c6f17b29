//! Authorization as a value: who holds a [`Participation`] may read the chat.

use async_graphql::Context;
use chassis::{Caller, Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, FeedId, Reason, Seq, UserId};

use crate::{
    db,
    feeds::{Hub, Watch},
};

/// Proof that a user takes part in a chat.
#[derive(Clone, Copy, Debug)]
pub struct Participation {
    /// The chat.
    pub chat_id: ChatId,
    /// Who takes part.
    pub user_id: UserId,
    /// The event of the chat's feed that added them.
    pub joined_seq: Seq,
}

impl Participation {
    /// The proof for this caller and chat.
    ///
    /// # Errors
    /// `NOT_FOUND` when the chat is not there or the caller does not take part: the two look alike.
    pub async fn of(pool: &Pool, caller: &Caller, chat_id: ChatId) -> Result<Self, Error> {
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

/// What a request brings along that runs for everyone who may read a chat: each of them was found to take part in it.
#[derive(Clone, Copy, Debug)]
pub struct Admission(pub ChatId);

impl Admission {
    /// Whether this request runs for everyone who may read this chat.
    #[must_use]
    pub fn covers(context: &Context<'_>, chat_id: ChatId) -> bool {
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
pub async fn watch_chat(
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
