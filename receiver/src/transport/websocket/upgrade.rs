//! Subscriptions over WebSocket: the `graphql-transport-ws` protocol.
//!
//! The stock server of the GraphQL library is not used: it answers protocol errors with close codes that the official
//! client takes as final, has no timeout, no bounds and no drain. What is here is the protocol, the bounds and the end
//! of a session; execution stays the library's.
//!
//! Invariants: a socket holds a bounded number of operations, each of which is a position and not a queue; nothing is
//! read from a subscription while the client does not read; a socket never outlives its session or its token.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use chassis::{TrustedProxies, Verifier, graphql::Endpoint, postgres::Pool, telemetry};

use crate::{
    live::{feeds::hub::Hub, shared_execution::executor::Presses},
    transport::connection_registry::Sockets,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Largest message from a client: a subscription with its cursors.
const MAX_MESSAGE: usize = 64 * 1024;

/// Read buffer. The library's default of 128 KiB would be most of what an idle socket costs.
const READ_BUFFER: usize = 512;

/// Frames collected before they are written at once.
const WRITE_BUFFER: usize = 16 * 1024;

/// Largest answer to a client.
pub(crate) const MAX_ANSWER: usize = 1024 * 1024;

/// Bytes that may wait for the client at the most: the largest answer has to fit behind what is being written.
const MAX_WRITE_BUFFER: usize = MAX_ANSWER + 4 * WRITE_BUFFER;

/// What every socket needs.
pub(crate) struct SocketContext {
    /// Executes subscriptions.
    pub(crate) presses: Presses,
    /// Measures documents and prepares requests, with the same limits as over HTTP.
    pub(crate) endpoint: Endpoint,
    /// Whom to believe.
    pub(crate) verifier: Verifier,
    /// For the caller's own feed, which says when a session ends.
    pub(crate) hub: Hub,
    /// For the check that a session has not ended yet.
    pub(crate) pool: Pool,
    /// All open sockets.
    pub(crate) sockets: Sockets,
    /// Whom to believe about where an upgrade comes from.
    pub(crate) proxies: TrustedProxies,
    /// Origins that a browser may connect from, besides our own.
    pub(crate) allowed_origins: Vec<String>,
}

/// Takes WebSocket upgrades on `/graphql` and leaves everything else to `http`.
pub(crate) fn router(context: Arc<SocketContext>, http: Router) -> Router {
    Router::new()
        .route("/graphql", any(upgrade))
        .with_state((context, http.clone()))
        .fallback_service(http)
}

async fn upgrade(
    State((context, http)): State<(Arc<SocketContext>, Router)>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
    request: axum::extract::Request,
) -> Response {
    use tower::ServiceExt;
    if !asks_for_upgrade(request.headers()) {
        return match http.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
    }
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    if !origin_allowed(request.headers(), &context.allowed_origins) {
        return (StatusCode::FORBIDDEN, "this origin may not connect").into_response();
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let place = match peer {
        Some(ConnectInfo(peer)) => {
            let network = context.proxies.client(*peer, request.headers());
            context.sockets.enter_from(network)
        }
        None => context.sockets.enter(),
    };
    let Some(place) = place else {
        return busy();
    };
    let trace = telemetry::Trace::of(request.headers());
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(MAX_WRITE_BUFFER);
    let spoken = upgrade.selected_protocol().is_some();
    upgrade.on_upgrade(move |socket| {
        // Boxed, because every future around it would hold it twice: before it is polled first, and from then on.
        let serving = Box::pin(super::connection::serve(
            Box::new(socket),
            context,
            place,
            spoken,
        ));
        telemetry::in_trace(trace, serving)
    })
}

fn asks_for_upgrade(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

/// A browser says where a page comes from; a page of another origin has no business here. Other clients say nothing,
/// and there is no cookie that could be ridden on.
fn origin_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let own = origin.split_once("://").map(|(_, host)| host);
    own == text(header::HOST) || allowed.iter().any(|allowed| allowed == origin)
}

/// When to come back to a receiver that is full: not all at the same moment.
pub(crate) fn come_back() -> Duration {
    Duration::from_secs(rand::random_range(1..=10))
}

/// Full: the load balancer or the client goes elsewhere.
fn busy() -> Response {
    let retry = [(header::RETRY_AFTER, come_back().as_secs().to_string())];
    (
        StatusCode::SERVICE_UNAVAILABLE,
        retry,
        "too many connections",
    )
        .into_response()
}
