//! `chat_settings`: what users have set for their chats. Without a row, nothing is set.

use chassis::{Error, postgres::Pool};
use shared_schema::{ChatId, ChatSettings, Instant, NotificationLevel, UserId};
use uuid::Uuid;

use super::{rows, unexpected};

/// What `user` has set for these chats; chats for which they have set nothing are absent.
pub(crate) async fn of_chats(
    pool: &Pool,
    user: UserId,
    chats: &[ChatId],
) -> Result<Vec<ChatSettings>, Error> {
    let ids: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = rows(
        pool,
        "SELECT s.chat_id, s.pinned_at, s.muted_until, s.archived_up_to, s.unread_from, s.notification_level
         FROM unnest($2::uuid[]) AS wanted (chat_id)
         CROSS JOIN LATERAL (
             SELECT chat_id, pinned_at, muted_until, archived_up_to, unread_from, notification_level
             FROM chat_settings
             WHERE user_id = $1 AND chat_id = wanted.chat_id
             OFFSET 0
         ) s",
        &[&user.0, &ids],
    )
    .await?;
    rows.iter()
        .map(|row| {
            let level: Option<&str> = row.try_get("notification_level")?;
            let known = |level| {
                NotificationLevel::from_stored(level)
                    .ok_or_else(|| unexpected("chat_settings.notification_level", level))
            };
            Ok(ChatSettings {
                chat_id: ChatId(row.try_get("chat_id")?),
                pinned_at: row.try_get::<_, Option<_>>("pinned_at")?.map(Instant),
                muted_until: row.try_get::<_, Option<_>>("muted_until")?.map(Instant),
                archived_up_to: row.try_get("archived_up_to")?,
                unread_from: row.try_get("unread_from")?,
                notification_level: level.map(known).transpose()?.unwrap_or_default(),
            })
        })
        .collect()
}
