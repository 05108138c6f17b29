//! Threads, as `sender` would write them.

use shared_schema::{Change, Event, Message, Number};
use uuid::Uuid;

use super::statements::{next_message, store_message};
use crate::app::{Person, TestApp};

impl TestApp {
    /// Replies in the thread of a message: the reply, and the sender and the author of the root follow.
    pub async fn reply_in_thread(&self, person: &Person, root: &Message, content: &str) -> Message {
        let (chat, root_id) = (root.chat_id, root.id);
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let mut message = next_message(&tx, person, chat, content).await;
        let sql =
            "SELECT reply_count, last_user_ids FROM threads WHERE chat_id = $1 AND root_id = $2";
        let thread = tx.query_opt(sql, &[&chat.0, &root_id.0]).await.unwrap();
        let (count, mut users): (i32, Vec<Uuid>) =
            thread.map_or((0, vec![]), |row| (row.get(0), row.get(1)));
        message.thread_root_id = Some(root_id);
        message.thread_ordinal = Some(count + 1);
        let (message, event) = store_message(&tx, person, message).await;
        users.retain(|user| *user != person.id.0);
        users.insert(0, person.id.0);
        users.truncate(5);
        tx.execute(
            "INSERT INTO threads (chat_id, root_id, reply_count, last_number, last_reply_at, last_user_ids)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (chat_id, root_id) DO UPDATE
             SET reply_count = $3, last_number = $4, last_reply_at = $5, last_user_ids = $6",
            &[
                &chat.0,
                &root_id.0,
                &message.thread_ordinal,
                &message.number,
                &event.at.0,
                &users,
            ],
        )
        .await
        .unwrap();
        let sql = "INSERT INTO thread_follows (chat_id, root_id, user_id, following, last_read_number)
                   VALUES ($1, $2, $3, true, $4)
                   ON CONFLICT (chat_id, root_id, user_id) DO UPDATE SET following = true, last_read_number = $4
                   WHERE $4 > 0";
        for (user, number) in [(person.id, message.number), (root.sender_id, 0)] {
            tx.execute(sql, &[&chat.0, &root_id.0, &user.0, &number])
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&[event]).await;
        message
    }

    /// Sets where someone stands with the thread of a message.
    pub async fn follow_thread(
        &self,
        person: &Person,
        root: &Message,
        following: bool,
        last_read_number: Number,
    ) -> Event {
        let sql = "INSERT INTO thread_follows (chat_id, root_id, user_id, following, last_read_number)
                   VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (chat_id, root_id, user_id) DO UPDATE SET following = $4, last_read_number = $5";
        let (chat, root_id) = (root.chat_id, root.id);
        self.owner
            .execute(
                sql,
                &[
                    &chat.0,
                    &root_id.0,
                    &person.id.0,
                    &following,
                    &last_read_number,
                ],
            )
            .await
            .unwrap();
        let change = Change::ThreadFollowChanged {
            chat_id: chat,
            root_id,
            following,
            last_read_number,
        };
        self.append(person.id, vec![(person.feed(), change)])
            .await
            .remove(0)
    }
}
