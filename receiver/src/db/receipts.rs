//! The view `receipts`: how far the messages of a chat have come on the way to those who take part, as each of them tells it.

use std::time::Duration;

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, Cursor, Number, Seq, Signal, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{participants::JoiningKey, rows};

/// The marks of a participant, as far as they tell them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ReceiptRow {
    /// The chat.
    pub(crate) chat_id: ChatId,
    /// The participant.
    pub(crate) user_id: UserId,
    /// The event that added them.
    pub(crate) joined_seq: Seq,
    /// The number of the newest message when they joined.
    pub(crate) joined_number: Number,
    /// Everything up to this number is on a device of theirs.
    pub(crate) delivered_number: Number,
    /// Everything up to this number is read; none of a participant who does not tell.
    pub(crate) read_number: Option<Number>,
}

impl ReceiptRow {
    /// Their place in the list of participants.
    #[must_use]
    pub(crate) fn key(&self) -> JoiningKey {
        JoiningKey {
            joined_seq: self.joined_seq,
            user: self.user_id,
        }
    }
}

impl From<ReceiptRow> for Signal {
    fn from(row: ReceiptRow) -> Self {
        Self::ReceiptChanged {
            chat_id: row.chat_id,
            user_id: row.user_id,
            delivered_number: row.delivered_number,
            read_number: row.read_number,
        }
    }
}

fn receipt(row: &Row) -> Result<ReceiptRow, Error> {
    Ok(ReceiptRow {
        chat_id: ChatId(row.try_get("chat_id")?),
        user_id: UserId(row.try_get("user_id")?),
        joined_seq: row.try_get("joined_seq")?,
        joined_number: row.try_get("joined_number")?,
        delivered_number: row.try_get("delivered_number")?,
        read_number: row.try_get("read_number")?,
    })
}

/// The receipts of these chats, at most `limit` of each, in the order in which the participants joined.
pub(crate) async fn of_chats(
    pool: &Pool,
    chats: &[ChatId],
    limit: i64,
) -> Result<Vec<ReceiptRow>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        "SELECT r.* FROM unnest($1::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, user_id, joined_seq, joined_number, delivered_number, read_number
             FROM receipts
             WHERE chat_id = wanted.chat_id
             ORDER BY joined_seq, user_id
             LIMIT $2
         ) r",
        &[&ids, &limit],
    )
    .await?;
    rows.iter().map(receipt).collect()
}

/// A message, and those to whom it was sent.
pub(crate) struct MessageReceipts {
    /// How many others took part when it was sent and take part now.
    pub(crate) recipients: i64,
    /// How many of them have it on a device.
    pub(crate) delivered: i64,
    /// How many of them have read it, of those who tell.
    pub(crate) read: i64,
    /// Some of them, in the order in which they joined.
    pub(crate) receipts: Vec<ReceiptRow>,
}

/// The receipts of the message of this number, which has not been removed, after `after`, at most `limit`. None if there is no
/// such message.
pub(crate) async fn of_message(
    pool: &Pool,
    chat: ChatId,
    number: Number,
    after: Option<JoiningKey>,
    limit: i64,
) -> Result<Option<MessageReceipts>, Error> {
    let counts = rows(
        pool,
        "SELECT r.recipients, r.delivered, r.read, m.sender_id
         FROM (
             SELECT sender_id FROM messages
             WHERE chat_id = $1 AND number = $2 AND removed_at IS NULL OFFSET 0
         ) m
         CROSS JOIN LATERAL (
             SELECT count(*) AS recipients,
                    count(*) FILTER (WHERE delivered_number >= $2) AS delivered,
                    count(*) FILTER (WHERE read_number >= $2) AS read
             FROM receipts
             WHERE chat_id = $1 AND joined_number < $2 AND user_id <> m.sender_id
         ) r",
        &[&chat.0, &number],
    )
    .await?;
    let Some(counts) = counts.first() else {
        return Ok(None);
    };
    let sender: Uuid = counts.try_get("sender_id")?;
    let rows = rows(
        pool,
        "SELECT chat_id, user_id, joined_seq, joined_number, delivered_number, read_number
         FROM receipts
         WHERE chat_id = $1 AND joined_number < $2 AND user_id <> $3
           AND (joined_seq, user_id) > ($4, $5)
         ORDER BY joined_seq, user_id
         LIMIT $6",
        &[
            &chat.0,
            &number,
            &sender,
            &after.map_or(0, |key| key.joined_seq),
            &after.map_or(Uuid::nil(), |key| key.user.0),
            &limit,
        ],
    )
    .await?;
    Ok(Some(MessageReceipts {
        recipients: counts.try_get("recipients")?,
        delivered: counts.try_get("delivered")?,
        read: counts.try_get("read")?,
        receipts: rows.iter().map(receipt).collect::<Result<_, _>>()?,
    }))
}

