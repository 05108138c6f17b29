//! GraphiQL, from files in this binary: it works without the internet, and nothing is loaded from elsewhere.

use ::http::{HeaderName, HeaderValue, Method, header, request::Parts};
use axum::{
    Router,
    response::{Html, IntoResponse, Response},
    routing::get,
};

/// GraphiQL's editor styles itself inline and carries its fonts as data. Scripts come from here only.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
     style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

struct File {
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! file {
    ($name:literal, $content_type:expr) => {
        File {
            path: concat!("/graphql/ide/", $name),
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../ide/", $name)),
        }
    };
}

const FILES: [File; 7] = [
    file!("start.js", SCRIPT),
    file!("start.css", STYLE),
    file!("react.production.min.js", SCRIPT),
    file!("react-dom.production.min.js", SCRIPT),
    file!("graphql-ws.min.js", SCRIPT),
    file!("graphiql.min.js", SCRIPT),
    file!("graphiql.min.css", STYLE),
];

/// Whether this is a browser that opens the address, rather than a client with a query.
pub(super) fn wanted(parts: &Parts) -> bool {
    let html = parts
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"));
    let query = parts.uri.query().unwrap_or_default();
    let asks = query
        .split('&')
        .any(|parameter| parameter.starts_with("query="));
    parts.method == Method::GET && html && !asks
}

pub(super) fn page() -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ];
    let page = Html(include_str!("../../ide/index.html"));
    (headers, page).into_response()
}

pub(super) fn router() -> Router {
    FILES.iter().fold(Router::new(), |router, file| {
        router.route(file.path, get(|| async { serve(file) }))
    })
}

fn serve(file: &'static File) -> Response {
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(file.content_type),
    );
    // The names carry no version, so a new build must show within a day.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    response
}
