//! The lab's SQL: what an observer with all rights reads at the end of a run, and the
//! sabotage that has to be done from inside Postgres.

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

/// For a server that nobody can connect to. The password is of our making: it has no quotes.
pub(crate) fn give_password(role: &str, password: &str) -> String {
    format!("ALTER ROLE {role} PASSWORD '{password}'")
}

/// A connection as the owner of the database.
pub struct Observer {
    client: Client,
}

/// The tables of a dump, as the history calls them, each with the query that gives one JSON
/// object per row.
const DUMP: [(&str, &str); 4] = [
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
                'message_id', message_id, 'data', data)::text
         FROM feed_events WHERE feed_id = ANY ($1) ORDER BY feed_id, seq",
    ),
    (
        "dump.message",
        "SELECT json_build_object('chat_id', chat_id, 'id', id, 'number', number, 'seq', seq,
                'revision', revision, 'removed', removed_at IS NOT NULL)::text
         FROM messages WHERE chat_id = ANY ($1)",
    ),
    (
        "dump.participant",
        "SELECT json_build_object('chat_id', chat_id, 'user_id', user_id, 'role', role,
                'last_read_number', last_read_number, 'joined_seq', joined_seq,
                'left_seq', left_seq)::text
         FROM participants WHERE chat_id = ANY ($1)",
    ),
];

impl Observer {
    /// Connects. The connection ends with this value.
    pub async fn connect(url: &str) -> Result<Observer, Error> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
        // A connection that breaks shows in the next statement.
        tokio::spawn(connection);
        Ok(Observer { client })
    }

    /// Where each of these feeds ends.
    pub async fn heads(&self, feeds: &[Uuid]) -> Result<Vec<(Uuid, u64)>, Error> {
        let query = "SELECT id, last_seq FROM feeds WHERE id = ANY ($1)";
        let rows = self.client.query(query, &[&feeds]).await.map_err(failed)?;
        let head = |row: &Row| (row.get(0), row.get::<_, i64>(1).unsigned_abs());
        Ok(rows.iter().map(head).collect())
    }

    /// Who takes part in these chats now, where something has happened since they came.
    pub async fn participants(&self, chats: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Error> {
        let query = "SELECT chat_id, user_id FROM participants JOIN feeds ON id = chat_id
                     WHERE chat_id = ANY ($1) AND left_seq IS NULL AND last_seq > joined_seq";
        let rows = self.client.query(query, &[&chats]).await.map_err(failed)?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Whether nothing is left of what a removed chat held.
    pub async fn is_erased(&self, chat: Uuid) -> Result<bool, Error> {
        let query = "SELECT erased_at IS NOT NULL AND name = '-'
                            AND NOT EXISTS (SELECT FROM messages WHERE chat_id = $1 AND content IS NOT NULL)
                     FROM chats WHERE id = $1";
        let row = self.client.query_one(query, &[&chat]).await;
        Ok(row.map_err(failed)?.get(0))
    }

    /// Every row about these feeds: what the history calls it, and the row.
    pub async fn dump(&self, feeds: &[Uuid]) -> Result<Vec<(&'static str, Value)>, Error> {
        let mut dump = Vec::new();
        for (kind, query) in DUMP {
            for row in self.client.query(query, &[&feeds]).await.map_err(failed)? {
                let text: &str = row.get(0);
                dump.push((kind, serde_json::from_str(text).unwrap_or_default()));
            }
        }
        Ok(dump)
    }

    /// The events of these feeds: feed, seq, id.
    pub async fn events(&self, feeds: &[Uuid]) -> Result<Vec<(Uuid, u64, Uuid)>, Error> {
        let query = "SELECT feed_id, seq, id FROM feed_events WHERE feed_id = ANY ($1)";
        let rows = self.client.query(query, &[&feeds]).await.map_err(failed)?;
        let event = |row: &Row| (row.get(0), row.get::<_, i64>(1).unsigned_abs(), row.get(2));
        Ok(rows.iter().map(event).collect())
    }

    /// How many clients are connected, ourselves excluded.
    pub async fn backends(&self) -> Result<u64, Error> {
        let query = "SELECT count(*) FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let row = self.client.query_one(query, &[]).await.map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Ends every other client's backend and tells how many there were.
    pub async fn terminate_backends(&self) -> Result<u64, Error> {
        let query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()";
        let row = self.client.query_one(query, &[]).await.map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }

    /// Holds a chat's lock for so long: who wants to write there has to wait, or give up.
    pub async fn lock_feed(&self, feed: Uuid, seconds: f64) -> Result<(), Error> {
        let lock = format!(
            "BEGIN; SELECT FROM feeds WHERE id = '{feed}' FOR UPDATE; SELECT pg_sleep({seconds}); COMMIT"
        );
        self.run(&lock).await
    }

    /// A transaction that has written, and stays open for so long.
    pub async fn linger(&self, seconds: f64) -> Result<(), Error> {
        let linger = format!(
            "BEGIN; CREATE TABLE lab_lingers (n int); INSERT INTO lab_lingers SELECT generate_series(1, 1000);
             SELECT pg_sleep({seconds}); ROLLBACK"
        );
        self.run(&linger).await
    }

    /// Commits wait for a standby, or for none.
    pub async fn wait_for_standby(&self, wait: bool) -> Result<(), Error> {
        let names = if wait { "*" } else { "" };
        self.run(&format!(
            "ALTER SYSTEM SET synchronous_standby_names = '{names}'"
        ))
        .await?;
        self.run("SELECT pg_reload_conf()").await
    }

    /// Whether a standby streams, and confirms what it has written.
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

    /// Makes a standby the primary, and waits until it is.
    pub async fn promote(&self) -> Result<(), Error> {
        self.run("SELECT pg_promote(true, 30)").await
    }

    async fn run(&self, statement: &str) -> Result<(), Error> {
        self.client.batch_execute(statement).await.map_err(failed)
    }
}

/// What Postgres said, as an error of ours.
pub fn failed(cause: tokio_postgres::Error) -> Error {
    Error::Failed {
        program: "postgres".to_owned(),
        output: format!("{cause:?}"),
    }
}
