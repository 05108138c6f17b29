//! Mutations as a good client makes them: repeated with the same input until someone answers,
//! every step in the history.

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::account::{Account, INSISTENCE, Pause, may_pass};
use super::position;
use crate::history::History;
use lab_stack::stack::Service;

/// What a client wants to have done.
#[derive(Clone, Debug)]
pub struct Deed {
    /// What the history calls it: `send`, `edit`, `remove`, `rename`, `add`, `drop`, `read`.
    pub name: &'static str,
    /// What identifies it there.
    pub facts: Value,
    document: &'static str,
    input: Value,
}

macro_rules! document {
    ($field:literal, $input:literal, $payload:literal) => {
        concat!(
            "mutation ($input: ",
            $input,
            "!) { payload: ",
            $field,
            "(input: $input) { ",
            $payload,
            " } }"
        )
    };
}

impl Deed {
    /// A message with a new id.
    pub fn send(chat: Uuid, content: &str) -> Deed {
        let cid = Uuid::now_v7();
        Deed {
            name: "send",
            facts: json!({ "chat": chat, "cid": cid }),
            document: document!(
                "createMessage",
                "CreateMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": cid, "chatId": chat, "content": content }),
        }
    }

    /// Another text for a message.
    pub fn edit(chat: Uuid, id: Uuid, content: &str) -> Deed {
        Deed {
            name: "edit",
            facts: json!({ "chat": chat, "id": id }),
            document: document!(
                "updateMessage",
                "UpdateMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": id, "chatId": chat, "content": content }),
        }
    }

    /// No text any more.
    pub fn remove(chat: Uuid, id: Uuid) -> Deed {
        Deed {
            name: "remove",
            facts: json!({ "chat": chat, "id": id }),
            document: document!(
                "removeMessage",
                "RemoveMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": id, "chatId": chat }),
        }
    }

    /// Another name for a chat.
    pub fn rename(chat: Uuid, name: &str) -> Deed {
        Deed {
            name: "rename",
            facts: json!({ "chat": chat }),
            document: document!("updateChat", "UpdateChatInput", "cursor"),
            input: json!({ "chatId": chat, "name": name }),
        }
    }

    /// Someone comes.
    pub fn add(chat: Uuid, user: Uuid) -> Deed {
        Deed {
            name: "add",
            facts: json!({ "chat": chat, "whom": user }),
            document: document!("addParticipant", "AddParticipantInput", "cursor"),
            input: json!({ "chatId": chat, "userId": user }),
        }
    }

    /// Someone has to go.
    pub fn drop(chat: Uuid, user: Uuid) -> Deed {
        Deed {
            name: "drop",
            facts: json!({ "chat": chat, "whom": user }),
            document: document!("removeParticipant", "RemoveParticipantInput", "cursor"),
            input: json!({ "chatId": chat, "userId": user }),
        }
    }

    /// Everything up to `number` was read.
    pub fn read(chat: Uuid, number: u64) -> Deed {
        Deed {
            name: "read",
            facts: json!({ "chat": chat, "number": number }),
            document: document!("markAsRead", "MarkAsReadInput", "cursor"),
            input: json!({ "chatId": chat, "number": number }),
        }
    }

    /// Does it: until it is done, refused for good, or nobody knows. Returns the payload.
    pub async fn perform(&self, who: &Account, history: &History) -> Option<Value> {
        let mut facts = self.facts.clone();
        facts["user"] = json!(who.name);
        history.write(&format!("{}.invoke", self.name), &facts);
        let deadline = Instant::now() + INSISTENCE;
        let mut pause = Pause::default();
        // Once an attempt has no clear end, a refusal of a later one proves nothing.
        let mut in_doubt = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            facts["attempts"] = json!(attempts);
            let variables = json!({ "input": self.input });
            let refusal = match who.ask(Service::Sender, self.document, variables).await {
                Ok(mut data) => {
                    let payload = data["payload"].take();
                    self.done(facts, &payload, history);
                    return Some(payload);
                }
                Err(refusal) => refusal,
            };
            let passing = may_pass(&refusal);
            facts["code"] = json!(refusal.code().unwrap_or("(no answer)"));
            let again = passing && Instant::now() < deadline;
            let step = match (again, passing || in_doubt) {
                (true, _) => "retry",
                (false, true) if refusal.code() != Some("CONFLICT") => "unknown",
                (false, _) => "fail",
            };
            facts["said"] = json!(refusal.to_string().chars().take(120).collect::<String>());
            history.write(&format!("{}.{step}", self.name), &facts);
            if !again {
                return None;
            }
            in_doubt = true;
            if refusal.code() == Some("UNAUTHENTICATED") {
                who.renew().await;
            }
            pause.wait(&refusal).await;
        }
    }

    fn done(&self, mut facts: Value, payload: &Value, history: &History) {
        if let Value::Object(facts) = &mut facts {
            facts.remove("code");
            facts.remove("said");
        }
        let message = &payload["message"];
        if message.is_object() {
            for field in ["id", "seq", "number", "revision"] {
                facts[field] = message[field].clone();
            }
        } else {
            let cursor = payload["cursor"].as_str().and_then(position::seq_of);
            facts["seq"] = json!(cursor);
        }
        history.write(&format!("{}.ok", self.name), &facts);
    }
}
