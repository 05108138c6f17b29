//! The table `participants`. The row of a user who has left remains, with `left_seq` set.

use std::collections::{BTreeMap, HashMap};

use deadpool_postgres::{Client, GenericClient, Transaction};
use jiff::Timestamp;
use shared_schema::{ChatId, Instant, Number, Participant, ParticipantRole, Seq, UserId};
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use chassis::Error;

const COLUMNS: &str = "chat_id, user_id, role, last_read_number, joined_number, joined_at";

fn read(row: &Row) -> Result<Participant, Error> {
    let role: &str = row.try_get("role")?;
    let role = ParticipantRole::from_stored(role)
        .ok_or_else(|| Error::internal(format!("unknown role {role}")))?;
    let joined_at: Timestamp = row.try_get("joined_at")?;
    Ok(Participant {
        chat_id: ChatId(row.try_get("chat_id")?),
        user_id: UserId(row.try_get("user_id")?),
        role,
        last_read_number: row.try_get("last_read_number")?,
        joined_number: row.try_get("joined_number")?,
        joined_at: Instant(joined_at),
    })
}

/// The user in the chat, if they take part now.
pub async fn find(
    db: &impl GenericClient,
    chat: ChatId,
    user: UserId,
) -> Result<Option<Participant>, Error> {
    let statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM participants WHERE chat_id = $1 AND user_id = $2 AND left_seq IS NULL"
        ))
        .await?;
    let row = db.query_opt(&statement, &[&chat.0, &user.0]).await?;
    row.as_ref().map(read).transpose()
}

/// For [`find_each`].
pub async fn prepare_find_each(client: &Client) -> Result<Statement, Error> {
    // The offset keeps the planner from any other way than one look into the index for each.
    let sql = format!(
        "SELECT p.* FROM unnest($1::uuid[], $2::uuid[]) AS i (chat_id, user_id)
         CROSS JOIN LATERAL (
             SELECT {COLUMNS} FROM participants
             WHERE chat_id = i.chat_id AND user_id = i.user_id AND left_seq IS NULL OFFSET 0
         ) AS p"
    );
    Ok(client.prepare_cached(&sql).await?)
}

/// The current participants among pairs of a chat and a user.
pub async fn find_each(
    client: &Client,
    statement: &Statement,
    chats: &[Uuid],
    users: &[Uuid],
) -> Result<HashMap<(ChatId, UserId), Participant>, Error> {
    let rows = client.query(statement, &[&chats, &users]).await?;
    rows.iter()
        .map(|row| {
            let participant = read(row)?;
            Ok(((participant.chat_id, participant.user_id), participant))
        })
        .collect()
}

/// The current participants among these users.
pub async fn find_many(
    db: &impl GenericClient,
    chat: ChatId,
    users: &[UserId],
) -> Result<Vec<Participant>, Error> {
    let statement = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM participants
             WHERE chat_id = $1 AND user_id = ANY ($2) AND left_seq IS NULL
             ORDER BY user_id"
        ))
        .await?;
    let users: Vec<Uuid> = users.iter().map(|user| user.0).collect();
    let rows = db.query(&statement, &[&chat.0, &users]).await?;
    rows.iter().map(read).collect()
}

/// Whether any other participant is an owner.
pub async fn has_other_owner(
    db: &impl GenericClient,
    chat: ChatId,
    user: UserId,
) -> Result<bool, Error> {
    let statement = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT FROM participants
                 WHERE chat_id = $1 AND user_id <> $2 AND role = 'OWNER' AND left_seq IS NULL
             ) AS found",
        )
        .await?;
    let row = db.query_one(&statement, &[&chat.0, &user.0]).await?;
    Ok(row.try_get("found")?)
}

/// The point at which users join: the seq of the event that adds them, and the number of the newest message. They have
/// nothing to catch up on before that number and do not count as readers of earlier messages.
#[derive(Clone, Copy, Debug)]
pub struct JoinedAt {
    pub seq: Seq,
    pub message_count: Number,
}

/// Adds users who are not participants. A former participant gets their row back, with the new role.
pub async fn insert_joined(
    tx: &Transaction<'_>,
    chat: ChatId,
    people: &[(UserId, ParticipantRole)],
    joined: JoinedAt,
) -> Result<Vec<Participant>, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "INSERT INTO participants AS p
                 (chat_id, user_id, role, last_read_number, joined_number, joined_seq, joined_at)
             SELECT $1, i.user_id, i.role, $4, $4, $5, (SELECT clock_timestamp())
             FROM unnest($2::uuid[], $3::text[]) AS i (user_id, role)
             ON CONFLICT (chat_id, user_id) DO UPDATE
             SET role = excluded.role, last_read_number = excluded.last_read_number, last_read_at = NULL,
                 joined_number = excluded.joined_number, joined_seq = excluded.joined_seq, joined_at = excluded.joined_at, left_seq = NULL
             WHERE p.left_seq IS NOT NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let users: Vec<Uuid> = people.iter().map(|(user, _)| user.0).collect();
    let roles: Vec<&str> = people.iter().map(|(_, role)| role.as_str()).collect();
    let rows = tx
        .query(
            &statement,
            &[&chat.0, &users, &roles, &joined.message_count, &joined.seq],
        )
        .await?;
    if rows.len() != people.len() {
        return Err(Error::internal("the user to add is a participant already"));
    }
    rows.iter().map(read).collect()
}

