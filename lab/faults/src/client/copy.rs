//! A client's own copy of its chats: loaded once, then kept up by events alone.
//!
//! At rest it must equal a fresh load. Loads happen between two batches, so what is loaded is
//! never older than the events applied before, and applying later events to it converges.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use super::account::Account;
use lab_stack::client::Refusal;

/// All chats of one user, as one device knows them.
#[derive(Clone, Debug, Default)]
pub struct Copy {
    chats: BTreeMap<Uuid, ChatCopy>,
    /// Chats whose load failed and has to be repeated.
    missing: Vec<Uuid>,
}

#[derive(Clone, Debug, Default)]
struct ChatCopy {
    name: Value,
    read: u64,
    /// Roles by user.
    people: BTreeMap<String, Value>,
    /// By message: number, revision, text.
    messages: BTreeMap<String, (u64, u64, Value)>,
}

const CHATS: &str = "query ($after: String) { chats(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { id } } }";

const CHAT: &str = "query ($id: ID!, $me: ID!, $after: String) { chat(id: $id) { name
    participant(userId: $me) { lastReadNumber }
    participants(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { userId role } } } }";

const MESSAGES: &str = "query ($id: ID!, $before: String) {
    messages(chatId: $id, last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor } nodes { id number revision content } } }";

impl Copy {
    /// What a fresh start would see.
    pub async fn fresh(account: &Account) -> Result<Copy, Refusal> {
        let mut copy = Copy::default();
        for chat in my_chats(account).await? {
            if let Some(loaded) = ChatCopy::load(account, chat).await? {
                copy.chats.insert(chat, loaded);
            }
        }
        Ok(copy)
    }

    /// Fetches one chat anew.
    pub async fn load(&mut self, account: &Account, chat: Uuid) {
        self.missing.retain(|missing| *missing != chat);
        match ChatCopy::load(account, chat).await {
            Ok(Some(loaded)) => {
                self.chats.insert(chat, loaded);
            }
            Ok(None) => {
                self.chats.remove(&chat);
            }
            Err(_) => self.missing.push(chat),
        }
    }

    /// Fetches what could not be fetched before.
    pub async fn load_missing(&mut self, account: &Account) {
        for chat in std::mem::take(&mut self.missing) {
            self.load(account, chat).await;
        }
    }

    /// Fetches the list anew, and what it names for the first time.
    pub async fn load_list(&mut self, account: &Account) {
        let Ok(list) = my_chats(account).await else {
            return;
        };
        self.chats.retain(|chat, _| list.contains(chat));
        for chat in list {
            if !self.chats.contains_key(&chat) {
                self.load(account, chat).await;
            }
        }
    }

    /// Applies an event of a chat's feed.
    pub fn apply(&mut self, me: Uuid, feed: Uuid, event: &Value) {
        let kind = event["__typename"].as_str().unwrap_or_default();
        match (kind, self.chats.get_mut(&feed)) {
            ("ChatUpdated", Some(chat)) if event["chat"].is_object() => {
                chat.name = event["chat"]["name"].clone();
            }
            ("MessageAdded" | "MessageUpdated" | "MessageRemoved", Some(chat)) => {
                let message = &event["message"];
                if message["senderId"] == json!(me) {
                    chat.read = chat.read.max(number(&message["number"]));
                }
                chat.merge(message);
            }
            ("ParticipantsAdded", Some(chat)) => {
                for person in event["participants"].as_array().into_iter().flatten() {
                    chat.people
                        .insert(text(&person["userId"]), person["role"].clone());
                }
            }
            ("ParticipantRoleChanged", Some(chat)) => {
                chat.people
                    .insert(text(&event["userId"]), event["role"].clone());
            }
            ("ParticipantRemoved", Some(chat)) => {
                chat.people.remove(&text(&event["userId"]));
            }
            // Nothing that a copy holds.
            ("ChatCreated" | "ChatUpdated" | "ChatRemoved", _) => {}
            // Of a chat that this device does not have.
            (
                "MessageAdded"
                | "MessageUpdated"
                | "MessageRemoved"
                | "ParticipantsAdded"
                | "ParticipantRoleChanged"
                | "ParticipantRemoved",
                None,
            ) => {}
            (kind, _) => panic!("{kind} has no row in the copy: what does a client do about it?"),
        }
    }

    /// The chat is no longer one of this user's.
    pub fn forget(&mut self, chat: Uuid) {
        self.chats.remove(&chat);
        self.missing.retain(|missing| *missing != chat);
    }

    /// The user has read so far, on some device.
    pub fn mark(&mut self, chat: Uuid, read: u64) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.read = chat.read.max(read);
        }
    }

    /// Every chat as JSON, for the history.
    pub fn chats(&self) -> BTreeMap<Uuid, Value> {
        let shown = |chat: &ChatCopy| {
            json!({ "name": chat.name, "read": chat.read, "people": chat.people,
                "messages": chat.messages })
        };
        self.chats
            .iter()
            .map(|(id, chat)| (*id, shown(chat)))
            .collect()
    }
}

impl ChatCopy {
    async fn load(account: &Account, id: Uuid) -> Result<Option<ChatCopy>, Refusal> {
        let mut copy = ChatCopy::default();
        let mut after = Value::Null;
        loop {
            let variables = json!({ "id": id, "me": account.user_id, "after": after });
            let data = account.query(CHAT, variables).await?;
            let chat = &data["chat"];
            if !chat["participant"].is_object() {
                return Ok(None);
            }
            copy.name = chat["name"].clone();
            copy.read = number(&chat["participant"]["lastReadNumber"]);
            let page = &chat["participants"];
            for person in page["nodes"].as_array().into_iter().flatten() {
                copy.people
                    .insert(text(&person["userId"]), person["role"].clone());
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        let mut before = Value::Null;
        loop {
            let variables = json!({ "id": id, "before": before });
            let data = match account.query(MESSAGES, variables).await {
                Err(refusal) if refusal.code() == Some("NOT_FOUND") => return Ok(None),
                answer => answer?,
            };
            let page = &data["messages"];
            for message in page["nodes"].as_array().into_iter().flatten() {
                copy.merge(message);
            }
            if page["pageInfo"]["hasPreviousPage"] != json!(true) {
                return Ok(Some(copy));
            }
            before = page["pageInfo"]["startCursor"].clone();
        }
    }

    /// Of two copies the one with the higher revision is newer.
    fn merge(&mut self, message: &Value) {
        let revision = number(&message["revision"]);
        let shown = (
            number(&message["number"]),
            revision,
            message["content"].clone(),
        );
        let held = self
            .messages
            .entry(text(&message["id"]))
            .or_insert_with(|| shown.clone());
        if revision > held.1 {
            *held = shown;
        }
    }
}

async fn my_chats(account: &Account) -> Result<Vec<Uuid>, Refusal> {
    let mut ids = Vec::new();
    let mut after = Value::Null;
    loop {
        let data = account.query(CHATS, json!({ "after": after })).await?;
        let page = &data["chats"];
        let nodes = page["nodes"].as_array().into_iter().flatten();
        ids.extend(nodes.filter_map(|node| node["id"].as_str()?.parse::<Uuid>().ok()));
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return Ok(ids);
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
