//! `updateChat`: changes the name, the description or the settings of a chat.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, ParticipantRole};

use crate::{
    chats::{description::Description, name::ChatName},
    db::chats::{self, ChatProperties},
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// The chat and what shall change: its name, description or settings. Fields that are absent or null stay unchanged.
#[derive(InputObject)]
pub struct UpdateChatInput {
    /// The id of the chat: a group or public chat.
    chat_id: ChatId,
    /// The new name: 1 to 100 characters after trimming, of which at least one must be visible. Invisible characters
    /// are removed.
    name: Option<String>,
    /// The new description: at most 500 characters after trimming. An empty string removes the description.
    description: Option<String>,
    /// Whether participants may add reactions. Existing reactions stay.
    reactions_allowed: Option<bool>,
    /// Whether participants may reply in threads. Existing replies stay.
    threads_allowed: Option<bool>,
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
    /// Changes the name, the description or the settings of a group or public chat. Only owners and admins may do this.
    async fn update_chat(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The chat and what shall change.")] input: UpdateChatInput,
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
    reactions_allowed: Option<bool>,
    threads_allowed: Option<bool>,
}

impl Edit {
    fn parse(input: &UpdateChatInput) -> Result<Self, Error> {
        let description = input.description.as_deref();
        Ok(Self {
            name: input.name.as_deref().map(ChatName::parse).transpose()?,
            description: description.map(Description::parse).transpose()?,
            reactions_allowed: input.reactions_allowed,
            threads_allowed: input.threads_allowed,
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
    let old = participation.chat.properties();
    let new = ChatProperties {
        name: edit.name.as_ref().map(ChatName::as_str).or(old.name),
        description: edit
            .description
            .as_ref()
            .map_or(old.description, Description::as_str),
        reactions_allowed: edit.reactions_allowed.unwrap_or(old.reactions_allowed),
        threads_allowed: edit.threads_allowed.unwrap_or(old.threads_allowed),
    };
    if new == old {
        return Ok(Outcome::unchanged(UpdateChatPayload {
            chat: participation.chat().into(),
            cursor: participation.cursor(),
        }));
    }
    let chat = chats::describe(tx, participation.chat_id(), new).await?;
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
