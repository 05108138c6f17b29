//! `removeReaction`: takes a reaction back.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::Caller;
use shared_schema::{ChatId, Cursor, MessageId};

use crate::{
    objects,
    reactions::{emoji::Emoji, toggle::Toggle},
    state::RequestContext,
};

/// The message, and the emoji to remove from it.
#[derive(InputObject)]
pub struct RemoveReactionInput {
    /// The id of the chat. The caller must be a participant.
    chat_id: ChatId,
    /// The id of the message.
    message_id: MessageId,
    /// The emoji, in any skin tone.
    emoji: String,
}

/// The result of removing a reaction.
#[derive(SimpleObject)]
pub struct RemoveReactionPayload {
    /// The reactions with this emoji that are left on the message. Its `count` is 0 if there are none.
    reaction_group: objects::ReactionGroup,
    /// The position right after the change. If the caller did not have this reaction, the position right after the chat's
    /// newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct RemoveReaction;

#[Object]
impl RemoveReaction {
    /// Removes a reaction of the caller from a message. Changes nothing if the caller does not have it. Repeating the
    /// request is safe.
    async fn remove_reaction(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message, and the emoji to remove from it.")]
        input: RemoveReactionInput,
    ) -> async_graphql::Result<RemoveReactionPayload> {
        let toggle = Toggle {
            user_id: Caller::of(context)?.user_id,
            chat_id: input.chat_id,
            message_id: input.message_id,
            emoji: Emoji::parse(&input.emoji)?,
            add: false,
        };
        let toggled = context.state()?.reactions.submit(toggle).await?;
        Ok(RemoveReactionPayload {
            reaction_group: toggled.group.into(),
            cursor: toggled.cursor,
        })
    }
}
