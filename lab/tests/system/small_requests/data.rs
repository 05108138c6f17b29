//! A database in which everything that a user may see has its maximum length, and fills lists to their maximum.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tokio_postgres::NoTls;
use uuid::Uuid;

/// The ids and positions that hostile requests use.
pub struct Data {
    /// A group of a thousand users with three hundred messages, each of which replies to the previous one.
    pub chat_id: Uuid,
    /// One of these messages.
    pub message_id: Uuid,
    /// The start of the group's feed.
    pub chat_feed: String,
    /// The position after which 250 users, the maximum of one event, are added ten times.
    pub people_feed: String,
    /// The caller.
    pub own_id: Uuid,
    /// The start of the caller's own feed.
    pub own_feed: String,
}

/// Statements that take the caller as `$1` and the large group as `$2`.
const INSERT_USERS: &str = "
    INSERT INTO users (id, username, email, password_hash, display_name, about)
    SELECT gen_random_uuid(), 'long' || n || '_' || repeat('x', 40), 'long' || n || '@example.org', '',
           repeat('\u{1F600}', 90) || ' long ' || n, repeat('\u{1F600}', 500)
    FROM generate_series(1, 999) AS n WHERE $1::uuid <> $2::uuid";

/// The large group and a hundred others, of which every fifth is public. Their ids come from `md5`, so that all statements
/// use the same.
const INSERT_CHATS: &str = "
    WITH ids AS (
        SELECT 0 AS n, $2::uuid AS id UNION ALL SELECT n, md5('chat' || n)::uuid FROM generate_series(1, 200) AS n
    ), fed AS (
        INSERT INTO feeds (id, last_seq, head_id) SELECT id, 1, md5(id || '1')::uuid FROM ids
    ), told AS (
        INSERT INTO feed_events (feed_id, seq, id, kind, at)
        SELECT id, 1, md5(id || '1')::uuid, 'CHAT_CREATED', now() FROM ids
    ), told_caller AS (
        SELECT count(*) FROM ids WHERE $1::uuid IS NOT NULL
    )
    INSERT INTO chats (id, kind, name, description, participant_count, created_by, request_hash)
    SELECT id, CASE WHEN n > 100 THEN 'PUBLIC' ELSE 'GROUP' END, repeat('\u{1F600}', 100), repeat('\u{1F600}', 500), 2,
           id, '' FROM ids";

const INSERT_PARTICIPANTS: &str = "
    INSERT INTO participants (chat_id, user_id, role, joined_seq, joined_at, joined_number)
    SELECT $2::uuid, id, 'MEMBER', 1, now(), 0 FROM users
    UNION ALL SELECT chats.id, $1::uuid, 'MEMBER', 1, now(), 0 FROM chats
    WHERE chats.id <> $2::uuid AND kind = 'GROUP'";

/// Three hundred messages in the large group, and two in each other chat, which leave a thousand numbers free in the groups.
/// An event for every message, with its id.
const INSERT_MESSAGES: &str = "
    WITH numbered AS (
        SELECT chats.id AS chat_id, n, CASE WHEN chats.id = $2::uuid OR kind = 'PUBLIC' THEN n ELSE n + 1000 END AS number,
               md5(chats.id || 'm' || n)::uuid AS id, md5(chats.id || 'm' || n - 1)::uuid AS before
        FROM chats CROSS JOIN generate_series(1, 300) AS n WHERE chats.id = $2::uuid OR n <= 2
    ), told AS (
        INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, actor_id, message_id)
        SELECT chat_id, n + 1, id, CASE n WHEN 1 THEN md5(chat_id || '1')::uuid ELSE before END, 'MESSAGE_ADDED', now(),
               $1::uuid, id
        FROM numbered
    ), stored AS (
        INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, reply_to_id, request_hash,
                              created_at)
        SELECT chat_id, id, number, n + 1, (ARRAY(SELECT id FROM users))[n + 1], 'someone',
               repeat('\u{1F600}', 4989) || ' answer ' || n, CASE n WHEN 1 THEN NULL ELSE before END, '', now()
        FROM numbered
    )
    UPDATE feeds SET last_seq = last.n + 1, message_count = last.number, last_message_at = now(), head_id = last.id
    FROM (SELECT DISTINCT ON (chat_id) chat_id, n, number, id FROM numbered ORDER BY chat_id, n DESC) AS last
    WHERE feeds.id = last.chat_id";

