//! People go out of a chat: one of them, or all of them because the chat goes away.

use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{Change, Cursor, Event, UserId};

use crate::{
    db::{chats, feeds, participants},
    participation::Participation,
};

/// User feeds that are written in one statement.
const CHUNK: usize = 1000;

/// They are out.
pub struct Departed {
    /// Right after the chat's event.
    pub cursor: Cursor,
    /// The chat's event, then one for everyone who is out.
    pub events: Vec<Event>,
}

/// Ends the participation of one user, who takes part. They receive nothing after the chat's event.
pub async fn depart(
    tx: &Transaction<'_>,
    participation: &Participation,
    user: UserId,
) -> Result<Departed, Error> {
    let actor = participation.own.user_id;
    let chat_id = participation.chat_id();
    let change = Change::ParticipantRemoved { user_id: user };
    let removed = feeds::append(tx, actor, chat_id, change).await?;
    participants::leave(tx, chat_id, user, removed.seq).await?;
    chats::add_to_participant_count(tx, chat_id, -1).await?;
    let change = Change::ChatLeft {
        chat_id,
        left_seq: removed.seq,
    };
    let told = feeds::append(tx, actor, user, change).await?;
    Ok(Departed {
        cursor: removed.cursor(),
        events: vec![removed, told],
    })
}

/// Removes the chat and tells everyone who takes part.
pub async fn dissolve(
    tx: &Transaction<'_>,
    participation: &Participation,
) -> Result<Departed, Error> {
    let actor = participation.own.user_id;
    let chat_id = participation.chat_id();
    let removed = feeds::append(tx, actor, chat_id, Change::ChatRemoved).await?;
    chats::remove(tx, chat_id).await?;
    let everyone = participants::leave_all(tx, chat_id, removed.seq).await?;
    let mut departed = Departed {
        cursor: removed.cursor(),
        events: vec![],
    };
    let left_seq = removed.seq;
    departed.events.push(removed);
    // Chunks of a sorted list take the locks of the user feeds in one order, as a single statement does.
    for users in everyone.chunks(CHUNK) {
        let told = users
            .iter()
            .map(|user| ((*user).into(), Change::ChatLeft { chat_id, left_seq }))
            .collect();
        departed
            .events
            .extend(feeds::append_each(tx, actor, told).await?);
    }
    Ok(departed)
}
