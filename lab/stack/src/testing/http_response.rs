//! An HTTP response, read whole.

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

/// An HTTP response, read whole.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl HttpResponse {
    /// Sends a request and reads its response.
    ///
    /// # Panics
    /// When there is no response.
    pub async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await;
        let response = response.unwrap_or_else(|cause| panic!("no response: {cause:?}"));
        Self {
            status: response.status(),
            headers: response.headers().clone(),
            text: response
                .text()
                .await
                .unwrap_or_else(|cause| panic!("no body: {cause:?}")),
        }
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }

    /// A header's value; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}
