//! A running service, and a client that speaks to it.

use std::path::PathBuf;

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
    },
    rate_limit::Rate,
};
use lab_stack::{
    servers::{self, TestDatabase},
    testing::{GraphqlClient, GraphqlResponse, HttpResponse, RunningService},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use users::{Application, Config, LimitArgs, MintArgs};

/// Hard to guess, and of nobody in particular.
pub const PASSWORD: &str = "plover teapot 42";

/// What two instances share: a database, a Redis and a key file.
pub struct TestEnvironment {
    pub database: TestDatabase,
    pub redis_url: String,
    keys: TempDir,
}

/// One instance.
pub struct TestApp {
    pub service: RunningService,
    graphql: GraphqlClient,
}

impl TestEnvironment {
    pub async fn new() -> Self {
        Self::with_redis(servers::shared().redis_url()).await
    }

    pub async fn with_redis(redis_url: String) -> Self {
        Self {
            database: servers::shared().database().await,
            redis_url,
            keys: TempDir::new().unwrap(),
        }
    }

    /// What an instance here is configured with, unless a test changes it: limits that no other test can reach.
    pub fn config(&self) -> Config {
        Config {
            listen: ListenArgs::default(),
            postgres: PostgresArgs::url(self.database.url_as("antiphon_users")),
            redis: RedisArgs::url(servers::redis_url_as(&self.redis_url, "users")),
            tokens: MintArgs::key_file(self.keys.path().join("signing.pem")),
            limits: LimitArgs {
                logins_per_account: 0,
                logins_per_address: 0,
                registrations_per_address: 0,
                username_changes_per_user: 0,
                searches_per_user: Rate::OFF,
            },
            rates: RateArgs::off(),
            // Tests are the load balancer.
            proxies: ProxyArgs {
                trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            },
            graphql: GraphqlArgs::default(),
            log: LogArgs::default(),
            drain: DrainArgs::immediate(),
        }
    }

    pub async fn start(&self, config: Config) -> TestApp {
        let application = Application::build(config).await.unwrap();
        let service = RunningService::start(application.port(), |stop| application.run(stop));
        TestApp {
            graphql: service.graphql(),
            service,
        }
    }
}

impl TestEnvironment {
    /// Changes what no operation can: the past.
    pub async fn execute(&self, statement: &str) {
        self.database
            .connect_as_owner()
            .await
            .batch_execute(statement)
            .await
            .unwrap();
    }

    /// The number that this query finds.
    pub async fn count(&self, query: &str) -> i64 {
        let owner = self.database.connect_as_owner().await;
        owner.query_one(query, &[]).await.unwrap().get(0)
    }

    /// A place for further key files.
    pub fn key_file(&self, name: &str) -> PathBuf {
        self.keys.path().join(name)
    }
}

/// One instance in an environment of its own.
pub async fn app() -> (TestEnvironment, TestApp) {
    let environment = TestEnvironment::new().await;
    let app = environment.start(environment.config()).await;
    (environment, app)
}

/// Calls operations as one person, or as nobody.
pub struct AccountClient(GraphqlClient);

impl TestApp {
    /// As nobody.
    pub fn anonymous(&self) -> AccountClient {
        AccountClient(self.graphql.clone())
    }

    /// As whoever this token speaks for.
    pub fn with_token(&self, token: &str) -> AccountClient {
        AccountClient(self.graphql.with_token(token))
    }

    /// As this person.
    pub fn as_user(&self, user: &SignedIn) -> AccountClient {
        self.with_token(&user.access_token)
    }

    /// A new person, with the password [`PASSWORD`].
    pub async fn sign_up(&self, username: &str) -> SignedIn {
        let answer = self.anonymous().register(username).await;
        SignedIn::from(answer.payload())
    }

    /// The person on one more device.
    pub async fn sign_in(&self, login: &str) -> SignedIn {
        let answer = self.anonymous().login(login, PASSWORD).await;
        SignedIn::from(answer.payload())
    }

    pub async fn get(&self, path: &str) -> HttpResponse {
        self.service.get(path).await
    }
}

impl AccountClient {
    pub fn header(self, name: &'static str, value: &str) -> Self {
        Self(self.0.with_header(name, value))
    }

    /// As if the load balancer had received it from there.
    pub fn from(self, address: &str) -> Self {
        self.header("x-forwarded-for", address)
    }

    pub async fn send(self, document: &str, variables: Value) -> GraphqlResponse {
        self.0.send(document, variables).await
    }

    /// Calls one mutation, and selects this of its payload.
    pub async fn mutate(self, field: &str, selection: &str, input: Value) -> GraphqlResponse {
        self.0.mutate(field, selection, input).await
    }

    pub async fn register(self, username: &str) -> GraphqlResponse {
        let email = format!("{username}@example.org");
        let input = json!({ "email": email, "username": username, "password": PASSWORD });
        self.mutate("register", SIGN_IN, input).await
    }

    pub async fn login(self, login: &str, password: &str) -> GraphqlResponse {
        let input = json!({ "login": login, "password": password });
        self.mutate("login", SIGN_IN, input).await
    }

    /// On a device that was given these tokens.
    pub async fn login_on(
        self,
        login: &str,
        password: &str,
        device_tokens: &[&str],
    ) -> GraphqlResponse {
        let input = json!({ "login": login, "password": password, "deviceTokens": device_tokens });
        self.mutate("login", SIGN_IN, input).await
    }

    pub async fn refresh(self, refresh_token: &str) -> GraphqlResponse {
        let input = json!({ "refreshToken": refresh_token });
        self.mutate("refreshSession", SIGN_IN, input).await
    }

    /// With the id of the request, as a client that may have to repeat it.
    pub async fn refresh_as(self, refresh_token: &str, request_id: &str) -> GraphqlResponse {
        let input = json!({ "refreshToken": refresh_token, "requestId": request_id });
        self.mutate("refreshSession", SIGN_IN, input).await
    }

    pub async fn logout(self) -> GraphqlResponse {
        self.send("mutation { logout { sessionId } }", json!({}))
            .await
    }

    pub async fn me(self) -> GraphqlResponse {
        self.send(
            "{ me { user { id username displayName about createdAt } email version } }",
            json!({}),
        )
        .await
    }
}

/// All of a `SignInPayload`.
pub const SIGN_IN: &str = "
    accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt deviceToken
    session { id userAgent createdAt lastUsedAt current }
    account { user { id username displayName about createdAt } email version }";

/// What a device knows after it signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub access_token: String,
    pub refresh_token: String,
    pub device_token: String,
    pub session_id: String,
    pub user_id: String,
    pub username: String,
}

impl From<&Value> for SignedIn {
    fn from(payload: &Value) -> Self {
        let text = |pointer| {
            payload
                .pointer(pointer)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        };
        Self {
            access_token: text("/accessToken"),
            refresh_token: text("/refreshToken"),
            device_token: text("/deviceToken"),
            session_id: text("/session/id"),
            user_id: text("/account/user/id"),
            username: text("/account/user/username"),
        }
    }
}
