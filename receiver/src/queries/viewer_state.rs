//! What is the caller's own about the messages of a page, which is otherwise the same for everyone.

use async_graphql::{Context, Object, Result, SimpleObject};
use chassis::{Caller, Error};
use futures_util::try_join;
use shared_schema::{ChatId, ClientCursor, MessageId, Number, Reason};

use crate::{
    databases::read_at_least::read_at_least,
    db::{self, reactions::OwnReactionRow, thread_follows::FollowStateRow},
    participants::{access::Access, participation::access_of},
};

/// Maximum length of the range of numbers.
const MAX_MESSAGES: Number = 500;

/// What is the caller's own about a range of messages of a chat.
#[derive(SimpleObject)]
pub(crate) struct ViewerState {
    /// The caller's reactions to these messages, in the order of the messages.
    reactions: Vec<ViewerReaction>,
    /// Where the caller stands with the threads under these messages, in the order of the messages. Threads that the caller has
    /// never followed are absent.
    threads: Vec<ViewerThreadState>,
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

/// Where the caller stands with a thread.
#[derive(SimpleObject)]
pub(crate) struct ViewerThreadState {
    /// The id of the message whose thread it is.
    root_id: MessageId,
    /// Whether the caller follows the thread.
    following: bool,
    /// The caller's read mark in the thread: they have read every reply up to and including this number. Where their read mark
    /// in the chat is further, the thread is read up to there.
    last_read_number: Number,
    /// The number of replies that the caller has not read and that have not been removed. At most 10,000 removed replies are
    /// subtracted.
    unread_count: Number,
}

impl From<FollowStateRow> for ViewerThreadState {
    fn from(row: FollowStateRow) -> Self {
        Self {
            root_id: row.root_id,
            following: row.following,
            last_read_number: row.last_read_number,
            unread_count: row.unread_count.max(0),
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
        let user = caller.user_id;
        let with_threads = context.look_ahead().field("threads").exists();
        let own = read_at_least(context, caller, at_least, |database| async move {
            let access = access_of(&database.pool, caller, chat_id).await?;
            if !access.is_some_and(Access::reads) {
                return Ok(None);
            }
            let pool = &database.pool;
            let threads = async {
                match with_threads {
                    true => {
                        db::thread_follows::states(pool, chat_id, user, from_number, to_number)
                            .await
                    }
                    false => Ok(vec![]),
                }
            };
            try_join!(
                db::reactions::of_user(pool, chat_id, user, from_number, to_number),
                threads,
            )
            .map(Some)
        });
        let own = own.await?.ok_or_else(|| Error::not_found("chat"))?;
        let (reactions, threads) = own;
        Ok(ViewerState {
            reactions: reactions.into_iter().map(ViewerReaction::from).collect(),
            threads: threads.into_iter().map(ViewerThreadState::from).collect(),
        })
    }
}
