//! GraphQL over HTTP, as the specification's audit suite checks it.
//!
//! POST accepts `application/json` only: a browser sends that to another origin only after a preflight request, so
//! pages of other origins cannot act for our users. GET accepts queries only.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use async_graphql::{
    Request, Response as Outcome, ServerError, Value, parser::types::OperationType,
};
use axum::{
    Router,
    extract::{ConnectInfo, State},
    response::{IntoResponse, Response},
    routing::any,
};
use serde::Serialize;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::{
    encode::encode,
    endpoint::Endpoint,
    errors::{code, error_response, too_large},
    field_limits::Requester,
    ide,
    request::{Refusal, from_body, from_uri},
    sse,
};
use crate::{auth::caller::Caller, error::Error, telemetry};

impl Endpoint {
    /// The routes: `/graphql`, and the IDE's files below it.
    pub fn router(self) -> Router {
        let mut router = Router::new();
        if self.args.ide {
            router = router.merge(ide::router());
        }
        let cors = cors(&self.args.allowed_origins);
        let router = router.merge(routes(self));
        match cors {
            Some(cors) => router.layer(cors),
            None => router,
        }
    }
}

fn routes(endpoint: Endpoint) -> Router {
    Router::new()
        .route("/graphql", any(answer))
        .with_state(Arc::new(endpoint))
}

/// No layer at all when no other origin may call.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin.trim()).ok())
        .collect();
    (!origins.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("traceparent"),
                HeaderName::from_static("x-antiphon-instance"),
            ])
            .expose_headers([HeaderName::from_static("x-trace-id")])
    })
}

/// How the client wants the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MediaType {
    /// `application/graphql-response+json`: the status says whether the request was executed.
    GraphqlResponse,
    /// `application/json`, of clients older than that: 200 for every well-formed request.
    Json,
    /// `text/event-stream`: the answers as events. What is refused before it runs is answered as above.
    EventStream,
}

impl MediaType {
    /// The content type of an answer that is not a stream.
    fn of_json(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::EventStream => "application/json; charset=utf-8",
        }
    }
}

async fn answer(
    State(endpoint): State<Arc<Endpoint>>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    if endpoint.args.ide && ide::wanted(&parts) {
        return ide::page();
    }
    let media_type = negotiate(&parts.headers);
    let read = match parts.method {
        Method::GET => from_uri(&parts.uri),
        Method::POST => from_body(&parts.headers, body, endpoint.limits.body_bytes).await,
        _ => Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "use POST, or GET for queries",
        )),
    };
    match read {
        Ok(request) => execute(&endpoint, parts, request, media_type).await,
        Err(refusal) => render(
            &error_response(&refusal.error),
            media_type,
            Some(refusal.status),
        ),
    }
}

async fn execute(
    endpoint: &Endpoint,
    parts: Parts,
    mut request: Request,
    media_type: MediaType,
) -> Response {
    let kind = match endpoint.check(&mut request) {
        Ok(kind) => kind,
        Err(error) => return render(&error_response(&error), media_type, None),
    };
    match kind {
        OperationType::Mutation if parts.method == Method::GET => {
            let error = Error::bad_request("mutations must be sent with POST");
            return render(
                &error_response(&error),
                media_type,
                Some(StatusCode::METHOD_NOT_ALLOWED),
            );
        }
        OperationType::Subscription
            if endpoint.subscribe.is_none() || media_type != MediaType::EventStream =>
        {
            let error = Error::bad_request("subscriptions need a WebSocket or an event stream");
            return render(&error_response(&error), media_type, None);
        }
        _ => {}
    }
    let caller = match caller(endpoint, &parts.headers).await {
        Ok(caller) => caller,
        Err(error) => return render(&error_response(&error), media_type, None),
    };
    if let Err(error) = charge(endpoint, &parts, &mut request, caller.as_ref()) {
        return render(&error_response(&error), media_type, None);
    }
    if kind == OperationType::Subscription
        && let Some(subscribe) = &endpoint.subscribe
    {
        let begun = match caller {
            Some(caller) => subscribe(request, caller).await,
            None => Err(Error::unauthenticated()),
        };
        return begun.unwrap_or_else(|error| render(&error_response(&error), media_type, None));
    }
    if kind == OperationType::Query
        && media_type != MediaType::EventStream
        && let Some(caller) = &caller
        && let Some(answer) = endpoint.cached_response(&mut request, caller).await
    {
        return reply(StatusCode::OK, media_type.of_json(), answer);
    }
    let mut request = endpoint.prepare(request, caller);
    if let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() {
        request = request.data(*peer);
    }
    let outcome = endpoint.run(request.data(parts.headers)).await;
    render_within(&outcome, media_type, None, endpoint.limits.answer_bytes)
}

