//! Pinned messages, as `sender` would write them.

use shared_schema::{Change, Event, Message};

use crate::app::{Person, TestApp};

impl TestApp {
    /// Pins a message.
    pub async fn pin(&self, person: &Person, message: &Message) -> Event {
        let change = Change::MessagePinned(message.clone());
        let event = self
            .append(person.id, vec![(message.chat_id.into(), change)])
            .await
            .remove(0);
        self.owner
            .execute(
                "INSERT INTO pinned_messages (chat_id, message_id, number, pinned_by, pinned_at)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    &message.chat_id.0,
                    &message.id.0,
                    &message.number,
                    &person.id.0,
                    &event.at.0,
                ],
            )
            .await
            .unwrap();
        event
    }

    /// Unpins a message.
    pub async fn unpin(&self, person: &Person, message: &Message) -> Event {
        self.owner
            .execute(
                "DELETE FROM pinned_messages WHERE chat_id = $1 AND message_id = $2",
                &[&message.chat_id.0, &message.id.0],
            )
            .await
            .unwrap();
        let change = Change::MessageUnpinned(message.clone());
        self.append(person.id, vec![(message.chat_id.into(), change)])
            .await
            .remove(0)
    }
}
