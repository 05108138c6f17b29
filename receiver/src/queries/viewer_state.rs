//! What is the caller's own about the messages of a page, which is otherwise the same for everyone.

use async_graphql::{Context, Object, Result, SimpleObject};
use chassis::{Caller, Error};
use shared_schema::{ChatId, ClientCursor, MessageId, Number, Reason};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, reactions::OwnReactionRow},
    participants::{access::Access, participation::access_of},
};

/// Maximum length of the range of numbers.
const MAX_MESSAGES: Number = 500;

/// What is the caller's own about a range of messages of a chat.
#[derive(SimpleObject)]
pub(crate) struct ViewerState {
    /// The caller's reactions to these messages, in the order of the messages.
    reactions: Vec<ViewerReaction>,
}

/// A reaction of the caller to a message.
#[derive(SimpleObject)]
pub(crate) struct ViewerReaction {
    /// The id of the message.
    message_id: MessageId,
    /// The emoji, without a skin tone.
    emoji: String,
    /// The emoji as the caller chose it.
    variant: String,
}

impl From<OwnReactionRow> for ViewerReaction {
    fn from(row: OwnReactionRow) -> Self {
        Self {
            message_id: row.message_id,
            emoji: row.emoji,
            variant: row.variant,
        }
    }
}

/// `Query.viewerState`.
#[derive(Default)]
pub(crate) struct ViewerStateOfChat;

#[Object]
impl ViewerStateOfChat {
    /// What is the caller's own about the messages of a chat with these numbers, at most 500: query it together with a page
    /// of messages, which is the same for everyone. The caller must be a participant of the chat, or the chat must be
    /// public and the caller must never have been a participant.
    async fn viewer_state(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The id of the chat.")] chat_id: ChatId,
        #[graphql(desc = "The number of the first message.")] from_number: Number,
        #[graphql(desc = "The number of the last message.")] to_number: Number,
        #[graphql(
            desc = "Wait briefly until the answer reflects this position. Fails with `UNAVAILABLE` if that takes too long."
        )]
        at_least: Option<ClientCursor>,
    ) -> Result<ViewerState> {
        let max = from_number.saturating_add(MAX_MESSAGES - 1);
        if !(from_number..=max).contains(&to_number) {
            let reason = Reason::OutOfRange {
                min: from_number,
                max,
            };
            return Err(Error::bad_input("toNumber", reason).into());
        }
        let caller = Caller::of(context)?;
        let own = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            db::reactions::of_user(
                &database.pool,
                chat_id,
                caller.user_id,
                from_number,
                to_number,
            )
            .await
            .map(Some)
        });
        let own = own.await?.ok_or_else(|| Error::not_found("chat"))?;
        Ok(ViewerState {
            reactions: own.into_iter().map(ViewerReaction::from).collect(),
        })
    }
}
