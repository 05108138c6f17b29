//! The SQL of the lab: queries for the end of a run, and faults that are injected from inside Postgres.

mod accounts;
mod stored_events;
mod tables;

use serde_json::Value;
use tokio_postgres::{Client, NoTls, Row};
use uuid::Uuid;

use crate::Error;

pub use accounts::{deactivate_account, insert_account, insert_session};
pub use stored_events::{StoredEvent, stored_events};
pub use tables::{table_columns, table_contents};

/// The statement that sets a role's password, for a server in single-user mode. Our passwords contain no quotes.
pub(crate) fn set_password_statement(role: &str, password: &str) -> String {
    format!("ALTER ROLE {role} PASSWORD '{password}'")
}

/// A connection as the owner of the database.
pub struct Observer {
    client: Client,
}

/// The tables of a dump, by their names in the history, each with the query that returns one JSON object per row.
const DUMP_QUERIES: [(&str, &str); 12] = [
    (
        "dump.feed",
        "SELECT json_build_object('id', id, 'last_seq', last_seq, 'head_id', head_id,
                'message_count', message_count)::text
         FROM feeds WHERE id = ANY ($1)",
    ),
    (
        "dump.event",
        "SELECT json_build_object('feed_id', feed_id, 'seq', seq, 'id', id, 'prev_id', prev_id,
                'kind', kind, 'at', (extract(epoch FROM at) * 1000000)::bigint,
                'message_id', message_id, 'actor_id', actor_id, 'data', data)::text
         FROM feed_events WHERE feed_id = ANY ($1) ORDER BY feed_id, seq",
    ),
    (
        "dump.message",
        "SELECT json_build_object('chat_id', chat_id, 'id', id, 'number', number, 'seq', seq,
                'revision', revision, 'removed', removed_at IS NOT NULL, 'sender_id', sender_id,
                'thread_root_id', thread_root_id, 'thread_ordinal', thread_ordinal,
                'mentions_all', mentions_all)::text
         FROM messages WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.participant",
        "SELECT json_build_object('chat_id', chat_id, 'user_id', user_id, 'role', role,
                'last_read_number', last_read_number, 'last_delivered_number', last_delivered_number, 'joined_seq', joined_seq,
                'joined_number', joined_number, 'left_seq', left_seq)::text
         FROM participants WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.reaction",
        "SELECT json_build_object('chat_id', chat_id, 'message_id', message_id, 'emoji', emoji, 'user_id', user_id)::text
         FROM reactions WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.reaction_group",
        "SELECT json_build_object('chat_id', chat_id, 'message_id', message_id, 'emoji', emoji, 'count', count)::text
         FROM reaction_groups WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.thread",
        "SELECT json_build_object('chat_id', chat_id, 'root_id', root_id, 'reply_count', reply_count,
                'last_number', last_number)::text
         FROM threads WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.thread_follow",
        "SELECT json_build_object('chat_id', chat_id, 'root_id', root_id, 'user_id', user_id, 'following', following,
                'last_read_number', last_read_number)::text
         FROM thread_follows WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.chat_settings",
        "SELECT json_build_object('chat_id', chat_id, 'user_id', user_id, 'is_pinned', pinned_at IS NOT NULL,
                'is_muted', coalesce(muted_until > clock_timestamp(), false), 'archived_up_to', archived_up_to,
                'unread_from', unread_from,
                'level', coalesce(notification_level, 'ALL'))::text
         FROM chat_settings WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.draft",
        "SELECT json_build_object('chat_id', chat_id, 'user_id', user_id, 'root_id', nullif(root_id, chat_id),
                'content', content)::text
         FROM drafts WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.mention",
        "SELECT json_build_object('chat_id', chat_id, 'number', number, 'user_id', user_id)::text
         FROM message_mentions WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.revision",
        "SELECT json_build_object('chat_id', chat_id, 'message_id', message_id, 'revision', revision)::text
         FROM message_revisions WHERE chat_id = ANY ($1)",
    ),
];

