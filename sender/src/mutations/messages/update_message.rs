//! `updateMessage`: edits the text of a message.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chassis::{Caller, Error};
use deadpool_postgres::Transaction;
use feed_log::{Outcome, PendingEvents, append};
use shared_schema::{Change, ChatId, Cursor, MessageId, Reason};

use crate::{
    db::{message_mentions, messages},
    mentions::{edit::mentions_of_edit, tokens::MentionTokens},
    messages::content::Content,
    objects,
    participants::access::Participation,
    state::RequestContext,
};

/// The message to edit, and its new text.
#[derive(InputObject)]
pub struct UpdateMessageInput {
    /// The id of the chat.
    chat_id: ChatId,
    /// The id of the message.
    id: MessageId,
    /// The new text: 1 to 5,000 characters after trimming.
    content: String,
}

/// The result of editing a message.
#[derive(SimpleObject)]
pub struct UpdateMessagePayload {
    /// The message in its current state.
    message: objects::Message,
    /// The position right after the edit. If the text was unchanged, the position right after the chat's newest event.
    cursor: Cursor,
}

#[derive(Default)]
pub struct UpdateMessage;

#[Object]
impl UpdateMessage {
    /// Replaces the text of one of the caller's own messages. The last 50 texts that it had before are kept, for those who may
    /// read the message: see `messageRevisions`. Whoever is mentioned before and after stays mentioned. Fails with
    /// `CONFLICT` if the message has been removed, and as `createMessage` does if the new text mentions all and the old one does
    /// not.
    async fn update_message(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The message to edit, and its new text.")] input: UpdateMessageInput,
    ) -> async_graphql::Result<UpdateMessagePayload> {
        let caller = Caller::of(context)?.clone();
        let content = Content::parse(&input.content)?;
        let tokens = MentionTokens::of(content.as_str());
        let transactions = &context.state()?.transactions;
        let rule = async move |tx: &Transaction<'_>| {
            let participation = Participation::of(tx, &caller, input.chat_id).await?;
            edit(tx, &participation, input.id, &content, &tokens).await
        };
        Ok(transactions.run_in_chat(input.chat_id, rule).await?)
    }
}

async fn edit(
    tx: &Transaction<'_>,
    participation: &Participation,
    id: MessageId,
    content: &Content,
    tokens: &MentionTokens,
) -> Result<Outcome<UpdateMessagePayload>, Error> {
    let chat_id = participation.chat_id();
    let caller = participation.own.user_id;
    let message = messages::find(tx, chat_id, id)
        .await?
        .ok_or_else(|| Error::not_found_in("id", "message"))?
        .message;
    if message.sender_id != caller {
        return Err(Error::forbidden(Reason::NotTheAuthor));
    }
    match message.content.as_deref() {
        None => Err(Error::conflict_on("id", Reason::MessageRemoved)),
        Some(old) if old == content.as_str() => Ok(Outcome::unchanged(UpdateMessagePayload {
            message: message.into(),
            cursor: participation.cursor(),
        })),
        Some(_) => {
            let mentions = mentions_of_edit(tx, participation, &message, tokens).await?;
            if message.mention_count > 0 || mentions.count() > 0 {
                message_mentions::update(tx, &message, &mentions).await?;
            }
            let message = messages::edit(tx, chat_id, id, content, &mentions).await?;
            let change = Change::MessageUpdated(message.clone());
            let event = append(tx, caller, chat_id, change).await?;
            Ok(Outcome {
                payload: UpdateMessagePayload {
                    message: message.into(),
                    cursor: event.cursor(),
                },
                events: PendingEvents::default().event(event),
            })
        }
    }
}