/// Ends a participation at this event of the chat.
pub async fn leave(
    tx: &Transaction<'_>,
    chat: ChatId,
    user: UserId,
    left_seq: Seq,
) -> Result<(), Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE participants SET left_seq = $3
             WHERE chat_id = $1 AND user_id = $2 AND left_seq IS NULL
             RETURNING user_id",
        )
        .await?;
    tx.query_one(&statement, &[&chat.0, &user.0, &left_seq])
        .await?;
    Ok(())
}

/// Ends all participations, and returns the participants in the order of their ids.
pub async fn leave_all(
    tx: &Transaction<'_>,
    chat: ChatId,
    left_seq: Seq,
) -> Result<Vec<UserId>, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE participants SET left_seq = $2 WHERE chat_id = $1 AND left_seq IS NULL RETURNING user_id",
        )
        .await?;
    let rows = tx.query(&statement, &[&chat.0, &left_seq]).await?;
    let users: Result<Vec<UserId>, Error> = rows
        .iter()
        .map(|row| Ok(UserId(row.try_get("user_id")?)))
        .collect();
    let mut users = users?;
    users.sort_unstable();
    Ok(users)
}

pub async fn set_role(
    tx: &Transaction<'_>,
    chat: ChatId,
    user: UserId,
    role: ParticipantRole,
) -> Result<Participant, Error> {
    let statement = tx
        .prepare_cached(&format!(
            "UPDATE participants SET role = $3
             WHERE chat_id = $1 AND user_id = $2 AND left_seq IS NULL
             RETURNING {COLUMNS}"
        ))
        .await?;
    let row = tx
        .query_one(&statement, &[&chat.0, &user.0, &role.as_str()])
        .await?;
    read(&row)
}

/// For [`move_own_marks`].
pub async fn prepare_advance_sender_marks(client: &Client) -> Result<Statement, Error> {
    let sql = "UPDATE participants p SET last_read_number = i.number
               FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS i (chat_id, user_id, number)
               WHERE p.chat_id = i.chat_id AND p.user_id = i.user_id AND p.left_seq IS NULL";
    Ok(client.prepare_cached(sql).await?)
}

/// Sending is reading: moves the marks of senders to the last of their messages. Touches no index, so that the updates
/// stay heap-only.
pub async fn advance_sender_marks(
    client: &Client,
    statement: &Statement,
    marks: &HashMap<(ChatId, UserId), Number>,
) -> Result<(), Error> {
    if marks.is_empty() {
        return Ok(());
    }
    let chats: Vec<Uuid> = marks.keys().map(|(chat, _)| chat.0).collect();
    let senders: Vec<Uuid> = marks.keys().map(|(_, sender)| sender.0).collect();
    let numbers: Vec<Number> = marks.values().copied().collect();
    client
        .execute(statement, &[&chats, &senders, &numbers])
        .await?;
    Ok(())
}

/// The marks of a participant as others may know them.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    pub chat_id: ChatId,
    pub user_id: UserId,
    pub delivered_number: Number,
    /// None of a participant who does not tell.
    pub read_number: Option<Number>,
}

fn receipt(row: &Row) -> Result<Receipt, Error> {
    Ok(Receipt {
        chat_id: ChatId(row.try_get("chat_id")?),
        user_id: UserId(row.try_get("user_id")?),
        delivered_number: row.try_get("delivered_number")?,
        read_number: row.try_get("read_number")?,
    })
}

/// The marks of a user in those of these chats in which they take part.
pub async fn receipts_of(
    db: &impl GenericClient,
    user: UserId,
    chats: &[ChatId],
) -> Result<Vec<Receipt>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT r.chat_id, r.user_id, r.delivered_number, r.read_number
             FROM unnest($2::uuid[]) AS i (chat_id)
             CROSS JOIN LATERAL (
                 SELECT chat_id, user_id, delivered_number, read_number FROM receipts
                 WHERE chat_id = i.chat_id AND user_id = $1 OFFSET 0
             ) AS r
             ORDER BY r.chat_id",
        )
        .await?;
    let chats: Vec<Uuid> = chats.iter().map(|chat| chat.0).collect();
    let rows = db.query(&statement, &[&user.0, &chats]).await?;
    rows.iter().map(receipt).collect()
}

