//! A chat with someone in every position towards it.

use serde_json::{Value, json};

use super::{Person, TestApp};

/// The people of a fixture. They can take part in any number of them.
pub struct FixturePeople {
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

/// A chat of the people in which one message was sent.
pub struct ChatFixture {
    pub chat: String,
    pub message: String,
}

impl TestApp {
    pub async fn fixture_people(&self) -> FixturePeople {
        FixturePeople {
            owner: self.person("owner").await,
            admin: self.person("admin").await,
            member: self.person("member").await,
            author: self.person("author").await,
            former: self.person("former").await,
            stranger: self.person("stranger").await,
            newcomer: self.person("newcomer").await,
        }
    }

    /// A group or public chat of the people.
    pub async fn chat_fixture(&self, people: &FixturePeople, kind: &str) -> ChatFixture {
        let others = [
            &people.admin,
            &people.member,
            &people.author,
            &people.former,
        ];
        let chat = self.chat(kind, &people.owner, &others).await;
        self.promote(&people.owner, &chat, &people.admin, "ADMIN")
            .await;
        let message = self.say(&people.author, &chat, "a message").await;
        self.call(&people.former, "leaveChat", json!({ "chatId": chat }))
            .await
            .ok();
        ChatFixture {
            chat,
            message: message["id"].as_str().unwrap().to_owned(),
        }
    }
}

/// An input with which the mutation does something to the fixture, unless the caller may not.
pub fn input(field: &str, people: &FixturePeople, fixture: &ChatFixture) -> Value {
    let ChatFixture { chat, message } = fixture;
    match field {
        "createChat" => {
            json!({ "kind": "GROUP", "name": "New", "participantIds": [people.newcomer.id] })
        }
        "updateChat" => json!({ "chatId": chat, "name": "Another name" }),
        "removeChat" | "joinChat" | "leaveChat" => json!({ "chatId": chat }),
        "addParticipant" => json!({ "chatId": chat, "userId": people.newcomer.id }),
        "addParticipants" => json!({ "chatId": chat, "userIds": [people.newcomer.id] }),
        "removeParticipant" => json!({ "chatId": chat, "userId": people.author.id }),
        "changeParticipantRole" => {
            json!({ "chatId": chat, "userId": people.author.id, "role": "ADMIN" })
        }
        "createMessage" => json!({ "chatId": chat, "content": "another message" }),
        "updateMessage" => json!({ "chatId": chat, "id": message, "content": "edited" }),
        "removeMessage" => json!({ "chatId": chat, "id": message }),
        "markAsRead" => json!({ "chatId": chat, "number": 1 }),
        "setTyping" => json!({ "chatId": chat, "typing": true }),
        other => panic!("{other} needs a row here"),
    }
}
