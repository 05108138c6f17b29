//! **search**: what the index of words costs those who send, and how fast a million messages are searched meanwhile.

use serde_json::json;

use super::bench::Bench;
use super::read::ReadRequests;
use super::write::{WriteRequests, audit};
use crate::environment::Chat;
use crate::load::http::LoadModel;
use crate::load::requests::{query, round_robin};
use crate::measure::{Outcome, RequestLoad, measure};
use lab_stack::Error;
use lab_stack::stack::Service;

const SCENARIO: &str = "search";

/// Clients that send where the cost of a send is measured.
const SENDING_CLIENTS: usize = 256;

/// How often sends with and without the index are measured in turn.
const TURNS: usize = 3;

/// The chats of the user who searches, and the messages in each: a million.
const CHATS: usize = 100;
const MESSAGES_PER_CHAT: u64 = 10_000;

/// Messages per second that are sent to these chats during the searches, and connections that send them.
const MESSAGES_PER_SECOND: f64 = 500.0;
const SENDERS: usize = 16;

/// What is searched for. The history is made of words, the rarest of which are in few messages.
const QUERIES: [(&str, &str); 7] = [
    ("a frequent word", "word1"),
    ("a word in one of 1,000 messages", "word9999"),
    ("two words", "word12 word34"),
    ("a phrase", "\"word1 word2\""),
    ("words that do not meet", "word9998 word9997 word9996"),
    ("nothing", "nothingofthatname"),
    ("what the index does not decide", "word1 -word"),
];

const SEARCH: &str = "query ($query: String!) { searchMessages(query: $query) { complete searchedBackTo \
    pageInfo { hasNextPage endCursor } edges { cursor highlights { start length } node { \
    id chatId number senderId senderUsername content createdAt } } } }";

/// Runs the scenario.
///
/// # Errors
/// If anything fails. A broken promise is not an error but a part of the result.
pub async fn run(bench: &mut Bench) -> Result<(), Error> {
    for chats in [1, 32] {
        let name = format!("sends, {SENDING_CLIENTS} clients, {chats} chats of 10");
        if bench.plan.wants(&name) {
            run_sends(bench, chats, &name).await?;
        }
    }
    let name = "searches in 1,000,000 messages";
    if bench.plan.wants(name) {
        run_searches(bench, name).await?;
    }
    Ok(())
}

/// Measures sends while workers index their words and while they do not, in turn, so that whatever else the machine does meets
/// both.
async fn run_sends(bench: &mut Bench, chats: usize, name: &str) -> Result<(), Error> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for turn in 1..=TURNS {
        bench
            .environment
            .database()
            .let_workers_index(false)
            .await?;
        let case = format!("{name}, without the index, turn {turn}");
        let outcome = measure_sends(bench, chats, &case).await?;
        without.push(outcome.rate);
        let bare = outcome.clone();
        bench.add(outcome);
        bench.environment.database().index_words().await?;
        bench.environment.database().let_workers_index(true).await?;
        let case = format!("{name}, with the index, turn {turn}");
        let outcome = measure_sends(bench, chats, &case).await?;
        with.push(outcome.rate);
        bench.add(outcome.compared_with(&bare));
    }
    let mean = |rates: &[f64]| rates.iter().sum::<f64>() / rates.len() as f64;
    let mut outcome = Outcome::new(SCENARIO, format!("{name}, mean"), "messages/s");
    outcome.rate = mean(&with);
    let kept = outcome.rate / mean(&without);
    bench.add(outcome.with("of the rate without the index", kept));
    Ok(())
}

async fn measure_sends(bench: &Bench, chats: usize, case: &str) -> Result<Outcome, Error> {
    let chats = bench.environment.chats(chats, 10).await?;
    bench.environment.database().vacuum_and_checkpoint().await?;
    let load = (
        round_robin(
            &bench.environment.instances(Service::Sender),
            SENDING_CLIENTS,
        ),
        LoadModel::ClosedLoop,
        WriteRequests::for_chats(bench, SENDING_CLIENTS, &chats),
    );
    let outcome = Outcome::new(SCENARIO, case, "messages/s");
    let span = bench.plan.span();
    let (mut outcome, writers) = measure(&bench.environment, None, load, span, outcome).await?;
    outcome.audit = Some(audit(bench, &chats, &writers.acks).await?);
    Ok(outcome)
}

async fn run_searches(bench: &mut Bench, name: &str) -> Result<(), Error> {
    bench.environment.forget_users();
    let chats = bench.environment.chats_among(CHATS, 10, 10).await?;
    for chat in &chats {
        let sender = bench.environment.user(chat.users[1]).id;
        let database = bench.environment.database();
        database
            .add_varied_history(chat.id, sender, MESSAGES_PER_CHAT)
            .await?;
    }
    bench.environment.database().index_words().await?;
    bench.environment.database().vacuum_and_checkpoint().await?;
    for (what, text) in QUERIES {
        let outcome = measure_searches(bench, &chats, &format!("{name}: {what}"), text).await?;
        bench.add(outcome);
    }
    Ok(())
}

/// One person searches while others send.
async fn measure_searches(
    bench: &Bench,
    chats: &[Chat],
    case: &str,
    text: &str,
) -> Result<Outcome, Error> {
    let writing = RequestLoad::start(
        round_robin(&bench.environment.instances(Service::Sender), SENDERS),
        LoadModel::OpenLoop(MESSAGES_PER_SECOND),
        WriteRequests::for_chats(bench, SENDERS, chats),
    );
    let token = bench.environment.user(chats[0].users[0]).token;
    let body = json!({ "query": SEARCH, "variables": { "query": text } });
    let request = query("/graphql", &token, &body.to_string());
    let searches = ReadRequests::of_any_length(vec![vec![request]]);
    let load = (
        round_robin(&bench.environment.instances(Service::Receiver), 1),
        LoadModel::ClosedLoop,
        searches,
    );
    let outcome = Outcome::new(SCENARIO, case, "searches/s");
    let span = bench.plan.span();
    let (outcome, _) = measure(&bench.environment, None, load, span, outcome).await?;
    let (writers, _) = writing.finish().await?;
    let mut outcome = outcome.with("sent", writers.acks.len() as f64);
    outcome.rows = None;
    Ok(outcome)
}
