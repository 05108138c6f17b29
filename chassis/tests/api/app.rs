//! One running service.

use chassis::{
    ServiceBuilder,
    config::{DrainArgs, GraphqlArgs, ListenArgs},
    graphql::Endpoint,
    metrics::Metrics,
};
use lab_stack::testing::{GraphqlClient, GraphqlResponse, HttpResponse, RunningService};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::schema;

pub const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

pub struct TestApp {
    pub service: RunningService,
    /// Sends what no GraphQL client sends.
    pub http: reqwest::Client,
    /// Asks for the newer media type.
    graphql: GraphqlClient,
}

impl TestApp {
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
        let service = RunningService::start(bound.port(), |shutdown| bound.run(shutdown));
        Self {
            http: reqwest::Client::new(),
            graphql: service.graphql().with_header("accept", GRAPHQL_RESPONSE),
            service,
        }
    }

    /// The address of the endpoint.
    pub fn url(&self) -> String {
        self.service.url("/graphql")
    }

    pub async fn get(&self, path: &str) -> HttpResponse {
        self.service.get(path).await
    }

    /// A POST of this body, for the newer media type.
    pub fn request(&self, body: &Value) -> RequestBuilder {
        self.graphql.request(body)
    }

    pub async fn post(&self, body: Value) -> GraphqlResponse {
        GraphqlResponse::of(self.request(&body)).await
    }

    pub async fn query(&self, query: impl Into<String>) -> GraphqlResponse {
        self.post(json!({ "query": query.into() })).await
    }

    /// Asserts that the document is refused before its execution, and says so to old and new clients.
    pub async fn refuses(&self, body: Value) {
        let response = self.post(body).await;
        assert_eq!(response.status, 400, "{}", response.text);
        assert_eq!(response.code(), "BAD_USER_INPUT", "{}", response.text);
        assert!(response.body().get("data").is_none(), "{}", response.text);
    }

    pub async fn accepts(&self, body: Value) {
        let response = self.post(body).await;
        assert_eq!(response.status, 200, "{}", response.text);
        response.ok();
    }
}
