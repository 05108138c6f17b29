//! Reactions, as `sender` would write them.

use shared_schema::{Change, Event, Message, ReactionGroup, UserId};
use uuid::Uuid;

use crate::app::{Person, TestApp};

impl TestApp {
    /// Adds a reaction to a message.
    pub async fn react(&self, person: &Person, message: &Message, emoji: &str) -> Event {
        let (chat, id) = (message.chat_id, message.id);
        let sql = "SELECT user_id FROM reactions
                   WHERE chat_id = $1 AND message_id = $2 AND emoji = $3 ORDER BY seq DESC LIMIT 4";
        let rows = self
            .owner
            .query(sql, &[&chat.0, &id.0, &emoji])
            .await
            .unwrap();
        let others = rows.iter().map(|row| UserId(row.get(0)));
        let sql = "SELECT emoji FROM reaction_groups WHERE chat_id = $1 AND message_id = $2";
        let groups = self.owner.query(sql, &[&chat.0, &id.0]).await.unwrap();
        let known: Vec<String> = groups.iter().map(|row| row.get(0)).collect();
        let place = known
            .iter()
            .position(|known| known == emoji)
            .unwrap_or(known.len());
        let group = ReactionGroup {
            emoji: emoji.to_owned(),
            count: i32::try_from(rows.len() + 1).unwrap(),
            position: i32::try_from(place + 1).unwrap(),
            last_user_ids: [person.id].into_iter().chain(others).collect(),
        };
        let change = Change::ReactionChanged {
            message_id: id,
            variant: emoji.to_owned(),
            added: true,
            group: group.clone(),
        };
        let event = self
            .append(person.id, vec![(chat.into(), change)])
            .await
            .remove(0);
        self.owner
            .execute(
                "INSERT INTO reactions (chat_id, message_id, emoji, user_id, variant, seq, created_at)
                 VALUES ($1, $2, $3, $4, $3, $5, $6)",
                &[&chat.0, &id.0, &emoji, &person.id.0, &event.seq, &event.at.0],
            )
            .await
            .unwrap();
        let users: Vec<Uuid> = group.last_user_ids.iter().map(|user| user.0).collect();
        self.owner
            .execute(
                "INSERT INTO reaction_groups (chat_id, message_id, emoji, count, position, last_user_ids)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (chat_id, message_id, emoji) DO UPDATE SET count = $4, last_user_ids = $6",
                &[&chat.0, &id.0, &emoji, &group.count, &group.position, &users],
            )
            .await
            .unwrap();
        event
    }
}
