//! What is a person's own, as `sender` would write it.

use shared_schema::{Change, ChatId, ChatSettings, MessageId};

use crate::app::{Person, TestApp};

impl TestApp {
    /// Sets this for a chat.
    pub async fn set(&self, person: &Person, settings: ChatSettings) {
        let sql = "INSERT INTO chat_settings (user_id, chat_id, pinned_at, muted_until, archived_up_to, notification_level, unread_from)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (user_id, chat_id) DO UPDATE
                   SET pinned_at = $3, muted_until = $4, archived_up_to = $5, notification_level = $6, unread_from = $7";
        self.owner
            .execute(
                sql,
                &[
                    &person.id.0,
                    &settings.chat_id.0,
                    &settings.pinned_at.map(|at| at.0),
                    &settings.muted_until.map(|until| until.0),
                    &settings.archived_up_to,
                    &settings.notification_level.as_str(),
                    &settings.unread_from,
                ],
            )
            .await
            .unwrap();
        let change = Change::ChatSettingsChanged { settings };
        self.append(person.id, vec![(person.feed(), change)]).await;
    }

    /// Stores what someone has begun to write, or that they have not.
    pub async fn draft(
        &self,
        person: &Person,
        chat: ChatId,
        root: Option<MessageId>,
        content: Option<&str>,
    ) {
        let root_id = root.map_or(chat.0, |root| root.0);
        let keys = (person.id.0, chat.0, root_id);
        let client = &self.owner;
        let sql = "DELETE FROM drafts WHERE user_id = $1 AND chat_id = $2 AND root_id = $3";
        client
            .execute(sql, &[&keys.0, &keys.1, &keys.2])
            .await
            .unwrap();
        if let Some(content) = content {
            let sql = "INSERT INTO drafts (user_id, chat_id, root_id, content, updated_at)
                       VALUES ($1, $2, $3, $4, clock_timestamp())";
            client
                .execute(sql, &[&keys.0, &keys.1, &keys.2, &content])
                .await
                .unwrap();
        }
        let change = Change::DraftChanged {
            chat_id: chat,
            thread_root_id: root,
        };
        self.append(person.id, vec![(person.feed(), change)]).await;
    }
}
