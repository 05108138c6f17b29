//! How users join a chat: when it is created, when others add them, or by joining it themselves.

use chassis::Error;
use deadpool_postgres::Transaction;
use feed_log::{append, append_each};
use shared_schema::{
    Change, ChatId, Cursor, Event, Number, Participant, ParticipantRole, Seq, UserId,
};

use crate::db::participants::{self, JoinedAt};

/// The joining users, and the state of the chat at that moment.
pub struct Join<'a> {
    pub chat_id: ChatId,
    /// The user who adds them.
    pub actor: UserId,
    /// None of them takes part now, and none is named twice.
    pub users: &'a [(UserId, ParticipantRole)],
    /// The newest event of the chat's feed, which the caller holds locked.
    pub last_seq: Seq,
    /// New participants have read everything up to this.
    pub message_count: Number,
}

/// The result of a [`Join`].
pub struct Joined {
    pub participants: Vec<Participant>,
    /// Right after the chat's event.
    pub cursor: Cursor,
    /// The chat's event, then one for each of them.
    pub events: Vec<Event>,
}

/// Adds users to a chat: their rows, one event in the chat's feed, and one in the feed of each of them.
pub async fn join_users(tx: &Transaction<'_>, join: Join<'_>) -> Result<Joined, Error> {
    let Join {
        chat_id,
        actor,
        users,
        ..
    } = join;
    // The lock makes the event's seq known before the event: its data holds the rows, which hold the seq.
    let joined = JoinedAt {
        seq: join.last_seq + 1,
        message_count: join.message_count,
    };
    let participants = participants::insert_joined(tx, chat_id, users, joined).await?;
    let added = Change::ParticipantsAdded {
        participants: participants.clone(),
    };
    let added = append(tx, actor, chat_id, added).await?;
    if added.seq != joined.seq {
        return Err(Error::internal(
            "the chat's feed changed while its lock was held",
        ));
    }
    let chat_added = participants
        .iter()
        .map(|participant| {
            let change = Change::ChatAdded {
                chat_id,
                joined_seq: added.seq,
                joined_event: added.id,
            };
            (participant.user_id.into(), change)
        })
        .collect();
    let chat_added = append_each(tx, actor, chat_added).await?;
    Ok(Joined {
        participants,
        cursor: added.cursor(),
        events: std::iter::once(added).chain(chat_added).collect(),
    })
}
