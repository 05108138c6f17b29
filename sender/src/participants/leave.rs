//! Users leave a chat: one of them, or all of them because the chat is removed.

use chassis::Error;
use deadpool_postgres::Transaction;
use feed_log::{append, append_each};
use shared_schema::{Change, Cursor, Event, UserId};

use crate::{
    db::{chats, participants},
    participants::access::Participation,
};

/// Maximum user feeds that one statement appends to.
const FEEDS_PER_STATEMENT: usize = 1000;

/// The result of a departure.
pub struct Left {
    /// Right after the chat's event.
    pub cursor: Cursor,
    /// The event of the chat's feed, then one event for each user who left.
    pub events: Vec<Event>,
}

/// Ends the participation of one user. They receive nothing after the chat's event.
pub async fn end_participation(
    tx: &Transaction<'_>,
    participation: &Participation,
    user: UserId,
) -> Result<Left, Error> {
    let actor = participation.own.user_id;
    let chat_id = participation.chat_id();
    let change = Change::ParticipantRemoved { user_id: user };
    let removed = append(tx, actor, chat_id, change).await?;
    participants::leave(tx, chat_id, user, removed.seq).await?;
    chats::add_to_participant_count(tx, chat_id, -1).await?;
    let change = Change::ChatLeft {
        chat_id,
        left_seq: removed.seq,
    };
    let chat_left = append(tx, actor, user, change).await?;
    Ok(Left {
        cursor: removed.cursor(),
        events: vec![removed, chat_left],
    })
}

/// Removes the chat and appends an event to the feed of every participant.
pub async fn remove_chat(
    tx: &Transaction<'_>,
    participation: &Participation,
) -> Result<Left, Error> {
    let actor = participation.own.user_id;
    let chat_id = participation.chat_id();
    let removed = append(tx, actor, chat_id, Change::ChatRemoved).await?;
    chats::remove(tx, chat_id).await?;
    let everyone = participants::leave_all(tx, chat_id, removed.seq).await?;
    let mut left = Left {
        cursor: removed.cursor(),
        events: vec![],
    };
    let left_seq = removed.seq;
    left.events.push(removed);
    // Chunks of a sorted list take the locks of the user feeds in one order, as a single statement does.
    for users in everyone.chunks(FEEDS_PER_STATEMENT) {
        let chat_left = users
            .iter()
            .map(|user| ((*user).into(), Change::ChatLeft { chat_id, left_seq }))
            .collect();
        left.events.extend(append_each(tx, actor, chat_left).await?);
    }
    Ok(left)
}
