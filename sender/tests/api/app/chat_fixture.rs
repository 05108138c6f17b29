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

/// Who someone is towards the chat of a fixture.
#[derive(Clone, Copy, Debug)]
pub enum Position {
    Owner,
    Admin,
    Member,
    Author,
    Former,
    Stranger,
    Newcomer,
}

impl FixturePeople {
    pub fn at(&self, position: Position) -> &Person {
        match position {
            Position::Owner => &self.owner,
            Position::Admin => &self.admin,
            Position::Member => &self.member,
            Position::Author => &self.author,
            Position::Former => &self.former,
            Position::Stranger => &self.stranger,
            Position::Newcomer => &self.newcomer,
        }
    }

    pub fn all(&self) -> [&Person; 7] {
        let Self {
            owner,
            admin,
            member,
            author,
            former,
            stranger,
            newcomer,
        } = self;
        [owner, admin, member, author, former, stranger, newcomer]
    }
}

/// A chat of the people in which one message was sent. A member reacted to it, an admin replied in its thread, and the owner
/// pinned it.
pub struct ChatFixture {
    pub chat: String,
    pub message: String,
    /// The message's number.
    pub number: i64,
    /// The newest message: the reply, if there is one.
    pub newest_message: String,
    /// The number of the newest message.
    pub newest: i64,
}

impl ChatFixture {
    pub fn new(chat: &str, message: &Value) -> Self {
        let number = message["number"].as_i64().unwrap();
        Self {
            chat: chat.to_owned(),
            message: message["id"].as_str().unwrap().to_owned(),
            number,
            newest_message: message["id"].as_str().unwrap().to_owned(),
            newest: number,
        }
    }

    /// The same message in another chat, where it is not.
    pub fn elsewhere(&self, chat: &str) -> Self {
        Self {
            chat: chat.to_owned(),
            message: self.message.clone(),
            newest_message: self.newest_message.clone(),
            ..*self
        }
    }
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
        let reaction = json!({ "chatId": chat, "messageId": message["id"], "emoji": "👍" });
        self.call(&people.member, "addReaction", reaction)
            .await
            .ok();
        let reply = json!({ "chatId": chat, "threadRootId": message["id"], "content": "a reply" });
        let reply = self.call(&people.admin, "createMessage", reply).await.ok();
        let pin = json!({ "chatId": chat, "id": message["id"] });
        self.call(&people.owner, "pinMessage", pin).await.ok();
        self.call(&people.former, "leaveChat", json!({ "chatId": chat }))
            .await
            .ok();
        ChatFixture {
            newest_message: reply["message"]["id"].as_str().unwrap().to_owned(),
            newest: reply["message"]["number"].as_i64().unwrap(),
            ..ChatFixture::new(&chat, &message)
        }
    }
}