/// The receipts in these chats that moved in the last `within`, by the database's clock, at most `limit` of read marks and as
/// many of delivered ones, latest first. Sending a message moves marks, too, and is not told: its event says so.
pub(crate) async fn moved_within(
    pool: &Pool,
    chats: &[ChatId],
    within: Duration,
    limit: i64,
) -> Result<Vec<ReceiptRow>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        "(SELECT chat_id, user_id, joined_seq, joined_number, delivered_number, read_number
          FROM receipts
          WHERE chat_id = ANY ($1) AND last_read_at > clock_timestamp() - make_interval(secs => $2)
          ORDER BY last_read_at DESC
          LIMIT $3)
         UNION ALL
         (SELECT chat_id, user_id, joined_seq, joined_number, delivered_number, read_number
          FROM receipts
          WHERE chat_id = ANY ($1) AND last_delivered_at > clock_timestamp() - make_interval(secs => $2)
          ORDER BY last_delivered_at DESC
          LIMIT $3)",
        &[&ids, &within.as_secs_f64(), &limit],
    )
    .await?;
    rows.iter().map(receipt).collect()
}

/// The receipts in the chats of these cursors that moved since the event at the cursor, or shortly before, at most `limit` of
/// each kind of mark.
pub(crate) async fn moved_after(
    pool: &Pool,
    cursors: &[Cursor],
    limit: i64,
) -> Result<Vec<ReceiptRow>, Error> {
    let (chats, seqs): (Vec<Uuid>, Vec<Seq>) = cursors
        .iter()
        .map(|cursor| (cursor.feed.id(), cursor.seq))
        .unzip();
    // A mark may have been moved just before the event and its signal lost: hence the overlap.
    let rows = rows(
        pool,
        "(SELECT r.chat_id, r.user_id, r.joined_seq, r.joined_number, r.delivered_number, r.read_number
          FROM unnest($1::uuid[], $2::bigint[]) AS seen (chat_id, seq)
          JOIN feed_events e ON e.feed_id = seen.chat_id AND e.seq = seen.seq
          JOIN receipts r ON r.chat_id = seen.chat_id
          WHERE r.last_read_at > e.at - interval '10 seconds'
          ORDER BY r.last_read_at DESC
          LIMIT $3)
         UNION
         (SELECT r.chat_id, r.user_id, r.joined_seq, r.joined_number, r.delivered_number, r.read_number
          FROM unnest($1::uuid[], $2::bigint[]) AS seen (chat_id, seq)
          JOIN feed_events e ON e.feed_id = seen.chat_id AND e.seq = seen.seq
          JOIN receipts r ON r.chat_id = seen.chat_id
          WHERE r.last_delivered_at > e.at - interval '10 seconds'
          ORDER BY r.last_delivered_at DESC
          LIMIT $3)",
        &[&chats, &seqs, &limit],
    )
    .await?;
    rows.iter().map(receipt).collect()
}
