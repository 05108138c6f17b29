//! Sends GraphQL operations to one service.

use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::graphql_response::GraphqlResponse;

/// A client of one service's endpoint, as nobody until it is given a token.
#[derive(Clone, Debug)]
pub struct GraphqlClient {
    http: reqwest::Client,
    url: String,
    headers: HeaderMap,
}

impl GraphqlClient {
    /// A client of the endpoint with this address.
    pub fn new(url: impl Into<String>) -> Self {
        Self::over(reqwest::Client::new(), url.into())
    }

    /// A client that shares the connections of another one.
    pub(super) fn over(http: reqwest::Client, url: String) -> Self {
        let headers = HeaderMap::new();
        Self { http, url, headers }
    }

    /// The same client with one more header.
    ///
    /// # Panics
    /// When the value is none that a header may have.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value);
        let value = value.unwrap_or_else(|cause| panic!("{name}: {cause}"));
        let mut client = self.clone();
        client.headers.append(HeaderName::from_static(name), value);
        client
    }

    /// The same client as whoever this token was issued to.
    ///
    /// # Panics
    /// When the token is none that a header may have.
    pub fn with_token(&self, token: &str) -> Self {
        self.with_header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }

    /// A POST of this body, to be changed.
    pub fn request(&self, body: &Value) -> RequestBuilder {
        let request = self.http.post(&self.url).headers(self.headers.clone());
        request.json(body)
    }

    /// Sends one operation.
    ///
    /// # Panics
    /// When there is no GraphQL response.
    pub async fn send(&self, document: &str, variables: Value) -> GraphqlResponse {
        let body = json!({ "query": document, "variables": variables });
        GraphqlResponse::of(self.request(&body)).await
    }

    /// Calls one mutation, and selects this of its payload.
    ///
    /// # Panics
    /// When there is no GraphQL response.
    pub async fn mutate(&self, field: &str, selection: &str, input: Value) -> GraphqlResponse {
        let document = Self::mutation(field, selection);
        self.send(&document, json!({ "input": input })).await
    }

    /// The document that calls a mutation: each takes one `input`, whose type is named after it.
    pub fn mutation(field: &str, selection: &str) -> String {
        let input = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        format!("mutation($input: {input}!) {{ {field}(input: $input) {{ {selection} }} }}")
    }
}
