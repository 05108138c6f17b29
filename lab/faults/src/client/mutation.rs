//! Mutations of a client: repeated with the same input until there is an answer, with every step recorded.

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::cursor;
use super::test_user::{Backoff, RETRY_TIMEOUT, TestUser, is_retryable};
use crate::history::History;
use lab_stack::stack::Service;

/// A mutation that a client makes.
#[derive(Clone, Debug)]
pub struct ClientMutation {
    /// Its name in the history: `send`, `edit`, `remove`, `rename`, `add`, `drop`, `read`, `react`,
    /// `unreact`, `follow`, `unfollow`, `readthread`.
    pub name: &'static str,
    /// What identifies it in the history.
    pub fields: Value,
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

impl ClientMutation {
    /// Sends a message with a new id.
    pub fn send_message(chat: Uuid, content: &str) -> ClientMutation {
        let cid = Uuid::now_v7();
        ClientMutation {
            name: "send",
            fields: json!({ "chat": chat, "cid": cid }),
            document: document!(
                "createMessage",
                "CreateMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": cid, "chatId": chat, "content": content }),
        }
    }

    /// Replies in the thread of a message.
    pub fn reply_in_thread(chat: Uuid, root: Uuid, content: &str) -> ClientMutation {
        let mut mutation = ClientMutation::send_message(chat, content);
        mutation.input["threadRootId"] = json!(root);
        mutation
    }

