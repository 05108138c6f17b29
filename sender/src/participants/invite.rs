//! A participant adds other users to a chat.

use std::collections::HashSet;

use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use futures_util::try_join;
use shared_schema::{ChatId, Cursor, Participant, ParticipantRole, UserId};

use super::{
    access::Participation,
    join::{Join, join_users},
    user_ids::UserIds,
};
use crate::{
    db::{chats, participants, profiles},
    limits::{Charged, Limits},
    transaction::runner::TransactionRunner,
};

/// Users whom a participant wants to add.
pub struct Invitation {
    /// The input field that names them.
    pub field: &'static str,
    /// The users.
    pub people: UserIds,
    /// The role of the new participants.
    pub role: ParticipantRole,
}

impl Invitation {
    /// Adds the users to the chat, and charges the caller for them. `addParticipant` and `addParticipants`.
    pub async fn carry_out(
        self,
        transactions: &TransactionRunner,
        limits: &Limits,
        caller: Caller,
        chat: ChatId,
    ) -> Result<Invited, Error> {
        let charged = self.charge(transactions, limits, &caller, chat).await?;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, chat).await?;
            invite(tx, &participation, &self).await
        };
        let invited = transactions.run_in_chat(chat, rule).await;
        if let Err(error) = &invited {
            charged.failed(error).await;
        }
        invited
    }

    /// Charges the caller for the users who are not participants yet. This happens before the chat's lock is taken, so
    /// that transactions that wait for the lock do not also wait for Redis. The count may therefore be stale.
    async fn charge<'a>(
        &self,
        transactions: &TransactionRunner,
        limits: &'a Limits,
        caller: &Caller,
        chat: ChatId,
    ) -> Result<Charged<'a>, Error> {
        let users = self.people.as_slice();
        let present = participants::find_many(&transactions.client().await?, chat, users).await?;
        limits
            .bring_in(caller.user_id, users.len() - present.len())
            .await
    }
}

/// The result of an [`Invitation`].
pub struct Invited {
    pub participants: Vec<Participant>,
    pub cursor: Cursor,
}

async fn invite(
    tx: &Transaction<'_>,
    participation: &Participation,
    invitation: &Invitation,
) -> Result<Outcome<Invited>, Error> {
    participation.forbid_direct_chat()?;
    participation.require(ParticipantRole::Admin)?;
    if invitation.role > ParticipantRole::Member {
        participation.require(ParticipantRole::Owner)?;
    }
    let chat_id = participation.chat_id();
    let users = invitation.people.as_slice();
    let (mut participants, known) = try_join!(
        participants::find_many(tx, chat_id, users),
        profiles::existing_ids(tx, users),
    )?;
    let present: HashSet<UserId> = participants.iter().map(|one| one.user_id).collect();
    let newcomers = users.iter().filter(|user| !present.contains(user));
    let newcomers: Vec<_> = newcomers.map(|user| (*user, invitation.role)).collect();
    if newcomers.iter().any(|(user, _)| !known.contains(user)) {
        return Err(Error::not_found_in(invitation.field, "user"));
    }
    if newcomers.is_empty() {
        return Ok(Outcome::unchanged(Invited {
            participants,
            cursor: participation.cursor(),
        }));
    }
    let join = Join {
        chat_id,
        actor: participation.own.user_id,
        users: &newcomers,
        last_seq: participation.feed.last_seq,
        message_count: participation.feed.message_count,
    };
    let joined = join_users(tx, join).await?;
    let count = i32::try_from(newcomers.len()).unwrap_or(i32::MAX);
    chats::add_to_participant_count(tx, chat_id, count).await?;
    participants.extend(joined.participants);
    Ok(Outcome {
        payload: Invited {
            participants,
            cursor: joined.cursor,
        },
        events: PendingEvents::default().events(joined.events),
    })
}
