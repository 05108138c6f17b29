//! The local state of a client: loaded once, then updated by events alone.
//!
//! At rest it must equal newly loaded state. Loads happen between two batches, so loaded state is never older than the events
//! applied before, and applying later events to it converges.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::own_state::OwnState;
use super::test_user::TestUser;
use lab_stack::client::Refusal;

/// All chats of a user, as one device knows them.
#[derive(Clone, Debug, Default)]
pub struct LocalState {
    chats: BTreeMap<Uuid, ChatState>,
    /// Chats that could not be loaded and must be loaded again.
    missing: Vec<Uuid>,
}

#[derive(Clone, Debug, Default)]
struct ChatState {
    name: Value,
    read: u64,
    /// Roles by user.
    participants: BTreeMap<String, Value>,
    /// By message: number, revision, text, sender.
    messages: BTreeMap<String, (u64, u64, Value, Value)>,
    /// By message: the number of reactions by emoji. A message without reactions has no entry.
    reactions: BTreeMap<String, BTreeMap<String, u64>>,
    /// Messages.
    pinned: BTreeSet<String>,
    /// By root: the number of replies.
    threads: BTreeMap<String, u64>,
    /// By root: whether the user follows the thread, and their mark in it.
    follows: BTreeMap<String, (bool, u64)>,
    own: OwnState,
}

const CHATS_QUERY: &str = "query ($after: String) { chats(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { id } } }";

const CHAT_QUERY: &str = "query ($id: ID!, $me: ID!, $after: String) { chat(id: $id) { name
    participant(userId: $me) { lastReadNumber }
    pinnedMessages(first: 50) { nodes { message { id } } }
    settings { chatId pinnedAt mutedUntil archivedUpTo unreadFrom notificationLevel }
    participants(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { userId role } } } }";

const MESSAGES_QUERY: &str = "query ($id: ID!, $before: String) {
    messages(chatId: $id, last: 100, before: $before) {
        pageInfo { hasPreviousPage startCursor } nodes { id number revision senderId content threadRootId threadOrdinal
            thread { replyCount }
            reactionGroups { emoji count reactions(first: 100) { nodes { userId } } } } } }";

/// The largest range of numbers that `viewerState` takes.
const MAX_RANGE: u64 = 500;

const FOLLOWS_QUERY: &str = "query ($id: ID!, $from: Int!, $to: Int!) {
    viewerState(chatId: $id, fromNumber: $from, toNumber: $to) { threads { rootId following lastReadNumber } } }";

impl LocalState {
    /// Loads everything.
    pub async fn load_all(user: &TestUser) -> Result<LocalState, Refusal> {
        let mut state = LocalState::default();
        for chat in chat_ids(user).await? {
            if let Some(loaded) = ChatState::load(user, chat).await? {
                state.chats.insert(chat, loaded);
            }
        }
        Ok(state)
    }

    /// Loads one chat again.
    pub async fn load(&mut self, user: &TestUser, chat: Uuid) {
        self.missing.retain(|missing| *missing != chat);
        match ChatState::load(user, chat).await {
            Ok(Some(loaded)) => {
                self.chats.insert(chat, loaded);
            }
            Ok(None) => {
                self.chats.remove(&chat);
            }
            Err(_) => self.missing.push(chat),
        }
    }

    /// Loads the chats that could not be loaded before.
    pub async fn load_missing(&mut self, user: &TestUser) {
        for chat in std::mem::take(&mut self.missing) {
            self.load(user, chat).await;
        }
    }

    /// Loads the list of chats again, and the chats that are new in it.
    pub async fn load_list(&mut self, user: &TestUser) {
        let Ok(list) = chat_ids(user).await else {
            return;
        };
        self.chats.retain(|chat, _| list.contains(chat));
        for chat in list {
            if !self.chats.contains_key(&chat) {
                self.load(user, chat).await;
            }
        }
    }

