//! Killed anywhere: nothing is lost, and nothing is done twice.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chassis::config::PostgresArgs;
use lab_stack::{
    servers::Postgres,
    tcp_proxy::{Interceptor, TcpProxy},
};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::app::TestEnvironment;

/// Lets so many messages to Postgres pass, and nothing from then on: as if the process had been killed before the next one.
#[derive(Clone)]
struct Guillotine {
    left: Arc<AtomicI64>,
    fallen: Arc<Notify>,
}

impl Guillotine {
    fn new() -> Self {
        Self {
            left: Arc::new(AtomicI64::new(i64::MAX)),
            fallen: Arc::default(),
        }
    }
}

impl Interceptor for Guillotine {
    fn upstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        if self.left.fetch_sub(1, Ordering::Relaxed) > 0 {
            return bytes;
        }
        self.fallen.notify_one();
        Vec::new()
    }

    fn downstream(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        match self.left.load(Ordering::Relaxed) {
            0.. => bytes,
            _ => Vec::new(),
        }
    }
}

/// A worker whose way to Postgres is cut before message number `cut`. Whether that was before everything was erased.
async fn work_until(environment: &TestEnvironment, cut: i64, chat: Uuid, user: Uuid) -> bool {
    let address: tokio_postgres::Config = environment
        .database
        .url_as("antiphon_worker")
        .parse()
        .unwrap();
    let port = address.get_ports()[0];
    let guillotine = Guillotine::new();
    let tap = guillotine.clone();
    let proxy = TcpProxy::with_interceptor(port, move || Box::new(tap.clone()))
        .await
        .unwrap();
    let detour = environment
        .database
        .url_as("antiphon_worker")
        .replace(&format!(":{port}/"), &format!(":{}/", proxy.port()));
    let mut config = environment.config();
    config.postgres = PostgresArgs::url(detour);
    let worker = environment.start(config).await;
    guillotine.left.store(cut, Ordering::Relaxed);
    environment.remove(chat).await;
    environment.close(user).await;
    let all = format!(
        "SELECT (SELECT count(*) FROM chats WHERE id = '{chat}' AND erased_at IS NOT NULL)
              + (SELECT count(*) FROM users WHERE id = '{user}' AND erased_at IS NOT NULL)"
    );
    let was_killed = tokio::select! {
        () = guillotine.fallen.notified() => true,
        () = environment.until(&all, 2) => false,
    };
    worker.kill().await;
    proxy.cut();
    was_killed
}

/// As it must be after whatever has happened.
async fn check(environment: &TestEnvironment, chat: Uuid, user: Uuid, cut: i64) {
    environment.until_erased("chats", chat).await;
    environment.until_erased("users", user).await;
    for (what, query, wanted) in [
        (
            "texts left or erased twice",
            format!(
                "SELECT count(*) FROM messages WHERE chat_id = '{chat}' AND (content IS NOT NULL OR revision <> 2)"
            ),
            0,
        ),
        (
            "messages",
            format!("SELECT count(*) FROM messages WHERE chat_id = '{chat}'"),
            1100,
        ),
        (
            "data of events",
            format!(
                "SELECT count(*) FROM feed_events WHERE feed_id IN ('{chat}', '{user}') AND data IS NOT NULL AND kind <> 'SESSION_REVOKED'"
            ),
            0,
        ),
        (
            "tokens",
            format!(
                "SELECT count(*) FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id WHERE s.user_id = '{user}'"
            ),
            0,
        ),
        (
            "devices",
            format!("SELECT count(*) FROM sessions WHERE user_id = '{user}' AND user_agent <> ''"),
            0,
        ),
        (
            "jobs",
            format!("SELECT count(*) FROM jobs WHERE key IN ('{chat}', '{user}')"),
            2,
        ),
    ] {
        assert_eq!(
            environment.count(&query).await,
            wanted,
            "{what}, cut before message {cut}"
        );
    }
    environment.until_job_is("DONE", &chat.to_string()).await;
    environment.until_job_is("DONE", &user.to_string()).await;
}

/// Only the consumer asks for anything: what it loses, nobody else finds.
async fn environment_of_the_consumer_alone() -> TestEnvironment {
    let environment = TestEnvironment::new().await;
    let first = environment.work().await;
    environment
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    first.stop().await;
    environment
        .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                  CREATE TRIGGER alone BEFORE INSERT ON jobs FOR EACH ROW WHEN (NEW.kind = 'ENQUEUE_ERASURES') EXECUTE FUNCTION refuse()")
        .await;
    environment
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_anywhere_loses_nothing_and_does_nothing_twice() {
    let environment = environment_of_the_consumer_alone().await;
    let (mut cut, mut kills) = (0, 0);
    loop {
        let chat = environment.chat(1100).await;
        let user = environment.account(&format!("ada{cut}")).await;
        let was_killed = work_until(&environment, cut, chat, user).await;
        let next = environment.work().await;
        check(&environment, chat, user, cut).await;
        next.stop().await;
        if !was_killed {
            break;
        }
        kills += 1;
        // Every message at first, when the consumer and the first steps come; then every fifth.
        cut += if cut < 24 { 1 } else { 5 };
    }
    assert!(kills > 20, "only {kills} kills");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_one_of_which_is_killed_again_and_again_erase_everything_once() {
    let environment = environment_of_the_consumer_alone().await;
    let steady = environment.work().await;
    for round in 0..6 {
        let chat = environment.chat(1100).await;
        let user = environment.account(&format!("ben{round}")).await;
        work_until(&environment, 10 + round * 7, chat, user).await;
        check(&environment, chat, user, round).await;
    }
    steady.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_restarts_under_a_worker() {
    let postgres = Postgres::start();
    let environment = TestEnvironment::on(&postgres).await;
    let chat = environment.chat(1100).await;
    let user = environment.account("ada").await;
    let worker = environment.work().await;
    environment
        .until("SELECT count(*) FROM jobs WHERE state = 'DONE'", 5)
        .await;
    for _ in 0..2 {
        postgres.kill();
        postgres.restart();
    }
    let environment = TestEnvironment {
        owner: environment.database.connect_as_owner().await,
        database: environment.database,
    };
    environment.remove(chat).await;
    environment.close(user).await;
    check(&environment, chat, user, 0).await;
    worker.stop().await;
}
