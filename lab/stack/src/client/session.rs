//! A user of the application before and after signing in, and their requests.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::refusal::Refusal;
use super::socket::{Socket, SocketEnd};
use crate::stack::Service;

/// How long [`Client::ask_with_retries`] repeats a request.
const RETRY_TIMEOUT: Duration = Duration::from_secs(60);

/// A user who is not signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    base: String,
    pin: Option<u8>,
    http: reqwest::Client,
}

/// A user who is signed in.
#[derive(Clone, Debug)]
pub struct Client {
    visitor: Visitor,
    token: String,
    user_id: Uuid,
    username: String,
}

impl Visitor {
    /// A visitor of the application at `base`, such as `http://localhost:8080`.
    ///
    /// # Panics
    /// If no HTTP client can be created.
    pub fn new(base: &str) -> Visitor {
        Visitor::with_timeout(base, Duration::from_secs(20))
    }

    /// A visitor whose requests have this timeout.
    ///
    /// # Panics
    /// If no HTTP client can be created.
    pub fn with_timeout(base: &str, timeout: Duration) -> Visitor {
        let http = reqwest::Client::builder()
            .timeout(timeout)
            .no_proxy()
            .build()
            .unwrap_or_else(|cause| panic!("no HTTP client: {cause}"));
        Visitor {
            base: base.trim_end_matches('/').to_owned(),
            pin: None,
            http,
        }
    }

    /// The same visitor, pinned to instance 1 or 2 of all services.
    pub fn pinned(&self, instance: u8) -> Visitor {
        Visitor {
            pin: Some(instance),
            ..self.clone()
        }
    }

    /// Registers and signs in. If the account already exists with this password, as after an attempt whose answer was lost,
    /// only signs in.
    pub async fn register(&self, username: &str, password: &str) -> Result<Client, Refusal> {
        self.register_as(username, username, password).await
    }

    /// The same, with a display name.
    pub async fn register_as(
        &self,
        username: &str,
        display_name: &str,
        password: &str,
    ) -> Result<Client, Refusal> {
        let document = "mutation ($input: RegisterInput!) { register(input: $input) {
            accessToken account { user { id username } } } }";
        let input = json!({
            "email": format!("{username}@example.org"), "username": username, "password": password,
            "displayName": display_name,
        });
        let variables = json!({ "input": input });
        match self
            .ask_with_retries(Service::Users, document, variables, None)
            .await
        {
            Ok(data) => self.signed_in(&data["register"]),
            Err(refusal) if refusal.code() == Some("CONFLICT") => {
                self.sign_in(username, password).await.map_err(|_| refusal)
            }
            Err(refusal) => Err(refusal),
        }
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<Client, Refusal> {
        let document = "mutation ($input: LoginInput!) { login(input: $input) {
            accessToken account { user { id username } } } }";
        let input = json!({ "login": login, "password": password });
        let data = self
            .ask(Service::Users, document, json!({ "input": input }), None)
            .await?;
        self.signed_in(&data["login"])
    }

    fn signed_in(&self, payload: &Value) -> Result<Client, Refusal> {
        let text = |pointer: &str| {
            let value = payload.pointer(pointer).and_then(Value::as_str);
            value.ok_or_else(|| Refusal::Unanswered(format!("no {pointer} in {payload}")))
        };
        let user_id = text("/account/user/id")?;
        Ok(Client {
            visitor: self.clone(),
            token: text("/accessToken")?.to_owned(),
            user_id: user_id
                .parse()
                .map_err(|_| Refusal::Unanswered(format!("{user_id} is no id")))?,
            username: text("/account/user/username")?.to_owned(),
        })
    }

    /// Sends one operation once and returns `data`.
    pub async fn ask(
        &self,
        service: Service,
        document: &str,
        variables: Value,
        token: Option<&str>,
    ) -> Result<Value, Refusal> {
        let url = format!("{}/{}/graphql", self.base, service.name());
        let mut request = self
            .http
            .post(url)
            .json(&json!({ "query": document, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(pin) = self.pin {
            request = request.header("x-antiphon-instance", pin.to_string());
        }
        let unanswered = |cause: reqwest::Error| Refusal::Unanswered(format!("{cause:?}"));
        let answer = request.send().await.map_err(unanswered)?;
        let mut body: Value = answer.json().await.map_err(unanswered)?;
        match body["errors"].get(0) {
            Some(error) => Err(Refusal::Refused {
                code: error["extensions"]["code"]
                    .as_str()
                    .unwrap_or("(no code)")
                    .to_owned(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
                retry_after_ms: error["extensions"]["retryAfterMs"].as_u64(),
            }),
            None => Ok(body["data"].take()),
        }
    }

    /// Repeats an operation until it succeeds, is finally refused, or a minute has passed.
    pub async fn ask_with_retries(
        &self,
        service: Service,
        document: &str,
        variables: Value,
        token: Option<&str>,
    ) -> Result<Value, Refusal> {
        let deadline = tokio::time::Instant::now() + RETRY_TIMEOUT;
        let mut backoff_ms = 50;
        loop {
            let refusal = match self.ask(service, document, variables.clone(), token).await {
                Ok(data) => return Ok(data),
                Err(refusal) if !refusal.is_retryable() => return Err(refusal),
                Err(refusal) => refusal,
            };
            if tokio::time::Instant::now() >= deadline {
                return Err(refusal);
            }
            let advised_ms = match &refusal {
                Refusal::Refused { retry_after_ms, .. } => retry_after_ms.unwrap_or(0),
                Refusal::Unanswered(_) => 0,
            };
            tokio::time::sleep(Duration::from_millis(advised_ms.max(backoff_ms))).await;
            backoff_ms = (backoff_ms * 2).min(1_000);
        }
    }
}

impl Client {
    /// The caller's user id.
    pub fn user_id(&self) -> Uuid {
        self.user_id
    }

    /// The caller's username.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The same user with another access token.
    pub fn with_token(&self, token: &str) -> Client {
        Client {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// The same session, pinned to instance 1 or 2 of all services.
    pub fn pinned(&self, instance: u8) -> Client {
        Client {
            visitor: self.visitor.pinned(instance),
            ..self.clone()
        }
    }

    /// Sends one operation once and returns `data`.
    pub async fn ask(
        &self,
        service: Service,
        document: &str,
        variables: Value,
    ) -> Result<Value, Refusal> {
        self.visitor
            .ask(service, document, variables, Some(&self.token))
            .await
    }

    /// Repeats an operation until it succeeds, is finally refused, or a minute has passed.
    pub async fn ask_with_retries(
        &self,
        service: Service,
        document: &str,
        variables: Value,
    ) -> Result<Value, Refusal> {
        self.visitor
            .ask_with_retries(service, document, variables, Some(&self.token))
            .await
    }

    /// Opens a WebSocket to a receiver.
    pub async fn socket(&self) -> Result<Socket, SocketEnd> {
        let base = self.visitor.base.replacen("http", "ws", 1);
        let pin = self
            .visitor
            .pin
            .map(|pin| format!("?instance={pin}"))
            .unwrap_or_default();
        Socket::open(&format!("{base}/receiver/graphql{pin}"), &self.token).await
    }
}
