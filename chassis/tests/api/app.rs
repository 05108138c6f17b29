//! One running service.

use chassis::{
    ServiceBuilder, StartError,
    config::{DrainArgs, GraphqlArgs, ListenArgs},
    graphql::Endpoint,
    metrics::Metrics,
};
use reqwest::{RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::schema;

pub const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

pub struct App {
    pub base: String,
    pub http: reqwest::Client,
    pub shutdown: CancellationToken,
    pub ended: JoinHandle<Result<(), StartError>>,
}

/// An HTTP answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    pub fn code(&self) -> String {
        let json = self.json();
        let code = &json["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

impl App {
    pub async fn start() -> Self {
        Self::with(GraphqlArgs::development(), |endpoint| endpoint).await
    }

    pub async fn with(args: GraphqlArgs, change: impl FnOnce(Endpoint) -> Endpoint) -> Self {
        let metrics = Metrics::new("test");
        let endpoint = Endpoint::new(schema::build(), &args)
            .operations(metrics.operations())
            .per_request(|request| request.data(schema::Greeting("hello")));
        let service = ServiceBuilder::new("test", &ListenArgs::default(), &DrainArgs::immediate())
            .metrics(metrics)
            .routes(change(endpoint).router());
        Self::of(service).await
    }

    pub async fn of(service: ServiceBuilder) -> Self {
        let bound = service.bind().await.unwrap();
        let base = format!("http://127.0.0.1:{}", bound.port());
        let shutdown = CancellationToken::new();
        let ended = tokio::spawn(bound.run(shutdown.clone()));
        let http = reqwest::Client::new();
        Self {
            base,
            http,
            shutdown,
            ended,
        }
    }

    pub fn url(&self) -> String {
        format!("{}/graphql", self.base)
    }

    pub async fn get(&self, path: &str) -> Answer {
        answer(self.http.get(format!("{}{path}", self.base))).await
    }

    /// A POST of this body, for the newer media type.
    pub fn request(&self, body: &Value) -> RequestBuilder {
        self.http
            .post(self.url())
            .header("accept", GRAPHQL_RESPONSE)
            .json(body)
    }

    pub async fn post(&self, body: Value) -> Answer {
        answer(self.request(&body)).await
    }

    pub async fn query(&self, query: impl Into<String>) -> Answer {
        self.post(json!({ "query": query.into() })).await
    }

    /// Asserts that the document is refused before its execution, and says so to old and new clients.
    pub async fn refuses(&self, body: Value) {
        let answer = self.post(body.clone()).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text);
        assert!(answer.json().get("data").is_none(), "{}", answer.text);
    }

    pub async fn accepts(&self, body: Value) {
        let answer = self.post(body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert!(answer.json().get("errors").is_none(), "{}", answer.text);
    }
}
