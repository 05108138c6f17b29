//! Damaged bytes, sent to one receiver without the load balancer.

mod damage_rng;
mod damaged_connections;
mod frames;

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use lab_stack::client::Client;
use lab_stack::stack::{Service, Stack};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::shared_stack::{assert_no_panic, eventually, lock_stack, register_user};
use damage_rng::DamageRng;
use damaged_connections::Target;

const SEED: u64 = 20_261_120;

/// Maximum number of connections at a time.
const MAX_CONCURRENT_CONNECTIONS: usize = 16;

/// Additional files that a healthy process may open meanwhile: connections to Postgres, a scrape.
const MAX_ADDITIONAL_FILES: usize = 12;

/// Number of damaged connections of each kind. A release is tested with 10,000: CONFORMANCE_VISITS=10000.
fn connection_count() -> usize {
    let configured = std::env::var("CONFORMANCE_VISITS").ok();
    configured.map_or(400, |count| {
        count.parse().expect("CONFORMANCE_VISITS is a number")
    })
}

/// The receiver, with its state before the test.
struct ReceiverUnderTest {
    stack: &'static Stack,
    target: Target,
    client: Client,
    files: usize,
}

impl ReceiverUnderTest {
    async fn start(stack: &'static Stack) -> ReceiverUnderTest {
        let client = register_user(stack, "visitor").await.pinned(2);
        let url = stack.instance_url(Service::Receiver.instance(2));
        let target = Target {
            address: url.trim_start_matches("http://").to_owned(),
            token: client.token().to_owned(),
        };
        // The pool opens its connections on first use.
        join_all(
            (0..40).map(|_| async { assert!(answers(&client).await < Duration::from_secs(5)) }),
        )
        .await;
        let mut receiver = ReceiverUnderTest {
            stack,
            target,
            client,
            files: 0,
        };
        receiver.files = receiver.files().await;
        receiver
    }

    async fn files(&self) -> usize {
        let pid = self
            .stack
            .process_id(Service::Receiver.instance(2))
            .unwrap();
        std::fs::read_dir(format!("/proc/{pid}/fd"))
            .unwrap()
            .count()
    }

    async fn open_sockets(&self) -> u64 {
        self.metric("receiver_sockets_open ").await
    }

    /// The number of sockets that it has closed with this code.
    async fn closed(&self, code: u16) -> u64 {
        let name = format!("receiver_sockets_closed_total{{code=\"{code}\"}} ");
        self.metric(&name).await
    }

    /// The value of the metric whose line begins like this; zero if there is none.
    async fn metric(&self, beginning: &str) -> u64 {
        let instance = Service::Receiver.instance(2);
        let url = format!("{}/metrics", self.stack.instance_url(instance));
        let page = reqwest::get(url).await.unwrap().text().await.unwrap();
        let number = page.lines().find_map(|line| line.strip_prefix(beginning));
        number.map_or(0, |number| number.trim().parse().unwrap())
    }

    /// Asserts that it answers, has no sockets and no more files than before, and has not panicked.
    async fn assert_healthy(&self) {
        let sockets = eventually(
            Duration::from_secs(20),
            async || self.open_sockets().await,
            |open| *open == 0,
        )
        .await;
        assert_eq!(sockets, 0, "sockets are still open");
        let max_files = self.files + MAX_ADDITIONAL_FILES;
        let files = eventually(
            Duration::from_secs(20),
            async || self.files().await,
            |files| *files <= max_files,
        )
        .await;
        assert!(
            files <= max_files,
            "{files} files are open, {} were",
            self.files
        );
        let took = answers(&self.client).await;
        assert!(took < Duration::from_secs(2), "it takes {took:?} to answer");
        let inbox = self.client.inbox();
        assert!(inbox.caught_up().await, "{:?}", inbox.record().ends);
        assert_no_panic(self.stack);
    }
}

/// Measures how long a query takes.
async fn answers(client: &Client) -> Duration {
    let began = Instant::now();
    client
        .query("{ unreadCounts { chatId } }", json!({}))
        .await
        .unwrap();
    began.elapsed()
}

/// Opens all connections, some at a time, and collects what is wrong with the responses.
async fn run_connections<F: Future<Output = Result<(), String>>>(
    connect: impl Fn(DamageRng) -> F,
) -> Vec<String> {
    let connections = (0..connection_count()).map(|number| {
        let connection = connect(DamageRng::new(SEED, number));
        async move {
            connection
                .await
                .err()
                .map(|violation| format!("connection {number}: {violation}"))
        }
    });
    let outcomes =
        futures_util::stream::iter(connections).buffer_unordered(MAX_CONCURRENT_CONNECTIONS);
    outcomes
        .filter_map(async |violation| violation)
        .collect()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_survives_hundreds_of_damaged_sockets_and_sends_no_invalid_frame() {
    let guard = lock_stack().await;
    let receiver = ReceiverUnderTest::start(guard.stack).await;
    let violations =
        run_connections(|rng| damaged_connections::socket(&receiver.target, rng)).await;
    assert!(violations.is_empty(), "{violations:#?}");
    for code in [4400, 4401, 4429, 1009] {
        assert!(
            receiver.closed(code).await > 0,
            "nobody has provoked {code}"
        );
    }
    receiver.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_survives_hundreds_of_damaged_requests_and_never_blames_itself() {
    let guard = lock_stack().await;
    let receiver = ReceiverUnderTest::start(guard.stack).await;
    let violations =
        run_connections(|rng| damaged_connections::request(&receiver.target, rng)).await;
    assert!(violations.is_empty(), "{violations:#?}");
    receiver.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_sockets_are_dropped_after_two_unanswered_pings() {
    let guard = lock_stack().await;
    let receiver = ReceiverUnderTest::start(guard.stack).await;
    let silent = join_all((0..20).map(|_| receiver.target.subscribed())).await;
    let silent: Vec<_> = silent.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(receiver.open_sockets().await, 20);
    // These clients neither read, answer nor close. The receiver must notice.
    receiver.assert_healthy().await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_writers_keep_nobody_from_being_served() {
    let guard = lock_stack().await;
    let receiver = ReceiverUnderTest::start(guard.stack).await;
    let connections = join_all((0..200).map(|_| receiver.target.connected())).await;
    let mut slow: Vec<_> = connections.into_iter().collect::<Result<_, _>>().unwrap();
    let request =
        "POST /graphql HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\nX-Slow: ";
    let mut slowest = Duration::ZERO;
    for letter in request.bytes() {
        for stream in &mut slow {
            stream.write_u8(letter).await.unwrap();
        }
        slowest = slowest.max(answers(&receiver.client).await);
    }
    assert!(
        slowest < Duration::from_secs(2),
        "somebody waited {slowest:?}"
    );
    drop(slow);
    receiver.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_load_balancer_ends_a_request_that_does_not_end() {
    let guard = lock_stack().await;
    let target = Target {
        address: guard.stack.url().trim_start_matches("http://").to_owned(),
        token: String::new(),
    };
    let mut slow = target.connected().await.unwrap();
    slow.write_all(b"POST /sender/graphql HTTP/1.1\r\nHost: slow\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let reading =
        tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut answer)).await;
    reading.expect("it waits for ever").unwrap();
    assert!(
        answer.starts_with(b"HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}
