//! The table `chat_settings`: what users have set for their chats. Without a row, nothing is set.

use chassis::Error;
use deadpool_postgres::{GenericClient, Transaction};
use shared_schema::{ChatId, ChatSettings, Instant, NotificationLevel, Number, UserId};
use tokio_postgres::Row;

/// What a user wants to be set. What is absent stays as it is.
pub struct Intent {
    pub is_pinned: Option<bool>,
    pub muted_until: Option<Option<Instant>>,
    pub archived_up_to: Option<Option<Number>>,
    pub unread_from: Option<Option<Number>>,
    pub notification_level: Option<NotificationLevel>,
}

fn read(chat: ChatId, row: &Row) -> Result<ChatSettings, Error> {
    let level: Option<&str> = row.try_get("notification_level")?;
    let unexpected = || Error::internal("chat_settings.notification_level: unexpected value");
    Ok(ChatSettings {
        chat_id: chat,
        pinned_at: row.try_get::<_, Option<_>>("pinned_at")?.map(Instant),
        muted_until: row.try_get::<_, Option<_>>("muted_until")?.map(Instant),
        archived_up_to: row.try_get("archived_up_to")?,
        unread_from: row.try_get("unread_from")?,
        notification_level: level
            .map(|level| NotificationLevel::from_stored(level).ok_or_else(unexpected))
            .transpose()?
            .unwrap_or_default(),
    })
}

/// Writes what the user wants, and returns what was set before and what is set now. The row stays locked until the
/// transaction ends. Where nothing was set and nothing is wanted, no row is made.
pub async fn write(
    tx: &Transaction<'_>,
    user: UserId,
    chat: ChatId,
    intent: &Intent,
) -> Result<(ChatSettings, ChatSettings), Error> {
    let before = match lock(tx, user, chat).await? {
        Some(settings) => settings,
        None if intent.is_nothing() => {
            return Ok((ChatSettings::none(chat), ChatSettings::none(chat)));
        }
        None => {
            add(tx, user, chat).await?;
            let added = lock(tx, user, chat).await?;
            added.unwrap_or_else(|| ChatSettings::none(chat))
        }
    };
    let after = set(tx, user, chat, intent).await?;
    Ok((before, after))
}

impl Intent {
    /// Whether it changes nothing where nothing is set.
    fn is_nothing(&self) -> bool {
        self.is_pinned != Some(true)
            && self.muted_until.flatten().is_none()
            && self.archived_up_to.flatten().is_none()
            && self.unread_from.flatten().is_none()
            && self
                .notification_level
                .is_none_or(|level| level == NotificationLevel::default())
    }
}

async fn lock(
    tx: &Transaction<'_>,
    user: UserId,
    chat: ChatId,
) -> Result<Option<ChatSettings>, Error> {
    let statement = tx
        .prepare_cached(
            "SELECT pinned_at, muted_until, archived_up_to, unread_from, notification_level FROM chat_settings
             WHERE user_id = $1 AND chat_id = $2
             FOR UPDATE",
        )
        .await?;
    let row = tx.query_opt(&statement, &[&user.0, &chat.0]).await?;
    row.map(|row| read(chat, &row)).transpose()
}

async fn add(tx: &Transaction<'_>, user: UserId, chat: ChatId) -> Result<(), Error> {
    let statement = tx
        .prepare_cached(
            "INSERT INTO chat_settings (user_id, chat_id) VALUES ($1, $2) ON CONFLICT (user_id, chat_id) DO NOTHING",
        )
        .await?;
    tx.execute(&statement, &[&user.0, &chat.0]).await?;
    Ok(())
}

async fn set(
    tx: &Transaction<'_>,
    user: UserId,
    chat: ChatId,
    intent: &Intent,
) -> Result<ChatSettings, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE chat_settings s
             SET pinned_at = CASE
                     WHEN $3::boolean IS NULL THEN s.pinned_at
                     WHEN $3 THEN coalesce(s.pinned_at, clock_timestamp())
                 END,
                 muted_until = CASE
                     WHEN NOT $4::boolean THEN s.muted_until
                     WHEN $5::timestamptz > clock_timestamp() THEN $5
                 END,
                 archived_up_to = CASE
                     WHEN $6::boolean THEN least($7::bigint, CASE WHEN $7 IS NOT NULL THEN f.message_count END)
                     ELSE s.archived_up_to
                 END,
                 unread_from = CASE
                     WHEN NOT $9::boolean THEN s.unread_from
                     WHEN $10::bigint IS NOT NULL THEN greatest(1, least($10, f.message_count))
                 END,
                 notification_level = coalesce($8::text, s.notification_level)
             FROM feeds f
             WHERE f.id = $2 AND s.user_id = $1 AND s.chat_id = $2
             RETURNING s.pinned_at, s.muted_until, s.archived_up_to, s.unread_from, s.notification_level",
        )
        .await?;
    let row = tx
        .query_one(
            &statement,
            &[
                &user.0,
                &chat.0,
                &intent.is_pinned,
                &intent.muted_until.is_some(),
                &intent.muted_until.flatten().map(|until| until.0),
                &intent.archived_up_to.is_some(),
                &intent.archived_up_to.flatten(),
                &intent.notification_level.map(NotificationLevel::as_str),
                &intent.unread_from.is_some(),
                &intent.unread_from.flatten(),
            ],
        )
        .await?;
    read(chat, &row)
}

/// Whether the user has pinned more than so many of the chats that they take part in.
pub async fn exceeds_pinned(
    db: &impl GenericClient,
    user: UserId,
    max: u32,
) -> Result<bool, Error> {
    let statement = db
        .prepare_cached(
            "SELECT count(*) > $2::bigint AS exceeds FROM (
                 SELECT FROM chat_settings s
                 CROSS JOIN LATERAL (
                     SELECT FROM participants WHERE chat_id = s.chat_id AND user_id = $1 AND left_seq IS NULL OFFSET 0
                 ) p
                 WHERE s.user_id = $1 AND s.pinned_at IS NOT NULL
                 LIMIT $2::bigint + 1
             ) pinned",
        )
        .await?;
    let row = db
        .query_one(&statement, &[&user.0, &i64::from(max)])
        .await?;
    Ok(row.try_get("exceeds")?)
}
