//! Parts of lists of messages: the columns that every statement reads, and how many texts an answer may have.

use std::sync::LazyLock;

use chassis::Error;
use shared_schema::{ChatId, Instant, Message, MessageId, UserId};
use tokio_postgres::Row;
use uuid::Uuid;

macro_rules! columns {
    () => {
        "m.id, m.number, m.seq, m.revision, m.sender_id, m.sender_username, m.content, m.reply_to_id, m.thread_root_id,
         m.thread_ordinal, m.mention_count, m.mentions_all, m.created_at, m.edited_at, m.removed_at"
    };
}

/// What [`message`] reads, of `messages m`.
pub(super) const COLUMNS: &str = concat!("m.chat_id, ", columns!());

/// The same where the statement has the `chat_id` from elsewhere.
pub(super) const COLUMNS_BUT_CHAT: &str = columns!();

/// The same, and as `bytes` the length of the text and of the text of the message that it answers. Lengths are stored beside
/// the texts, so that no text is read that is not shown.
pub(super) static MEASURED_COLUMNS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{COLUMNS}, coalesce(octet_length(m.content), 0) + coalesce((
             SELECT octet_length(content) FROM messages answered
             WHERE answered.chat_id = m.chat_id AND answered.id = m.reply_to_id), 0) AS bytes"
    )
});

/// The end of a statement that has a `page` with [`MEASURED_COLUMNS`] and a `place`, each place once: what is on the page
/// before there are more `bytes` than allowed, but always what is on the first place. [`part`] reads it.
pub(super) fn within(bytes: &str) -> String {
    format!(
        "SELECT measured.*, (SELECT count(*) FROM page) AS found
         FROM (SELECT page.*, sum(bytes) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) AS bytes_so_far FROM page) measured
         WHERE bytes_so_far <= {bytes} OR place = 1
         ORDER BY place"
    )
}

/// A part of a list of messages.
#[derive(Clone, Debug)]
pub(crate) struct MessagePart<T = Message> {
    /// In the order of the reading.
    pub(crate) items: Vec<T>,
    /// The texts of further ones would have been too much.
    pub(crate) is_truncated: bool,
}

impl<T> Default for MessagePart<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            is_truncated: false,
        }
    }
}

/// What a statement with [`within`] has read.
pub(super) fn part<T>(
    rows: &[Row],
    item: impl Fn(&Row) -> Result<T, Error>,
) -> Result<MessagePart<T>, Error> {
    let found: i64 = match rows.first() {
        Some(row) => row.try_get("found")?,
        None => 0,
    };
    Ok(MessagePart {
        is_truncated: i64::try_from(rows.len()).is_ok_and(|read| read < found),
        items: rows.iter().map(item).collect::<Result<_, _>>()?,
    })
}

/// The message of a row with [`COLUMNS`].
pub(super) fn message(row: &Row) -> Result<Message, Error> {
    Ok(Message {
        id: MessageId(row.try_get("id")?),
        chat_id: ChatId(row.try_get("chat_id")?),
        number: row.try_get("number")?,
        seq: row.try_get("seq")?,
        revision: row.try_get("revision")?,
        sender_id: UserId(row.try_get("sender_id")?),
        sender_username: row.try_get("sender_username")?,
        content: row.try_get("content")?,
        reply_to_id: row
            .try_get::<_, Option<Uuid>>("reply_to_id")?
            .map(MessageId),
        thread_root_id: row
            .try_get::<_, Option<Uuid>>("thread_root_id")?
            .map(MessageId),
        thread_ordinal: row.try_get("thread_ordinal")?,
        mentions_all: row.try_get("mentions_all")?,
        mention_count: row.try_get("mention_count")?,
        created_at: Instant(row.try_get("created_at")?),
        edited_at: row.try_get::<_, Option<_>>("edited_at")?.map(Instant),
        removed_at: row.try_get::<_, Option<_>>("removed_at")?.map(Instant),
    })
}
