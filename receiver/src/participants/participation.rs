//! Proof that a user is a participant of a chat. Live delivery requires it, so it is for participants only.

use chassis::{Caller, Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, FeedRef, Reason, Seq, UserId};

use super::access::Access;
use crate::{
    db,
    live::feeds::hub::{Hub, Watch},
};

/// Proof that a user is a participant of a chat. Live delivery requires it, so it is for participants only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Participation {
    /// The chat.
    pub(crate) chat_id: ChatId,
    /// The participant.
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

/// What this caller may see of a chat by query; none if there is no such chat for them.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn access_of(
    pool: &Pool,
    caller: &Caller,
    chat_id: ChatId,
) -> Result<Option<Access>, Error> {
    let found = db::participants::accesses(pool, &[(chat_id, caller.user_id)]).await?;
    Ok(found.into_values().next().map(|(access, _)| access))
}

/// Watches a chat's feed for a participant.
///
/// The feed is watched before participation is checked. A removal that the check does not see yet has a later seq than
/// the start of the watch, so the stream reaches it and ends there.
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
    if after.is_some_and(|cursor| cursor.feed != FeedRef::from(chat_id)) {
        return Err(Error::bad_input("after", Reason::NotACursor));
    }
    let watch = hub.watch_one(chat_id.into()).await?;
    let participation = Participation::of(pool, caller, chat_id).await?;
    let watch = watch.ok_or_else(|| Error::not_found("chat"))?;
    Ok((watch, participation))
}
