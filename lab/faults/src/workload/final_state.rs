//! What users and devices see at the end of a run, for the checker.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Workload;
use crate::client::test_user::TestUser;

/// So many of the newest messages of a chat are looked at, and one more.
const SHOWN_MESSAGES: u64 = 1;

impl Workload {
    /// Records the unread counts of all users, and compares local states with newly loaded ones.
    pub async fn record_final_state(&self) {
        for user in &self.users {
            let document = "{ unreadCounts { chatId unreadCount } }";
            let Ok(data) = user.query(document, json!({})).await else {
                continue;
            };
            for count in data["unreadCounts"].as_array().into_iter().flatten() {
                let fields = json!({ "user": user.name, "chat": count["chatId"],
                    "unread": count["unreadCount"] });
                self.history.write("unread", &fields);
            }
            self.record_followed_threads(user).await;
            self.record_mentions(user).await;
            self.record_receipts(user).await;
        }
        for device in self.devices.read().await.iter() {
            device.compare(&self.history).await;
        }
    }

    /// Records the threads that a user follows, with what is unread in them.
    async fn record_followed_threads(&self, user: &TestUser) {
        let document = "query ($after: String) { followedThreads(first: 100, after: $after) {
            nodes { thread { chatId rootId replyCount } unreadCount } pageInfo { hasNextPage endCursor } } }";
        if let Some(threads) = all_nodes(user, document, "followedThreads").await {
            let fields = json!({ "user": user.name, "threads": threads });
            self.history.write("followed", &fields);
        }
    }

    /// Records the numbers of the messages that mention a user and that they have not read, of all their chats.
    async fn record_mentions(&self, user: &TestUser) {
        let document = "query ($after: String) { chats(first: 100, after: $after) {
            nodes { id mentionNumbers } pageInfo { hasNextPage endCursor } } }";
        if let Some(chats) = all_nodes(user, document, "chats").await {
            let fields = json!({ "user": user.name, "chats": chats });
            self.history.write("mentions", &fields);
        }
    }

    /// Records how far the messages of a user's chats have come on the way to the others, and what is shown of the newest
    /// ones.
    async fn record_receipts(&self, user: &TestUser) {
        let document = "query ($after: String) { chats(first: 25, after: $after) {
            nodes { id messageCount receipts { userId deliveredNumber readNumber } }
            pageInfo { hasNextPage endCursor } } }";
        let Some(chats) = all_nodes(user, document, "chats").await else {
            return;
        };
        for chat in &chats {
            let newest = chat["messageCount"].as_u64().unwrap_or_default();
            if let Some(id) = chat["id"].as_str().and_then(|id| id.parse().ok()) {
                for number in newest.saturating_sub(SHOWN_MESSAGES).max(1)..=newest {
                    self.record_message_receipts(user, id, number).await;
                }
            }
        }
        let fields = json!({ "user": user.name, "chats": chats });
        self.history.write("receipts", &fields);
    }

    /// A message with this number of a chat, as its author is told who has it.
    async fn record_message_receipts(&self, user: &TestUser, chat: Uuid, number: u64) {
        let document = "query ($chat: ID!, $number: Int!) { messageReceipts(chatId: $chat, number: $number, first: 1) {
            recipientCount deliveredCount readCount } }";
        let variables = json!({ "chat": chat, "number": number });
        let Ok(data) = user.query(document, variables).await else {
            return;
        };
        let counts = &data["messageReceipts"];
        if counts.is_object() {
            let fields =
                json!({ "user": user.name, "chat": chat, "number": number, "counts": counts });
            self.history.write("counted", &fields);
        }
    }
}

/// All nodes of a list, page by page. None without an answer.
async fn all_nodes(user: &TestUser, document: &str, list: &str) -> Option<Vec<Value>> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "after": after });
        let mut data = user.query(document, variables).await.ok()?;
        let page = &mut data[list];
        if let Some(nodes) = page["nodes"].as_array_mut() {
            found.append(nodes);
        }
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return Some(found);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