    /// Applies an event of a chat's feed.
    pub fn apply(&mut self, user_id: Uuid, feed: Uuid, event: &Value) {
        let kind = event["__typename"].as_str().unwrap_or_default();
        match (kind, self.chats.get_mut(&feed)) {
            ("ChatUpdated", Some(chat)) if event["chat"].is_object() => {
                chat.name = event["chat"]["name"].clone();
            }
            ("MessageAdded" | "MessageUpdated" | "MessageRemoved", Some(chat)) => {
                let message = &event["message"];
                if message["senderId"] == json!(user_id) && message["threadRootId"].is_null() {
                    chat.read = chat.read.max(number(&message["number"]));
                }
                chat.merge(message);
                chat.follow_by_reply(user_id, message);
            }
            ("MessagePinned" | "MessageUnpinned", Some(chat)) => {
                let message = &event["message"];
                chat.merge(message);
                // The message may have been removed since.
                match kind == "MessagePinned" && !message["content"].is_null() {
                    true => drop(chat.pinned.insert(text(&message["id"]))),
                    false => drop(chat.pinned.remove(&text(&message["id"]))),
                }
            }
            ("ReactionChanged", Some(chat)) => {
                let group = &event["reactionGroup"];
                chat.set_reactions(&text(&event["messageId"]), group);
            }
            ("ParticipantsAdded", Some(chat)) => {
                for participant in event["participants"].as_array().into_iter().flatten() {
                    chat.participants
                        .insert(text(&participant["userId"]), participant["role"].clone());
                }
            }
            ("ParticipantRoleChanged", Some(chat)) => {
                chat.participants
                    .insert(text(&event["userId"]), event["role"].clone());
            }
            ("ParticipantRemoved", Some(chat)) => {
                chat.participants.remove(&text(&event["userId"]));
            }
            // Local state contains nothing of these.
            ("ChatCreated" | "ChatUpdated" | "ChatRemoved", _) => {}
            // Events of a chat that this device does not have.
            (
                "MessageAdded"
                | "MessageUpdated"
                | "MessageRemoved"
                | "MessagePinned"
                | "MessageUnpinned"
                | "ReactionChanged"
                | "ParticipantsAdded"
                | "ParticipantRoleChanged"
                | "ParticipantRemoved",
                None,
            ) => {}
            (kind, _) => panic!("{kind} is not handled: what does a client do about it?"),
        }
    }

    /// Removes a chat that the user has left.
    pub fn remove_chat(&mut self, chat: Uuid) {
        self.chats.remove(&chat);
        self.missing.retain(|missing| *missing != chat);
    }

    /// Advances the read mark, which may have been set on another device.
    pub fn advance_read_mark(&mut self, chat: Uuid, read: u64) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.read = chat.read.max(read);
        }
    }

    /// Where the user stands with a thread, which may have changed on another device. Replies in the chat's feed may be newer.
    pub fn set_follow(&mut self, chat: Uuid, event: &Value) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.set_follow(event);
        }
    }

    /// What the user has set for a chat, on any device.
    pub fn set_settings(&mut self, settings: &Value) {
        let chat = settings["chatId"].as_str().and_then(|id| id.parse().ok());
        if let Some(chat) = chat.and_then(|chat: Uuid| self.chats.get_mut(&chat)) {
            chat.own.settings = settings.clone();
        }
    }

    /// What the user has begun to write, on any device.
    pub fn set_draft(&mut self, chat: Uuid, event: &Value) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.own
                .set_draft(&event["threadRootId"], &event["draft"]["content"]);
        }
    }

    /// Every chat as JSON, for the history.
    pub fn chats(&self) -> BTreeMap<Uuid, Value> {
        let shown = |chat: &ChatState| {
            json!({ "name": chat.name, "read": chat.read, "people": chat.participants,
                "messages": chat.messages, "reactions": chat.reactions, "pinned": chat.pinned,
                "threads": chat.threads, "follows": chat.follows, "settings": chat.own.settings, "drafts": chat.own.drafts })
        };
        self.chats
            .iter()
            .map(|(id, chat)| (*id, shown(chat)))
            .collect()
    }
}

