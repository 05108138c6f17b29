//! What every test stands on: a database of its own, people in it, and receivers on free ports.
//!
//! The receiver cannot write, and no service may depend on another: the tests write what `sender` and `users` would,
//! and publish what they would, except where a test wants Redis to lie.

mod answer;
mod keys;
mod people;
mod socket;
mod voice;
mod writing;

use std::time::Duration;

use chassis::{
    config::{DrainArgs, PostgresArgs, RateArgs, RedisArgs},
    rate_limit::Rate,
};
use clap::Parser;
use lab_stack::servers::TestDatabase;
use receiver::{Application, Config, LiveArgs};
use serde_json::{Value, json};
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub use answer::Answer;
pub use keys::Keys;
pub use people::Person;
pub use socket::{Frame, Op, Socket, cursor, kinds, seqs, upgrade};
pub use voice::Voice;

/// One receiver of a stage.
struct Running {
    port: u16,
    shutdown: CancellationToken,
    ended: JoinHandle<()>,
}

/// A database, token keys and any number of receivers.
pub struct Stage {
    pub database: TestDatabase,
    /// The database's owner, who sees and may do everything.
    pub owner: tokio_postgres::Client,
    /// What `sender` would publish with.
    pub voice: Voice,
    sender: Mutex<tokio_postgres::Client>,
    users: Mutex<tokio_postgres::Client>,
    redis_url: String,
    keys: Keys,
    client: reqwest::Client,
    receivers: Vec<Running>,
}

impl Stage {
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
        let mut stage = Self::empty(redis_url).await;
        for _ in 0..receivers {
            let config = stage.config(live.clone());
            stage.start(config).await;
        }
        stage
    }

    /// Without a receiver.
    pub async fn empty(redis_url: String) -> Self {
        let database = lab_stack::servers::shared().database().await;
        Self {
            owner: database.connect_as_owner().await,
            sender: Mutex::new(database.connect_as("antiphon_sender").await),
            users: Mutex::new(database.connect_as("antiphon_users").await),
            database,
            voice: Voice::new(&redis_url),
            redis_url,
            keys: Keys::serve().await,
            client: reqwest::Client::new(),
            receivers: vec![],
        }
    }

    /// Starts one more receiver and waits until it is ready.
    pub async fn start(&mut self, config: Config) {
        let application = Application::build(config).await.unwrap();
        let port = application.port();
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let ended = tokio::spawn(async move { application.run(stop).await.unwrap() });
        self.receivers.push(Running {
            port,
            shutdown,
            ended,
        });
        self.until_ready(self.receivers.len() - 1).await;
    }

    /// The configuration of a receiver with these bounds.
    pub fn config(&self, live: LiveArgs) -> Config {
        let least = ["receiver", "--port", "0", "--jwks-url", &self.keys.url()];
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
        config
    }

    /// Where the token keys are published.
    pub fn keys_url(&self) -> String {
        self.keys.url()
    }

    /// Waits until `/healthz` says this; `degraded` is without Redis, `ok` is with it.
    pub async fn until_health(&self, status: &str) {
        let needle = format!("\"status\":\"{status}\"");
        for _ in 0..500 {
            if self.get(0, "/healthz").await.1.contains(&needle) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not {status}: {:?}", self.get(0, "/healthz").await);
    }

    async fn until_ready(&self, receiver: usize) {
        for _ in 0..500 {
            if self.get(receiver, "/readyz").await.0 == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not ready: {:?}", self.get(receiver, "/readyz").await);
    }

    /// Status and body of a GET.
    pub async fn get(&self, receiver: usize, path: &str) -> (u16, String) {
        let url = format!("http://127.0.0.1:{}{path}", self.receivers[receiver].port);
        let response = self.client.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// A number that `/metrics` of the first receiver shows.
    pub async fn metric(&self, name: &str) -> f64 {
        let (_, text) = self.get(0, "/metrics").await;
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {text}"))
    }

    /// The port of a receiver.
    pub fn port(&self, receiver: usize) -> u16 {
        self.receivers[receiver].port
    }

    /// Where a receiver's GraphQL is.
    pub fn url(&self, receiver: usize) -> String {
        format!("http://127.0.0.1:{}/graphql", self.receivers[receiver].port)
    }

    /// Sends a query to the first receiver, as `person` or as nobody.
    pub async fn ask(&self, person: Option<&Person>, document: &str, variables: Value) -> Answer {
        self.ask_at(0, person, document, variables).await
    }

    /// Sends a query to a receiver, as `person` or as nobody.
    pub async fn ask_at(
        &self,
        receiver: usize,
        person: Option<&Person>,
        document: &str,
        variables: Value,
    ) -> Answer {
        let body = json!({ "query": document, "variables": variables });
        let mut request = self.client.post(self.url(receiver)).json(&body);
        if let Some(person) = person {
            request = request.bearer_auth(&person.token);
        }
        let response = request.send().await.unwrap();
        Answer::new(response.json().await.unwrap())
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
        self.receivers[receiver].shutdown.cancel();
    }

    /// Stops a receiver and waits for its end.
    pub async fn stop(&mut self, receiver: usize) {
        let running = self.receivers.remove(receiver);
        running.shutdown.cancel();
        running.ended.await.unwrap();
    }
}
