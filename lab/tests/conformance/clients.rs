//! The official `graphql-ws` and `graphql-sse` clients, Apollo Client in Node and Python's `gql` subscribe to the inbox. All
//! they do for Antiphon is to pass their newest cursors when a subscription starts again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use lab_stack::client::{Client, NewMessage};
use lab_stack::stack::{Instance, Service, Stack};
use uuid::Uuid;

use crate::follower::Follower;
use crate::kits;
use crate::shared_stack::{assert_no_panic, create_group, eventually, lock_stack, register_user};

const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(60);

/// Four clients, each of a different user, in one chat.
struct ExternalClients {
    chat: Uuid,
    writer: Client,
    followers: Vec<Follower>,
}

impl ExternalClients {
    /// Starts them on receiver 1 and waits until each has caught up.
    async fn start(stack: &Stack) -> ExternalClients {
        let writer = register_user(stack, "writer").await;
        let names = ["graphql-ws", "graphql-sse", "apollo", "gql"];
        let users = join_all(names.map(|_| register_user(stack, "reader"))).await;
        let chat = create_group(&writer, &users.iter().collect::<Vec<_>>()).await;
        let mut followers = Vec::new();
        for (name, person) in names.into_iter().zip(&users) {
            let mut command = match name {
                "gql" => {
                    let mut command = kits::python("python").await;
                    command.arg("follow_gql.py");
                    command
                }
                name => kits::node(&format!("follow-{name}.mjs")).await,
            };
            let socket = stack.url().replacen("http", "ws", 1);
            command
                .env("ANTIPHON_URL", stack.url())
                .env(
                    "ANTIPHON_SOCKET",
                    format!("{socket}/receiver/graphql?instance=1"),
                )
                .env("ANTIPHON_TOKEN", person.token())
                .env("ANTIPHON_CHAT", chat.to_string());
            followers.push(Follower::start(name, &mut command));
        }
        for follower in &followers {
            let is_there = |follower: &Follower| !follower.said("caughtUp").is_empty();
            follower.wait(CATCH_UP_TIMEOUT, is_there).await;
        }
        ExternalClients {
            chat,
            writer,
            followers,
        }
    }

