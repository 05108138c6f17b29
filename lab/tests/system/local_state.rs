//! The local state of a client: everything it may see, loaded once, then updated by events alone.

use std::collections::BTreeMap;

use lab_stack::client::{Client, FeedRecord, InboxRecord};
use serde_json::{Value, json};
use uuid::Uuid;

/// Local state, which should equal newly loaded state after the same events.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LocalState {
    pub chats: BTreeMap<Uuid, ChatState>,
    /// The position of each feed.
    pub cursors: BTreeMap<Uuid, String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChatState {
    pub name: Value,
    pub description: Value,
    pub message_count: u64,
    pub last_read_number: u64,
    /// Roles by user.
    pub participants: BTreeMap<Uuid, String>,
    /// By message: number, revision, content, whether it was removed.
    pub messages: BTreeMap<Uuid, (u64, u64, Value, bool)>,
}

const CHATS: &str = "query ($after: String) { chats(first: 50, after: $after) {
    feedCursor pageInfo { hasNextPage endCursor }
    edges { participant { lastReadNumber } node { id name description messageCount feedCursor } }
} }";

const PARTICIPANTS: &str = "query ($id: ID!, $after: String) { chat(id: $id) {
    participants(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { userId role }
    } } }";

const MESSAGE: &str = "id number revision content removedAt";

impl LocalState {
    /// Loads everything by queries.
    pub async fn load(client: &Client) -> LocalState {
        let mut local_state = LocalState::default();
        let mut after = Value::Null;
        loop {
            let data = client
                .query(CHATS, json!({ "after": after }))
                .await
                .unwrap();
            let page = &data["chats"];
            local_state
                .cursors
                .entry(client.user_id())
                .or_insert_with(|| text(&page["feedCursor"]));
            for edge in page["edges"].as_array().unwrap() {
                let id = uuid(&edge["node"]["id"]);
                local_state
                    .cursors
                    .insert(id, text(&edge["node"]["feedCursor"]));
                local_state
                    .chats
                    .insert(id, ChatState::load(client, id, edge).await);
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                return local_state;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }

    /// Applies what an inbox has recorded since the cursors of this state. A chat that is new according to the events is loaded,
    /// as any client would do.
    pub async fn apply(&mut self, client: &Client, record: &InboxRecord) {
        let own = record
            .feeds
            .get(&client.user_id())
            .cloned()
            .unwrap_or_default();
        let fresh = LocalState::load(client).await;
        for event in &own.events {
            let chat_id = event.event["chatId"].as_str().map(|id| id.parse().unwrap());
            match (event.kind(), chat_id) {
                ("ChatAdded", Some(id)) => {
                    if let Some(copy) = fresh.chats.get(&id) {
                        self.chats.insert(id, copy.clone());
                    }
                }
                ("ChatLeft", Some(id)) => {
                    self.chats.remove(&id);
                }
                ("ReadMarkMoved", Some(id)) => {
                    let number = event.event["lastReadNumber"].as_u64().unwrap();
                    if let Some(chat) = self.chats.get_mut(&id) {
                        chat.last_read_number = chat.last_read_number.max(number);
                    }
                }
                _ => {}
            }
        }
        for (id, feed) in record
            .feeds
            .iter()
            .filter(|(id, _)| **id != client.user_id())
        {
            if let Some(chat) = self.chats.get_mut(id) {
                chat.apply(client, feed);
            }
        }
    }
}

impl ChatState {
    async fn load(client: &Client, id: Uuid, edge: &Value) -> ChatState {
        let mut participants = BTreeMap::new();
        let mut after = Value::Null;
        loop {
            let data = client
                .query(PARTICIPANTS, json!({ "id": id, "after": after }))
                .await
                .unwrap();
            let page = &data["chat"]["participants"];
            for participant in page["nodes"].as_array().unwrap() {
                participants.insert(uuid(&participant["userId"]), text(&participant["role"]));
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        let history = client.history(id, MESSAGE).await.unwrap();
        ChatState {
            name: edge["node"]["name"].clone(),
            description: edge["node"]["description"].clone(),
            message_count: edge["node"]["messageCount"].as_u64().unwrap(),
            last_read_number: edge["participant"]["lastReadNumber"].as_u64().unwrap(),
            participants,
            messages: history.iter().map(message).collect(),
        }
    }

    fn apply(&mut self, client: &Client, feed: &FeedRecord) {
        for seen in &feed.events {
            let event = &seen.event;
            match seen.kind() {
                "ChatUpdated" if !event["chat"].is_null() => {
                    self.name = event["chat"]["name"].clone();
                    self.description = event["chat"]["description"].clone();
                }
                "MessageAdded" | "MessageUpdated" | "MessageRemoved" => {
                    self.apply_message(client, &event["message"]);
                }
                "ParticipantsAdded" => {
                    for participant in event["participants"].as_array().unwrap() {
                        self.participants
                            .insert(uuid(&participant["userId"]), text(&participant["role"]));
                    }
                }
                "ParticipantRemoved" => {
                    self.participants.remove(&uuid(&event["userId"]));
                }
                "ParticipantRoleChanged" => {
                    self.participants
                        .insert(uuid(&event["userId"]), text(&event["role"]));
                }
                _ => {}
            }
        }
    }

    /// The higher revision wins: an event may show a message newer than itself.
    fn apply_message(&mut self, client: &Client, value: &Value) {
        let (id, copy) = message(value);
        self.message_count = self.message_count.max(copy.0);
        if value["senderId"] == json!(client.user_id()) {
            self.last_read_number = self.last_read_number.max(copy.0);
        }
        let held = self.messages.entry(id).or_insert_with(|| copy.clone());
        if copy.1 > held.1 {
            *held = copy;
        }
    }
}

fn message(value: &Value) -> (Uuid, (u64, u64, Value, bool)) {
    let number = |field: &str| value[field].as_u64().unwrap();
    let is_removed = !value["removedAt"].is_null();
    (
        uuid(&value["id"]),
        (
            number("number"),
            number("revision"),
            value["content"].clone(),
            is_removed,
        ),
    )
}

fn uuid(value: &Value) -> Uuid {
    value.as_str().unwrap().parse().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
