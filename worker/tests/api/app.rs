//! A database with chats and accounts, and workers on it.

use std::time::Duration;

use chassis::config::{DrainArgs, ListenArgs, LogArgs, PostgresArgs};
use lab_stack::{
    servers::{self, Postgres, TestDatabase},
    testing::{HttpResponse, RunningService},
};
use tokio::time::Instant;
use tokio_postgres::Client;
use uuid::Uuid;
use worker::{Application, Config, WorkArgs};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What several workers share.
pub struct TestEnvironment {
    pub database: TestDatabase,
    pub owner: Client,
}

/// One worker.
pub struct TestApp {
    service: RunningService,
}

impl TestEnvironment {
    pub async fn new() -> Self {
        Self::of(servers::shared().database().await).await
    }

    pub async fn on(postgres: &Postgres) -> Self {
        Self::of(postgres.database().await).await
    }

    async fn of(database: TestDatabase) -> Self {
        let owner = database.connect_as_owner().await;
        Self { database, owner }
    }

    /// Everything as usual, only faster.
    pub fn config(&self) -> Config {
        Config {
            listen: ListenArgs::default(),
            postgres: PostgresArgs::url(self.database.url_as("antiphon_worker")),
            work: WorkArgs {
                job_poll: Duration::from_millis(20),
                job_lease: Duration::from_millis(500),
                consumer_poll: Duration::from_millis(20),
                ..WorkArgs::default()
            },
            log: LogArgs::default(),
            drain: DrainArgs::immediate(),
        }
    }

    pub async fn start(&self, config: Config) -> TestApp {
        let application = Application::build(config).await.unwrap();
        let service = RunningService::start(application.port(), |stop| application.run(stop));
        TestApp { service }
    }

    pub async fn work(&self) -> TestApp {
        self.start(self.config()).await
    }

    pub async fn execute(&self, statements: &str) {
        self.owner.batch_execute(statements).await.unwrap();
    }

    /// The number that this query finds.
    pub async fn count(&self, query: &str) -> i64 {
        self.owner.query_one(query, &[]).await.unwrap().get(0)
    }

