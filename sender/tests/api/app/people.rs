//! People, as `users` would have registered them, and their chats.

use lab_stack::db::{deactivate_account, insert_account, insert_session};
use serde_json::{Value, json};
use shared_schema::{SessionId, UserId};
use uuid::Uuid;

use super::TestApp;

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub token: String,
}

impl TestApp {
    /// A new account with its feed, as `users` leaves it, and a token for it.
    pub async fn person(&self, username: &str) -> Person {
        let id = UserId::new();
        insert_account(&self.owner, id.0, username, username)
            .await
            .unwrap();
        Person {
            id: id.to_string(),
            username: username.into(),
            token: self.token(id, username, SessionId::new()),
        }
    }

    /// A token for someone's account, signed by this app's issuer.
    pub fn token_for(&self, person: &Person) -> String {
        let user = person.id.parse().unwrap();
        self.token(user, &person.username, SessionId::new())
    }

    fn token(&self, user: UserId, username: &str, session: SessionId) -> String {
        self.issuer.access_token(user, username, session, 600)
    }

    /// The person on a device whose session is there to be ended.
    pub async fn on_a_device(&self, person: &Person) -> (Person, SessionId) {
        let session = SessionId::new();
        let user: UserId = person.id.parse().unwrap();
        insert_session(&self.owner, session.0, user.0)
            .await
            .unwrap();
        let person = Person {
            token: self.token(user, &person.username, session),
            ..person.clone()
        };
        (person, session)
    }

    /// So many new accounts.
    pub async fn people(&self, count: usize) -> Vec<Person> {
        let mut people = vec![];
        for number in 0..count {
            people.push(self.person(&format!("person-{number}")).await);
        }
        people
    }

    /// The ids of so many new accounts, made in one go.
    pub async fn crowd(&self, count: usize) -> Vec<String> {
        let ids: Vec<Uuid> = (0..count).map(|_| UserId::new().0).collect();
        let sql = "INSERT INTO users (id, username, email, password_hash, display_name)
                   SELECT id, 'crowd-' || n, 'crowd-' || n || '@example.com', '', 'Someone'
                   FROM unnest($1::uuid[]) WITH ORDINALITY AS c (id, n)";
        self.owner.execute(sql, &[&ids]).await.unwrap();
        let sql = "INSERT INTO feeds (id) SELECT unnest($1::uuid[])";
        self.owner.execute(sql, &[&ids]).await.unwrap();
        ids.iter().map(Uuid::to_string).collect()
    }

    /// Ends an account, as `users` does.
    pub async fn deactivate(&self, person: &Person) {
        let id: Uuid = person.id.parse().unwrap();
        deactivate_account(&self.owner, id).await.unwrap();
    }

    /// A new chat of this kind, and its id.
    pub async fn chat(&self, kind: &str, owner: &Person, others: &[&Person]) -> String {
        let ids: Vec<&str> = others.iter().map(|person| person.id.as_str()).collect();
        let name: Option<&str> = (kind != "DIRECT").then_some("A chat");
        let input = json!({ "kind": kind, "name": name, "participantIds": ids });
        let answer = self.call(owner, "createChat", input).await.ok();
        answer["chat"]["id"].as_str().unwrap().to_owned()
    }

    /// A new group.
    pub async fn group(&self, owner: &Person, others: &[&Person]) -> String {
        self.chat("GROUP", owner, others).await
    }

    /// Gives someone a role.
    pub async fn promote(&self, owner: &Person, chat: &str, person: &Person, role: &str) {
        let input = json!({ "chatId": chat, "userId": person.id, "role": role });
        self.call(owner, "changeParticipantRole", input).await.ok();
    }

    /// Sends a message, and answers with it.
    pub async fn say(&self, person: &Person, chat: &str, content: &str) -> Value {
        let input = json!({ "chatId": chat, "content": content });
        self.call(person, "createMessage", input).await.ok()["message"].clone()
    }
}
