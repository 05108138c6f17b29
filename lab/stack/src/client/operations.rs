//! The operations that tests and the demo use.

use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::Refusal;
use super::session::Client;
use crate::stack::Service;

/// A message to send. The id makes a repetition harmless.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Made by the client.
    pub id: Uuid,
    /// Where it goes.
    pub chat_id: Uuid,
    /// What it says.
    pub content: String,
    /// What it answers.
    pub reply_to: Option<Uuid>,
}

impl NewMessage {
    /// A message with a new id.
    pub fn new(chat_id: Uuid, content: impl Into<String>) -> NewMessage {
        NewMessage {
            id: Uuid::now_v7(),
            chat_id,
            content: content.into(),
            reply_to: None,
        }
    }

    fn variables(&self) -> Value {
        json!({ "input": {
            "id": self.id, "chatId": self.chat_id, "content": self.content,
            "replyToId": self.reply_to,
        } })
    }
}

const CREATE_MESSAGE: &str = "mutation ($input: CreateMessageInput!) {
    createMessage(input: $input) { message { id seq number } } }";

/// Where an acknowledged message stands in its chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The message.
    pub id: Uuid,
    /// Its place in the chat's feed.
    pub seq: u64,
    /// Its ordinal among the chat's messages.
    pub number: u64,
}

impl Position {
    fn of(message: &Value) -> Result<Position, Refusal> {
        let position = || {
            Some(Position {
                id: message["id"].as_str()?.parse().ok()?,
                seq: message["seq"].as_u64()?,
                number: message["number"].as_u64()?,
            })
        };
        position().ok_or_else(|| Refusal::Unanswered(format!("not a message: {message}")))
    }
}

impl Client {
    /// Makes a chat with the client-made `id` and returns its id: for a direct chat that
    /// existed before, that is another one.
    pub async fn create_chat(
        &self,
        id: Uuid,
        kind: &str,
        name: Option<&str>,
        participants: &[Uuid],
    ) -> Result<Uuid, Refusal> {
        let document =
            "mutation ($input: CreateChatInput!) { createChat(input: $input) { chat { id } } }";
        let input = json!({ "id": id, "kind": kind, "name": name, "participantIds": participants });
        let data = self.mutate(document, input).await?;
        let id = data["createChat"]["chat"]["id"]
            .as_str()
            .and_then(|id| id.parse().ok());
        id.ok_or_else(|| Refusal::Unanswered(format!("no chat in {data}")))
    }

    /// Takes part in a public chat.
    pub async fn join_chat(&self, chat_id: Uuid) -> Result<(), Refusal> {
        let document =
            "mutation ($input: JoinChatInput!) { joinChat(input: $input) { chat { id } } }";
        self.mutate(document, json!({ "chatId": chat_id }))
            .await
            .map(drop)
    }

    /// Sends a message, repeating it while nobody answers.
    pub async fn send(&self, message: &NewMessage) -> Result<Position, Refusal> {
        let data = self
            .ask_with_retries(Service::Sender, CREATE_MESSAGE, message.variables())
            .await?;
        Position::of(&data["createMessage"]["message"])
    }

    /// Sends a message and takes the first answer.
    pub async fn send_once(&self, message: &NewMessage) -> Result<Position, Refusal> {
        let data = self
            .ask(Service::Sender, CREATE_MESSAGE, message.variables())
            .await?;
        Position::of(&data["createMessage"]["message"])
    }

    /// Moves the caller's read mark.
    pub async fn mark_as_read(&self, chat_id: Uuid, number: u64) -> Result<(), Refusal> {
        let document =
            "mutation ($input: MarkAsReadInput!) { markAsRead(input: $input) { unreadCount } }";
        self.mutate(document, json!({ "chatId": chat_id, "number": number }))
            .await
            .map(drop)
    }

    /// Any mutation of the sender that takes one `input` and may be repeated.
    pub async fn mutate(&self, document: &str, input: Value) -> Result<Value, Refusal> {
        self.ask_with_retries(Service::Sender, document, json!({ "input": input }))
            .await
    }

    /// Any query of the receiver.
    pub async fn query(&self, document: &str, variables: Value) -> Result<Value, Refusal> {
        self.ask_with_retries(Service::Receiver, document, variables)
            .await
    }

    /// The unread count of one chat: absent from the list means none.
    pub async fn unread(&self, chat_id: Uuid) -> Result<u64, Refusal> {
        let data = self
            .query("{ unreadCounts { chatId unreadCount } }", json!({}))
            .await?;
        let counts = data["unreadCounts"].as_array().cloned().unwrap_or_default();
        let own_count = counts
            .iter()
            .find(|count| count["chatId"] == json!(chat_id));
        Ok(own_count
            .and_then(|count| count["unreadCount"].as_u64())
            .unwrap_or(0))
    }

    /// Every message of a chat, oldest first, page by page.
    pub async fn history(&self, chat_id: Uuid, fields: &str) -> Result<Vec<Value>, Refusal> {
        let document = format!(
            "query ($chatId: ID!, $before: String) {{ messages(chatId: $chatId, last: 100, before: $before) {{
                nodes {{ {fields} }} pageInfo {{ hasPreviousPage startCursor }} }} }}"
        );
        let mut pages = Vec::new();
        let mut before = Value::Null;
        loop {
            let variables = json!({ "chatId": chat_id, "before": before });
            let mut data = self.query(&document, variables).await?;
            let page = data["messages"].take();
            pages.push(page["nodes"].as_array().cloned().unwrap_or_default());
            if page["pageInfo"]["hasPreviousPage"] != json!(true) {
                break;
            }
            before = page["pageInfo"]["startCursor"].clone();
        }
        Ok(pages.into_iter().rev().flatten().collect())
    }
}