    /// Changes the text of a message.
    pub fn edit_message(chat: Uuid, id: Uuid, content: &str) -> ClientMutation {
        ClientMutation {
            name: "edit",
            fields: json!({ "chat": chat, "id": id }),
            document: document!(
                "updateMessage",
                "UpdateMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": id, "chatId": chat, "content": content }),
        }
    }

    /// Removes a message.
    pub fn remove_message(chat: Uuid, id: Uuid) -> ClientMutation {
        ClientMutation {
            name: "remove",
            fields: json!({ "chat": chat, "id": id }),
            document: document!(
                "removeMessage",
                "RemoveMessageInput",
                "cursor message { id seq number revision }"
            ),
            input: json!({ "id": id, "chatId": chat }),
        }
    }

    /// Renames a chat.
    pub fn rename_chat(chat: Uuid, name: &str) -> ClientMutation {
        ClientMutation {
            name: "rename",
            fields: json!({ "chat": chat }),
            document: document!("updateChat", "UpdateChatInput", "cursor"),
            input: json!({ "chatId": chat, "name": name }),
        }
    }

    /// Adds a participant.
    pub fn add_participant(chat: Uuid, user: Uuid) -> ClientMutation {
        ClientMutation {
            name: "add",
            fields: json!({ "chat": chat, "whom": user }),
            document: document!("addParticipant", "AddParticipantInput", "cursor"),
            input: json!({ "chatId": chat, "userId": user }),
        }
    }

    /// Removes a participant.
    pub fn remove_participant(chat: Uuid, user: Uuid) -> ClientMutation {
        ClientMutation {
            name: "drop",
            fields: json!({ "chat": chat, "whom": user }),
            document: document!("removeParticipant", "RemoveParticipantInput", "cursor"),
            input: json!({ "chatId": chat, "userId": user }),
        }
    }

    /// Adds a reaction to a message.
    pub fn add_reaction(chat: Uuid, message: Uuid, emoji: &str) -> ClientMutation {
        ClientMutation {
            name: "react",
            fields: json!({ "chat": chat, "message": message, "emoji": emoji }),
            document: document!(
                "addReaction",
                "AddReactionInput",
                "cursor reactionGroup { count }"
            ),
            input: json!({ "chatId": chat, "messageId": message, "emoji": emoji }),
        }
    }

    /// Removes a reaction from a message.
    pub fn remove_reaction(chat: Uuid, message: Uuid, emoji: &str) -> ClientMutation {
        ClientMutation {
            name: "unreact",
            fields: json!({ "chat": chat, "message": message, "emoji": emoji }),
            document: document!(
                "removeReaction",
                "RemoveReactionInput",
                "cursor reactionGroup { count }"
            ),
            input: json!({ "chatId": chat, "messageId": message, "emoji": emoji }),
        }
    }

    /// Pins a message.
    pub fn pin_message(chat: Uuid, message: Uuid) -> ClientMutation {
        ClientMutation {
            name: "pin",
            fields: json!({ "chat": chat, "message": message }),
            document: document!("pinMessage", "PinMessageInput", "cursor"),
            input: json!({ "chatId": chat, "id": message }),
        }
    }

    /// Unpins a message.
    pub fn unpin_message(chat: Uuid, message: Uuid) -> ClientMutation {
        ClientMutation {
            name: "unpin",
            fields: json!({ "chat": chat, "message": message }),
            document: document!("unpinMessage", "UnpinMessageInput", "cursor"),
            input: json!({ "chatId": chat, "id": message }),
        }
    }

    /// Marks everything up to `number` as read.
    pub fn mark_as_read(chat: Uuid, number: u64) -> ClientMutation {
        ClientMutation {
            name: "read",
            fields: json!({ "chat": chat, "number": number }),
            document: document!("markAsRead", "MarkAsReadInput", "cursor"),
            input: json!({ "chatId": chat, "number": number }),
        }
    }

    /// Tells that everything up to `number` is on a device.
    pub fn mark_as_delivered(chat: Uuid, number: u64) -> ClientMutation {
        ClientMutation {
            name: "deliver",
            fields: json!({ "chat": chat, "number": number }),
            document: document!(
                "markAsDelivered",
                "MarkAsDeliveredInput",
                "mark { deliveredNumber }"
            ),
            input: json!({ "chatId": chat, "upToNumber": number }),
        }
    }

    /// Follows the thread of a message.
    pub fn follow_thread(chat: Uuid, root: Uuid) -> ClientMutation {
        ClientMutation {
            name: "follow",
            fields: json!({ "chat": chat, "root": root }),
            document: document!("followThread", "FollowThreadInput", "cursor"),
            input: json!({ "chatId": chat, "rootId": root }),
        }
    }

    /// Ends following the thread of a message.
    pub fn unfollow_thread(chat: Uuid, root: Uuid) -> ClientMutation {
        ClientMutation {
            name: "unfollow",
            fields: json!({ "chat": chat, "root": root }),
            document: document!("unfollowThread", "UnfollowThreadInput", "cursor"),
            input: json!({ "chatId": chat, "rootId": root }),
        }
    }

    /// Marks all replies in the thread of a message up to `number` as read.
    pub fn mark_thread_as_read(chat: Uuid, root: Uuid, number: u64) -> ClientMutation {
        ClientMutation {
            name: "readthread",
            fields: json!({ "chat": chat, "root": root, "number": number }),
            document: document!("markThreadAsRead", "MarkThreadAsReadInput", "cursor"),
            input: json!({ "chatId": chat, "rootId": root, "number": number }),
        }
    }

    /// Changes what the user has set for a chat: whether it is pinned and muted, and what they are notified of.
    pub fn update_chat_settings(
        chat: Uuid,
        is_pinned: bool,
        is_muted: bool,
        archived_up_to: Option<u64>,
        unread_from: Option<u64>,
        level: &str,
    ) -> ClientMutation {
        let until = is_muted.then_some("9999-01-01T00:00:00Z");
        let mut input = json!({ "isPinned": is_pinned, "mutedUntil": until, "archivedUpTo": archived_up_to,
            "unreadFrom": unread_from, "notificationLevel": level });
        let fields = json!({ "chat": chat, "is_pinned": is_pinned, "is_muted": is_muted,
            "is_archived": archived_up_to.is_some(), "is_marked": unread_from.is_some(), "level": level });
        input["chatId"] = json!(chat);
        ClientMutation {
            name: "settings",
            fields,
            document: document!("updateChatSettings", "UpdateChatSettingsInput", "cursor"),
            input,
        }
    }

    /// Stores what the user has begun to write in a chat, or in a thread; without a text it was discarded.
    pub fn update_draft(chat: Uuid, root: Option<Uuid>, content: Option<&str>) -> ClientMutation {
        ClientMutation {
            name: "draft",
            fields: json!({ "chat": chat, "root": root, "content": content }),
            document: document!("updateDraft", "UpdateDraftInput", "cursor"),
            input: json!({ "chatId": chat, "threadRootId": root, "content": content }),
        }
    }

    /// Repeats the mutation until it succeeds, is finally refused, or time is up. Returns the payload.
    pub async fn execute(&self, user: &TestUser, history: &History) -> Option<Value> {
        let mut fields = self.fields.clone();
        fields["user"] = json!(user.name);
        history.write(&format!("{}.invoke", self.name), &fields);
        let deadline = Instant::now() + RETRY_TIMEOUT;
        let mut backoff = Backoff::default();
        // After an attempt without a clear answer, the refusal of a later one proves nothing.
        let mut in_doubt = false;
        let mut attempts = 0;
        loop {
            attempts += 1;
            fields["attempts"] = json!(attempts);
            let variables = json!({ "input": self.input });
            let refusal = match user.ask(Service::Sender, self.document, variables).await {
                Ok(mut data) => {
                    let payload = data["payload"].take();
                    self.record_success(fields, &payload, history);
                    return Some(payload);
                }
                Err(refusal) => refusal,
            };
            let retryable = is_retryable(&refusal);
            fields["code"] = json!(refusal.code().unwrap_or("(no answer)"));
            let again = retryable && Instant::now() < deadline;
            let step = match (again, retryable || in_doubt) {
                (true, _) => "retry",
                (false, true) if refusal.code() != Some("CONFLICT") => "unknown",
                (false, _) => "fail",
            };
            fields["said"] = json!(refusal.to_string().chars().take(120).collect::<String>());
            history.write(&format!("{}.{step}", self.name), &fields);
            if !again {
                return None;
            }
            in_doubt = true;
            if refusal.code() == Some("UNAUTHENTICATED") {
                user.renew_token().await;
            }
            backoff.wait(&refusal).await;
        }
    }

    fn record_success(&self, mut fields: Value, payload: &Value, history: &History) {
        if let Value::Object(fields) = &mut fields {
            fields.remove("code");
            fields.remove("said");
        }
        let message = &payload["message"];
        if message.is_object() {
            for field in ["id", "seq", "number", "revision"] {
                fields[field] = message[field].clone();
            }
        } else if payload["mark"].is_object() {
            fields["delivered"] = payload["mark"]["deliveredNumber"].clone();
        } else {
            let cursor = payload["cursor"].as_str().and_then(cursor::seq_of);
            fields["seq"] = json!(cursor);
        }
        history.write(&format!("{}.ok", self.name), &fields);
    }
}