    /// Sends messages during `fault`, waits until all clients have received everything, and compares that with what is stored.
    async fn run_during(
        mut self,
        stack: &Stack,
        fault: impl AsyncFnOnce(&ExternalClients),
    ) -> ExternalClients {
        // Apollo sends messages, too, but not before all clients have subscribed, because they do not receive earlier ones.
        self.apollo().tell("begin").await;
        let over = AtomicBool::new(false);
        let writing = async {
            while !over.load(Ordering::Relaxed) {
                let message = NewMessage::new(self.chat, "as long as it lasts");
                self.writer.send(&message).await.unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let breaking = async {
            fault(&self).await;
            over.store(true, Ordering::Relaxed);
        };
        tokio::join!(writing, breaking);

        // The expected messages are known only when Apollo has stopped.
        let apollo = self.apollo();
        apollo.tell("enough").await;
        let has_asked = |apollo: &Follower| !apollo.said("newest").is_empty();
        apollo.wait(CATCH_UP_TIMEOUT, has_asked).await;
        assert_finds_its_own(apollo);
        let stored = stored(stack, self.chat).await;
        for follower in &mut self.followers {
            // After this time, the comparison shows what is missing.
            let count = async || follower.messages(self.chat).len();
            eventually(CATCH_UP_TIMEOUT, count, |count| *count >= stored.len()).await;
            follower.finish().await;
            assert_saw_everything(follower, self.chat, &stored);
        }
        self
    }

    fn apollo(&mut self) -> &mut Follower {
        let is_apollo = |follower: &&mut Follower| follower.name == "apollo";
        self.followers.iter_mut().find(is_apollo).unwrap()
    }

    fn assert_had_to_come_back(&self) {
        for follower in &self.followers {
            assert!(
                connections(follower) > 1,
                "{} never lost its connection",
                follower.name
            );
        }
    }
}

/// Every message of a chat, oldest first.
async fn stored(stack: &Stack, chat: Uuid) -> Vec<Uuid> {
    let database = lab_stack::servers::connect(&stack.database_url(None)).await;
    let order = "SELECT id FROM messages WHERE chat_id = $1 ORDER BY number";
    let rows = database.query(order, &[&chat]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The messages that Apollo has sent over HTTP are in what it then queries over HTTP.
fn assert_finds_its_own(apollo: &Follower) {
    let acknowledged = apollo.said("acknowledged");
    assert!(acknowledged.len() > 5, "Apollo wrote {acknowledged:?}");
    let newest = apollo.said("newest").pop().unwrap();
    let last = &acknowledged.last().unwrap()["acknowledged"];
    assert!(
        newest["newest"].as_array().unwrap().contains(last),
        "{last} in {newest}"
    );
}

fn assert_saw_everything(follower: &Follower, chat: Uuid, stored: &[Uuid]) {
    let name = follower.name;
    for key in ["reset", "failed", "errors"] {
        let told = follower.said(key);
        assert!(told.is_empty(), "{name} was told {told:?}");
    }
    let mut heads: HashMap<String, u64> = HashMap::new();
    for event in follower.said("seq") {
        let feed = event["feed"].as_str().unwrap().to_owned();
        let seq = event["seq"].as_u64().unwrap();
        let before = heads.insert(feed, seq);
        assert!(
            before.is_none_or(|before| seq == before + 1),
            "{name}: {event} after {before:?}. {:#?}",
            follower.story()
        );
    }
    let seen = follower.messages(chat);
    let agreed = seen
        .iter()
        .zip(stored)
        .take_while(|(one, other)| one == other)
        .count();
    assert!(
        seen == stored,
        "{name} saw {} of {} messages, and the first {agreed} as they are stored. {:#?}",
        seen.len(),
        stored.len(),
        follower.story()
    );
}

fn connections(follower: &Follower) -> usize {
    follower.said("connected").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_clients_miss_nothing_and_see_nothing_twice_when_their_receiver_is_killed() {
    let guard = lock_stack().await;
    let clients = ExternalClients::start(guard.stack).await;
    clients
        .run_during(guard.stack, async |clients| {
            for (death, number) in [1, 2].into_iter().enumerate() {
                tokio::time::sleep(Duration::from_secs(2)).await;
                guard.stack.kill(Service::Receiver.instance(number));
                for follower in &clients.followers {
                    let back = |follower: &Follower| connections(follower) >= death + 2;
                    follower.wait(CATCH_UP_TIMEOUT, back).await;
                }
                let instance = Service::Receiver.instance(number);
                guard.stack.restart(instance).await.unwrap();
            }
        })
        .await
        .assert_had_to_come_back();
    assert_no_panic(guard.stack);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_clients_miss_nothing_and_see_nothing_twice_in_a_rolling_restart() {
    let guard = lock_stack().await;
    let clients = ExternalClients::start(guard.stack).await;
    clients
        .run_during(guard.stack, async |_| {
            for instance in Instance::all() {
                guard.stack.terminate(instance);
                let ended = guard
                    .stack
                    .wait_for_exit(instance, Duration::from_secs(30))
                    .await;
                assert!(ended, "{instance} did not end");
                guard.stack.restart(instance).await.unwrap();
            }
        })
        .await
        .assert_had_to_come_back();
    assert_no_panic(guard.stack);
}

#[tokio::test(flavor = "multi_thread")]
async fn four_clients_miss_nothing_and_see_nothing_twice_while_postgres_is_frozen() {
    let guard = lock_stack().await;
    let clients = ExternalClients::start(guard.stack).await;
    clients
        .run_during(guard.stack, async |_| {
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_millis(700)).await;
                guard.stack.postgres().freeze_all();
                tokio::time::sleep(Duration::from_secs(4)).await;
                guard.stack.postgres().thaw_all();
            }
        })
        .await;
    assert_no_panic(guard.stack);
}
