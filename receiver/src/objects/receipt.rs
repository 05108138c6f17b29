//! Receipts, as one caller may know them.

use async_graphql::{ComplexObject, Context, Result, SimpleObject, connection::Connection};
use chassis::Caller;
use shared_schema::{ChatId, Number, User, UserId};

use crate::{
    databases::loaders::Loaders,
    db::{participants::ParticipantRow, receipts::ReceiptRow},
    state::RequestContext,
};

use super::participant::Participant;

/// How far the messages of a chat have come on the way to one participant.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Receipt {
    /// The id of the chat.
    chat_id: ChatId,
    /// The id of the participant.
    user_id: UserId,
    /// The number of the newest message when they joined: messages up to it were not sent to them.
    joined_number: Number,
    /// Every message up to and including this number is on a device of theirs. It only grows, and is never below their read
    /// mark.
    delivered_number: Number,
    /// They have read every message up to and including this number. It only grows. Null if they do not tell, or if the caller
    /// does not.
    read_number: Option<Number>,
}

impl Receipt {
    /// What the caller may know of these receipts: `is_telling` says whether they tell theirs.
    pub(crate) fn shown(row: &ReceiptRow, is_telling: bool) -> Self {
        Self {
            chat_id: row.chat_id,
            user_id: row.user_id,
            joined_number: row.joined_number,
            delivered_number: row.delivered_number,
            read_number: row.read_number.filter(|_| is_telling),
        }
    }
}

#[ComplexObject]
impl Receipt {
    /// The participant's current public profile. Null if the account no longer exists.
    async fn user(&self, context: &Context<'_>) -> Result<Option<User>> {
        Ok(context.loaders()?.user(self.user_id).await?)
    }
}

/// The additional fields of a list of receipts of one message.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ReceiptCounts {
    /// To how many the message was sent: those who took part then and take part now, without its sender.
    pub(crate) recipient_count: Number,
    /// How many of them have it on a device. Null in chats with more participants than `Chat.maxReceiptParticipants`.
    pub(crate) delivered_count: Option<Number>,
    /// How many of them have read it, of those who tell. Null if the caller does not tell.
    pub(crate) read_count: Option<Number>,
}

/// A list of receipts of one message.
pub(crate) type ReceiptConnection =
    Connection<String, Receipt, ReceiptCounts, async_graphql::connection::EmptyFields>;

/// Whether the caller tells what they have read, and so may know what others have.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn caller_tells(context: &Context<'_>, loaders: &Loaders) -> Result<bool> {
    let user = Caller::of(context)?.user_id;
    Ok(loaders.telling([user]).await?.contains(&user))
}

/// Participants with the read marks that the caller may know: their own, and of others if both tell theirs.
///
/// # Errors
/// When Postgres does not answer.
pub(crate) async fn participants_shown(
    context: &Context<'_>,
    rows: impl IntoIterator<Item = ParticipantRow>,
) -> Result<Vec<Participant>> {
    let rows: Vec<ParticipantRow> = rows.into_iter().collect();
    let caller = Caller::of(context)?.user_id;
    let users = rows.iter().map(|row| row.facts.user_id);
    if users.clone().all(|user| user == caller) {
        return Ok(rows.into_iter().map(|row| row.facts.into()).collect());
    }
    let telling = context.loaders()?.telling(users.chain([caller])).await?;
    let shown = rows.into_iter().map(|row| {
        let mut facts = row.facts;
        let is_shown = telling.contains(&caller) && telling.contains(&facts.user_id);
        if facts.user_id != caller && !is_shown {
            facts.last_read_number = facts.joined_number;
        }
        Participant::from(facts)
    });
    Ok(shown.collect())
}
