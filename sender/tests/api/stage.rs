//! What every test stands on: a database of its own, people in it, and senders on free ports.

mod answer;
mod ears;
mod keys;
mod people;
mod records;
mod scene;

use std::time::Duration;

use chassis::config::{
    DrainArgs, GraphqlArgs, ListenArgs, PostgresArgs, RateArgs, RedisArgs, TokenArgs,
};
use lab_stack::servers::TestDatabase;
use sender::{Application, Config, LimitArgs};
use serde_json::{Value, json};
use shared_schema::Cursor;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use answer::Answer;
pub use ears::Ears;
pub use keys::Keys;
pub use people::Person;
pub use records::Record;
pub use scene::{Cast, Scene, input};

/// One sender of a stage.
struct Running {
    url: String,
    shutdown: CancellationToken,
    ended: JoinHandle<()>,
}

/// A database, token keys and any number of senders.
pub struct Stage {
    pub database: TestDatabase,
    /// The database's owner, who sees and may do everything.
    pub owner: tokio_postgres::Client,
    redis_url: String,
    keys: Keys,
    client: reqwest::Client,
    senders: Vec<Running>,
}

impl Stage {
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
        let mut stage = Self {
            owner: database.connect_as_owner().await,
            database,
            redis_url,
            keys: Keys::serve().await,
            client: reqwest::Client::new(),
            senders: vec![],
        };
        for number in 1..=senders {
            stage.start(number).await;
        }
        stage
    }

    /// Starts another sender, with this number.
    pub async fn start(&mut self, number: usize) {
        let index = self.start_with(&self.config(number)).await;
        self.until_ready(index).await;
    }

    /// Starts another sender with this configuration, and answers with its index.
    pub async fn start_with(&mut self, config: &Config) -> usize {
        let application = Application::build(config).await.unwrap();
        let origin = format!("http://127.0.0.1:{}", application.port());
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let ended = tokio::spawn(async move { application.run(stop).await.unwrap() });
        self.senders.push(Running {
            url: origin,
            shutdown,
            ended,
        });
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
                jwks_url: self.keys.url(),
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
        for _ in 0..200 {
            if self.get(sender, "/readyz").await.0 == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!(
            "the sender is not ready: {:?}",
            self.get(sender, "/readyz").await
        );
    }

    /// Status and body of a GET.
    pub async fn get(&self, sender: usize, path: &str) -> (u16, String) {
        let url = format!("{}{path}", self.senders[sender].url);
        let response = self.client.get(url).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Where a sender's GraphQL is.
    pub fn url(&self, sender: usize) -> String {
        format!("{}/graphql", self.senders[sender].url)
    }

    /// Sends an operation to a sender, as `person` or as nobody.
    pub async fn ask(
        &self,
        sender: usize,
        person: Option<&Person>,
        document: &str,
        variables: Value,
    ) -> Answer {
        let body = json!({ "query": document, "variables": variables });
        let mut request = self.client.post(self.url(sender)).json(&body);
        if let Some(person) = person {
            request = request.bearer_auth(&person.token);
        }
        let response = request.send().await.unwrap();
        Answer::new(response.json().await.unwrap())
    }

    /// Calls one mutation of the first sender.
    pub async fn call(&self, person: &Person, field: &str, input: Value) -> Answer {
        self.call_at(0, person, field, input).await
    }

    /// Calls one mutation and selects everything in its payload.
    pub async fn call_at(
        &self,
        sender: usize,
        person: &Person,
        field: &str,
        input: Value,
    ) -> Answer {
        let document = document(field);
        self.ask(sender, Some(person), &document, json!({ "input": input }))
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
    ) -> Answer {
        assert!(input["id"].is_string(), "only the id makes a retry safe");
        for _ in 0..20 {
            let answer = self.call_at(sender, person, field, input.clone()).await;
            if answer.verdict() != "UNAVAILABLE" {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{field} stays unavailable");
    }

    /// Calls one mutation of the first sender, as part of this trace.
    pub async fn traced(&self, trace: &str, person: &Person, field: &str, input: Value) -> Answer {
        let body = json!({ "query": document(field), "variables": { "input": input } });
        let request = self.client.post(self.url(0)).bearer_auth(&person.token);
        let request = request.header("traceparent", format!("00-{trace}-00f067aa0ba902b7-01"));
        let response = request.json(&body).send().await.unwrap();
        Answer::new(response.json().await.unwrap())
    }

    /// The names of the root fields of the schema, as a client is told them: `mutationType` or `queryType`.
    pub async fn root_fields(&self, of: &str) -> Vec<String> {
        let document = format!("{{ __schema {{ {of} {{ fields {{ name }} }} }} }}");
        let schema = self.ask(0, None, &document, json!({})).await.ok();
        let fields = schema[of]["fields"].as_array().unwrap();
        let name = |field: &Value| field["name"].as_str().unwrap().to_owned();
        fields.iter().map(name).collect()
    }

    /// Hears what is published about these feeds.
    pub async fn listen(&self, feeds: &[&str]) -> Ears {
        Ears::open(&self.redis_url, feeds).await
    }

    /// Stops a sender as SIGTERM does, and waits for its end.
    pub async fn stop(&mut self, sender: usize) {
        let running = self.senders.remove(sender);
        running.shutdown.cancel();
        running.ended.await.unwrap();
    }
}

/// What a cursor in an answer says.
pub fn cursor(value: &Value) -> Cursor {
    value.as_str().unwrap().parse().unwrap()
}

const CHAT: &str =
    "id kind name description participantCount messageCount lastMessageAt createdAt createdBy";
const PARTICIPANT: &str = "chatId userId role lastReadNumber joinedNumber joinedAt";
const MESSAGE: &str = "id chatId number seq revision senderId senderUsername content replyToId createdAt editedAt removedAt cursor";

/// The document that calls a mutation and asks for everything.
pub fn document(field: &str) -> String {
    let payload = match field {
        "createChat" => format!("chat {{ {CHAT} }} participants {{ {PARTICIPANT} }} cursor"),
        "updateChat" => format!("chat {{ {CHAT} }} cursor"),
        "removeChat" => "chatId cursor".into(),
        "joinChat" => format!("chat {{ {CHAT} }} participant {{ {PARTICIPANT} }} cursor"),
        "leaveChat" => "chatId".into(),
        "addParticipant" | "changeParticipantRole" => {
            format!("participant {{ {PARTICIPANT} }} cursor")
        }
        "addParticipants" => format!("participants {{ {PARTICIPANT} }} cursor"),
        "removeParticipant" => "chatId userId cursor".into(),
        "createMessage" | "updateMessage" | "removeMessage" => {
            format!("message {{ {MESSAGE} }} cursor")
        }
        "markAsRead" => format!("participant {{ {PARTICIPANT} }} unreadCount cursor"),
        "setTyping" => "chatId until".into(),
        other => panic!("{other} needs a row here"),
    };
    let input = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
    format!("mutation Call($input: {input}!) {{ {field}(input: $input) {{ {payload} }} }}")
}
