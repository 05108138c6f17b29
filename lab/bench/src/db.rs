//! The SQL of the bench: it inserts users and chats in bulk, reads counters of the database, and reads what is stored.

use tokio_postgres::{Client, NoTls, Row, Statement};
use uuid::Uuid;

use lab_stack::{Error, db::failed};

/// A connection as the owner of the database.
pub struct BenchDatabase {
    client: Client,
}

/// An account with a session.
#[derive(Clone, Copy, Debug)]
pub struct BenchAccount {
    /// The user, whose feed has the same id.
    pub user: Uuid,
    /// The session.
    pub session: Uuid,
}

/// Counters of the database.
#[derive(Clone, Copy, Debug, Default)]
pub struct DatabaseCounters {
    /// The position in the write-ahead log.
    pub wal_bytes: u64,
    /// Row changes in all tables, according to the statistics.
    pub rows: u64,
    /// Rows in `messages`, according to the statistics.
    pub messages: u64,
    /// Messages in all chats, exactly.
    pub message_count: u64,
}

const INSERT_USERS: &str = "
    WITH input AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS i (id, session_id, username)
    ), new_users AS (
        INSERT INTO users (id, username, email, password_hash, display_name)
        SELECT id, username, username || '@example.org', 'nobody signs in with this', username FROM input
        RETURNING id
    ), new_feeds AS (
        INSERT INTO feeds (id) SELECT id FROM new_users
    )
    INSERT INTO sessions (id, user_id, expires_at)
    SELECT session_id, id, now() + interval '30 days' FROM input";

const INSERT_CHATS: &str = "
    WITH input AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[]) AS i (id, event_id, people)
    ), new_feeds AS (
        INSERT INTO feeds (id, last_seq, head_id) SELECT id, 1, event_id FROM input
    ), new_events AS (
        INSERT INTO feed_events (feed_id, seq, id, kind, at) SELECT id, 1, event_id, 'CHAT_CREATED', now() FROM input
    )
    INSERT INTO chats (id, kind, name, participant_count, created_by, request_hash)
    SELECT id, 'GROUP', 'Bench ' || id, people, id, '' FROM input";

const INSERT_PARTICIPANTS: &str = "
    INSERT INTO participants (chat_id, user_id, role, joined_seq, joined_number, joined_at)
    SELECT $1, user_id, 'MEMBER', 1, 0, now() FROM unnest($2::uuid[]) AS i (user_id)";

/// The text of every message of a history.
const HISTORY_TEXT: &str =
    "'@1763650000000000 The second half of the choir answers from the other side now.'";

/// Ten words, of which `word0` is in most messages and those up to `word9999` in ever fewer.
const VARIED_HISTORY_TEXT: &str = "(
    SELECT string_agg('word' || floor(power(random(), 3) * 10000)::int, ' ') FROM generate_series(1, 10) WHERE n > 0)";

fn insert_history(text: &str) -> String {
    format!(
        "
    WITH numbered AS (
        SELECT n, gen_random_uuid() AS id, now() - interval '1 year' + n * interval '1 millisecond' AS at
        FROM generate_series(1, $2::bigint) AS n
    ), new_events AS (
        INSERT INTO feed_events (feed_id, seq, id, prev_id, kind, at, actor_id, message_id)
        SELECT $1, n + 1, id, lag(id, 1, (SELECT head_id FROM feeds WHERE id = $1)) OVER (ORDER BY n),
               'MESSAGE_ADDED', at, $3, id
        FROM numbered
    ), new_messages AS (
        INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
        SELECT $1, id, n, n + 1, $3, 'bench-0',
               {text}, '', at
        FROM numbered
    )
    UPDATE feeds
    SET last_seq = $2 + 1, message_count = $2, last_message_at = now(),
        head_id = (SELECT id FROM numbered WHERE n = $2)
    WHERE feeds.id = $1"
    )
}

const SELECT_COUNTERS: &str = "
    SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint,
           (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables),
           (SELECT sum(n_tup_ins)::bigint FROM pg_stat_user_tables WHERE relname LIKE 'messages\\_%'),
           (SELECT sum(message_count)::bigint FROM feeds)";