/// Moves the delivered marks of a user forward, each at most to the newest message of its chat, in chats of at most so many
/// participants. Answers with the chats in which it moved.
pub async fn mark_delivered(
    tx: &Transaction<'_>,
    user: UserId,
    marks: &BTreeMap<ChatId, Number>,
    max_participants: i32,
) -> Result<Vec<ChatId>, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE participants p
             SET last_delivered_number = i.number, last_delivered_at = clock_timestamp()
             FROM (
                 SELECT w.chat_id, least(w.number, f.message_count) AS number
                 FROM unnest($2::uuid[], $3::bigint[]) AS w (chat_id, number)
                 CROSS JOIN LATERAL (SELECT message_count FROM feeds WHERE id = w.chat_id OFFSET 0) AS f
                 CROSS JOIN LATERAL (
                     SELECT FROM chats
                     WHERE id = w.chat_id AND participant_count <= $4 AND removed_at IS NULL OFFSET 0
                 ) AS c
             ) AS i
             WHERE p.chat_id = i.chat_id AND p.user_id = $1 AND p.left_seq IS NULL
               AND greatest(p.last_delivered_number, p.last_read_number) < i.number
             RETURNING p.chat_id",
        )
        .await?;
    let (chats, numbers): (Vec<Uuid>, Vec<Number>) =
        marks.iter().map(|(chat, number)| (chat.0, *number)).unzip();
    let rows = tx
        .query(&statement, &[&user.0, &chats, &numbers, &max_participants])
        .await?;
    rows.iter()
        .map(|row| Ok(ChatId(row.try_get("chat_id")?)))
        .collect()
}

/// Moves a read mark forward, at most to the newest message. None if it would not move.
pub async fn mark_read(
    tx: &Transaction<'_>,
    chat: ChatId,
    user: UserId,
    number: Number,
) -> Result<Option<Participant>, Error> {
    let statement = tx
        .prepare_cached(
            "UPDATE participants p
             SET last_read_number = least($3, f.message_count), last_read_at = clock_timestamp()
             FROM feeds f
             WHERE f.id = $1 AND p.chat_id = $1 AND p.user_id = $2 AND p.left_seq IS NULL
               AND p.last_read_number < least($3, f.message_count)
             RETURNING p.chat_id, p.user_id, p.role, p.last_read_number, p.joined_number, p.joined_at",
        )
        .await?;
    let row = tx
        .query_opt(&statement, &[&chat.0, &user.0, &number])
        .await?;
    row.as_ref().map(read).transpose()
}

/// How many messages the user has not read, of those that are still there. None if they do not take part.
pub async fn unread(
    db: &impl GenericClient,
    chat: ChatId,
    user: UserId,
) -> Result<Option<Number>, Error> {
    let statement = db
        .prepare_cached(
            "SELECT unread_count FROM unread_counts WHERE chat_id = $1 AND user_id = $2",
        )
        .await?;
    let row = db.query_opt(&statement, &[&chat.0, &user.0]).await?;
    Ok(row.map(|row| row.try_get("unread_count")).transpose()?)
}

/// For [`find_by_username`].
pub async fn prepare_find_by_username(db: &impl GenericClient) -> Result<Statement, Error> {
    // The offsets keep the planner from any other way than one look into each index for each.
    let sql = "SELECT i.chat_id, i.username, p.user_id
               FROM unnest($1::uuid[], $2::text[]) AS i (chat_id, username)
               CROSS JOIN LATERAL (SELECT id FROM public_profiles WHERE username = i.username OFFSET 0) AS u
               CROSS JOIN LATERAL (
                   SELECT user_id FROM participants
                   WHERE chat_id = i.chat_id AND user_id = u.id AND left_seq IS NULL OFFSET 0
               ) AS p";
    Ok(db.prepare_cached(sql).await?)
}

/// The current participants who have these usernames, each looked for in the chat that it is paired with.
pub async fn find_by_username(
    db: &impl GenericClient,
    statement: &Statement,
    names: &[(ChatId, &str)],
) -> Result<HashMap<(ChatId, String), UserId>, Error> {
    let (chats, names): (Vec<Uuid>, Vec<&str>) =
        names.iter().map(|(chat, name)| (chat.0, *name)).unzip();
    let rows = db.query(statement, &[&chats, &names]).await?;
    rows.iter()
        .map(|row| {
            let key = (ChatId(row.try_get("chat_id")?), row.try_get("username")?);
            Ok((key, UserId(row.try_get("user_id")?)))
        })
        .collect()
}