/// A thousand removed messages below the newest two of each small group, none of which was read.
const REMOVE_MESSAGES: &str = "
    INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, request_hash, created_at, removed_at)
    SELECT chats.id, gen_random_uuid(), n, n, $1::uuid, 'someone', '', now(), now()
    FROM chats CROSS JOIN generate_series(1, 1000) AS n WHERE chats.id <> $2::uuid AND kind = 'GROUP'";

/// Events of a hundred chats in the caller's own feed, and of 250 users who were added ten times in the large group's.
const INSERT_EVENTS: &str = "
    WITH told AS (
        SELECT feeds.id AS feed_id, feeds.last_seq, feeds.head_id, n, md5(feeds.id || 'e' || n)::uuid AS id,
               md5(feeds.id || 'e' || n - 1)::uuid AS before,
               CASE WHEN feeds.id = $2::uuid THEN 'PARTICIPANTS_ADDED' ELSE 'CHAT_ADDED' END AS kind,
               CASE WHEN feeds.id = $2::uuid THEN people.data
                    ELSE jsonb_build_object('chat_id', md5('chat' || n)::uuid, 'joined_seq', 1,
                                            'joined_event', md5(md5('chat' || n)::uuid || '1')::uuid) END AS data
        FROM feeds CROSS JOIN generate_series(1, 100) AS n CROSS JOIN (
            SELECT jsonb_build_object('participants', jsonb_agg(jsonb_build_object(
                'chat_id', $2::uuid, 'user_id', id, 'role', 'MEMBER', 'last_read_number', 0, 'joined_number', 0,
                'joined_at', '2026-01-01T00:00:00Z'))) AS data
            FROM (SELECT id FROM users LIMIT 250) AS added) AS people
        WHERE feeds.id = $1::uuid OR (feeds.id = $2::uuid AND n <= 10)
    ), stored AS (
        INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, data)
        SELECT feed_id, last_seq + n, id, CASE n WHEN 1 THEN head_id ELSE before END, kind, now(), data FROM told
    )
    UPDATE feeds SET last_seq = feeds.last_seq + last.n, head_id = last.id
    FROM (SELECT DISTINCT ON (feed_id) feed_id, n, id FROM told ORDER BY feed_id, n DESC) AS last
    WHERE feeds.id = last.feed_id";

impl Data {
    /// Writes the data, for this caller.
    pub async fn write(url: &str, caller: Uuid) -> Data {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let chat_id = Uuid::now_v7();
        let steps = [
            INSERT_USERS,
            INSERT_CHATS,
            INSERT_PARTICIPANTS,
            INSERT_MESSAGES,
            REMOVE_MESSAGES,
            INSERT_EVENTS,
        ];
        for statement in steps {
            let written = client.execute(statement, &[&caller, &chat_id]).await;
            written.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
        client.batch_execute("ANALYZE").await.unwrap();
        let message = "SELECT id FROM messages WHERE chat_id = $1 AND number = 150";
        let message = client.query_one(message, &[&chat_id]).await.unwrap();
        let last = "SELECT id FROM messages WHERE chat_id = $1 AND number = 300";
        let last = client.query_one(last, &[&chat_id]).await.unwrap();
        // Version, feed, position, event.
        let cursor = |feed: Uuid, seq: u64, event: Uuid| {
            let bytes = [
                &[1][..],
                feed.as_bytes(),
                &seq.to_be_bytes(),
                event.as_bytes(),
            ];
            BASE64_URL_SAFE_NO_PAD.encode(bytes.concat())
        };
        Data {
            chat_id,
            message_id: message.get(0),
            chat_feed: cursor(chat_id, 0, Uuid::nil()),
            people_feed: cursor(chat_id, 301, last.get(0)),
            own_id: caller,
            own_feed: cursor(caller, 0, Uuid::nil()),
        }
    }
}
