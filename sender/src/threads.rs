//! What a user changes about a thread for themselves: following it, and how far they have read. Replies are messages, see
//! `messages`.
//!
//! None of it takes the chat's lock: it is the user's own, and thousands may read while one writes. The row of
//! `thread_follows` serves as the lock, and then the user's own feed, always in this order.

use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use futures_util::try_join;
use shared_schema::{Change, ChatId, Cursor, MessageId, UserId};

use crate::{
    db::{
        feeds, messages,
        thread_follows::{Follow, FollowKey},
    },
    objects::ViewerThread,
    participants::access::ChatAccess,
};

/// Proof that a user takes part in the chat of a thread.
pub struct ThreadAccess {
    chat_id: ChatId,
    root_id: MessageId,
    user_id: UserId,
}

/// Where the user stands with the thread, and a position in their own feed.
pub struct FollowState {
    pub viewer_thread: ViewerThread,
    pub cursor: Cursor,
}

impl ThreadAccess {
    /// The thread of a message: the one under it, or, if it is a reply in a thread, the one that it is in.
    ///
    /// # Errors
    /// Those of [`ChatAccess::require_participant`]; `NOT_FOUND` when there is no such message in the chat.
    pub async fn of(
        tx: &Transaction<'_>,
        caller: &Caller,
        chat_id: ChatId,
        message: MessageId,
    ) -> Result<Self, Error> {
        let (access, found) = try_join!(
            ChatAccess::of(tx, caller, chat_id),
            messages::find(tx, chat_id, message),
        )?;
        access.require_participant()?;
        let message = found
            .ok_or_else(|| Error::not_found_in("rootId", "message"))?
            .message;
        Ok(Self {
            chat_id,
            root_id: message.thread_root_id.unwrap_or(message.id),
            user_id: caller.user_id,
        })
    }

    /// The key of the user's row.
    pub fn key(&self) -> FollowKey {
        (self.chat_id, self.root_id, self.user_id)
    }

    /// Appends what changed to the user's own feed.
    pub async fn changed(
        &self,
        tx: &Transaction<'_>,
        follow: Follow,
    ) -> Result<Outcome<FollowState>, Error> {
        let change = Change::ThreadFollowChanged {
            chat_id: self.chat_id,
            root_id: self.root_id,
            following: follow.following,
            last_read_number: follow.last_read_number,
        };
        let event = append(tx, self.user_id, self.user_id, change).await?;
        Ok(Outcome {
            payload: FollowState {
                viewer_thread: self.viewer_thread(follow),
                cursor: event.cursor(),
            },
            events: PendingEvents::default().event(event),
        })
    }

    /// The answer if nothing changed. Without a row, the user does not follow the thread and has read nothing of it.
    pub async fn unchanged(
        &self,
        tx: &Transaction<'_>,
        follow: Option<Follow>,
    ) -> Result<Outcome<FollowState>, Error> {
        let own_feed = feeds::find(tx, self.user_id.into()).await?;
        let own_feed = own_feed.ok_or_else(Error::unauthenticated)?;
        Ok(Outcome::unchanged(FollowState {
            viewer_thread: self.viewer_thread(follow.unwrap_or_default()),
            cursor: own_feed.cursor(),
        }))
    }

    fn viewer_thread(&self, follow: Follow) -> ViewerThread {
        ViewerThread {
            chat_id: self.chat_id,
            root_id: self.root_id,
            following: follow.following,
            last_read_number: follow.last_read_number,
        }
    }
}
