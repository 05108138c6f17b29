//! Takes WebSocket upgrades.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use chassis::telemetry;

use super::connection;
use crate::transport::{
    connection_registry::retry_after, context::ConnectionContext,
    operation_result::MAX_ANSWER_BYTES,
};

const SUBPROTOCOL: &str = "graphql-transport-ws";

/// Maximum bytes of a message from a client: a subscription with its cursors.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// Read buffer. The library's default of 128 KiB would be most of what an idle socket costs.
const READ_BUFFER_BYTES: usize = 512;

/// Frames collected before they are written at once.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

/// Maximum bytes waiting to be sent: the largest result has to fit after what is being written.
const MAX_WRITE_BUFFER_BYTES: usize = MAX_ANSWER_BYTES + 4 * WRITE_BUFFER_BYTES;

/// Takes WebSocket upgrades on `/graphql` and leaves everything else to `http`.
pub(crate) fn router(context: Arc<ConnectionContext>, http: Router) -> Router {
    Router::new()
        .route("/graphql", any(upgrade))
        .with_state((context, http.clone()))
        .fallback_service(http)
}

async fn upgrade(
    State((context, http)): State<(Arc<ConnectionContext>, Router)>,
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
    let permit = match peer {
        Some(ConnectInfo(peer)) => {
            let network = context.proxies.client(*peer, request.headers());
            context.connections.acquire_from(network)
        }
        None => context.connections.acquire(),
    };
    let Some(permit) = permit else {
        return too_many_connections();
    };
    let trace = telemetry::Trace::of(request.headers());
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(MAX_WRITE_BUFFER_BYTES);
    let has_subprotocol = upgrade.selected_protocol().is_some();
    upgrade.on_upgrade(move |socket| {
        // Boxed, because every future around it would hold it twice: before it is polled first, and from then on.
        let serving = Box::pin(connection::serve(
            Box::new(socket),
            context,
            permit,
            has_subprotocol,
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

/// A browser sends the origin of a page, and pages of other origins are refused. Other clients send no origin, and
/// there is no cookie that could be abused.
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

/// Full: the load balancer or the client goes elsewhere.
fn too_many_connections() -> Response {
    let retry = [(header::RETRY_AFTER, retry_after().as_secs().to_string())];
    (
        StatusCode::SERVICE_UNAVAILABLE,
        retry,
        "too many connections",
    )
        .into_response()
}
