//! `joinChat`: adds the caller to a public chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents};
use shared_schema::{ChatId, ChatKind, Cursor, ParticipantRole, Reason};

use crate::{
    db::{chats, feeds},
    objects,
    participants::{
        access::{ChatAccess, VisibleRows, chat_not_found},
        join::{Join, join_users},
    },
    state::RequestContext,
};

/// The chat to join.
#[derive(InputObject)]
pub struct JoinChatInput {
    /// The id of the chat: a public chat.
    chat_id: ChatId,
}

/// The result of joining a chat.
#[derive(SimpleObject)]
pub struct JoinChatPayload {
    /// The chat that the caller has joined.
    chat: objects::Chat,
    /// The caller's participation in the chat.
    participant: objects::Participant,
    /// The position right after the event that added the caller. If the caller was already a participant, the position
    /// right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct JoinChat;

#[Object]
impl JoinChat {
    /// Adds the caller to a public chat: as a member, or as its owner if nobody takes part in it. Nothing changes if the
    /// caller is already a participant.
    async fn join_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat to join.")] input: JoinChatInput,
    ) -> async_graphql::Result<JoinChatPayload> {
        let caller = Caller::of(context)?.clone();
        let transactions = &context.state()?.transactions;
        Ok(transactions
            .run_in_chat(input.chat_id, async move |tx| {
                join(tx, &caller, input.chat_id).await
            })
            .await?)
    }
}

async fn join(
    tx: &Transaction<'_>,
    caller: &Caller,
    chat_id: ChatId,
) -> Result<Outcome<JoinChatPayload>, Error> {
    let feed = feeds::lock(tx, chat_id).await?;
    let access = ChatAccess::of(tx, caller, chat_id).await?;
    let VisibleRows { chat, own, .. } = access.require_visible()?;
    let feed = feed.ok_or_else(chat_not_found)?;
    if chat.kind != ChatKind::Public {
        return Err(Error::forbidden(Reason::NotPublic));
    }
    if let Some(participant) = own {
        return Ok(Outcome::unchanged(JoinChatPayload {
            chat: chat.with(&feed).into(),
            participant: objects::Participant::shown_to(caller.user_id, participant),
            cursor: feed.cursor(),
        }));
    }
    // The lobby of a new installation belongs to nobody, and a chat must not stay without an owner.
    let role = match chat.participant_count {
        0 => ParticipantRole::Owner,
        _ => ParticipantRole::Member,
    };
    let join = Join {
        chat_id,
        actor: caller.user_id,
        users: &[(caller.user_id, role)],
        last_seq: feed.last_seq,
        message_count: feed.message_count,
    };
    let joined = join_users(tx, join).await?;
    let chat = chats::add_to_participant_count(tx, chat_id, 1).await?;
    let participant = joined.participants.into_iter().next();
    Ok(Outcome {
        payload: JoinChatPayload {
            chat: chat.with(&feed).into(),
            participant: objects::Participant::shown_to(
                caller.user_id,
                participant.ok_or_else(chat_not_found)?,
            ),
            cursor: joined.cursor,
        },
        events: PendingEvents::default().events(joined.events),
    })
}