impl BenchDatabase {
    /// Connects. The connection ends with this value.
    pub async fn connect(url: &str) -> Result<BenchDatabase, Error> {
        let client = connect(url).await?;
        // New rows are not in the planner's statistics yet: without this it would choose nested loops over everything.
        let plans = "SET enable_nestloop = off";
        client.batch_execute(plans).await.map_err(failed)?;
        Ok(BenchDatabase { client })
    }

    /// Inserts users with sessions.
    pub async fn add_users(&self, accounts: &[BenchAccount]) -> Result<(), Error> {
        for batch in accounts.chunks(5_000) {
            let users: Vec<Uuid> = batch.iter().map(|account| account.user).collect();
            let sessions: Vec<Uuid> = batch.iter().map(|account| account.session).collect();
            let names: Vec<String> = users.iter().map(|user| username(*user)).collect();
            self.client
                .execute(INSERT_USERS, &[&users, &sessions, &names])
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Gives these users the password of another user.
    pub async fn copy_password(&self, users: &[Uuid], like: Uuid) -> Result<(), Error> {
        let sql = "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = $2)
             WHERE id = ANY ($1)";
        self.client
            .execute(sql, &[&users, &like])
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Inserts chats with these participants.
    pub async fn add_chats(&self, chats: &[(Uuid, Vec<Uuid>)]) -> Result<(), Error> {
        let ids: Vec<Uuid> = chats.iter().map(|(id, _)| *id).collect();
        let events: Vec<Uuid> = chats.iter().map(|_| Uuid::now_v7()).collect();
        let sizes: Vec<i32> = chats.iter().map(|(_, users)| users.len() as i32).collect();
        self.client
            .execute(INSERT_CHATS, &[&ids, &events, &sizes])
            .await
            .map_err(failed)?;
        let statement = self
            .client
            .prepare(INSERT_PARTICIPANTS)
            .await
            .map_err(failed)?;
        for (chat, users) in chats {
            self.client
                .execute(&statement, &[chat, users])
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Inserts this many messages into an empty chat.
    pub async fn add_history(&self, chat: Uuid, sender: Uuid, messages: u64) -> Result<(), Error> {
        self.add_history_of(HISTORY_TEXT, chat, sender, messages)
            .await
    }

    /// The same, with different texts.
    pub async fn add_varied_history(
        &self,
        chat: Uuid,
        sender: Uuid,
        messages: u64,
    ) -> Result<(), Error> {
        self.add_history_of(VARIED_HISTORY_TEXT, chat, sender, messages)
            .await
    }

    async fn add_history_of(
        &self,
        text: &str,
        chat: Uuid,
        sender: Uuid,
        messages: u64,
    ) -> Result<(), Error> {
        let messages = messages as i64;
        self.client
            .execute(&insert_history(text), &[&chat, &messages, &sender])
            .await
            .map_err(failed)?;
        Ok(())
    }

    /// Lets workers index the words of messages, or keeps them from it.
    pub async fn let_workers_index(&self, allowed: bool) -> Result<(), Error> {
        let change = if allowed {
            "GRANT EXECUTE ON FUNCTION chats_to_index TO antiphon_worker"
        } else {
            "REVOKE EXECUTE ON FUNCTION chats_to_index FROM antiphon_worker"
        };
        self.run(change).await
    }

    /// Indexes the words of all messages.
    pub async fn index_words(&self) -> Result<(), Error> {
        self.run("SELECT index_words(chat, 9223372036854775807 / 2) FROM chats_to_index(NULL, 2147483647) AS chat")
            .await
    }

    /// Runs a statement.
    pub async fn run(&self, sql: &str) -> Result<(), Error> {
        self.client.batch_execute(sql).await.map_err(failed)
    }

    /// Updates the statistics, as they are in a database that has been running for a while. Also makes a checkpoint, so
    /// that none happens during the next measurement.
    pub async fn vacuum_and_checkpoint(&self) -> Result<(), Error> {
        // Only tables with rows, as autovacuum does it: after ANALYZE of an empty table the planner takes any index.
        let filled = "SELECT format('VACUUM ANALYZE %s', oid::regclass) FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0";
        let rows = self.client.query(filled, &[]).await.map_err(failed)?;
        let vacuums = rows.iter().map(|row| row.get::<_, String>(0));
        // One by one: together they would be a transaction, in which they are not allowed.
        for statement in vacuums.chain(["CHECKPOINT".to_owned()]) {
            self.client
                .batch_execute(&statement)
                .await
                .map_err(failed)?;
        }
        Ok(())
    }

    /// The counters now.
    pub async fn counters(&self) -> Result<DatabaseCounters, Error> {
        let row = self
            .client
            .query_one(SELECT_COUNTERS, &[])
            .await
            .map_err(failed)?;
        let column = |index| row.get::<_, Option<i64>>(index).unwrap_or(0).unsigned_abs();
        Ok(DatabaseCounters {
            wal_bytes: column(0),
            rows: column(1),
            messages: column(2),
            message_count: column(3),
        })
    }

    /// The last seqs of these feeds, in the same order.
    pub async fn last_seqs(&self, feeds: &[Uuid]) -> Result<Vec<u64>, Error> {
        let query = "SELECT f.last_seq FROM unnest($1::uuid[]) WITH ORDINALITY AS i (id, place)
                     JOIN feeds f USING (id) ORDER BY i.place";
        let rows = self.client.query(query, &[&feeds]).await.map_err(failed)?;
        Ok(rows
            .iter()
            .map(|row| row.get::<_, i64>(0).unsigned_abs())
            .collect())
    }

    /// The numbers and ids of all messages of a chat.
    pub async fn messages(&self, chat: Uuid) -> Result<Vec<(u64, u128)>, Error> {
        let query = "SELECT number, id FROM messages WHERE chat_id = $1";
        let rows = self.client.query(query, &[&chat]).await.map_err(failed)?;
        let message = |row: &Row| {
            (
                row.get::<_, i64>(0).unsigned_abs(),
                row.get::<_, Uuid>(1).as_u128(),
            )
        };
        Ok(rows.iter().map(message).collect())
    }

    /// The number of messages of a chat whose event is not at their seq in the feed. Must be zero.
    pub async fn misplaced_messages(&self, chat: Uuid) -> Result<u64, Error> {
        let query = "SELECT count(*) FROM messages m
                     LEFT JOIN feed_events e ON e.feed_id = m.chat_id AND e.seq = m.seq
                     WHERE m.chat_id = $1 AND e.message_id IS DISTINCT FROM m.id";
        let row = self
            .client
            .query_one(query, &[&chat])
            .await
            .map_err(failed)?;
        Ok(row.get::<_, i64>(0).unsigned_abs())
    }
}

/// The username of a bench user.
pub fn username(user: Uuid) -> String {
    format!("bench-{}", user.simple())
}

/// A table with the columns of a message and one index, to measure the limit of Postgres.
pub struct BareTable {
    client: Client,
    statement: Statement,
}

const INSERT_BARE: &str = "
    INSERT INTO bare_messages (chat_id, id, number, seq, sender_id, content)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::uuid[], $6::text[])";

impl BareTable {
    /// Creates the table.
    pub async fn create(url: &str) -> Result<(), Error> {
        let create = "CREATE TABLE IF NOT EXISTS bare_messages (
            chat_id uuid NOT NULL, id uuid PRIMARY KEY, number bigint NOT NULL, seq bigint NOT NULL,
            sender_id uuid NOT NULL, content text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())";
        connect(url)
            .await?
            .batch_execute(create)
            .await
            .map_err(failed)
    }

    /// Opens a connection that inserts into the table.
    pub async fn connect(url: &str) -> Result<BareTable, Error> {
        let client = connect(url).await?;
        let statement = client.prepare(INSERT_BARE).await.map_err(failed)?;
        Ok(BareTable { client, statement })
    }

    /// Inserts this many rows in one transaction.
    pub async fn insert(&self, rows: usize) -> Result<(), Error> {
        let ids: Vec<Uuid> = (0..rows).map(|_| Uuid::now_v7()).collect();
        let numbers: Vec<i64> = (0..rows as i64).collect();
        let text =
            "@1763650000000000 The second half of the choir answers from the other side now.";
        let texts = vec![text; rows];
        self.client
            .execute(
                &self.statement,
                &[&ids, &ids, &numbers, &numbers, &ids, &texts],
            )
            .await
            .map_err(failed)?;
        Ok(())
    }
}

async fn connect(url: &str) -> Result<Client, Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.map_err(failed)?;
    // A connection that breaks shows in the next statement.
    tokio::spawn(connection);
    Ok(client)
}
