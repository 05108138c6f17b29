//! The objects of the contract as this service shows them: the shared fields and no others. The receiver's objects of
//! the same names have additional fields.

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use shared_schema::{ChatId, MessageId, Number, UserId};

use crate::{db::message_mentions, state::RequestContext};

/// The places that a message counts for: most have none, and few have more than three.
const MENTIONS_COST: usize = 3;

/// A chat: a direct, group or public conversation.
#[derive(SimpleObject)]
pub struct Chat {
    #[graphql(flatten)]
    snapshot: shared_schema::Chat,
}

impl From<shared_schema::Chat> for Chat {
    fn from(snapshot: shared_schema::Chat) -> Self {
        Self { snapshot }
    }
}

/// A message. All of its fields are the same for everyone who may read it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct Message {
    #[graphql(flatten)]
    snapshot: shared_schema::Message,
}

impl From<shared_schema::Message> for Message {
    fn from(snapshot: shared_schema::Message) -> Self {
        Self { snapshot }
    }
}

#[ComplexObject]
impl Message {
    /// The places in the text that mention a participant by `@username`, in the order of the text: at most 50 people, and at most
    /// 10 places for each. Code, links, quotes and HTML mention nobody, and neither does a name that is no current
    /// participant's when the text is written. Empty once the message has been removed.
    #[graphql(complexity = "MENTIONS_COST * child_complexity")]
    async fn mentions(&self, context: &Context<'_>) -> Result<Vec<Mention>> {
        let message = &self.snapshot;
        let Some(text) = message
            .content
            .as_deref()
            .filter(|_| message.mention_count > 0)
        else {
            return Ok(vec![]);
        };
        let client = context.state()?.transactions.client().await?;
        let places = message_mentions::of_message(&client, message.chat_id, message.number).await?;
        let places = shared_schema::Mention::in_text(places, text);
        Ok(places.into_iter().map(Mention::from).collect())
    }
}

/// A place in the text of a message that mentions a participant.
#[derive(SimpleObject)]
pub struct Mention {
    #[graphql(flatten)]
    snapshot: shared_schema::Mention,
}

impl From<shared_schema::Mention> for Mention {
    fn from(snapshot: shared_schema::Mention) -> Self {
        Self { snapshot }
    }
}

/// A participant: the membership of one user in one chat.
#[derive(SimpleObject)]
pub struct Participant {
    #[graphql(flatten)]
    snapshot: shared_schema::Participant,
}

impl Participant {
    /// What this caller is told. How far others have read is told by the receiver only, which knows who tells it.
    pub fn shown_to(caller: UserId, snapshot: shared_schema::Participant) -> Self {
        let last_read_number = if snapshot.user_id == caller {
            snapshot.last_read_number
        } else {
            snapshot.joined_number
        };
        Self {
            snapshot: shared_schema::Participant {
                last_read_number,
                ..snapshot
            },
        }
    }
}

/// A reaction group: all reactions with one emoji on one message. All of its fields are the same for everyone who may read
/// the message.
#[derive(SimpleObject)]
pub struct ReactionGroup {
    #[graphql(flatten)]
    snapshot: shared_schema::ReactionGroup,
}

impl From<shared_schema::ReactionGroup> for ReactionGroup {
    fn from(snapshot: shared_schema::ReactionGroup) -> Self {
        Self { snapshot }
    }
}

/// Where the caller stands with a thread.
#[derive(SimpleObject)]
pub struct ViewerThread {
    /// The id of the chat.
    pub chat_id: ChatId,
    /// The id of the message whose thread it is.
    pub root_id: MessageId,
    /// Whether the caller follows the thread.
    pub following: bool,
    /// The caller's read mark in the thread: they have read every reply up to and including this number. Where their read mark
    /// in the chat is further, the thread is read up to there.
    pub last_read_number: Number,
}
