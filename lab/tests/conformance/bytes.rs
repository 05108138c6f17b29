//! Bytes that no client would send, at one receiver past the load balancer.

mod damage_rng;
mod frames;
mod visit;

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use lab_stack::client::Client;
use lab_stack::stack::{Service, Stack};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::house::{assert_no_panic, eventually, person, turn};
use damage_rng::DamageRng;
use visit::Target;

const SEED: u64 = 20_261_120;

/// Visitors at a time.
const CROWD: usize = 16;

/// Files that a healthy process may open meanwhile: connections to Postgres, a scrape.
const SLACK: usize = 12;

/// Hostile connections of each kind. A release is tested with 10,000: CONFORMANCE_VISITS=10000.
fn visits() -> usize {
    let wish = std::env::var("CONFORMANCE_VISITS").ok();
    wish.map_or(400, |visits| {
        visits.parse().expect("CONFORMANCE_VISITS is a number")
    })
}

/// The receiver that is visited, as it was before.
struct Patient {
    stack: &'static Stack,
    target: Target,
    client: Client,
    files: usize,
}

impl Patient {
    async fn examine(stack: &'static Stack) -> Patient {
        let client = person(stack, "visitor").await.pinned(2);
        let url = stack.instance_url(Service::Receiver.instance(2));
        let target = Target {
            address: url.trim_start_matches("http://").to_owned(),
            token: client.token().to_owned(),
        };
        // The pool opens its connections when they are needed for the first time.
        join_all(
            (0..40).map(|_| async { assert!(answers(&client).await < Duration::from_secs(5)) }),
        )
        .await;
        let mut patient = Patient {
            stack,
            target,
            client,
            files: 0,
        };
        patient.files = patient.files().await;
        patient
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

    /// How often it has closed a socket with this code.
    async fn closed(&self, code: u16) -> u64 {
        let name = format!("receiver_sockets_closed_total{{code=\"{code}\"}} ");
        self.metric(&name).await
    }

    /// What the line that begins so counts; nothing is counted where there is none.
    async fn metric(&self, beginning: &str) -> u64 {
        let instance = Service::Receiver.instance(2);
        let url = format!("{}/metrics", self.stack.instance_url(instance));
        let page = reqwest::get(url).await.unwrap().text().await.unwrap();
        let number = page.lines().find_map(|line| line.strip_prefix(beginning));
        number.map_or(0, |number| number.trim().parse().unwrap())
    }

    /// It answers, holds no socket and no more files than before, and has not panicked.
    async fn assert_healthy(&self) {
        let sockets = eventually(
            Duration::from_secs(20),
            async || self.open_sockets().await,
            |open| *open == 0,
        )
        .await;
        assert_eq!(sockets, 0, "sockets are still open");
        let most = self.files + SLACK;
        let files = eventually(
            Duration::from_secs(20),
            async || self.files().await,
            |files| *files <= most,
        )
        .await;
        assert!(files <= most, "{files} files are open, {} were", self.files);
        let took = answers(&self.client).await;
        assert!(took < Duration::from_secs(2), "it takes {took:?} to answer");
        let inbox = self.client.inbox();
        assert!(inbox.caught_up().await, "{:?}", inbox.record().ends);
        assert_no_panic(self.stack);
    }
}

/// How long a query takes.
async fn answers(client: &Client) -> Duration {
    let asked = Instant::now();
    client
        .query("{ unreadCounts { chatId } }", json!({}))
        .await
        .unwrap();
    asked.elapsed()
}

/// Lets visitors in, some at a time, and collects what is wrong with how they were treated.
async fn complaints<F: Future<Output = Result<(), String>>>(
    visit: impl Fn(DamageRng) -> F,
) -> Vec<String> {
    let visits = (0..visits()).map(|number| {
        let visit = visit(DamageRng::new(SEED, number));
        async move {
            visit
                .await
                .err()
                .map(|complaint| format!("visit {number}: {complaint}"))
        }
    });
    let outcomes = futures_util::stream::iter(visits).buffer_unordered(CROWD);
    outcomes
        .filter_map(async |complaint| complaint)
        .collect()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_survives_hundreds_of_damaged_sockets_and_sends_no_invalid_frame() {
    let turn = turn().await;
    let patient = Patient::examine(turn.stack).await;
    let complaints = complaints(|rng| visit::socket(&patient.target, rng)).await;
    assert!(complaints.is_empty(), "{complaints:#?}");
    for code in [4400, 4401, 4429, 1009] {
        assert!(patient.closed(code).await > 0, "nobody has provoked {code}");
    }
    patient.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_survives_hundreds_of_damaged_requests_and_never_blames_itself() {
    let turn = turn().await;
    let patient = Patient::examine(turn.stack).await;
    let complaints = complaints(|rng| visit::request(&patient.target, rng)).await;
    assert!(complaints.is_empty(), "{complaints:#?}");
    patient.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_open_sockets_are_dropped_after_two_unanswered_pings() {
    let turn = turn().await;
    let patient = Patient::examine(turn.stack).await;
    let silent = join_all((0..20).map(|_| patient.target.subscribed())).await;
    let silent: Vec<_> = silent.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(patient.open_sockets().await, 20);
    // Nobody reads, nobody answers, nobody closes; the other side finds out.
    patient.assert_healthy().await;
    drop(silent);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_writers_keep_nobody_from_being_served() {
    let turn = turn().await;
    let patient = Patient::examine(turn.stack).await;
    let connections = join_all((0..200).map(|_| patient.target.connected())).await;
    let mut slow: Vec<_> = connections.into_iter().collect::<Result<_, _>>().unwrap();
    let request =
        "POST /graphql HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\nX-Slow: ";
    let mut slowest = Duration::ZERO;
    for letter in request.bytes() {
        for stream in &mut slow {
            stream.write_u8(letter).await.unwrap();
        }
        slowest = slowest.max(answers(&patient.client).await);
    }
    assert!(
        slowest < Duration::from_secs(2),
        "somebody waited {slowest:?}"
    );
    drop(slow);
    patient.assert_healthy().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_load_balancer_ends_a_request_that_does_not_end() {
    let turn = turn().await;
    let target = Target {
        address: turn.stack.url().trim_start_matches("http://").to_owned(),
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
