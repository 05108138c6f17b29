//! `addReaction`: reacts to a message.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::Caller;
use shared_schema::{ChatId, Cursor, MessageId};

use crate::{
    objects,
    reactions::{emoji::Emoji, toggle::Toggle},
    state::RequestContext,
};

/// The message to react to, and the emoji.
#[derive(InputObject)]
pub struct AddReactionInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message.
    message_id: MessageId,
    /// A single emoji, with or without a skin tone.
    emoji: String,
}

/// The result of reacting to a message.
#[derive(SimpleObject)]
pub struct AddReactionPayload {
    /// All reactions with this emoji on the message, including the caller's.
    reaction_group: objects::ReactionGroup,
    /// The position right after the change. If the caller had this reaction already, the position right after the chat's
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct AddReaction;

#[Object]
impl AddReaction {
    /// Adds a reaction of the caller to a message. A user has each emoji at most once on a message: choosing it in another
    /// skin tone replaces the earlier one. A message has at most 20 different emoji; joining one of them is always
    /// possible. Fails with `CONFLICT` if the message has been removed, and with `FORBIDDEN` if the chat does not allow
    /// reactions. Repeating the request is safe.
    async fn add_reaction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message to react to, and the emoji.")] input: AddReactionInput,
    ) -> async_graphql::Result<AddReactionPayload> {
        let toggle = Toggle {
            user_id: Caller::of(context)?.user_id,
            chat_id: input.chat_id,
            message_id: input.message_id,
            emoji: Emoji::parse(&input.emoji)?,
            add: true,
        };
        let toggled = context.state()?.reactions.submit(toggle).await?;
        Ok(AddReactionPayload {
            reaction_group: toggled.group.into(),
            cursor: toggled.cursor,
        })
    }
}
