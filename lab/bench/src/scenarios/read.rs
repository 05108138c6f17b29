//! **read** and **depth**: the latest page, the list of chats, and pages of long histories.

use std::net::SocketAddr;

use memchr::memmem::Finder;
use serde_json::{Value, json};

use super::bench::Bench;
use super::fanout::{MAX_CONCURRENT_SUBSCRIBES, subscriptions};
use crate::baselines::BaselineServer;
use crate::environment::Chat;
use crate::load::http::{LoadModel, RequestSource};
use crate::load::requests::{query, round_robin};
use crate::load::scan::Scanner;
use crate::load::subscribers::Subscribers;
use crate::measure::{Outcome, measure};
use lab_stack::Error;
use lab_stack::stack::Service;

const UNIT: &str = "requests/s";

/// Number of connections that read.
pub const READ_CONNECTIONS: usize = 32;

/// Messages of a page.
pub const PAGE_SIZE: usize = 50;

/// Chats of a list: what the web client asks for first, and as many as every user has here.
const CHAT_LIST_SIZE: usize = 20;

/// Chats that nobody subscribes to and few have read: more than fit into the page cache.
const COLD_CHATS: usize = 1_000;

/// Query for a page of messages, with what the web client shows.
pub const MESSAGES_QUERY: &str = "query ($chatId: ID!, $last: Int, $before: String) { \
    messages(chatId: $chatId, last: $last, before: $before) { nodes { \
    id chatId number revision senderId senderUsername content createdAt editedAt removedAt } } }";

/// Query for the list of chats, with what the web client shows.
pub const CHAT_LIST_QUERY: &str = "{ chats(first: 20) { edges { cursor node { id kind name participantCount \
    messageCount lastMessageAt lastMessage { id number senderUsername content createdAt } } \
    participant { lastReadNumber } } } }";

/// Requests of clients that read, each sending its own requests in turn.
pub struct ReadRequests {
    requests: Vec<Vec<Vec<u8>>>,
    turns: Vec<usize>,
    scanner: Scanner,
    number: Finder<'static>,
    /// Nodes in every response, if known.
    expected: Option<usize>,
}

impl ReadRequests {
    /// `expected` is the number of nodes that every response must contain.
    pub fn new(requests: Vec<Vec<Vec<u8>>>, expected: usize) -> ReadRequests {
        ReadRequests {
            turns: vec![0; requests.len()],
            requests,
            scanner: Scanner::default(),
            number: Finder::new("\"number\":"),
            expected: Some(expected),
        }
    }

    /// Responses may contain any number of nodes.
    pub fn of_any_length(requests: Vec<Vec<Vec<u8>>>) -> ReadRequests {
        ReadRequests {
            expected: None,
            ..ReadRequests::new(requests, 0)
        }
    }
}

impl RequestSource for ReadRequests {
    fn write_request(&mut self, connection: usize, _sent: u64, out: &mut Vec<u8>) {
        let requests = &self.requests[connection];
        out.extend(&requests[self.turns[connection] % requests.len()]);
        self.turns[connection] += 1;
    }

    fn handle_response(&mut self, _connection: usize, body: &[u8]) -> bool {
        let count = || self.number.find_iter(body).count();
        self.expected.is_none_or(|expected| count() == expected) && !self.scanner.has_errors(body)
    }
}

/// A request for a page of messages, as bytes.
pub fn page_request(token: &str, chat: uuid::Uuid, before: Option<u64>) -> Vec<u8> {
    let before = before.map(|number| number.to_string());
    let variables = json!({ "chatId": chat, "last": PAGE_SIZE, "before": before });
    body(token, MESSAGES_QUERY, &variables)
}

/// A request for a user's list of chats, as bytes.
pub fn chat_list_request(token: &str) -> Vec<u8> {
    body(token, CHAT_LIST_QUERY, &json!({}))
}

fn body(token: &str, document: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": document, "variables": variables });
    query("/graphql", token, &body.to_string())
}

/// Requests for pages of these chats, each client as a different participant.
pub fn read_requests(bench: &Bench, chats: &[Chat], before: Option<u64>) -> ReadRequests {
    let of_client = |client: usize| {
        let own = (client..chats.len()).step_by(READ_CONNECTIONS);
        let own: Vec<usize> = match chats.len() >= READ_CONNECTIONS {
            true => own.collect(),
            false => vec![client % chats.len()],
        };
        let request = |chat: usize| {
            let users = &chats[chat].users;
            let user = bench.environment.user(users[client % users.len()]);
            page_request(&user.token, chats[chat].id, before)
        };
        own.into_iter().map(request).collect()
    };
    ReadRequests::new((0..READ_CONNECTIONS).map(of_client).collect(), PAGE_SIZE)
}

