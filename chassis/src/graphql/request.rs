//! Reading a request: the parameters of the specification, and nothing that only looks like them.

use std::time::Duration;

use ::http::{HeaderMap, StatusCode, Uri, header};
use async_graphql::{Request, Variables};
use axum::{
    body::{Body, to_bytes},
    extract::Query,
};
use serde_json::{Map, Value as Json};

use crate::error::Error;

/// A body that has not arrived by then only holds a connection.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a request has no operation that could be executed.
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) error: Error,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: &'static str) -> Self {
        let error = Error::bad_request(message);
        Self { status, error }
    }
}

/// The request in the body of a POST.
pub(super) async fn from_body(
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Request, Refusal> {
    let unsupported = || {
        Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "the content type must be application/json",
        )
    };
    let content_type: mime::Mime = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok())
        .ok_or_else(unsupported)?;
    let utf8 = content_type
        .get_param(mime::CHARSET)
        .is_none_or(|charset| charset == mime::UTF_8);
    if content_type.essence_str() != "application/json" || !utf8 {
        return Err(unsupported());
    }
    let too_large = || Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large");
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<usize>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let body = match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, most)).await {
        Ok(read) => read.map_err(|_| too_large())?,
        Err(_) => {
            let status = StatusCode::REQUEST_TIMEOUT;
            return Err(Refusal::new(status, "the body took too long to arrive"));
        }
    };
    match serde_json::from_slice(&body) {
        Ok(Json::Object(parameters)) => from_parameters(parameters),
        Ok(Json::Array(_)) => Err(malformed("batches are not supported")),
        Ok(_) | Err(_) => Err(malformed("the body must be a JSON object")),
    }
}

/// The request in the query string of a GET.
pub(super) fn from_uri(uri: &Uri) -> Result<Request, Refusal> {
    let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(uri) else {
        return Err(malformed("the query string cannot be read"));
    };
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "variables" | "extensions" => serde_json::from_str(&text)
                .map_err(|_| malformed("variables and extensions must be JSON objects"))?,
            _ => Json::String(text),
        };
        parameters.insert(name, value);
    }
    from_parameters(parameters)
}

fn from_parameters(mut parameters: Map<String, Json>) -> Result<Request, Refusal> {
    let mut request = match parameters.remove("query") {
        Some(Json::String(query)) => Request::new(query),
        _ => return Err(malformed("query must be a string")),
    };
    request.operation_name = match parameters.remove("operationName") {
        None | Some(Json::Null) => None,
        Some(Json::String(name)) if name.is_empty() => None,
        Some(Json::String(name)) => Some(name),
        Some(_) => return Err(malformed("operationName must be a string")),
    };
    request.variables = match parameters.remove("variables") {
        None | Some(Json::Null) => Variables::default(),
        Some(Json::Object(variables)) => Variables::from_json(Json::Object(variables)),
        Some(_) => return Err(malformed("variables must be an object")),
    };
    match parameters.remove("extensions") {
        None | Some(Json::Null | Json::Object(_)) => Ok(request),
        Some(_) => Err(malformed("extensions must be an object")),
    }
}

fn malformed(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}
