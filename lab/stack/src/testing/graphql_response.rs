//! The response to one GraphQL operation.

use std::ops::Deref;

use reqwest::RequestBuilder;
use serde_json::Value;

use super::http_response::HttpResponse;

/// The reasons that an error may give, as clients have them.
const REASONS: &str = include_str!("../../../../shared-schema/reasons.json");

/// The response to one GraphQL operation. Its status and headers are those of the [`HttpResponse`].
#[derive(Clone, Debug)]
pub struct GraphqlResponse {
    http: HttpResponse,
    body: Value,
}

impl Deref for GraphqlResponse {
    type Target = HttpResponse;

    fn deref(&self) -> &HttpResponse {
        &self.http
    }
}

/// Two responses are equal if their bodies are.
impl PartialEq for GraphqlResponse {
    fn eq(&self, other: &Self) -> bool {
        self.body == other.body
    }
}

impl GraphqlResponse {
    /// Sends a request and reads its response.
    ///
    /// # Panics
    /// When there is no response, or one that is not JSON.
    pub async fn of(request: RequestBuilder) -> Self {
        let http = HttpResponse::of(request).await;
        let body = http.json();
        Self { http, body }
    }

    /// The whole body.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// The body without what differs between any two: the ids of traces.
    pub fn without_trace(&self) -> Value {
        let mut body = self.body.clone();
        for error in body["errors"].as_array_mut().into_iter().flatten() {
            if let Some(extensions) = error["extensions"].as_object_mut() {
                extensions.remove("traceId");
            }
        }
        body
    }

    /// What stands under `data`.
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// All errors.
    pub fn errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The value of the operation's first root field, which must have succeeded.
    ///
    /// # Panics
    /// When there are errors.
    #[track_caller]
    pub fn payload(&self) -> &Value {
        assert!(!self.is_refused(), "refused: {}", self.body);
        let fields = self.data().as_object();
        let first = fields.and_then(|fields| fields.values().next());
        first.unwrap_or_else(|| panic!("no data: {}", self.body))
    }

    /// A copy of [`GraphqlResponse::payload`].
    ///
    /// # Panics
    /// When there are errors.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.payload().clone()
    }

    /// Whether the operation has failed.
    pub fn is_refused(&self) -> bool {
        self.body.get("errors").is_some()
    }

    /// The one error.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn error(&self) -> &Value {
        let [error] = self.errors() else {
            panic!("not one error: {}", self.body);
        };
        assert_well_formed(error);
        error
    }

    /// The codes of all errors, where several fields have failed.
    ///
    /// # Panics
    /// When there is no error.
    #[track_caller]
    pub fn codes(&self) -> Vec<&str> {
        assert!(self.is_refused(), "not refused: {}", self.body);
        self.errors()
            .iter()
            .inspect(|error| assert_well_formed(error))
            .filter_map(|error| error["extensions"]["code"].as_str())
            .collect()
    }

    /// Something that the one error says beside its message, such as `retryAfterMs`; null if it does not.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn extension(&self, name: &str) -> &Value {
        &self.error()["extensions"][name]
    }

    /// `extensions.code` of the one error.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn code(&self) -> &str {
        let code = self.extension("code").as_str();
        code.unwrap_or_else(|| panic!("no code: {}", self.body))
    }

    /// `extensions.field` of the one error.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn field(&self) -> Option<&str> {
        self.extension("field").as_str()
    }

    /// Code and field of the one error; an empty field if it names none.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn refusal(&self) -> (&str, &str) {
        (self.code(), self.field().unwrap_or_default())
    }

    /// `extensions.reason` of the one error.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn reason(&self) -> Option<&str> {
        self.extension("reason").as_str()
    }

    /// What the one error says to people.
    ///
    /// # Panics
    /// When there is no error, or more than one.
    #[track_caller]
    pub fn message(&self) -> &str {
        self.error()["message"].as_str().unwrap_or_default()
    }

    /// `ok`, or the code of the one error.
    ///
    /// # Panics
    /// When there is more than one error.
    #[track_caller]
    pub fn outcome(&self) -> &str {
        if self.is_refused() { self.code() } else { "ok" }
    }

    /// Asserts that the operation has failed with this code and because of this field.
    ///
    /// # Panics
    /// When it has not.
    #[track_caller]
    pub fn assert_refused<'a>(&self, code: &str, field: impl Into<Option<&'a str>>) {
        let expected = (code, field.into());
        assert_eq!((self.code(), self.field()), expected, "{}", self.body);
    }
}

/// What is true of every error: it names its trace, and one that a person can mend says why, with a reason that stands in
/// the committed file (F5).
#[track_caller]
fn assert_well_formed(error: &Value) {
    let extensions = &error["extensions"];
    assert!(extensions["traceId"].is_string(), "{error}");
    let can_be_mended = match extensions["code"].as_str() {
        Some("BAD_USER_INPUT") => extensions["field"].is_string(),
        Some("CONFLICT" | "FORBIDDEN") => true,
        // Most say nothing but when the next request may pass.
        Some("RATE_LIMITED") => !extensions["reason"].is_null(),
        _ => false,
    };
    let reasons: Value = serde_json::from_str(REASONS).expect("reasons.json is JSON");
    let reason = extensions["reason"].as_str();
    let is_known = reason.is_some_and(|reason| reasons.get(reason).is_some());
    assert_eq!(is_known, can_be_mended, "{error}");
}
