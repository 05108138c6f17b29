//! A chat with someone in every position towards it.

use serde_json::{Value, json};

use super::{Person, Stage};

/// The people of a scene. They can play in any number of scenes.
pub struct Cast {
    pub owner: Person,
    pub admin: Person,
    pub member: Person,
    /// A member too, who wrote the message.
    pub author: Person,
    /// Took part once.
    pub former: Person,
    pub stranger: Person,
    /// Whom one may add.
    pub newcomer: Person,
}

/// A chat of the cast in which one message was sent.
pub struct Scene {
    pub chat: String,
    pub message: String,
}

impl Stage {
    pub async fn cast(&self) -> Cast {
        Cast {
            owner: self.person("owner").await,
            admin: self.person("admin").await,
            member: self.person("member").await,
            author: self.person("author").await,
            former: self.person("former").await,
            stranger: self.person("stranger").await,
            newcomer: self.person("newcomer").await,
        }
    }

    /// A group or public chat of the cast.
    pub async fn scene(&self, cast: &Cast, kind: &str) -> Scene {
        let others = [&cast.admin, &cast.member, &cast.author, &cast.former];
        let chat = self.chat(kind, &cast.owner, &others).await;
        self.promote(&cast.owner, &chat, &cast.admin, "ADMIN").await;
        let message = self.say(&cast.author, &chat, "a message").await;
        self.call(&cast.former, "leaveChat", json!({ "chatId": chat }))
            .await
            .ok();
        Scene {
            chat,
            message: message["id"].as_str().unwrap().to_owned(),
        }
    }
}

/// An input with which the mutation does something to the scene, unless the caller may not.
pub fn input(field: &str, cast: &Cast, scene: &Scene) -> Value {
    let Scene { chat, message } = scene;
    match field {
        "createChat" => {
            json!({ "kind": "GROUP", "name": "New", "participantIds": [cast.newcomer.id] })
        }
        "updateChat" => json!({ "chatId": chat, "name": "Another name" }),
        "removeChat" | "joinChat" | "leaveChat" => json!({ "chatId": chat }),
        "addParticipant" => json!({ "chatId": chat, "userId": cast.newcomer.id }),
        "addParticipants" => json!({ "chatId": chat, "userIds": [cast.newcomer.id] }),
        "removeParticipant" => json!({ "chatId": chat, "userId": cast.author.id }),
        "changeParticipantRole" => {
            json!({ "chatId": chat, "userId": cast.author.id, "role": "ADMIN" })
        }
        "createMessage" => json!({ "chatId": chat, "content": "another message" }),
        "updateMessage" => json!({ "chatId": chat, "id": message, "content": "edited" }),
        "removeMessage" => json!({ "chatId": chat, "id": message }),
        "markAsRead" => json!({ "chatId": chat, "number": 1 }),
        "setTyping" => json!({ "chatId": chat, "typing": true }),
        other => panic!("{other} needs a row here"),
    }
}
