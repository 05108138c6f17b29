//! Mentions, as `sender` would write them.

use shared_schema::{ChatId, Message, UserId};
use tokio_postgres::Transaction;

use super::statements::{next_message, store_message};
use crate::app::{Person, TestApp};

impl TestApp {
    /// Sends a message that mentions these people wherever it has an `@` and their username, and all wherever it has `@all`.
    /// Unlike any other, it leaves the mark of its sender where it is.
    pub async fn mention(
        &self,
        person: &Person,
        chat: ChatId,
        content: &str,
        people: &[&Person],
    ) -> Message {
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let mut message = next_message(&tx, person, chat, content).await;
        let named: Vec<&Person> = people
            .iter()
            .copied()
            .filter(|person| !starts(content, &person.username).is_empty())
            .collect();
        message.mention_count = i16::try_from(named.len()).unwrap();
        message.mentions_all = content.contains("@all");
        let (message, event) = store_message(&tx, person, message).await;
        for person in named {
            insert(&tx, &message, person.id, &person.username).await;
        }
        tx.commit().await.unwrap();
        drop(client);
        self.publisher.publish_events(&[event]).await;
        message
    }

    /// Removes a message as the sender does, with whom it mentions.
    pub async fn unsay_mention(&self, person: &Person, message: &Message) {
        let sql = "DELETE FROM message_mentions WHERE chat_id = $1 AND number = $2";
        let key = (message.chat_id.0, message.number);
        self.owner.execute(sql, &[&key.0, &key.1]).await.unwrap();
        let sql = "UPDATE messages SET mention_count = 0, mentions_all = false WHERE chat_id = $1 AND number = $2";
        self.owner.execute(sql, &[&key.0, &key.1]).await.unwrap();
        self.unsay(person, message).await;
    }

    /// Edits a message so that it mentions this one person and no other.
    pub async fn edit_mention(
        &self,
        person: &Person,
        message: &Message,
        content: &str,
        to: &Person,
    ) {
        let mut client = self.sender.lock().await;
        let tx = client.transaction().await.unwrap();
        let sql = "DELETE FROM message_mentions WHERE chat_id = $1 AND number = $2";
        tx.execute(sql, &[&message.chat_id.0, &message.number])
            .await
            .unwrap();
        let message = Message {
            content: Some(content.to_owned()),
            mention_count: 1,
            mentions_all: false,
            ..message.clone()
        };
        insert(&tx, &message, to.id, &to.username).await;
        let sql = "UPDATE messages SET mention_count = 1, mentions_all = false WHERE chat_id = $1 AND number = $2";
        tx.execute(sql, &[&message.chat_id.0, &message.number])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        drop(client);
        self.edit(person, &message, content).await;
    }
}

async fn insert(tx: &Transaction<'_>, message: &Message, user: UserId, username: &str) {
    let starts = starts(message.content.as_deref().unwrap(), username);
    let length = i16::try_from(username.len() + 1).unwrap();
    let sql = "INSERT INTO message_mentions (chat_id, number, user_id, starts, length, created_at)
               VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(
        sql,
        &[
            &message.chat_id.0,
            &message.number,
            &user.0,
            &starts,
            &length,
            &message.created_at.0,
        ],
    )
    .await
    .unwrap();
}

/// Where a name stands in a text, in UTF-16 units.
fn starts(content: &str, username: &str) -> Vec<i32> {
    content
        .match_indices(&format!("@{username}"))
        .map(|(at, _)| i32::try_from(content[..at].encode_utf16().count()).unwrap())
        .collect()
}
