//! What the database says.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::Stage;

/// One row of `feed_events`.
#[derive(Clone, Debug)]
pub struct Record {
    pub seq: i64,
    pub id: Uuid,
    pub prev: Option<Uuid>,
    pub kind: String,
    pub at: Timestamp,
    pub actor: Option<Uuid>,
    pub message: Option<Uuid>,
    pub data: Option<Value>,
}

impl Stage {
    /// All events of a feed, after checking what is true of every feed: seqs are dense from 1, each event names the one
    /// before it, times strictly grow, and the feed's own row is at the last of them.
    pub async fn feed(&self, feed: &str) -> Vec<Record> {
        let id: Uuid = feed.parse().unwrap();
        let sql = "SELECT seq, id, prev_id, kind, at, actor_id, message_id, data FROM feed_events
                   WHERE feed_id = $1 ORDER BY seq";
        let rows = self.owner.query(sql, &[&id]).await.unwrap();
        let records: Vec<Record> = rows
            .iter()
            .map(|row| Record {
                seq: row.get("seq"),
                id: row.get("id"),
                prev: row.get("prev_id"),
                kind: row.get("kind"),
                at: row.get("at"),
                actor: row.get("actor_id"),
                message: row.get("message_id"),
                data: row.get("data"),
            })
            .collect();
        for (index, record) in records.iter().enumerate() {
            assert_eq!(record.seq, index as i64 + 1, "dense: {records:?}");
            let before = index.checked_sub(1).map(|index| &records[index]);
            assert_eq!(
                record.prev,
                before.map(|before| before.id),
                "a chain: {records:?}"
            );
            if let Some(before) = before {
                assert!(record.at > before.at, "in time: {records:?}");
            }
        }
        let sql = "SELECT last_seq, head_id FROM feeds WHERE id = $1";
        let head = self.owner.query_one(sql, &[&id]).await.unwrap();
        assert_eq!(head.get::<_, i64>("last_seq"), records.len() as i64);
        assert_eq!(
            head.get::<_, Option<Uuid>>("head_id"),
            records.last().map(|record| record.id)
        );
        records
    }

    /// The kinds of a feed's events, in order.
    pub async fn kinds(&self, feed: &str) -> Vec<String> {
        let records = self.feed(feed).await;
        records.into_iter().map(|record| record.kind).collect()
    }

    /// One number that the owner asks for.
    pub async fn count(&self, sql: &str) -> i64 {
        self.owner.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// One number about a chat or a user.
    pub async fn number(&self, sql: &str, id: &str) -> i64 {
        let id: Uuid = id.parse().unwrap();
        self.owner.query_one(sql, &[&id]).await.unwrap().get(0)
    }
}
