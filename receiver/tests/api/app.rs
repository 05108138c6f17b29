//! What every test stands on: a database of its own, people in it, and receivers on free ports.
//!
//! The receiver cannot write, and no service may depend on another: the tests write what `sender` and `users` would,
//! and publish what they would, except where a test wants Redis to lie.

mod fake_publisher;
mod people;
mod seed;
mod socket;

use chassis::{
    config::{DrainArgs, PostgresArgs, RateArgs, RedisArgs},
    rate_limit::Rate,
};
use clap::Parser;
use lab_stack::{
    servers::TestDatabase,
    testing::{GraphqlResponse, HttpResponse, KeySetServer, RunningService, TokenIssuer},
};
use receiver::{Application, Config, LiveArgs};
use serde_json::Value;
use tokio::sync::Mutex;

pub use fake_publisher::FakePublisher;
pub use people::Person;
pub use socket::{Frame, Op, Socket, cursor, kinds, seqs, upgrade};

/// A database, token keys and any number of receivers.
pub struct TestApp {
    pub database: TestDatabase,
    /// The database's owner, who sees and may do everything.
    pub owner: tokio_postgres::Client,
    /// What `sender` would publish with.
    pub publisher: FakePublisher,
    sender: Mutex<tokio_postgres::Client>,
    users: Mutex<tokio_postgres::Client>,
    redis_url: String,
    issuer: TokenIssuer,
    key_server: KeySetServer,
    receivers: Vec<RunningService>,
}

impl TestApp {
    /// With one receiver and the shared Redis.
    pub async fn new() -> Self {
        Self::with(1, LiveArgs::default()).await
    }

    /// With so many receivers with these bounds, and the shared Redis.
    pub async fn with(receivers: usize, live: LiveArgs) -> Self {
        Self::on(receivers, live, lab_stack::servers::shared().redis_url()).await
    }

    /// With so many receivers on this Redis.
    pub async fn on(receivers: usize, live: LiveArgs, redis_url: String) -> Self {
        let mut app = Self::empty(redis_url).await;
        for _ in 0..receivers {
            let config = app.config(live.clone());
            app.start(config).await;
        }
        app
    }

    /// Without a receiver.
    pub async fn empty(redis_url: String) -> Self {
        let database = lab_stack::servers::shared().database().await;
        let issuer = TokenIssuer::new("test");
        Self {
            owner: database.connect_as_owner().await,
            sender: Mutex::new(database.connect_as("antiphon_sender").await),
            users: Mutex::new(database.connect_as("antiphon_users").await),
            database,
            publisher: FakePublisher::new(&redis_url),
            redis_url,
            key_server: KeySetServer::start(&[&issuer]).await,
            issuer,
            receivers: vec![],
        }
    }

    /// Starts one more receiver and waits until it is ready.
    pub async fn start(&mut self, config: Config) {
        let application = Application::build(config).await.unwrap();
        let service = RunningService::start(application.port(), |stop| application.run(stop));
        service.until_ready().await;
        self.receivers.push(service);
    }

    /// The configuration of a receiver with these bounds.
    pub fn config(&self, live: LiveArgs) -> Config {
        let least = [
            "receiver",
            "--port",
            "0",
            "--jwks-url",
            &self.key_server.url(),
        ];
        let mut config = Config::try_parse_from(least).unwrap();
        config.listen.instance = (self.receivers.len() + 1).to_string();
        config.postgres = PostgresArgs::url(self.database.url_as("antiphon_receiver"));
        config.redis = RedisArgs::url(lab_stack::servers::redis_url_as(
            &self.redis_url,
            "receiver",
        ));
        config.drain = DrainArgs::immediate();
        config.live = live;
        // Tests are the load balancer.
        config.proxies.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        // Tests ask faster than people do.
        config.rates = RateArgs::off();
        config.searches.searches_per_user = Rate::OFF;
        config.searches.message_searches_per_user = Rate::OFF;
        config
    }

    /// Where the token keys are published.
    pub fn keys_url(&self) -> String {
        self.key_server.url()
    }

    /// Waits until `/healthz` says this; `degraded` is without Redis, `ok` is with it.
    pub async fn until_health(&self, status: &str) {
        let needle = format!("\"status\":\"{status}\"");
        let receiver = &self.receivers[0];
        receiver
            .until("/healthz", |health| health.text.contains(&needle))
            .await;
    }

    /// The response to a GET.
    pub async fn get(&self, receiver: usize, path: &str) -> HttpResponse {
        self.receivers[receiver].get(path).await
    }

    /// A number that `/metrics` of the first receiver shows.
    pub async fn metric(&self, name: &str) -> f64 {
        let value = self.receivers[0].metric(name).await;
        value.unwrap_or_else(|| panic!("no {name}"))
    }

    /// The port of a receiver.
    pub fn port(&self, receiver: usize) -> u16 {
        self.receivers[receiver].port()
    }

    /// Where a receiver's GraphQL is.
    pub fn url(&self, receiver: usize) -> String {
        self.receivers[receiver].url("/graphql")
    }

    /// Sends a query to the first receiver, as `person` or as nobody.
    pub async fn ask(
        &self,
        person: Option<&Person>,
        document: &str,
        variables: Value,
    ) -> GraphqlResponse {
        self.ask_at(0, person, document, variables).await
    }

    /// Sends a query to a receiver, as `person` or as nobody.
    pub async fn ask_at(
        &self,
        receiver: usize,
        person: Option<&Person>,
        document: &str,
        variables: Value,
    ) -> GraphqlResponse {
        let client = self.receivers[receiver].graphql();
        let client = person.map_or(client.clone(), |person| client.with_token(&person.token));
        client.send(document, variables).await
    }

    /// Opens a socket to the first receiver and signs in.
    pub async fn socket(&self, person: &Person) -> Socket {
        self.socket_to(0, person).await
    }

    /// Opens a socket to a receiver and signs in.
    pub async fn socket_to(&self, receiver: usize, person: &Person) -> Socket {
        Socket::signed_in(self.port(receiver), &person.token).await
    }

    /// Starts one operation on a socket of its own.
    pub async fn follow(&self, person: &Person, document: &str, variables: Value) -> Op {
        self.follow_at(0, person, document, variables).await
    }

    /// Starts one operation on a socket of its own at a receiver.
    pub async fn follow_at(
        &self,
        receiver: usize,
        person: &Person,
        document: &str,
        variables: Value,
    ) -> Op {
        let socket = self.socket_to(receiver, person).await;
        socket.follow(document, variables).await
    }

    /// Asks a receiver to leave, as SIGTERM does.
    pub fn drain(&self, receiver: usize) {
        self.receivers[receiver].drain();
    }

    /// Stops a receiver and waits for its end.
    pub async fn stop(&mut self, receiver: usize) {
        self.receivers.remove(receiver).stop().await;
    }
}
