//! **read** and **depth**: the latest page, the list of chats, and pages of long histories.

use std::net::SocketAddr;

use memchr::memmem::Finder;
use serde_json::{Value, json};

use super::bench::Bench;
use super::fanout::{WIDTH, subscriptions};
use crate::baselines::Bare;
use crate::load::http::{Pace, Work};
use crate::load::listeners::Listeners;
use crate::load::messages::{query, spread};
use crate::load::scan::Scanner;
use crate::measure::{Outcome, measure};
use crate::stage::Chat;
use lab_stack::Error;
use lab_stack::stack::Service;

const UNIT: &str = "requests/s";

/// Readers at once.
pub const CLIENTS: usize = 32;

/// Messages of a page.
pub const PAGE: usize = 50;

/// Chats of a list: what the web client asks for first, and as many as everyone here has.
const LIST: usize = 20;

/// Chats that nobody watches and few have read: more than fit into any cache of pages.
const COLD: usize = 1_000;

/// What the web client shows of a message.
pub const MESSAGES: &str = "query ($chatId: ID!, $last: Int, $before: String) { \
    messages(chatId: $chatId, last: $last, before: $before) { nodes { \
    id chatId number revision senderId senderUsername content createdAt editedAt removedAt } } }";

/// What a row of the list of chats shows.
pub const LISTED: &str = "{ chats(first: 20) { edges { cursor node { id kind name participantCount \
    messageCount lastMessageAt lastMessage { id number senderUsername content createdAt } } \
    participant { lastReadNumber } } } }";

/// Clients that read, each its own requests in turn.
pub struct Readers {
    requests: Vec<Vec<Vec<u8>>>,
    turns: Vec<usize>,
    scanner: Scanner,
    number: Finder<'static>,
    /// Messages in every answer, where that is known.
    expected: Option<usize>,
}

impl Readers {
    /// `expected` is how many messages every answer must have.
    pub fn new(requests: Vec<Vec<Vec<u8>>>, expected: usize) -> Readers {
        Readers {
            turns: vec![0; requests.len()],
            requests,
            scanner: Scanner::default(),
            number: Finder::new("\"number\":"),
            expected: Some(expected),
        }
    }

    /// Answers may have any number of messages.
    pub fn of_any_length(requests: Vec<Vec<Vec<u8>>>) -> Readers {
        Readers {
            expected: None,
            ..Readers::new(requests, 0)
        }
    }
}

impl Work for Readers {
    fn request(&mut self, connection: usize, _sent: u64, out: &mut Vec<u8>) {
        let requests = &self.requests[connection];
        out.extend(&requests[self.turns[connection] % requests.len()]);
        self.turns[connection] += 1;
    }

    fn answer(&mut self, _connection: usize, body: &[u8]) -> bool {
        let count = || self.number.find_iter(body).count();
        self.expected.is_none_or(|expected| count() == expected) && !self.scanner.has_errors(body)
    }
}

/// A query for a page of messages, as bytes.
pub fn page(token: &str, chat: uuid::Uuid, before: Option<u64>) -> Vec<u8> {
    let before = before.map(|number| number.to_string());
    let variables = json!({ "chatId": chat, "last": PAGE, "before": before });
    body(token, MESSAGES, &variables)
}

/// A query for somebody's list of chats, as bytes.
pub fn list(token: &str) -> Vec<u8> {
    body(token, LISTED, &json!({}))
}

fn body(token: &str, document: &str, variables: &Value) -> Vec<u8> {
    let body = json!({ "query": document, "variables": variables });
    query("/graphql", token, &body.to_string())
}

/// Each client asks as another one of the chat's people.
pub fn readers(bench: &Bench, chats: &[Chat], before: Option<u64>) -> Readers {
    let of_client = |client: usize| {
        let own = (client..chats.len()).step_by(CLIENTS);
        let own: Vec<usize> = match chats.len() >= CLIENTS {
            true => own.collect(),
            false => vec![client % chats.len()],
        };
        let request = |chat: usize| {
            let people = &chats[chat].people;
            let person = bench.stage.person(people[client % people.len()]);
            page(&person.token, chats[chat].id, before)
        };
        own.into_iter().map(request).collect()
    };
    Readers::new((0..CLIENTS).map(of_client).collect(), PAGE)
}