impl ChatState {
    async fn load(user: &TestUser, id: Uuid) -> Result<Option<ChatState>, Refusal> {
        let mut state = ChatState::default();
        let mut after = Value::Null;
        loop {
            let variables = json!({ "id": id, "me": user.user_id, "after": after });
            let data = user.query(CHAT_QUERY, variables).await?;
            let chat = &data["chat"];
            if !chat["participant"].is_object() {
                return Ok(None);
            }
            state.name = chat["name"].clone();
            state.own = OwnState::load(user, id, &chat["settings"]).await?;
            state.read = number(&chat["participant"]["lastReadNumber"]);
            let pinned = chat["pinnedMessages"]["nodes"].as_array();
            state.pinned = pinned
                .into_iter()
                .flatten()
                .map(|pinned| text(&pinned["message"]["id"]))
                .collect();
            let page = &chat["participants"];
            for participant in page["nodes"].as_array().into_iter().flatten() {
                state
                    .participants
                    .insert(text(&participant["userId"]), participant["role"].clone());
            }
            if page["pageInfo"]["hasNextPage"] != json!(true) {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
        let mut before = Value::Null;
        loop {
            let variables = json!({ "id": id, "before": before });
            let data = match user.query(MESSAGES_QUERY, variables).await {
                Err(refusal) if refusal.code() == Some("NOT_FOUND") => return Ok(None),
                answer => answer?,
            };
            let page = &data["messages"];
            for message in page["nodes"].as_array().into_iter().flatten() {
                state.merge(message);
                let groups = message["reactionGroups"].as_array();
                for group in groups.into_iter().flatten() {
                    state.set_reactions(&text(&message["id"]), &counted(group));
                }
                let replies = number(&message["thread"]["replyCount"]);
                state.count_replies(&text(&message["id"]), replies);
            }
            if page["pageInfo"]["hasPreviousPage"] != json!(true) {
                state.load_follows(user, id).await?;
                return Ok(Some(state));
            }
            before = page["pageInfo"]["startCursor"].clone();
        }
    }

    /// Loads where the user stands with the threads, after the messages.
    async fn load_follows(&mut self, user: &TestUser, id: Uuid) -> Result<(), Refusal> {
        let newest = self.messages.values().map(|message| message.0).max();
        for from in (1..=newest.unwrap_or_default()).step_by(MAX_RANGE as usize) {
            let to = from + MAX_RANGE - 1;
            let variables = json!({ "id": id, "from": from, "to": to });
            let data = match user.query(FOLLOWS_QUERY, variables).await {
                Err(refusal) if refusal.code() == Some("NOT_FOUND") => return Ok(()),
                answer => answer?,
            };
            let threads = data["viewerState"]["threads"].as_array();
            for thread in threads.into_iter().flatten() {
                self.set_follow(thread);
            }
        }
        Ok(())
    }

    /// The mark of a thread only grows, and orders what the two feeds tell: the event with the lower mark is older.
    fn set_follow(&mut self, state: &Value) {
        let mark = number(&state["lastReadNumber"]);
        let follow = (state["following"] == json!(true), mark);
        let stored = self.follows.entry(text(&state["rootId"])).or_insert(follow);
        if mark >= stored.1 {
            *stored = follow;
        }
    }

    /// Who replies follows and has read up to the reply; the author of a root follows from the first reply on.
    fn follow_by_reply(&mut self, user: Uuid, message: &Value) {
        let Some(root) = message["threadRootId"].as_str() else {
            return;
        };
        let ordinal = number(&message["threadOrdinal"]);
        self.count_replies(root, ordinal);
        if message["senderId"] == json!(user) {
            let mark = number(&message["number"]);
            let stored = self.follows.entry(root.to_owned()).or_default();
            if mark > stored.1 {
                *stored = (true, mark);
            }
        } else if ordinal == 1
            && self
                .messages
                .get(root)
                .is_some_and(|root| root.3 == json!(user))
        {
            self.follows.entry(root.to_owned()).or_insert((true, 0));
        }
    }

    fn count_replies(&mut self, root: &str, replies: u64) {
        if replies > 0 {
            let count = self.threads.entry(root.to_owned()).or_default();
            *count = replies.max(*count);
        }
    }

    /// Of two versions of a message, the one with the higher revision is newer.
    fn merge(&mut self, message: &Value) {
        let revision = number(&message["revision"]);
        let shown = (
            number(&message["number"]),
            revision,
            message["content"].clone(),
            message["senderId"].clone(),
        );
        let stored = self
            .messages
            .entry(text(&message["id"]))
            .or_insert_with(|| shown.clone());
        if revision > stored.1 {
            *stored = shown;
        }
        // A removed message has no reactions and is not pinned.
        if message["content"].is_null() {
            self.pinned.remove(&text(&message["id"]));
            self.reactions.remove(&text(&message["id"]));
        }
    }

    fn set_reactions(&mut self, message: &str, group: &Value) {
        let counts = self.reactions.entry(message.to_owned()).or_default();
        match number(&group["count"]) {
            0 => drop(counts.remove(&text(&group["emoji"]))),
            count => drop(counts.insert(text(&group["emoji"]), count)),
        }
        if counts.is_empty() {
            self.reactions.remove(message);
        }
    }
}

/// The group with the number of its listed reactions, of which there are fewer than a page.
fn counted(group: &Value) -> Value {
    let listed = group["reactions"]["nodes"].as_array();
    json!({ "emoji": group["emoji"], "count": listed.map_or(0, Vec::len) })
}

async fn chat_ids(user: &TestUser) -> Result<Vec<Uuid>, Refusal> {
    let mut ids = Vec::new();
    let mut after = Value::Null;
    loop {
        let data = user.query(CHATS_QUERY, json!({ "after": after })).await?;
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
