//! Read and delivered marks, as `sender` and `users` would write them.

use shared_schema::{Change, ChatId, Number, Signal};

use crate::app::{Person, TestApp};

impl TestApp {
    /// Moves someone's read mark.
    pub async fn read(&self, person: &Person, chat: ChatId, number: Number) {
        let sql = "UPDATE participants SET last_read_number = $3, last_read_at = clock_timestamp()
                   WHERE chat_id = $1 AND user_id = $2";
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&chat.0, &person.id.0, &number];
        self.owner.execute(sql, &parameters).await.unwrap();
        let change = Change::ReadMarkMoved {
            chat_id: chat,
            last_read_number: number,
        };
        self.append(person.id, vec![(person.feed(), change)]).await;
        self.tell_receipt(person, chat).await;
    }

    /// Moves someone's delivered mark.
    pub async fn receive(&self, person: &Person, chat: ChatId, number: Number) {
        let sql = "UPDATE participants SET last_delivered_number = $3, last_delivered_at = clock_timestamp()
                   WHERE chat_id = $1 AND user_id = $2";
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&chat.0, &person.id.0, &number];
        self.owner.execute(sql, &parameters).await.unwrap();
        self.tell_receipt(person, chat).await;
    }

    /// Someone chooses whether they tell what they have read.
    pub async fn tells_reads(&self, person: &Person, enabled: bool) {
        let sql = "UPDATE users SET read_receipts = $2, read_receipts_changed_at = clock_timestamp() WHERE id = $1";
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&person.id.0, &enabled];
        self.owner.execute(sql, &parameters).await.unwrap();
        self.append(person.id, vec![(person.feed(), Change::ProfileUpdated)])
            .await;
    }

    async fn tell_receipt(&self, person: &Person, chat: ChatId) {
        let sql = "SELECT delivered_number, read_number FROM receipts WHERE chat_id = $1 AND user_id = $2";
        let row = self
            .owner
            .query_one(sql, &[&chat.0, &person.id.0])
            .await
            .unwrap();
        let signal = Signal::ReceiptChanged {
            chat_id: chat,
            user_id: person.id,
            delivered_number: row.get(0),
            read_number: row.get(1),
        };
        self.publisher.publish_signal(chat, signal).await;
    }
}
