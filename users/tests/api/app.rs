//! A running service, and a client that speaks to it.

use std::path::PathBuf;

use chassis::{
    config::{
        DrainArgs, GraphqlArgs, ListenArgs, LogArgs, PostgresArgs, ProxyArgs, RateArgs, RedisArgs,
    },
    rate_limit::Rate,
};
use lab_stack::servers::{self, TestDatabase};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};
use users::{Application, Config, LimitArgs, MintArgs};

/// Hard to guess, and of nobody in particular.
pub const PASSWORD: &str = "plover teapot 42";

/// What two instances share: a database, a Redis and a key file.
pub struct Ground {
    pub database: TestDatabase,
    pub redis_url: String,
    keys: TempDir,
}

/// One instance.
pub struct App {
    pub url: String,
    http: Client,
    _stop: DropGuard,
}

impl Ground {
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

    pub async fn start(&self, config: Config) -> App {
        let application = Application::build(config).await.unwrap();
        let stop = CancellationToken::new();
        let url = format!("http://127.0.0.1:{}", application.port());
        tokio::spawn(application.run(stop.clone()));
        App {
            url,
            http: Client::new(),
            _stop: stop.drop_guard(),
        }
    }
}

impl Ground {
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

/// One instance on a ground of its own.
pub async fn app() -> (Ground, App) {
    let ground = Ground::new().await;
    let app = ground.start(ground.config()).await;
    (ground, app)
}

/// The answer to one operation.
pub struct Answer(pub Value);

impl Answer {
    /// The value of the operation's first field, which must not have failed.
    pub fn ok(&self) -> &Value {
        assert!(self.0.get("errors").is_none(), "{}", self.0);
        self.0["data"].as_object().unwrap().values().next().unwrap()
    }

    /// `extensions.code` of the one error.
    pub fn code(&self) -> &str {
        self.error()["extensions"]["code"].as_str().unwrap()
    }

    /// `extensions.field` of the one error, or nothing.
    pub fn field(&self) -> &str {
        self.error()["extensions"]["field"]
            .as_str()
            .unwrap_or_default()
    }

    /// Code and field of the one error.
    pub fn refusal(&self) -> (&str, &str) {
        (self.code(), self.field())
    }

    /// The one error.
    pub fn error(&self) -> &Value {
        let errors = self.0["errors"].as_array();
        let errors = errors.unwrap_or_else(|| panic!("no error: {}", self.0));
        assert_eq!(errors.len(), 1, "{}", self.0);
        assert_reason(&errors[0]);
        &errors[0]
    }
}

/// F5: what a person can mend says why, with a reason that stands in the committed file.
fn assert_reason(error: &Value) {
    let extensions = &error["extensions"];
    let mendable = match extensions["code"].as_str() {
        Some("BAD_USER_INPUT") => extensions["field"].is_string(),
        Some("CONFLICT" | "FORBIDDEN") => true,
        _ => false,
    };
    let reasons: Value =
        serde_json::from_str(include_str!("../../../shared-schema/reasons.json")).unwrap();
    let known = extensions["reason"]
        .as_str()
        .is_some_and(|reason| reasons.get(reason).is_some());
    assert_eq!(known, mendable, "{error}");
}

/// A request that is being put together.
pub struct Call<'a> {
    app: &'a App,
    token: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl App {
    /// As nobody.
    pub fn anonymous(&self) -> Call<'_> {
        Call {
            app: self,
            token: None,
            headers: Vec::new(),
        }
    }

    /// As whoever this token speaks for.
    pub fn with_token(&self, token: &str) -> Call<'_> {
        Call {
            token: Some(token.to_owned()),
            ..self.anonymous()
        }
    }

    /// As this person.
    pub fn as_user(&self, user: &SignedIn) -> Call<'_> {
        self.with_token(&user.access_token)
    }

    /// A new person, with the password [`PASSWORD`].
    pub async fn sign_up(&self, username: &str) -> SignedIn {
        let answer = self.anonymous().register(username).await;
        SignedIn::from(answer.ok())
    }

    /// The person on one more device.
    pub async fn sign_in(&self, login: &str) -> SignedIn {
        let answer = self.anonymous().login(login, PASSWORD).await;
        SignedIn::from(answer.ok())
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }
}

impl Call<'_> {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As if the load balancer had received it from there.
    pub fn from(self, address: &str) -> Self {
        self.header("x-forwarded-for", address)
    }

    pub async fn send(self, query: &str, variables: Value) -> Answer {
        let mut request = self.app.http.post(format!("{}/graphql", self.app.url));
        if let Some(token) = self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let body = json!({ "query": query, "variables": variables });
        Answer(
            request
                .json(&body)
                .send()
                .await
                .unwrap()
                .json()
                .await
                .unwrap(),
        )
    }

    /// `mutation { <field>(input: $input) { <selection> } }`
    pub async fn mutate(self, field: &str, selection: &str, input: Value) -> Answer {
        let kind = field[..1].to_uppercase() + &field[1..];
        let query = format!(
            "mutation($input: {kind}Input!) {{ {field}(input: $input) {{ {selection} }} }}"
        );
        self.send(&query, json!({ "input": input })).await
    }

    pub async fn register(self, username: &str) -> Answer {
        let email = format!("{username}@example.org");
        let input = json!({ "email": email, "username": username, "password": PASSWORD });
        self.mutate("register", SIGN_IN, input).await
    }

    pub async fn login(self, login: &str, password: &str) -> Answer {
        let input = json!({ "login": login, "password": password });
        self.mutate("login", SIGN_IN, input).await
    }

    /// On a device that was given these tokens.
    pub async fn login_on(self, login: &str, password: &str, device_tokens: &[&str]) -> Answer {
        let input = json!({ "login": login, "password": password, "deviceTokens": device_tokens });
        self.mutate("login", SIGN_IN, input).await
    }

    pub async fn refresh(self, refresh_token: &str) -> Answer {
        let input = json!({ "refreshToken": refresh_token });
        self.mutate("refreshSession", SIGN_IN, input).await
    }

    /// With the id of the request, as a client that may have to repeat it.
    pub async fn refresh_as(self, refresh_token: &str, request_id: &str) -> Answer {
        let input = json!({ "refreshToken": refresh_token, "requestId": request_id });
        self.mutate("refreshSession", SIGN_IN, input).await
    }

    pub async fn logout(self) -> Answer {
        self.send("mutation { logout { sessionId } }", json!({}))
            .await
    }

    pub async fn me(self) -> Answer {
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
