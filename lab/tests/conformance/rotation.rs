//! The signing key is rotated under load.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use futures_util::future::join_all;
use lab_stack::client::{Client, NewMessage, Refusal, Visitor};
use lab_stack::stack::{Service, Stack};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shared_stack::{PASSWORD, assert_no_panic, create_group, lock_stack, register_user};

/// An Ed25519 key in PKCS#8: a fixed head, then 32 random bytes.
fn make_key(path: &Path) {
    let head = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    let key = [&head[..], one.as_bytes(), other.as_bytes()].concat();
    std::fs::write(path, key).unwrap();
}

/// The id of the key that signed a token.
fn key_id(token: &str) -> String {
    let header = token.split('.').next().unwrap();
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// Replaces the two instances of users, one after the other.
async fn roll_users(stack: &Stack, signing: &Path, published: &Path) {
    for number in [1, 2] {
        let instance = Service::Users.instance(number);
        let file = |name: &str, path: &Path| (name.to_owned(), path.display().to_string());
        let keys = vec![
            file("SIGNING_KEY_FILE", signing),
            file("PUBLISHED_KEY_FILES", published),
        ];
        stack.set_environment(instance, keys);
        stack.terminate(instance);
        assert!(stack.wait_for_exit(instance, Duration::from_secs(30)).await);
        stack.restart(instance).await.unwrap();
    }
}

/// What happened to the tokens of one user.
#[derive(Default)]
struct TokenResults {
    requests: usize,
    keys: HashSet<String>,
    refused: Vec<String>,
}

impl TokenResults {
    fn record(&mut self, what: &str, outcome: Result<(), Refusal>) {
        self.requests += 1;
        // A service may be busy, but it must not refuse a valid token.
        if let Err(refusal) = outcome
            && refusal.code() != Some("UNAVAILABLE")
        {
            self.refused.push(format!("{what}: {refusal}"));
        }
    }
}

/// Uses the first token and newer ones, on every service and instance, until it is told to stop.
async fn work(first: &Client, visitor: &Visitor, chat: Uuid, over: &AtomicBool) -> TokenResults {
    let mut results = TokenResults::default();
    while !over.load(Ordering::Relaxed) {
        let newest = match visitor.sign_in(first.username(), PASSWORD).await {
            Ok(newest) => newest,
            // Password hashing is slow on purpose, and on a busy machine it may time out.
            Err(refusal) if refusal.code() == Some("UNAVAILABLE") => continue,
            Err(refusal) => panic!("no sign-in: {refusal}"),
        };
        for (age, client) in [("first", first), ("newest", &newest)] {
            results.keys.insert(key_id(client.token()));
            for pin in [1, 2] {
                let client = client.pinned(pin);
                let message = NewMessage::new(chat, "signed");
                results.record(
                    &format!("{age} on sender-{pin}"),
                    client.send_once(&message).await.map(drop),
                );
                for (service, query) in [
                    (Service::Users, "{ me { version } }"),
                    (Service::Receiver, "{ unreadCounts { chatId } }"),
                ] {
                    let outcome = client.ask(service, query, json!({})).await.map(drop);
                    results.record(&format!("{age} on {}-{pin}", service.name()), outcome);
                }
                let socket = client.socket().await.map(drop);
                let socket = socket.map_err(|end| Refusal::Unanswered(end.to_string()));
                results.record(&format!("{age} on a socket of receiver-{pin}"), socket);
            }
        }
        // A user has at most 50 sessions: on a fast machine, the first would end because it is the oldest.
        let logout = "mutation { logout { sessionId } }";
        let logout = newest.ask(Service::Users, logout, json!({})).await;
        results.record("the newest signs out", logout.map(drop));
    }
    results
}

#[tokio::test(flavor = "multi_thread")]
async fn no_valid_token_is_refused_and_no_socket_closed_while_the_signing_key_is_rotated_under_load()
 {
    let guard = lock_stack().await;
    let stack = guard.stack;
    let users = join_all((0..3).map(|_| register_user(stack, "worker"))).await;
    let chat = create_group(&users[0], &[&users[1], &users[2]]).await;
    let inboxes = [1, 2].map(|pin| users[0].pinned(pin).inbox());
    for inbox in &inboxes {
        assert!(inbox.caught_up().await);
    }
    let old = key_id(users[0].token());
    let old_file = stack.directory().join("signing-key.pem");
    let next_file: PathBuf = stack.directory().join("next-signing-key.der");
    make_key(&next_file);

    let over = AtomicBool::new(false);
    let visitor = Visitor::new(&stack.url());
    let working = join_all(users.iter().map(|user| work(user, &visitor, chat, &over)));
    let rotating = async {
        roll_users(stack, &old_file, &next_file).await;
        roll_users(stack, &next_file, &old_file).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        over.store(true, Ordering::Relaxed);
    };
    let (all_results, ()) = tokio::join!(working, rotating);

    let next = key_id(register_user(stack, "late").await.token());
    assert_ne!(next, old, "the next key signs now");
    for result in all_results {
        assert!(result.refused.is_empty(), "{:#?}", result.refused);
        assert!(result.requests > 40, "only {} requests", result.requests);
        assert_eq!(result.keys, HashSet::from([old.clone(), next.clone()]));
    }
    let expected = users[0].history(chat, "id").await.unwrap().len();
    for inbox in inboxes {
        let sees_all =
            |record: &lab_stack::client::InboxRecord| record.events(chat).len() >= expected;
        assert!(inbox.wait(Duration::from_secs(10), sees_all).await);
        let record = inbox.record();
        assert!(record.ends.is_empty(), "{:?}", record.ends);
        assert_eq!((record.duplicates, record.gaps), (0, 0));
    }
    assert_no_panic(stack);
}