async fn ask(
    bench: &Bench,
    bare: Option<&Bare>,
    readers: Readers,
    outcome: Outcome,
) -> Result<Outcome, Error> {
    let addresses: Vec<SocketAddr> = match bare {
        Some(bare) => vec![bare.address(); CLIENTS],
        None => spread(&bench.stage.both(Service::Receiver), CLIENTS),
    };
    let load = (addresses, Pace::Closed, readers);
    let pid = bare.map(Bare::pid);
    let (outcome, _) = measure(&bench.stage, pid, load, bench.plan.span(), outcome).await?;
    Ok(outcome)
}

/// Chats of ten people with so many messages.
///
/// # Errors
/// When the database refuses.
pub async fn filled(bench: &Bench, count: usize, messages: u64) -> Result<Vec<Chat>, Error> {
    let chats = bench.stage.chats(count, 10).await?;
    for chat in &chats {
        let sender = bench.stage.person(chat.people[0]).id;
        let ledger = bench.stage.ledger();
        ledger.add_history(chat.id, sender, messages).await?;
    }
    bench.stage.ledger().settle().await?;
    Ok(chats)
}

/// Plays **read**.
///
/// # Errors
/// When anything fails.
pub async fn play(bench: &mut Bench) -> Result<(), Error> {
    let named = |case: &str| Outcome::new("read", case, UNIT);
    let mut limits = Vec::new();
    for (baseline, name) in [("graphql", "bare"), ("stock", "stock")] {
        let server = Bare::start(bench.stage.directory(), &[baseline]).await?;
        let request = || vec![page("", uuid::Uuid::now_v7(), None)];
        let asking = Readers::new((0..CLIENTS).map(|_| request()).collect(), PAGE);
        let outcome = named(&format!("{name} query of 50 messages"));
        let outcome = ask(bench, Some(&server), asking, outcome).await?;
        bench.add(outcome.clone());
        limits.push(outcome);
    }
    let limit = limits.swap_remove(0);

    let chats = filled(bench, COLD, PAGE as u64 + 10).await?;
    let asking = readers(bench, &chats, None);
    let cold = ask(
        bench,
        None,
        asking,
        named("latest page, 1,000 chats that nobody watches"),
    )
    .await?;
    bench.add(cold.beside(&limit));

    let hot = &chats[..1];
    let asking = readers(bench, hot, None);
    let unwatched = ask(
        bench,
        None,
        asking,
        named("latest page, one chat that nobody watches"),
    )
    .await?;
    bench.add(unwatched.beside(&limit));

    let watching = subscriptions(bench, hot, 10).await?;
    let listeners = Listeners::start(watching, &[hot[0].id], WIDTH)
        .await
        .map_err(|cause| Error::io("watch a chat", cause))?;
    let asking = readers(bench, hot, None);
    let watched = ask(bench, None, asking, named("latest page, one watched chat")).await?;
    bench.add(watched.beside(&limit));
    drop(listeners);

    lists(bench, &chats).await
}

async fn lists(bench: &mut Bench, chats: &[Chat]) -> Result<(), Error> {
    for (case, people) in [("chat list, one person", 1), ("chat list, 50 people", 50)] {
        let of_client = |client: usize| {
            let own: Vec<usize> = match people >= CLIENTS {
                true => (client..people).step_by(CLIENTS).collect(),
                false => vec![client % people],
            };
            let ask = |n: usize| list(&bench.stage.person(chats[n].people[0]).token);
            own.into_iter().map(ask).collect()
        };
        let asking = Readers::new((0..CLIENTS).map(of_client).collect(), LIST);
        let outcome = Outcome::new("read", case, UNIT);
        let outcome = ask(bench, None, asking, outcome).await?;
        bench.add(outcome);
    }
    Ok(())
}

/// Plays **depth**.
///
/// # Errors
/// When anything fails.
pub async fn depth(bench: &mut Bench) -> Result<(), Error> {
    let lengths: &[u64] = match bench.plan.short {
        true => &[1_000, 1_000_000],
        false => &[1_000, 100_000, 1_000_000],
    };
    let mut first: [Option<Outcome>; 2] = [None, None];
    for &length in lengths {
        let chats = filled(bench, 1, length).await?;
        let places = [
            ("newest page", None),
            ("page in the middle", Some(length / 2)),
        ];
        for ((place, before), first) in places.into_iter().zip(&mut first) {
            let asking = readers(bench, &chats, before);
            let case = format!(
                "{place}, {} messages",
                crate::report::thousands(length as f64)
            );
            let outcome = ask(bench, None, asking, Outcome::new("depth", case, UNIT)).await?;
            // Beside the shortest history.
            let shortest = first.get_or_insert_with(|| outcome.clone());
            let outcome = outcome.beside(shortest);
            bench.add(outcome);
        }
    }
    Ok(())
}
