//! A signed-in user: keeps its tokens fresh and repeats its requests.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;
use uuid::Uuid;

use lab_stack::client::{Refusal, Visitor};
use lab_stack::stack::Service;

/// Age from which tokens are refreshed. They are valid for ten minutes.
const TOKEN_REFRESH_AGE: Duration = Duration::from_secs(420);

/// Minimum time between two attempts to refresh the tokens.
const MIN_REFRESH_INTERVAL: Duration = Duration::from_secs(2);

/// Timeout of one attempt: longer than the services take if a dependency is missing.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(8);

/// How long a client repeats a request before the outcome counts as unknown.
pub const RETRY_TIMEOUT: Duration = Duration::from_secs(90);

const PASSWORD: &str = "the quick brown fox sings";

const SESSION_FIELDS: &str = "accessToken refreshToken session { id } account { user { id } }";

/// One session of one user.
#[derive(Debug)]
pub struct TestUser {
    /// The name of the user in the history.
    pub name: String,
    /// The user.
    pub user_id: Uuid,
    /// The session.
    pub session_id: Uuid,
    login: String,
    visitor: Visitor,
    tokens: Mutex<Tokens>,
}

#[derive(Debug)]
struct Tokens {
    access: String,
    refresh: String,
    since: Instant,
    tried: Instant,
}

impl TestUser {
    /// Registers a new user.
    pub async fn register(base: &str, name: &str) -> Result<TestUser, Refusal> {
        let visitor = Visitor::with_timeout(base, Duration::from_secs(20));
        let unique = Uuid::now_v7().simple().to_string();
        let login = format!("{}_{}", name.to_lowercase(), &unique[16..]);
        let input = json!({
            "email": format!("{login}@example.org"), "username": login, "password": PASSWORD,
        });
        let document = format!(
            "mutation ($input: RegisterInput!) {{ register(input: $input) {{ {SESSION_FIELDS} }} }}"
        );
        let data = visitor
            .ask(Service::Users, &document, json!({ "input": input }), None)
            .await?;
        TestUser::signed_in(base, name, login, &data["register"])
    }

    /// Signs the same user in again, as on another device.
    pub async fn another_session(&self, base: &str) -> Result<TestUser, Refusal> {
        let document = format!(
            "mutation ($input: LoginInput!) {{ login(input: $input) {{ {SESSION_FIELDS} }} }}"
        );
        let input = json!({ "login": self.login, "password": PASSWORD });
        let data = self
            .visitor
            .ask(Service::Users, &document, json!({ "input": input }), None)
            .await?;
        TestUser::signed_in(base, &self.name, self.login.clone(), &data["login"])
    }

    fn signed_in(
        base: &str,
        name: &str,
        login: String,
        payload: &Value,
    ) -> Result<TestUser, Refusal> {
        let id = |pointer: &str| {
            let text = payload.pointer(pointer).and_then(Value::as_str);
            text.and_then(|text| text.parse().ok())
                .ok_or_else(|| Refusal::Unanswered(format!("no {pointer} in {payload}")))
        };
        let now = Instant::now();
        Ok(TestUser {
            name: name.to_owned(),
            user_id: id("/account/user/id")?,
            session_id: id("/session/id")?,
            login,
            visitor: Visitor::with_timeout(base, REQUEST_TIMEOUT),
            tokens: Mutex::new(Tokens {
                access: text(&payload["accessToken"]),
                refresh: text(&payload["refreshToken"]),
                since: now,
                tried: now,
            }),
        })
    }

    /// The name by which others mention the user.
    pub fn username(&self) -> &str {
        &self.login
    }

    /// An access token, refreshed in time.
    pub async fn token(&self) -> String {
        let mut tokens = self.tokens.lock().await;
        if tokens.since.elapsed() > TOKEN_REFRESH_AGE
            && tokens.tried.elapsed() > MIN_REFRESH_INTERVAL
        {
            self.refresh(&mut tokens).await;
        }
        tokens.access.clone()
    }

    /// Refreshes the tokens after one was refused, unless that was tried just now.
    pub async fn renew_token(&self) {
        let mut tokens = self.tokens.lock().await;
        if tokens.tried.elapsed() > MIN_REFRESH_INTERVAL {
            self.refresh(&mut tokens).await;
        }
    }

    async fn refresh(&self, tokens: &mut Tokens) {
        tokens.tried = Instant::now();
        let document = "mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) {
            accessToken refreshToken } }";
        let input = json!({ "refreshToken": tokens.refresh });
        let answer = self
            .visitor
            .ask(Service::Users, document, json!({ "input": input }), None)
            .await;
        // Without an answer the old tokens stay: the refresh may be repeated.
        if let Ok(data) = answer {
            tokens.access = text(&data["refreshSession"]["accessToken"]);
            tokens.refresh = text(&data["refreshSession"]["refreshToken"]);
            tokens.since = Instant::now();
        }
    }

    /// Sends a request once.
    pub async fn ask(
        &self,
        service: Service,
        document: &str,
        variables: Value,
    ) -> Result<Value, Refusal> {
        let token = self.token().await;
        self.visitor
            .ask(service, document, variables, Some(&token))
            .await
    }

    /// Repeats a query until it succeeds, is finally refused, or time is up.
    pub async fn query(&self, document: &str, variables: Value) -> Result<Value, Refusal> {
        let deadline = Instant::now() + RETRY_TIMEOUT;
        let mut backoff = Backoff::default();
        loop {
            let refusal = match self
                .ask(Service::Receiver, document, variables.clone())
                .await
            {
                Ok(data) => return Ok(data),
                Err(refusal) => refusal,
            };
            if !is_retryable(&refusal) || Instant::now() > deadline {
                return Err(refusal);
            }
            if refusal.code() == Some("UNAUTHENTICATED") {
                self.renew_token().await;
            }
            backoff.wait(&refusal).await;
        }
    }
}

/// Whether the same request may succeed later. `UNAUTHENTICATED` counts because a token may have expired, or the instance's
/// clock may be wrong.
pub fn is_retryable(refusal: &Refusal) -> bool {
    match refusal.code() {
        None => true,
        Some(code) => [
            "UNAVAILABLE",
            "RATE_LIMITED",
            "INTERNAL",
            "UNAUTHENTICATED",
            "(no code)",
        ]
        .contains(&code),
    }
}

/// Exponential backoff with full jitter.
#[derive(Debug)]
pub struct Backoff {
    ceiling: u64,
    max: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff::between(50, 1_000)
    }
}

impl Backoff {
    /// Starts at `first` milliseconds and doubles up to `max`.
    pub fn between(first: u64, max: u64) -> Backoff {
        Backoff {
            ceiling: first,
            max,
        }
    }

    /// Waits for a random part of the current ceiling, and doubles it.
    pub async fn wait(&mut self, refusal: &Refusal) {
        let advised_ms = match refusal {
            Refusal::Refused { retry_after_ms, .. } => retry_after_ms.unwrap_or(0),
            Refusal::Unanswered(_) => 0,
        };
        self.wait_at_least(advised_ms.min(self.max)).await;
    }

    /// The same, plus a minimum in milliseconds.
    pub async fn wait_at_least(&mut self, floor_ms: u64) {
        // The jitter need not come from the seed.
        let random = u64::from_be_bytes([0, 0, 0, 0, 0, 0, 0, Uuid::now_v7().as_bytes()[15]]);
        let jitter = self.ceiling * (random + 1) / 256;
        self.ceiling = (self.ceiling * 2).min(self.max);
        tokio::time::sleep(Duration::from_millis(floor_ms + jitter)).await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
