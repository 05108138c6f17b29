//! Stacks and users for the tests.

use std::sync::OnceLock;

use lab_stack::client::{Client, Visitor};
use lab_stack::stack::{Options, Stack};
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use uuid::Uuid;

pub const PASSWORD: &str = "the quick brown fox sings";

/// Waits until no other test is running.
pub async fn lock_machine() -> MutexGuard<'static, ()> {
    static MACHINE: OnceLock<Mutex<()>> = OnceLock::new();
    MACHINE.get_or_init(Mutex::default).lock().await
}

/// The stack of all tests that do not break it.
pub async fn shared() -> &'static Stack {
    static SHARED: OnceCell<Stack> = OnceCell::const_new();
    SHARED
        .get_or_init(|| start_stack(Options::for_tests()))
        .await
}

/// Starts a stack that the test may break.
pub async fn start_stack(options: Options) -> Stack {
    Stack::start(options)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Registers a user.
pub async fn register_user(stack: &Stack, name: &str) -> Client {
    let unique = Uuid::now_v7().simple().to_string();
    let username = format!("{name}_{}", &unique[20..]);
    let visitor = Visitor::new(&stack.url());
    let outcome = visitor.register(&username, PASSWORD).await;
    outcome.unwrap_or_else(|refusal| panic!("{username} cannot register: {refusal}"))
}

/// Registers several users concurrently.
pub async fn register_users(stack: &Stack, count: usize) -> Vec<Client> {
    let mut users = Vec::new();
    let numbers: Vec<usize> = (0..count).collect();
    for batch in numbers.chunks(8) {
        let registrations = batch.iter().map(|_| register_user(stack, "guest"));
        users.extend(futures_util::future::join_all(registrations).await);
    }
    users
}

/// Creates a group of the caller and others.
pub async fn create_group(owner: &Client, others: &[&Client]) -> Uuid {
    let ids: Vec<Uuid> = others.iter().map(|client| client.user_id()).collect();
    owner
        .create_chat(Uuid::now_v7(), "GROUP", Some("A group"), &ids)
        .await
        .unwrap()
}

/// The numbers 1 to `count`.
pub fn numbers_up_to(count: usize) -> Vec<u64> {
    (1..=count as u64).collect()
}