    /// Waits until the query finds this number.
    pub async fn until(&self, query: &str, wanted: i64) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = self.count(query).await;
            if found == wanted {
                return;
            }
            if Instant::now() > deadline {
                let jobs = "SELECT coalesce(string_agg(j::text, E'\\n'), '') FROM jobs j WHERE state <> 'DONE'";
                let jobs: String = self.owner.query_one(jobs, &[]).await.unwrap().get(0);
                panic!("{query} finds {found}, not {wanted}\n{jobs}");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A group with this many messages, the first of which is the second event of its feed.
    pub async fn chat(&self, messages: i32) -> Uuid {
        let chat = Uuid::now_v7();
        let actor = Uuid::now_v7();
        self.execute(&format!(
            "INSERT INTO feeds (id) VALUES ('{chat}');
             INSERT INTO chats (id, kind, name, name_folded, needs_folding, description, participant_count, created_by, request_hash)
             VALUES ('{chat}', 'GROUP', 'secret plans', 'secret plans', false, 'of our secret club', 1, '{actor}', '\\x01');
             SELECT FROM append_events(ARRAY['{chat}'::uuid], ARRAY[gen_random_uuid()], ARRAY['PARTICIPANTS_ADDED'], '{actor}',
                                       ARRAY[NULL::uuid], ARRAY['{{\"participants\": []}}'::jsonb]);
             INSERT INTO messages (chat_id, id, number, seq, sender_id, sender_username, content, request_hash, created_at)
             SELECT e.chat_id, e.id, e.number, e.seq, '{actor}', 'ada', 'secret ' || e.number, '\\x02', e.at
             FROM (SELECT array_agg('{chat}'::uuid) AS chats, array_agg(gen_random_uuid()) AS ids, array_agg('{actor}'::uuid) AS senders
                   FROM generate_series(1, {messages})) AS new
             CROSS JOIN LATERAL append_messages(new.chats, new.ids, new.senders) AS e"
        ))
        .await;
        chat
    }

    /// What the sender's transaction does when a chat is removed.
    pub async fn remove(&self, chat: Uuid) {
        self.execute(&removal(chat)).await;
    }

    /// An account with a session that was refreshed once, and one that was not.
    pub async fn account(&self, username: &str) -> Uuid {
        let user = Uuid::now_v7();
        let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
        self.execute(&format!(
            "INSERT INTO users (id, username, email, email_folded, password_hash, display_name, name_folded, about, needs_folding)
             VALUES ('{user}', '{username}', 'Secret.{username}@example.org', 'secret.{username}@example.org', 'secret hash',
                     'Secret Name', 'secret name', 'a secret', false);
             INSERT INTO feeds (id) VALUES ('{user}');
             SELECT FROM append_events(ARRAY['{user}'::uuid], ARRAY[gen_random_uuid()], ARRAY['READ_MARK_MOVED'], '{user}',
                                       ARRAY[NULL::uuid], ARRAY['{{\"chat_id\": \"{user}\", \"last_read_number\": 7}}'::jsonb]);
             INSERT INTO sessions (id, user_id, user_agent, expires_at)
             VALUES ('{one}', '{user}', 'secret phone', now() + interval '30 days'),
                    ('{two}', '{user}', 'secret tablet', now() + interval '30 days');
             INSERT INTO refresh_tokens (hash, session_id) VALUES (sha256('{one}2'), '{one}'), (sha256('{two}'), '{two}');
             INSERT INTO refresh_tokens (hash, session_id, consumed_at, successor)
             VALUES (sha256('{one}'), '{one}', now(), sha256('{one}2'))"
        ))
        .await;
        user
    }

    /// What the transaction of users does when an account is closed.
    pub async fn close(&self, user: Uuid) {
        self.execute(&format!(
            "BEGIN;
             UPDATE users SET deactivated_at = clock_timestamp() WHERE id = '{user}';
             UPDATE sessions SET revoked_at = clock_timestamp() WHERE user_id = '{user}';
             DO $$ DECLARE session uuid; BEGIN
                 FOR session IN SELECT id FROM sessions WHERE user_id = '{user}' LOOP
                     PERFORM FROM append_events(ARRAY['{user}'::uuid], ARRAY[gen_random_uuid()], ARRAY['SESSION_REVOKED'], '{user}',
                         ARRAY[NULL::uuid], ARRAY[jsonb_build_object('session_id', session)]);
                 END LOOP;
             END $$;
             COMMIT"
        ))
        .await;
    }

    pub async fn until_erased(&self, table: &str, id: Uuid) {
        let erased =
            format!("SELECT count(*) FROM {table} WHERE id = '{id}' AND erased_at IS NOT NULL");
        self.until(&erased, 1).await;
    }

    pub async fn until_job_is(&self, state: &str, key: &str) {
        let query = format!("SELECT count(*) FROM jobs WHERE key = '{key}' AND state = '{state}'");
        self.until(&query, 1).await;
    }
}

/// What the sender's transaction does when a chat is removed.
pub fn removal(chat: Uuid) -> String {
    format!(
        "SELECT FROM append_events(ARRAY['{chat}'::uuid], ARRAY[gen_random_uuid()], ARRAY['CHAT_REMOVED'], gen_random_uuid(),
                                   ARRAY[NULL::uuid], ARRAY[NULL::jsonb]);
         UPDATE chats SET removed_at = clock_timestamp(), participant_count = 0 WHERE id = '{chat}'"
    )
}

impl TestApp {
    pub async fn get(&self, path: &str) -> HttpResponse {
        self.service.get(path).await
    }

    /// As after a SIGTERM.
    pub async fn stop(self) {
        self.service.stop().await;
    }

    /// As after a SIGKILL: whatever it does is broken off.
    pub async fn kill(self) {
        self.service.kill().await;
    }

    /// Counts a line of its metrics.
    pub async fn metric(&self, line: &str) -> f64 {
        self.service.metric(line).await.unwrap_or_default()
    }
}
