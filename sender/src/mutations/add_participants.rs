//! `addParticipants`: others are brought in, many at once.

use std::collections::HashSet;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use futures_util::try_join;
use shared_schema::{ChatId, Cursor, Event, Participant, ParticipantRole, UserId};

use crate::{
    db::{chats, participants, profiles},
    graphql,
    limits::{Charged, Limits},
    participants::{
        access::Participation,
        join::{Join, join_users},
        user_ids::UserIds,
    },
    transaction::{
        pending_events::PendingEvents,
        runner::{Outcome, TransactionRunner},
    },
};

/// Whom to bring in, and where.
#[derive(InputObject)]
pub struct AddParticipantsInput {
    /// A group or public chat.
    chat_id: ChatId,
    /// 1 to 1,000 users; naming one twice is naming them once.
    user_ids: Vec<UserId>,
}

/// They take part.
#[derive(SimpleObject)]
pub struct AddParticipantsPayload {
    /// Everyone who was named, also those who took part before.
    participants: Vec<graphql::Participant>,
    /// The position right after the event that added them; if all of them took part before, right after the chat's
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddParticipants;

#[Object]
impl AddParticipants {
    /// Adds users to a group or public chat as members, with one event. For owners and admins. Users who take part
    /// already stay as they are.
    async fn add_participants(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to bring in, and where.")] input: AddParticipantsInput,
    ) -> async_graphql::Result<AddParticipantsPayload> {
        let caller = Caller::of(context)?.clone();
        let people = UserIds::parse("userIds", input.user_ids)?.at_least_one("userIds")?;
        let invitation = Invitation {
            field: "userIds",
            people,
            role: ParticipantRole::Member,
        };
        let transactions = TransactionRunner::of(context)?;
        let charged = invitation
            .charge(transactions, Limits::of(context)?, &caller, input.chat_id)
            .await?;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            add(tx, &participation, &invitation).await
        };
        let added = transactions.run_in_chat(input.chat_id, rule).await;
        if let Err(error) = &added {
            charged.failed(error).await;
        }
        Ok(added?)
    }
}

async fn add(
    tx: &Transaction<'_>,
    participation: &Participation,
    invitation: &Invitation,
) -> Result<Outcome<AddParticipantsPayload>, Error> {
    let invited = invite(tx, participation, invitation).await?;
    Ok(Outcome {
        payload: AddParticipantsPayload {
            participants: invited.participants.into_iter().map(Into::into).collect(),
            cursor: invited.cursor,
        },
        events: PendingEvents::default().events(invited.events),
    })
}

/// Whom someone who takes part wants to bring in.
pub struct Invitation {
    /// The input field that names them.
    pub field: &'static str,
    /// The users.
    pub people: UserIds,
    /// What the newcomers may do.
    pub role: ParticipantRole,
}

impl Invitation {
    /// Counts those who do not take part yet, as far as that is known before the chat's lock is taken: nobody who waits for
    /// the lock shall wait for Redis as well.
    pub async fn charge<'a>(
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

/// They are in.
pub struct Invited {
    pub participants: Vec<Participant>,
    pub cursor: Cursor,
    pub events: Vec<Event>,
}

/// The rule of both mutations that bring others in.
pub async fn invite(
    tx: &Transaction<'_>,
    participation: &Participation,
    invitation: &Invitation,
) -> Result<Invited, Error> {
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
        return Ok(Invited {
            participants,
            cursor: participation.cursor(),
            events: vec![],
        });
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
    Ok(Invited {
        participants,
        cursor: joined.cursor,
        events: joined.events,
    })
}
