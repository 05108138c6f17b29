//! The statements of `sender`, each in the transaction of its caller.

use shared_schema::{
    Change, ChatId, Event, EventId, FeedRef, Instant, Message, MessageId, Number, Participant,
    ParticipantRole, Seq, UserId,
};
use tokio_postgres::Transaction;
use uuid::Uuid;

use crate::app::Person;

pub async fn append(tx: &Transaction<'_>, actor: UserId, feed: FeedRef, change: Change) -> Event {
    let id = change
        .message_id()
        .filter(|_| matches!(change, Change::MessageAdded(_)))
        .map_or_else(EventId::new, EventId::from);
    append_as(tx, actor, feed, id, change).await
}

async fn append_as(
    tx: &Transaction<'_>,
    actor: UserId,
    feed: FeedRef,
    id: EventId,
    change: Change,
) -> Event {
    if matches!(change, Change::MessageAdded(_)) {
        return append_message(tx, actor, feed, id, change).await;
    }
    let row = tx
        .query_one(
            "SELECT seq, id, prev_id, at FROM append_events($1, $2, $3, $4, $5, $6)",
            &[
                &vec![feed.id()],
                &vec![id.0],
                &vec![change.kind()],
                &actor.0,
                &vec![change.message_id().map(|id| id.0)],
                &vec![change.data()],
            ],
        )
        .await
        .unwrap();
    Event {
        feed,
        seq: row.get("seq"),
        id: EventId(row.get("id")),
        prev: row.get::<_, Option<Uuid>>("prev_id").map(EventId),
        at: Instant(row.get("at")),
        actor: Some(actor),
        change,
    }
}

/// Messages are numbered by a function of their own.
async fn append_message(
    tx: &Transaction<'_>,
    actor: UserId,
    feed: FeedRef,
    id: EventId,
    change: Change,
) -> Event {
    let head = "SELECT head_id FROM feeds WHERE id = $1 FOR UPDATE";
    let head = tx.query_one(head, &[&feed.id()]).await.unwrap();
    let row = tx
        .query_one(
            "SELECT seq, id, at FROM append_messages($1, $2, $3)",
            &[&vec![feed.id()], &vec![id.0], &vec![actor.0]],
        )
        .await
        .unwrap();
    Event {
        feed,
        seq: row.get("seq"),
        id: EventId(row.get("id")),
        prev: head.get::<_, Option<Uuid>>("head_id").map(EventId),
        at: Instant(row.get("at")),
        actor: Some(actor),
        change,
    }
}

pub async fn admit(
    tx: &Transaction<'_>,
    actor: UserId,
    chat: ChatId,
    people: &[(UserId, ParticipantRole)],
) -> Vec<Event> {
    let feed = tx
        .query_one(
            "SELECT last_seq + 1 AS joined_seq, message_count FROM feeds WHERE id = $1 FOR UPDATE",
            &[&chat.0],
        )
        .await
        .unwrap();
    let (joined_seq, message_count): (Seq, Number) =
        (feed.get("joined_seq"), feed.get("message_count"));
    let mut participants = vec![];
    for (user, role) in people {
        let row = tx
            .query_one(
                "INSERT INTO participants
                     (chat_id, user_id, role, last_read_number, joined_number, joined_seq, joined_at)
                 VALUES ($1, $2, $3, $5, $5, $4, now())
                 ON CONFLICT (chat_id, user_id)
                 DO UPDATE SET left_seq = NULL, last_read_number = $5, joined_number = $5, joined_seq = $4,
                               joined_at = now(), role = $3
                 RETURNING last_read_number, joined_number, joined_at",
                &[
                    &chat.0,
                    &user.0,
                    &role.as_str(),
                    &joined_seq,
                    &message_count,
                ],
            )
            .await
            .unwrap();
        participants.push(Participant {
            chat_id: chat,
            user_id: *user,
            role: *role,
            last_read_number: row.get("last_read_number"),
            joined_number: row.get("joined_number"),
            joined_at: Instant(row.get("joined_at")),
        });
    }
    let added = Change::ParticipantsAdded { participants };
    let joined = append(tx, actor, chat.into(), added).await;
    let mut events = vec![joined.clone()];
    for (user, _) in people {
        let change = Change::ChatAdded {
            chat_id: chat,
            joined_seq: joined.seq,
            joined_event: joined.id,
        };
        events.push(append(tx, actor, (*user).into(), change).await);
    }
    events
}

pub async fn count_participants(tx: &Transaction<'_>, chat: ChatId) {
    tx.execute(
        "UPDATE chats SET participant_count =
           (SELECT count(*) FROM participants WHERE chat_id = $1 AND left_seq IS NULL)
         WHERE id = $1",
        &[&chat.0],
    )
    .await
    .unwrap();
}

pub async fn add_message(
    tx: &Transaction<'_>,
    person: &Person,
    chat: ChatId,
    content: &str,
    reply_to: Option<MessageId>,
) -> (Message, Event) {
    let mut message = next_message(tx, person, chat, content).await;
    message.reply_to_id = reply_to;
    let (message, event) = store_message(tx, person, message).await;
    tx.execute(
        "UPDATE participants SET last_read_number = $3 WHERE chat_id = $1 AND user_id = $2",
        &[&chat.0, &person.id.0, &message.number],
    )
    .await
    .unwrap();
    (message, event)
}

/// The next message of a chat, which is locked from here on.
pub async fn next_message(
    tx: &Transaction<'_>,
    person: &Person,
    chat: ChatId,
    content: &str,
) -> Message {
    let row = tx
        .query_one(
            "SELECT last_seq, message_count FROM feeds WHERE id = $1 FOR UPDATE",
            &[&chat.0],
        )
        .await
        .unwrap();
    Message {
        id: MessageId::new(),
        chat_id: chat,
        number: row.get::<_, i64>("message_count") + 1,
        seq: row.get::<_, i64>("last_seq") + 1,
        revision: 1,
        sender_id: person.id,
        sender_username: person.username.clone(),
        content: Some(content.into()),
        reply_to_id: None,
        thread_root_id: None,
        thread_ordinal: None,
        mentions_all: false,
        mention_count: 0,
        created_at: Instant(jiff::Timestamp::now()),
        edited_at: None,
        removed_at: None,
    }
}

/// Stores a message with its event.
pub async fn store_message(
    tx: &Transaction<'_>,
    person: &Person,
    mut message: Message,
) -> (Message, Event) {
    let event = append(
        tx,
        person.id,
        message.chat_id.into(),
        Change::MessageAdded(message.clone()),
    )
    .await;
    message.created_at = event.at;
    tx.execute(
        "INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, reply_to_id,
                               thread_root_id, thread_ordinal, request_hash, created_at, mention_count, mentions_all)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, $12, $13)",
        &[
            &message.chat_id.0,
            &message.id.0,
            &message.number,
            &message.seq,
            &person.id.0,
            &person.username,
            &message.content,
            &message.reply_to_id.map(|id| id.0),
            &message.thread_root_id.map(|id| id.0),
            &message.thread_ordinal,
            &event.at.0,
            &message.mention_count,
            &message.mentions_all,
        ],
    )
    .await
    .unwrap();
    let change = Change::MessageAdded(message.clone());
    (message, Event { change, ..event })
}