async fn measure_reads(
    bench: &Bench,
    bare: Option<&BaselineServer>,
    read_requests: ReadRequests,
    outcome: Outcome,
) -> Result<Outcome, Error> {
    let addresses: Vec<SocketAddr> = match bare {
        Some(bare) => vec![bare.address(); READ_CONNECTIONS],
        None => round_robin(
            &bench.environment.instances(Service::Receiver),
            READ_CONNECTIONS,
        ),
    };
    let load = (addresses, LoadModel::ClosedLoop, read_requests);
    let pid = bare.map(BaselineServer::pid);
    let (outcome, _) = measure(&bench.environment, pid, load, bench.plan.span(), outcome).await?;
    Ok(outcome)
}

/// Creates chats of ten users with this many messages.
///
/// # Errors
/// If the database returns an error.
pub async fn chats_with_history(
    bench: &Bench,
    count: usize,
    messages: u64,
) -> Result<Vec<Chat>, Error> {
    let chats = bench.environment.chats(count, 10).await?;
    for chat in &chats {
        let sender = bench.environment.user(chat.users[0]).id;
        let database = bench.environment.database();
        database.add_history(chat.id, sender, messages).await?;
    }
    bench.environment.database().vacuum_and_checkpoint().await?;
    Ok(chats)
}

/// Runs **read**.
///
/// # Errors
/// If anything fails.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    let named = |case: &str| Outcome::new("read", case, UNIT);
    let mut limits = Vec::new();
    for (baseline, name) in [("graphql", "bare"), ("stock", "stock")] {
        let server = BaselineServer::start(bench.environment.directory(), &[baseline]).await?;
        let request = || vec![page_request("", uuid::Uuid::now_v7(), None)];
        let requests = ReadRequests::new(
            (0..READ_CONNECTIONS).map(|_| request()).collect(),
            PAGE_SIZE,
        );
        let outcome = named(&format!("{name} query of 50 messages"));
        let outcome = measure_reads(bench, Some(&server), requests, outcome).await?;
        bench.add(outcome.clone());
        limits.push(outcome);
    }
    let limit = limits.swap_remove(0);

    let chats = chats_with_history(bench, COLD_CHATS, PAGE_SIZE as u64 + 10).await?;
    let requests = read_requests(bench, &chats, None);
    let cold = measure_reads(
        bench,
        None,
        requests,
        named("latest page, 1,000 chats that nobody watches"),
    )
    .await?;
    bench.add(cold.compared_with(&limit));

    let hot = &chats[..1];
    let requests = read_requests(bench, hot, None);
    let unwatched = measure_reads(
        bench,
        None,
        requests,
        named("latest page, one chat that nobody watches"),
    )
    .await?;
    bench.add(unwatched.compared_with(&limit));

    let watching = subscriptions(bench, hot, 10).await?;
    let subscribers = Subscribers::start(watching, &[hot[0].id], MAX_CONCURRENT_SUBSCRIBES)
        .await
        .map_err(|cause| Error::io("watch a chat", cause))?;
    let requests = read_requests(bench, hot, None);
    let watched = measure_reads(
        bench,
        None,
        requests,
        named("latest page, one watched chat"),
    )
    .await?;
    bench.add(watched.compared_with(&limit));
    drop(subscribers);

    run_chat_lists(bench, &chats).await
}

async fn run_chat_lists(bench: &mut Bench, chats: &[Chat]) -> Result<(), Error> {
    for (case, users) in [("chat list, one person", 1), ("chat list, 50 people", 50)] {
        let of_client = |client: usize| {
            let own: Vec<usize> = match users >= READ_CONNECTIONS {
                true => (client..users).step_by(READ_CONNECTIONS).collect(),
                false => vec![client % users],
            };
            let request =
                |n: usize| chat_list_request(&bench.environment.user(chats[n].users[0]).token);
            own.into_iter().map(request).collect()
        };
        let requests = ReadRequests::new(
            (0..READ_CONNECTIONS).map(of_client).collect(),
            CHAT_LIST_SIZE,
        );
        let outcome = Outcome::new("read", case, UNIT);
        let outcome = measure_reads(bench, None, requests, outcome).await?;
        bench.add(outcome);
    }
    Ok(())
}

/// Runs **depth**.
///
/// # Errors
/// If anything fails.
pub async fn run_depth(bench: &mut Bench) -> Result<(), Error> {
    let lengths: &[u64] = match bench.plan.short {
        true => &[1_000, 1_000_000],
        false => &[1_000, 100_000, 1_000_000],
    };
    let mut first: [Option<Outcome>; 2] = [None, None];
    for &length in lengths {
        let chats = chats_with_history(bench, 1, length).await?;
        let pages = [
            ("newest page", None),
            ("page in the middle", Some(length / 2)),
        ];
        for ((case_prefix, before), first) in pages.into_iter().zip(&mut first) {
            let requests = read_requests(bench, &chats, before);
            let case = format!(
                "{case_prefix}, {} messages",
                crate::report::thousands(length as f64)
            );
            let outcome =
                measure_reads(bench, None, requests, Outcome::new("depth", case, UNIT)).await?;
            // Compared with the shortest history.
            let shortest = first.get_or_insert_with(|| outcome.clone());
            let outcome = outcome.compared_with(shortest);
            bench.add(outcome);
        }
    }
    Ok(())
}
