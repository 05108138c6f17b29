//! What the database says.

use std::collections::BTreeMap;

use lab_stack::db::{StoredEvent, stored_events, table_contents};
use uuid::Uuid;

use super::TestApp;

impl TestApp {
    /// All events of a feed, after checking what is true of every feed.
    pub async fn feed(&self, feed: &str) -> Vec<StoredEvent> {
        let id: Uuid = feed.parse().unwrap();
        stored_events(&self.owner, id).await.unwrap()
    }

    /// The kinds of a feed's events, in order.
    pub async fn kinds(&self, feed: &str) -> Vec<String> {
        let events = self.feed(feed).await;
        events.into_iter().map(|event| event.kind).collect()
    }

    /// Everything that is stored, by table.
    pub async fn tables(&self) -> BTreeMap<String, String> {
        table_contents(&self.owner).await.unwrap()
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
