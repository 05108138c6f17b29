//! What every test stands on: a database of its own, people in it, and senders on free ports.

mod chat_fixture;
mod people;
mod stored_events;

use std::{sync::LazyLock, time::Duration};

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, PostgresArgs, RateArgs, RedisArgs, TokenArgs,
};
use lab_stack::{
    servers::TestDatabase,
    testing::{
        GraphqlClient, GraphqlResponse, HttpResponse, KeySetServer, RedisSubscriber,
        RunningService, SchemaDocument, TokenIssuer,
    },
};
use sender::{Application, Config, LimitArgs};
use serde_json::{Value, json};
use shared_schema::Cursor;

pub use chat_fixture::{ChatFixture, FixturePeople, Position};
pub use people::Person;

/// A database, token keys and any number of senders.
pub struct TestApp {
    pub database: TestDatabase,
    /// The database's owner, who sees and may do everything.
    pub owner: tokio_postgres::Client,
    redis_url: String,
    issuer: TokenIssuer,
    key_server: KeySetServer,
    senders: Vec<RunningService>,
}

impl TestApp {
    /// With one sender and the shared Redis.
    pub async fn new() -> Self {
        Self::with(1, lab_stack::servers::shared().redis_url()).await
    }

    /// With so many senders, and this Redis.
    pub async fn with(senders: usize, redis_url: String) -> Self {
        let database = lab_stack::servers::shared().database().await;
        Self::on(database, senders, redis_url).await
    }

    /// With this database, so many senders, and this Redis.
    pub async fn on(database: TestDatabase, senders: usize, redis_url: String) -> Self {
        let issuer = TokenIssuer::new("test");
        let mut app = Self {
            owner: database.connect_as_owner().await,
            database,
            redis_url,
            key_server: KeySetServer::start(&[&issuer]).await,
            issuer,
            senders: vec![],
        };
        for number in 1..=senders {
            app.start(number).await;
        }
        app
    }

    /// Starts another sender, with this number.
    pub async fn start(&mut self, number: usize) {
        let index = self.start_with(&self.config(number)).await;
        self.until_ready(index).await;
    }

    /// Starts another sender with this configuration, and answers with its index.
    pub async fn start_with(&mut self, config: &Config) -> usize {
        let application = Application::build(config).await.unwrap();
        let sender = RunningService::start(application.port(), |stop| application.run(stop));
        self.senders.push(sender);
        self.senders.len() - 1
    }

    /// The configuration of a sender with this number.
    pub fn config(&self, number: usize) -> Config {
        let mut postgres = PostgresArgs::url(self.database.url_as("antiphon_sender"));
        // Two hundred requests at once on a machine that also compiles: patience is not what is tested.
        postgres.db_acquire_timeout = Duration::from_secs(20);
        postgres.db_lock_timeout = Duration::from_secs(20);
        postgres.db_statement_timeout = Duration::from_secs(20);
        Config {
            listen: ListenArgs {
                instance: number.to_string(),
                ..ListenArgs::default()
            },
            postgres,
            redis: RedisArgs::url(lab_stack::servers::redis_url_as(&self.redis_url, "sender")),
            tokens: TokenArgs {
                jwks_url: self.key_server.url(),
                ..TokenArgs::default()
            },
            drain: DrainArgs::immediate(),
            graphql: GraphqlArgs::development(),
            // Tests write faster than people do.
            limits: LimitArgs::off(),
            rates: RateArgs::off(),
            ..Config::default()
        }
    }

    /// Waits until `/readyz` says yes.
    pub async fn until_ready(&self, sender: usize) {
        self.senders[sender].until_ready().await;
    }

    /// The response to a GET.
    pub async fn get(&self, sender: usize, path: &str) -> HttpResponse {
        self.senders[sender].get(path).await
    }

    /// A number that a sender's `/metrics` shows.
    pub async fn metric(&self, sender: usize, name: &str) -> f64 {
        let value = self.senders[sender].metric(name).await;
        value.unwrap_or_else(|| panic!("no {name}"))
    }

    /// Where a sender's GraphQL is.
    pub fn url(&self, sender: usize) -> String {
        self.senders[sender].url("/graphql")
    }

    /// A client of a sender, as `person` or as nobody.
    fn client(&self, sender: usize, person: Option<&Person>) -> GraphqlClient {
        let client = self.senders[sender].graphql();
        person.map_or(client.clone(), |person| client.with_token(&person.token))
    }

    /// Sends an operation to a sender, as `person` or as nobody.
    pub async fn ask(
        &self,
        sender: usize,
        person: Option<&Person>,
        document: &str,
        variables: Value,
    ) -> GraphqlResponse {
        let client = self.client(sender, person);
        client.send(document, variables).await
    }

    /// Calls one mutation of the first sender.
    pub async fn call(&self, person: &Person, field: &str, input: Value) -> GraphqlResponse {
        self.call_at(0, person, field, input).await
    }

    /// Calls one mutation of a sender.
    pub async fn call_at(
        &self,
        sender: usize,
        person: &Person,
        field: &str,
        input: Value,
    ) -> GraphqlResponse {
        self.call_as(sender, Some(person), field, input).await
    }

    /// Calls one mutation, as `person` or as nobody, and selects everything in its payload.
    pub async fn call_as(
        &self,
        sender: usize,
        person: Option<&Person>,
        field: &str,
        input: Value,
    ) -> GraphqlResponse {
        let variables = json!({ "input": input });
        self.ask(sender, person, &schema().mutation(field), variables)
            .await
    }

    /// Calls a mutation that is safe to retry as a client does: again with the same id while it is UNAVAILABLE, which it
    /// may be on a machine that has too much to do.
    pub async fn insist(
        &self,
        sender: usize,
        person: &Person,
        field: &str,
        input: Value,
    ) -> GraphqlResponse {
        assert!(input["id"].is_string(), "only the id makes a retry safe");
        for _ in 0..20 {
            let answer = self.call_at(sender, person, field, input.clone()).await;
            if answer.outcome() != "UNAVAILABLE" {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{field} stays unavailable");
    }

    /// Calls one mutation of the first sender, as part of this trace.
    pub async fn traced(
        &self,
        trace: &str,
        person: &Person,
        field: &str,
        input: Value,
    ) -> GraphqlResponse {
        let client = self.client(0, Some(person));
        let trace = format!("00-{trace}-00f067aa0ba902b7-01");
        let client = client.with_header("traceparent", &trace);
        client
            .send(&schema().mutation(field), json!({ "input": input }))
            .await
    }

    /// Receives what is published about these feeds.
    pub async fn listen(&self, feeds: &[&str]) -> RedisSubscriber {
        RedisSubscriber::of_feeds(&self.redis_url, feeds).await
    }

    /// Stops a sender as SIGTERM does, and waits for its end.
    pub async fn stop(&mut self, sender: usize) {
        self.senders.remove(sender).stop().await;
    }
}

/// What a cursor in an answer says.
pub fn cursor(value: &Value) -> Cursor {
    value.as_str().unwrap().parse().unwrap()
}

/// The schema, from which the tests that cover all of it take what there is.
pub fn schema() -> &'static SchemaDocument {
    static SCHEMA: LazyLock<SchemaDocument> =
        LazyLock::new(|| SchemaDocument::parse(&sender::schema::sdl()));
    &SCHEMA
}
