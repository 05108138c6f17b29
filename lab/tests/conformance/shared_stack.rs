//! The stack of these tests, and its users.

use std::sync::OnceLock;
use std::time::Duration;

use futures_util::future::join_all;
use lab_stack::client::{Client, Visitor};
use lab_stack::stack::{Instance, Options, Stack};
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use uuid::Uuid;

pub const PASSWORD: &str = "the quick brown fox sings";

/// Exclusive access to the stack.
pub struct StackGuard {
    pub stack: &'static Stack,
    _lock: MutexGuard<'static, ()>,
}

/// Waits for exclusive access. Instances that a failed test left stopped are started again, so that other tests do not fail.
pub async fn lock_stack() -> StackGuard {
    static ALONE: OnceLock<Mutex<()>> = OnceLock::new();
    static STACK: OnceCell<Stack> = OnceCell::const_new();
    let alone = ALONE.get_or_init(Mutex::default).lock().await;
    let start = || async {
        let mut options = Options::for_tests();
        // Dead connections are noticed within seconds, so that a test can wait for it, and sign-ins are not limited.
        let variables = [("SOCKET_PING_MS", "1000"), ("LOGINS_PER_ACCOUNT", "100000")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        options.environment.extend(variables);
        let stack = Stack::start(options).await;
        stack.unwrap_or_else(|error| panic!("{error}"))
    };
    let stack = STACK.get_or_init(start).await;
    let dead = Instance::all().filter(|instance| !stack.is_running(*instance));
    join_all(dead.map(|instance| stack.restart(instance))).await;
    StackGuard {
        stack,
        _lock: alone,
    }
}

/// Registers a user.
pub async fn register_user(stack: &Stack, name: &str) -> Client {
    let visitor = Visitor::new(&stack.url());
    let outcome = visitor.register(&unique_username(name), PASSWORD).await;
    outcome.unwrap_or_else(|refusal| {
        let logs = Instance::all().map(|instance| recent_warnings(stack, instance));
        panic!(
            "{name} cannot register: {refusal}\n{}",
            logs.collect::<String>()
        )
    })
}

/// The last warnings and errors in an instance's log.
pub fn recent_warnings(stack: &Stack, instance: Instance) -> String {
    let log = stack.log(instance);
    let is_complaint = |line: &&str| line.contains("WARN") || line.contains("ERROR");
    let lines: Vec<&str> = log.lines().filter(is_complaint).collect();
    let last = &lines[lines.len().saturating_sub(5)..];
    last.iter()
        .map(|line| format!("{instance}: {line}\n"))
        .collect()
}

/// A username that is not taken.
pub fn unique_username(name: &str) -> String {
    format!("{name}_{}", &Uuid::now_v7().simple().to_string()[20..])
}

/// Creates a group of the caller and others.
pub async fn create_group(owner: &Client, others: &[&Client]) -> Uuid {
    let ids: Vec<Uuid> = others.iter().map(|client| client.user_id()).collect();
    let id = Uuid::now_v7();
    let chat = owner.create_chat(id, "GROUP", Some("A group"), &ids).await;
    chat.unwrap_or_else(|refusal| panic!("no group: {refusal}"))
}

/// Fails if an instance has ever panicked.
pub fn assert_no_panic(stack: &Stack) {
    for instance in Instance::all() {
        let log = stack.log(instance);
        let panics: Vec<&str> = log.lines().filter(|line| line.contains("panic")).collect();
        assert!(panics.is_empty(), "{instance} has panicked: {panics:#?}");
    }
}

/// Repeats `check` every 50 ms until `condition` holds or `timeout` has passed. Returns the last result.
pub async fn eventually<T>(
    timeout: Duration,
    mut check: impl AsyncFnMut() -> T,
    condition: impl Fn(&T) -> bool,
) -> T {
    let deadline = tokio::time::Instant::now() + timeout;
    loop {
        let seen = check().await;
        if condition(&seen) || tokio::time::Instant::now() >= deadline {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
