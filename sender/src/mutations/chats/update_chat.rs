//! `updateChat`: changes the name or the description of a chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, ParticipantRole};

use crate::{
    chats::{description::Description, name::ChatName},
    db::chats,
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// The chat and its new name or description. Fields that are absent or null stay unchanged.
#[derive(InputObject)]
pub struct UpdateChatInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The new name: 1 to 100 characters after trimming, of which at least one must be visible. Invisible characters
    /// are removed.
    name: Option<String>,
    /// The new description: at most 500 characters after trimming. An empty string removes the description.
    description: Option<String>,
}

/// The result of updating a chat.
#[derive(SimpleObject)]
pub struct UpdateChatPayload {
    /// The chat in its current state.
    chat: objects::Chat,
    /// The position right after the change. If nothing changed, the position right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UpdateChat;

#[Object]
impl UpdateChat {
    /// Changes the name or the description of a group or public chat. Only owners and admins may do this.
    async fn update_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat and its new name or description.")] input: UpdateChatInput,
    ) -> async_graphql::Result<UpdateChatPayload> {
        let caller = Caller::of(context)?.clone();
        let chat_id = input.chat_id;
        let edit = Edit::parse(&input)?;
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, chat_id).await?;
            describe(tx, &participation, &edit).await
        };
        Ok(transactions.run_in_chat(chat_id, rule).await?)
    }
}

struct Edit {
    name: Option<ChatName>,
    description: Option<Description>,
}

impl Edit {
    fn parse(input: &UpdateChatInput) -> Result<Self, Error> {
        let description = input.description.as_deref();
        Ok(Self {
            name: input.name.as_deref().map(ChatName::parse).transpose()?,
            description: description.map(Description::parse).transpose()?,
        })
    }
}

async fn describe(
    tx: &Transaction<'_>,
    participation: &Participation,
    edit: &Edit,
) -> Result<Outcome<UpdateChatPayload>, Error> {
    participation.forbid_direct_chat()?;
    participation.require(ParticipantRole::Admin)?;
    let old = &participation.chat;
    let new_name = edit.name.as_ref().map(ChatName::as_str);
    let name = new_name.or(old.name.as_deref());
    let new_description = edit.description.as_ref().map(Description::as_str);
    let description = new_description.unwrap_or(&old.description);
    if name == old.name.as_deref() && description == old.description {
        return Ok(Outcome::unchanged(UpdateChatPayload {
            chat: participation.chat().into(),
            cursor: participation.cursor(),
        }));
    }
    let chat = chats::describe(tx, participation.chat_id(), name, description).await?;
    let actor = participation.own.user_id;
    let event = append(tx, actor, chat.id, Change::ChatUpdated).await?;
    Ok(Outcome {
        payload: UpdateChatPayload {
            chat: chat.with(&participation.feed).into(),
            cursor: event.cursor(),
        },
        events: PendingEvents::default().event(event),
    })
}
