//! People come into a chat: created with it, added, or joined by themselves.

use chassis::Error;
use deadpool_postgres::Transaction;
use shared_schema::{
    Change, ChatId, Cursor, Event, Number, Participant, ParticipantRole, Seq, UserId,
};

use crate::db::{
    feeds,
    participants::{self, JoinedAt},
};

/// Who comes, and what the chat is like at that moment.
pub struct Admission<'a> {
    pub chat_id: ChatId,
    /// Who lets them in.
    pub actor: UserId,
    /// Nobody in it takes part now, and nobody is named twice.
    pub people: &'a [(UserId, ParticipantRole)],
    /// The newest event of the chat's feed, which the caller holds locked.
    pub last_seq: Seq,
    /// Newcomers have nothing to catch up on.
    pub message_count: Number,
}

/// They are in.
pub struct Admitted {
    pub participants: Vec<Participant>,
    /// Right after the chat's event.
    pub cursor: Cursor,
    /// The chat's event, then one for each of them.
    pub events: Vec<Event>,
}

/// Lets people in: their rows, one event for the chat, and one for each of them.
pub async fn admit(tx: &Transaction<'_>, admission: Admission<'_>) -> Result<Admitted, Error> {
    let Admission {
        chat_id,
        actor,
        people,
        ..
    } = admission;
    // The lock makes the event's seq known before the event: its data holds the rows, which hold the seq.
    let joined = JoinedAt {
        seq: admission.last_seq + 1,
        message_count: admission.message_count,
    };
    let participants = participants::admit(tx, chat_id, people, joined).await?;
    let added = Change::ParticipantsAdded {
        participants: participants.clone(),
    };
    let added = feeds::append(tx, actor, chat_id, added).await?;
    if added.seq != joined.seq {
        return Err(Error::internal("the chat's feed moved under its lock"));
    }
    let told = participants
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
    let told = feeds::append_each(tx, actor, told).await?;
    Ok(Admitted {
        participants,
        cursor: added.cursor(),
        events: std::iter::once(added).chain(told).collect(),
    })
}
