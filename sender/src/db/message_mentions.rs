//! The table `message_mentions`: the people whom a message mentions by name. `messages` says how many there are.

use chassis::Error;
use deadpool_postgres::{Client, GenericClient, Transaction};
use shared_schema::{ChatId, Mention, Message, MessageId, Number, UserId};
use tokio_postgres::Statement;
use uuid::Uuid;

use crate::mentions::people::{MentionedPerson, Mentions};

/// The places of a message, in no order.
pub async fn of_message(
    db: &impl GenericClient,
    chat: ChatId,
    number: Number,
) -> Result<Vec<Mention>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT user_id, starts, length FROM message_mentions WHERE chat_id = $1 AND number = $2",
        )
        .await?;
    let rows = db.query(&statement, &[&chat.0, &number]).await?;
    let mut places = vec![];
    for row in &rows {
        let person = MentionedPerson {
            user_id: UserId(row.try_get("user_id")?),
            starts: row.try_get("starts")?,
            length: row.try_get("length")?,
        };
        places.extend(person.places());
    }
    Ok(places)
}

/// The people whom a new message mentions.
pub struct NewMentions {
    pub chat: ChatId,
    pub message: MessageId,
    pub number: Number,
    pub people: Vec<MentionedPerson>,
}

/// For [`add_each`].
pub async fn prepare_add_each(client: &Client) -> Result<Statement, Error> {
    // The messages were stored by the statement before.
    let sql = "INSERT INTO message_mentions (chat_id, number, user_id, starts, length, created_at)
               SELECT i.chat_id, i.number, i.user_id, array_agg(i.start ORDER BY i.start), min(i.length),
                      min(m.created_at)
               FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::integer[], $6::smallint[])
                    AS i (chat_id, message_id, number, user_id, start, length)
               CROSS JOIN LATERAL (
                   SELECT created_at FROM messages WHERE chat_id = i.chat_id AND id = i.message_id OFFSET 0
               ) m
               GROUP BY i.chat_id, i.number, i.user_id";
    Ok(client.prepare_cached(sql).await?)
}

/// Stores whom the messages of a batch mention.
pub async fn add_each(
    client: &Client,
    statement: &Statement,
    new: &[NewMentions],
) -> Result<(), Error> {
    let mut chats: Vec<Uuid> = vec![];
    let mut messages: Vec<Uuid> = vec![];
    let mut numbers: Vec<Number> = vec![];
    let mut places = Places::default();
    for of_message in new {
        let added = places.add(&of_message.people);
        chats.extend(std::iter::repeat_n(of_message.chat.0, added));
        messages.extend(std::iter::repeat_n(of_message.message.0, added));
        numbers.extend(std::iter::repeat_n(of_message.number, added));
    }
    let Places {
        users,
        starts,
        lengths,
    } = places;
    client
        .execute(
            statement,
            &[&chats, &messages, &numbers, &users, &starts, &lengths],
        )
        .await?;
    Ok(())
}

/// Replaces whom a message mentions. Those who stay keep their rows.
pub async fn update(
    tx: &Transaction<'_>,
    message: &Message,
    mentions: &Mentions,
) -> Result<(), Error> {
    let statement = tx
        .prepare_cached(
            "WITH gone AS (
                 DELETE FROM message_mentions WHERE chat_id = $1 AND number = $2 AND user_id <> ALL ($3)
             )
             INSERT INTO message_mentions (chat_id, number, user_id, starts, length, created_at)
             SELECT $1, $2, i.user_id, array_agg(i.start ORDER BY i.start), min(i.length), $6
             FROM unnest($3::uuid[], $4::integer[], $5::smallint[]) AS i (user_id, start, length)
             GROUP BY i.user_id
             ON CONFLICT (chat_id, number, user_id) DO UPDATE
                 SET starts = EXCLUDED.starts, length = EXCLUDED.length",
        )
        .await?;
    let mut places = Places::default();
    places.add(&mentions.people);
    let Places {
        users,
        starts,
        lengths,
    } = places;
    let (chat, number, at) = (message.chat_id.0, message.number, message.created_at.0);
    tx.execute(
        &statement,
        &[&chat, &number, &users, &starts, &lengths, &at],
    )
    .await?;
    Ok(())
}

/// Removes whom a message mentions.
pub async fn remove_all(tx: &Transaction<'_>, chat: ChatId, number: Number) -> Result<(), Error> {
    let statement = tx
        .prepare_cached("DELETE FROM message_mentions WHERE chat_id = $1 AND number = $2")
        .await?;
    tx.execute(&statement, &[&chat.0, &number]).await?;
    Ok(())
}

/// Places as columns: one entry for each place of each person.
#[derive(Default)]
struct Places {
    users: Vec<Uuid>,
    starts: Vec<i32>,
    lengths: Vec<i16>,
}

impl Places {
    /// Returns how many places were added.
    fn add(&mut self, people: &[MentionedPerson]) -> usize {
        let before = self.users.len();
        for person in people {
            for start in &person.starts {
                self.users.push(person.user_id.0);
                self.starts.push(*start);
                self.lengths.push(person.length);
            }
        }
        self.users.len() - before
    }
}