impl Observer {
    /// Connects. The connection is closed when this value is dropped.
    pub async fn connect(url: &str) -> Result<Observer, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
        // If the connection breaks, the next statement fails.
        tokio::spawn(connection);
        Ok(Observer { client })
    }

    /// The last seqs of these feeds.
    pub async fn heads(&self, feeds: &[Uuid]) -> Result<Vec<(Uuid, u64)>, Error> {
        let query = "SELECT id, last_seq FROM feeds WHERE id = ANY ($1)";
        let rows = self.client.query(query, &[&feeds]).await.map_err(failed)?;
        let head = |row: &Row| (row.get(0), row.get::<_, i64>(1).unsigned_abs());
        Ok(rows.iter().map(head).collect())
    }

    /// The current participants of these chats, without those who joined with the last event.
    pub async fn participants(&self, chats: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Error> {
        let query = "SELECT chat_id, user_id FROM participants JOIN feeds ON id = chat_id
                     WHERE chat_id = ANY ($1) AND left_seq IS NULL AND last_seq > joined_seq";
        let rows = self.client.query(query, &[&chats]).await.map_err(failed)?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Whether the contents of a removed chat have been erased.
    pub async fn is_erased(&self, chat: Uuid) -> Result<bool, Error> {
        let query = "SELECT erased_at IS NOT NULL AND name = '-'
                            AND NOT EXISTS (SELECT FROM messages WHERE chat_id = $1 AND content IS NOT NULL)
                            AND NOT EXISTS (SELECT FROM reactions WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM reaction_groups WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM threads WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM thread_follows WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM message_mentions WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM message_revisions WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM message_words WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM chat_settings WHERE chat_id = $1)
                            AND NOT EXISTS (SELECT FROM drafts WHERE chat_id = $1)
                     FROM chats WHERE id = $1";
        let row = self.client.query_one(query, &[&chat]).await;
        Ok(row.map_err(failed)?.get(0))
    }

    /// All rows about these feeds, each with its name in the history.
    pub async fn dump(&self, feeds: &[Uuid]) -> Result<Vec<(&'static str, Value)>, Error> {
        let mut dump = Vec::new();
        for (kind, query) in DUMP_QUERIES {
            for row in self.client.query(query, &[&feeds]).await.map_err(failed)? {
                let text: &str = row.get(0);
                dump.push((kind, serde_json::from_str(text).unwrap_or_default()));
            }
        }
        Ok(dump)
    }

    /// The events of these feeds, as (feed, seq, id).
    pub async fn events(&self, feeds: &[Uuid]) -> Result<Vec<(Uuid, u64, Uuid)>, Error> {
        let query = "SELECT feed_id, seq, id FROM feed_events WHERE feed_id = ANY ($1)";
        let rows = self.client.query(query, &[&feeds]).await.map_err(failed)?;
        let event = |row: &Row| (row.get(0), row.get::<_, i64>(1).unsigned_abs(), row.get(2));
        Ok(rows.iter().map(event).collect())
    }

    /// The number of connected clients, without ourselves.
    pub async fn backends(&self) -> Result<u64, Error> {
        let query = "SELECT count(*) FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let row = self.client.query_one(query, &[]).await.map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Terminates the backends of all other clients, and returns their number.
    pub async fn terminate_backends(&self) -> Result<u64, Error> {
        let query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let row = self.client.query_one(query, &[]).await.map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Locks the row of a feed for this many seconds. Writers have to wait, or time out.
    pub async fn lock_feed(&self, feed: Uuid, seconds: f64) -> Result<(), Error> {
        let lock = format!(
            "BEGIN; SELECT FROM feeds WHERE id = '{feed}' FOR UPDATE; SELECT pg_sleep({seconds}); COMMIT"
        );
        self.run(&lock).await
    }

    /// Keeps a transaction that has written open for this many seconds.
    pub async fn hold_transaction_open(&self, seconds: f64) -> Result<(), Error> {
        let hold_transaction_open = format!(
            "BEGIN; CREATE TABLE lab_lingers (n int); INSERT INTO lab_lingers SELECT generate_series(1, 1000);
             SELECT pg_sleep({seconds}); ROLLBACK"
        );
        self.run(&hold_transaction_open).await
    }

    /// Makes commits wait for a standby, or not.
    pub async fn wait_for_standby(&self, wait: bool) -> Result<(), Error> {
        let names = if wait { "*" } else { "" };
        self.run(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
        ))
        .await?;
        self.run("SELECT pg_reload_conf()").await
    }

    /// Whether a standby streams and, if `sync`, confirms what it has written.
    pub async fn has_standby(&self, sync: bool) -> Result<bool, Error> {
        let query = "SELECT count(*) FROM pg_stat_replication
                     WHERE state = 'streaming' AND (sync_state IN ('sync', 'quorum') OR NOT $1)";
        let row = self
            .client
            .query_one(query, &[&sync])
            .await
            .map_err(failed)?;
        Ok(row.get::<_, i64>(0) > 0)
    }

    /// Promotes a standby, and waits until it is the primary.
    pub async fn promote(&self) -> Result<(), Error> {
        self.run("SELECT pg_promote(true, 30)").await
    }

    async fn run(&self, statement: &str) -> Result<(), Error> {
        self.client.batch_execute(statement).await.map_err(failed)
    }
}

/// Converts an error of Postgres.
pub fn failed(cause: tokio_postgres::Error) -> Error {
    Error::Failed {
        program: "postgres".to_owned(),
        output: format!("{cause:?}"),
    }
}