/// Requests with a token are limited by user, all others by their network.
fn charge(
    endpoint: &Endpoint,
    parts: &Parts,
    request: &mut Request,
    caller: Option<&Caller>,
) -> Result<(), Error> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let requester = match (caller, peer) {
        (Some(caller), _) => Requester::User(caller),
        (None, Some(ConnectInfo(peer))) => Requester::Anonymous {
            peer: *peer,
            headers: &parts.headers,
        },
        (None, None) => return Ok(()),
    };
    endpoint.charge_requester(request, requester)
}

/// No caller without a token; otherwise the token's caller. An invalid token is never treated as no token.
async fn caller(endpoint: &Endpoint, headers: &HeaderMap) -> Result<Option<Caller>, Error> {
    let Some(header) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let token = header
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(Error::unauthenticated)?;
    let verifier = endpoint
        .verifier
        .as_ref()
        .ok_or_else(Error::unauthenticated)?;
    let caller = verifier.verify(token).await?;
    telemetry::record_user(caller.user_id);
    Ok(Some(caller))
}

/// The first media type of ours with the highest quality; JSON when the client has no opinion.
fn negotiate(headers: &HeaderMap) -> MediaType {
    let mut best = (0.0, MediaType::Json);
    let accepted = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.trim().parse::<mime::Mime>().ok());
    for range in accepted {
        let media_type = match range.essence_str() {
            "application/graphql-response+json" => MediaType::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => MediaType::Json,
            sse::MEDIA_TYPE => MediaType::EventStream,
            _ => continue,
        };
        let quality = range
            .get_param("q")
            .and_then(|q| q.as_str().parse::<f32>().ok())
            .unwrap_or(1.0);
        if quality > best.0 {
            best = (quality, media_type);
        }
    }
    best.1
}

/// A response that was not executed has no `data` at all; one that was has it even if it is null.
#[derive(Serialize)]
struct Rendered<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

/// The answer to a request that was refused before its execution, which is always small.
fn render(outcome: &Outcome, media_type: MediaType, status: Option<StatusCode>) -> Response {
    render_within(outcome, media_type, status, usize::MAX)
}

fn render_within(
    outcome: &Outcome,
    media_type: MediaType,
    status: Option<StatusCode>,
    most: usize,
) -> Response {
    let executed = outcome.errors.is_empty()
        || outcome.data != Value::Null
        || outcome.errors.iter().any(|error| !error.path.is_empty());
    let rendered = Rendered {
        data: executed.then_some(&outcome.data),
        errors: &outcome.errors,
        extensions: &outcome.extensions,
    };
    let status = match (status, executed, media_type) {
        (Some(status), _, _) => status,
        (None, false, MediaType::GraphqlResponse | MediaType::EventStream) => {
            status_of(outcome.errors.first().and_then(code))
        }
        _ => StatusCode::OK,
    };
    let content_type = match media_type {
        MediaType::EventStream if executed => sse::MEDIA_TYPE,
        _ => media_type.of_json(),
    };
    let body = match encode(&rendered, most) {
        Some(body) if content_type == sse::MEDIA_TYPE => sse::next(&body) + sse::COMPLETE,
        Some(body) => body,
        None => return render(&too_large(), media_type, None),
    };
    let mut response = reply(status, content_type, body);
    let headers = response.headers_mut();
    headers.extend(outcome.http_headers.clone());
    if matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    ) && let Some(seconds) = outcome.errors.first().and_then(retry_seconds)
    {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// `extensions.retryAfterMs` as proxies and generic clients understand it.
fn retry_seconds(error: &ServerError) -> Option<u64> {
    match error.extensions.as_ref()?.get("retryAfterMs")? {
        Value::Number(millis) => Some(millis.as_u64()?.div_ceil(1_000)),
        _ => None,
    }
}

fn reply(status: StatusCode, content_type: &'static str, body: impl IntoResponse) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, POST"));
        }
        StatusCode::UNAUTHORIZED => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
    response
}

/// The status of a request that was refused before its execution.
fn status_of(code: Option<&str>) -> StatusCode {
    match code {
        Some("BAD_USER_INPUT") => StatusCode::BAD_REQUEST,
        Some("UNAUTHENTICATED") => StatusCode::UNAUTHORIZED,
        Some("FORBIDDEN") => StatusCode::FORBIDDEN,
        Some("RATE_LIMITED") => StatusCode::TOO_MANY_REQUESTS,
        Some("UNAVAILABLE") => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
