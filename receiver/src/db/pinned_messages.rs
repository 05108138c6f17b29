//! `pinned_messages`, with the messages.

use std::{collections::HashMap, sync::LazyLock};

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Instant, Message, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{
    message_parts::{COLUMNS, MEASURED_COLUMNS, MessagePart, message, within},
    message_position::MessagePosition,
    rows,
};

/// A pinned message.
#[derive(Clone, Debug)]
pub(crate) struct PinnedMessageRow {
    pub(crate) message: Message,
    pub(crate) pinned_by: UserId,
    pub(crate) pinned_at: Instant,
}

impl PinnedMessageRow {
    /// Its place in a list that has the newest pin first: the time is that of the pin.
    #[must_use]
    pub(crate) fn position(&self) -> MessagePosition {
        MessagePosition {
            at: self.pinned_at.0,
            chat: self.message.chat_id,
            number: self.message.number,
        }
    }
}

/// Which pinned messages of a chat to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PinRange {
    /// Only those after this place.
    pub(crate) after: Option<MessagePosition>,
    /// So many at the most.
    pub(crate) limit: i64,
    /// Bytes of text at the most, those of the messages that are answered included. The first message is read however long
    /// it is.
    pub(crate) text: i64,
}

/// The same range of the pinned messages of each of these chats, newest pin first. A message that was removed is not there: a
/// sender of the release before removes without unpinning.
pub(crate) async fn of_chats(
    pool: &Pool,
    chats: &[ChatId],
    range: PinRange,
) -> Result<HashMap<ChatId, MessagePart<PinnedMessageRow>>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let PinRange { after, limit, text } = range;
    let after = after.unwrap_or(MessagePosition::NEWEST);
    let rows = rows(
        pool,
        &PINNED,
        &[&ids, &after.at, &after.number, &limit, &text],
    )
    .await?;
    let mut parts: HashMap<ChatId, MessagePart<PinnedMessageRow>> = HashMap::new();
    for row in &rows {
        let found: i64 = row.try_get("found")?;
        let pinned = pinned(row)?;
        let part = parts.entry(pinned.message.chat_id).or_default();
        part.items.push(pinned);
        part.is_truncated = i64::try_from(part.items.len()).is_ok_and(|read| read < found);
    }
    Ok(parts)
}

static PINNED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT r.*
         FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             WITH page AS MATERIALIZED (
                 SELECT {COLUMNS}, m.bytes, p.pinned_by, p.pinned_at,
                        row_number() OVER (ORDER BY p.pinned_at DESC, p.number DESC) AS place
                 FROM pinned_messages p
                 CROSS JOIN LATERAL (
                     SELECT {columns} FROM messages m
                     WHERE m.chat_id = p.chat_id AND m.id = p.message_id AND m.removed_at IS NULL
                     OFFSET 0
                 ) m
                 WHERE p.chat_id = wanted.chat_id AND (p.pinned_at, p.number) < ($2, $3)
                 ORDER BY p.pinned_at DESC, p.number DESC
                 LIMIT $4
             )
             {within}
         ) r
         ORDER BY r.chat_id, r.place",
        columns = *MEASURED_COLUMNS,
        within = within("$5"),
    )
});

fn pinned(row: &Row) -> Result<PinnedMessageRow, Error> {
    Ok(PinnedMessageRow {
        message: message(row)?,
        pinned_by: UserId(row.try_get("pinned_by")?),
        pinned_at: Instant(row.try_get("pinned_at")?),
    })
}
